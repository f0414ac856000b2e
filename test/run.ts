/**
 * `bun run test`: everything that can be checked here, section by section, and one line of sums at the end.
 * `bun test/run.ts lint types` runs the named sections only.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";

const ROOT = join(import.meta.dir, "..");
const REPORTS = mkdtempSync(join(tmpdir(), "kagi-reports-"));
/** Generous, because a busy machine is no failure; nothing here waits for it when all is well. */
const TEST_MS = 60_000;
const BINARY = join(ROOT, "dist", "kagi");
const BROWSERS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const IS_CI = process.env.CI === "true";

type Sums = { passed: number; failed: number; skipped: number };
type Environment = Record<string, string>;

const SECTIONS: Record<string, () => Promise<Sums>> = {
  lint: () => step("node_modules/.bin/biome", ["check", "."]),
  types: () => step("node_modules/.bin/tsc", ["--noEmit"]),
  xss: () => step("node_modules/.bin/xss-scan", []),
  unit: () => suites((path) => !isForBrowser(path) && !path.startsWith("test/keycloak/")),
  binary: runBinary,
  e2e: () => runBrowser(isForBrowser),
  keycloak: () => runBrowser((path) => path.startsWith("test/keycloak/")),
};

/** Takes Java and a download: of those who ask for it by name, or, as `.ci/run` does, by KAGI_TEST_KEYCLOAK. */
const ASKED_FOR = process.env.KAGI_TEST_KEYCLOAK ? [] : ["keycloak"];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in SECTIONS));
if (unknown.length > 0) {
  console.error(`There is no section ${unknown.join(", ")}. There are: ${Object.keys(SECTIONS).join(", ")}`);
  process.exit(2);
}
const usual = Object.keys(SECTIONS).filter((name) => !ASKED_FOR.includes(name));
process.exitCode = await runAll(asked.length > 0 ? asked : usual);

async function runAll(names: string[]): Promise<number> {
  const total: Sums = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  for (const name of names) {
    console.log(`\n━━ ${name} ${"━".repeat(60 - name.length)}`);
    const started = performance.now();
    const sums = await (SECTIONS[name] as () => Promise<Sums>)();
    add(total, sums);
    lines.push(`${name.padEnd(10)}${describe(sums)}  (${((performance.now() - started) / 1000).toFixed(1)} s)`);
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

/** The black-box suites again, against the executable that ships. */
async function runBinary(): Promise<Sums> {
  const built = await step(process.execPath, ["static/build.ts"]);
  if (built.failed > 0) return built;
  const sums = await suites((path) => /^test\/(api|attacks|cli)\//.test(path) && !isForBrowser(path), {
    KAGI_TEST_BINARY: BINARY,
  });
  return add(sums, built);
}

/** The pages in a real browser, served by the executable when this run has built one. */
async function runBrowser(chosen: (path: string) => boolean): Promise<Sums> {
  const chromium = process.env.CHROMIUM_PATH || BROWSERS.map((name) => Bun.which(name)).find((path) => path !== null);
  if (!chromium || !existsSync(chromium)) {
    console.log("There is no Chromium: install one (apt-get install chromium), or name it in CHROMIUM_PATH.");
    return { passed: 0, failed: IS_CI ? 1 : 0, skipped: IS_CI ? 0 : 1 };
  }
  return await suites(chosen, { CHROMIUM_PATH: chromium });
}

function isForBrowser(path: string): boolean {
  return path.startsWith("test/e2e/") || path === "test/attacks/xss.test.ts";
}

/** One command that is right or wrong. */
async function step(command: string, words: string[], environment: Environment = {}): Promise<Sums> {
  const code = await run(command, words, environment);
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/** The test files that `chosen` says yes to. None, or none that runs, is a failure. */
async function suites(chosen: (path: string) => boolean, environment: Environment = {}): Promise<Sums> {
  const files = [...new Glob("test/**/*.test.ts").scanSync(ROOT)].filter(chosen).sort();
  const report = join(REPORTS, `${crypto.randomUUID()}.xml`);
  const options = ["--parallel", `--timeout=${TEST_MS}`, "--reporter=junit", `--reporter-outfile=${report}`];
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

async function run(command: string, words: string[], environment: Environment): Promise<number> {
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
