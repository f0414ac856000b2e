import { afterAll, beforeAll, describe, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openPostgres } from "../../src/db/postgres.ts";
import type { Db } from "../../src/db/sql.ts";
import { openSqlite } from "../../src/db/sqlite.ts";
import { ENGINES, type Engine, type Storage } from "./engines.ts";
import { newFolder, removeFolder } from "./program.ts";

/** Claims about an empty database of its own, made on each engine that is there. */
export function onEachDatabase(subject: string, claims: (database: EmptyDatabase) => void): void {
  for (const engine of ENGINES) {
    describe(`${subject} (${engine.name})`, () => {
      if (!engine.available) return test.skip("needs TEST_POSTGRES_URL", () => {});
      const database = new EmptyDatabase(engine);
      beforeAll(() => database.create());
      afterAll(() => database.drop());
      claims(database);
    });
  }
}

export class EmptyDatabase {
  readonly #folder = newFolder();
  readonly #opened: Db[] = [];
  storage!: Storage;
  db!: Db;

  constructor(readonly engine: Engine) {}

  async create(): Promise<void> {
    mkdirSync(join(this.#folder, "data"));
    this.storage = await this.engine.create(this.#folder);
    this.db = this.open();
  }

  /** Another one who uses it. */
  open(): Db {
    const url = this.storage.environment.DATABASE_URL;
    const db = url === undefined ? openSqlite(this.path) : openPostgres(url);
    this.#opened.push(db);
    return db;
  }

  /** SQLite's file. */
  get path(): string {
    return join(this.#folder, "data", "kagi.db");
  }

  async drop(): Promise<void> {
    await Promise.all(this.#opened.map((db) => db.close()));
    await this.storage.drop();
    removeFolder(this.#folder);
  }
}
