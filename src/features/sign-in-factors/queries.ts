import { type Sql, sql } from "../../db/sql.ts";

/**
 * Holds an account that may sign in until the transaction ends, so that two who change how it is signed in to do so one
 * after the other; no row when it may not any more.
 */
export const holdActive = (userId: string): Sql => sql`
  UPDATE users SET updated_at = updated_at WHERE id = ${userId} AND disabled_at IS NULL RETURNING id`;

/** The one that is being set up, or is in use. */
export const findTotp = (userId: string): Sql => sql`
  SELECT id, sealed_secret AS "sealedSecret", confirmed_at AS "confirmedAt" FROM totp_factors WHERE user_id = ${userId}`;
export type TotpRow = { id: string; sealedSecret: string; confirmedAt: string | null };

export const insertTotp = (totp: { id: string; userId: string; sealedSecret: string; at: string }): Sql => sql`
  INSERT INTO totp_factors (id, user_id, sealed_secret, created_at)
  VALUES (${totp.id}, ${totp.userId}, ${totp.sealedSecret}, ${totp.at})`;

/** Switches it on and takes the code that did it, once. */
export const confirmTotp = (id: string, step: number, at: string): Sql => sql`
  UPDATE totp_factors SET confirmed_at = ${at}, last_step = ${step} WHERE id = ${id} AND confirmed_at IS NULL
  RETURNING id`;

export const deleteUnconfirmedTotp = (userId: string): Sql => sql`
  DELETE FROM totp_factors WHERE user_id = ${userId} AND confirmed_at IS NULL`;

export const deleteTotp = (userId: string): Sql => sql`
  DELETE FROM totp_factors WHERE user_id = ${userId} AND confirmed_at IS NOT NULL RETURNING id`;

export const deleteTotpOf = (userId: string): Sql =>
  sql`DELETE FROM totp_factors WHERE user_id = ${userId} RETURNING id`;

export const insertRecoveryCode = (id: string, userId: string, codeHash: string, at: string): Sql => sql`
  INSERT INTO sign_in_recovery_codes (id, user_id, code_hash, created_at) VALUES (${id}, ${userId}, ${codeHash}, ${at})`;

export const deleteRecoveryCodes = (userId: string): Sql => sql`
  DELETE FROM sign_in_recovery_codes WHERE user_id = ${userId} RETURNING id`;

export const anyRecoveryCode = (userId: string): Sql => sql`
  SELECT id FROM sign_in_recovery_codes WHERE user_id = ${userId} LIMIT 1`;

export type PasskeyRow = {
  id: string;
  userId: string;
  name: string;
  credentialId: string;
  publicKey: string;
  /** A number beyond what INTEGER holds on PostgreSQL. */
  signCount: string;
  transports: string;
  createdAt: string;
  lastUsedAt: string | null;
};

const PASSKEY = sql`
  id, user_id AS "userId", name, credential_id AS "credentialId", public_key AS "publicKey",
  CAST(sign_count AS TEXT) AS "signCount", transports, created_at AS "createdAt", last_used_at AS "lastUsedAt"`;

export const listPasskeys = (userId: string): Sql => sql`
  SELECT ${PASSKEY} FROM passkeys WHERE user_id = ${userId} ORDER BY id DESC`;

export const findPasskey = (userId: string, id: string): Sql => sql`
  SELECT ${PASSKEY} FROM passkeys WHERE id = ${id} AND user_id = ${userId}`;

/** Whose passkey that is, is what somebody who signs in with it wants to know. */
export const findPasskeyByCredential = (credentialId: string): Sql => sql`
  SELECT ${PASSKEY} FROM passkeys WHERE credential_id = ${credentialId}`;

export const insertPasskey = (
  passkey: Omit<PasskeyRow, "signCount" | "lastUsedAt"> & { signCount: number },
): Sql => sql`
  INSERT INTO passkeys (id, user_id, name, credential_id, public_key, sign_count, transports, created_at)
  VALUES (
    ${passkey.id}, ${passkey.userId}, ${passkey.name}, ${passkey.credentialId}, ${passkey.publicKey},
    ${passkey.signCount}, ${passkey.transports}, ${passkey.createdAt})`;

/** Takes a signature by its counter, which only grows where an authenticator counts at all (WebAuthn Level 3, 6.1.1). */
export const takeSignature = (id: string, signCount: number, at: string): Sql => sql`
  UPDATE passkeys SET sign_count = ${signCount}, last_used_at = ${at}
  WHERE id = ${id} AND (sign_count < ${signCount} OR sign_count = 0) RETURNING id`;

export const renamePasskey = (userId: string, id: string, name: string): Sql => sql`
  UPDATE passkeys SET name = ${name} WHERE id = ${id} AND user_id = ${userId} RETURNING id`;

export const deletePasskey = (userId: string, id: string): Sql => sql`
  DELETE FROM passkeys WHERE id = ${id} AND user_id = ${userId} RETURNING name`;

export const deletePasskeysOf = (userId: string): Sql =>
  sql`DELETE FROM passkeys WHERE user_id = ${userId} RETURNING id`;

export const insertCeremony = (challengeHash: string, purpose: string, boundTo: string, expiresAt: string): Sql => sql`
  INSERT INTO ceremonies (challenge_hash, purpose, bound_to, expires_at)
  VALUES (${challengeHash}, ${purpose}, ${boundTo}, ${expiresAt})`;

/** Takes a challenge, once, for what it was made and from whom it was given to. */
export const takeCeremony = (challengeHash: string, purpose: string, boundTo: string, now: string): Sql => sql`
  DELETE FROM ceremonies
  WHERE challenge_hash = ${challengeHash} AND purpose = ${purpose} AND bound_to = ${boundTo} AND expires_at > ${now}
  RETURNING challenge_hash`;
