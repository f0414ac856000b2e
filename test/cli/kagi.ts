import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Client, cookiesOf } from "../support/client.ts";
import { type Environment, serve } from "../support/program.ts";

export {
  type Demo,
  kagi,
  newFolder,
  type Ran,
  removeFolder,
  type Server,
  serve,
  serveDemo,
  start,
} from "../support/program.ts";

export const PASSWORD = "tuba-lantern-moss-42";

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
  const answer = await new Client(url).post("/api/auth/sign-in/email", { email, password });
  return answer.status === 200 ? cookiesOf(answer) : null;
}

/** A JSON request with a cookie or a Bearer key. Throws unless it succeeds. */
export async function call<T>(
  url: string,
  credential: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const isKey = /^kagi_[\w-]{43}$/.test(credential);
  const client = new Client(url, isKey ? { authorization: `Bearer ${credential}` } : { cookie: credential });
  const answer = await client.send<T>(method, path, { body });
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}`);
  return answer.body;
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
