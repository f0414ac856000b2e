import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { SETTINGS } from "../../src/config.ts";
import { SCOPES } from "../../src/scopes.ts";
import { kagi, newFolder, removeFolder, serve, vaultWithSecret } from "./kagi.ts";

const ROOT = join(import.meta.dir, "../..");
const read = (name: string) => readFileSync(join(ROOT, name), "utf8");

let folder: string;
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => removeFolder(folder));

describe("README", () => {
  test("has the table of settings that the program has", () => {
    const rows = Object.values(SETTINGS).map(
      (setting) =>
        `| \`${setting.name}\`${"file" in setting && setting.file ? " †" : ""} | ${setting.shown} | ${setting.help} |`,
    );
    const table = /\| Setting \| Default \| Meaning \|\n[^\n]+\n((?:\|[^\n]*\n)+)/.exec(read("README.md"))?.[1] ?? "";
    expect(table.trim().split("\n")).toEqual(rows);
  });

  test("has the table of scopes that the program has", () => {
    const rows = Object.entries(SCOPES).map(([scope, sentence]) => `| \`${scope}\` | ${sentence} |`);
    const table = /\| Scope \| [^\n]+\n[^\n]+\n((?:\|[^\n]*\n)+)/.exec(read("README.md"))?.[1] ?? "";
    expect(table.trim().split("\n")).toEqual(rows);
  });

  test("has a tour that works as it is written", async () => {
    const commands = [...read("README.md").matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block).join("\n");
    const server = await serve(folder);
    try {
      const script = `set -eu\n${commands.replaceAll("http://localhost:3000", server.url)}`;
      const bash = Bun.spawn(["bash", "-c", script], { cwd: folder, stdout: "pipe", stderr: "pipe" });
      const [out, err, code] = await Promise.all([
        new Response(bash.stdout).text(),
        new Response(bash.stderr).text(),
        bash.exited,
      ]);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).not.toContain('"error"');
      expect(out).toContain('"value":"sk-a$b \\"c\\""');
      expect(out).toContain('\nsk-a$b "c" sk_test_def+ghi\n');
      expect(out).toMatch(/"code":"\d{6}","remainingSeconds":\d+\}/);
      expect(out).toContain('"content":"PORT=3000\\n"');
      const [last = ""] = [...out.matchAll(/\{"id"[^{}]*\}/g)].at(-1) ?? [];
      const saved = JSON.parse(last) as Record<string, string>;
      expect(saved).toMatchObject({ fileType: "env", updatedAt: expect.not.stringMatching(saved.createdAt as string) });
      const { content, selectedKeys, matchedBy } = JSON.parse(out.slice(out.indexOf('{"content":"# ')));
      expect(selectedKeys).toHaveLength(4);
      expect(content).toContain("\nSTRIPE_SECRET_KEY=sk_test_def+ghi\n");
      expect(content).toMatch(/\nSESSION_SECRET=[0-9a-f]{64}\n/);
      expect(matchedBy).toBe("names");
    } finally {
      await server.stop();
    }
  });
});

test("docs/encryption.md has a script that decrypts a backup without Kagi", async () => {
  const vault = newFolder();
  const { server, value } = await vaultWithSecret(vault, {}, 'multi\nline "value" — ключ');
  try {
    await kagi(vault, ["backup", "copy.db"]);
    const script = /```js\n([\s\S]*?)```/.exec(read("docs/encryption.md"))?.[1] ?? "";
    writeFileSync(join(vault, "decrypt.mjs"), script);
    const words = [process.execPath, "decrypt.mjs", "copy.db", "data/kagi.key"];
    const run = Bun.spawn(words, { cwd: vault, stdout: "pipe", stderr: "pipe" });
    expect(await new Response(run.stdout).text()).toBe(`# Blog (production)\n${value}\n\n`);
    expect(await run.exited).toBe(0);
  } finally {
    await server.stop();
    removeFolder(vault);
  }
});

test("CONTRIBUTING has a reason for each dependency", () => {
  const text = read("CONTRIBUTING.md");
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  for (const name of names) expect(text).toContain(`\`${name.replace(/^simple-icons-\d+$/, "simple-icons")}\``);
});

test("links between documents lead somewhere", () => {
  for (const name of ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/ai.md", "docs/encryption.md"]) {
    const links = [...read(name).matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) => link as string);
    for (const link of links.filter((path) => !path.startsWith("docs/screenshots/"))) {
      expect(`${name} ${link} ${existsSync(join(ROOT, link))}`).toBe(`${name} ${link} true`);
    }
  }
});
