import { constants, Database } from "bun:sqlite";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Db, type Row, render, type Sql, sql } from "./sql.ts";

/**
 * A database file looked at without changing a byte of it, nor of the folder it is in, whether or not a server has it
 * open. SQLite's own read-only mode is not enough: it makes the two files that go with a write-ahead log.
 */
export function readSqlite(path: string): Db {
  if (existsSync(`${path}-shm`) && existsSync(`${path}-wal`)) return openUri(path, "readonly_shm=1");
  if (!existsSync(`${path}-wal`) && !existsSync(`${path}-journal`)) return openUri(path, "immutable=1");
  // Left by a crash, and to be put in order before it can be read: a copy is.
  const folder = mkdtempSync(join(tmpdir(), "kagi-"));
  const forget = () => rmSync(folder, { recursive: true, force: true });
  try {
    for (const ending of ["", "-wal", "-journal"]) {
      if (existsSync(path + ending)) copyFileSync(path + ending, join(folder, `copy${ending}`));
    }
    return new FileDb(new Database(join(folder, "copy")), forget);
  } catch (error) {
    forget();
    throw error;
  }
}

/**
 * The database file as one of several that use it, for as long as it takes: unlike `readSqlite` this one keeps others
 * from changing what is being read.
 */
export function shareSqlite(path: string): Db {
  const database = new Database(path, { readwrite: true });
  database.run("PRAGMA busy_timeout = 5000");
  return new FileDb(database);
}

/** The database file for this process alone, until it is closed. Throws SQLITE_BUSY while another one has it open. */
export function holdSqlite(path: string): Db {
  const database = new Database(path, { readwrite: true });
  try {
    for (const pragma of ["locking_mode = EXCLUSIVE", "synchronous = FULL", "foreign_keys = ON"]) {
      database.run(`PRAGMA ${pragma}`);
    }
    database.run("BEGIN EXCLUSIVE");
    database.run("COMMIT");
    return new FileDb(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What SQLite finds wrong with the file, in its own words, which may name tables but quote no values. Empty if sound. */
export async function findDamage(db: Db): Promise<string[]> {
  const rows = await db.all<{ integrity_check: string }>(sql`PRAGMA integrity_check(5)`);
  const orphans = await db.all<{ table: string }>(sql`PRAGMA foreign_key_check`);
  return [
    ...rows.map((row) => row.integrity_check).filter((line) => line !== "ok"),
    ...new Set(orphans.map((row) => `a row of ${row.table} belongs to nothing`)),
  ];
}

/** A whole and compact copy as of one moment, in a new or an empty file. */
export async function copySqlite(db: Db, path: string): Promise<void> {
  await db.run(sql`VACUUM INTO ${path}`);
}

function openUri(path: string, query: string): Db {
  const flags = constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI;
  const database = new Database(`${pathToFileURL(path).href}?${query}`, flags);
  database.run("PRAGMA busy_timeout = 5000");
  return new FileDb(database);
}

/** One connection for one user who does one thing after the other. */
class FileDb implements Db {
  readonly engine = "sqlite";
  readonly #database: Database;
  readonly #afterwards: () => void;

  constructor(database: Database, afterwards: () => void = () => {}) {
    this.#database = database;
    this.#afterwards = afterwards;
  }

  async all<T = Row>(query: Sql): Promise<readonly T[]> {
    const { text, parameters } = render(query);
    using statement = this.#database.prepare(text);
    return statement.all(...parameters) as T[];
  }

  async get<T = Row>(query: Sql): Promise<T | undefined> {
    return (await this.all<T>(query))[0];
  }

  async run(query: Sql): Promise<void> {
    await this.all(query);
  }

  async transaction<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    this.#database.run("BEGIN IMMEDIATE");
    try {
      const result = await work(this);
      this.#database.run("COMMIT");
      return result;
    } catch (error) {
      if (this.#database.inTransaction) this.#database.run("ROLLBACK");
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#database.close();
    this.#afterwards();
  }
}
