import { Database } from "bun:sqlite";
import { AsyncLocalStorage } from "node:async_hooks";
import { chmodSync, existsSync } from "node:fs";
import { UniqueViolation } from "../errors.ts";
import { type Db, type Row, render, type Sql, type SqlParameter } from "./sql.ts";

/**
 * The embedded engine: one connection that writes, one that only reads, both in this process.
 *
 * Reads outside a transaction run at once on the reading connection and see what is committed. Writes queue; all that
 * wait at the same moment share one transaction and so one fsync, each inside a savepoint of its own, so that one that
 * fails takes nothing else with it. A write's promise settles only after the commit that holds it is on disk.
 */
export function openSqlite(path: string): Db {
  // Kagi has more statements than the 20 that are kept by default; one that fell out is prepared again, at four times the cost.
  Database.MAX_QUERY_CACHE_SIZE = 200;
  const writer = new Database(path, { create: true });
  if (existsSync(path)) chmodSync(path, 0o600);
  for (const pragma of PRAGMAS) writer.run(`PRAGMA ${pragma}`);
  const reader = new Database(path, { readonly: true });
  reader.run("PRAGMA busy_timeout = 5000");
  return new SqliteDb(writer, reader);
}

const PRAGMAS = [
  "busy_timeout = 5000",
  "journal_mode = WAL",
  "synchronous = FULL",
  "foreign_keys = ON",
  // What is deleted is overwritten, so that a vault which was emptied is no longer in the pages that are free.
  "secure_delete = ON",
  // What a savepoint would bring back, kept in memory: a file for it takes longer than the writing itself.
  "temp_store = MEMORY",
] as const;

type Job = {
  work: (tx: Db) => Promise<unknown>;
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
};

class SqliteDb implements Db {
  readonly engine = "sqlite";
  readonly #writer: Database;
  readonly #reader: Database;
  readonly #lists: Lists;
  #queue: Job[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(writer: Database, reader: Database) {
    this.#writer = writer;
    this.#reader = reader;
    this.#lists = new Lists(reader);
  }

  async all<T = Row>(query: Sql): Promise<readonly T[]> {
    refuseInsideTransaction();
    const { text, isRead, parameters } = render(query);
    if (!isRead) return this.transaction((tx) => tx.all<T>(query));
    return this.#lists.read(text, parameters) as readonly T[];
  }

  async get<T = Row>(query: Sql): Promise<T | undefined> {
    refuseInsideTransaction();
    const { text, isRead, parameters } = render(query);
    if (!isRead) return this.transaction((tx) => tx.get<T>(query));
    return (this.#reader.query(text).get(...parameters) ?? undefined) as T | undefined;
  }

  async run(query: Sql): Promise<void> {
    await this.transaction((tx) => tx.run(query));
  }

  async transaction<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    refuseInsideTransaction();
    if (this.#closed) throw new Error("the database is closed");
    return await new Promise<T>((resolve, reject) => {
      this.#queue.push({ work, resolve: resolve as (result: never) => void, reject });
      this.#running ??= this.#drain();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    this.#reader.close();
    this.#writer.close();
  }

  async #drain(): Promise<void> {
    // One turn of the event loop lets every request that has already arrived join the batch.
    await new Promise<void>((next) => setImmediate(next));
    while (this.#queue.length > 0) {
      // What fails in #commit has told its jobs; the queue goes on behind it.
      await this.#commit(this.#queue.splice(0)).catch(() => undefined);
      if (this.#queue.length === 0) await new Promise<void>((next) => setImmediate(next));
    }
    this.#running = undefined;
  }

  async #commit(batch: Job[]): Promise<void> {
    const settle: (() => void)[] = [];
    try {
      this.#step("BEGIN IMMEDIATE");
      for (const job of batch) settle.push(await this.#attempt(job));
      this.#step("COMMIT");
    } catch (error) {
      for (const job of batch) job.reject(error);
      if (this.#writer.inTransaction) this.#step("ROLLBACK");
      return;
    }
    for (const done of settle) done();
  }

  /** Prepared once: preparing one of these takes longer than running it. */
  #step(text: string): void {
    this.#writer.query(text).run();
  }

  async #attempt(job: Job): Promise<() => void> {
    this.#step("SAVEPOINT job");
    const tx = new SqliteTransaction(this.#writer);
    try {
      const result = await insideTransaction.run(true, () => job.work(tx));
      this.#step("RELEASE job");
      return () => job.resolve(result as never);
    } catch (error) {
      // A full disk or a corrupt page ends the whole transaction, savepoints included; then every job has failed.
      if (!this.#writer.inTransaction) throw error;
      this.#step("ROLLBACK TO job");
      this.#step("RELEASE job");
      return () => job.reject(error);
    } finally {
      tx.end();
    }
  }
}

/** Of all lists together, in characters; what is made of them takes about twice as much again. */
const KEPT_CHARACTERS = 4_000_000;

/**
 * Lists that were read, for as long as they are what a new reading would find. `PRAGMA data_version` moves with every
 * commit of another connection, this process's writer and other processes alike (sqlite.org/pragma.html), and is asked
 * before each use. Making the strings of a thousand rows takes a hundred times as long as asking.
 */
class Lists {
  readonly #reader: Database;
  readonly #kept = new Map<string, readonly unknown[]>();
  #size = 0;
  #version: number | undefined;

  constructor(reader: Database) {
    this.#reader = reader;
  }

  read(text: string, parameters: SqlParameter[]): readonly unknown[] {
    const { data_version: version } = this.#reader.query("PRAGMA data_version").get() as { data_version: number };
    if (version !== this.#version) {
      this.#forget();
      this.#version = version;
    }
    const key = `${text}\n${JSON.stringify(parameters)}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const rows = this.#reader.query(text).all(...parameters);
    const size = key.length + sizeOf(rows as Row[]);
    if (size > KEPT_CHARACTERS) return rows;
    if (this.#size + size > KEPT_CHARACTERS) this.#forget();
    this.#kept.set(key, rows);
    this.#size += size;
    return rows;
  }

  #forget(): void {
    this.#kept.clear();
    this.#size = 0;
  }
}

function sizeOf(rows: readonly Row[]): number {
  let size = 0;
  for (const row of rows) for (const name in row) size += typeof row[name] === "string" ? row[name].length : 8;
  return size;
}

class SqliteTransaction implements Db {
  readonly engine = "sqlite";
  readonly #database: Database;
  #open = true;

  constructor(database: Database) {
    this.#database = database;
  }

  async all<T = Row>(query: Sql): Promise<readonly T[]> {
    return this.#try(query, (text, parameters) => this.#database.query(text).all(...parameters) as T[]);
  }

  async get<T = Row>(query: Sql): Promise<T | undefined> {
    return this.#try(
      query,
      (text, parameters) => (this.#database.query(text).get(...parameters) ?? undefined) as T | undefined,
    );
  }

  async run(query: Sql): Promise<void> {
    this.#try(query, (text, parameters) => this.#database.query(text).run(...parameters));
  }

  async transaction<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    return work(this);
  }

  async close(): Promise<void> {
    throw new Error("a transaction is not closed, it ends");
  }

  end(): void {
    this.#open = false;
  }

  #try<T>(query: Sql, execute: (text: string, parameters: (string | number | null)[]) => T): T {
    if (!this.#open) throw new Error("this transaction has ended");
    const { text, parameters } = render(query);
    try {
      return execute(text, parameters);
    } catch (error) {
      if (error instanceof Error && (error as { code?: string }).code?.startsWith("SQLITE_CONSTRAINT_UNIQUE")) {
        throw new UniqueViolation(error);
      }
      throw error;
    }
  }
}

const insideTransaction = new AsyncLocalStorage<true>();

/** Inside a transaction, the database itself would read what is not yet true, or wait for a lock held by its caller. */
function refuseInsideTransaction(): void {
  if (insideTransaction.getStore()) throw new Error("inside a transaction, use its own handle");
}
