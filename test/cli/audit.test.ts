import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { footprint, kagi, newFolder, removeFolder, type Server, serve, vaultWithSecret } from "./kagi.ts";

let folder: string;
let server: Server;
let value: string;
beforeEach(async () => {
  folder = newFolder();
  ({ server, value } = await vaultWithSecret(folder));
});
afterEach(async () => {
  await server.stop();
  removeFolder(folder);
});

const alter = (statement: string) => {
  using database = new Database(join(folder, "data", "kagi.db"));
  database.run(statement);
};
const verify = () => kagi(folder, ["audit", "verify"]);

describe("kagi audit", () => {
  test("verifies and exports beside a server, and changes nothing", async () => {
    await server.stop();
    const before = footprint(join(folder, "data"));
    expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining("Every link holds."), err: "" });
    const { code, out } = await kagi(folder, ["audit", "export"]);
    expect(code).toBe(0);
    expect(out).toContain('"action":"create"');
    expect(out).not.toContain(value);
    expect(footprint(join(folder, "data"))).toEqual(before);
    server = await serve(folder);
    expect((await verify()).code).toBe(0);
  });

  test("says where there is no vault, and which account there is not", async () => {
    expect(await kagi(folder, ["audit", "verify", "--user", "eve@example.com"])).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("There is no account"),
    });
    const nothing = join(folder, "nothing");
    const ran = await kagi(folder, ["audit", "export"], { KAGI_DATA_DIR: nothing });
    expect(ran).toMatchObject({ code: 1, out: "" });
    expect(readdirSync(folder)).not.toContain("nothing");
  });

  test("holds after the key was changed, and a forgery stays one", async () => {
    await server.stop();
    expect((await kagi(folder, ["rotate-key"])).code).toBe(0);
    const rotated = await verify();
    expect(rotated).toMatchObject({ code: 0, err: "" });
    expect((await kagi(folder, ["audit", "export"])).out).toContain('"action":"rotate-key"');
    alter("UPDATE audit_chains SET mac = 'forged' WHERE chain <> 'vault'");
    expect((await verify()).out).toContain("head forged");
    expect((await kagi(folder, ["rotate-key"])).code).toBe(0);
    expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining("head forged") });
    server = await serve(folder);
  });

  test("holds in a backup, and goes on in what was restored", async () => {
    expect((await kagi(folder, ["backup", "copy.db"])).code).toBe(0);
    await server.stop();
    expect((await kagi(folder, ["restore", "copy.db", "--replace"])).code).toBe(0);
    expect(await verify()).toMatchObject({ code: 0 });
    const actions = (await kagi(folder, ["audit", "export"])).out.match(/"action":"[^"]+"/g);
    expect(actions).toContain('"action":"restore"');
    // The copy was made before the vault told of it.
    expect(actions).not.toContain('"action":"backup"');
    server = await serve(folder);
  });

  test("is part of what doctor looks at", async () => {
    expect((await kagi(folder, ["doctor"])).out).toMatch(/ok {4}trail {8}every link holds \(\d+ events in 2 chains\)/);
    alter("DELETE FROM audit_events WHERE number = 2");
    const ran = await kagi(folder, ["doctor"]);
    expect(ran).toMatchObject({ code: 1 });
    expect(ran.out).toMatch(/FAIL {2}trail .*event 2 is missing/);
    expect(ran.out).not.toContain(value);
  });
});
