import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");

/** The program under test: the sources, or the executable that KAGI_TEST_BINARY names. */
const PROGRAM = process.env.KAGI_TEST_BINARY
  ? [resolve(process.env.KAGI_TEST_BINARY)]
  : [process.execPath, `--tsconfig-override=${join(ROOT, "tsconfig.json")}`, join(ROOT, "src/main.ts")];

export const PASSWORD = "tuba-lantern-moss-42";

type Environment = Record<string, string>;
export type Ran = { code: number; out: string; err: string };

/** Runs one command in a folder, with nothing in its environment but what is given. */
export async function kagi(folder: string, words: string[], environment: Environment = {}, input = ""): Promise<Ran> {
  const child = start(folder, words, environment, input);
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

export function start(folder: string, words: string[], environment: Environment = {}, input = "") {
  return Bun.spawn([...PROGRAM, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", HOME: tmpdir(), ...environment },
    stdin: new Blob([input]),
    stdout: "pipe",
    stderr: "pipe",
  });
}

export type Server = { url: string; log: () => string; stop: () => Promise<void>; kill: () => Promise<void> };

/** Serves from a folder on a free port, and returns once it is up. Throws with the log when it stops instead. */
export async function serve(folder: string, environment: Environment = {}): Promise<Server> {
  const child = start(folder, ["serve"], { PORT: "0", ...environment });
  let log = "";
  const up = Promise.withResolvers<string>();
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) {
      log += decoder.decode(chunk, { stream: true });
      const port = /kagi is up .*listening=\S+?:(\d+)/.exec(log)?.[1];
      if (port !== undefined) up.resolve(`http://127.0.0.1:${port}`);
    }
    up.reject(new Error(`the server stopped:\n${log}`));
  })();
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    child.kill(signal);
    await child.exited;
  };
  return { url: await up.promise, log: () => log, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

/** An empty folder, and the word that removes it. */
export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), "kagi-test-"));
}

export function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Everything in a folder, with what a write would change. */
export function footprint(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const { mtimeMs } = lstatSync(folder);
  const names = readdirSync(folder).sort();
  const lines = names.map((name) => {
    const { size, mtimeMs, mode, ino } = lstatSync(join(folder, name));
    return [name, size, mtimeMs, mode, ino].join(" ");
  });
  return [`. ${mtimeMs}`, ...lines];
}

export function modeOf(path: string): string {
  return (lstatSync(path).mode & 0o777).toString(8);
}

/** The cookies of a signed-in person; null when that is refused. */
export async function signIn(url: string, email: string, password = PASSWORD): Promise<string | null> {
  const answer = await fetch(`${url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  if (!answer.ok) return null;
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0])
    .join("; ");
}

/** A JSON request with a cookie or a Bearer key. */
export async function call<T>(
  url: string,
  credential: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(/^kagi_[\w-]{43}$/.test(credential) ? { Authorization: `Bearer ${credential}` } : { Cookie: credential }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** A served vault with one account and one secret. */
export async function vaultWithSecret(folder: string, environment: Environment = {}, value = "sk-planted-7f3a") {
  const admin = { ADMIN_EMAIL: "ada@example.com", ADMIN_PASSWORD: PASSWORD };
  const server = await serve(folder, { ...environment, ...admin });
  const cookie = (await signIn(server.url, "ada@example.com")) ?? "";
  const category = { name: "OpenAI", keyType: "simple", envVarName: "OPENAI_API_KEY" };
  const { id: categoryId } = await call<{ id: string }>(server.url, cookie, "POST", "/api/categories", category);
  const entry = { categoryId, name: "Blog", value };
  const { id } = await call<{ id: string }>(server.url, cookie, "POST", "/api/entries", entry);
  return { server, cookie, categoryId, entryId: id, value };
}

/** What the vault in a folder reveals of its entry, through a server of its own. */
export async function revealed(folder: string, entryId: string, environment: Environment = {}): Promise<string> {
  const server = await serve(folder, environment);
  try {
    const cookie = (await signIn(server.url, "ada@example.com")) ?? "";
    return (await call<{ value: string }>(server.url, cookie, "POST", `/api/entries/${entryId}/reveal`)).value;
  } finally {
    await server.stop();
  }
}
