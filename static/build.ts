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

const { values } = parseArgs({ options: { target: { type: "string" }, outfile: { type: "string" } } });
const outfile = join(
  ROOT,
  values.outfile ?? (values.target ? `dist/kagi-${values.target.replace(/^bun-/, "")}` : "dist/kagi"),
);

mkdirSync(dirname(outfile), { recursive: true });
const started = performance.now();
const result = await Bun.build({
  entrypoints: [join(ROOT, "src/main.ts")],
  compile: {
    outfile,
    ...(values.target ? { target: values.target as Bun.Build.CompileTarget } : {}),
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
});
for (const log of result.logs) console.error(log);
const built = result.outputs[0]?.path ?? outfile;
chmodSync(built, 0o755);
const megabytes = (statSync(built).size / 1_000_000).toFixed(1);
console.log(`${relative(process.cwd(), built)}  ${megabytes} MB  ${Math.round(performance.now() - started)} ms`);
