import { derivedKey } from "../../crypto/keyring.ts";
import { mac, sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { AppError } from "../../errors.ts";
import type { Caller, Kagi } from "../../kagi.ts";
import { clearTries, returnTry, takeTry, throttleWindow } from "./queries.ts";

/**
 * Sign-in throttling. Each try takes a place in a fixed window before the password is looked at: per address, and per
 * account, whether the account exists or not. A browser that has signed in to the account before has places of its own
 * and takes none of its address, so that strangers who keep the account's or the address's places used up, from behind
 * the same router for one, do not keep its owner out.
 */
const WINDOW_MS = 15 * 60 * 1000;
const TRIES = {
  address: 30,
  account: 10,
  device: 10,
  session: 10,
  code: 5,
  ceremony: 60,
  keycloak: 300,
  logout: 60,
} as const;

export type Tries = Readonly<{ keys: readonly string[]; account: string }>;

/**
 * `device` is a proven token of a browser that knows the account, or null. `tell` writes down that the tries are used
 * up. Throws RATE_LIMITED.
 */
export async function takeTries(
  kagi: Kagi,
  caller: Caller,
  email: string,
  device: string | null,
  tell: Tell,
): Promise<Tries> {
  if (device !== null) {
    const known = `device:${sha256(device)}`;
    await take(kagi, known, TRIES.device, tell);
    return { keys: [known], account: known };
  }
  const account = accountKey(kagi, email);
  const address = addressKey(caller);
  await take(kagi, address, TRIES.address, tell);
  await take(kagi, account, TRIES.account, tell);
  return { keys: [address, account], account };
}

/**
 * Takes one of the tries that a session has at its own person's password. Counted by session, so that whoever has stolen
 * one neither gets more tries nor keeps the person from theirs elsewhere. Throws RATE_LIMITED.
 */
export async function takeSessionTry(kagi: Kagi, sessionId: string, tell: Tell): Promise<Tries> {
  const key = `session:${sessionId}`;
  await take(kagi, key, TRIES.session, tell);
  return { keys: [key], account: key };
}

/**
 * Takes one of the tries at an account's codes, of which there are a million: counted by account, because whoever has
 * the password can begin as many sign-ins as they like. A known browser has tries of its own. Throws RATE_LIMITED.
 */
export async function takeCodeTries(kagi: Kagi, userId: string, device: string | null, tell: Tell): Promise<Tries> {
  const key = device === null ? `code:${userId}` : `code-device:${sha256(device)}`;
  await take(kagi, key, TRIES.code, tell);
  return { keys: [key], account: key };
}

/** Takes one of the times that strangers at an address may have a passkey asked for, each of which is a row. */
export async function takeCeremony(kagi: Kagi, caller: Caller): Promise<void> {
  await take(kagi, `ceremony:${network(caller.address)}`, TRIES.ceremony, async () => {});
}

/**
 * Takes one of the ways to Keycloak that an address may begin. Nobody guesses anything there; it bounds the rows that
 * strangers can have written. Throws RATE_LIMITED.
 */
export async function takeVisit(kagi: Kagi, caller: Caller, tell: Tell): Promise<void> {
  await take(kagi, `keycloak:${addressKey(caller)}`, TRIES.keycloak, tell);
}

/** Takes one of the logout tokens that do not hold which an address may send. Throws RATE_LIMITED. */
export async function takeLogout(kagi: Kagi, caller: Caller, tell: Tell): Promise<void> {
  await take(kagi, `logout:${addressKey(caller)}`, TRIES.logout, tell);
}

/** After a success the account starts afresh; the address only gets this one try back, so that owning one account does not buy tries at others. */
export async function forgiveTries(kagi: Kagi, tries: Tries): Promise<void> {
  await kagi.db.transaction(async (tx) => {
    for (const key of tries.keys) await tx.run(key === tries.account ? clearTries(key) : returnTry(key));
  });
}

/** Under the vault's key: what somebody typed for an address may have been a password, and the table is in backups. */
export function accountKey({ keyring }: Pick<Kagi, "keyring">, email: string): string {
  return `account:${mac(derivedKey(keyring, "throttle"), email)}`;
}

export function addressKey(caller: Caller): string {
  return `address:${network(caller.address)}`;
}

type Tell = (tx: Db) => Promise<void>;

/** Tells of the first refusal for a reason in a window and of no other, so that refusals cannot fill the disk. */
export async function tellOnce(kagi: Kagi, reason: string, tell: Tell): Promise<void> {
  const now = kagi.now();
  await kagi.db.transaction(async (tx) => {
    if (await tx.get(takeTry(`told:${reason}`, 1, now.toISOString(), windowStart(now)))) await tell(tx);
  });
}

export function windowStart(now: Date): string {
  return new Date(now.getTime() - WINDOW_MS).toISOString();
}

async function take(kagi: Kagi, key: string, limit: number, tell: Tell): Promise<void> {
  const now = kagi.now();
  if (await kagi.db.get(takeTry(key, limit, now.toISOString(), windowStart(now)))) return;
  const window = await kagi.db.get<{ windowStartedAt: string }>(throttleWindow(key));
  const ends = window ? Date.parse(window.windowStartedAt) + WINDOW_MS : now.getTime();
  await tellOnce(kagi, `${key} ${window?.windowStartedAt}`, tell);
  const retryAfter = Math.max(1, Math.ceil((ends - now.getTime()) / 1000));
  throw new AppError("RATE_LIMITED", undefined, { retryAfter });
}

/** IPv6 hands a whole /64 to one customer (RFC 6177); an IPv4 address stands for itself. */
function network(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const groups = [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
