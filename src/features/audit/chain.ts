import { derivedKey, type Keyring } from "../../crypto/keyring.ts";
import { mac, newId, sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { OPERATOR } from "../../kagi.ts";
import type { AuditEvent, LinkedEvent } from "./model.ts";
import type { HeadRow } from "./queries.ts";
import * as queries from "./queries.ts";

/**
 * The trail as chains: one of each user, and one of what is nobody's.
 *
 * Promised: whoever can write to the database but has not the key can neither change, delete, insert nor reorder an
 * event, nor cut a chain off at its end, move its beginning, or take a whole chain away, without `kagi audit verify`
 * naming where. Each event's hash covers the one before; the two ends of a chain, and how many chains there are, are
 * under a MAC of the vault's key. Not promised: an earlier state of the database put back as a whole goes unnoticed, as
 * does what the operator does, who holds key and data. Against both, keep what `verify` or `export` prints elsewhere.
 */

/**
 * What the text begins with that a hash or a MAC is made of. Rows do not say by which format they were written: a further
 * one needs a column that does, and this one stays beside it. CONTRIBUTING.md has the steps.
 */
const EVENT_FORMAT = "kagi-audit-1";
/** The same of heads, which change without those of events. That the two are alike now means nothing. */
const HEAD_FORMAT = "kagi-audit-1";
/** The chain of what belongs to nobody. No user's id looks like it. */
export const VAULT_CHAIN = "vault";
/** What stands for the hash before the first event of all. */
export const GENESIS = "0".repeat(64);
/** The migration after which the events of before are chained. */
const CHAINED_BY = "0005_audit_chain";

export const chainOf = (userId: string | null): string => userId ?? VAULT_CHAIN;
export const ownerOf = (chain: string): string | null => (chain === VAULT_CHAIN ? null : chain);

/** SHA-256 in hex over a JSON array without spaces. docs/audit-trail.md says it for other languages. */
export function hashOf(previous: string, event: AuditEvent & { number: number }): string {
  return sha256(
    JSON.stringify([
      EVENT_FORMAT,
      previous,
      event.number,
      event.id,
      event.userId,
      event.at,
      event.credential,
      event.credentialId,
      event.keyPrefix,
      event.address,
      event.action,
      event.thing,
      event.thingId,
      event.thingName,
      event.detail,
      event.result,
      event.requestId,
    ]),
  );
}

/** Whether Kagi wrote this head: with another key, or by hand, nobody makes the same MAC. */
export function isGenuine(keyring: Keyring, head: HeadRow): boolean {
  return head.mac === macOf(keyring, head);
}

function macOf(keyring: Keyring, head: Omit<HeadRow, "mac">): string {
  const { chain, position, chains, firstNumber, anchor, lastNumber, lastHash } = head;
  const text = JSON.stringify([HEAD_FORMAT, chain, position, chains, firstNumber, anchor, lastNumber, lastHash]);
  const { key, made } = sealOf(keyring);
  const known = made.get(chain);
  if (known?.text === text) return known.mac;
  const fresh = mac(key, text);
  made.set(chain, { text, mac: fresh });
  return fresh;
}

/**
 * The key of heads, and what was last made with it for each chain: a writer mostly finds the head that it wrote itself,
 * and making a MAC once more would cost as much as the event's own hash.
 */
type HeadSeal = Readonly<{ key: Uint8Array; made: Map<string, { text: string; mac: string }> }>;

const seals = new WeakMap<Keyring, HeadSeal>();

function sealOf(keyring: Keyring): HeadSeal {
  const known = seals.get(keyring) ?? { key: derivedKey(keyring, "audit heads"), made: new Map() };
  seals.set(keyring, known);
  return known;
}

/** Events of one owner, put behind the last one of their chain. */
export async function append(keyring: Keyring, tx: Db, events: readonly AuditEvent[]): Promise<void> {
  const [first] = events;
  if (first === undefined) return;
  const head = await holdHead(keyring, tx, chainOf(first.userId));
  let { lastNumber, lastHash } = head;
  const linked: LinkedEvent[] = events.map((event) => {
    const numbered = { ...event, number: ++lastNumber };
    lastHash = hashOf(lastHash, numbered);
    return { ...numbered, hash: lastHash };
  });
  while (linked.length > 0) {
    const size = ROWS_AT_ONCE.find((rows) => rows <= linked.length) ?? 1;
    await tx.run(queries.insertEvents(linked.splice(0, size)));
  }
  await tx.run(queries.putEnd(moved(keyring, head, { lastNumber, lastHash })));
}

/** A few sizes, so that there are as few statements to prepare. */
const ROWS_AT_ONCE = [512, 64, 8, 1] as const;

/**
 * The head with other ends. One that was not genuine stays so: the work goes on, and what was tampered with is not made
 * good by writing behind it.
 */
function moved(keyring: Keyring, head: HeadRow, ends: Partial<HeadRow>): HeadRow {
  const next = { ...head, ...ends };
  return isGenuine(keyring, head) ? { ...next, mac: macOf(keyring, next) } : next;
}

async function holdHead(keyring: Keyring, tx: Db, chain: string): Promise<HeadRow> {
  return (await tx.get<HeadRow>(queries.takeHead(chain, tx.engine))) ?? (await begin(keyring, tx, chain));
}

/** A first event of somebody. Whoever begins a chain holds the vault's, which counts them. */
async function begin(keyring: Keyring, tx: Db, chain: string): Promise<HeadRow> {
  const vault = (await tx.get<HeadRow>(queries.takeHead(VAULT_CHAIN, tx.engine))) ?? (await replaceVault(tx));
  if (chain === VAULT_CHAIN) return vault;
  const begun = await tx.get<HeadRow>(queries.takeHead(chain, tx.engine));
  if (begun !== undefined) return begun;
  const position = vault.chains + 1;
  await tx.run(queries.putHead(moved(keyring, vault, { chains: position })));
  const head = await insertHead(tx, { ...(await freshHead(tx, chain)), position }, keyring);
  return head;
}

/** The vault's chain is made with the vault. Where it is gone, another one is never taken for it: it has no MAC. */
async function replaceVault(tx: Db): Promise<HeadRow> {
  const chains = (await tx.get<{ last: number }>(queries.countHeads()))?.last ?? 0;
  return await insertHead(tx, { ...(await freshHead(tx, VAULT_CHAIN)), chains }, null);
}

/** Behind what there is, if there is anything: then the chain was taken away, and its place among all tells of it. */
async function freshHead(tx: Db, chain: string): Promise<Omit<HeadRow, "mac">> {
  const last = (await tx.get<{ number: number }>(queries.lastNumber(ownerOf(chain))))?.number ?? 0;
  return { ...emptyHead(chain, 0), firstNumber: last + 1, lastNumber: last };
}

const emptyHead = (chain: string, position: number): Omit<HeadRow, "mac"> => ({
  chain,
  position,
  chains: 0,
  firstNumber: 1,
  anchor: GENESIS,
  lastNumber: 0,
  lastHash: GENESIS,
});

async function insertHead(tx: Db, head: Omit<HeadRow, "mac">, keyring: Keyring | null): Promise<HeadRow> {
  const whole = { ...head, mac: keyring === null ? "" : macOf(keyring, head) };
  await tx.run(queries.insertHead(whole));
  return whole;
}

/**
 * Makes the vault's own chain when the vault is made, and chains what older versions have told, in the order in which
 * they told it. Only right behind the migration that makes room for it: at any other time events that stand in no chain
 * are somebody's forgery. The vault's chain says how many there were.
 */
export async function prepareTrail(
  tx: Db,
  keyring: Keyring,
  now: () => Date,
  applied: readonly string[],
): Promise<void> {
  if (!applied.includes(CHAINED_BY)) return;
  const heads = new Map([[VAULT_CHAIN, emptyHead(VAULT_CHAIN, 0)]]);
  let events = 0;
  let page = await tx.all<LinkedEvent>(queries.eventsAfter(""));
  while (page.length > 0) {
    for (const event of page) {
      const chain = chainOf(event.userId);
      const head = heads.get(chain) ?? emptyHead(chain, heads.size);
      const number = head.lastNumber + 1;
      const hash = hashOf(head.lastHash, { ...event, number });
      await tx.run(queries.link(event.id, number, hash));
      heads.set(chain, { ...head, lastNumber: number, lastHash: hash });
    }
    events += page.length;
    page = await tx.all<LinkedEvent>(queries.eventsAfter((page.at(-1) as LinkedEvent).id));
  }
  for (const head of heads.values()) {
    await insertHead(tx, head.chain === VAULT_CHAIN ? { ...head, chains: heads.size - 1 } : head, keyring);
  }
  if (events > 0) await append(keyring, tx, [ofVault(now(), "chain", `events=${events}`)]);
}

/** An event of the vault as a whole, which nobody asked for. */
function ofVault(at: Date, action: "chain" | "prune", detail: string): AuditEvent {
  return {
    id: newId(),
    userId: null,
    at: at.toISOString(),
    credential: "operator",
    credentialId: null,
    keyPrefix: null,
    address: OPERATOR.address,
    action,
    thing: "vault",
    thingId: null,
    thingName: null,
    detail,
    result: "ok",
    requestId: OPERATOR.requestId,
  };
}

/** Puts every genuine head under another key; one that is not stays as it is. */
export async function rekeyTrail(tx: Db, old: Keyring, next: Keyring): Promise<void> {
  for (const head of await tx.all<HeadRow>(queries.allHeads())) {
    if (isGenuine(old, head)) await tx.run(queries.putHead({ ...head, mac: macOf(next, head) }));
  }
}

/** Events that are forgotten in one transaction: others write between two. */
const FORGOTTEN_AT_ONCE = 2_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Forgets what is older than `days`, by whole days (UTC), from the beginning of each chain, whose new beginning the
 * rest is verified from; the vault's chain says so. A chain whose head is not genuine is left as it is.
 * Nothing relies on it having run.
 */
export async function prune(db: Db, keyring: Keyring, now: () => Date, days: number | "forever"): Promise<void> {
  if (days === "forever") return;
  const today = Math.floor(now().getTime() / DAY_MS);
  const before = new Date((today - days) * DAY_MS).toISOString();
  for (const { chain } of await db.all<HeadRow>(queries.allHeads())) {
    while ((await db.transaction((tx) => pruneSome(tx, keyring, now, chain, before))) === FORGOTTEN_AT_ONCE);
  }
}

/** How many were forgotten. */
async function pruneSome(tx: Db, keyring: Keyring, now: () => Date, chain: string, before: string): Promise<number> {
  const head = await tx.get<HeadRow>(queries.takeHead(chain, tx.engine));
  if (head === undefined || !isGenuine(keyring, head)) return 0;
  type Oldest = Pick<LinkedEvent, "number" | "hash" | "at">;
  const events = await tx.all<Oldest>(queries.oldest(ownerOf(chain), FORGOTTEN_AT_ONCE));
  const kept = events.findIndex(({ at }) => at >= before);
  const forgotten = kept < 0 ? events : events.slice(0, kept);
  const last = forgotten.at(-1);
  if (last === undefined) return 0;
  await tx.run(queries.deleteUpTo(ownerOf(chain), last.number));
  await tx.run(queries.putHead(moved(keyring, head, { firstNumber: last.number + 1, anchor: last.hash })));
  const detail = `chain=${chain} events=${forgotten.length} before=${before.slice(0, 10)}`;
  await append(keyring, tx, [ofVault(now(), "prune", detail)]);
  return forgotten.length;
}
