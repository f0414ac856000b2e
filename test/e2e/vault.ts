import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { AccessKey, CreatedAccessKey } from "../../src/features/access-keys/model.ts";
import type { Category, CategoryInput } from "../../src/features/categories/model.ts";
import type { Entry, EntryInput } from "../../src/features/entries/model.ts";

const ROOT = resolve(import.meta.dir, "../..");
/** The program under test: the sources, or the executable that KAGI_TEST_BINARY names. */
const PROGRAM = process.env.KAGI_TEST_BINARY
  ? [resolve(process.env.KAGI_TEST_BINARY)]
  : [process.execPath, join(ROOT, "src/main.ts")];

export const EMAIL = "ada@example.com";
export const PASSWORD = "tuba-lantern-moss-42";

/** A served vault, its owner's session, and the API for what a test needs to find there. */
export type Vault = Readonly<{
  url: string;
  log: () => string;
  /** Signs the owner in and returns the cookie's value. */
  signIn: () => Promise<string>;
  /** The cookie's value of one session for all tests that do not end it. */
  session: string;
  category: (input: Partial<CategoryInput> & { name: string }) => Promise<Category>;
  entry: (category: Category, input: Partial<EntryInput> & { name: string }) => Promise<Entry>;
  entries: (category: Category) => Promise<Entry[]>;
  reveal: (entry: Entry) => Promise<string | Record<string, string>>;
  accessKey: (input: { name: string; scopes: string[]; expiresAt?: string }) => Promise<CreatedAccessKey>;
  accessKeys: () => Promise<AccessKey[]>;
  call: <T>(method: string, path: string, body?: unknown) => Promise<T>;
  stop: () => Promise<void>;
}>;

/** Starts Kagi in an empty folder on a free port; with an account unless the first run is what is looked at. */
export async function startVault({ account = true } = {}): Promise<Vault> {
  const folder = mkdtempSync(join(tmpdir(), "kagi-e2e-"));
  const child = Bun.spawn([...PROGRAM, "serve"], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? "",
      PORT: "0",
      KAGI_DATA_DIR: folder,
      ...(account ? { ADMIN_EMAIL: EMAIL, ADMIN_PASSWORD: PASSWORD } : {}),
    },
    stdout: "ignore",
    stderr: "pipe",
  });
  let log = "";
  const up = Promise.withResolvers<string>();
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) {
      log += decoder.decode(chunk, { stream: true });
      const port = /kagi is up .*listening=\S+?:(\d+)/.exec(log)?.[1];
      if (port !== undefined) up.resolve(`http://localhost:${port}`);
    }
    up.reject(new Error(`the server stopped:\n${log}`));
  })();
  const url = await up.promise;
  const signIn = () => signInAt(url);
  const session = account ? await signIn() : "";
  const call = <T>(method: string, path: string, body?: unknown) => callAt<T>(url, session, method, path, body);
  return {
    url,
    log: () => log,
    signIn,
    session,
    call,
    category: (input) =>
      call("POST", "/api/categories", {
        keyType: "simple",
        ...(input.keyType === undefined || input.keyType === "simple" ? { envVarName: "SERVICE_API_KEY" } : {}),
        ...input,
      }),
    entry: (category, input) => call("POST", "/api/entries", { categoryId: category.id, value: "sk-plain", ...input }),
    entries: (category) => call("GET", `/api/entries?categoryId=${category.id}`),
    reveal: async (entry) =>
      (await call<{ value: string | Record<string, string> }>("POST", `/api/entries/${entry.id}/reveal`)).value,
    accessKey: (input) => call("POST", "/api/access-keys", input),
    accessKeys: () => call("GET", "/api/access-keys"),
    stop: async () => {
      child.kill("SIGTERM");
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const SESSION_COOKIE = "kagi_session";

async function signInAt(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  });
  const cookie = answer.headers.getSetCookie().find((text) => text.startsWith(`${SESSION_COOKIE}=`));
  const value = cookie?.split(";", 1)[0]?.slice(SESSION_COOKIE.length + 1);
  if (!value) throw new Error(`signing in answered ${answer.status}`);
  return value;
}

async function callAt<T>(url: string, session: string, method: string, path: string, body: unknown): Promise<T> {
  const answer = await fetch(url + path, {
    method,
    headers: {
      Cookie: `${SESSION_COOKIE}=${session}`,
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}
