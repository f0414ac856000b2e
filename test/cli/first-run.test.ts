import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  footprint,
  kagi,
  modeOf,
  newFolder,
  PASSWORD,
  removeFolder,
  type Server,
  serve,
  signIn,
  start,
  vaultWithSecret,
} from "./kagi.ts";

let folder: string;
const servers: Server[] = [];
beforeEach(() => {
  folder = newFolder();
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  removeFolder(folder);
});

const up = async (environment: Record<string, string> = {}) => {
  const server = await serve(folder, environment);
  servers.push(server);
  return server;
};

describe("the first start", () => {
  test("makes a key and a database for their owner alone, and says loudly to back the key up", async () => {
    const server = await up();
    const data = join(folder, "data");
    expect(readFileSync(join(data, "kagi.key"), "utf8")).toMatch(/^[0-9a-f]{64}\n$/);
    expect(modeOf(data)).toBe("700");
    for (const name of readdirSync(data)) expect(`${name} ${modeOf(join(data, name))}`).toBe(`${name} 600`);
    expect(server.log()).toContain("warn BACK UP THE ENCRYPTION KEY NOW");
    expect(server.log()).toMatch(/fingerprint=[0-9a-f]{16}/);
    expect(server.log()).not.toContain(readFileSync(join(data, "kagi.key"), "utf8").trim());
  });

  test("takes a key that is there, and makes none when one is configured", async () => {
    const key = "a1".repeat(32);
    await up({ KAGI_ENCRYPTION_KEY: key });
    expect(existsSync(join(folder, "data/kagi.key"))).toBe(false);
    expect(existsSync(join(folder, "data/kagi.db"))).toBe(true);
  });

  test("makes one key when it happens several times at once", async () => {
    const children = Array.from({ length: 6 }, () => start(folder, ["migrate"]));
    const logs = await Promise.all(children.map((child) => new Response(child.stderr).text()));
    expect(await Promise.all(children.map((child) => child.exited))).toEqual(children.map(() => 0));
    expect(logs.filter((log) => log.includes("BACK UP THE ENCRYPTION KEY")).length).toBe(1);
    expect(readdirSync(join(folder, "data")).filter((name) => name.startsWith("kagi.key"))).toEqual(["kagi.key"]);
    expect((await kagi(folder, ["doctor"])).code).toBe(0);
  });

  test("makes the account that ADMIN_EMAIL and ADMIN_PASSWORD name, and tells nobody the password", async () => {
    const server = await up({ ADMIN_EMAIL: "Ada@Example.com", ADMIN_PASSWORD: PASSWORD });
    expect(await signIn(server.url, "ada@example.com")).toContain("=");
    expect(server.log()).not.toContain(PASSWORD);
    expect((await setUp(server, {})).headers.get("location")).toBe("/");
  });

  test("refuses an ADMIN_PASSWORD that anybody would guess", async () => {
    const ran = await kagi(folder, ["serve"], {
      PORT: "0",
      ADMIN_EMAIL: "ada@example.com",
      ADMIN_PASSWORD: "aaaaaaaaaaaa",
    });
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("ADMIN_PASSWORD");
    expect(ran.err).not.toContain("aaaaaaaaaaaa");
  });
});

describe("set-up over HTTP", () => {
  const forwarded = { "X-Forwarded-For": "192.0.2.1" };
  const tokenIn = (server: Server) => / token=(\S+)/.exec(server.log())?.[1] ?? "";

  test("is open to this machine without a token, once", async () => {
    const server = await up();
    const made = await setUp(server, {});
    expect(made.status).toBe(303);
    expect(made.headers.get("set-cookie")).toContain("HttpOnly");
    expect(await signIn(server.url, "ada@example.com")).not.toBeNull();
    const second = await setUp(server, {}, { email: "eve@example.com" });
    expect(second.headers.get("location")).toBe("/");
    expect(await signIn(server.url, "eve@example.com")).toBeNull();
  });

  test("asks everybody else for the token in the log", async () => {
    const server = await up();
    expect(tokenIn(server).length).toBeGreaterThan(40);
    expect((await setUp(server, forwarded)).status).toBe(403);
    expect((await setUp(server, forwarded, { token: "wrong" })).status).toBe(403);
    expect((await setUp(server, forwarded, { token: "wrong again" })).status).toBe(403);
    expect((await setUp(server, { Host: "kagi.example.com" })).status).toBe(403);
    using database = new Database(join(folder, "data", "kagi.db"));
    const told = database.query("SELECT verb, credential, thing, result FROM audit_events").all();
    expect(told).toEqual([{ verb: "set-up", credential: "anonymous", thing: "vault", result: "refused" }]);
    expect(await signIn(server.url, "ada@example.com")).toBeNull();
    expect((await setUp(server, forwarded, { token: tokenIn(server) })).status).toBe(303);
    expect(await signIn(server.url, "ada@example.com")).not.toBeNull();
  });

  test("makes one account when several race for it", async () => {
    const server = await up();
    const emails = ["ada", "bob", "cleo", "dan", "eve"].map((name) => `${name}@example.com`);
    await Promise.all(emails.map((email) => setUp(server, {}, { email })));
    const list = await kagi(folder, ["user", "list"]);
    expect(list.out.match(/@example\.com/g)?.length).toBe(1);
  });

  test("leaves the door open after a refused try", async () => {
    const server = await up();
    expect((await setUp(server, {}, { password: "short" })).status).toBe(400);
    expect((await setUp(server, {})).status).toBe(303);
  });
});

async function setUp(server: Server, headers: Record<string, string>, fields: Record<string, string> = {}) {
  const form = { email: "ada@example.com", name: "Ada", password: PASSWORD, token: "", ...fields };
  return await fetch(`${server.url}/setup`, {
    method: "POST",
    headers,
    body: new URLSearchParams(form),
    redirect: "manual",
  });
}

describe("a start that cannot be right touches nothing and says what is wrong", () => {
  const refuse = async (environment: Record<string, string> = {}) => {
    const before = footprint(join(folder, "data"));
    const ran = await kagi(folder, ["serve"], { PORT: "0", ...environment });
    expect(footprint(join(folder, "data"))).toEqual(before);
    expect(ran.code).toBe(1);
    expect(ran.err).not.toMatch(/^\s+at /m);
    return ran.err;
  };
  const key = () => join(folder, "data/kagi.key");

  // After a clean stop, and after a crash, which leaves the write-ahead log behind.
  for (const ending of ["stop", "kill"] as const) {
    test(`the wrong key, after a ${ending}`, async () => {
      const { server } = await vaultWithSecret(folder);
      await server[ending]();
      const problem = await refuse({ KAGI_ENCRYPTION_KEY: "b2".repeat(32) });
      expect(problem).toMatch(/key with fingerprint [0-9a-f]{16} \(KAGI_ENCRYPTION_KEY\) does not fit .*kagi\.db/);
      expect(problem).toContain(`The key in ${key()} (fingerprint `);
      expect(problem).not.toContain("b2b2");
      writeFileSync(key(), "c3".repeat(32));
      expect(await refuse()).toContain("Start with the key that this vault was made with");
    });

    test(`data but no key, after a ${ending}`, async () => {
      const { server } = await vaultWithSecret(folder);
      await server[ending]();
      rmSync(key());
      expect(await refuse()).toContain("holds a vault, but there is no encryption key");
    });
  }

  test("a write-ahead log without its index, as a copy of a crashed vault has", async () => {
    const { server } = await vaultWithSecret(folder);
    await server.kill();
    rmSync(join(folder, "data/kagi.db-shm"));
    expect(await refuse({ KAGI_ENCRYPTION_KEY: "b2".repeat(32) })).toContain("does not fit");
  });

  test("a malformed key", async () => {
    const { server } = await vaultWithSecret(folder);
    await server.stop();
    expect(await refuse({ KAGI_ENCRYPTION_KEY: "secretish" })).toContain("KAGI_ENCRYPTION_KEY is malformed");
    expect(await refuse({ KAGI_ENCRYPTION_KEY: "secretish" })).not.toContain("secretish");
    expect(await refuse({ KAGI_ENCRYPTION_KEY_FILE: join(folder, "none") })).toContain(
      "KAGI_ENCRYPTION_KEY cannot be read",
    );
    writeFileSync(key(), "");
    expect(await refuse()).toContain("kagi.key is malformed");
  });

  test("a malformed key before there is data", async () => {
    mkdirSync(join(folder, "data"));
    writeFileSync(key(), "not a key");
    expect(await refuse()).toContain("kagi.key is malformed");
  });

  test("a database that is somebody else's, or none", async () => {
    mkdirSync(join(folder, "data"));
    writeFileSync(join(folder, "data/kagi.db"), "not a database, but long enough to be taken for one".repeat(100));
    expect(await refuse()).toContain("not an SQLite database");
    rmSync(join(folder, "data/kagi.db"));
    const other = new Database(join(folder, "data/kagi.db"));
    other.run("CREATE TABLE recipes (name TEXT)");
    other.close();
    expect(await refuse()).toContain("holds data, but not Kagi's");
  });

  test("a vault whose schema was made by another text than this version's, or by a newer one", async () => {
    await (await up()).stop();
    for (const [name, change] of [
      ["9999_future", "UPDATE migrations SET name = '9999_future' WHERE name = (SELECT max(name) FROM migrations)"],
      ["0001_vault", "UPDATE migrations SET checksum = 'other' WHERE name = '0001_vault'"],
    ]) {
      const path = join(folder, "data/kagi.db");
      copyFileSync(path, `${path}.whole`);
      const database = new Database(path);
      database.run(change as string);
      database.close();
      const ran = await kagi(folder, ["serve"], { PORT: "0" });
      expect(ran).toMatchObject({ code: 1, out: "" });
      expect(ran.err).toMatch(new RegExp(`^kagi: .*igration ${name}[ ,][^\n]*\\.\n$`));
      renameSync(`${path}.whole`, path);
    }
  });

  test("commands other than serve and user add make no vault", async () => {
    for (const words of [["user", "list"], ["doctor"], ["backup", "x.db"], ["rotate-key"]]) {
      const ran = await kagi(folder, words);
      expect(ran.code).toBe(1);
      expect(ran.out + ran.err).toContain("There is no vault in");
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a port in use", async () => {
    const server = await up();
    const other = newFolder();
    try {
      const ran = await kagi(other, ["serve"], { PORT: new URL(server.url).port });
      expect(ran.code).toBe(1);
      expect(ran.err).toContain("is in use. Set PORT");
    } finally {
      removeFolder(other);
    }
  });
});
