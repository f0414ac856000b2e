import { type Sql, sql } from "../../db/sql.ts";

export type UserRow = {
  id: string;
  email: string;
  name: string;
  passwordHash: string | null;
  disabledAt: string | null;
  createdAt: string;
};

const USER = sql`id, email, name, password_hash AS "passwordHash", disabled_at AS "disabledAt", created_at AS "createdAt"`;

const USER_OF = sql`
  u.id AS "userId", u.email, u.name, u.password_hash AS "passwordHash", u.disabled_at AS "disabledAt",
  u.created_at AS "createdAt"`;

export const findUserByEmail = (email: string): Sql => sql`SELECT ${USER} FROM users WHERE email = ${email}`;

export const findUser = (id: string): Sql => sql`SELECT ${USER} FROM users WHERE id = ${id}`;

export const allUsers = (): Sql => sql`SELECT ${USER} FROM users ORDER BY id`;

export const anyUser = (): Sql => sql`SELECT id FROM users LIMIT 1`;

export const insertUser = (
  id: string,
  email: string,
  name: string,
  passwordHash: string | null,
  at: string,
): Sql => sql`
  INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
  VALUES (${id}, ${email}, ${name}, ${passwordHash}, ${at}, ${at})`;

export const setPassword = (id: string, passwordHash: string, at: string): Sql => sql`
  UPDATE users SET password_hash = ${passwordHash}, updated_at = ${at} WHERE id = ${id}`;

export const setName = (id: string, name: string, at: string): Sql => sql`
  UPDATE users SET name = ${name}, updated_at = ${at} WHERE id = ${id}`;

export const setEmail = (id: string, email: string, at: string): Sql => sql`
  UPDATE users SET email = ${email}, updated_at = ${at} WHERE id = ${id}`;

export const setDisabled = (id: string, disabledAt: string | null, at: string): Sql => sql`
  UPDATE users SET disabled_at = ${disabledAt}, updated_at = ${at} WHERE id = ${id}`;

export type SessionRow = {
  id: string;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  confirmedAt: string | null;
  method: string | null;
  address: string;
  userAgent: string | null;
  userId: string;
  email: string;
  name: string;
};

const SESSION = sql`
  s.id, s.created_at AS "createdAt", s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt",
  s.confirmed_at AS "confirmedAt", s.method, s.address, s.user_agent AS "userAgent", u.id AS "userId", u.email, u.name`;

/** A session that is alive: neither idle nor old, of somebody who may sign in. */
export const findSession = (tokenHash: string, now: string, idleSince: string): Sql => sql`
  SELECT ${SESSION}
  FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.token_hash = ${tokenHash} AND s.expires_at > ${now} AND s.last_seen_at > ${idleSince} AND u.disabled_at IS NULL`;

export const findOwnSession = (userId: string, sessionId: string): Sql => sql`
  SELECT ${SESSION} FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ${sessionId} AND s.user_id = ${userId}`;

/** Somebody's sessions that are alive, the last used first. */
export const listSessions = (userId: string, now: string, idleSince: string): Sql => sql`
  SELECT ${SESSION} FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.user_id = ${userId} AND s.expires_at > ${now} AND s.last_seen_at > ${idleSince}
  ORDER BY s.last_seen_at DESC, s.id DESC`;

export const touchSession = (id: string, at: string): Sql => sql`
  UPDATE sessions SET last_seen_at = ${at} WHERE id = ${id} AND last_seen_at < ${at}`;

/**
 * Holds an account as it was when its password was looked at: no row when it was disabled, or its password set, since.
 */
export const holdUnchanged = (id: string, passwordHash: string | null): Sql => sql`
  UPDATE users SET updated_at = updated_at
  WHERE id = ${id} AND password_hash = ${passwordHash} AND disabled_at IS NULL RETURNING id`;

/** Holds an account that may sign in; no row when it may not any more. */
export const holdActive = (id: string): Sql => sql`
  UPDATE users SET updated_at = updated_at WHERE id = ${id} AND disabled_at IS NULL RETURNING id`;

export const insertSession = (session: {
  id: string;
  userId: string;
  tokenHash: string;
  address: string;
  userAgent: string | null;
  method: string;
  at: string;
  expiresAt: string;
  identityId: string | null;
  keycloakSid: string | null;
  sealedIdToken: string | null;
}): Sql => sql`
  INSERT INTO sessions (
    id, user_id, token_hash, address, user_agent, method, created_at, last_seen_at, expires_at, identity_id,
    keycloak_sid, sealed_id_token)
  VALUES (
    ${session.id}, ${session.userId}, ${session.tokenHash}, ${session.address}, ${session.userAgent},
    ${session.method}, ${session.at}, ${session.at}, ${session.expiresAt}, ${session.identityId},
    ${session.keycloakSid}, ${session.sealedIdToken})`;

/** Gives a session another token along with the proof, so that a token which was stolen before is not proven with it. */
export const confirmSession = (userId: string, id: string, tokenHash: string, at: string): Sql => sql`
  UPDATE sessions SET token_hash = ${tokenHash}, confirmed_at = ${at} WHERE id = ${id} AND user_id = ${userId}
  RETURNING expires_at AS "expiresAt"`;

export const deleteOtherSessions = (userId: string, id: string): Sql => sql`
  DELETE FROM sessions WHERE user_id = ${userId} AND id <> ${id} RETURNING id, user_agent AS "userAgent"`;

export const deleteSession = (userId: string, id: string): Sql => sql`
  DELETE FROM sessions WHERE id = ${id} AND user_id = ${userId}
  RETURNING id, user_agent AS "userAgent", sealed_id_token AS "sealedIdToken"`;
export type EndedSession = { id: string; userAgent: string | null; sealedIdToken: string | null };

/** Of an identity, those that began from one session at Keycloak, or all where none is named. */
export const deleteSessionsOfIdentity = (identityId: string, keycloakSid: string | null): Sql =>
  keycloakSid === null
    ? sql`DELETE FROM sessions WHERE identity_id = ${identityId} RETURNING id`
    : sql`DELETE FROM sessions WHERE identity_id = ${identityId} AND keycloak_sid = ${keycloakSid} RETURNING id`;

/** The same of those who still owe a second factor. */
export const deletePendingOfIdentity = (identityId: string, keycloakSid: string | null): Sql =>
  keycloakSid === null
    ? sql`DELETE FROM pending_sign_ins WHERE identity_id = ${identityId}`
    : sql`DELETE FROM pending_sign_ins WHERE identity_id = ${identityId} AND keycloak_sid = ${keycloakSid}`;

/** Ends what began from an identity, but for one session, which goes on without it. */
export const deleteOtherSessionsOfIdentity = (identityId: string, sessionId: string): Sql => sql`
  DELETE FROM sessions WHERE identity_id = ${identityId} AND id <> ${sessionId}`;

export const detachSession = (identityId: string, sessionId: string): Sql => sql`
  UPDATE sessions SET identity_id = NULL, keycloak_sid = NULL, sealed_id_token = NULL
  WHERE id = ${sessionId} AND identity_id = ${identityId}`;

export const deleteSessionByToken = (tokenHash: string): Sql =>
  sql`DELETE FROM sessions WHERE token_hash = ${tokenHash}`;

export const deleteSessionsOf = (userId: string): Sql => sql`DELETE FROM sessions WHERE user_id = ${userId}`;

export const deleteDeadSessions = (now: string, idleSince: string): Sql => sql`
  DELETE FROM sessions WHERE expires_at <= ${now} OR last_seen_at <= ${idleSince}`;

// The second factor, as far as signing in and proofs need it.

export const findFactors = (userId: string): Sql => sql`
  SELECT
    (SELECT CAST(count(*) AS INTEGER) FROM users WHERE id = ${userId} AND password_hash IS NOT NULL) AS "passwords",
    (SELECT CAST(count(*) AS INTEGER) FROM totp_factors WHERE user_id = ${userId} AND confirmed_at IS NOT NULL) AS "totps",
    (SELECT CAST(count(*) AS INTEGER) FROM passkeys WHERE user_id = ${userId}) AS "passkeys",
    (SELECT CAST(count(*) AS INTEGER) FROM sign_in_recovery_codes WHERE user_id = ${userId} AND used_at IS NULL)
      AS "recoveryCodes"`;
export type FactorsRow = { passwords: number; totps: number; passkeys: number; recoveryCodes: number };

export const findConfirmedTotp = (userId: string): Sql => sql`
  SELECT id, sealed_secret AS "sealedSecret" FROM totp_factors
  WHERE user_id = ${userId} AND confirmed_at IS NOT NULL`;
export type TotpRow = { id: string; sealedSecret: string };

/** Takes the codes up to a step, once: no row when that one, or a newer one, was taken before. */
export const takeStep = (id: string, step: number): Sql => sql`
  UPDATE totp_factors SET last_step = ${step} WHERE id = ${id} AND last_step < ${step} RETURNING id`;

/** Takes a recovery code, once. */
export const takeRecoveryCode = (userId: string, codeHash: string, at: string): Sql => sql`
  UPDATE sign_in_recovery_codes SET used_at = ${at}
  WHERE user_id = ${userId} AND code_hash = ${codeHash} AND used_at IS NULL RETURNING id`;

export const insertPending = (pending: {
  id: string;
  userId: string;
  tokenHash: string;
  method: string;
  expiresAt: string;
  identityId: string | null;
  keycloakSid: string | null;
  sealedIdToken: string | null;
}): Sql => sql`
  INSERT INTO pending_sign_ins (
    id, user_id, token_hash, method, expires_at, identity_id, keycloak_sid, sealed_id_token)
  VALUES (
    ${pending.id}, ${pending.userId}, ${pending.tokenHash}, ${pending.method}, ${pending.expiresAt},
    ${pending.identityId}, ${pending.keycloakSid}, ${pending.sealedIdToken})`;

/** Forgets all but the newest of somebody's. */
export const deleteOlderPending = (userId: string, kept: number): Sql => sql`
  DELETE FROM pending_sign_ins
  WHERE user_id = ${userId} AND id NOT IN (
    SELECT id FROM pending_sign_ins WHERE user_id = ${userId} ORDER BY expires_at DESC, id DESC LIMIT ${kept})`;

/** Of somebody who may still sign in. */
export const findPending = (tokenHash: string, now: string): Sql => sql`
  SELECT
    p.id, p.method, p.identity_id AS "identityId", p.keycloak_sid AS "keycloakSid",
    p.sealed_id_token AS "sealedIdToken", ${USER_OF}
  FROM pending_sign_ins p JOIN users u ON u.id = p.user_id
  WHERE p.token_hash = ${tokenHash} AND p.expires_at > ${now} AND u.disabled_at IS NULL`;
export type PendingRow = {
  id: string;
  method: string;
  identityId: string | null;
  keycloakSid: string | null;
  sealedIdToken: string | null;
  userId: string;
} & Omit<UserRow, "id">;

/** Makes an end of it, once. */
export const takePending = (id: string): Sql => sql`DELETE FROM pending_sign_ins WHERE id = ${id} RETURNING id`;

export const deletePendingOf = (userId: string): Sql => sql`DELETE FROM pending_sign_ins WHERE user_id = ${userId}`;

export const deleteDeadPending = (now: string): Sql => sql`DELETE FROM pending_sign_ins WHERE expires_at <= ${now}`;

export const deleteDeadCeremonies = (now: string): Sql => sql`DELETE FROM ceremonies WHERE expires_at <= ${now}`;

/** Authenticator apps that somebody began to set up and never confirmed. */
export const deleteUnconfirmedTotps = (before: string): Sql => sql`
  DELETE FROM totp_factors WHERE confirmed_at IS NULL AND created_at <= ${before}`;

/**
 * Takes one of `limit` tries in the window, or returns no row. One statement, so that tries which race cannot pass the
 * limit together. A try that is refused does not lengthen the wait.
 */
export const takeTry = (key: string, limit: number, now: string, windowStart: string): Sql => sql`
  INSERT INTO throttles (key, tries, window_started_at) VALUES (${key}, 1, ${now})
  ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN throttles.window_started_at <= ${windowStart} THEN 1 ELSE throttles.tries + 1 END,
    window_started_at = CASE WHEN throttles.window_started_at <= ${windowStart} THEN ${now} ELSE throttles.window_started_at END
  WHERE throttles.window_started_at <= ${windowStart} OR throttles.tries < ${limit}
  RETURNING tries`;

export const throttleWindow = (key: string): Sql => sql`
  SELECT window_started_at AS "windowStartedAt" FROM throttles WHERE key = ${key}`;

export const returnTry = (key: string): Sql =>
  sql`UPDATE throttles SET tries = tries - 1 WHERE key = ${key} AND tries > 0`;

export const clearTries = (key: string): Sql => sql`DELETE FROM throttles WHERE key = ${key}`;

export const deleteOldThrottles = (windowStart: string): Sql => sql`
  DELETE FROM throttles WHERE window_started_at <= ${windowStart}`;

export const readMeta = (key: string): Sql => sql`SELECT value FROM meta WHERE key = ${key}`;

export const deleteMeta = (key: string): Sql => sql`DELETE FROM meta WHERE key = ${key}`;

export const putMeta = (key: string, value: string): Sql => sql`
  INSERT INTO meta (key, value) VALUES (${key}, ${value}) ON CONFLICT (key) DO UPDATE SET value = excluded.value`;

/** Takes the one right to make the first account; a second taker, or one without the token, gets no row. */
export const claimSetup = (tokenHash: string | null): Sql =>
  tokenHash === null
    ? sql`DELETE FROM meta WHERE key = 'setup' RETURNING key`
    : sql`DELETE FROM meta WHERE key = 'setup' AND value = ${tokenHash} RETURNING key`;
