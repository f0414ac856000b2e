import { newId } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { invalid } from "../../errors.ts";
import { fold } from "../../fold.ts";
import type { Actor, Caller, Kagi } from "../../kagi.ts";
import { type Page, parseTime } from "../../schema.ts";
import { append, prune } from "./chain.ts";
import {
  type Activity,
  type AuditEvent,
  EVENTS_AT_ONCE,
  type Event,
  type EventQuery,
  type LastSeen,
  type Thing,
  type ThingPlace,
  type ToldEvent,
  type Verb,
} from "./model.ts";
import * as queries from "./queries.ts";

/** Without a credential while nobody is signed in, and without an account where the vault as a whole is meant. */
type Who = Caller & Readonly<{ userId: string | null; credential?: Actor["credential"] }>;

type More = Partial<Pick<AuditEvent, "result" | "detail">>;

/**
 * Writes one row of the trail, in the transaction of what it tells of: both are there or neither is. Names of things go
 * in, values never. On PostgreSQL whoever writes next for the same user waits until the transaction ends.
 */
export async function record(
  { now, keyring }: Pick<Kagi, "now" | "keyring">,
  tx: Db,
  who: Who,
  verb: Verb,
  thing: Thing,
  more: More = {},
): Promise<void> {
  await append(keyring, tx, [eventOf(now(), who, verb, thing, more)]);
}

/** A row for each of many things that one action changes, in few statements. */
export async function recordEach(
  { now, keyring }: Pick<Kagi, "now" | "keyring">,
  tx: Db,
  who: Who,
  verb: Verb,
  things: readonly Thing[],
  more: More = {},
): Promise<void> {
  const at = now();
  await append(
    keyring,
    tx,
    things.map((thing) => eventOf(at, who, verb, thing, more)),
  );
}

function eventOf(
  at: Date,
  { userId, credential, address, requestId }: Who,
  action: Verb,
  thing: Thing,
  { result = "ok", detail = null }: More,
): AuditEvent {
  return {
    id: newId(),
    userId,
    at: at.toISOString(),
    credential: credential?.kind ?? "anonymous",
    credentialId:
      credential?.kind === "session" ? credential.sessionId : credential?.kind === "key" ? credential.keyId : null,
    keyPrefix: credential?.kind === "key" ? credential.keyPrefix : null,
    address,
    action,
    thing: thing.kind,
    thingId: thing.id,
    thingName: thing.name,
    detail,
    result,
    requestId,
  };
}

/** Forgets what is older than the settings say. Called at start and then every hour. */
export async function forgetOldEvents({ db, keyring, now, config }: Kagi): Promise<void> {
  await prune(db, keyring, now, config.auditRetentionDays);
}

/** The newest of somebody's events of one verb that went well. */
export async function lastOf(
  { db }: Pick<Kagi, "db">,
  { userId }: Actor,
  verb: Verb,
): Promise<Pick<AuditEvent, "at" | "detail"> | null> {
  return (await db.get<Pick<AuditEvent, "at" | "detail">>(queries.findLast(userId, verb))) ?? null;
}

/** What was done with one thing of somebody's, newest first; nothing for a thing of somebody else's. */
export async function listEventsAbout(
  { db }: Pick<Kagi, "db">,
  { userId }: Actor,
  kind: Thing["kind"],
  id: string,
  limit: number,
): Promise<readonly ToldEvent[]> {
  return await db.all<ToldEvent>(queries.eventsAbout(userId, kind, id, limit));
}

/** What was done for somebody, newest first. Looking at it is not told of. Throws VALIDATION_ERROR. */
export async function listEvents(kagi: Kagi, actor: Actor, query: EventQuery): Promise<Page<Event>> {
  const { items, next } = await listActivity(kagi, actor, query);
  return {
    items: items.map(({ keyName: _, userId: _owner, ...event }) => event),
    next,
  };
}

/** The same with the names that access keys have now. */
export async function listActivity(
  kagi: Pick<Kagi, "db">,
  { userId }: Actor,
  query: EventQuery,
): Promise<Page<Activity>> {
  const { limit = EVENTS_AT_ONCE, cursor, from, to, thing, thingId, action, key, credential, result } = query;
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) throw invalid("cursor", "must be one that an answer gave");
  const rows = await kagi.db.all<queries.FoundEvent>(
    queries.findEvents(userId, {
      thing: thing ?? null,
      thingId: thingId ?? null,
      action: action ?? null,
      key: key ?? null,
      credential: credential ?? null,
      result: result ?? null,
      from: from === undefined ? null : parseTime("from", from),
      to: to === undefined ? null : parseTime("to", to),
      before: cursor === undefined ? null : Number(cursor),
      limit: limit + 1,
    }),
  );
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? String(items.at(-1)?.number) : null };
}

/** The things that are still there, of those that events tell of. */
export async function listPlaces(
  { db }: Pick<Kagi, "db">,
  { userId }: Actor,
  events: readonly Pick<Activity, "thingId">[],
): Promise<ReadonlyMap<string, ThingPlace>> {
  const ids = [...new Set(events.flatMap(({ thingId }) => thingId ?? []))];
  if (ids.length === 0) return new Map();
  const places = await db.all<ThingPlace>(queries.placesOf(userId, ids));
  return new Map(places.map((place) => [place.id, place]));
}

/** Exports that are looked through for the last one that held an entry. */
const EXPORTS = 100;

type Seen = Readonly<{
  id: string;
  name: string;
  environment: string;
  createdAt: string;
  category: Readonly<{ keyType: string }>;
}>;

/**
 * Who last got the value of each entry, and when: shown, copied, downloaded, put into a file, or exported. An export is
 * told of once, by what it was narrowed down to, so it counts for the entries that are of that project and environment.
 */
export async function lastSeenOf(
  { db }: Pick<Kagi, "db">,
  { userId }: Actor,
  entries: readonly Seen[],
): Promise<ReadonlyMap<string, LastSeen>> {
  if (entries.length === 0) return new Map();
  const [rows, exports] = await Promise.all([
    db.all<queries.SeenRow>(
      queries.lastSeen(
        userId,
        entries.map(({ id }) => id),
      ),
    ),
    db.all<queries.SeenRow>(queries.lastExports(userId, EXPORTS)),
  ]);
  const seen = new Map<string, queries.SeenRow>(rows.map((row) => [row.id, row]));
  for (const entry of entries) {
    const exported = exports.find((row) => holds(row, entry));
    const known = seen.get(entry.id);
    if (exported !== undefined && (known === undefined || known.at < exported.at)) seen.set(entry.id, exported);
  }
  return seen;
}

function holds({ at, detail, thingName }: queries.SeenRow, entry: Seen): boolean {
  const environment = /\benvironment=(\w+)/.exec(detail ?? "")?.[1];
  return (
    at >= entry.createdAt &&
    (entry.category.keyType === "simple" || entry.category.keyType === "group") &&
    (environment === "all" || environment === entry.environment) &&
    (thingName === null || fold(thingName) === fold(entry.name))
  );
}
