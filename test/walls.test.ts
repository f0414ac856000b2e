import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Glob } from "bun";

const ROOT = join(import.meta.dir, "..");

/** `names` are those of the values that it takes. */
type Import = { from: string; to: string; typeOnly: boolean; names: string[] };
type File = { path: string; code: string; imports: Import[] };

/** Code without its comments, and what it imports as paths from the root; packages as they are. */
function read(path: string): File {
  const text = readFileSync(join(ROOT, path), "utf8");
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
  const statement =
    /^(?:import|export)\s+(type\s+)?([^;"]*?)\bfrom\s+"([^"]+)"|(?:^import\s+|\bimport\s*\(\s*)"([^"]+)"/gm;
  const imports = [...code.matchAll(statement)].map(([, type, taken = "", named = "", bare = ""]) => ({
    from: path,
    to: (named || bare).startsWith(".") ? relative(ROOT, join(ROOT, dirname(path), named || bare)) : named || bare,
    typeOnly: type !== undefined,
    names: type ? [] : (taken.match(/(?:type )?\b\w+/g) ?? []).filter((name) => !name.startsWith("type ")),
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
});

/** What CONTRIBUTING.md calls a file when it says who may import whom. */
function kindOf(path: string): string {
  const inFeature = /^src\/features\/([^/]+)\/(.+)\.ts$/.exec(path);
  if (inFeature) return inFeature[1] === "vault" ? "vault" : (PARTS[inFeature[2] as string] ?? "nothing known");
  if (path === "src/db/sql.ts" || path === "src/db/owned.ts") return "db/sql";
  if (GROUND.test(path)) return "ground";
  return /^src\/(\w+)/.exec(path)?.[1] ?? /^(views|static|migrations)\//.exec(path)?.[1] ?? "packages";
}

const GROUND = /^src\/(errors|limits|schema|scopes|kagi|log|once|derived|fold|files|reach)\.ts$/;

/** The files of a feature, those that help another one included. */
const PARTS: Readonly<Record<string, string>> = {
  api: "api",
  pages: "pages",
  actions: "actions",
  queries: "queries",
  model: "model",
  value: "actions",
  history: "actions",
  replaced: "actions",
  list: "actions",
  selection: "actions",
  rename: "actions",
  "list-pages": "pages",
  "selection-pages": "pages",
  compare: "actions",
  import: "actions",
  throttle: "actions",
  chain: "actions",
  verify: "actions",
  sessions: "actions",
  device: "actions",
  totp: "actions",
  "second-factor": "actions",
  passkeys: "actions",
  recovery: "actions",
  samples: "actions",
  proof: "actions",
  metadata: "actions",
  otpauth: "actions",
  places: "actions",
  draft: "actions",
  ask: "actions",
  migration: "actions",
  "recovery-text": "actions",
  links: "actions",
  catalogue: "actions",
  services: "model",
  "services-table": "model",
  addresses: "model",
  wishes: "actions",
  words: "actions",
  generate: "actions",
  match: "actions",
  candidates: "actions",
  variables: "actions",
  proposal: "actions",
  difference: "actions",
  opened: "actions",
  provider: "actions",
  document: "api",
  details: "api",
  schemas: "api",
};

/**
 * Who may import whom. "own x" is a feature's x for itself alone, "types of x" an import that is gone at run time,
 * "limits" are plain constants of models and the ground, which markup repeats, but none of their schemas. Everybody may
 * import packages, unless a rule below says otherwise.
 */
const MAY: Readonly<Record<string, readonly string[]>> = {
  main: ["commands", "start", "config", "db", "ground"],
  commands: ["commands", "start", "serve", "config", "actions", "model", "vault", "http", "crypto", "ground"],
  serve: ["app", "config", "actions", "model", "http", "ground"],
  app: ["http", "api", "pages", "ground"],
  http: ["http", "views", "config", "crypto", "static", "ground"],
  api: ["own api", "own model", "types of model", "actions", "http", "ground"],
  pages: ["own pages", "own model", "types of model", "actions", "http", "views", "dotenv", "static", "ground"],
  actions: ["own queries", "actions", "model", "crypto", "types of db/sql", "dotenv", "static", "ground"],
  queries: ["db/sql", "types of model"],
  model: ["model", "dotenv", "ground"],
  vault: ["vault", "actions", "model", "start", "config", "db", "db/sql", "crypto", "ground"],
  views: ["views", "types of model", "limits"],
  start: ["types of config", "crypto", "db", "db/sql", "ground"],
  config: ["crypto"],
  db: ["db", "db/sql", "crypto", "migrations", "ground"],
  "db/sql": ["db/sql", "ground"],
  crypto: ["crypto", "static", "ground"],
  dotenv: ["dotenv"],
  ground: ["ground", "types of config", "types of crypto", "types of db/sql"],
  migrations: ["migrations"],
  static: ["static", "dotenv"],
};

/** The arrows that point up, each with its reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "src/http/guards.ts → src/features/auth/actions.ts": "who a session is",
  "src/http/guards.ts → src/features/access-keys/actions.ts": "who a key is",
  "src/features/health/api.ts → src/start.ts": "whether the key fits",
  "src/start.ts → src/features/audit/chain.ts": "older events are chained where the vault is opened",
};

describe("who may import whom", () => {
  const feature = (path: string) => /^src\/features\/([^/]+)\//.exec(path)?.[1];
  const named = ({ from, to }: Import) => `${from} → ${to}`;
  const allowed = ({ from, to, typeOnly, names }: Import) => {
    const kind = kindOf(to);
    if (kind === "packages") return true;
    const words = [kind, ...(typeOnly ? [`types of ${kind}`] : [])];
    if (names.every((name) => /^[A-Z][A-Z_]+$/.test(name)) && /\/(model|schema|limits)\.ts$/.test(to))
      words.push("limits");
    if (feature(from) === feature(to)) words.push(`own ${kind}`);
    return words.some((word) => MAY[kindOf(from)]?.includes(word));
  };

  test("every file is of a kind that has a rule", () => {
    const kinds = [...source.map(({ path }) => path), "views/urls.ts"].map(kindOf);
    expect(kinds.filter((kind) => MAY[kind] === undefined)).toEqual([]);
  });

  test("arrows point down, but for those named", () => {
    const crossing = imports.filter((found) => !allowed(found)).map(named);
    expect(crossing.filter((arrow) => EXCEPTIONS[arrow] === undefined)).toEqual([]);
    expect(Object.keys(EXCEPTIONS).filter((arrow) => !crossing.includes(arrow))).toEqual([]);
  });

  test("the base takes from the runtime alone, and views from nobody", () => {
    const own: Readonly<Record<string, RegExp>> = {
      views: /^$/,
      dotenv: /^$/,
      queries: /^$/,
      db: /^((node|bun):|bun$)/,
      "db/sql": /^$/,
      crypto: /^node:/,
      config: /^node:/,
    };
    const foreign = ({ from, to, typeOnly }: Import) =>
      kindOf(to) === "packages" && !typeOnly && own[kindOf(from)]?.test(to) === false;
    expect(imports.filter(foreign).map(named)).toEqual([]);
  });

  test("no way leads back to where it began", () => {
    const next = new Map(
      files.map(({ path, imports }) => [path, imports.filter(({ typeOnly }) => !typeOnly).map(({ to }) => to)]),
    );
    const done = new Set<string>();
    const walk = (path: string, way: readonly string[]): string[] => {
      if (way.includes(path)) return [[...way.slice(way.indexOf(path)), path].join(" → ")];
      if (done.has(path)) return [];
      const found = (next.get(path) ?? []).flatMap((to) => walk(to, [...way, path]));
      done.add(path);
      return found;
    };
    expect(files.flatMap(({ path }) => walk(path, []))).toEqual([]);
  });

  test("every import names its file's ending, and none goes outside", () => {
    const odd = ({ to }: Import) =>
      to.startsWith("..") || (/^(src|views)\//.test(to) && !/\.(tsx?|json|sql)$/.test(to));
    expect(imports.filter(odd).map(named)).toEqual([]);
  });
});
