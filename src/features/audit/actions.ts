import { newId } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { fold } from "../../fold.ts";
import type { Actor, Caller, Kagi } from "../../kagi.ts";
import type { AuditEvent, Thing, ToldEvent, Verb } from "./model.ts";
import { type ExportKindRow, eventsAbout, findEvent, findLast, insertEvents, kindsOfExports } from "./queries.ts";

/** Without a credential while nobody is signed in, and without an account where the vault as a whole is meant. */
type Who = Caller & Readonly<{ userId: string | null; credential?: Actor["credential"] }>;

type More = Partial<Pick<AuditEvent, "result" | "detail">>;

/**
 * Writes one row of the trail, in the transaction of what it tells of: both are there or neither is. Names of things go
 * in, values never.
 */
export async function record(
  { now }: Pick<Kagi, "now">,
  tx: Db,
  who: Who,
  verb: Verb,
  thing: Thing,
  more: More = {},
): Promise<void> {
  await tx.run(insertEvents([eventOf(now(), who, verb, thing, more)]));
}

/** A row for each of many things that one action changes, in few statements. */
export async function recordEach(
  { now }: Pick<Kagi, "now">,
  tx: Db,
  who: Who,
  verb: Verb,
  things: readonly Thing[],
  more: More = {},
): Promise<void> {
  const at = now();
  const events = things.map((thing) => eventOf(at, who, verb, thing, more));
  while (events.length > 0) {
    const size = ROWS_AT_ONCE.find((rows) => rows <= events.length) ?? 1;
    await tx.run(insertEvents(events.splice(0, size)));
  }
}

/** A few sizes, so that there are as few statements to prepare. */
const ROWS_AT_ONCE = [512, 64, 8, 1] as const;

function eventOf(
  at: Date,
  { userId, credential, address, requestId }: Who,
  verb: Verb,
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
    verb,
    thing,
    detail,
    result,
    requestId,
  };
}

/** The newest of somebody's events of one verb that went well. */
export async function lastOf(
  { db }: Pick<Kagi, "db">,
  { userId }: Actor,
  verb: Verb,
): Promise<Pick<AuditEvent, "at" | "detail"> | null> {
  return (await db.get<Pick<AuditEvent, "at" | "detail">>(findLast(userId, verb))) ?? null;
}

/**
 * The newest export since a time that took a project's values of an environment, whole or among others. One of entries
 * that were selected is an event about each of them, and not among these.
 */
export async function lastExportOf(
  { db }: Pick<Kagi, "db">,
  { userId }: Actor,
  { project, environment, since }: Readonly<{ project: string; environment: string; since: string }>,
): Promise<ToldEvent | null> {
  const kinds = await db.all<ExportKindRow>(kindsOfExports(userId, since));
  const covering = kinds.filter((kind) => {
    const [, of] = /^entries=\d+ environment=(\S+)/.exec(kind.detail ?? "") ?? [];
    return (of === "all" || of === environment) && (kind.project === null || fold(kind.project) === fold(project));
  });
  const [newest] = covering.map(({ id }) => id).sort((one, other) => (one > other ? -1 : 1));
  return newest === undefined ? null : ((await db.get<ToldEvent>(findEvent(userId, newest))) ?? null);
}

/** What was done with one thing of somebody's, newest first; nothing for a thing of somebody else's. */
export async function listEventsAbout(
  { db }: Pick<Kagi, "db">,
  { userId }: Actor,
  kind: Thing["kind"],
  id: string,
  limit: number,
): Promise<readonly ToldEvent[]> {
  return await db.all<ToldEvent>(eventsAbout(userId, kind, id, limit));
}
