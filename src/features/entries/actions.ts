import { newId } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { derived } from "../../derived.ts";
import { AppError, conflict, invalid, uniquely } from "../../errors.ts";
import { type Actor, type Kagi, reachOf } from "../../kagi.ts";
import { requireWithin } from "../../reach.ts";
import { type Page, pageOf, parseTime } from "../../schema.ts";
import { record } from "../audit/actions.ts";
import type { Thing, Verb } from "../audit/model.ts";
import { categoriesById, getCategory, type HeldCategory, holdCategory } from "../categories/actions.ts";
import type { Category, KeyType } from "../categories/model.ts";
import {
  ENVIRONMENTS,
  type Entry,
  type EntryChange,
  type EntryInput,
  type EntryQuery,
  type Environment,
  type RevealedEntry,
} from "./model.ts";
import * as queries from "./queries.ts";
import { keepReplaced } from "./replaced.ts";
import { checkFits, mergeGroup, openOrLog, openValue, readValue, sealValue, sshKeyOf, type Value } from "./value.ts";

const TAKEN = "This category has an entry with that name and environment";
const TOUCHED = "An entry has been changed or deleted since; nothing was undone";
/** The members that say where an entry is. */
const WHERE = { project: "name", environment: "environment" } as const;
const MOVED = "The entry has just been moved; try again";

/** Newest first. */
export async function listEntries(kagi: Kagi, actor: Actor, query: EntryQuery): Promise<Page<Entry>> {
  const { categoryId = null, environment = null, search = null, cursor = null, limit = null } = query;
  const filter = { categoryId, environment, search: search || null, cursor, limit: limit === null ? null : limit + 1 };
  const [rows, categories] = await Promise.all([
    kagi.db.all<queries.EntryRow>(queries.listEntries(actor, filter)),
    categoriesById(kagi.db, actor),
  ]);
  const { items, next } = pageOf(rows, limit);
  return { items: fromRows(items, categories), next };
}

/** The distinct names of entries, one spelling each, in alphabetical order. */
export async function listProjectNames(kagi: Kagi, actor: Actor): Promise<string[]> {
  return (await kagi.db.all<{ name: string }>(queries.projectNames(actor))).map((row) => row.name);
}

/** Throws ENTRY_NOT_FOUND. */
export async function getEntry(kagi: Kagi, actor: Actor, id: string): Promise<Entry> {
  const row = await findRow(kagi.db, actor, id);
  return fromRow(row, categoryOfEntry(await getCategory(kagi, actor, row.categoryId)));
}

/**
 * With `someFields`, a group may lack fields that its category defines. Throws AUTH_KEY_LIMITED, CATEGORY_NOT_FOUND,
 * VALIDATION_ERROR, CONFLICT for the same name and environment in that category.
 */
export async function createEntry(
  kagi: Kagi,
  actor: Actor,
  input: EntryInput,
  options: { someFields?: boolean } = {},
): Promise<Entry> {
  const id = newId();
  const at = kagi.now().toISOString();
  const expiresAt = input.expiresAt == null ? null : parseTime("expiresAt", input.expiresAt);
  const environment = input.environment ?? defaultEnvironment(actor);
  requireWithin(reachOf(actor), { project: input.name, environment }, WHERE);
  return await kagi.db.transaction(async (tx) => {
    const category = await holdCategory(tx, actor, input.categoryId, { [environment]: 1 });
    if (!category) throw new AppError("CATEGORY_NOT_FOUND");
    const value = readValue(input.value, category, options);
    const fresh: queries.SealedEntryRow = {
      id,
      categoryId: category.id,
      name: input.name,
      environment,
      sealedValue: sealValue(kagi.keyring, id, value),
      fileName: checkFileName(input.fileName ?? null, category.keyType),
      ...sshKeyOf(value, category),
      notes: input.notes || null,
      expiresAt,
      createdAt: at,
      updatedAt: at,
    };
    await uniquely(tx.run(queries.insertEntry(actor, fresh)), TAKEN, "name");
    await record(kagi, tx, actor, "create", thing(fresh));
    return fromRow(fresh, categoryOfEntry(category));
  });
}

/**
 * Only what `change` has changes. With `mergeGroup`, fields that a sent group value lacks keep their stored value,
 * unless they are removed; with it or with `someFields`, the group may lack fields that its category defines. A value
 * that is replaced is kept in the entry's history.
 * Throws ENTRY_NOT_FOUND, AUTH_KEY_LIMITED, CATEGORY_NOT_FOUND, VALIDATION_ERROR, CONFLICT.
 */
export async function updateEntry(
  kagi: Kagi,
  actor: Actor,
  id: string,
  change: EntryChange,
  options: ChangeOptions = {},
): Promise<Entry> {
  if (Object.keys(change).length === 0) return await getEntry(kagi, actor, id);
  // Absent leaves it as it is, null clears it.
  const expiresAt = change.expiresAt == null ? change.expiresAt : parseTime("expiresAt", change.expiresAt);
  return await kagi.db.transaction(async (tx) => {
    const filed = (await findRow(tx, actor, id)).categoryId;
    const category = await holdForMove(tx, actor, filed, change.categoryId ?? filed);
    await tx.get(queries.holdEntry(actor, id));
    const before = await findSealed(tx, actor, id);
    if (before.categoryId !== filed) throw conflict(MOVED, "categoryId");
    const { name = before.name, environment = before.environment } = change;
    requireWithin(reachOf(actor), { project: name, environment }, WHERE);
    if (category.keyType !== before.keyType) {
      throw conflict("An entry moves only between categories of one keyType", "categoryId");
    }
    const value = changedValue(kagi, before, change, category, options);
    const updatedAt = kagi.now().toISOString();
    if (value !== undefined) await keepReplaced(kagi, tx, actor, before, value, updatedAt);
    const after: queries.SealedEntryRow = {
      ...before,
      categoryId: category.id,
      name,
      environment,
      notes: change.notes === undefined ? before.notes : change.notes || null,
      expiresAt: expiresAt === undefined ? before.expiresAt : expiresAt,
      fileName: change.fileName === undefined ? before.fileName : checkFileName(change.fileName, category.keyType),
      ...(value === undefined ? {} : { sealedValue: sealValue(kagi.keyring, id, value), ...sshKeyOf(value, category) }),
      updatedAt,
    };
    await uniquely(tx.get(queries.updateEntry(actor, after)), TAKEN, "name");
    if (after.categoryId !== before.categoryId || after.environment !== before.environment) {
      await holdCategory(tx, actor, before.categoryId, { [before.environment]: -1 });
      await holdCategory(tx, actor, after.categoryId, { [after.environment]: 1 });
    }
    const { verb = "change", detail = null } = options.trail ?? {};
    await record(kagi, tx, actor, verb, thing(after), { detail });
    return fromRow(after, categoryOfEntry(category));
  });
}

/** Throws ENTRY_NOT_FOUND. */
export async function deleteEntry(kagi: Kagi, actor: Actor, id: string): Promise<void> {
  await kagi.db.transaction(async (tx) => {
    const filed = (await findRow(tx, actor, id)).categoryId;
    if (!(await holdCategory(tx, actor, filed))) throw new AppError("ENTRY_NOT_FOUND");
    const deleted = await tx.get<queries.DeletedEntryRow>(queries.deleteEntry(actor, id));
    if (!deleted) throw new AppError("ENTRY_NOT_FOUND");
    if (deleted.categoryId !== filed) throw conflict(MOVED, "categoryId");
    await holdCategory(tx, actor, filed, { [deleted.environment]: -1 });
    await record(kagi, tx, actor, "delete", thing({ id, name: deleted.name }));
  });
}

/** In which categories and environments there are entries of that name. */
export async function entriesNamed(
  db: Db,
  actor: Actor,
  name: string,
): Promise<readonly Pick<Entry, "categoryId" | "environment">[]> {
  return await db.all<Pick<Entry, "categoryId" | "environment">>(queries.entriesNamed(actor, name));
}

/** The categories of entries that were made `at` that time. */
export async function categoriesFiledAt(db: Db, actor: Actor, at: string): Promise<string[]> {
  const rows = await db.all<Pick<Entry, "categoryId">>(queries.categoriesFiledAt(actor, at));
  return rows.map(({ categoryId }) => categoryId);
}

/** Deletes an entry that is as it was made `at` that time. Throws CONFLICT for any other, and for one that is gone. */
export async function takeBackEntry(kagi: Kagi, tx: Db, actor: Actor, id: string, at: string): Promise<void> {
  const filed = await tx.get<queries.EntryRow>(queries.findEntry(actor, id));
  // Held before the entry, as whoever moves or deletes it does.
  const held = filed && (await holdCategory(tx, actor, filed.categoryId));
  const deleted = held && (await tx.get<queries.DeletedEntryRow>(queries.deleteUntouchedEntry(actor, id, at)));
  if (deleted?.categoryId !== filed?.categoryId || deleted === undefined) throw conflict(TOUCHED);
  await holdCategory(tx, actor, deleted.categoryId, { [deleted.environment]: -1 });
  await record(kagi, tx, actor, "delete", thing({ id, name: deleted.name }));
}

/**
 * The value, and the row of the trail that says who got it: without the one there is not the other.
 * Throws ENTRY_NOT_FOUND, also for a value that does not open, which is logged.
 */
export async function revealEntry(kagi: Kagi, actor: Actor, id: string): Promise<RevealedEntry> {
  return await kagi.db.transaction(async (tx) => {
    const row = await tx.get<queries.SecretRow>(queries.findSecret(actor, id));
    if (!row) throw new AppError("ENTRY_NOT_FOUND");
    const value = openOrLog(kagi, actor, row);
    if (value === null) throw new AppError("ENTRY_NOT_FOUND");
    await record(kagi, tx, actor, "reveal", thing(row));
    return { id: row.id, name: row.name, value, environment: row.environment };
  });
}

/**
 * The names of groups' fields in order, without their values, by entry. Entries of other types are left out, and one
 * whose value does not open, which is logged.
 */
export async function fieldNames(
  kagi: Kagi,
  actor: Actor,
  entries: readonly { id: string; category: Pick<Entry["category"], "keyType"> }[],
): Promise<ReadonlyMap<string, string[]>> {
  const groups = entries.filter(({ category }) => category.keyType === "group").map(({ id }) => id);
  const opened = await openEntries(kagi, kagi.db, actor, groups);
  return new Map([...opened].flatMap(([id, { value }]) => (value === null ? [] : [[id, Object.keys(value)] as const])));
}

/** One value of an export, opened. */
export type ExportedEntry = Omit<queries.ExportedRow, "sealedValue"> & { value: Value };

/**
 * What an export holds, in its order; with `ids` of these entries alone. A value that does not open is left out, and
 * logged.
 */
export async function openForExport(
  kagi: Kagi,
  actor: Actor,
  filter: { environment: string | null; project: string | null; ids: readonly string[] | null },
): Promise<{ entries: ExportedEntry[]; unreadable: number }> {
  const rows: queries.ExportedRow[] = [];
  for (const ids of filter.ids === null ? [null] : portions(filter.ids))
    rows.push(...(await kagi.db.all<queries.ExportedRow>(queries.exportedEntries(actor, { ...filter, ids }))));
  // Each portion comes in its order.
  if ((filter.ids?.length ?? 0) > queries.IDS_AT_ONCE) rows.sort(byExportOrder);
  const entries = rows.flatMap(({ sealedValue, ...row }) => {
    const value = openOrLog(kagi, actor, { ...row, sealedValue });
    return value === null ? [] : [{ ...row, value }];
  });
  return { entries, unreadable: rows.length - entries.length };
}

function byExportOrder(one: queries.ExportedRow, other: queries.ExportedRow): number {
  const order = (row: queries.ExportedRow) => [row.categoryFolded, row.categoryId, row.nameFolded, row.environment];
  const others = order(other);
  for (const [at, text] of order(one).entries()) {
    const than = others[at] ?? "";
    if (text !== than) return text < than ? -1 : 1;
  }
  return one.id < other.id ? -1 : 1;
}

/** The value is null when it does not open, which is logged. */
export type OpenedEntry = Readonly<{ value: Value | null; updatedAt: string }>;

/** Some entries with their values, for an action that says in the trail who gets them. What is gone is left out. */
export async function openEntries(
  kagi: Kagi,
  db: Db,
  actor: Actor,
  ids: readonly string[],
): Promise<ReadonlyMap<string, OpenedEntry>> {
  const opened = new Map<string, OpenedEntry>();
  for (const few of portions(ids))
    for (const row of await db.all<queries.SecretRow>(queries.secretsAmong(actor, few)))
      opened.set(row.id, { value: openOrLog(kagi, actor, row), updatedAt: row.updatedAt });
  return opened;
}

/** As many as one statement takes. */
export function* portions(ids: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < ids.length; from += queries.IDS_AT_ONCE) yield ids.slice(from, from + queries.IDS_AT_ONCE);
}

type GroupOptions = { mergeGroup?: { removed: readonly string[] }; someFields?: boolean };
/** What the trail says of a change that is more than one. */
type ChangeOptions = GroupOptions & { trail?: { verb: Verb; detail: string } };

/**
 * Holds the category that an entry leaves and the one that it goes to, which is returned: both before the entry itself,
 * as deleting a category takes them, and in one order, so that two moves do not wait for each other.
 * Throws ENTRY_NOT_FOUND, CATEGORY_NOT_FOUND.
 */
async function holdForMove(tx: Db, actor: Actor, from: string, to: string): Promise<HeldCategory> {
  const first = await holdCategory(tx, actor, from < to ? from : to);
  const second = from === to ? first : await holdCategory(tx, actor, from < to ? to : from);
  const [left, entered] = from < to ? [first, second] : [second, first];
  if (!left) throw new AppError("ENTRY_NOT_FOUND");
  if (!entered) throw new AppError("CATEGORY_NOT_FOUND");
  return entered;
}

type FoundEntry = queries.SealedEntryRow & { keyType: KeyType };

async function findRow(db: Db, actor: Actor, id: string): Promise<queries.EntryRow> {
  const row = await db.get<queries.EntryRow>(queries.findEntry(actor, id));
  if (!row) throw new AppError("ENTRY_NOT_FOUND");
  return row;
}

async function findSealed(db: Db, actor: Actor, id: string): Promise<FoundEntry> {
  const row = await db.get<FoundEntry>(queries.findSealedEntry(actor, id));
  if (!row) throw new AppError("ENTRY_NOT_FOUND");
  return row;
}

/** The value after the change, or undefined when it stays sealed as it is. */
function changedValue(
  kagi: Kagi,
  before: FoundEntry,
  change: EntryChange,
  category: Pick<Category, "id" | "keyType" | "fieldDefinitions">,
  { mergeGroup: merge, someFields = merge !== undefined }: GroupOptions,
): Value | undefined {
  const opened = () => openValue(kagi.keyring, before.id, before.sealedValue, before.keyType);
  if (change.value !== undefined) {
    const merges = merge !== undefined && before.keyType === "group";
    const value = merges ? mergeGroup(opened(), change.value, merge.removed) : change.value;
    return readValue(value, category, { someFields });
  }
  if (category.id !== before.categoryId && category.keyType === "group") checkFits(opened(), category);
  return undefined;
}

/** A key for one environment means that one when it names none. */
function defaultEnvironment(actor: Actor): Environment {
  const only = reachOf(actor)?.environment;
  return ENVIRONMENTS.find((environment) => environment === only) ?? "production";
}

function checkFileName(fileName: string | null, keyType: KeyType): string | null {
  if (fileName !== null && keyType !== "ssh" && keyType !== "json") {
    throw new AppError("VALIDATION_ERROR", "fileName is for ssh and json entries only", { field: "fileName" });
  }
  if (fileName === "." || fileName === "..") throw invalid("fileName", "must be the name of a file");
  return fileName;
}

function categoryOfEntry(category: HeldCategory): Entry["category"] {
  const { id, name, keyType, envVarName, fieldDefinitions, icon, color } = category;
  return { id, name, keyType, envVarName, fieldDefinitions, icon, color };
}

export const fromRows = derived((rows: readonly queries.EntryRow[], categories: ReadonlyMap<string, HeldCategory>) =>
  // A category may have gone, with its entries, between the two reads.
  rows.flatMap((row) => {
    const category = categories.get(row.categoryId);
    return category === undefined ? [] : [fromRow(row, category)];
  }),
);

function fromRow(row: queries.EntryRow, category: Entry["category"]): Entry {
  return {
    id: row.id,
    categoryId: row.categoryId,
    name: row.name,
    environment: row.environment,
    notes: row.notes,
    expiresAt: row.expiresAt,
    fileName: row.fileName,
    sshKey:
      row.sshKeyType === null || row.sshKeyFingerprint === null
        ? null
        : { type: row.sshKeyType, fingerprint: row.sshKeyFingerprint },
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    category,
  };
}

function thing(entry: { id: string; name: string }): Thing {
  return { kind: "entry", id: entry.id, name: entry.name };
}
