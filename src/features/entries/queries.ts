import { type Owner, ownEntries } from "../../db/owned.ts";
import { all, contains, fold, listed, type Sql, sql } from "../../db/sql.ts";
import type { KeyType } from "../categories/model.ts";
import type { EntryListFilter, EntrySort, Environment } from "./model.ts";

/** A row without its secret: lists are read without the sealed column. */
export type EntryRow = {
  id: string;
  categoryId: string;
  name: string;
  environment: Environment;
  notes: string | null;
  expiresAt: string | null;
  fileName: string | null;
  sshKeyType: string | null;
  sshKeyFingerprint: string | null;
  createdAt: string;
  updatedAt: string;
};
export type SealedEntryRow = EntryRow & { sealedValue: string };

const COLUMNS = sql`
  e.id, e.category_id AS "categoryId", e.name, e.environment, e.notes, e.expires_at AS "expiresAt",
  e.file_name AS "fileName", e.ssh_key_type AS "sshKeyType", e.ssh_key_fingerprint AS "sshKeyFingerprint",
  e.created_at AS "createdAt", e.updated_at AS "updatedAt"`;

export type EntryFilter = {
  categoryId: string | null;
  environment: Environment | null;
  search: string | null;
  cursor: string | null;
  limit: number | null;
};

export const listEntries = (owner: Owner, filter: EntryFilter): Sql => {
  const pattern = filter.search === null ? null : contains(fold(filter.search));
  const conditions = all([
    ownEntries(owner),
    filter.categoryId !== null && sql`e.category_id = ${filter.categoryId}`,
    filter.environment !== null && sql`e.environment = ${filter.environment}`,
    pattern !== null &&
      sql`e.name_folded LIKE ${pattern} ESCAPE '\\' OR coalesce(e.notes_folded, '') LIKE ${pattern} ESCAPE '\\'`,
    filter.cursor !== null && sql`e.id < ${filter.cursor}`,
  ]);
  const limit = filter.limit === null ? sql`` : sql`LIMIT ${filter.limit}`;
  return sql`SELECT ${COLUMNS} FROM entries e WHERE ${conditions} ORDER BY e.id DESC ${limit}`;
};

/** A filter of a list with its words folded and its days counted; `after` and `until` are times. */
export type FoundBy = Omit<EntryListFilter, "search" | "expires"> &
  Readonly<{ words: readonly string[]; after: string | null; until: string | null }>;

const matching = (owner: Owner, filter: FoundBy): Sql =>
  all([
    ownEntries(owner),
    filter.category !== null && sql`e.category_id = ${filter.category}`,
    filter.type !== null &&
      sql`e.category_id IN (SELECT c.id FROM categories c WHERE c.user_id = ${owner.userId} AND c.key_type = ${filter.type})`,
    filter.environment !== null && sql`e.environment = ${filter.environment}`,
    filter.project !== null && sql`e.name_folded = ${fold(filter.project)}`,
    filter.after !== null && sql`e.expires_at > ${filter.after}`,
    filter.until !== null && sql`e.expires_at <= ${filter.until}`,
    ...filter.words.map((word) => mentions(owner, word, filter.category === null)),
  ]);

/** Names of variables are ASCII, so that both engines fold them alike; nothing else of a list of them is looked at. */
const mentions = (owner: Owner, word: string, alsoCategory: boolean): Sql => {
  const pattern = contains(word);
  const variable = /^\w+$/.test(word) ? pattern : null;
  const own = sql`e.name_folded LIKE ${pattern} ESCAPE '\\' OR coalesce(e.notes_folded, '') LIKE ${pattern} ESCAPE '\\'`;
  if (!alsoCategory) return own;
  return sql`${own} OR e.category_id IN (
    SELECT c.id FROM categories c WHERE c.user_id = ${owner.userId} AND (
      c.name_folded LIKE ${pattern} ESCAPE '\\'
      OR lower(coalesce(c.env_var_name, '')) LIKE ${variable} ESCAPE '\\'
      OR lower(coalesce(c.field_definitions, '')) LIKE ${variable} ESCAPE '\\'))`;
};

/** What a list is sorted by, so that no two entries stand at the same place. Entries without an end come after all. */
const ORDERS: Readonly<Record<EntrySort, { order: Sql; after: (at: readonly string[]) => Sql }>> = {
  recent: { order: sql`e.id DESC`, after: ([id = ""]) => sql`e.id < ${id}` },
  project: {
    order: sql`e.name_folded, e.id`,
    after: ([name = "", id = ""]) => sql`(e.name_folded, e.id) > (${name}, ${id})`,
  },
  category: {
    order: sql`c.name_folded, e.name_folded, e.id`,
    after: ([category = "", name = "", id = ""]) =>
      sql`(c.name_folded, e.name_folded, e.id) > (${category}, ${name}, ${id})`,
  },
  expiry: {
    order: sql`coalesce(e.expires_at, '9999'), e.id`,
    after: ([at = "", id = ""]) => sql`(coalesce(e.expires_at, '9999'), e.id) > (${at}, ${id})`,
  },
  updated: {
    order: sql`e.updated_at DESC, e.id DESC`,
    after: ([at = "", id = ""]) => sql`(e.updated_at, e.id) < (${at}, ${id})`,
  },
};

/** With what the order is by, for the cursor. */
export type PlacedRow = EntryRow & { nameFolded: string; categoryFolded: string };

export const findEntries = (
  owner: Owner,
  filter: FoundBy,
  { sort, cursor, limit }: { sort: EntrySort; cursor: readonly string[] | null; limit: number },
): Sql => {
  const { order, after } = ORDERS[sort];
  return sql`
    SELECT ${COLUMNS}, e.name_folded AS "nameFolded", c.name_folded AS "categoryFolded"
    FROM entries e JOIN categories c ON c.id = e.category_id
    WHERE ${all([matching(owner, filter), cursor !== null && after(cursor)])}
    ORDER BY ${order} LIMIT ${limit}`;
};

export const countFound = (owner: Owner, filter: FoundBy): Sql => sql`
  SELECT CAST(count(*) AS INTEGER) AS "count" FROM entries e WHERE ${matching(owner, filter)}`;

/** What a selection shows of an entry, and changes of it. */
export type SelectedRow = Pick<EntryRow, "id" | "categoryId" | "name" | "environment" | "updatedAt"> & {
  nameFolded: string;
};

const SELECTED = sql`
  e.id, e.category_id AS "categoryId", e.name, e.name_folded AS "nameFolded", e.environment,
  e.updated_at AS "updatedAt"`;

export const selectFound = (owner: Owner, filter: FoundBy): Sql => sql`
  SELECT ${SELECTED} FROM entries e WHERE ${matching(owner, filter)} ORDER BY e.name_folded, e.id`;

/** Ids that one statement takes. */
export const IDS_AT_ONCE = 1024;

/** Of lists of any length there are few statements: the last id stands for those that are not there. */
const among = (ids: readonly string[]): Sql => {
  const length = 2 ** Math.ceil(Math.log2(Math.max(1, ids.length)));
  return listed(Array.from({ length }, (_, index) => sql`${ids[Math.min(index, ids.length - 1)] ?? ""}`));
};

export const selectChosen = (owner: Owner, ids: readonly string[]): Sql => sql`
  SELECT ${SELECTED} FROM entries e WHERE ${ownEntries(owner)} AND e.id IN (${among(ids)})`;

/** In the order in which they were made. */
export const allIds = (owner: Owner): Sql => sql`
  SELECT e.id FROM entries e WHERE ${ownEntries(owner)} ORDER BY e.id`;

export const sealedAmong = (owner: Owner, ids: readonly string[]): Sql => sql`
  SELECT e.id, e.sealed_value AS "sealedValue" FROM entries e
  WHERE ${ownEntries(owner)} AND e.id IN (${among(ids)})`;

/** Where there is something already: entries of one environment, one name, or one category. */
export const entriesAt = (
  owner: Owner,
  where: { environment: string } | { name: string } | { category: string },
): Sql => {
  const condition =
    "environment" in where
      ? sql`e.environment = ${where.environment}`
      : "name" in where
        ? sql`e.name_folded = ${fold(where.name)}`
        : sql`e.category_id = ${where.category}`;
  return sql`SELECT ${SELECTED} FROM entries e WHERE ${ownEntries(owner)} AND ${condition}`;
};

export const setEnvironment = (owner: Owner, ids: readonly string[], to: string, at: string): Sql => sql`
  UPDATE entries AS e SET environment = ${to}, updated_at = ${at}
  WHERE ${ownEntries(owner)} AND e.id IN (${among(ids)})`;

export const setCategory = (owner: Owner, ids: readonly string[], to: string, at: string): Sql => sql`
  UPDATE entries AS e SET category_id = ${to}, updated_at = ${at}
  WHERE ${ownEntries(owner)} AND e.id IN (${among(ids)})`;

export const setName = (owner: Owner, ids: readonly string[], to: string, at: string): Sql => sql`
  UPDATE entries AS e SET name = ${to}, name_folded = ${fold(to)}, updated_at = ${at}
  WHERE ${ownEntries(owner)} AND e.id IN (${among(ids)})`;

export const deleteEntries = (owner: Owner, ids: readonly string[]): Sql => sql`
  DELETE FROM entries AS e WHERE ${ownEntries(owner)} AND e.id IN (${among(ids)})`;

export const findEntry = (owner: Owner, id: string): Sql => sql`
  SELECT ${COLUMNS} FROM entries e WHERE e.id = ${id} AND ${ownEntries(owner)}`;

export const findSealedEntry = (owner: Owner, id: string): Sql => sql`
  SELECT ${COLUMNS}, e.sealed_value AS "sealedValue",
    (SELECT c.key_type FROM categories c WHERE c.id = e.category_id) AS "keyType"
  FROM entries e WHERE e.id = ${id} AND ${ownEntries(owner)}`;

/** As little of an entry as revealing it takes. */
export const findSecret = (owner: Owner, id: string): Sql => sql`
  SELECT e.id, e.name, e.environment, e.sealed_value AS "sealedValue", e.updated_at AS "updatedAt",
    (SELECT c.key_type FROM categories c WHERE c.id = e.category_id) AS "keyType"
  FROM entries e WHERE e.id = ${id} AND ${ownEntries(owner)}`;
export type SecretRow = Pick<SealedEntryRow, "id" | "name" | "environment" | "sealedValue" | "updatedAt"> & {
  keyType: KeyType;
};

export const projectNames = (owner: Owner): Sql => sql`
  SELECT min(e.name) AS "name" FROM entries e WHERE ${ownEntries(owner)}
  GROUP BY e.name_folded ORDER BY e.name_folded`;

export const insertEntry = (owner: Owner, entry: SealedEntryRow): Sql => sql`
  INSERT INTO entries (
    id, user_id, category_id, name, name_folded, environment, sealed_value, file_name, ssh_key_type,
    ssh_key_fingerprint, notes, notes_folded, expires_at, created_at, updated_at)
  VALUES (
    ${entry.id}, ${owner.userId}, ${entry.categoryId}, ${entry.name}, ${fold(entry.name)}, ${entry.environment},
    ${entry.sealedValue}, ${entry.fileName}, ${entry.sshKeyType}, ${entry.sshKeyFingerprint}, ${entry.notes},
    ${foldedNotes(entry)}, ${entry.expiresAt}, ${entry.createdAt}, ${entry.updatedAt})`;

export const updateEntry = (owner: Owner, entry: SealedEntryRow): Sql => sql`
  UPDATE entries AS e SET
    category_id = ${entry.categoryId}, name = ${entry.name}, name_folded = ${fold(entry.name)},
    environment = ${entry.environment}, sealed_value = ${entry.sealedValue}, file_name = ${entry.fileName},
    ssh_key_type = ${entry.sshKeyType}, ssh_key_fingerprint = ${entry.sshKeyFingerprint}, notes = ${entry.notes},
    notes_folded = ${foldedNotes(entry)},
    expires_at = ${entry.expiresAt}, updated_at = ${entry.updatedAt}
  WHERE e.id = ${entry.id} AND ${ownEntries(owner)}
  RETURNING id`;

export const deleteEntry = (owner: Owner, id: string): Sql => sql`
  DELETE FROM entries AS e WHERE e.id = ${id} AND ${ownEntries(owner)}
  RETURNING name, environment, category_id AS "categoryId"`;

/** Only as it was made at that moment. */
export const deleteUntouchedEntry = (owner: Owner, id: string, at: string): Sql => sql`
  DELETE FROM entries AS e
  WHERE e.id = ${id} AND ${ownEntries(owner)} AND e.created_at = ${at} AND e.updated_at = ${at}
  RETURNING name, environment, category_id AS "categoryId"`;

export const categoriesFiledAt = (owner: Owner, at: string): Sql => sql`
  SELECT DISTINCT e.category_id AS "categoryId" FROM entries e WHERE ${ownEntries(owner)} AND e.created_at = ${at}`;

/** In which categories and environments there are entries of one name. */
export const entriesNamed = (owner: Owner, name: string): Sql => sql`
  SELECT e.category_id AS "categoryId", e.environment FROM entries e
  WHERE ${ownEntries(owner)} AND e.name_folded = ${fold(name)}`;

export type DeletedEntryRow = Pick<EntryRow, "name" | "environment" | "categoryId">;

/** Holds the row until the transaction ends, so that two changes to one entry come one after the other. */
export const holdEntry = (owner: Owner, id: string): Sql => sql`
  UPDATE entries AS e SET updated_at = e.updated_at
  WHERE e.id = ${id} AND ${ownEntries(owner)} RETURNING id`;

export type EntryVersionRow = {
  id: string;
  number: number;
  fileName: string | null;
  sshKeyType: string | null;
  sshKeyFingerprint: string | null;
  writtenAt: string | null;
  replacedAt: string;
  replacedBy: string;
};
export type SealedEntryVersionRow = EntryVersionRow & { sealedValue: string };

const VERSION = sql`
  v.id, v.number, v.file_name AS "fileName", v.ssh_key_type AS "sshKeyType",
  v.ssh_key_fingerprint AS "sshKeyFingerprint", v.written_at AS "writtenAt", v.replaced_at AS "replacedAt",
  v.replaced_by AS "replacedBy"`;

export const listEntryVersions = (owner: Owner, entryId: string): Sql => sql`
  SELECT ${VERSION} FROM entry_versions v
  WHERE v.entry_id = ${entryId} AND v.user_id = ${owner.userId} ORDER BY v.number DESC`;

export const findEntryVersion = (owner: Owner, entryId: string, number: number): Sql => sql`
  SELECT ${VERSION}, v.sealed_value AS "sealedValue" FROM entry_versions v
  WHERE v.entry_id = ${entryId} AND v.number = ${number} AND v.user_id = ${owner.userId}`;

export const latestEntryVersion = (owner: Owner, entryId: string): Sql => sql`
  SELECT v.number, v.replaced_at AS "replacedAt" FROM entry_versions v
  WHERE v.entry_id = ${entryId} AND v.user_id = ${owner.userId} ORDER BY v.number DESC LIMIT 1`;

export const insertEntryVersion = (owner: Owner, entryId: string, row: SealedEntryVersionRow): Sql => sql`
  INSERT INTO entry_versions (
    id, user_id, entry_id, number, sealed_value, file_name, ssh_key_type, ssh_key_fingerprint, written_at, replaced_at,
    replaced_by)
  VALUES (
    ${row.id}, ${owner.userId}, ${entryId}, ${row.number}, ${row.sealedValue}, ${row.fileName}, ${row.sshKeyType},
    ${row.sshKeyFingerprint}, ${row.writtenAt}, ${row.replacedAt}, ${row.replacedBy})`;

export const deleteEntryVersionsUpTo = (owner: Owner, entryId: string, number: number): Sql => sql`
  DELETE FROM entry_versions WHERE entry_id = ${entryId} AND user_id = ${owner.userId} AND number <= ${number}`;

/** What an export writes, in its order. */
export const exportedEntries = (owner: Owner, filter: { environment: string | null; project: string | null }): Sql => {
  const conditions = all([
    ownEntries(owner),
    sql`c.key_type IN ('simple', 'group')`,
    filter.environment !== null && sql`e.environment = ${filter.environment}`,
    filter.project !== null && sql`e.name_folded = ${fold(filter.project)}`,
  ]);
  return sql`
    SELECT e.id, e.name, e.environment, e.sealed_value AS "sealedValue",
      c.name AS "categoryName", c.key_type AS "keyType", c.env_var_name AS "envVarName"
    FROM entries e JOIN categories c ON c.id = e.category_id
    WHERE ${conditions}
    ORDER BY c.name_folded, c.id, e.name_folded, e.environment, e.id`;
};
export type ExportedRow = {
  id: string;
  name: string;
  environment: Environment;
  sealedValue: string;
  categoryName: string;
  keyType: "simple" | "group";
  envVarName: string | null;
};

function foldedNotes(entry: EntryRow): string | null {
  return entry.notes === null ? null : fold(entry.notes);
}
