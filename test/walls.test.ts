import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Glob } from "bun";

const ROOT = join(import.meta.dir, "..");

type Import = { from: string; to: string; typeOnly: boolean };
type File = { path: string; code: string; imports: Import[] };

/** Code without its comments, and what it imports as paths from the root; packages as they are. */
function read(path: string): File {
  const text = readFileSync(join(ROOT, path), "utf8");
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
  const statement = /^(?:import|export)\s+(type\s+)?[^;"]*?\bfrom\s+"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/gm;
  const imports = [...code.matchAll(statement)].map(([, type, named = "", bare = ""]) => ({
    from: path,
    to: (named || bare).startsWith(".") ? relative(ROOT, join(ROOT, dirname(path), named || bare)) : named || bare,
    typeOnly: type !== undefined,
  }));
  return { path, code, imports };
}

const files = ["src", "views", "migrations", "static"]
  .flatMap((folder) => [...new Glob(`${folder}/**/*.{ts,tsx}`).scanSync(ROOT)])
  .filter((path) => !path.startsWith("static/generated"))
  .map(read);
const source = files.filter(({ path }) => path.startsWith("src/"));
const imports = files.flatMap((file) => file.imports);

/** Where a thing is found, out of the places where it may be. */
const outside = (allowed: RegExp, found: RegExp) =>
  source.filter(({ path, code }) => !allowed.test(path) && found.test(code)).map(({ path }) => path);
const crossing = (wall: (from: string, to: string, typeOnly: boolean) => boolean) =>
  imports.filter(({ from, to, typeOnly }) => wall(from, to, typeOnly)).map(({ from, to }) => `${from} → ${to}`);
const feature = (path: string) => /^src\/features\/([^/]+)\//.exec(path)?.[1];

describe("walls for safety", () => {
  test("the code is all here", () => {
    expect(source.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(200);
  });

  test("the environment is read in config.ts only", () => {
    expect(outside(/^src\/config\.ts$/, /\bprocess\.env\b|\bBun\.env\b|\bimport\.meta\.env\b/)).toEqual([]);
  });

  test("cryptography stays in src/crypto", () => {
    const primitives =
      /"(node:)?crypto"|\bcrypto\.(subtle|getRandomValues|randomUUID)\b|\bBun\.(password|CryptoHasher|SHA\w*)\b/;
    expect(outside(/^src\/crypto\//, primitives)).toEqual([]);
    expect(outside(/^$/, /\bMath\.random\b/)).toEqual([]);
  });

  test("databases are reached from src/db only", () => {
    expect(
      outside(/^src\/db\//, /"bun:sqlite"|\bBun\.(SQL|sql)\b|import\s*\{[^}]*\b(SQL|sql)\b[^}]*\}\s*from\s*"bun"/),
    ).toEqual([]);
  });

  test("markup lives in views only", () => {
    expect(files.map(({ path }) => path).filter((path) => path.endsWith(".tsx") && !path.startsWith("views/"))).toEqual(
      [],
    );
  });

  test("a view is made of views and of types", () => {
    const ofViews = (from: string, to: string, typeOnly: boolean) =>
      from.startsWith("views/") && !to.startsWith("views/") && !(typeOnly && /\/model\.ts$|^@elysiajs\/html$/.test(to));
    expect(crossing(ofViews)).toEqual([]);
  });
});

describe("arrows that point down", () => {
  test("a feature's queries are its own", () => {
    const foreign = (from: string, to: string) => to.endsWith("/queries.ts") && feature(from) !== feature(to);
    expect(crossing(foreign)).toEqual([]);
  });

  test("doors use actions, not queries nor the database", () => {
    const door = /^src\/features\/[^/]+\/(api|pages)\.ts$/;
    expect(crossing((from, to) => door.test(from) && (to.endsWith("/queries.ts") || to.startsWith("src/db/")))).toEqual(
      [],
    );
  });

  test("actions know nothing of doors and views", () => {
    const inner = /^src\/features\/[^/]+\/(actions|queries|model|value|throttle)\.ts$/;
    const outer = /^(views\/|src\/http\/(?!operations\.ts)|src\/app\.ts|src\/features\/[^/]+\/(api|pages)\.ts)/;
    expect(crossing((from, to) => inner.test(from) && outer.test(to))).toEqual([]);
  });

  test("models know models alone", () => {
    const allowed = /^(elysia|src\/(schema|errors|http\/operations|dotenv\/\w+)\.ts|src\/features\/[^/]+\/model\.ts)$/;
    expect(crossing((from, to) => from.endsWith("/model.ts") && !allowed.test(to))).toEqual([]);
  });

  test("crypto, the database and .env text know nothing of the house", () => {
    const base = /^src\/(crypto|db|dotenv)\//;
    const own = /^(src\/(crypto|db|dotenv|errors|files)\b|migrations\/|static\/|(node|bun):|bun$|@zxcvbn-ts\/)/;
    expect(crossing((from, to) => base.test(from) && !own.test(to))).toEqual([]);
  });

  test("nobody imports the app or the commands but those who start them", () => {
    const starters = /^src\/(main|serve|app)\.ts$|^src\/commands\//;
    expect(crossing((from, to) => /^src\/(app\.ts|main\.ts|commands\/)/.test(to) && !starters.test(from))).toEqual([]);
  });

  test("every import names its file's ending, and none goes outside", () => {
    expect(
      crossing((_from, to) => to.startsWith("..") || (/^(src|views)\//.test(to) && !/\.(tsx?|json|sql)$/.test(to))),
    ).toEqual([]);
  });
});
