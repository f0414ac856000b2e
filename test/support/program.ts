import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");

/** The program under test: the sources, or the executable that KAGI_TEST_BINARY names. */
const PROGRAM = process.env.KAGI_TEST_BINARY
  ? [resolve(process.env.KAGI_TEST_BINARY)]
  : [process.execPath, `--tsconfig-override=${join(ROOT, "tsconfig.json")}`, join(ROOT, "src/main.ts")];

export type Environment = Readonly<Record<string, string>>;

/** Starts a command in a folder of its own, with nothing in its environment but what is given. */
export function start(folder: string, words: readonly string[], environment: Environment = {}, input = "") {
  return Bun.spawn([...PROGRAM, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", HOME: tmpdir(), ...environment },
    stdin: new Blob([input]),
    stdout: "pipe",
    stderr: "pipe",
  });
}

export type Ran = { code: number; out: string; err: string };

/** Runs a command to its end, whatever that is. */
export async function kagi(
  folder: string,
  words: readonly string[],
  environment: Environment = {},
  input = "",
): Promise<Ran> {
  const child = start(folder, words, environment, input);
  const [out, err, code] = await Promise.all([readAll(child.stdout), readAll(child.stderr), child.exited]);
  return { code, out, err };
}

export function readAll(stream: ReadableStream): Promise<string> {
  return new Response(stream).text();
}

export type Server = Readonly<{
  url: string;
  /** All that the server has said and that has arrived here; whole once it has stopped. */
  log: () => string;
  /** Waits until the server has said it, which may be after the answer that it speaks of. */
  logged: (text: string) => Promise<void>;
  stop: () => Promise<void>;
  /** Ends the process at once, as a crash would. */
  kill: () => Promise<void>;
}>;

/** Serves from a folder on a free port and returns when the log says so. Throws with the log when it stops instead. */
export async function serve(folder: string, environment: Environment = {}): Promise<Server> {
  const child = start(folder, ["serve"], { PORT: "0", ...environment });
  const up = Promise.withResolvers<string>();
  const waiting: { text: string; found: () => void }[] = [];
  let log = "";
  const listen = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) {
      log += decoder.decode(chunk, { stream: true });
      const port = / kagi is up .*listening=\S+?:(\d+)/.exec(log)?.[1];
      if (port !== undefined) up.resolve(`http://127.0.0.1:${port}`);
      for (const { text, found } of waiting) if (log.includes(text)) found();
    }
    up.reject(new Error(`the server stopped:\n${log}`));
  };
  const heard = listen();
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    child.kill(signal);
    await Promise.all([child.exited, heard]);
  };
  const logged = (text: string) =>
    new Promise<void>((found) => {
      if (log.includes(text)) found();
      else waiting.push({ text, found });
    });
  return { url: await up.promise, log: () => log, logged, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

export type Demo = Readonly<{
  url: string;
  email: string;
  password: string;
  /** All that it has printed, and all that it has logged. */
  out: () => string;
  log: () => string;
  /** Sends the signal; the exit code, once it has ended. */
  stop: (signal?: "SIGTERM" | "SIGINT" | "SIGHUP") => Promise<number>;
}>;

/** Serves the demo, with `folder` as the place of temporary folders. Throws with the log when it stops instead. */
export async function serveDemo(folder: string, environment: Environment = {}): Promise<Demo> {
  const child = start(folder, ["demo"], { TMPDIR: folder, ...environment });
  const log = readAll(child.stderr);
  let said = "";
  let logged = "";
  const up = Promise.withResolvers<void>();
  const listen = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      said += decoder.decode(chunk, { stream: true });
      if (said.includes("Control-C")) up.resolve();
    }
    logged = await log;
    up.reject(new Error(`the demo stopped:\n${logged}`));
  };
  const heard = listen();
  await up.promise;
  const printed = (name: string) => new RegExp(`^ *${name} +(\\S+)$`, "m").exec(said)?.[1] ?? "";
  return {
    url: printed("address"),
    email: printed("e-mail"),
    password: printed("password"),
    out: () => said,
    log: () => logged,
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      const [code] = await Promise.all([child.exited, heard]);
      return code;
    },
  };
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "kagi-test-"));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
