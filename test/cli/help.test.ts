import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import manifest from "../../package.json" with { type: "json" };
import { kagi, newFolder, removeFolder } from "./kagi.ts";

let folder: string;
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => removeFolder(folder));

const COMMANDS = [
  "serve",
  "demo",
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

test("a healthcheck without a server fails", async () => {
  expect(await kagi(folder, ["healthcheck"], { PORT: "1" })).toEqual({ code: 1, out: "not ready\n", err: "" });
});
