import { MIGRATIONS } from "../../migrations/index.ts";
import { sha256 } from "../crypto/tokens.ts";
import { type Db, type Sql, sql } from "./sql.ts";

export type Migration = Readonly<{ name: string; text: string }>;

/** A database that this build does not know how to use; the message is for the operator. */
export class MigrationError extends Error {
  override name = "MigrationError";
}

/**
 * Brings the schema up to date and returns the names of what was applied. Instances that start together wait for each
 * other; all is one transaction, with the records and with `finish`, which is told what was applied; a recorded migration that changed or is unknown
 * stops the start.
 */
export async function migrate(
  db: Db,
  now: () => Date,
  finish: (tx: Db, applied: readonly string[]) => Promise<void> = async () => {},
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<string[]> {
  return await db.transaction(async (tx) => {
    // SQLite's transactions take the write lock when they begin; PostgreSQL needs a lock of its own.
    if (db.engine === "postgres") await holdStarts(tx);
    await tx.run(sql`
      CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at TEXT NOT NULL)`);
    const recorded = await tx.all<{ name: string; checksum: string }>(sql`
      SELECT name, checksum FROM migrations ORDER BY name`);
    check(recorded, migrations);
    const known = new Set(recorded.map((migration) => migration.name));
    const fresh = migrations.filter((migration) => !known.has(migration.name));
    for (const migration of fresh) {
      for (const statement of statements(migration.text, db.engine)) await tx.run(statement);
      await tx.run(sql`
        INSERT INTO migrations (name, checksum, applied_at)
        VALUES (${migration.name}, ${sha256(migration.text)}, ${now().toISOString()})`);
    }
    const applied = fresh.map((migration) => migration.name);
    await finish(tx, applied);
    return applied;
  });
}

/** What the next start would apply. Throws MigrationError as it would. */
export async function pendingMigrations(db: Db, migrations: readonly Migration[] = MIGRATIONS): Promise<string[]> {
  const recorded = await db.all<{ name: string; checksum: string }>(sql`
    SELECT name, checksum FROM migrations ORDER BY name`);
  check(recorded, migrations);
  return migrations.filter(({ name }) => !recorded.some((row) => row.name === name)).map(({ name }) => name);
}

/** Lets nobody else start on the same PostgreSQL database until the transaction ends. */
export async function holdStarts(tx: Db): Promise<void> {
  await tx.run(sql`SELECT pg_advisory_xact_lock(1264670569)`);
}

function check(recorded: readonly { name: string; checksum: string }[], migrations: readonly Migration[]): void {
  for (const { name, checksum } of recorded) {
    const migration = migrations.find((candidate) => candidate.name === name);
    if (migration === undefined) {
      throw new MigrationError(
        `The database has migration ${name}, which this version of Kagi does not know. Start the version that wrote it, or a newer one.`,
      );
    }
    if (sha256(migration.text) !== checksum) {
      throw new MigrationError(`Migration ${name} differs from the one that this database was made with.`);
    }
  }
}

/**
 * One text for both engines. PostgreSQL sorts and compares TEXT by the locale of its cluster unless told otherwise;
 * the "C" collation orders by code point, as SQLite does.
 */
function statements(text: string, engine: Db["engine"]): Sql[] {
  return text
    .replace(/--.*$/gm, "")
    .split(";")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "")
    .map((statement) => (engine === "postgres" ? statement.replace(/\bTEXT\b/g, 'TEXT COLLATE "C"') : statement))
    .map((statement) => ({ strings: [statement], values: [] }));
}
