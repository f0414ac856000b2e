/**
 * `bun run test`: everything that can be checked here, section by section, and one line of sums at the end.
 * `bun test/run.ts lint types` runs the named sections only.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";

const ROOT = join(import.meta.dir, "..");
const REPORTS = mkdtempSync(join(tmpdir(), "kagi-reports-"));
/** Generous, because a busy machine is no failure; nothing here waits for it when all is well. */
const TEST_MS = 60_000;
const BINARY = join(ROOT, "dist", "kagi");
/** The shell first: the same engine without windows, tabs and menus, which nobody sees and every page pays for. */
const BROWSERS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
/** One more than there are cores, because a test waits for its server, its browser or its database again and again. */
const WORKERS = availableParallelism() + 1;
/** What the sources are asked for themselves, besides all that the executable made of them is asked. */
const BY_SOURCES = /^test\/(cli\/(demo|docs|first-run|help|serve)|api\/(entries|health|sign-in))\.test\.ts$/;
const IS_CI = process.env.CI === "true";
/** Whether the executable was made, once a run. */
let built: Promise<boolean> | undefined;

type Sums = { passed: number; failed: number; skipped: number };
type Environment = Record<string, string>;

/** Sections that are one command each, and keep one core busy at most. */
const COMMANDS: Record<string, readonly string[]> = {
  lint: ["node_modules/.bin/biome", "check", "."],
  types: ["node_modules/.bin/tsc", "--noEmit"],
  xss: ["node_modules/.bin/xss-scan"],
};
const SUITES: Record<string, () => Promise<Sums>> = {
  tests: () => againstBinary((path) => !isForBrowser(path) && !path.startsWith("test/keycloak/")),
  sources: () => suites((path) => BY_SOURCES.test(path), { KAGI_TEST_ENGINE: "sqlite" }),
  e2e: () => inBrowser(isForBrowser),
  keycloak: () => inBrowser((path) => path.startsWith("test/keycloak/")),
};

/** Takes Java and a download: of those who ask for it by name, or, as `.ci/run` does, by KAGI_TEST_KEYCLOAK. */
const ASKED_FOR = process.env.KAGI_TEST_KEYCLOAK ? [] : ["keycloak"];

const asked = process.argv.slice(2);
const sections = [...Object.keys(COMMANDS), ...Object.keys(SUITES)];
const unknown = asked.filter((name) => !sections.includes(name));
if (unknown.length > 0) {
  console.error(`There is no section ${unknown.join(", ")}. There are: ${sections.join(", ")}`);
  process.exit(2);
}
process.exitCode = await runAll(asked.length > 0 ? asked : sections.filter((name) => !ASKED_FOR.includes(name)));

async function runAll(names: string[]): Promise<number> {
  const total: Sums = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  const tell = async (name: string, work: () => Promise<Sums>) => {
    console.log(`\n━━ ${name} ${"━".repeat(60 - name.length)}`);
    const started = performance.now();
    const sums = await work();
    add(total, sums);
    lines.push(`${name.padEnd(10)}${describe(sums)}  (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  };
  // The commands run side by side, and each is told when those before it are through.
  const commands = names
    .filter((name) => name in COMMANDS)
    .map((name) => [name, quietly(COMMANDS[name] ?? [])] as const);
  for (const [name, { said, sums }] of commands) {
    await tell(name, async () => {
      process.stdout.write(await said);
      return await sums;
    });
  }
  for (const name of names) {
    const suite = SUITES[name];
    if (suite) await tell(name, suite);
  }
  rmSync(REPORTS, { recursive: true, force: true });
  console.log(`\n━━ sums ${"━".repeat(56)}\n${lines.join("\n")}`);
  if (names.includes("tests") && !process.env.TEST_POSTGRES_URL) {
    console.log(
      "PostgreSQL's half was skipped: set TEST_POSTGRES_URL to a superuser's postgres:// URL, or run .ci/run.",
    );
  }
  console.log(describe(total));
  return total.failed === 0 ? 0 : 1;
}

/** A command that is right or wrong, and all that it says, once it has ended. */
function quietly(words: readonly string[]): { said: Promise<string>; sums: Promise<Sums> } {
  const child = Bun.spawn([...words], { cwd: ROOT, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const texts = [child.stdout, child.stderr].map((stream) => new Response(stream).text());
  const said = Promise.all(texts).then((all) => all.join(""));
  return { said, sums: child.exited.then(rightOrWrong) };
}

/** By the executable that ships, which starts in a quarter of the time that its sources take. Units are units in both. */
async function againstBinary(chosen: (path: string) => boolean, environment: Environment = {}): Promise<Sums> {
  built ??= run(process.execPath, ["static/build.ts"]).then((code) => code === 0);
  if (!(await built)) return { passed: 0, failed: 1, skipped: 0 };
  return await suites(chosen, { ...environment, KAGI_TEST_BINARY: BINARY });
}

/** The pages in a real browser. */
async function inBrowser(chosen: (path: string) => boolean): Promise<Sums> {
  const chromium = process.env.CHROMIUM_PATH || BROWSERS.map((name) => Bun.which(name)).find((path) => path !== null);
  if (!chromium || !existsSync(chromium)) {
    console.log("There is no Chromium: install one (apt-get install chromium), or name it in CHROMIUM_PATH.");
    return { passed: 0, failed: IS_CI ? 1 : 0, skipped: IS_CI ? 0 : 1 };
  }
  return await againstBinary(chosen, { CHROMIUM_PATH: chromium });
}

function isForBrowser(path: string): boolean {
  return path.startsWith("test/e2e/") || path === "test/attacks/xss.test.ts";
}

function rightOrWrong(code: number): Sums {
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/** The test files that `chosen` says yes to. None, or none that runs, is a failure. */
async function suites(chosen: (path: string) => boolean, environment: Environment = {}): Promise<Sums> {
  const files = [...new Glob("test/**/*.test.ts").scanSync(ROOT)].filter(chosen).sort();
  const report = join(REPORTS, `${crypto.randomUUID()}.xml`);
  const options = [`--parallel=${WORKERS}`, `--timeout=${TEST_MS}`, "--reporter=junit", `--reporter-outfile=${report}`];
  const words = ["test", "--only-failures", ...options, ...files.map((path) => `./${path}`)];
  const code = files.length === 0 ? 1 : await run(process.execPath, words, environment);
  const sums = readReport(report);
  // A file that does not load, and a suite without a test, are in no report.
  const unreported = sums.failed === 0 && (code !== 0 || sums.passed === 0) ? 1 : 0;
  return add(sums, { passed: 0, failed: unreported, skipped: 0 });
}

function readReport(report: string): Sums {
  if (!existsSync(report)) return { passed: 0, failed: 0, skipped: 0 };
  const head = /<testsuites [^>]*>/.exec(readFileSync(report, "utf8"))?.[0] ?? "";
  const count = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const [failed, skipped] = [count("failures"), count("skipped")];
  return { passed: count("tests") - failed - skipped, failed, skipped };
}

async function run(command: string, words: string[], environment: Environment = {}): Promise<number> {
  const child = Bun.spawn([command, ...words], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  return await child.exited;
}

function add(to: Sums, more: Sums): Sums {
  to.passed += more.passed;
  to.failed += more.failed;
  to.skipped += more.skipped;
  return to;
}

function describe({ passed, failed, skipped }: Sums): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
