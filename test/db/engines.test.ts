import { beforeAll, beforeEach, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { migrate } from "../../src/db/migrate.ts";
import { type Db, sql } from "../../src/db/sql.ts";
import { AppError, UniqueViolation, uniquely } from "../../src/errors.ts";
import { onEachDatabase } from "../support/database.ts";

const NOTES = { name: "0001_notes", text: "CREATE TABLE notes (id TEXT NOT NULL UNIQUE, number INTEGER)" };

onEachDatabase("the database", (database) => {
  let db: Db;
  beforeAll(async () => {
    db = database.db;
    await migrate(db, () => new Date(), undefined, [NOTES]);
  });
  beforeEach(() => db.run(sql`DELETE FROM notes`));

  const ids = async () => (await db.all<{ id: string }>(sql`SELECT id FROM notes ORDER BY id`)).map(({ id }) => id);
  const insert = (on: Db, id: string) => on.run(sql`INSERT INTO notes (id, number) VALUES (${id}, ${1})`);

  test("gives back what it was given, and undefined for nothing", async () => {
    const text = 'it\'s "ä" 鍵 \n\\ %_$1 ?';
    await db.run(sql`INSERT INTO notes (id, number) VALUES (${text}, ${null})`);
    expect(await db.get(sql`SELECT id, number FROM notes WHERE id = ${text}`)).toEqual({ id: text, number: null });
    expect(await db.get(sql`SELECT id FROM notes WHERE id = ${"absent"}`)).toBeUndefined();
    expect(await db.all(sql`SELECT id FROM notes WHERE id = ${"absent"}`)).toEqual([]);
  });

  test("reads a list anew once anybody has written", async () => {
    const neighbour = database.open();
    expect(await ids()).toEqual([]);
    await insert(db, "own");
    expect(await ids()).toEqual(["own"]);
    await insert(neighbour, "theirs");
    expect(await ids()).toEqual(["own", "theirs"]);
    const failing = neighbour.transaction(async (tx) => {
      await insert(tx, "undone");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await ids()).toEqual(["own", "theirs"]);
    await neighbour.run(sql`UPDATE notes SET id = 'changed' WHERE id = 'own'`);
    expect(await ids()).toEqual(["changed", "theirs"]);
  });

  test("tells lists apart by what they were asked", async () => {
    for (const id of ["a", "b", "c"]) await insert(db, id);
    const after = async (id: string, limit: number) =>
      (await db.all<{ id: string }>(sql`SELECT id FROM notes WHERE id > ${id} ORDER BY id LIMIT ${limit}`)).length;
    for (let round = 0; round < 2; round += 1) {
      expect([await after("a", 9), await after("a", 1), await after("", 9), await after("b", 9)]).toEqual([2, 1, 3, 1]);
    }
  });

  test("returns the rows of a write", async () => {
    const made = await db.get(sql`INSERT INTO notes (id, number) VALUES ('a', 1) RETURNING id, number`);
    expect(made).toEqual({ id: "a", number: 1 });
    expect(await db.all(sql`UPDATE notes SET number = 2 WHERE id = 'absent' RETURNING id`)).toEqual([]);
  });

  test("orders text by its code points, whatever the machine's language", async () => {
    for (const id of ["b", "a", "B", "ä", "Z"]) await insert(db, id);
    expect(await ids()).toEqual(["B", "Z", "a", "b", "ä"]);
  });

  test("says that a name is taken, and nothing of the name", async () => {
    await insert(db, "secret-name");
    const error = await insert(db, "secret-name").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UniqueViolation);
    expect((error as Error).message).not.toContain("secret-name");
    const told = await uniquely(insert(db, "secret-name"), "It is taken", "id").catch((thrown: unknown) => thrown);
    expect(told).toMatchObject({ code: "CONFLICT", status: 409, message: "It is taken", details: { field: "id" } });
    const other = await uniquely(db.run(sql`INSERT INTO nowhere (id) VALUES ('a')`), "It is taken").catch(
      (thrown: unknown) => thrown,
    );
    expect(other).not.toBeInstanceOf(AppError);
  });

  test("a transaction that fails leaves nothing", async () => {
    const failing = db.transaction(async (tx) => {
      await insert(tx, "a");
      expect(await tx.get(sql`SELECT id FROM notes`)).toEqual({ id: "a" });
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await ids()).toEqual([]);
  });

  test("one failing write takes nothing of its neighbours with it", async () => {
    await insert(db, "taken");
    const jobs = ["a", "taken", "b", "taken", "c"].map((id) =>
      db.transaction(async (tx) => {
        await tx.run(sql`UPDATE notes SET number = number + 1 WHERE id = 'taken'`);
        await insert(tx, id);
        return id;
      }),
    );
    const results = await Promise.allSettled(jobs);
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(await ids()).toEqual(["a", "b", "c", "taken"]);
    expect(await db.get(sql`SELECT number FROM notes WHERE id = 'taken'`)).toEqual({ number: 4 });
  });

  test("what throws in the midst of its neighbours takes nothing with it either", async () => {
    const jobs = Array.from({ length: 9 }, (_, at) =>
      db.transaction(async (tx) => {
        await insert(tx, `n${at}`);
        if (at % 3 === 1) throw new Error("no");
        if (at % 3 === 2) await tx.run(sql`INSERT INTO nowhere VALUES (1)`);
      }),
    );
    const results = await Promise.allSettled(jobs);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    expect(await ids()).toEqual(["n0", "n3", "n6"]);
  });

  test("a write that has been answered is seen by whoever asks then", async () => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        await insert(db, `n${at}`);
        expect(await db.get(sql`SELECT id FROM notes WHERE id = ${`n${at}`}`)).toEqual({ id: `n${at}` });
      }),
    );
  });

  test("what is not committed is seen by nobody else", async () => {
    await db.transaction(async (tx) => {
      await insert(tx, "a");
      expect(await database.storage.rows("SELECT id FROM notes")).toEqual([]);
    });
    expect(await database.storage.rows("SELECT id FROM notes")).toEqual([{ id: "a" }]);
  });

  test("inside a transaction the database itself is an error, not a deadlock", async () => {
    for (const misuse of [
      () => insert(db, "a"),
      () => db.get(sql`SELECT 1`),
      () => db.all(sql`SELECT 1`),
      () => db.transaction(async () => {}),
    ]) {
      const outer = db.transaction(async (tx) => {
        await insert(tx, "outer");
        await misuse();
      });
      expect(await outer.catch((error: Error) => error.message)).toBe("inside a transaction, use its own handle");
    }
    expect(await ids()).toEqual([]);
    await insert(db, "afterwards");
    expect(await ids()).toEqual(["afterwards"]);
  });

  test("a transaction within one is part of it", async () => {
    await db.transaction((tx) => tx.transaction((inner) => insert(inner, "a")));
    expect(await ids()).toEqual(["a"]);
  });

  test("a handle is worth nothing once its transaction has ended", async () => {
    let kept: Db | undefined;
    await db.transaction(async (tx) => {
      kept = tx;
    });
    expect(await insert(kept as Db, "late").catch((error: Error) => error.message)).toContain("ended");
    expect(await ids()).toEqual([]);
  });

  if (database.engine.name === "sqlite") {
    test("the file is its owner's alone and as durable as can be", async () => {
      expect(statSync(database.path).mode & 0o777).toBe(0o600);
      const pragmas = await db.transaction(async (tx) => [
        await tx.get(sql`PRAGMA journal_mode`),
        await tx.get(sql`PRAGMA synchronous`),
        await tx.get(sql`PRAGMA foreign_keys`),
        await tx.get(sql`PRAGMA secure_delete`),
      ]);
      expect(pragmas).toEqual([{ journal_mode: "wal" }, { synchronous: 2 }, { foreign_keys: 1 }, { secure_delete: 1 }]);
    });

    test("a closed database says so", async () => {
      const closed = database.open();
      await closed.close();
      expect(await closed.run(sql`DELETE FROM notes`).catch((error: Error) => error.message)).toBe(
        "the database is closed",
      );
    });
  }
});
