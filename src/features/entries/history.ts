import { AppError } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { lastSeenOf, listEventsAbout, record } from "../audit/actions.ts";
import type { LastSeen, ToldEvent } from "../audit/model.ts";
import { getEntry, updateEntry } from "./actions.ts";
import { ACTIVITY_EVENTS, type Entry, type EntryVersion, type RevealedEntryVersion } from "./model.ts";
import * as queries from "./queries.ts";
import { openReplaced } from "./replaced.ts";
import type { Value } from "./value.ts";

/** An entry, the values that it had, and who did what with it, both newest first. */
export type EntryHistory = Readonly<{
  entry: Entry;
  /** The value that it has is not among them. */
  versions: readonly EntryVersion[];
  /** Of exports those of chosen entries. */
  activity: readonly ToldEvent[];
  /** Who last got the value, exports included; null while nobody has. */
  seen: LastSeen | null;
}>;

/** Throws ENTRY_NOT_FOUND. */
export async function describeEntry(kagi: Kagi, actor: Actor, entryId: string): Promise<EntryHistory> {
  const entry = await getEntry(kagi, actor, entryId);
  const [versions, activity, seen] = await Promise.all([
    kagi.db.all<queries.EntryVersionRow>(queries.listEntryVersions(actor, entryId)),
    listEventsAbout(kagi, actor, "entry", entryId, ACTIVITY_EVENTS),
    lastSeenOf(kagi, actor, [entry]),
  ]);
  return { entry, versions: versions.map(fromRow), activity, seen: seen.get(entryId) ?? null };
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
  const value = openReplaced(kagi, actor, { entryId, row, keyType: entry.category.keyType });
  if (value === null) throw new AppError("ENTRY_NOT_FOUND");
  return { entry, row, value };
}

/** What the column can hold; PostgreSQL refuses to compare with more. */
function isNumber(number: number): boolean {
  return Number.isInteger(number) && number > 0 && number < 2 ** 31;
}

function fromRow(row: queries.EntryVersionRow): EntryVersion {
  const { number, fileName, writtenAt, replacedAt, replacedBy } = row;
  return { number, fileName, writtenAt, replacedAt, replacedBy };
}
