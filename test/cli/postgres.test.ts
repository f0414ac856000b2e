import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ENGINES, type Engine, type Storage } from "../support/engines.ts";
import { kagi, newFolder, removeFolder, revealed, type Server, vaultWithSecret } from "./kagi.ts";

const POSTGRES = ENGINES.find(({ name }) => name === "postgres") as Engine;

describe.skipIf(!POSTGRES.available)("the operator's commands on PostgreSQL", () => {
  let folder: string;
  let storage: Storage;
  let environment: Storage["environment"];
  let server: Server;
  let entryId: string;
  let value: string;

  beforeEach(async () => {
    folder = newFolder();
    storage = await POSTGRES.create(folder);
    ({ environment } = storage);
    ({ server, entryId, value } = await vaultWithSecret(folder, environment));
  });
  afterEach(async () => {
    await server.stop();
    await storage.drop();
    removeFolder(folder);
  });

  test("a key that does not fit is refused", async () => {
    await server.stop();
    const ran = await kagi(folder, ["serve"], { ...environment, PORT: "0", KAGI_ENCRYPTION_KEY: "b2".repeat(32) });
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/key with fingerprint [0-9a-f]{16} .* does not fit PostgreSQL at /);
    expect(ran.err).toContain("does fit");
  });

  test("rotate-key refuses while a server runs, and else seals everything anew", async () => {
    expect((await kagi(folder, ["rotate-key"], environment)).err).toContain("Stop it first");
    expect(readdirSync(join(folder, "data"))).toEqual(["kagi.key"]);
    await server.stop();
    const ran = await kagi(folder, ["rotate-key"], environment);
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toContain("Sealed 2 values anew");
    expect(await revealed(folder, entryId, environment)).toBe(value);
    const trail = await storage.rows("SELECT verb, credential FROM audit_events WHERE thing = 'vault'");
    expect(trail).toEqual([{ verb: "rotate-key", credential: "operator" }]);
  });

  test("doctor opens every secret", async () => {
    const ran = await kagi(folder, ["doctor"], environment);
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toContain("every sealed value opens");
  });
});

test.if(!POSTGRES.available)(
  "the operator's commands on PostgreSQL were skipped: TEST_POSTGRES_URL is not set",
  () => {},
);
