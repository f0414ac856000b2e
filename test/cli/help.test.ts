import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { SETTINGS } from "../../src/config.ts";
import { emptyFolder, kagi, remove } from "./kagi.ts";

let folder: string;
beforeAll(() => {
  folder = emptyFolder();
});
afterAll(() => remove(folder));

const COMMANDS = [
  "serve",
  "migrate",
  "healthcheck",
  "config",
  "user",
  "user add",
  "user list",
  "user reset-password",
  "user disable",
  "backup",
  "restore",
  "rotate-key",
  "doctor",
];

describe("help", () => {
  test("lists every command, an example and the exit codes", async () => {
    const { code, out, err } = await kagi(folder, ["--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    for (const command of COMMANDS.filter((name) => !name.includes(" "))) expect(out).toContain(`  ${command}`);
    expect(out).toContain("Examples:");
    expect(out).toContain("Exit codes: 0 done, 1 failed or refused, 2 wrongly called.");
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test.each(COMMANDS)("of %s says what it does", async (command) => {
    const { code, out, err } = await kagi(folder, [...command.split(" "), "--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toStartWith(`Usage: kagi ${command}`);
    expect(out).toMatch(/\n\n[A-Z][^\n]{10,}/);
  });

  test("names the version", async () => {
    expect(await kagi(folder, ["--version"])).toEqual({ code: 0, out: `${manifest.version}\n`, err: "" });
  });
});

describe("a command wrongly called exits with 2", () => {
  test("and a suggestion, when it is mistyped", async () => {
    const { code, out, err } = await kagi(folder, ["srve"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("kagi: unknown command 'srve'\n(Did you mean serve?)");
    expect((await kagi(folder, ["user", "lst"])).err).toContain("(Did you mean list?)");
  });

  test("and the name of what is missing or too much", async () => {
    expect(await kagi(folder, ["backup"])).toMatchObject({ code: 2, err: expect.stringContaining("argument 'file'") });
    expect(await kagi(folder, ["serve", "--prot=1"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("--prot"),
    });
    expect((await kagi(folder, ["user", "add", "ada@example.com", "a-password-here"])).code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("kagi config", () => {
  test("shows every setting, with secrets masked", async () => {
    writeFileSync(join(folder, "key"), `${"a1".repeat(32)}\n`);
    const environment = {
      DATABASE_URL: "postgres://kagi:hunter2hunter2@db.example.com:5432/vault?password=hunter3hunter3",
      KAGI_ENCRYPTION_KEY_FILE: join(folder, "key"),
      ADMIN_EMAIL: "ada@example.com",
      ADMIN_PASSWORD: "tuba-lantern-moss-42",
      PORT: "8080",
    };
    const { code, out, err } = await kagi(folder, ["config"], environment);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    for (const { name, help } of Object.values(SETTINGS)) {
      expect(out).toContain(name);
      expect(out).toContain(help);
    }
    expect(out).toMatch(/^PORT +8080 +environment /m);
    expect(out).toMatch(/^HOST +localhost +default /m);
    expect(out).toContain("postgres://kagi:***@db.example.com:5432/vault?***");
    expect(out).toMatch(/^KAGI_ENCRYPTION_KEY_FILE +\S+key +file /m);
    expect(out).toMatch(/^ADMIN_PASSWORD +\(set, hidden\)/m);
    for (const secret of ["hunter", "a1a1", "tuba"]) expect(out + err).not.toContain(secret);
  });

  test("names every setting that cannot be used, at once, and no secret", async () => {
    const environment = {
      PORT: "many",
      KAGI_URL: "https://u:hunter2@kagi.example.com/path",
      DATABASE_URL: "mysql://u:hunter2@db",
      KAGI_ENCRYPTION_KEY: "hunter2",
      KAGI_TRUSTED_PROXIES: "everybody",
      ADMIN_PASSWORD: "hunter2",
    };
    const { code, out, err } = await kagi(folder, ["config"], environment);
    expect(code).toBe(1);
    for (const name of Object.keys(environment)) expect(err).toContain(name);
    expect(out).toContain("KAGI_DATA_DIR");
    expect(out + err).not.toContain("hunter2");
  });

  test("refuses a setting that is given twice", async () => {
    const environment = { KAGI_ENCRYPTION_KEY: "a1".repeat(32), KAGI_ENCRYPTION_KEY_FILE: join(folder, "key") };
    const { code, err } = await kagi(folder, ["config"], environment);
    expect(code).toBe(1);
    expect(err).toContain("KAGI_ENCRYPTION_KEY and KAGI_ENCRYPTION_KEY_FILE are both set");
  });
});

test("a healthcheck without a server fails", async () => {
  expect(await kagi(folder, ["healthcheck"], { PORT: "1" })).toEqual({ code: 1, out: "not ready\n", err: "" });
});
