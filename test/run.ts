/**
 * Every test there is: `bun run test`. Parts of it by name: `bun test/run.ts lint types xss unit api binary pages`.
 * The last line is the count over all of them.
 */
import { resolve } from "node:path";

type Counts = { passed: number; failed: number; skipped: number };
type Part = { name: string; about: string; run: () => Promise<Counts> };

const ROOT = resolve(import.meta.dir, "..");
const BINARY = resolve(ROOT, "dist/kagi");
/** Suites that know the program only by its commands, its addresses and its pages. */
const FRONT_DOOR = ["test/api", "test/openapi/answers.test.ts", "test/cli"];

const PARTS: readonly Part[] = [
  { name: "lint", about: "Biome", run: () => step(["biome", "check", "."]) },
  { name: "types", about: "TypeScript", run: () => step(["tsc", "--noEmit"]) },
  { name: "xss", about: "unescaped text in views", run: () => step(["xss-scan"]) },
  {
    name: "unit",
    about: "modules and formats",
    run: () => suite(["test/walls.test.ts", "test/crypto", "test/db", "test/dotenv", "test/features", "test/openapi"]),
  },
  { name: "api", about: "the front door, from source", run: () => suite(["test/api", "test/cli"]) },
  { name: "build", about: "the executable", run: () => step([process.execPath, "static/build.ts"]) },
  { name: "binary", about: "the front door, of the executable", run: () => suite(FRONT_DOOR, BINARY) },
  { name: "pages", about: "pages in Chromium, of the executable", run: () => suite(["test/e2e"], BINARY) },
];

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !PARTS.some((part) => part.name === name));
if (unknown !== undefined) {
  console.error(`There is no part ${unknown}; there are ${PARTS.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const part of PARTS) {
  if (asked.length > 0 && !asked.includes(part.name)) continue;
  console.log(`\n── ${part.name}: ${part.about}`);
  const started = performance.now();
  const counts = await part.run();
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`   ${part.name}: ${line(counts)} (${seconds} s)`);
}
console.log(`\n${line(total)}`);
process.exit(total.failed > 0 ? 1 : 0);

function line({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** A tool that is right or wrong as a whole. */
async function step(command: string[]): Promise<Counts> {
  const { code, output } = await run(command, {});
  if (code !== 0) console.log(output);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** Test files, run by Bun. What passed is counted, what did not is shown. A suite in which nothing ran has failed. */
async function suite(paths: string[], binary?: string): Promise<Counts> {
  const environment: Record<string, string> = binary === undefined ? {} : { KAGI_TEST_BINARY: binary };
  const { code, output } = await run([process.execPath, "test", ...paths.map((path) => `./${path}`)], environment);
  const count = (word: string) => Number(new RegExp(`^ *(\\d+) ${word}$`, "m").exec(output)?.[1] ?? 0);
  const counts = { passed: count("pass"), failed: count("fail"), skipped: count("skip") };
  const broke = counts.failed === 0 && (code !== 0 || counts.passed + counts.skipped === 0);
  const shown = output
    .split("\n")
    .filter((text) => !/^\(pass\)|^\s*$|^test\/.*:$/.test(text))
    .join("\n");
  if (counts.failed > 0 || broke) console.log(shown);
  else for (const text of new Set(output.match(/^\(skip\).*$/gm))) console.log(`   ${text}`);
  return broke ? { ...counts, failed: counts.failed + 1 } : counts;
}

async function run(command: string[], environment: Record<string, string>): Promise<{ code: number; output: string }> {
  const bin = resolve(ROOT, "node_modules/.bin");
  const child = Bun.spawn(command, {
    cwd: ROOT,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, ...environment, NO_COLOR: "1" },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, output: `${out}${err}` };
}
