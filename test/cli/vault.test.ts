import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SEALED_COLUMNS } from "../../src/features/vault/queries.ts";
import {
  call,
  footprint,
  kagi,
  modeOf,
  newFolder,
  removeFolder,
  revealed,
  type Server,
  serve,
  signIn,
  start,
  vaultWithSecret,
} from "./kagi.ts";

const NEW_KEY = "d4".repeat(32);

let folder: string;
let server: Server;
let entryId: string;
let value: string;
beforeEach(async () => {
  folder = newFolder();
  ({ server, entryId, value } = await vaultWithSecret(folder));
});
afterEach(async () => {
  await server.stop();
  removeFolder(folder);
});

const data = (name: string) => join(folder, "data", name);
const keyFiles = () => readdirSync(join(folder, "data")).filter((name) => name.startsWith("kagi.key"));

describe("kagi backup", () => {
  test("copies a vault that is being served, for its owner alone, without the key and without a plain value", async () => {
    const ran = await kagi(folder, ["backup", "copy.db"]);
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toMatch(/opens with the key [0-9a-f]{16}, which is not in it/);
    expect(modeOf(join(folder, "copy.db"))).toBe("600");
    expect(readdirSync(folder).sort()).toEqual(["copy.db", "data"]);
    const bytes = readFileSync(join(folder, "copy.db"), "latin1");
    expect(bytes).not.toContain(value);
    expect(bytes).not.toContain(readFileSync(data("kagi.key"), "utf8").trim());
  });

  test("is whole while entries are being written", async () => {
    const cookie = (await signIn(server.url, "ada@example.com")) ?? "";
    const [{ id: categoryId }] = await call<[{ id: string }]>(server.url, cookie, "GET", "/api/categories");
    const writing = Array.from({ length: 200 }, (_, index) =>
      call(server.url, cookie, "POST", "/api/entries", { categoryId, name: `Project ${index}`, value: `v${index}` }),
    );
    expect((await kagi(folder, ["backup", "copy.db"])).code).toBe(0);
    await Promise.all(writing);
    const other = join(folder, "other");
    const environment = { KAGI_DATA_DIR: other, KAGI_ENCRYPTION_KEY_FILE: data("kagi.key") };
    expect((await kagi(folder, ["restore", "copy.db"], environment)).code).toBe(0);
    expect((await kagi(folder, ["doctor"], environment)).out).toContain("every sealed value opens");
  });

  test("is told by the trail of the vault, and by the copy not yet", async () => {
    await kagi(folder, ["backup", "copy.db"]);
    expect(trailOf(data("kagi.db"))).toEqual([{ verb: "backup", credential: "operator", detail: null }]);
    expect(trailOf(join(folder, "copy.db"))).toEqual([]);
  });

  test("copies a vault of an older version, whose trail cannot tell of it", async () => {
    await server.stop();
    using database = new Database(data("kagi.db"));
    database.run("ALTER TABLE audit_events DROP COLUMN detail");
    expect(await kagi(folder, ["backup", "copy.db"])).toMatchObject({ code: 0, err: "" });
    expect(existsSync(join(folder, "copy.db"))).toBe(true);
  });

  test("overwrites nothing, and leaves nothing behind when it fails", async () => {
    writeFileSync(join(folder, "copy.db"), "precious");
    const ran = await kagi(folder, ["backup", "copy.db"]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("exists already");
    expect(readFileSync(join(folder, "copy.db"), "utf8")).toBe("precious");
    expect((await kagi(folder, ["backup", "no/such/folder.db"])).code).toBe(1);
    expect(readdirSync(folder).sort()).toEqual(["copy.db", "data"]);
  });

  test("says which tool to use for PostgreSQL", async () => {
    const environment = { DATABASE_URL: "postgres://kagi:hunter2hunter2@127.0.0.1:1/kagi" };
    const ran = await kagi(folder, ["backup", "copy.db"], environment);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("pg_dump");
    expect(ran.err).not.toContain("hunter2");
  });
});

describe("kagi restore", () => {
  beforeEach(async () => {
    await kagi(folder, ["backup", "copy.db"]);
  });

  test("brings everything back into an empty place, with the key", async () => {
    await server.stop();
    const key = readFileSync(data("kagi.key"), "utf8");
    rmSync(join(folder, "data"), { recursive: true });
    expect((await kagi(folder, ["restore", "copy.db"])).err).toContain("no encryption key");
    expect(existsSync(join(folder, "data"))).toBe(false);
    writeFileSync(join(folder, "key"), key);
    const environment = { KAGI_ENCRYPTION_KEY_FILE: join(folder, "key") };
    expect(await kagi(folder, ["restore", "copy.db"], environment)).toMatchObject({ code: 0 });
    expect(modeOf(data("kagi.db"))).toBe("600");
    expect(readdirSync(join(folder, "data"))).toEqual(["kagi.db"]);
    expect(trailOf(data("kagi.db"))).toEqual([{ verb: "restore", credential: "operator", detail: null }]);
    expect(await revealed(folder, entryId, environment)).toBe(value);
  });

  test("replaces a vault only when told, and keeps the old one beside", async () => {
    const cookie = (await signIn(server.url, "ada@example.com")) ?? "";
    await call(server.url, cookie, "DELETE", `/api/entries/${entryId}`);
    const running = await kagi(folder, ["restore", "copy.db", "--replace"]);
    expect(running.err).toContain("Stop the server first");
    await server.stop();
    const before = footprint(join(folder, "data"));
    expect((await kagi(folder, ["restore", "copy.db"])).err).toContain("--replace");
    expect(footprint(join(folder, "data"))).toEqual(before);
    const ran = await kagi(folder, ["restore", "copy.db", "--replace"]);
    const kept = /kept as (kagi\.db\.before-restore-\d{8}T\d{6}Z)/.exec(ran.out)?.[1] ?? "";
    expect(readdirSync(join(folder, "data")).sort()).toEqual(["kagi.db", kept, "kagi.key"]);
    expect(await revealed(folder, entryId)).toBe(value);
    const old = new Database(data(kept), { readonly: true });
    expect(old.query("SELECT count(*) AS n FROM entries").get()).toEqual({ n: 0 });
    old.close();
  });

  test("refuses what is no vault, damaged, or of another key, and changes nothing", async () => {
    await server.stop();
    const refuse = async (environment: Record<string, string> = {}) => {
      const before = footprint(join(folder, "data"));
      const ran = await kagi(folder, ["restore", "copy.db", "--replace"], environment);
      expect(footprint(join(folder, "data")).slice(1)).toEqual(before.slice(1));
      expect(ran.code).toBe(1);
      return ran.err;
    };
    expect(await refuse({ KAGI_ENCRYPTION_KEY: NEW_KEY })).toContain("does not fit copy.db");
    const bytes = readFileSync(join(folder, "copy.db"));
    writeFileSync(join(folder, "copy.db"), bytes.subarray(0, bytes.length - 8192));
    expect(await refuse()).toMatch(/damaged|malformed/);
    writeFileSync(join(folder, "copy.db"), "not a database".repeat(1000));
    expect(await refuse()).toContain("not an SQLite database");
    expect(await revealed(folder, entryId)).toBe(value);
  });
});

describe("kagi rotate-key", () => {
  test("seals everything under a fresh key, keeps the old one, and leaves nothing that the old one opens", async () => {
    await server.stop();
    const old = readFileSync(data("kagi.key"), "utf8");
    const sealedBefore = sealedValue();
    const ran = await kagi(folder, ["rotate-key"]);
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toContain("Sealed 2 values anew");
    expect(ran.out).toContain("BACK IT UP NOW");
    const fresh = readFileSync(data("kagi.key"), "utf8");
    expect(fresh).not.toBe(old);
    expect(ran.out).not.toContain(fresh.trim());
    const kept = keyFiles().find((name) => name.startsWith("kagi.key.old-")) ?? "";
    expect(keyFiles().length).toBe(2);
    expect(readFileSync(data(kept), "utf8")).toBe(old);
    for (const name of keyFiles()) expect(modeOf(data(name))).toBe("600");
    expect(readFileSync(data("kagi.db"), "latin1")).not.toContain(sealedBefore);
    const fingerprints = /key (?<from>\w+) is replaced by (?<to>\w+)/.exec(ran.out)?.groups;
    const detail = `from=${fingerprints?.from} to=${fingerprints?.to}`;
    expect(trailOf(data("kagi.db"))).toEqual([{ verb: "rotate-key", credential: "operator", detail }]);
    expect(await revealed(folder, entryId)).toBe(value);
    expect((await kagi(folder, ["user", "list"], { KAGI_ENCRYPTION_KEY: old.trim() })).err).toContain("does not fit");
  });

  test("seals second factors anew, and recovery codes, which doctor then opens", async () => {
    const cookie = (await signIn(server.url, "ada@example.com")) ?? "";
    const input = { service: "GitHub", accountName: "ada", secret: "JBSWY3DPEHPK3PXP", recoveryCodes: ["one", "two"] };
    const { id } = await call<{ id: string }>(server.url, cookie, "POST", "/api/2fa", input);
    await server.stop();
    expect((await kagi(folder, ["rotate-key"])).out).toContain("Sealed 5 values anew");
    expect((await kagi(folder, ["doctor"])).out).toContain("every sealed value opens (4)");
    server = await serve(folder);
    const again = (await signIn(server.url, "ada@example.com")) ?? "";
    const reveal = <T>(path: string) => call<T>(server.url, again, "POST", `/api/2fa/${id}/${path}`);
    expect((await reveal<{ code: string }>("reveal")).code).toMatch(/^\d{6}$/);
    expect((await reveal<{ code: string }>("recovery-codes/reveal")).code).toBe("one");
    await server.stop();
    using database = new Database(data("kagi.db"));
    database.run("UPDATE recovery_codes SET sealed_code = 'damaged' WHERE position = 2");
    expect((await kagi(folder, ["doctor"])).out).toContain("1 of 4 sealed values do not open: recovery_codes ");
  });

  test("takes the new key from standard input or a file, never from an argument", async () => {
    await server.stop();
    expect((await kagi(folder, ["rotate-key", "--stdin"], {}, "short")).err).toContain("malformed");
    expect(await kagi(folder, ["rotate-key", "--stdin"], {}, `${NEW_KEY}\n`)).toMatchObject({ code: 0 });
    expect(readFileSync(data("kagi.key"), "utf8")).toBe(`${NEW_KEY}\n`);
    expect((await kagi(folder, ["rotate-key", "--stdin"], {}, NEW_KEY)).err).toContain("has already");
    writeFileSync(join(folder, "next"), "e5".repeat(32));
    const environment = { KAGI_NEW_ENCRYPTION_KEY_FILE: join(folder, "next") };
    expect(await kagi(folder, ["rotate-key"], environment)).toMatchObject({ code: 0 });
    expect(readFileSync(data("kagi.key"), "utf8")).toBe(`${"e5".repeat(32)}\n`);
    expect((await kagi(folder, ["rotate-key", NEW_KEY])).code).toBe(2);
    expect(await revealed(folder, entryId)).toBe(value);
  });

  test("says where the new key is when the operator keeps the old one", async () => {
    await server.stop();
    renameSync(data("kagi.key"), join(folder, "mine"));
    const ran = await kagi(folder, ["rotate-key"], { KAGI_ENCRYPTION_KEY_FILE: join(folder, "mine") });
    const file = /new key is in (\S+)\. /.exec(ran.out)?.[1] ?? "";
    expect(ran.out).toContain("set KAGI_ENCRYPTION_KEY_FILE");
    expect(await revealed(folder, entryId, { KAGI_ENCRYPTION_KEY_FILE: file })).toBe(value);
  });

  test("refuses while a server runs, and when a value does not open", async () => {
    const running = await kagi(folder, ["rotate-key"]);
    expect(running.code).toBe(1);
    expect(running.err).toContain("Stop it first");
    await server.stop();
    damage();
    const ran = await kagi(folder, ["rotate-key"]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain(`1 of 2 values do not open, so the key was not changed`);
    expect(ran.err).toContain(entryId);
    expect(keyFiles()).toEqual(["kagi.key"]);
    expect((await kagi(folder, ["user", "list"])).code).toBe(0);
  });

  test("interrupted between the data and the key files, is finished by the move that the next start names", async () => {
    await server.stop();
    const ran = await kagi(folder, ["rotate-key"]);
    const [, from = "", to = ""] = /key (\S+) is replaced by (\S+)\./.exec(ran.out) ?? [];
    const waiting = data(`kagi.key.new-${to}`);
    renameSync(data("kagi.key"), waiting);
    renameSync(data(`kagi.key.old-${from}`), data("kagi.key"));
    const start = await kagi(folder, ["serve"], { PORT: "0" });
    expect(start.err).toContain(`key with fingerprint ${from}`);
    expect(start.err).toContain(`The key in ${waiting} (fingerprint ${to}) does fit`);
    renameSync(waiting, data("kagi.key"));
    expect(await revealed(folder, entryId)).toBe(value);
  });

  test("killed at any moment, leaves a vault that opens with one of the two keys", async () => {
    await server.stop();
    const files = ["kagi.db", "kagi.key"];
    for (const name of files) copyFileSync(data(name), join(folder, name));
    const began = performance.now();
    await kagi(folder, ["rotate-key"]);
    const whole = performance.now() - began;
    for (let moment = 0.4; moment < 1; moment += 0.05) {
      rmSync(join(folder, "data"), { recursive: true });
      for (const name of files) await Bun.write(data(name), Bun.file(join(folder, name)));
      const child = start(folder, ["rotate-key"]);
      await Bun.sleep(whole * moment);
      child.kill("SIGKILL");
      await child.exited;
      const next = await kagi(folder, ["user", "list"]);
      if (next.code !== 0) {
        const file = /The key in (\S+) \(fingerprint [0-9a-f]{16}\) does fit/.exec(next.err)?.[1] ?? "";
        expect(file).toContain("kagi.key.new-");
        renameSync(file, data("kagi.key"));
      }
      expect((await kagi(folder, ["doctor"])).out).toContain("every sealed value opens (1)");
    }
    expect(await revealed(folder, entryId)).toBe(value);
  }, 60_000);

  test("knows every column of the schema that is sealed", () => {
    const database = new Database(data("kagi.db"), { readonly: true });
    const inSchema = database
      .query<{ place: string }, []>(
        `SELECT t.name || '.' || c.name AS place FROM sqlite_master t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND c.name LIKE 'sealed%'`,
      )
      .all()
      .map(({ place }) => place);
    database.close();
    const known = SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`);
    expect(inSchema.length).toBeGreaterThan(0);
    expect(known).toEqual(expect.arrayContaining([...inSchema, "meta.value"]));
  });
});

describe("kagi doctor", () => {
  test("finds a healthy vault well, while it is served and when it is not, and changes nothing", async () => {
    const served = await kagi(folder, ["doctor"]);
    expect(served).toMatchObject({ code: 0, err: "" });
    expect(served.out).toEndWith("\nAll is well.\n");
    expect(served.out).toContain("every sealed value opens (1)");
    expect(served.out).not.toContain(value);
    await server.stop();
    const before = footprint(join(folder, "data"));
    expect((await kagi(folder, ["doctor"])).code).toBe(0);
    expect(footprint(join(folder, "data"))).toEqual(before);
  });

  test("fails for a secret that does not open, a key that does not fit, and a setting that cannot be used", async () => {
    await server.stop();
    damage();
    const damaged = await kagi(folder, ["doctor"]);
    expect(damaged.code).toBe(1);
    expect(damaged.out).toContain(`1 of 1 sealed values do not open: entries ${entryId}`);
    expect((await kagi(folder, ["doctor"], { KAGI_ENCRYPTION_KEY: NEW_KEY })).out).toMatch(
      /FAIL {2}key .*does not fit/,
    );
    expect((await kagi(folder, ["doctor"], { PORT: "many" })).out).toMatch(/FAIL {2}settings .*PORT/);
  });

  test("warns of files that others may read", async () => {
    const { chmodSync } = await import("node:fs");
    chmodSync(data("kagi.key"), 0o644);
    const ran = await kagi(folder, ["doctor"]);
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/WARN {2}permissions .*kagi\.key/);
    expect(ran.out).toEndWith("\nNothing failed, but there is 1 warning.\n");
  });
});

/** What the trail in a database file tells of the vault as a whole. */
function trailOf(file: string): unknown[] {
  using database = new Database(file);
  return database.query("SELECT verb, credential, detail FROM audit_events WHERE thing = 'vault' ORDER BY id").all();
}

function sealedValue(): string {
  const database = new Database(data("kagi.db"), { readonly: true });
  const row = database.query("SELECT sealed_value AS sealed FROM entries").get() as { sealed: string };
  database.close();
  return row.sealed;
}

function damage(): void {
  const database = new Database(data("kagi.db"));
  database.run("UPDATE entries SET sealed_value = 'AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAA==:AAAA'");
  database.close();
}
