import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MIGRATIONS } from "../../migrations/index.ts";
import { migrate, pendingMigrations } from "../../src/db/migrate.ts";
import { type Db, sql } from "../../src/db/sql.ts";
import { onEachDatabase } from "../support/database.ts";

const now = () => new Date();
const failure = (work: Promise<unknown>) =>
  work.then(
    () => "none",
    (error: Error) => error.message,
  );

test("every file in the folder of migrations is listed, under its own name and in order", () => {
  const folder = join(import.meta.dir, "../../migrations");
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  const texts = files.sort().map((name) => ({
    name: name.replace(/\.sql$/, ""),
    text: readFileSync(join(folder, name), "utf8"),
  }));
  expect(MIGRATIONS.map(({ name, text }) => ({ name, text }))).toEqual(texts as never);
  expect(files.map((name) => Number.parseInt(name, 10))).toEqual(files.map((_, index) => index + 1));
});

onEachDatabase("migrations", (database) => {
  const names = async (db: Db) =>
    (await db.all<{ name: string }>(sql`SELECT name FROM migrations ORDER BY name`)).map(({ name }) => name);
  const known = MIGRATIONS.map(({ name }) => name);

  test("run once, however many start together", async () => {
    const together = Array.from({ length: 4 }, () => database.open());
    const applied = await Promise.all(together.map((db) => migrate(db, now)));
    expect(applied.filter((all) => all.length > 0)).toEqual([known]);
    expect(await names(database.db)).toEqual(known);
    expect(await migrate(database.db, now)).toEqual([]);
    expect(await pendingMigrations(database.db)).toEqual([]);
  });

  test("that fail leave nothing, and no trace of those before them", async () => {
    const next = [
      { name: "9998_whole", text: "CREATE TABLE whole (id TEXT)" },
      { name: "9999_half", text: "CREATE TABLE half (id TEXT); INSERT INTO nowhere VALUES (1)" },
    ];
    expect(await failure(migrate(database.db, now, undefined, [...MIGRATIONS, ...next]))).not.toBe("none");
    for (const table of ["whole", "half"]) {
      expect(await failure(database.storage.rows(`SELECT id FROM ${table}`))).not.toBe("none");
    }
    expect(await names(database.db)).toEqual(known);
  });

  test("that changed, or that nobody knows, stop the start and change nothing", async () => {
    const [first] = known;
    await database.storage.rows(`UPDATE migrations SET checksum = 'other' WHERE name = '${first}'`);
    expect(await failure(migrate(database.db, now))).toContain(`Migration ${first} differs`);
    await database.storage.rows(`UPDATE migrations SET name = '9999_future' WHERE name = '${first}'`);
    expect(await failure(migrate(database.db, now))).toContain("9999_future");
    expect(await names(database.db)).toEqual([...known.slice(1), "9999_future"]);
  });
});
