import type { Place } from "../../crypto/envelope.ts";
import { type Sql, sql } from "../../db/sql.ts";

export type SealedRow = { id: string; sealed: string };

/** A place where secrets are kept, read page by page in the order of `id`. */
type SealedColumn = Readonly<
  Omit<Place, "id"> & { page: (after: string) => Sql; put: (id: string, sealed: string) => Sql }
>;

/** Everything that is sealed with the key. A column that is missing here would be lost when the key is changed. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    table: "entries",
    column: "sealed_value",
    page: (after) => sql`
      SELECT id, sealed_value AS "sealed" FROM entries WHERE id > ${after} ORDER BY id LIMIT 500`,
    put: (id, sealed) => sql`UPDATE entries SET sealed_value = ${sealed} WHERE id = ${id}`,
  },
  {
    table: "entry_versions",
    column: "sealed_value",
    page: (after) => sql`
      SELECT id, sealed_value AS "sealed" FROM entry_versions WHERE id > ${after} ORDER BY id LIMIT 100`,
    put: (id, sealed) => sql`UPDATE entry_versions SET sealed_value = ${sealed} WHERE id = ${id}`,
  },
  {
    table: "env_files",
    column: "sealed_content",
    page: (after) => sql`
      SELECT id, sealed_content AS "sealed" FROM env_files WHERE id > ${after} ORDER BY id LIMIT 20`,
    put: (id, sealed) => sql`UPDATE env_files SET sealed_content = ${sealed} WHERE id = ${id}`,
  },
  {
    table: "env_file_versions",
    column: "sealed_content",
    page: (after) => sql`
      SELECT id, sealed_content AS "sealed" FROM env_file_versions WHERE id > ${after} ORDER BY id LIMIT 20`,
    put: (id, sealed) => sql`UPDATE env_file_versions SET sealed_content = ${sealed} WHERE id = ${id}`,
  },
  {
    table: "two_factors",
    column: "sealed_secret",
    page: (after) => sql`
      SELECT id, sealed_secret AS "sealed" FROM two_factors
      WHERE id > ${after} AND sealed_secret IS NOT NULL ORDER BY id LIMIT 500`,
    put: (id, sealed) => sql`UPDATE two_factors SET sealed_secret = ${sealed} WHERE id = ${id}`,
  },
  {
    table: "recovery_codes",
    column: "sealed_code",
    page: (after) => sql`
      SELECT id, sealed_code AS "sealed" FROM recovery_codes WHERE id > ${after} ORDER BY id LIMIT 500`,
    put: (id, sealed) => sql`UPDATE recovery_codes SET sealed_code = ${sealed} WHERE id = ${id}`,
  },
  {
    table: "totp_factors",
    column: "sealed_secret",
    page: (after) => sql`
      SELECT id, sealed_secret AS "sealed" FROM totp_factors WHERE id > ${after} ORDER BY id LIMIT 500`,
    put: (id, sealed) => sql`UPDATE totp_factors SET sealed_secret = ${sealed} WHERE id = ${id}`,
  },
  {
    table: "sessions",
    column: "sealed_id_token",
    page: (after) => sql`
      SELECT id, sealed_id_token AS "sealed" FROM sessions
      WHERE id > ${after} AND sealed_id_token IS NOT NULL ORDER BY id LIMIT 500`,
    put: (id, sealed) => sql`UPDATE sessions SET sealed_id_token = ${sealed} WHERE id = ${id}`,
  },
  {
    table: "pending_sign_ins",
    column: "sealed_id_token",
    page: (after) => sql`
      SELECT id, sealed_id_token AS "sealed" FROM pending_sign_ins
      WHERE id > ${after} AND sealed_id_token IS NOT NULL ORDER BY id LIMIT 500`,
    put: (id, sealed) => sql`UPDATE pending_sign_ins SET sealed_id_token = ${sealed} WHERE id = ${id}`,
  },
  {
    table: "meta",
    column: "value",
    page: (after) => sql`SELECT key AS "id", value AS "sealed" FROM meta WHERE key = 'canary' AND key > ${after}`,
    put: (id, sealed) => sql`UPDATE meta SET value = ${sealed} WHERE key = ${id}`,
  },
];

/** Categories whose counts are not those of their entries. */
export const miscounted = (): Sql => sql`
  SELECT c.id FROM categories c
  WHERE c.development_count <> (
      SELECT count(*) FROM entries e WHERE e.category_id = c.id AND e.environment = 'development')
    OR c.staging_count <> (SELECT count(*) FROM entries e WHERE e.category_id = c.id AND e.environment = 'staging')
    OR c.production_count <> (
      SELECT count(*) FROM entries e WHERE e.category_id = c.id AND e.environment = 'production')
  ORDER BY c.id`;

export const accounts = (): Sql => sql`SELECT id, email FROM users ORDER BY id`;

/** Connections that other processes of Kagi hold to the same PostgreSQL database. */
export const otherServers = (): Sql => sql`
  SELECT CAST(count(*) AS INTEGER) AS "count" FROM pg_stat_activity
  WHERE datname = current_database() AND application_name LIKE 'kagi %'
    AND application_name <> current_setting('application_name')`;

/** Nobody writes where the key has part until the transaction ends. The names are ours, from the list above. */
export const lockSealed = (): Sql[] =>
  [...SEALED_COLUMNS.map(({ table }) => table), "audit_chains"].map((table) => ({
    strings: [`LOCK TABLE ${table} IN EXCLUSIVE MODE`],
    values: [],
  }));
