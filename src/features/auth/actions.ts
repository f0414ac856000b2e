import { isCommonPassword } from "../../crypto/common-passwords.ts";
import { open, type Place, seal } from "../../crypto/envelope.ts";
import { derivedKey } from "../../crypto/keyring.ts";
import { hashPassword, verifyPassword } from "../../crypto/passwords.ts";
import { mac, newId, randomToken, sameText, sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { AppError, invalid, uniquely } from "../../errors.ts";
import { type Actor, type Caller, type Kagi, OPERATOR } from "../../kagi.ts";
import type { EmailChange, NameChange, PasswordChange } from "../account/model.ts";
import { record } from "../audit/actions.ts";
import { type Thing, VAULT, type Verb } from "../audit/model.ts";
import {
  type Factors,
  MOST_PENDING,
  type NewUserInput,
  PASSWORD_LENGTH,
  PENDING_SIGN_IN_MS,
  SESSION_IDLE_MS,
  SESSION_MAX_MS,
  type SecondStep,
  type SessionInfo,
  type SignInInput,
  type SignInMethod,
  TOUCH_EVERY_MS,
  type User,
} from "./model.ts";
import { type Confirmed, confirmSession, holdProven, provePassword, sessionOf } from "./proof.ts";
import * as queries from "./queries.ts";
import { factorsOf, hasSecondFactor, useCode } from "./second-factor.ts";
import { endOthers } from "./sessions.ts";
import { accountKey, addressKey, forgiveTries, takeCodeTries, takeTries, tellOnce, windowStart } from "./throttle.ts";

/** A fresh session, which lives for `sessionSeconds` at most. The tokens go into cookies and are nowhere else. */
export type SignedIn = Readonly<{ user: User; sessionToken: string; sessionSeconds: number; deviceToken: string }>;

/** What a right password, or another proof of the first kind, brings: a session, or the question for a second factor. */
export type Admission =
  | (Readonly<{ kind: "session" }> & SignedIn)
  /** The token goes into a cookie of `seconds` and is nowhere else. */
  | Readonly<{ kind: "second-factor"; pendingToken: string; seconds: number }>;

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
): Promise<Admission> {
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
    if (!(await tx.get(queries.holdUnchanged(user.id, user.passwordHash))))
      throw new AppError("AUTH_INVALID_CREDENTIALS");
    return await admitUser(kagi, tx, caller, user, { verb: "sign-in", method: "password", previous });
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

/** The issuer through which somebody has come in. */
const PROVEN = "keycloak-proven";

/** Writes down that somebody came in through this issuer. */
export async function noteProvenIssuer(tx: Db, issuer: string): Promise<void> {
  await tx.run(queries.putMeta(PROVEN, issuer));
}

/**
 * The same for whoever sends everything at once. Throws SECOND_FACTOR_REQUIRED, after the right password alone, where a
 * code is needed and none was sent; else what `signIn` and `finishSignIn` throw.
 */
export async function signInAtOnce(
  kagi: Kagi,
  caller: Caller,
  { code, ...input }: SignInInput,
  { device, previous }: Carried,
): Promise<SignedIn> {
  const admission = await signIn(kagi, caller, input, device, previous);
  if (admission.kind === "session") return admission;
  if (code === undefined) throw new AppError("SECOND_FACTOR_REQUIRED", undefined, { field: "code" });
  return await finishSignIn(kagi, caller, admission.pendingToken, code, { device, previous });
}

/** How somebody has proven who they are, and the session token that their browser carried until then. */
export type Arrival = Readonly<{
  verb: Verb;
  method: SignInMethod;
  previous: string | null;
  voucher?: Voucher | null;
}>;

/** Where a session comes from that Keycloak vouched for: the identity here, the session there, and the ID token. */
export type Voucher = Readonly<{ identityId: string; sid: string | null; idToken: string }>;

/**
 * Lets in somebody whose account is held and who has given the first proof: a session, or, where the account has a second
 * factor, the question for that. The browser's previous session ends where the new one begins.
 */
export async function admitUser(
  kagi: Kagi,
  tx: Db,
  caller: Caller,
  user: User & { passwordHash: string | null },
  arrival: Arrival,
): Promise<Admission> {
  if (!hasSecondFactor(await factorsOf(tx, user.id))) {
    return { kind: "session", ...(await startSession(kagi, tx, caller, user, arrival)) };
  }
  const pendingToken = randomToken();
  const expiresAt = new Date(kagi.now().getTime() + PENDING_SIGN_IN_MS).toISOString();
  const { method, voucher = null } = arrival;
  const id = newId();
  const vouched = sealVoucher(kagi, "pending_sign_ins", id, voucher);
  const tokenHash = sha256(pendingToken);
  await tx.run(queries.insertPending({ id, userId: user.id, tokenHash, method, expiresAt, ...vouched }));
  await tx.run(queries.deleteOlderPending(user.id, MOST_PENDING));
  const thing: Thing = { kind: "user", id: user.id, name: user.email };
  await record(kagi, tx, { ...caller, userId: user.id }, "begin-sign-in", thing, { detail: `method=${method}` });
  return { kind: "second-factor", pendingToken, seconds: PENDING_SIGN_IN_MS / 1000 };
}

/** Somebody who owes a second factor. */
export type Pending = Readonly<{ userId: string; email: string; method: SignInMethod; factors: Factors }>;

/** Whom a token of a sign-in that is half done stands for; null when it has run out, is done, or never was. */
export async function findPendingSignIn(kagi: Kagi, token: string | null): Promise<Pending | null> {
  const row = await pendingRow(kagi, token);
  if (row === undefined) return null;
  const { userId, email } = row;
  return { userId, email, method: row.method as SignInMethod, factors: await factorsOf(kagi.db, userId) };
}

async function pendingRow(kagi: Kagi, token: string | null): Promise<queries.PendingRow | undefined> {
  if (token === null) return undefined;
  return await kagi.db.get<queries.PendingRow>(queries.findPending(sha256(token), kagi.now().toISOString()));
}

/** The tokens that a browser carries besides the one of a sign-in that is half done. */
type Carried = Readonly<{ device: string | null; previous: string | null }>;

/**
 * Ends a sign-in with a code of the authenticator app or a recovery code. A code works once, and so does the sign-in.
 * Throws AUTH_REQUIRED when the sign-in has run out, SECOND_FACTOR_INVALID, RATE_LIMITED.
 */
export async function finishSignIn(
  kagi: Kagi,
  caller: Caller,
  token: string | null,
  code: string,
  { device, previous }: Carried,
): Promise<SignedIn> {
  const pending = await pendingRow(kagi, token);
  if (pending === undefined) throw new AppError("AUTH_REQUIRED", "That took too long. Sign in again");
  const user = { ...pending, id: pending.userId };
  const thing: Thing = { kind: "user", id: user.id, name: user.email };
  const recordRefusal = async (tx: Db, why: string) => {
    kagi.log.warn("sign-in refused", { address: caller.address, why, requestId: caller.requestId });
    const who = { ...caller, userId: user.id };
    await record(kagi, tx, who, "sign-in", thing, { result: "refused", detail: `why=${why}` });
  };
  const known = device !== null && sameText(device, deviceToken(kagi, user)) ? device : null;
  const tries = await takeCodeTries(kagi, user.id, known, (tx) => recordRefusal(tx, "throttled"));
  const signedIn = await kagi.db.transaction(async (tx) => {
    // The account before what is its own, as whoever admits or ends somebody holds it.
    if (!(await tx.get(queries.holdActive(user.id)))) throw new AppError("AUTH_INVALID_CREDENTIALS");
    const step = await useCode(kagi, tx, user.id, code);
    if (step === null) return null;
    if (!(await tx.get(queries.takePending(pending.id)))) throw new AppError("SECOND_FACTOR_INVALID");
    return await startSession(kagi, tx, caller, user, { verb: "sign-in", ...begunBy(kagi, pending), step, previous });
  });
  if (signedIn === null) {
    await kagi.db.transaction((tx) => recordRefusal(tx, "second-factor"));
    throw new AppError("SECOND_FACTOR_INVALID", undefined, { field: "code" });
  }
  await forgiveTries(kagi, tries);
  return signedIn;
}

/**
 * Signs somebody in who has proven who they are by a passkey, which verifies its person and so stands for both factors.
 * A sign-in of the same person that is half done is thereby done. Throws AUTH_INVALID_CREDENTIALS for a disabled account.
 */
export async function signInByPasskey(
  kagi: Kagi,
  tx: Db,
  caller: Caller,
  userId: string,
  { pending: token, previous }: { pending: string | null; previous: string | null },
): Promise<SignedIn> {
  const user = await tx.get<queries.UserRow>(queries.findUser(userId));
  if (user === undefined || !(await tx.get(queries.holdActive(userId)))) throw new AppError("AUTH_INVALID_CREDENTIALS");
  const pending =
    token === null
      ? undefined
      : await tx.get<queries.PendingRow>(queries.findPending(sha256(token), kagi.now().toISOString()));
  const begun = pending?.userId === userId && (await tx.get(queries.takePending(pending.id))) !== undefined;
  const how = begun ? { ...begunBy(kagi, pending), step: "passkey" as const } : { method: "passkey" as const };
  return await startSession(kagi, tx, caller, user, { verb: "sign-in", previous, ...how });
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
    return await startSession(kagi, tx, caller, user, { verb: "set-up", method: "set-up", previous: null });
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
  const signedInAt = session.method?.startsWith("keycloak") ? null : session.createdAt;
  const user = { name, email };
  return { ...caller, userId, credential: { kind: "session", sessionId, user, signedInAt, confirmedAt } };
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
    const row = await tx.get<queries.EndedSession>(queries.deleteSession(actor.userId, sessionId));
    await record(kagi, tx, actor, "sign-out", { kind: "user", id: actor.userId, name: user.email });
    return row;
  });
  const sealed = ended?.sealedIdToken ?? null;
  return sealed === null ? null : open(kagi.keyring, idTokenOf("sessions", sessionId), sealed);
}

/**
 * Ends the sessions that began from an identity, or from one session of it at Keycloak, and what is half way to one;
 * tells how many sessions there were.
 */
export async function endSessionsOfIdentity(tx: Db, identityId: string, keycloakSid: string | null): Promise<number> {
  await tx.run(queries.deletePendingOfIdentity(identityId, keycloakSid));
  return (await tx.all(queries.deleteSessionsOfIdentity(identityId, keycloakSid))).length;
}

/** Ends the other sessions that began from an identity; the actor's own goes on and knows nothing of it any more. */
export async function forgetIdentity(tx: Db, actor: Actor, identityId: string): Promise<void> {
  const { sessionId } = sessionOf(actor);
  await tx.run(queries.deletePendingOfIdentity(identityId, null));
  await tx.run(queries.deleteOtherSessionsOfIdentity(identityId, sessionId));
  await tx.run(queries.detachSession(identityId, sessionId));
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

/**
 * Ends every other session of the account, as a new password does: whoever moves the account elsewhere is to be the only
 * one in it. The session goes on under another token; null when that is the address already.
 * Throws VALIDATION_ERROR, AUTH_INVALID_CREDENTIALS, RATE_LIMITED, CONFLICT when another account has the address.
 */
export async function changeEmail(
  kagi: Kagi,
  actor: Actor,
  change: EmailChange,
): Promise<(Confirmed & { endedSessions: number }) | null> {
  const email = normalizeEmail(change.email);
  const { currentPassword: password, code } = change;
  const user = await provePassword(kagi, actor, { password, code, field: "currentPassword", orFreshProof: true });
  if (email === user.email) return null;
  return await kagi.db.transaction(async (tx) => {
    await holdProven(tx, user);
    const set = tx.run(queries.setEmail(user.id, email, kagi.now().toISOString()));
    await uniquely(set, "Another account has that address", "email");
    const { endedSessions, ...confirmed } = await keepThisSession(kagi, tx, actor);
    const detail = `what=email ended-sessions=${endedSessions}`;
    await record(kagi, tx, actor, "change", { kind: "user", id: user.id, name: email }, { detail });
    return { ...confirmed, endedSessions };
  });
}

/**
 * Sets a password, and ends every other session of the account; access keys stay. The session goes on under another
 * token. Throws VALIDATION_ERROR, AUTH_INVALID_CREDENTIALS, RATE_LIMITED.
 */
export async function changePassword(
  kagi: Kagi,
  actor: Actor,
  { currentPassword, code, password }: PasswordChange,
): Promise<Confirmed & { deviceToken: string; endedSessions: number }> {
  const { user } = sessionOf(actor);
  await checkPassword(password, user.email);
  const same = currentPassword.normalize("NFKC") === password.normalize("NFKC");
  const check = () => {
    if (same) throw invalid("password", "is the one that you have already");
  };
  const proof = { password: currentPassword, code, field: "currentPassword", orFreshProof: true, check };
  const proven = await provePassword(kagi, actor, proof);
  const passwordHash = await hashPassword(password);
  return await kagi.db.transaction(async (tx) => {
    await holdProven(tx, proven);
    await tx.run(queries.setPassword(proven.id, passwordHash, kagi.now().toISOString()));
    const { endedSessions, ...confirmed } = await keepThisSession(kagi, tx, actor);
    const thing: Thing = { kind: "user", id: proven.id, name: proven.email };
    await record(kagi, tx, actor, "change-password", thing, { detail: `ended-sessions=${endedSessions}` });
    return { ...confirmed, deviceToken: deviceToken(kagi, { id: proven.id, passwordHash }), endedSessions };
  });
}

/** Ends all of somebody's sessions but this one, which goes on under another token, and what is half way to one. */
async function keepThisSession(kagi: Kagi, tx: Db, actor: Actor): Promise<Confirmed & { endedSessions: number }> {
  const ended = await endOthers(tx, actor);
  return { ...(await confirmSession(kagi, tx, actor)), endedSessions: ended.length };
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
    await tx.run(queries.deleteDeadPending(now.toISOString()));
    await tx.run(queries.deleteDeadCeremonies(now.toISOString()));
    await tx.run(queries.deleteUnconfirmedTotps(before(now, UNCONFIRMED_MS)));
  });
}

const UNCONFIRMED_MS = 60 * 60 * 1000;

// The operator's verbs.

export async function addUser(kagi: Kagi, input: NewUserInput): Promise<User> {
  const user = await prepareUser(kagi, input);
  await kagi.db.transaction(async (tx) => {
    await tx.run(queries.claimSetup(null));
    await uniquely(insertUser(tx, user), `There is an account for ${user.email} already`);
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
    await endAll(tx, user.id);
    await tx.run(queries.clearTries(accountKey(kagi, user.email)));
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
    if (disabled) await endAll(tx, user.id);
    await recordOperator(kagi, tx, user, disabled ? "disable" : "enable");
  });
}

/** Ends every session of an account, and what is half way to one. */
export async function endAll(tx: Db, userId: string): Promise<void> {
  await tx.run(queries.deleteSessionsOf(userId));
  await tx.run(queries.deletePendingOf(userId));
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

/** Begins a session of somebody who has proven all that their account asks for. */
async function startSession(
  kagi: Kagi,
  tx: Db,
  caller: Caller,
  user: User & { passwordHash: string | null },
  { verb, method, step = null, previous, voucher = null }: Arrival & { step?: SecondStep | null },
): Promise<SignedIn> {
  if (previous !== null) await tx.run(queries.deleteSessionByToken(sha256(previous)));
  const now = kagi.now();
  const sessionToken = randomToken();
  const id = newId();
  const by = step === null ? method : `${method}+${step}`;
  await tx.run(
    queries.insertSession({
      id,
      userId: user.id,
      tokenHash: sha256(sessionToken),
      address: caller.address,
      userAgent: caller.userAgent?.slice(0, 300) ?? null,
      method: by,
      at: now.toISOString(),
      expiresAt: new Date(now.getTime() + SESSION_MAX_MS).toISOString(),
      ...sealVoucher(kagi, "sessions", id, voucher),
    }),
  );
  const { name, email } = user;
  const actor: Actor = {
    ...caller,
    userId: user.id,
    credential: {
      kind: "session",
      sessionId: id,
      user: { name, email },
      signedInAt: method === "keycloak" ? null : now.toISOString(),
      confirmedAt: null,
    },
  };
  const detail = verb === "sign-in" && by !== "password" ? `method=${by}` : null;
  await record(kagi, tx, actor, verb, { kind: "user", id: user.id, name: email }, { detail });
  return {
    user: { id: user.id, name, email },
    sessionToken,
    sessionSeconds: SESSION_MAX_MS / 1000,
    deviceToken: deviceToken(kagi, user),
  };
}

/** What the first step of a sign-in has brought. */
function begunBy(kagi: Kagi, pending: queries.PendingRow): Pick<Arrival, "method" | "voucher"> {
  const { id, identityId, keycloakSid: sid, sealedIdToken } = pending;
  const method = pending.method as SignInMethod;
  if (identityId === null || sealedIdToken === null) return { method };
  return {
    method,
    voucher: { identityId, sid, idToken: open(kagi.keyring, idTokenOf("pending_sign_ins", id), sealedIdToken) },
  };
}

function sealVoucher(kagi: Kagi, table: "sessions" | "pending_sign_ins", id: string, voucher: Voucher | null) {
  return {
    identityId: voucher?.identityId ?? null,
    keycloakSid: voucher?.sid ?? null,
    sealedIdToken: voucher === null ? null : seal(kagi.keyring, idTokenOf(table, id), voucher.idToken),
  };
}

function idTokenOf(table: "sessions" | "pending_sign_ins", id: string): Place {
  return { table, column: "sealed_id_token", id };
}

/** Proves that this browser has signed in to this account since its password was last set. Needs no row. */
function deviceToken(kagi: Kagi, user: { id: string; passwordHash: string | null }): string {
  return mac(derivedKey(kagi.keyring, "device"), `${user.id} ${user.passwordHash ?? ""}`);
}

/** Throws NOT_FOUND. */
export async function mustFindUser(kagi: Kagi, email: string): Promise<queries.UserRow> {
  const user = await kagi.db.get<queries.UserRow>(queries.findUserByEmail(normalizeEmail(email)));
  if (user === undefined) throw new AppError("NOT_FOUND", "There is no account with that e-mail");
  return user;
}

/** Writes down what the operator did with an account. */
export async function recordOperator(kagi: Kagi, tx: Db, user: User, verb: Verb): Promise<void> {
  const actor: Actor = { ...OPERATOR, userId: user.id, credential: { kind: "operator" } };
  await record(kagi, tx, actor, verb, { kind: "user", id: user.id, name: user.email });
}

export function normalizeEmail(email: string): string {
  return email.trim().normalize("NFKC").toLowerCase();
}

function before(now: Date, milliseconds: number): string {
  return new Date(now.getTime() - milliseconds).toISOString();
}
