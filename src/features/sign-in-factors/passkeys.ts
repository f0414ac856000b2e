import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { newId, sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { AppError, conflict, uniquely } from "../../errors.ts";
import type { Actor, Caller, Kagi } from "../../kagi.ts";
import { warnOfRefusal } from "../../log.ts";
import { once } from "../../once.ts";
import { record } from "../audit/actions.ts";
import type { Thing } from "../audit/model.ts";
import { findPendingSignIn, type SignedIn, signInByPasskey } from "../auth/actions.ts";
import { CEREMONY_MS, type UsedCredential } from "../auth/model.ts";
import { type Confirmed, confirmSession, sessionOf } from "../auth/proof.ts";
import { takeCeremony, tellOnce } from "../auth/throttle.ts";
import { beginSecondFactor, hold, removeLastCodes } from "./actions.ts";
import {
  type AddedPasskey,
  type MadeCredential,
  MOST_PASSKEYS,
  type Passkey,
  type PasskeyChange,
  type PasskeyInput,
} from "./model.ts";
import * as queries from "./queries.ts";

/**
 * Passkeys (WebAuthn Level 3), by a library that is loaded when one is used. A passkey here always verifies its person, by
 * finger, face or PIN, and is found without a name being typed; so it stands for both factors, and is enough alone.
 *
 * Each question is a row that is taken once, for its one purpose, within five minutes, and where somebody is signed in,
 * by that session alone.
 */
type Purpose = "make" | "sign-in" | "confirm";

/** Whom the passkeys are for: `http/relying-party.ts` says. */
export type Party = Readonly<{ id: string; origin: string }>;

const NAME = "Kagi";
/** EdDSA, ES256 and RS256 (RFC 9053): what authenticators in use can do. */
const ALGORITHMS = [-8, -7, -257];

const webauthn = once(async () => {
  // The executable runs a package's modules in another order, and one of those below stops without it.
  await import("reflect-metadata");
  return await import("@simplewebauthn/server");
});

/** What a browser is to make a passkey by. Throws PASSKEYS_UNAVAILABLE, CONFLICT when there are too many. */
export async function askForNewPasskey(kagi: Kagi, actor: Actor, party: Party | null) {
  const { sessionId, user } = sessionOf(actor);
  const { id: rpID } = mustBeUsable(party);
  const rows = await kagi.db.all<queries.PasskeyRow>(queries.listPasskeys(actor.userId));
  if (rows.length >= MOST_PASSKEYS) throw tooMany();
  const { generateRegistrationOptions } = await webauthn();
  const options = await generateRegistrationOptions({
    rpName: NAME,
    rpID,
    userName: user.email,
    userDisplayName: user.name,
    userID: new TextEncoder().encode(actor.userId),
    timeout: CEREMONY_MS,
    attestationType: "none",
    excludeCredentials: rows.map(credentialOf),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  await begin(kagi, "make", sessionId, options.challenge);
  return options;
}

/** Throws PASSKEYS_UNAVAILABLE, PASSKEY_INVALID, CONFLICT for a passkey that is known already or one too many. */
export async function addPasskey(
  kagi: Kagi,
  actor: Actor,
  party: Party | null,
  { name, response }: PasskeyInput,
): Promise<AddedPasskey> {
  const { sessionId } = sessionOf(actor);
  const { credential } = await checkMade(kagi, sessionId, mustBeUsable(party), response);
  const now = kagi.now().toISOString();
  const row = {
    id: newId(),
    userId: actor.userId,
    name,
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString("base64url"),
    signCount: credential.counter,
    transports: JSON.stringify(credential.transports ?? []),
    createdAt: now,
  };
  return await kagi.db.transaction(async (tx) => {
    await hold(tx, actor);
    if ((await tx.all(queries.listPasskeys(actor.userId))).length >= MOST_PASSKEYS) throw tooMany();
    await uniquely(tx.run(queries.insertPasskey(row)), "That passkey is known already", "response");
    await record(kagi, tx, actor, "create", thingOf(row));
    const recoveryCodes = await beginSecondFactor(kagi, tx, actor);
    return { passkey: { id: row.id, name, createdAt: now, lastUsedAt: null }, recoveryCodes };
  });
}

/** Throws PASSKEY_NOT_FOUND. */
export async function getPasskey(kagi: Kagi, actor: Actor, id: string): Promise<Passkey> {
  const row = await kagi.db.get<queries.PasskeyRow>(queries.findPasskey(actor.userId, id));
  if (row === undefined) throw new AppError("PASSKEY_NOT_FOUND");
  const { name, createdAt, lastUsedAt } = row;
  return { id, name, createdAt, lastUsedAt };
}

/** Throws PASSKEY_NOT_FOUND. */
export async function renamePasskey(kagi: Kagi, actor: Actor, id: string, { name }: PasskeyChange): Promise<Passkey> {
  const passkey = await getPasskey(kagi, actor, id);
  if (name === undefined || name === passkey.name) return passkey;
  await kagi.db.transaction(async (tx) => {
    if (!(await tx.get(queries.renamePasskey(actor.userId, id, name)))) throw new AppError("PASSKEY_NOT_FOUND");
    await record(kagi, tx, actor, "change", thingOf({ id, name }));
  });
  return { ...passkey, name };
}

/** Throws PASSKEY_NOT_FOUND. */
export async function deletePasskey(kagi: Kagi, actor: Actor, id: string): Promise<void> {
  await kagi.db.transaction(async (tx) => {
    await hold(tx, actor);
    const deleted = await tx.get<{ name: string }>(queries.deletePasskey(actor.userId, id));
    if (deleted === undefined) throw new AppError("PASSKEY_NOT_FOUND");
    await record(kagi, tx, actor, "delete", { kind: "passkey", id, name: deleted.name });
    await removeLastCodes(kagi, tx, actor);
  });
}

/**
 * What a browser is to sign in by: any passkey of this server's that the person has there, or, after the right password,
 * one of that account's. Throws PASSKEYS_UNAVAILABLE, RATE_LIMITED.
 */
export async function askToSignIn(kagi: Kagi, caller: Caller, party: Party | null, pending: string | null) {
  const { id } = mustBeUsable(party);
  await takeCeremony(kagi, caller);
  const waiting = await findPendingSignIn(kagi, pending);
  return await askToUse(kagi, "sign-in", "", id, waiting?.userId ?? null);
}

/** A passkey alone signs in. Throws PASSKEYS_UNAVAILABLE, PASSKEY_INVALID. */
export async function signInWithPasskey(
  kagi: Kagi,
  caller: Caller,
  party: Party | null,
  response: UsedCredential,
  carried: { pending: string | null; previous: string | null },
): Promise<SignedIn> {
  const used = await checkUsed(kagi, "sign-in", "", mustBeUsable(party), response).catch((error: unknown) => {
    const { address, requestId } = caller;
    if (isRefused(error)) warnOfRefusal(kagi.log, kagi.now(), "passkey refused", { address, requestId });
    throw error;
  });
  return await kagi.db.transaction(async (tx) => {
    // The account before its passkey, as whoever removes one holds them.
    if (!(await tx.get(queries.holdActive(used.row.userId)))) throw new AppError("AUTH_INVALID_CREDENTIALS");
    await take(kagi, tx, used);
    return await signInByPasskey(kagi, tx, caller, used.row.userId, carried);
  });
}

/** Throws PASSKEYS_UNAVAILABLE. */
export async function askToConfirm(kagi: Kagi, actor: Actor, party: Party | null) {
  const { sessionId } = sessionOf(actor);
  return await askToUse(kagi, "confirm", sessionId, mustBeUsable(party).id, actor.userId);
}

/** Proves by a passkey who sits there. Throws PASSKEYS_UNAVAILABLE, PASSKEY_INVALID, AUTH_REQUIRED. */
export async function confirmWithPasskey(
  kagi: Kagi,
  actor: Actor,
  party: Party | null,
  response: UsedCredential,
): Promise<Confirmed> {
  const { sessionId, user } = sessionOf(actor);
  const thing: Thing = { kind: "user", id: actor.userId, name: user.email };
  const used = await checkUsed(kagi, "confirm", sessionId, mustBeUsable(party), response)
    .then((passkey) => {
      // Somebody else's passkey says nothing of whose session this is.
      if (passkey.row.userId !== actor.userId) throw new AppError("PASSKEY_INVALID");
      return passkey;
    })
    .catch(async (error: unknown) => {
      const refused = { result: "refused", detail: "why=passkey" } as const;
      if (isRefused(error)) {
        await tellOnce(kagi, `passkey of ${sessionId}`, (tx) => record(kagi, tx, actor, "confirm", thing, refused));
      }
      throw error;
    });
  return await kagi.db.transaction(async (tx) => {
    await take(kagi, tx, used);
    const confirmed = await confirmSession(kagi, tx, actor);
    await record(kagi, tx, actor, "confirm", thing, { detail: "method=passkey" });
    return confirmed;
  });
}

/** `userId` null: whoever has a passkey. */
async function askToUse(kagi: Kagi, purpose: Purpose, boundTo: string, rpID: string, userId: string | null) {
  const rows = userId === null ? [] : await kagi.db.all<queries.PasskeyRow>(queries.listPasskeys(userId));
  const { generateAuthenticationOptions } = await webauthn();
  const options = await generateAuthenticationOptions({
    rpID,
    timeout: CEREMONY_MS,
    userVerification: "required",
    allowCredentials: rows.map(credentialOf),
  });
  await begin(kagi, purpose, boundTo, options.challenge);
  return options;
}

async function begin(kagi: Kagi, purpose: Purpose, boundTo: string, challenge: string): Promise<void> {
  const expiresAt = new Date(kagi.now().getTime() + CEREMONY_MS).toISOString();
  await kagi.db.run(queries.insertCeremony(sha256(challenge), purpose, boundTo, expiresAt));
}

/** Takes the challenge that a browser has signed, whatever comes of the rest: a second look at the answer finds none. */
const taking = (kagi: Kagi, purpose: Purpose, boundTo: string) => async (challenge: string) => {
  const now = kagi.now().toISOString();
  return (await kagi.db.get(queries.takeCeremony(sha256(challenge), purpose, boundTo, now))) !== undefined;
};

async function checkMade(kagi: Kagi, sessionId: string, party: Party, response: MadeCredential) {
  const { verifyRegistrationResponse } = await webauthn();
  const { registrationInfo } = await refusing(
    verifyRegistrationResponse({
      response: response as RegistrationResponseJSON,
      expectedChallenge: taking(kagi, "make", sessionId),
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (registrationInfo === undefined) throw new AppError("PASSKEY_INVALID");
  return registrationInfo;
}

type Used = Readonly<{ row: queries.PasskeyRow; signCount: number }>;

async function checkUsed(
  kagi: Kagi,
  purpose: Purpose,
  boundTo: string,
  party: Party,
  response: UsedCredential,
): Promise<Used> {
  const row = await kagi.db.get<queries.PasskeyRow>(queries.findPasskeyByCredential(response.id));
  if (row === undefined || !isOf(row.userId, response)) throw new AppError("PASSKEY_INVALID");
  const { verifyAuthenticationResponse } = await webauthn();
  const { verified, authenticationInfo } = await refusing(
    verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      expectedChallenge: taking(kagi, purpose, boundTo),
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      credential: {
        id: row.credentialId,
        publicKey: new Uint8Array(Buffer.from(row.publicKey, "base64url")),
        counter: Number(row.signCount),
      },
    }),
  );
  if (!verified) throw new AppError("PASSKEY_INVALID");
  return { row, signCount: authenticationInfo.newCounter };
}

/** Whose passkey the authenticator says it is, when it does (WebAuthn Level 3, 7.2, step 6). */
function isOf(userId: string, { response: { userHandle } }: UsedCredential): boolean {
  return userHandle === undefined || Buffer.from(userHandle, "base64url").toString() === userId;
}

/** The library throws plain errors for what is wrong with an answer; they tell of what was sent, and go nowhere. */
async function refusing<T>(checking: Promise<T>): Promise<T> {
  return await checking.catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause;
    throw new AppError("PASSKEY_INVALID", undefined, {}, { cause });
  });
}

async function take(kagi: Kagi, tx: Db, { row, signCount }: Used): Promise<void> {
  const taken = await tx.get(queries.takeSignature(row.id, signCount, kagi.now().toISOString()));
  if (taken === undefined) throw new AppError("PASSKEY_INVALID");
}

function isRefused(error: unknown): boolean {
  return error instanceof AppError && error.code === "PASSKEY_INVALID";
}

function mustBeUsable(party: Party | null): Party {
  if (party === null) throw new AppError("PASSKEYS_UNAVAILABLE");
  return party;
}

function credentialOf({ credentialId, transports }: queries.PasskeyRow) {
  return { id: credentialId, transports: JSON.parse(transports) as string[] };
}

function thingOf({ id, name }: Pick<Passkey, "id" | "name">): Thing {
  return { kind: "passkey", id, name };
}

function tooMany(): AppError {
  return conflict(`There are ${MOST_PASSKEYS} passkeys already. Delete one first`);
}
