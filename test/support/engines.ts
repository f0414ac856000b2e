import { Database } from "bun:sqlite";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SQL } from "bun";
import type { Environment } from "./program.ts";

export type Row = Record<string, string | number | null>;

/** A vault's database, seen from behind: for what no client can see or do. */
export type Storage = Readonly<{
  /** Settings that make Kagi use it. */
  environment: Environment;
  rows: <T = Row>(query: string) => Promise<T[]>;
  /** The tables that have the column. */
  tablesWith: (column: string) => Promise<string[]>;
  /** Everything that is stored, as text to search in; bytes beyond ASCII come out as Latin-1. */
  dump: () => Promise<string>;
  /** From here on no row of the trail can be written. */
  breakTrail: () => Promise<void>;
  mendTrail: () => Promise<void>;
  drop: () => Promise<void>;
}>;

export type Engine = Readonly<{
  name: "sqlite" | "postgres";
  available: boolean;
  /** An empty database for a vault in that folder. */
  create: (folder: string) => Promise<Storage>;
}>;

/** Where fresh databases may be made; a superuser's URL. */
const POSTGRES_URL = process.env.TEST_POSTGRES_URL ?? "";

export const ENGINES: readonly Engine[] = [
  { name: "sqlite", available: true, create: async (folder) => sqliteStorage(join(folder, "data", "kagi.db")) },
  { name: "postgres", available: POSTGRES_URL !== "", create: postgresStorage },
];

/** Those on which a run makes its claims: all of them, or the one that KAGI_TEST_ENGINE names. */
export const ASKED_ENGINES = ENGINES.filter(({ name }) => name === (process.env.KAGI_TEST_ENGINE || name));

function sqliteStorage(path: string): Storage {
  const rows = async <T>(query: string): Promise<T[]> => {
    using database = new Database(path);
    database.run("PRAGMA busy_timeout = 5000");
    return database.query(query).all() as T[];
  };
  return {
    environment: {},
    rows,
    tablesWith: async (column) => {
      const tables = await rows<{ name: string }>(
        `SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = '${column}'`,
      );
      return tables.map(({ name }) => name).sort();
    },
    dump: async () =>
      [path, `${path}-wal`]
        .filter((file) => existsSync(file))
        .map((file) => readFileSync(file, "latin1"))
        .join("\n"),
    breakTrail: async () => {
      await rows("CREATE TRIGGER no_trail BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'no trail'); END");
    },
    mendTrail: async () => {
      await rows("DROP TRIGGER no_trail");
    },
    drop: async () => {},
  };
}

async function postgresStorage(): Promise<Storage> {
  const name = `kagi_test_${crypto.randomUUID().replaceAll("-", "")}`;
  const url = new URL(POSTGRES_URL);
  url.pathname = `/${name}`;
  await once(POSTGRES_URL, (cluster) => cluster.unsafe(`CREATE DATABASE ${name}`));
  const rows = <T>(query: string): Promise<T[]> =>
    once(url.href, async (database) => Array.from((await database.unsafe(query)) as Iterable<T>));
  return {
    environment: { DATABASE_URL: url.href },
    rows,
    tablesWith: async (column) => {
      const tables = await rows<{ name: string }>(
        `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = '${column}'`,
      );
      return tables.map(({ name }) => name).sort();
    },
    dump: async () => {
      const tables = await rows<{ name: string }>(
        `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
      );
      const texts: string[] = [];
      for (const table of tables) {
        const lines = await rows<{ line: string }>(`SELECT t::text AS line FROM "${table.name}" t`);
        texts.push(table.name, ...lines.map(({ line }) => Buffer.from(line).toString("latin1")));
      }
      return texts.join("\n");
    },
    breakTrail: async () => {
      await rows("ALTER TABLE audit_events ADD CONSTRAINT no_trail CHECK (false) NOT VALID");
    },
    mendTrail: async () => {
      await rows("ALTER TABLE audit_events DROP CONSTRAINT no_trail");
    },
    drop: () => once(POSTGRES_URL, (cluster) => cluster.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

async function once<T>(url: string, work: (connection: SQL) => Promise<T>): Promise<T> {
  const connection = new SQL({ url, max: 1 });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
