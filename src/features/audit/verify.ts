import type { Keyring } from "../../crypto/keyring.ts";
import type { Db } from "../../db/sql.ts";
import { GENESIS, hashOf, isGenuine, ownerOf, VAULT_CHAIN } from "./chain.ts";
import type { LinkedEvent } from "./model.ts";
import type { HeadRow } from "./queries.ts";
import * as queries from "./queries.ts";

/** What is wrong with a chain, where it begins to be wrong. `id` is null where there is no event to point at. */
export type Broken = Readonly<{
  kind: "altered" | "missing" | "out of order" | "outside the chain" | "head forged" | "chain missing";
  number: number | null;
  id: string | null;
  text: string;
}>;

export type Verified = Readonly<{
  /** A user's id, or `vault`. */
  chain: string;
  /** Null for a chain that has none. */
  head: Pick<HeadRow, "firstNumber" | "lastNumber" | "lastHash"> | null;
  /** The first broken link, null when every one holds. */
  broken: Broken | null;
}>;

const EVENTS_AT_ONCE = 1_000;

/**
 * Follows each chain from its beginning to its end, the vault's own first; `only` is one user's. Writes nothing, and
 * may run beside a server.
 */
export async function* verifyTrail(db: Db, keyring: Keyring, only?: string): AsyncGenerator<Verified> {
  const heads = await db.all<HeadRow>(queries.allHeads());
  const known = new Set(heads.map(({ chain }) => chain));
  for (const { chain } of heads) {
    if (only === undefined || only === chain) yield await verifyChain(db, keyring, chain);
  }
  for (const { userId, id } of await db.all<{ userId: string; id: string }>(queries.ownerless())) {
    if (known.has(userId) || (only !== undefined && only !== userId)) continue;
    const text = "there are events, but the chain that they stood in is gone";
    yield { chain: userId, head: null, broken: { kind: "chain missing", number: null, id, text } };
  }
  if (!known.has(VAULT_CHAIN)) {
    const text = "the vault's own chain is gone, which counts the others";
    yield { chain: VAULT_CHAIN, head: null, broken: { kind: "chain missing", number: null, id: null, text } };
  }
}

/** A server writes and forgets meanwhile: what seems broken at the beginning may have been forgotten just now. */
async function verifyChain(db: Db, keyring: Keyring, chain: string): Promise<Verified> {
  for (;;) {
    const head = await db.get<HeadRow>(queries.findHead(chain));
    if (head === undefined) {
      const text = "the chain went away while it was looked at";
      return { chain, head: null, broken: { kind: "chain missing", number: null, id: null, text } };
    }
    const broken = await firstBroken(db, keyring, head);
    const after = broken && (await db.get<HeadRow>(queries.findHead(chain)));
    if (!broken || after?.firstNumber === head.firstNumber) return { chain, head, broken };
  }
}

async function firstBroken(db: Db, keyring: Keyring, head: HeadRow): Promise<Broken | null> {
  return (
    (await brokenLink(db, head)) ??
    (await strayEvent(db, head)) ??
    (isGenuine(keyring, head) ? null : forged(head)) ??
    (head.chain === VAULT_CHAIN ? await missingChain(db, head) : null)
  );
}

async function brokenLink(db: Db, head: HeadRow): Promise<Broken | null> {
  const userId = ownerOf(head.chain);
  let expected = head.firstNumber;
  let previous = head.anchor;
  while (expected <= head.lastNumber) {
    const events = await db.all<LinkedEvent>(queries.linksAfter(userId, expected - 1, EVENTS_AT_ONCE));
    if (events.length === 0) return missing(expected, head.lastNumber, "the end of the chain is cut off");
    for (const event of events) {
      if (event.number > head.lastNumber) break;
      if (event.number !== expected) return missing(expected, event.number - 1, `next comes ${event.number}`);
      if (hashOf(previous, event) !== event.hash) return await changed(db, event);
      previous = event.hash;
      expected++;
    }
    const last = events.at(-1)?.number ?? 0;
    if (last > head.lastNumber && expected <= head.lastNumber) {
      return missing(expected, head.lastNumber, "the end of the chain is cut off");
    }
  }
  if (previous === head.lastHash) return null;
  const text = "the last event is not the one that the end of the chain names";
  return { kind: "altered", number: head.lastNumber, id: await idOf(db, head), text };
}

function missing(from: number, to: number, why: string): Broken {
  const text = from === to ? `event ${from} is missing: ${why}` : `events ${from} to ${to} are missing: ${why}`;
  return { kind: "missing", number: from, id: null, text };
}

/** An event that does not fit its place: it may fit another one. */
async function changed(db: Db, event: LinkedEvent): Promise<Broken> {
  const { number, id } = event;
  const place = await placeOf(db, event);
  if (place !== null) return { kind: "out of order", number, id, text: `this event was number ${place}` };
  const text = "this event, or the hash before it, is not what was written";
  return { kind: "altered", number, id, text };
}

/**
 * The number under which an event was written, where the hash before it is still there. The event before may have been
 * moved as well, so each hash is tried with the number after its own and with its own.
 */
async function placeOf(db: Db, event: LinkedEvent): Promise<number | null> {
  let after = 0;
  for (;;) {
    const rows = await db.all<{ number: number; hash: string }>(queries.hashes(event.userId, after));
    for (const { number, hash } of rows) {
      for (const place of [number + 1, number]) {
        if (place !== event.number && hashOf(hash, { ...event, number: place }) === event.hash) return place;
      }
      after = number;
    }
    if (rows.length === 0) return null;
  }
}

/** Events that the chain does not reach: without a number, before its beginning, behind its end. */
async function strayEvent(db: Db, head: HeadRow): Promise<Broken | null> {
  const userId = ownerOf(head.chain);
  type Stray = { id: string; number: number };
  const kind = "outside the chain";
  const unlinked = await db.get<{ id: string }>(queries.unlinked(userId));
  if (unlinked) return { kind, number: null, id: unlinked.id, text: "this event has no number" };
  const before = await db.get<Stray>(queries.linksBefore(userId, head.firstNumber));
  if (before) return { kind, ...before, text: `the chain begins at ${head.firstNumber}` };
  const [behind] = await db.all<Stray>(queries.linksAfter(userId, head.lastNumber, 1));
  // Written since, if the head has moved along.
  const now = behind && (await db.get<HeadRow>(queries.findHead(head.chain)));
  if (!behind || (now !== undefined && now.lastNumber >= behind.number)) return null;
  return { kind, number: behind.number, id: behind.id, text: `the chain ends at ${head.lastNumber}` };
}

function forged(head: HeadRow): Broken {
  const text = "where the chain begins and ends was not written with the vault's key";
  return { kind: "head forged", number: head.lastNumber, id: null, text };
}

/** Each chain has a place among all, and the vault's own says how many there are. */
async function missingChain(db: Db, head: HeadRow): Promise<Broken | null> {
  const places = new Set((await db.all<HeadRow>(queries.allHeads())).map(({ position }) => position));
  for (let place = 1; place <= head.chains; place++) {
    if (places.has(place)) continue;
    const text = `of ${head.chains} chains, the one that was begun as number ${place} is gone`;
    return { kind: "chain missing", number: null, id: null, text };
  }
  return null;
}

async function idOf(db: Db, head: HeadRow): Promise<string | null> {
  const [event] = await db.all<LinkedEvent>(queries.linksAfter(ownerOf(head.chain), head.lastNumber - 1, 1));
  return event?.id ?? null;
}

/** An event with what a check of its hash takes, as `kagi audit export` writes it. */
export type ExportedEvent = LinkedEvent & Readonly<{ previousHash: string }>;

/**
 * Every event, chain after chain, oldest first; with `only` one user's, with `since` from that time on. May run beside a
 * server, which forgets events meanwhile, also such as were not read yet: then it goes on with the first that is left.
 */
export async function* everyEvent(
  db: Db,
  { only, since }: { only?: string; since?: string },
): AsyncGenerator<ExportedEvent> {
  for (const { chain } of await db.all<HeadRow>(queries.allHeads())) {
    if (only !== undefined && chain !== only) continue;
    let last: Pick<LinkedEvent, "number" | "hash"> | undefined;
    for (;;) {
      const { events, previousHash } = await linksBehind(db, chain, last);
      for (const [index, event] of events.entries()) {
        if (since !== undefined && event.at < since) continue;
        yield { ...event, previousHash: events[index - 1]?.hash ?? previousHash };
      }
      last = events.at(-1);
      if (last === undefined) break;
    }
  }
}

/** Some events behind the last that was read, and the hash before the first of them. */
async function linksBehind(
  db: Db,
  chain: string,
  last: Pick<LinkedEvent, "number" | "hash"> | undefined,
): Promise<{ events: readonly LinkedEvent[]; previousHash: string }> {
  for (;;) {
    const { firstNumber, anchor } = await beginningOf(db, chain);
    const events = await db.all<LinkedEvent>(queries.linksAfter(ownerOf(chain), last?.number ?? 0, EVENTS_AT_ONCE));
    if ((await beginningOf(db, chain)).firstNumber !== firstNumber) continue;
    return { events, previousHash: last !== undefined && last.number + 1 >= firstNumber ? last.hash : anchor };
  }
}

async function beginningOf(db: Db, chain: string): Promise<Pick<HeadRow, "firstNumber" | "anchor">> {
  return (await db.get<HeadRow>(queries.findHead(chain))) ?? { firstNumber: 1, anchor: GENESIS };
}
