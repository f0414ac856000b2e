/**
 * Packs what a program needs of two large packages into two small files that the executable carries: the brand icons
 * of Simple Icons, and the common passwords of zxcvbn. Bundles the browser's scripts that are made of packages. Runs
 * after every `bun install`; with nothing to do it reads a few small files. Writes whole files and the stamp last, so
 * that an interrupted or a simultaneous run leaves no half ones.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { MAGIC, toKeys } from "./pack-format.ts";

const MODULES = join(import.meta.dir, "../node_modules");
const GENERATED = join(import.meta.dir, "generated");
/** The newest first. The older ones still have the brands that have since been taken out, such as AWS and OpenAI. */
const ICONS = ["simple-icons", "simple-icons-14", "simple-icons-12"];
const PASSWORDS = "@zxcvbn-ts/language-common";
/** Scripts by the file they become, each loaded by the pages that need it only. */
const BUNDLES: Readonly<Record<string, string>> = {
  "editor.js": "editor.ts",
  "overview.js": "overview.ts",
  "passkeys.js": "passkeys.ts",
  "qr.js": "qr.ts",
};

/** Shorter ones are refused for their length already. */
const SHORTEST_PASSWORD = 10;

if (existsSync(MODULES)) {
  pack();
  await bundle();
} else console.log("pack: nothing to pack before the packages are installed");

async function bundle(): Promise<void> {
  const stamp = String(Bun.hash(bundledSource()));
  const stampFile = join(GENERATED, "bundles-stamp");
  const outputs = Object.keys(BUNDLES).map((name) => join(GENERATED, name));
  if ([stampFile, ...outputs].every(existsSync) && readFileSync(stampFile, "utf8") === stamp) return;

  mkdirSync(GENERATED, { recursive: true });
  for (const [name, entry] of Object.entries(BUNDLES)) {
    const built = await Bun.build({
      entrypoints: [join(import.meta.dir, entry)],
      target: "browser",
      format: "esm",
      minify: true,
      env: "disable",
    });
    write(join(GENERATED, name), (await built.outputs[0]?.text()) ?? "");
  }
  write(stampFile, stamp);
}

/** What the bundles are made of: this folder's scripts, the reader that they share with the server, and the packages. */
function bundledSource(): string {
  const root = join(import.meta.dir, "..");
  const scripts = ["static/*.ts", "src/dotenv/*.ts"].flatMap((glob) => [...new Glob(glob).scanSync(root)]);
  return ["bun.lock", ...scripts.sort()].map((path) => readFileSync(join(root, path), "utf8")).join("");
}

function pack(): void {
  const stamp = [...ICONS, PASSWORDS].map((name) => `${name} ${versionOf(name)}\n`).join("") + Bun.hash(ownSource());
  const stampFile = join(GENERATED, "stamp");
  const outputs = { icons: join(GENERATED, "icons.pack"), passwords: join(GENERATED, "common-passwords.txt") };
  const fresh = [stampFile, ...Object.values(outputs)].every(existsSync) && readFileSync(stampFile, "utf8") === stamp;
  if (fresh) return;

  mkdirSync(GENERATED, { recursive: true });
  write(outputs.icons, packIcons());
  write(outputs.passwords, packPasswords());
  write(stampFile, stamp);
}

/** A format that changes is a file that must be made anew. */
function ownSource(): string {
  return ["pack.ts", "pack-format.ts"].map((name) => readFileSync(join(import.meta.dir, name), "utf8")).join("");
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(MODULES, name, "package.json"), "utf8")).version;
}

function write(file: string, content: string | Uint8Array): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, file);
}

type SimpleIcon = {
  title: string;
  slug: string;
  hex: string;
  aliases?: { aka?: string[]; old?: string[]; dup?: { title: string }[]; loc?: Record<string, string> };
};

/** The icons of one release. Older ones leave out a slug that follows from the title, and keep their list elsewhere. */
function readIcons(name: string): (SimpleIcon & { path: string })[] {
  const folder = join(MODULES, name);
  const list = ["data", "_data"].map((data) => join(folder, data, "simple-icons.json")).find(existsSync) ?? "";
  const parsed: unknown = JSON.parse(readFileSync(list, "utf8"));
  const icons = (Array.isArray(parsed) ? parsed : (parsed as { icons: unknown }).icons) as SimpleIcon[];
  const { titleToSlug } = require(`${name}/sdk`) as { titleToSlug: (title: string) => string };
  return icons.map((icon) => {
    const slug = icon.slug ?? titleToSlug(icon.title);
    const svg = readFileSync(join(folder, "icons", `${slug}.svg`), "utf8");
    return { ...icon, slug, path: / d="([^"]+)"/.exec(svg)?.[1] ?? "" };
  });
}

function packIcons(): Uint8Array {
  const icons = ICONS.flatMap(readIcons)
    .filter((icon, index, all) => all.findIndex(({ slug }) => slug === icon.slug) === index)
    .sort((a, b) => (a.title.toLowerCase() < b.title.toLowerCase() ? -1 : 1));
  const index: string[] = [];
  const paths: string[] = [];
  let offset = 0;
  for (const { title, slug, hex, aliases = {}, path } of icons) {
    check(slug, /^[a-z0-9_]{1,100}$/.test(slug), "an unusual slug");
    check(slug, /^[0-9A-F]{6}$/.test(hex), "an unusual color");
    check(slug, !/[\t\n]/.test(title), "an unusual title");
    check(slug, /^m[-mzlhvcsqtae\d,. ]+$/i.test(path), "an unusual path");
    const keys = toKeys([
      slug,
      title,
      ...(aliases.aka ?? []),
      ...(aliases.old ?? []),
      ...(aliases.dup ?? []).map((twin) => twin.title),
      ...Object.values(aliases.loc ?? {}),
    ]);
    index.push([slug, hex, offset, path.length, title, keys].join("\t"));
    paths.push(path);
    offset += path.length;
  }
  const indexBytes = Buffer.from(index.join("\n"));
  const indexLength = Buffer.alloc(4);
  indexLength.writeUInt32BE(indexBytes.length);
  return Buffer.concat([Buffer.from(MAGIC), indexLength, indexBytes, Buffer.from(paths.join(""), "ascii")]);
}

function check(slug: string, holds: boolean, problem: string): void {
  if (!holds) throw new Error(`pack: the icon ${slug} has ${problem}`);
}

function packPasswords(): string {
  const ranked: string[] = JSON.parse(readFileSync(join(MODULES, PASSWORDS, "src/passwords.json"), "utf8"));
  const long = ranked.map((password) => password.toLowerCase()).filter(({ length }) => length >= SHORTEST_PASSWORD);
  return `${[...new Set(long)].join("\n")}\n`;
}
