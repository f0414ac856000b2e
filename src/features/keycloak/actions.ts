import { derivedKey } from "../../crypto/keyring.ts";
import { mac, newId, randomToken, sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { AppError, conflict, invalid, type KEYCLOAK_REFUSALS, type KeycloakReason, uniquely } from "../../errors.ts";
import type { Actor, Caller, Kagi } from "../../kagi.ts";
import { warnOfRefusal } from "../../log.ts";
import { record } from "../audit/actions.ts";
import type { Thing } from "../audit/model.ts";
import {
  type Admission,
  addUserWithoutPassword,
  admitUser,
  endSessionsOfIdentity,
  forgetIdentity,
  mayUsePasswords,
  normalizeEmail,
  noteProvenIssuer,
} from "../auth/actions.ts";
import { type Confirmed, confirmSession, proveSecondFactor, requireFreshProof, sessionOf } from "../auth/proof.ts";
import { addressKey, takeLogout, takeVisit, tellOnce } from "../auth/throttle.ts";
import { CLOCK_SKEW_SECONDS, type Identity, type Linked, type Person, type Purpose, VISIT_MS } from "./model.ts";
import { type LogoutToken, Provider, ProviderError, wordOf } from "./provider.ts";
import * as queries from "./queries.ts";

/**
 * Signing in through Keycloak. Somebody is who the realm says they are: an issuer and a subject, never an e-mail address.
 * A way there is begun in a row that is good once, for ten minutes, and for the browser that holds its cookie, so that
 * nobody can be made to come back from somebody else's way.
 */

/** A way to Keycloak that has been begun. `browserToken` goes into a cookie of `seconds` that bears the name of `visit`. */
export type Visit = Readonly<{ url: string; visit: string; browserToken: string; seconds: number }>;

/** What came of a way to Keycloak; `next` is where it was to lead. */
export type Arrived = Readonly<
  { next: string } & (
    | { purpose: "sign-in"; admission: Admission }
    | { purpose: "link" }
    | { purpose: "confirm"; confirmed: Confirmed }
  )
>;

/**
 * Begins a way to Keycloak: to sign in; or, by somebody who is signed in, to link an identity, which takes a fresh
 * proof, or to prove once more who sits there, which takes the account's second factor as well, where it has one. Throws
 * KEYCLOAK_NOT_CONFIGURED, KEYCLOAK_FAILED, RATE_LIMITED, FRESH_PROOF_REQUIRED, SECOND_FACTOR_REQUIRED,
 * SECOND_FACTOR_INVALID.
 */
export async function beginVisit(
  kagi: Kagi,
  caller: Caller,
  wish:
    | { purpose: "sign-in"; next: string }
    | { purpose: "link"; next: string; actor: Actor }
    | { purpose: "confirm"; next: string; actor: Actor; code: string | undefined },
): Promise<Visit> {
  const provider = providerOf(kagi);
  const { purpose } = wish;
  if (purpose === "link") requireFreshProof(kagi, wish.actor);
  const userId = purpose === "sign-in" ? null : wish.actor.userId;
  await takeVisit(kagi, caller, (tx) => recordRefusal(kagi, tx, caller, { purpose, userId, why: "throttled" }));
  const state = randomToken();
  const browserToken = randomToken();
  const url = await asking(kagi, caller, () =>
    provider.authorizationUrl({ state, ...answersTo(kagi, state), fresh: purpose === "confirm" }),
  );
  if (purpose === "confirm") await proveSecondFactor(kagi, wish.actor, wish.code);
  const now = kagi.now();
  await kagi.db.run(
    queries.insertVisit({
      stateHash: sha256(state),
      browserHash: sha256(browserToken),
      purpose,
      sessionId: purpose === "sign-in" ? null : sessionOf(wish.actor).sessionId,
      next: wish.next,
      at: now.toISOString(),
      expiresAt: new Date(now.getTime() + VISIT_MS).toISOString(),
    }),
  );
  return { url, visit: visitOf(state), browserToken, seconds: VISIT_MS / 1000 };
}

/** What Keycloak sends a browser back with. What is not known of it is ignored. */
export type Answer = Readonly<Record<"state" | "code" | "iss" | "error", string | null>>;

/** The name under which a browser keeps what binds it to a way that bears this state. */
export function visitOf(state: string): string {
  return sha256(state).slice(0, 16);
}

/**
 * Ends a way to Keycloak. `session` is whoever is signed in, `previous` the token of that session, which ends where a
 * new one begins. An account with a second factor is asked for it. Throws KEYCLOAK_STATE_INVALID, KEYCLOAK_FAILED,
 * KEYCLOAK_REFUSED.
 */
export async function finishVisit(
  kagi: Kagi,
  caller: Caller,
  answer: Answer,
  browser: { token: string | null; session: Actor | null; previous: string | null },
): Promise<Arrived> {
  const provider = providerOf(kagi);
  const { state, code } = answer;
  const visit =
    state === null || browser.token === null
      ? undefined
      : await kagi.db.get<queries.VisitRow>(
          queries.takeVisit(sha256(state), sha256(browser.token), kagi.now().toISOString()),
        );
  if (state === null || visit === undefined) {
    await tellRefusal(kagi, caller, { purpose: "sign-in", userId: null, why: "state" });
    throw new AppError("KEYCLOAK_STATE_INVALID");
  }
  const { purpose, next } = visit;
  const actor = purpose === "sign-in" ? null : browser.session;
  const refusal = { purpose, userId: actor?.userId ?? null };
  if (purpose !== "sign-in" && (actor === null || sessionOf(actor).sessionId !== visit.sessionId)) {
    await tellRefusal(kagi, caller, { ...refusal, why: "state" });
    throw new AppError("KEYCLOAK_STATE_INVALID");
  }
  const asked = asking(kagi, caller, async () => {
    if (answer.iss !== null && answer.iss !== provider.issuer) {
      throw new ProviderError("untrusted", "the browser brought an answer of another issuer (iss)");
    }
    if (answer.error !== null || code === null) {
      // Not what the person did, unless it is that they said no.
      if (answer.error === "access_denied") return undefined;
      throw new ProviderError("misconfigured", `Keycloak sent the browser back with ${wordOf(answer.error)}`);
    }
    const role = kagi.config.keycloakRequiredRole;
    return await provider.personOf(code, { ...answersTo(kagi, state), role, now: kagi.now() });
  });
  const person = await toldWhere(kagi, caller, refusal, asked);
  if (person === undefined) throw await refused(kagi, caller, { ...refusal, why: "cancelled" });
  if (person === null) throw await refused(kagi, caller, { ...refusal, why: "role" });
  if (actor === null) {
    return { purpose: "sign-in", next, admission: await enter(kagi, caller, person, browser.previous) };
  }
  if (purpose === "link") {
    await link(kagi, actor, person);
    return { purpose, next };
  }
  return { purpose: "confirm", next, confirmed: await confirm(kagi, actor, person, visit.createdAt) };
}

/** Ends the sessions that Keycloak says are over, once a token. Throws VALIDATION_ERROR, KEYCLOAK_FAILED, RATE_LIMITED. */
export async function obeyLogout(kagi: Kagi, caller: Caller, token: string): Promise<void> {
  const provider = providerOf(kagi);
  const logout = await believe(kagi, caller, provider, token);
  const { subject, sid } = logout;
  const ended = await kagi.db.transaction(async (tx) => {
    const idHash = sha256(`${provider.issuer} ${logout.id}`);
    if (!(await tx.get(queries.insertLogout(idHash, logout.expiresAt.toISOString())))) return null;
    const identities = await tx.all<queries.LoggedOutRow>(queries.identitiesLoggedOut(provider.issuer, subject, sid));
    let sessions = 0;
    for (const { id, userId, email } of identities) {
      const count = await endSessionsOfIdentity(tx, id, sid);
      const thing: Thing = { kind: "user", id: userId, name: email };
      const detail = `by=keycloak ended-sessions=${count}`;
      if (count > 0) await record(kagi, tx, { ...caller, userId }, "sign-out", thing, { detail });
      sessions += count;
    }
    return sessions;
  });
  if (ended === null) throw new AppError("VALIDATION_ERROR", "That logout token was used before");
  kagi.log.info("Keycloak ended sessions", { sessions: ended, requestId: caller.requestId });
}

/**
 * What a logout token says. Anybody may send one, so that an address has a number of those that do not hold, and the log
 * is told of few. One that holds is obeyed all the same: whoever shares Keycloak's address keeps nobody signed in.
 */
async function believe(kagi: Kagi, caller: Caller, provider: Provider, token: string): Promise<LogoutToken> {
  try {
    return await provider.logoutToken(token, kagi.now());
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { reason, told } = error;
    const refusal = { purpose: "logout", userId: null } as const;
    await takeLogout(kagi, caller, (tx) => recordRefusal(kagi, tx, caller, { ...refusal, why: "throttled" }));
    const { address, requestId } = caller;
    warnOfRefusal(kagi.log, kagi.now(), "logout token refused", { reason, told, address, requestId });
    if (reason !== "untrusted") throw new AppError("KEYCLOAK_FAILED", undefined, { reason });
    await tellRefusal(kagi, caller, { ...refusal, why: reason });
    throw invalid("logout_token", "is no logout token of this realm");
  }
}

/** Where a browser ends its session at Keycloak, too; null when there is no such place, or nobody to ask for it. */
export async function signOutUrl(kagi: Kagi, caller: Caller, idToken: string): Promise<string | null> {
  if (kagi.config.keycloak === null) return null;
  try {
    return await asking(kagi, caller, () => providerOf(kagi).signOutUrl(idToken, `${kagi.config.url}/sign-in`));
  } catch (error) {
    // Here the session is over, whatever Keycloak does.
    if (error instanceof AppError && error.code === "KEYCLOAK_FAILED") return null;
    throw error;
  }
}

/** What the owner's settings tell; null where there is no Keycloak. */
export async function describeLinks(kagi: Kagi, actor: Actor): Promise<Linked | null> {
  const { keycloak } = kagi.config;
  if (keycloak === null) return null;
  const { issuer, redirectUri } = providerOf(kagi);
  const identities = await kagi.db.all<Identity>(queries.identitiesOf(actor.userId));
  return { realm: issuer, redirectUri, identities };
}

/** Whether the actor can prove through Keycloak who they are. */
export async function isLinked(kagi: Kagi, actor: Actor): Promise<boolean> {
  const links = await describeLinks(kagi, actor);
  return links?.identities.some(({ issuer }) => issuer === links.realm) === true;
}

/**
 * Takes an identity off an account; sessions that began from it end, but for the actor's own. Throws
 * FRESH_PROOF_REQUIRED, NOT_FOUND, and CONFLICT when no password could let them in without it: a passkey can be lost.
 */
export async function unlink(kagi: Kagi, actor: Actor, id: string): Promise<void> {
  requireFreshProof(kagi, actor);
  const passwords = await mayUsePasswords(kagi);
  await kagi.db.transaction(async (tx) => {
    const user = await tx.get<queries.UserRow>(queries.holdActiveOrNot(actor.userId));
    const all = await tx.all<Identity>(queries.identitiesOf(actor.userId));
    if (user === undefined || !all.some((identity) => identity.id === id)) throw new AppError("NOT_FOUND");
    const others = all.filter((identity) => identity.id !== id && identity.issuer === kagi.config.keycloak?.issuer);
    if (others.length === 0 && !(passwords && user.passwordHash !== null)) {
      throw conflict("It is your way in: no password opens your account, and without one you could lose your vault");
    }
    const gone = await tx.get<{ label: string }>(queries.deleteIdentity(actor.userId, id));
    await forgetIdentity(tx, actor, id);
    await record(kagi, tx, actor, "unlink", { kind: "identity", id, name: gone?.label ?? null });
  });
}

/** Drops what has run out; nothing relies on it having run. */
export async function forgetOldVisits(kagi: Kagi): Promise<void> {
  const now = kagi.now().toISOString();
  await kagi.db.transaction(async (tx) => {
    await tx.run(queries.deleteOldVisits(now));
    await tx.run(queries.deleteOldLogouts(now));
  });
}

/** What an operator enters at the realm's client. */
export function redirectUriAt(origin: string): string {
  return `${origin}/api/auth/callback/keycloak`;
}

/** Lets the person in: to the account of their identity, to that of their address where that is allowed, or to a new one. */
async function enter(kagi: Kagi, caller: Caller, person: Person, previous: string | null): Promise<Admission> {
  const attempt = () =>
    kagi.db.transaction(async (tx) => {
      const found = await accountOf(kagi, tx, caller, person);
      if ("refusal" in found) return found;
      await noteProvenIssuer(tx, providerOf(kagi).issuer);
      const { user, identityId } = found;
      const voucher = { identityId, sid: person.sid, idToken: person.idToken };
      return await admitUser(kagi, tx, caller, user, { verb: "sign-in", method: "keycloak", previous, voucher });
    });
  // Of two who come for the first time at once, as one person with two windows does, the second finds what the first made:
  // the address alone, when that was done between its own two looks, and all of it when it looks again.
  let arrived = await unlessTaken(attempt());
  if (arrived === undefined || ("refusal" in arrived && arrived.refusal === "address_taken")) {
    arrived = await unlessTaken(attempt());
  }
  const purpose = "sign-in";
  if (arrived === undefined) throw await refused(kagi, caller, { purpose, userId: null, why: "address_taken" });
  if ("refusal" in arrived) {
    throw await refused(kagi, caller, { purpose, userId: arrived.userId, why: arrived.refusal });
  }
  return arrived;
}

type Found =
  | { user: queries.UserRow; identityId: string }
  | { refusal: (typeof KEYCLOAK_REFUSALS)[number]; userId: string | null };

async function accountOf(kagi: Kagi, tx: Db, caller: Caller, person: Person): Promise<Found> {
  const { issuer } = providerOf(kagi);
  const known = await tx.get<queries.UserRow & { identityId: string }>(queries.findPerson(issuer, person.subject));
  if (known !== undefined) {
    const user = await tx.get<queries.UserRow>(queries.holdActiveOrNot(known.id));
    const used = await tx.get(queries.useIdentity(known.identityId, labelOf(person), kagi.now().toISOString()));
    if (user === undefined || used === undefined || user.disabledAt !== null)
      return { refusal: "disabled", userId: known.id };
    return { user, identityId: known.identityId };
  }
  if (person.email === null) return { refusal: "address_missing", userId: null };
  // Else somebody could take the account of an address, or ask whether there is one, by writing it into their profile.
  if (!person.emailVerified) return { refusal: "address_unverified", userId: null };
  const email = normalizeEmail(person.email);
  const namesake = await tx.get<queries.UserRow>(queries.findUserByEmail(email));
  if (namesake === undefined) {
    const user = await addUserWithoutPassword(kagi, tx, {
      email,
      name: person.name ?? (email.split("@")[0] as string),
    });
    const who = { ...caller, userId: user.id };
    await record(kagi, tx, who, "create", { kind: "user", id: user.id, name: email }, { detail: "by=keycloak" });
    return { user: { ...user, disabledAt: null }, identityId: await addIdentity(kagi, tx, user.id, person) };
  }
  const user = await tx.get<queries.UserRow>(queries.holdActiveOrNot(namesake.id));
  const identities = await tx.all<Identity>(queries.identitiesOf(namesake.id));
  // Somebody whose account is linked already has another subject: an address that has moved on to somebody else.
  const isFree = !identities.some((identity) => identity.issuer === issuer);
  // The account may have got another address since it was found by this one; then nobody has it, and another try finds so.
  if (user === undefined || user.email !== email || !kagi.config.keycloakLinkByEmail || !isFree) {
    return { refusal: "address_taken", userId: namesake.id };
  }
  if (user.disabledAt !== null) return { refusal: "disabled", userId: user.id };
  const identityId = await addIdentity(kagi, tx, user.id, person);
  const who = { ...caller, userId: user.id };
  const identity: Thing = { kind: "identity", id: identityId, name: labelOf(person) };
  await record(kagi, tx, who, "link", identity, { detail: "by=email" });
  return { user, identityId };
}

/** Links an identity to the account of whoever is signed in. */
async function link(kagi: Kagi, actor: Actor, person: Person): Promise<void> {
  const { issuer } = providerOf(kagi);
  const linking = kagi.db.transaction(async (tx) => {
    const known = await tx.get<queries.UserRow>(queries.findPerson(issuer, person.subject));
    if (known !== undefined) return known.id === actor.userId;
    const id = await addIdentity(kagi, tx, actor.userId, person);
    // It has been seen to work, as much as by signing in through it.
    await noteProvenIssuer(tx, issuer);
    await record(kagi, tx, actor, "link", { kind: "identity", id, name: labelOf(person) });
    return true;
  });
  if (await unlessTaken(linking)) return;
  throw await refused(kagi, actor, { purpose: "link", userId: actor.userId, why: "linked_elsewhere" });
}

/** What came of the work; undefined when somebody was faster who took what there may be once. */
async function unlessTaken<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && error.code === "CONFLICT") return undefined;
    throw error;
  }
}

/** Counts as a fresh proof when it is the account's own person who has just signed in over there, after `since`. */
async function confirm(kagi: Kagi, actor: Actor, person: Person, since: string): Promise<Confirmed> {
  const { issuer } = providerOf(kagi);
  const begun = Math.floor(Date.parse(since) / 1000) - CLOCK_SKEW_SECONDS;
  const refusal = { purpose: "confirm", userId: actor.userId } as const;
  const asked = asking(kagi, actor, async () => {
    if (person.authTime !== null && person.authTime >= begun) return;
    throw new ProviderError("untrusted", "Keycloak did not ask the person again (auth_time)");
  });
  await toldWhere(kagi, actor, refusal, asked);
  const known = await kagi.db.get<queries.UserRow>(queries.findPerson(issuer, person.subject));
  if (known?.id !== actor.userId) throw await refused(kagi, actor, { ...refusal, why: "somebody_else" });
  return await kagi.db.transaction(async (tx) => {
    const confirmed = await confirmSession(kagi, tx, actor);
    await record(
      kagi,
      tx,
      actor,
      "confirm",
      { kind: "user", id: known.id, name: known.email },
      { detail: "by=keycloak" },
    );
    return confirmed;
  });
}

async function addIdentity(kagi: Kagi, tx: Db, userId: string, person: Person): Promise<string> {
  const { issuer } = providerOf(kagi);
  const id = newId();
  const { subject } = person;
  const row = { id, userId, issuer, subject, label: labelOf(person), at: kagi.now().toISOString() };
  await uniquely(tx.run(queries.insertIdentity(row)), "That identity is linked already", "identity");
  return id;
}

/** What the person is called over there, for people to tell identities apart. */
function labelOf({ email, name, subject }: Person): string {
  return email ?? name ?? subject.slice(0, 255);
}

/** What somebody was kept from: the purpose of their way, or a logout that Keycloak would have told of; and whose it was. */
type Refusal = Readonly<{ purpose: Purpose | "logout"; userId: string | null; why: string }>;

/** Writes the refusal down, and says it. */
async function refused(
  kagi: Kagi,
  caller: Caller,
  refusal: Refusal & { why: (typeof KEYCLOAK_REFUSALS)[number] },
): Promise<AppError> {
  const { address, requestId } = caller;
  kagi.log.warn("refused through Keycloak", { what: refusal.purpose, why: refusal.why, address, requestId });
  await tellRefusal(kagi, caller, refusal);
  return new AppError("KEYCLOAK_REFUSED", undefined, { reason: refusal.why });
}

/** Writes an answer of Keycloak's down that was not to be believed. One that did not come is for the operator's log alone. */
async function toldWhere<T>(kagi: Kagi, caller: Caller, refusal: Omit<Refusal, "why">, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const isLie = error instanceof AppError && error.details.reason === "untrusted";
    if (isLie) await tellRefusal(kagi, caller, { ...refusal, why: "untrusted" });
    throw error;
  }
}

/** Once for a reason, an account or an address, and a window: strangers can bring about as many as they like. */
async function tellRefusal(kagi: Kagi, caller: Caller, refusal: Refusal): Promise<void> {
  const { purpose, userId, why } = refusal;
  await tellOnce(kagi, `keycloak ${purpose} ${why} ${userId ?? addressKey(caller)}`, (tx) =>
    recordRefusal(kagi, tx, caller, refusal),
  );
}

async function recordRefusal(kagi: Kagi, tx: Db, caller: Caller, { purpose, userId, why }: Refusal): Promise<void> {
  const verb = purpose === "logout" ? "sign-out" : purpose;
  const thing: Thing = { kind: "user", id: userId, name: null };
  const detail = `why=${why} by=keycloak`;
  await record(kagi, tx, { ...caller, userId }, verb, thing, { result: "refused", detail });
}

/** Asks Keycloak, and tells the operator why nothing came of it. Throws KEYCLOAK_FAILED. */
async function asking<T>(kagi: Kagi, { requestId }: Caller, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const reason: KeycloakReason = error.reason;
    kagi.log.error("Keycloak was of no help", { reason, told: error.told, requestId });
    throw new AppError("KEYCLOAK_FAILED", undefined, { reason });
  }
}

/** What Keycloak's answer to a state must hold: known to nobody who sees the state, and kept nowhere. */
function answersTo(kagi: Kagi, state: string): { nonce: string; verifier: string } {
  return {
    nonce: mac(derivedKey(kagi.keyring, "keycloak nonce"), state),
    verifier: mac(derivedKey(kagi.keyring, "keycloak verifier"), state),
  };
}

/** Throws KEYCLOAK_NOT_CONFIGURED. */
function providerOf(kagi: Kagi): Provider {
  const { keycloak, url } = kagi.config;
  if (keycloak === null) throw new AppError("KEYCLOAK_NOT_CONFIGURED");
  let provider = providers.get(keycloak);
  if (provider === undefined) {
    provider = new Provider(keycloak, redirectUriAt(url));
    providers.set(keycloak, provider);
  }
  return provider;
}

/** What they know of a realm is public, and checked again by itself. */
const providers = new WeakMap<object, Provider>();
