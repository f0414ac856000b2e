import { EnvelopeError } from "../../crypto/envelope.ts";
import { AppError } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { describeCause } from "../../log.ts";
import { lastSeenOf, listEventsAbout, record } from "../audit/actions.ts";
import type { LastSeen, ToldEvent } from "../audit/model.ts";
import { getEntry, updateEntry } from "./actions.ts";
import { ACTIVITY_EVENTS, type Entry, type EntryVersion, type RevealedEntryVersion } from "./model.ts";
import * as queries from "./queries.ts";
import { openReplaced } from "./replaced.ts";
import type { Value } from "./value.ts";

/** The values that an entry had, newest first; the one that it has is not among them. Throws ENTRY_NOT_FOUND. */
export async function listEntryVersions(kagi: Kagi, actor: Actor, entryId: string): Promise<EntryVersion[]> {
  await getEntry(kagi, actor, entryId);
  const rows = await kagi.db.all<queries.EntryVersionRow>(queries.listEntryVersions(actor, entryId));
  return rows.map(fromRow);
}

/** Who did what with an entry, newest first; exports are not among it. Throws ENTRY_NOT_FOUND. */
export async function listEntryActivity(kagi: Kagi, actor: Actor, entryId: string): Promise<readonly ToldEvent[]> {
  await getEntry(kagi, actor, entryId);
  return await listEventsAbout(kagi, actor, "entry", entryId, ACTIVITY_EVENTS);
}

/** Who last got the value of an entry, exports included; null while nobody has. Throws ENTRY_NOT_FOUND. */
export async function lastSeen(kagi: Kagi, actor: Actor, entryId: string): Promise<LastSeen | null> {
  return (await lastSeenOf(kagi, actor, [await getEntry(kagi, actor, entryId)])).get(entryId) ?? null;
}

/** As a reveal of the value that it has. Throws ENTRY_NOT_FOUND, also for a value that does not open, which is logged. */
export async function revealEntryVersion(
  kagi: Kagi,
  actor: Actor,
  entryId: string,
  number: number,
): Promise<RevealedEntryVersion> {
  return await kagi.db.transaction(async (tx) => {
    const { entry, row, value } = await openVersion({ ...kagi, db: tx }, actor, entryId, number);
    const thing = { kind: "entry", id: entry.id, name: entry.name } as const;
    await record(kagi, tx, actor, "reveal", thing, { detail: `version=${number}` });
    const { id, name, environment } = entry;
    return { id, name, environment, value, ...fromRow(row) };
  });
}

/**
 * Gives an entry back a value that it had, with its file's name; the one that it has is kept as any other change would.
 * Throws ENTRY_NOT_FOUND, VALIDATION_ERROR for a group whose category no longer defines one of the fields.
 */
export async function restoreEntryVersion(kagi: Kagi, actor: Actor, entryId: string, number: number): Promise<Entry> {
  return await kagi.db.transaction(async (tx) => {
    const inside: Kagi = { ...kagi, db: tx };
    const { row, value } = await openVersion(inside, actor, entryId, number);
    const trail = { verb: "restore-version", detail: `version=${number}` } as const;
    return await updateEntry(inside, actor, entryId, { value, fileName: row.fileName }, { someFields: true, trail });
  });
}

async function openVersion(
  kagi: Kagi,
  actor: Actor,
  entryId: string,
  number: number,
): Promise<{ entry: Entry; row: queries.SealedEntryVersionRow; value: Value }> {
  const entry = await getEntry(kagi, actor, entryId);
  const row = isNumber(number)
    ? await kagi.db.get<queries.SealedEntryVersionRow>(queries.findEntryVersion(actor, entryId, number))
    : undefined;
  if (!row) throw new AppError("ENTRY_NOT_FOUND");
  try {
    return { entry, row, value: openReplaced(kagi, row, entry.category.keyType) };
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    const { requestId } = actor;
    kagi.log.error("a sealed value does not open", { entryId, version: number, requestId, ...describeCause(error) });
    throw new AppError("ENTRY_NOT_FOUND", undefined, {}, { cause: error });
  }
}

/** What the column can hold; PostgreSQL refuses to compare with more. */
function isNumber(number: number): boolean {
  return Number.isInteger(number) && number > 0 && number < 2 ** 31;
}

function fromRow(row: queries.EntryVersionRow): EntryVersion {
  const { number, fileName, writtenAt, replacedAt, replacedBy } = row;
  return { number, fileName, writtenAt, replacedAt, replacedBy };
}
