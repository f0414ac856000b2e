import { isCommonPassword } from "../../crypto/common-passwords.ts";
import { open, type Place, seal } from "../../crypto/envelope.ts";
import { derivedKey } from "../../crypto/keyring.ts";
import { hashPassword, verifyPassword } from "../../crypto/passwords.ts";
import { mac, newId, randomToken, sameText, sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { AppError, conflict, invalid, uniquely } from "../../errors.ts";
import { type Actor, type Caller, type Kagi, OPERATOR } from "../../kagi.ts";
import type { EmailChange, NameChange, PasswordChange } from "../account/model.ts";
import { record } from "../audit/actions.ts";
import { type Thing, VAULT, type Verb } from "../audit/model.ts";
import {
  type NewUserInput,
  PASSWORD_LENGTH,
  SESSION_IDLE_MS,
  SESSION_MAX_MS,
  type SessionInfo,
  type SignInInput,
  TOUCH_EVERY_MS,
  type User,
} from "./model.ts";
import { type Confirmed, confirmSession, holdProven, provePassword, sessionOf } from "./proof.ts";
import * as queries from "./queries.ts";
import { accountKey, addressKey, forgiveTries, takeTries, tellOnce, windowStart } from "./throttle.ts";

/** A fresh session, which lives for `sessionSeconds` at most. The tokens go into cookies and are nowhere else. */
export type SignedIn = Readonly<{ user: User; sessionToken: string; sessionSeconds: number; deviceToken: string }>;

/**
 * Signs in with a password. `previous` is the session token that the browser still carries, which ends here, so that a
 * session planted before the sign-in is worth nothing after it. `device` is the token of an earlier sign-in.
 * Throws AUTH_INVALID_CREDENTIALS, after the same work whether the account exists or not, RATE_LIMITED, and
 * EMAIL_PASSWORD_DISABLED, whoever asks.
 */
export async function signIn(
  kagi: Kagi,
  caller: Caller,
  input: SignInInput,
  device: string | null,
  previous: string | null = null,
): Promise<SignedIn> {
  if (!(await mayUsePasswords(kagi))) throw new AppError("EMAIL_PASSWORD_DISABLED");
  const email = normalizeEmail(input.email);
  const user = await kagi.db.get<queries.UserRow>(queries.findUserByEmail(email));
  const known = user !== undefined && device !== null && sameText(device, deviceToken(kagi, user)) ? device : null;
  const thing: Thing = { kind: "user", id: user?.id ?? null, name: user?.email ?? null };
  const recordRefusal = async (tx: Db, why: string) => {
    kagi.log.warn("sign-in refused", { address: caller.address, why, requestId: caller.requestId });
    await record(kagi, tx, { ...caller, userId: thing.id }, "sign-in", thing, {
      result: "refused",
      detail: `why=${why}`,
    });
  };
  const tries = await takeTries(kagi, caller, email, known, (tx) => recordRefusal(tx, "throttled"));
  const right = await verifyPassword(input.password, user?.passwordHash ?? null);
  if (user === undefined || !right || user.disabledAt !== null) {
    await kagi.db.transaction((tx) => recordRefusal(tx, right ? "disabled" : "credentials"));
    throw new AppError("AUTH_INVALID_CREDENTIALS");
  }
  await forgiveTries(kagi, tries);
  return await kagi.db.transaction(async (tx) => {
    if (!(await tx.get(queries.holdUser(user.id, user.passwordHash)))) throw new AppError("AUTH_INVALID_CREDENTIALS");
    if (previous !== null) await endSession(tx, previous);
    return await admitUser(kagi, tx, caller, user, "sign-in");
  });
}

/**
 * Whether an e-mail and a password let anybody in. The operator may switch that off, which counts from the moment on at
 * which the other way has been seen to work: a mistake in its settings locks nobody out.
 */
export async function mayUsePasswords({ config, db }: Pick<Kagi, "config" | "db">): Promise<boolean> {
  if (config.emailPassword || config.keycloak === null) return true;
  return (await db.get<{ value: string }>(queries.readMeta(PROVEN)))?.value !== config.keycloak.issuer;
}

/** Whether the actor's account has a password; one that Keycloak made has none. */
export async function hasPassword(kagi: Kagi, actor: Actor): Promise<boolean> {
  return (await kagi.db.get<queries.UserRow>(queries.findUser(actor.userId)))?.passwordHash != null;
}

/** The issuer through which somebody has come in. */
const PROVEN = "keycloak-proven";

/** Writes down that somebody came in through this issuer. */
export async function noteProvenIssuer(tx: Db, issuer: string): Promise<void> {
  await tx.run(queries.putMeta(PROVEN, issuer));
}

/** Whether the first account has been made. */
export async function isSetUp(kagi: Kagi): Promise<boolean> {
  if (!setUpAlready.has(kagi) && (await kagi.db.get(queries.anyUser())) !== undefined) setUpAlready.add(kagi);
  return setUpAlready.has(kagi);
}

/** Accounts are disabled, never removed, so that a vault that has one always will. */
const setUpAlready = new WeakSet<Kagi>();

/**
 * Opens the set-up page for one account, and returns the token that a caller from elsewhere has to show. Only the
 * newest token counts. Null when there is an account already.
 */
export async function openSetup(kagi: Kagi): Promise<string | null> {
  if (await isSetUp(kagi)) return null;
  const token = randomToken();
  await kagi.db.run(queries.putMeta("setup", sha256(token)));
  return token;
}

/** Makes the first account and signs it in. `trusted` callers, those on this machine, need no token. */
export async function setUp(
  kagi: Kagi,
  caller: Caller,
  input: NewUserInput,
  proof: { trusted: boolean; token: string | null },
): Promise<SignedIn> {
  if (await isSetUp(kagi)) throw new AppError("NOT_FOUND");
  if (!proof.trusted && proof.token === null) throw new AppError("SETUP_TOKEN_REQUIRED");
  const user = await prepareUser(kagi, input);
  const signedIn = await kagi.db.transaction(async (tx) => {
    const claimed = await tx.get(queries.claimSetup(proof.trusted ? null : sha256(proof.token ?? "")));
    if (!claimed) return undefined;
    await insertUser(tx, user);
    return await admitUser(kagi, tx, caller, user, "set-up");
  });
  if (signedIn !== undefined) return signedIn;
  await tellOnce(kagi, `set-up ${addressKey(caller)}`, (tx) =>
    record(kagi, tx, { ...caller, userId: null }, "set-up", VAULT, { result: "refused" }),
  );
  throw new AppError("SETUP_TOKEN_REQUIRED");
}

/** The session and its person, or undefined: unknown, idle for too long, too old, or of a disabled account. */
export async function findSessionActor(kagi: Kagi, caller: Caller, token: string): Promise<Actor | undefined> {
  const now = kagi.now();
  const session = await kagi.db.get<queries.SessionRow>(
    queries.findSession(sha256(token), now.toISOString(), before(now, SESSION_IDLE_MS)),
  );
  if (session === undefined) return undefined;
  if (session.lastSeenAt < before(now, TOUCH_EVERY_MS)) {
    await kagi.db.run(queries.touchSession(session.id, now.toISOString()));
  }
  const { id: sessionId, userId, name, email, confirmedAt } = session;
  return { ...caller, userId, credential: { kind: "session", sessionId, user: { name, email }, confirmedAt } };
}

export async function describeSession(kagi: Kagi, actor: Actor): Promise<SessionInfo> {
  const { sessionId } = sessionOf(actor);
  const session = await kagi.db.get<queries.SessionRow>(queries.findOwnSession(actor.userId, sessionId));
  if (session === undefined) throw new AppError("AUTH_REQUIRED");
  return {
    user: { id: session.userId, name: session.name, email: session.email },
    session: { id: session.id, createdAt: session.createdAt, expiresAt: session.expiresAt },
  };
}

/** Ends the session. Returns the ID token of the sign-in through Keycloak that it began with, if it did. */
export async function signOut(kagi: Kagi, actor: Actor): Promise<string | null> {
  const { sessionId, user } = sessionOf(actor);
  const ended = await kagi.db.transaction(async (tx) => {
    const row = await tx.get<queries.EndedRow>(queries.deleteSession(actor.userId, sessionId));
    await record(kagi, tx, actor, "sign-out", { kind: "user", id: actor.userId, name: user.email });
    return row;
  });
  const sealed = ended?.sealedIdToken ?? null;
  return sealed === null ? null : open(kagi.keyring, idTokenOf(sessionId), sealed);
}

/** Ends the sessions that began from an identity, or from one session of it at Keycloak; tells how many. */
export async function endSessionsOfIdentity(tx: Db, identityId: string, keycloakSid: string | null): Promise<number> {
  return (await tx.all(queries.deleteSessionsOfIdentity(identityId, keycloakSid))).length;
}

/** Ends the other sessions that began from an identity; the actor's own goes on and knows nothing of it any more. */
export async function forgetIdentity(tx: Db, actor: Actor, identityId: string): Promise<void> {
  const { sessionId } = sessionOf(actor);
  await tx.run(queries.deleteOtherSessionsOfIdentity(identityId, sessionId));
  await tx.run(queries.detachSession(identityId, sessionId));
}

/** Ends the session that a browser still carries, so that one planted before a sign-in is worth nothing after it. */
export async function endSession(tx: Db, token: string): Promise<void> {
  await tx.run(queries.deleteSessionByToken(sha256(token)));
}

/** Throws VALIDATION_ERROR. */
export async function changeName(kagi: Kagi, actor: Actor, { name }: NameChange): Promise<void> {
  const { user } = sessionOf(actor);
  if (name === user.name) return;
  await kagi.db.transaction(async (tx) => {
    await tx.run(queries.setName(actor.userId, name, kagi.now().toISOString()));
    await record(
      kagi,
      tx,
      actor,
      "change",
      { kind: "user", id: actor.userId, name: user.email },
      { detail: "what=name" },
    );
  });
}

/** Throws VALIDATION_ERROR, AUTH_INVALID_CREDENTIALS, RATE_LIMITED, CONFLICT when another account has the address. */
export async function changeEmail(kagi: Kagi, actor: Actor, change: EmailChange): Promise<void> {
  const email = normalizeEmail(change.email);
  const user = await provePassword(kagi, actor, change.currentPassword, "currentPassword");
  if (email === user.email) return;
  await kagi.db.transaction(async (tx) => {
    await holdProven(tx, user);
    const set = tx.run(queries.setEmail(user.id, email, kagi.now().toISOString()));
    await uniquely(set, "Another account has that address", "email");
    await record(kagi, tx, actor, "change", { kind: "user", id: user.id, name: email }, { detail: "what=email" });
  });
}

/**
 * Sets a password, and ends every other session of the account; access keys stay. The session goes on under another
 * token. Throws VALIDATION_ERROR, AUTH_INVALID_CREDENTIALS, RATE_LIMITED.
 */
export async function changePassword(
  kagi: Kagi,
  actor: Actor,
  { currentPassword, password }: PasswordChange,
): Promise<Confirmed & { deviceToken: string; endedSessions: number }> {
  const { sessionId, user } = sessionOf(actor);
  await checkPassword(password, user.email);
  const proven = await provePassword(kagi, actor, currentPassword, "currentPassword");
  if (currentPassword.normalize("NFKC") === password.normalize("NFKC")) {
    throw invalid("password", "is the one that you have already");
  }
  const passwordHash = await hashPassword(password);
  return await kagi.db.transaction(async (tx) => {
    await holdProven(tx, proven);
    await tx.run(queries.setPassword(proven.id, passwordHash, kagi.now().toISOString()));
    const endedSessions = (await tx.all(queries.deleteOtherSessions(proven.id, sessionId))).length;
    const confirmed = await confirmSession(kagi, tx, actor);
    const thing: Thing = { kind: "user", id: proven.id, name: proven.email };
    await record(kagi, tx, actor, "change-password", thing, { detail: `ended-sessions=${endedSessions}` });
    return { ...confirmed, deviceToken: deviceToken(kagi, { id: proven.id, passwordHash }), endedSessions };
  });
}

/** Makes an account without a password. The set-up page closes with it. Throws CONFLICT when the address has one. */
export async function addUserWithoutPassword(
  kagi: Kagi,
  tx: Db,
  { email, name }: Readonly<{ email: string; name: string }>,
): Promise<User & { passwordHash: null }> {
  const user = { id: newId(), email, name, passwordHash: null, createdAt: kagi.now().toISOString() };
  await tx.run(queries.claimSetup(null));
  await uniquely(insertUser(tx, user), "There is an account for that address already", "email");
  return user;
}

/** Drops what has run out. Called at start and then every hour; nothing relies on it having run. */
export async function forgetExpired(kagi: Kagi): Promise<void> {
  const now = kagi.now();
  await kagi.db.transaction(async (tx) => {
    await tx.run(queries.deleteDeadSessions(now.toISOString(), before(now, SESSION_IDLE_MS)));
    await tx.run(queries.deleteOldThrottles(windowStart(now)));
  });
}

// The operator's verbs.

export async function addUser(kagi: Kagi, input: NewUserInput): Promise<User> {
  const user = await prepareUser(kagi, input);
  await kagi.db.transaction(async (tx) => {
    if (await tx.get(queries.findUserByEmail(user.email)))
      throw conflict(`There is an account for ${user.email} already`);
    await tx.run(queries.claimSetup(null));
    await insertUser(tx, user);
    await recordOperator(kagi, tx, user, "create");
  });
  return { id: user.id, name: user.name, email: user.email };
}

export async function listUsers(kagi: Kagi): Promise<Omit<queries.UserRow, "passwordHash">[]> {
  const users = await kagi.db.all<queries.UserRow>(queries.allUsers());
  return users.map(({ passwordHash: _, ...user }) => user);
}

/**
 * Sets a password and ends every session of the account, whose throttled tries are forgiven; it may stay disabled. Where
 * signing in with passwords was switched off, it is open again until somebody comes in through Keycloak.
 */
export async function resetPassword(kagi: Kagi, email: string, password: string): Promise<{ disabled: boolean }> {
  const user = await mustFindUser(kagi, email);
  await checkPassword(password, user.email);
  const hash = await hashPassword(password);
  await kagi.db.transaction(async (tx) => {
    await tx.run(queries.setPassword(user.id, hash, kagi.now().toISOString()));
    await tx.run(queries.deleteSessionsOf(user.id));
    await tx.run(queries.clearTries(accountKey(user.email)));
    await tx.run(queries.deleteMeta(PROVEN));
    await recordOperator(kagi, tx, user, "reset-password");
  });
  return { disabled: user.disabledAt !== null };
}

/** A disabled account cannot sign in and its sessions and access keys stop working; nothing of it is deleted. */
export async function setUserDisabled(kagi: Kagi, email: string, disabled: boolean): Promise<void> {
  const user = await mustFindUser(kagi, email);
  const at = kagi.now().toISOString();
  await kagi.db.transaction(async (tx) => {
    await tx.run(queries.setDisabled(user.id, disabled ? at : null, at));
    if (disabled) await tx.run(queries.deleteSessionsOf(user.id));
    await recordOperator(kagi, tx, user, disabled ? "disable" : "enable");
  });
}

/** Throws VALIDATION_ERROR for a password that is short, common, or the account's own e-mail. */
export async function checkPassword(password: string, email: string): Promise<void> {
  const length = [...password].length;
  if (length < PASSWORD_LENGTH.min || length > PASSWORD_LENGTH.max) {
    throw invalid("password", `must have ${PASSWORD_LENGTH.min} to ${PASSWORD_LENGTH.max} characters`);
  }
  const lower = password.toLowerCase();
  if (lower === email || lower === email.split("@")[0]) throw invalid("password", "must not be the e-mail address");
  if (await isCommonPassword(password)) throw invalid("password", "is among the most common ones; choose another");
}

type PreparedUser = User & { passwordHash: string | null; createdAt: string };

async function prepareUser(kagi: Kagi, input: NewUserInput): Promise<PreparedUser> {
  const email = normalizeEmail(input.email);
  await checkPassword(input.password, email);
  return {
    id: newId(),
    email,
    name: input.name?.trim() || (email.split("@")[0] as string),
    passwordHash: await hashPassword(input.password),
    createdAt: kagi.now().toISOString(),
  };
}

async function insertUser(tx: Db, user: PreparedUser): Promise<void> {
  await tx.run(queries.insertUser(user.id, user.email, user.name, user.passwordHash, user.createdAt));
}

/** Where a session comes from that Keycloak vouched for: the identity here, the session there, and the ID token. */
export type Voucher = Readonly<{ identityId: string; sid: string | null; idToken: string }>;

/** Lets somebody in who has proven who they are. */
export async function admitUser(
  kagi: Kagi,
  tx: Db,
  caller: Caller,
  user: User & { passwordHash: string | null },
  verb: Verb,
  voucher: Voucher | null = null,
): Promise<SignedIn> {
  const now = kagi.now();
  const sessionToken = randomToken();
  const id = newId();
  await tx.run(
    queries.insertSession({
      id,
      userId: user.id,
      tokenHash: sha256(sessionToken),
      address: caller.address,
      userAgent: caller.userAgent?.slice(0, 300) ?? null,
      at: now.toISOString(),
      expiresAt: new Date(now.getTime() + SESSION_MAX_MS).toISOString(),
      identityId: voucher?.identityId ?? null,
      keycloakSid: voucher?.sid ?? null,
      sealedIdToken: voucher === null ? null : seal(kagi.keyring, idTokenOf(id), voucher.idToken),
    }),
  );
  const { name, email } = user;
  const actor: Actor = {
    ...caller,
    userId: user.id,
    credential: { kind: "session", sessionId: id, user: { name, email }, confirmedAt: null },
  };
  const more = voucher === null ? {} : { detail: "by=keycloak" };
  await record(kagi, tx, actor, verb, { kind: "user", id: user.id, name: email }, more);
  return {
    user: { id: user.id, name, email },
    sessionToken,
    sessionSeconds: SESSION_MAX_MS / 1000,
    deviceToken: deviceToken(kagi, user),
  };
}

function idTokenOf(sessionId: string): Place {
  return { table: "sessions", column: "sealed_id_token", id: sessionId };
}

/** Proves that this browser has signed in to this account since its password was last set. Needs no row. */
function deviceToken(kagi: Kagi, user: { id: string; passwordHash: string | null }): string {
  return mac(derivedKey(kagi.keyring, "device"), `${user.id} ${user.passwordHash ?? ""}`);
}

async function mustFindUser(kagi: Kagi, email: string): Promise<queries.UserRow> {
  const user = await kagi.db.get<queries.UserRow>(queries.findUserByEmail(normalizeEmail(email)));
  if (user === undefined) throw new AppError("NOT_FOUND", "There is no account with that e-mail");
  return user;
}

async function recordOperator(kagi: Kagi, tx: Db, user: User, verb: Verb): Promise<void> {
  const actor: Actor = { ...OPERATOR, userId: user.id, credential: { kind: "operator" } };
  await record(kagi, tx, actor, verb, { kind: "user", id: user.id, name: user.email });
}

export function normalizeEmail(email: string): string {
  return email.trim().normalize("NFKC").toLowerCase();
}

function before(now: Date, milliseconds: number): string {
  return new Date(now.getTime() - milliseconds).toISOString();
}
