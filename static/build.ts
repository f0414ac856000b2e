/**
 * Builds the executable: `bun run build [--target=bun-linux-arm64] [--outfile=dist/kagi]`. It carries the code, the
 * migrations, the static files and Bun itself, and needs nothing beside it.
 *
 * Syntax and white space are made small, names are not: the log tells where a failure came from. Bytecode spares the
 * start from parsing, which is half of it.
 */
import { chmodSync, mkdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";

const ROOT = join(import.meta.dir, "..");

/** What Bun compiles for. A type alone, so that the list has to be written down once more. */
const TARGETS: readonly Bun.Build.CompileTarget[] = [
  "bun-linux-x64",
  "bun-linux-x64-baseline",
  "bun-linux-x64-modern",
  "bun-linux-x64-musl",
  "bun-linux-x64-baseline-musl",
  "bun-linux-x64-modern-musl",
  "bun-linux-arm64",
  "bun-linux-arm64-musl",
  "bun-darwin-x64",
  "bun-darwin-x64-baseline",
  "bun-darwin-arm64",
  "bun-windows-x64",
  "bun-windows-x64-baseline",
  "bun-windows-x64-modern",
  "bun-windows-arm64",
];

const values = readWords();
const target = TARGETS.find((known) => known === values.target);
if (values.target !== undefined && target === undefined) {
  fail(`there is no target ${values.target}; there are ${TARGETS.join(", ")}`);
}
const outfile = join(ROOT, values.outfile ?? (target ? `dist/kagi-${target.replace(/^bun-/, "")}` : "dist/kagi"));

mkdirSync(dirname(outfile), { recursive: true });
const started = performance.now();
const result = await Bun.build({
  entrypoints: [join(ROOT, "src/main.ts")],
  compile: {
    outfile,
    ...(target ? { target } : {}),
    // The executable is what it was built as: no file of the folder it runs in changes how it works.
    autoloadDotenv: false,
    autoloadBunfig: false,
    autoloadTsconfig: false,
    autoloadPackageJson: false,
  },
  format: "esm",
  bytecode: true,
  minify: { syntax: true, whitespace: true, identifiers: false },
  env: "disable",
}).catch((error: unknown) => fail(String(error instanceof AggregateError ? error.errors[0] : error)));
for (const log of result.logs) console.error(log);
const built = result.outputs[0]?.path ?? outfile;
chmodSync(built, 0o755);
const megabytes = (statSync(built).size / 1_000_000).toFixed(1);
console.log(`${relative(process.cwd(), built)}  ${megabytes} MB  ${Math.round(performance.now() - started)} ms`);

function readWords() {
  try {
    return parseArgs({ options: { target: { type: "string" }, outfile: { type: "string" } } }).values;
  } catch (error) {
    return fail((error as Error).message);
  }
}

function fail(problem: string): never {
  console.error(`build: ${problem}`);
  process.exit(1);
}
