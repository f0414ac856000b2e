/**
 * `bun run bench`: builds the executable, starts it beside a bare server that does only the SQL, the decryption and the
 * JSON (bare.ts), and prints one table of medians. `--source` runs Kagi from its source instead; `--only reveal`,
 * `--rounds 5` and `--seconds 10` narrow or lengthen it. docs/performance.md says how to read the figures.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SQL } from "bun";
import type { BareVault } from "./bare.ts";
import type { Load, Measured } from "./load.ts";
import { ACCOUNT, CATEGORIES, ENTRIES, seed, type Vault } from "./seed.ts";

const ROOT = join(import.meta.dir, "../..");
const CONNECTIONS = 16;
const WARM_UP_SECONDS = 0.7;
const STARTS = 11;
/** Linux counts in hundredths of a second (USER_HZ). */
const US_PER_TICK = 10_000;
const START_TIMEOUT_MS = 10_000;
const MANY = { categories: 500, entries: 10_000, ownNames: true };
const TEXTS = ["project 2", "servce 41", "project production service 7", "copy project 3", "nothing of that name", ""];
/** What a page asks for while somebody types, scrolls or filters, and pages as a whole. */
const LARGE: readonly (readonly [name: string, path: string, isWhole?: boolean])[] = [
  ...TEXTS.map((text) => [`search: ${JSON.stringify(text)}`, `/search?q=${encodeURIComponent(text)}`] as const),
  ["page of all entries", "/entries", true],
  ["… by expiry", "/entries?sort=expiry", true],
  ["… by category", "/entries?sort=category", true],
  ["… brought back 1,200 rows long", "/entries?shown=1200", true],
  ["rows of a search", "/entries?search=project+2&environment=staging"],
  ["page of all categories", "/keys", true],
  ["cards and entries of a search", "/keys?search=project+2"],
  ["overview", "/", true],
];
const LARGE_EACH = 25;
const LARGE_AIM_MS = "50.0";

const { values: options } = parseArgs({
  options: {
    source: { type: "boolean", default: false },
    only: { type: "string" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "3" },
  },
});

type Operation = Readonly<{
  name: string;
  /** Requests per second that a small machine should reach. */
  aim: number;
  request: (vault: Vault) => Pick<Load, "method" | "paths" | "headers" | "body">;
}>;

const bearer = (vault: Vault) => ({ Authorization: `Bearer ${vault.accessKey}` });
const reading = (path: string) => (vault: Vault) =>
  ({ method: "GET", paths: [path], headers: bearer(vault), body: null }) as const;

/** In this order: what writes comes last, so that every list is measured with what was seeded. */
const OPERATIONS: readonly Operation[] = [
  {
    name: "sign-in page",
    aim: 15_000,
    request: () => ({ method: "GET", paths: ["/sign-in"], headers: {}, body: null }),
  },
  { name: `list ${CATEGORIES} categories`, aim: 15_000, request: reading("/api/categories") },
  { name: `list ${ENTRIES} entries`, aim: 1_000, request: reading("/api/entries") },
  { name: "stats", aim: 10_000, request: reading("/api/stats") },
  {
    name: "reveal an entry",
    aim: 20_000,
    request: (vault) => ({
      method: "POST",
      paths: vault.entryIds.map((id) => `/api/entries/${id}/reveal`),
      headers: bearer(vault),
      body: null,
    }),
  },
  {
    name: "create an entry",
    aim: 5_000,
    request: (vault) => ({
      method: "POST",
      paths: ["/api/entries"],
      headers: bearer(vault),
      body: JSON.stringify({
        categoryId: vault.simpleCategoryId,
        name: "Project #########",
        value: "sk-proj-0123456789",
      }),
    }),
  },
];

const scratch = mkdtempSync(join(tmpdir(), "kagi-bench-"));
try {
  await bench();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const command = options.source ? ["bun", join(ROOT, "src/main.ts")] : [build()];
  const seeded = join(scratch, "seeded");
  const vault = await seed({ KAGI_DATA_DIR: seeded });
  const copy = (name: string) => {
    const to = join(scratch, name);
    cpSync(seeded, to, { recursive: true });
    return to;
  };

  console.log(
    `Kagi ${options.source ? "from source" : "as one executable"}, Bun ${Bun.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model}`,
  );
  console.log(`${CONNECTIONS} connections, ${options.rounds} rounds of ${options.seconds} s each, medians\n`);

  if (options.only === undefined) {
    const existing = await starts(command, () => copy("existing"));
    const first = await starts(command, () => join(scratch, "first"));
    print([
      ["start to the first 200", "", "aim"],
      ["existing vault", `${existing.toFixed(0)} ms`, "60 ms"],
      ["first start (makes key and database)", `${first.toFixed(0)} ms`, ""],
    ]);
  }

  if (options.only === undefined || "search".includes(options.only)) {
    print(await large("SQLite", command, { KAGI_DATA_DIR: join(scratch, "many") }));
    await withPostgres(async (url) =>
      print(await large("PostgreSQL", command, { KAGI_DATA_DIR: join(scratch, "many-pg"), DATABASE_URL: url })),
    );
  }

  const kagi = await start(command, { KAGI_DATA_DIR: copy("kagi") });
  const page = await fetch(`http://127.0.0.1:${kagi.port}/sign-in`);
  const bare = await startBare({ ...vault, dataDir: copy("bare"), page: await page.text() });
  try {
    await Bun.sleep(2000);
    const idle = memory(kagi.process.pid);
    const rows = [
      [
        "requests per second",
        "Kagi",
        "aim",
        "p50 ms",
        "p99 ms",
        "bare",
        "bare p99 ms",
        "Kagi / bare",
        "CPU µs",
        "bare CPU µs",
      ],
    ];
    for (const operation of OPERATIONS) {
      if (options.only !== undefined && !operation.name.includes(options.only)) continue;
      if (operation.name === "sign-in page" && page.status !== 200) {
        rows.push([operation.name, "not served"]);
        continue;
      }
      rows.push(compare(operation, vault, kagi, bare));
    }
    const loaded = memory(kagi.process.pid);
    print(rows);
    print([
      [`resident memory, ${ENTRIES} entries`, "", "aim"],
      ["idle", `${idle} MB`, "80 MB"],
      ["after all of the above", `${loaded} MB`, "130 MB"],
    ]);
  } finally {
    await stop(kagi.process);
    await stop(bare.process);
  }
}

/**
 * Search and lists in a large vault, one request at a time, in milliseconds: right after something was written, and
 * again as it is then kept. Of each, the processor time of the server's main thread, which is how long an idle machine
 * takes at least (Linux only), and the time that passed; of 25, the least and the median.
 */
async function large(engine: string, command: readonly string[], environment: Place): Promise<string[][]> {
  const vault = await seed(environment, MANY);
  const server = await start(command, environment);
  try {
    const url = `http://127.0.0.1:${server.port}`;
    const signedIn = await fetch(`${url}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(ACCOUNT),
    });
    const cookie = signedIn.headers
      .getSetCookie()
      .map((one) => one.split(";", 1)[0])
      .join("; ");
    const ask = async (path: string, isWhole: boolean) => {
      const at = performance.now();
      const cpuBefore = mainThreadMs(server.process.pid);
      const answer = await fetch(url + path, {
        headers: { Cookie: cookie, "Accept-Encoding": "gzip", ...(isWhole ? {} : { "HX-Request": "true" }) },
      });
      const { length } = await answer.text();
      if (!answer.ok || answer.redirected) throw new Error(`${path} answered ${answer.status} at ${answer.url}`);
      return { ms: performance.now() - at, cpuMs: mainThreadMs(server.process.pid) - cpuBefore, length };
    };
    const head = ["CPU after a write", "median", "elapsed", "median", "CPU unchanged", "median", "aim", "kB of HTML"];
    let renames = 0;
    const rows = [[`${engine}, ${count(MANY.entries)} entries, ${MANY.categories} categories, ms`, ...head]];
    for (const [name, path, isWhole = false] of LARGE) {
      const fresh: Asked[] = [];
      const kept: Asked[] = [];
      for (let time = 0; time < LARGE_EACH; time++) {
        const id = vault.entryIds[time] as string;
        const renamed = await fetch(`${url}/api/entries/${id}`, {
          method: "PUT",
          headers: { ...bearer(vault), "Content-Type": "application/json" },
          body: JSON.stringify({ name: `Renamed ${++renames}` }),
        });
        if (!renamed.ok) throw new Error(`a change answered ${renamed.status}`);
        fresh.push(await ask(path, isWhole));
        kept.push(await ask(path, isWhole));
      }
      const figures = [fresh.map((one) => one.cpuMs), fresh.map((one) => one.ms), kept.map((one) => one.cpuMs)];
      const cells = figures.flatMap((ms) => [Math.min(...ms).toFixed(1), median(ms).toFixed(1)]);
      rows.push([name, ...cells, LARGE_AIM_MS, ((kept[0]?.length ?? 0) / 1000).toFixed(1)]);
    }
    return rows;
  } finally {
    await stop(server.process);
  }
}

type Asked = { ms: number; cpuMs: number; length: number };

type Place = Readonly<{ KAGI_DATA_DIR: string; DATABASE_URL?: string }>;

/** With an empty database of its own on the server that tests use, if there is one. */
async function withPostgres(work: (url: string) => Promise<void>): Promise<void> {
  const server = process.env.TEST_POSTGRES_URL ?? "";
  if (server === "") return console.log("PostgreSQL is measured with TEST_POSTGRES_URL.\n");
  const name = `kagi_bench_${crypto.randomUUID().replaceAll("-", "")}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  const connection = new SQL({ url: server, max: 1 });
  try {
    await connection.unsafe(`CREATE DATABASE ${name}`);
    try {
      await work(url.href);
    } finally {
      await connection.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  } finally {
    await connection.close();
  }
}

/** Kagi and the bare server take turns, so that a slow moment of the machine touches both. */
function compare(operation: Operation, vault: Vault, kagiServer: Server, bareServer: Server): string[] {
  const ours: Run[] = [];
  const theirs: Run[] = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    ours.push(measure(operation, vault, kagiServer));
    theirs.push(measure(operation, vault, bareServer));
  }
  const kagi = median(ours.map((run) => run.perSecond));
  const bare = median(theirs.map((run) => run.perSecond));
  return [
    operation.name,
    count(kagi),
    count(operation.aim),
    median(ours.map((run) => run.p50Ms)).toFixed(2),
    median(ours.map((run) => run.p99Ms)).toFixed(2),
    count(bare),
    median(theirs.map((run) => run.p99Ms)).toFixed(2),
    (kagi / bare).toFixed(2),
    median(ours.map((run) => run.cpuUs)).toFixed(0),
    median(theirs.map((run) => run.cpuUs)).toFixed(0),
  ];
}

type Run = Measured & { cpuUs: number };

function measure(operation: Operation, vault: Vault, server: Server): Run {
  const load: Load = {
    port: server.port,
    connections: CONNECTIONS,
    warmUpSeconds: WARM_UP_SECONDS,
    seconds: Number(options.seconds),
    ...operation.request(vault),
  };
  const before = cpuUs(server.process.pid);
  const child = Bun.spawnSync(["bun", join(import.meta.dir, "load.ts"), JSON.stringify(load)], { stderr: "inherit" });
  if (child.exitCode !== 0) throw new Error(`the load generator failed at: ${operation.name}`);
  const measured = JSON.parse(child.stdout.toString()) as Measured;
  if (measured.failures > 0)
    throw new Error(`${measured.failures} failures at ${operation.name}: ${measured.firstFailure}`);
  return { ...measured, cpuUs: (cpuUs(server.process.pid) - before) / measured.answered };
}

/** Milliseconds from spawning to the first 200 of the page, or of /readyz while there is no page. */
async function starts(command: readonly string[], dataDir: () => string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < STARTS; round++) {
    const folder = dataDir();
    const { process, ms } = await start(command, { KAGI_DATA_DIR: folder });
    times.push(ms);
    await stop(process);
    rmSync(folder, { recursive: true, force: true });
  }
  return median(times);
}

type Server = { process: Bun.Subprocess; port: number };
type Started = Server & { ms: number };

async function start(command: readonly string[], environment: Place): Promise<Started> {
  const port = freePort();
  const startedAt = performance.now();
  const child = Bun.spawn([...command, "serve"], {
    cwd: options.source ? ROOT : scratch,
    env: { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: String(port), ...environment },
    stdout: "ignore",
    stderr: Bun.file(join(scratch, "kagi.log")),
  });
  while (performance.now() - startedAt < START_TIMEOUT_MS && child.exitCode === null) {
    if (await answers(port)) return { process: child, port, ms: performance.now() - startedAt };
    await Bun.sleep(0.5);
  }
  child.kill();
  throw new Error(`Kagi did not start:\n${readFileSync(join(scratch, "kagi.log"), "utf8")}`);
}

async function answers(port: number): Promise<boolean> {
  try {
    const page = await fetch(`http://127.0.0.1:${port}/sign-in`);
    return page.ok || (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function startBare(vault: BareVault): Promise<Server> {
  const child = Bun.spawn(["bun", join(import.meta.dir, "bare.ts"), JSON.stringify(vault)], {
    env: { PATH: process.env.PATH, NODE_ENV: "production" },
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await child.stdout.getReader().read();
  const port = Number(new TextDecoder().decode(value));
  if (!port) throw new Error("the bare server did not start");
  return { process: child, port };
}

async function stop(child: Bun.Subprocess): Promise<void> {
  child.kill("SIGTERM");
  await child.exited;
}

function build(): string {
  const executable = join(ROOT, "dist/kagi");
  const builder = join(ROOT, "static/build.ts");
  const command = existsSync(builder)
    ? ["bun", builder]
    : ["bun", "build", "--compile", "--minify", "--sourcemap=none", join(ROOT, "src/main.ts"), "--outfile", executable];
  const { exitCode } = Bun.spawnSync(command, { cwd: ROOT, stdout: "ignore", stderr: "inherit" });
  if (exitCode !== 0) throw new Error("the build failed");
  return executable;
}

function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  server.stop();
  return server.port;
}

/** Time that all threads of a process have spent on a processor: unlike a rate, hardly touched by what else runs. */
function cpuUs(pid: number): number {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * US_PER_TICK;
}

/** Processor time of the thread that answers, in ms; as exact as the scheduler's books. */
function mainThreadMs(pid: number): number {
  const books = `/proc/${pid}/schedstat`;
  return existsSync(books) ? Number(readFileSync(books, "utf8").split(" ", 1)[0]) / 1e6 : Number.NaN;
}

/** Resident memory in whole MB (10^6 bytes). */
function memory(pid: number): number {
  const kibibytes = existsSync(`/proc/${pid}/status`)
    ? /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    : Bun.spawnSync(["ps", "-o", "rss=", "-p", String(pid)]).stdout.toString();
  return Math.round((Number(kibibytes) * 1024) / 1e6);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** Names to the left, figures to the right. */
function print(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  "),
    );
  }
  console.log();
}
