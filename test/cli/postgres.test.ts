import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { SQL } from "bun";
import { emptyFolder, kagi, remove, revealed, type Server, vaultWithSecret } from "./kagi.ts";

const CLUSTER = process.env.TEST_POSTGRES_URL;

describe.skipIf(!CLUSTER)("the operator's commands on PostgreSQL", () => {
  const name = `kagi_cli_${randomUUID().replaceAll("-", "")}`;
  let cluster: SQL;
  let folder: string;
  let environment: Record<string, string>;
  let server: Server;
  let entryId: string;
  let value: string;

  beforeAll(() => {
    cluster = new SQL(CLUSTER as string, { max: 1 });
  });
  afterAll(() => cluster.close());
  beforeEach(async () => {
    await cluster.unsafe(`CREATE DATABASE ${name}`);
    const url = new URL(CLUSTER as string);
    url.pathname = `/${name}`;
    environment = { DATABASE_URL: url.href };
    folder = emptyFolder();
    ({ server, entryId, value } = await vaultWithSecret(folder, environment));
  });
  afterEach(async () => {
    await server.stop();
    await cluster.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
    remove(folder);
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
  });

  test("doctor opens every secret", async () => {
    const ran = await kagi(folder, ["doctor"], environment);
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toContain("all 2 sealed values open");
  });
});

test.if(!CLUSTER)("the operator's commands on PostgreSQL were skipped: TEST_POSTGRES_URL is not set", () => {});
