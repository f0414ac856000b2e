import { verifyPassword } from "../../crypto/passwords.ts";
import { randomToken, sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { AppError } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { record } from "../audit/actions.ts";
import type { Thing } from "../audit/model.ts";
import { PROOF_FRESH_MS } from "./model.ts";
import * as queries from "./queries.ts";
import { factorsOf, hasSecondFactor, useCode } from "./second-factor.ts";
import { forgiveTries, takeSessionTry } from "./throttle.ts";

/**
 * Fresh proof: a session says that somebody has signed in, and not that it is still them who sits there. Whatever could
 * not be made good again asks for the password once more, with a code where there is a second factor, or for a passkey,
 * which then counts for a while. On the pages signing in does not count: a session that is stolen right after it is worth
 * no more than another. At the API it does: a script that signs in has just proven who it is. It does not where Keycloak
 * has vouched for somebody, who may have proven nothing there for days.
 */

/**
 * Throws FRESH_PROOF_REQUIRED, which leads from a page to the confirmation, and from there to the page that has the
 * request's address: whatever a form is about stands there.
 */
export function requireFreshProof(kagi: Kagi, actor: Actor): void {
  if (!hasFreshProof(kagi, actor)) throw new AppError("FRESH_PROOF_REQUIRED");
}

export function hasFreshProof(kagi: Kagi, actor: Actor): boolean {
  const { confirmedAt } = sessionOf(actor);
  return confirmedAt !== null && isFresh(kagi, confirmedAt);
}

/** The same at the API, for a session; an access key has its scopes. Throws FRESH_PROOF_REQUIRED. */
export function requireRecentProof(kagi: Kagi, actor: Actor): void {
  const { credential } = actor;
  if (credential.kind !== "session" || hasFreshProof(kagi, actor)) return;
  if (credential.signedInAt === null || !isFresh(kagi, credential.signedInAt))
    throw new AppError("FRESH_PROOF_REQUIRED");
}

function isFresh(kagi: Kagi, at: string): boolean {
  return kagi.now().getTime() - Date.parse(at) <= PROOF_FRESH_MS;
}

/** A session goes on under another token, which goes into the cookie and is nowhere else. */
export type Confirmed = Readonly<{ sessionToken: string; sessionSeconds: number; confirmedUntil: string }>;

/**
 * Proves by password, and code where there is a second factor, who sits there. Throws AUTH_INVALID_CREDENTIALS,
 * SECOND_FACTOR_REQUIRED, SECOND_FACTOR_INVALID, RATE_LIMITED.
 */
export async function confirmWithPassword(
  kagi: Kagi,
  actor: Actor,
  password: string,
  code: string | undefined,
): Promise<Confirmed> {
  const user = await provePassword(kagi, actor, { password, code, field: "password" });
  return await kagi.db.transaction(async (tx) => {
    await holdProven(tx, user);
    const confirmed = await confirmSession(kagi, tx, actor);
    await record(kagi, tx, actor, "confirm", thingOf(user));
    return confirmed;
  });
}

/** Writes down that the proof was given, however it was. Throws AUTH_REQUIRED when the session has ended meanwhile. */
export async function confirmSession(kagi: Kagi, tx: Db, actor: Actor): Promise<Confirmed> {
  const now = kagi.now();
  const sessionToken = randomToken();
  const { sessionId } = sessionOf(actor);
  const session = await tx.get<{ expiresAt: string }>(
    queries.confirmSession(actor.userId, sessionId, sha256(sessionToken), now.toISOString()),
  );
  if (session === undefined) throw new AppError("AUTH_REQUIRED");
  const sessionSeconds = Math.max(0, Math.floor((Date.parse(session.expiresAt) - now.getTime()) / 1000));
  const confirmedUntil = new Date(now.getTime() + PROOF_FRESH_MS).toISOString();
  return { sessionToken, sessionSeconds, confirmedUntil };
}

/**
 * The account, if that is its password and, where it has a second factor, its code, which is thereby used up; with
 * `orFreshProof` none is needed while the proof of just now counts, as whoever has a passkey and no app gives it. `field`
 * is where a form shows a refusal of the password. Tries are counted, so that a session alone is no place to guess;
 * `check` may refuse what else was sent, before a code is spent on it. Throws AUTH_INVALID_CREDENTIALS,
 * SECOND_FACTOR_REQUIRED, SECOND_FACTOR_INVALID, RATE_LIMITED.
 */
export async function provePassword(
  kagi: Kagi,
  actor: Actor,
  {
    password,
    code,
    field,
    orFreshProof = false,
    check = () => {},
  }: { password: string; code: string | undefined; field: string; orFreshProof?: boolean; check?: () => void },
): Promise<queries.UserRow> {
  const { sessionId } = sessionOf(actor);
  const user = await kagi.db.get<queries.UserRow>(queries.findUser(actor.userId));
  if (user === undefined) throw new AppError("AUTH_REQUIRED");
  const recordRefusal = (tx: Db, why: string) =>
    record(kagi, tx, actor, "confirm", thingOf(user), { result: "refused", detail: `why=${why}` });
  const tries = await takeSessionTry(kagi, sessionId, (tx) => recordRefusal(tx, "throttled"));
  if (!(await verifyPassword(password, user.passwordHash))) {
    await kagi.db.transaction((tx) => recordRefusal(tx, "credentials"));
    throw new AppError("AUTH_INVALID_CREDENTIALS", "That is not your password", { field });
  }
  check();
  if (!(orFreshProof && hasFreshProof(kagi, actor))) await useCodeOf(kagi, user.id, code, recordRefusal);
  await forgiveTries(kagi, tries);
  return user;
}

/**
 * For a proof whose other part is not a password: uses up a code of the account, where it has a second factor. Throws
 * SECOND_FACTOR_REQUIRED, SECOND_FACTOR_INVALID, RATE_LIMITED.
 */
export async function proveSecondFactor(kagi: Kagi, actor: Actor, code: string | undefined): Promise<void> {
  const { sessionId, user } = sessionOf(actor);
  const thing: Thing = { kind: "user", id: actor.userId, name: user.email };
  const recordRefusal = (tx: Db, why: string) =>
    record(kagi, tx, actor, "confirm", thing, { result: "refused", detail: `why=${why}` });
  const tries = await takeSessionTry(kagi, sessionId, (tx) => recordRefusal(tx, "throttled"));
  await useCodeOf(kagi, actor.userId, code, recordRefusal);
  await forgiveTries(kagi, tries);
}

async function useCodeOf(
  kagi: Kagi,
  userId: string,
  code: string | undefined,
  recordRefusal: (tx: Db, why: string) => Promise<void>,
): Promise<void> {
  if (!hasSecondFactor(await factorsOf(kagi.db, userId))) return;
  if (code === undefined) throw new AppError("SECOND_FACTOR_REQUIRED", undefined, { field: "code" });
  if ((await useCode(kagi, kagi.db, userId, code)) !== null) return;
  await kagi.db.transaction((tx) => recordRefusal(tx, "second-factor"));
  throw new AppError("SECOND_FACTOR_INVALID", undefined, { field: "code" });
}

/** Holds the account as it was when its password was looked at. Throws AUTH_INVALID_CREDENTIALS. */
export async function holdProven(tx: Db, user: queries.UserRow): Promise<void> {
  if (!(await tx.get(queries.holdUnchanged(user.id, user.passwordHash))))
    throw new AppError("AUTH_INVALID_CREDENTIALS");
}

/** Throws AUTH_SESSION_REQUIRED for whoever came with an access key. */
export function sessionOf({ credential }: Actor) {
  if (credential.kind !== "session") throw new AppError("AUTH_SESSION_REQUIRED");
  return credential;
}

function thingOf(user: queries.UserRow): Thing {
  return { kind: "user", id: user.id, name: user.email };
}
