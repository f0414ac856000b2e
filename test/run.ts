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
/** What needs nothing but a server, or its commands. */
const BLACK_BOX = /^test\/(api|attacks|cli)\//;
/** What has PostgreSQL under the executable, too: every operation, races, and how the engine's absence is told. */
const ON_POSTGRES = /^test\/api\/(concurrency|doors|health)\.test\.ts$/;
const IS_CI = process.env.CI === "true";

type Sums = { passed: number; failed: number; skipped: number };
type Environment = Record<string, string>;

/** Sections that are one command each, and keep one core busy at most. */
const COMMANDS: Record<string, readonly string[]> = {
  lint: ["node_modules/.bin/biome", "check", "."],
  types: ["node_modules/.bin/tsc", "--noEmit"],
  xss: ["node_modules/.bin/xss-scan"],
};
const SUITES: Record<string, () => Promise<Sums>> = {
  unit: () => suites((path) => !isForBrowser(path) && !path.startsWith("test/keycloak/")),
  binary: runBinary,
  e2e: () => runBrowser(isForBrowser),
  keycloak: () => runBrowser((path) => path.startsWith("test/keycloak/")),
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
  const tellsOfTests = names.some((name) => name === "unit" || name === "binary");
  if (tellsOfTests && !process.env.TEST_POSTGRES_URL) {
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

/**
 * The black-box suites again, against the executable that ships. The SQL and the engine's driver are the same in both
 * programs, so that what the unit section has shown of PostgreSQL is not shown again, but for a few files.
 */
async function runBinary(): Promise<Sums> {
  if (!(await build())) return { passed: 0, failed: 1, skipped: 0 };
  const program = { KAGI_TEST_BINARY: BINARY };
  const sums = await suites((path) => BLACK_BOX.test(path) && !isForBrowser(path), {
    ...program,
    KAGI_TEST_ENGINE: "sqlite",
  });
  if (!process.env.TEST_POSTGRES_URL) return sums;
  return add(sums, await suites((path) => ON_POSTGRES.test(path), { ...program, KAGI_TEST_ENGINE: "postgres" }));
}

/** The pages in a real browser, served by the executable. */
async function runBrowser(chosen: (path: string) => boolean): Promise<Sums> {
  const chromium = process.env.CHROMIUM_PATH || BROWSERS.map((name) => Bun.which(name)).find((path) => path !== null);
  if (!chromium || !existsSync(chromium)) {
    console.log("There is no Chromium: install one (apt-get install chromium), or name it in CHROMIUM_PATH.");
    return { passed: 0, failed: IS_CI ? 1 : 0, skipped: IS_CI ? 0 : 1 };
  }
  if (!(await build())) return { passed: 0, failed: 1, skipped: 0 };
  return await suites(chosen, { CHROMIUM_PATH: chromium, KAGI_TEST_BINARY: BINARY });
}

function isForBrowser(path: string): boolean {
  return path.startsWith("test/e2e/") || path === "test/attacks/xss.test.ts";
}

let built: Promise<boolean> | undefined;
/** Makes the executable, once a run. */
function build(): Promise<boolean> {
  built ??= run(process.execPath, ["static/build.ts"]).then((code) => code === 0);
  return built;
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
