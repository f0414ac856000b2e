import { derivedKey } from "../../crypto/keyring.ts";
import { mac, newId, randomToken, sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { AppError, conflict, invalid, type KEYCLOAK_REFUSALS, type KeycloakReason, uniquely } from "../../errors.ts";
import type { Actor, Caller, Kagi } from "../../kagi.ts";
import { record } from "../audit/actions.ts";
import type { Thing } from "../audit/model.ts";
import {
  addUserWithoutPassword,
  admitUser,
  endSession,
  endSessionsOfIdentity,
  forgetIdentity,
  mayUsePasswords,
  normalizeEmail,
  noteProvenIssuer,
  type SignedIn,
} from "../auth/actions.ts";
import { type Confirmed, confirmSession, requireFreshProof, sessionOf } from "../auth/proof.ts";
import { addressKey, takeVisit, tellOnce } from "../auth/throttle.ts";
import { CLOCK_SKEW_SECONDS, type Identity, type Linked, type Person, VISIT_MS } from "./model.ts";
import { Provider, ProviderError, wordOf } from "./provider.ts";
import * as queries from "./queries.ts";

/**
 * Signing in through Keycloak. Somebody is who the realm says they are: an issuer and a subject, never an e-mail address.
 * A way there is begun in a row that is good once, for ten minutes, and for the browser that holds its cookie, so that
 * nobody can be made to come back from somebody else's way.
 */

/** A way to Keycloak that has been begun. `browserToken` goes into a cookie that bears the name of `visit`. */
export type Visit = Readonly<{ url: string; visit: string; browserToken: string }>;

/** What came of a way to Keycloak; `next` is where it was to lead. */
export type Arrived = Readonly<
  { next: string } & (
    | { purpose: "sign-in"; signedIn: SignedIn }
    | { purpose: "link" }
    | { purpose: "confirm"; confirmed: Confirmed }
  )
>;

/**
 * Begins a way to Keycloak: to sign in; or, by somebody who is signed in, to link an identity, which takes a fresh
 * proof, or to prove once more who sits there. Throws KEYCLOAK_NOT_CONFIGURED, KEYCLOAK_FAILED, RATE_LIMITED,
 * FRESH_PROOF_REQUIRED.
 */
export async function beginVisit(
  kagi: Kagi,
  caller: Caller,
  wish: { purpose: "sign-in"; next: string } | { purpose: "link" | "confirm"; next: string; actor: Actor },
): Promise<Visit> {
  const provider = providerOf(kagi);
  if (wish.purpose === "link") requireFreshProof(kagi, wish.actor);
  await takeVisit(kagi, caller, (tx) => recordRefusal(kagi, tx, caller, null, "throttled"));
  const state = randomToken();
  const browserToken = randomToken();
  const url = await asking(kagi, caller, () =>
    provider.authorizationUrl({ state, ...answersTo(kagi, state), fresh: wish.purpose === "confirm" }),
  );
  const now = kagi.now();
  await kagi.db.run(
    queries.insertVisit({
      stateHash: sha256(state),
      browserHash: sha256(browserToken),
      purpose: wish.purpose,
      sessionId: wish.purpose === "sign-in" ? null : sessionOf(wish.actor).sessionId,
      next: wish.next,
      at: now.toISOString(),
      expiresAt: new Date(now.getTime() + VISIT_MS).toISOString(),
    }),
  );
  return { url, visit: visitOf(state), browserToken };
}

/** What Keycloak sends a browser back with. What is not known of it is ignored. */
export type Answer = Readonly<Record<"state" | "code" | "iss" | "error", string | null>>;

/** The name under which a browser keeps what binds it to a way that bears this state. */
export function visitOf(state: string): string {
  return sha256(state).slice(0, 16);
}

/**
 * Ends a way to Keycloak. `session` is whoever is signed in, `previous` the token of that session, which ends where a
 * new one begins. Throws KEYCLOAK_STATE_INVALID, KEYCLOAK_FAILED, KEYCLOAK_REFUSED.
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
  if (state === null || visit === undefined) throw new AppError("KEYCLOAK_STATE_INVALID");
  const { purpose, next } = visit;
  const actor = purpose === "sign-in" ? null : browser.session;
  if (purpose !== "sign-in" && (actor === null || sessionOf(actor).sessionId !== visit.sessionId)) {
    throw new AppError("KEYCLOAK_STATE_INVALID");
  }
  const person = await asking(kagi, caller, async () => {
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
  if (person === undefined) throw await refused(kagi, caller, "cancelled", null);
  if (person === null) throw await refused(kagi, caller, "role", null);
  if (actor === null)
    return { purpose: "sign-in", next, signedIn: await enter(kagi, caller, person, browser.previous) };
  if (purpose === "link") {
    await link(kagi, actor, person);
    return { purpose, next };
  }
  return { purpose: "confirm", next, confirmed: await confirm(kagi, actor, person, visit.createdAt) };
}

/** Ends the sessions that Keycloak says are over, once a token. Throws VALIDATION_ERROR, KEYCLOAK_FAILED. */
export async function obeyLogout(kagi: Kagi, caller: Caller, token: string): Promise<void> {
  const provider = providerOf(kagi);
  const logout = await asking(kagi, caller, () => provider.logoutToken(token, kagi.now())).catch((error: unknown) => {
    const isLie = error instanceof AppError && error.details.reason === "untrusted";
    throw isLie ? invalid("logout_token", "is no logout token of this realm") : error;
  });
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

/**
 * Takes an identity off an account; sessions that began from it end, but for the actor's own. Throws
 * FRESH_PROOF_REQUIRED, NOT_FOUND, and CONFLICT when nobody could get in without it.
 */
export async function unlink(kagi: Kagi, actor: Actor, id: string): Promise<void> {
  requireFreshProof(kagi, actor);
  const passwords = await mayUsePasswords(kagi);
  await kagi.db.transaction(async (tx) => {
    const user = await tx.get<queries.UserRow>(queries.holdUser(actor.userId));
    const all = await tx.all<Identity>(queries.identitiesOf(actor.userId));
    if (user === undefined || !all.some((identity) => identity.id === id)) throw new AppError("NOT_FOUND");
    const others = all.filter((identity) => identity.id !== id && identity.issuer === kagi.config.keycloak?.issuer);
    if (others.length === 0 && !(passwords && user.passwordHash !== null)) {
      throw conflict("It is your only way in: without it nobody could open your vault");
    }
    const gone = await tx.get<{ label: string }>(queries.deleteIdentity(actor.userId, id));
    await forgetIdentity(tx, actor, id);
    const detail = `keycloak=${gone?.label ?? ""}`;
    await record(kagi, tx, actor, "unlink", { kind: "user", id: user.id, name: user.email }, { detail });
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
async function enter(kagi: Kagi, caller: Caller, person: Person, previous: string | null): Promise<SignedIn> {
  const attempt = () =>
    kagi.db.transaction(async (tx) => {
      const found = await accountOf(kagi, tx, caller, person);
      if ("refusal" in found) return found;
      if (previous !== null) await endSession(tx, previous);
      await noteProvenIssuer(tx, providerOf(kagi).issuer);
      const { user, identityId } = found;
      const voucher = { identityId, sid: person.sid, idToken: person.idToken };
      return await admitUser(kagi, tx, caller, user, "sign-in", voucher);
    });
  // Of two who come for the first time at once, as one person with two windows does, the second finds what the first made.
  const arrived = (await unlessTaken(attempt())) ?? (await unlessTaken(attempt()));
  if (arrived === undefined) throw await refused(kagi, caller, "address_taken", null);
  if ("refusal" in arrived) throw await refused(kagi, caller, arrived.refusal, arrived.userId);
  return arrived;
}

type Found =
  | { user: queries.UserRow; identityId: string }
  | { refusal: (typeof KEYCLOAK_REFUSALS)[number]; userId: string | null };

async function accountOf(kagi: Kagi, tx: Db, caller: Caller, person: Person): Promise<Found> {
  const { issuer } = providerOf(kagi);
  const known = await tx.get<queries.UserRow & { identityId: string }>(queries.findPerson(issuer, person.subject));
  if (known !== undefined) {
    const user = await tx.get<queries.UserRow>(queries.holdUser(known.id));
    const used = await tx.get(queries.useIdentity(known.identityId, labelOf(person), kagi.now().toISOString()));
    if (user === undefined || used === undefined || user.disabledAt !== null)
      return { refusal: "disabled", userId: known.id };
    return { user, identityId: known.identityId };
  }
  if (person.email === null) return { refusal: "address_missing", userId: null };
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
  const user = await tx.get<queries.UserRow>(queries.holdUser(namesake.id));
  const identities = await tx.all<Identity>(queries.identitiesOf(namesake.id));
  // Somebody whose account is linked already has another subject: an address that has moved on to somebody else.
  const isFree = !identities.some((identity) => identity.issuer === issuer);
  if (user === undefined || !kagi.config.keycloakLinkByEmail || !person.emailVerified || !isFree) {
    return { refusal: "address_taken", userId: namesake.id };
  }
  if (user.disabledAt !== null) return { refusal: "disabled", userId: user.id };
  const identityId = await addIdentity(kagi, tx, user.id, person);
  const who = { ...caller, userId: user.id };
  const detail = `by=email keycloak=${labelOf(person)}`;
  await record(kagi, tx, who, "link", { kind: "user", id: user.id, name: user.email }, { detail });
  return { user, identityId };
}

/** Links an identity to the account of whoever is signed in. */
async function link(kagi: Kagi, actor: Actor, person: Person): Promise<void> {
  const { issuer } = providerOf(kagi);
  const { user } = sessionOf(actor);
  const linking = kagi.db.transaction(async (tx) => {
    const known = await tx.get<queries.UserRow>(queries.findPerson(issuer, person.subject));
    if (known !== undefined) return known.id === actor.userId;
    await addIdentity(kagi, tx, actor.userId, person);
    // It has been seen to work, as much as by signing in through it.
    await noteProvenIssuer(tx, issuer);
    const detail = `keycloak=${labelOf(person)}`;
    await record(kagi, tx, actor, "link", { kind: "user", id: actor.userId, name: user.email }, { detail });
    return true;
  });
  if (!(await unlessTaken(linking))) throw await refused(kagi, actor, "linked_elsewhere", actor.userId);
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
  if (person.authTime === null || person.authTime < begun) {
    return await asking(kagi, actor, async () => {
      throw new ProviderError("untrusted", "Keycloak did not ask the person again (auth_time)");
    });
  }
  const known = await kagi.db.get<queries.UserRow>(queries.findPerson(issuer, person.subject));
  if (known?.id !== actor.userId) throw await refused(kagi, actor, "somebody_else", actor.userId);
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

/** Writes the refusal down, once for a reason, an address and a window where no account is meant. */
async function refused(
  kagi: Kagi,
  caller: Caller,
  reason: (typeof KEYCLOAK_REFUSALS)[number],
  userId: string | null,
): Promise<AppError> {
  const { address, requestId } = caller;
  kagi.log.warn("sign-in through Keycloak refused", { why: reason, address, requestId });
  await tellOnce(kagi, `keycloak ${reason} ${userId ?? addressKey(caller)}`, (tx) =>
    recordRefusal(kagi, tx, caller, userId, reason),
  );
  return new AppError("KEYCLOAK_REFUSED", undefined, { reason });
}

async function recordRefusal(kagi: Kagi, tx: Db, caller: Caller, userId: string | null, why: string): Promise<void> {
  const thing: Thing = { kind: "user", id: userId, name: null };
  await record(kagi, tx, { ...caller, userId }, "sign-in", thing, {
    result: "refused",
    detail: `by=keycloak why=${why}`,
  });
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
