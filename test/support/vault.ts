import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { ErrorCode } from "../../src/errors.ts";
import type { AccessKeyInput, CreatedAccessKey } from "../../src/features/access-keys/model.ts";
import type { Category, CategoryInput } from "../../src/features/categories/model.ts";
import type { Entry, EntryInput } from "../../src/features/entries/model.ts";
import type { EnvFile, EnvFileInput, EnvProject, EnvProjectInput } from "../../src/features/envs/model.ts";
import type { TwoFactor, TwoFactorInput } from "../../src/features/two-factor/model.ts";
import { SCOPE_NAMES } from "../../src/scopes.ts";
import { type Answer, Client, cookiesOf } from "./client.ts";
import { ASKED_ENGINES, type Engine, type Storage } from "./engines.ts";
import { type Environment, kagi, newFolder, type Ran, removeFolder, type Server, serve } from "./program.ts";

/** A busy machine is slow, not wrong; only what hangs is stopped. */
export const PATIENCE_MS = 60_000;
setDefaultTimeout(PATIENCE_MS);

export const OWNER = { email: "ada@example.com", password: "tuba-lantern-moss-42" };
export const OTHER = { email: "eve@example.com", password: "quartz-ferry-plum-17" };

/** Claims about one vault, made on each engine that is asked for and there; one server answers for all of them. */
export function onEachEngine(
  subject: string,
  claims: (vault: Vault, engine: Engine) => void,
  environment: Environment = {},
): void {
  for (const engine of ASKED_ENGINES) {
    describe(`${subject} (${engine.name})`, () => {
      if (!engine.available) return test.skip("needs TEST_POSTGRES_URL", () => {});
      const vault = new Vault(engine, environment);
      beforeAll(() => vault.open(), PATIENCE_MS);
      afterAll(() => vault.close(), PATIENCE_MS);
      claims(vault, engine);
    });
  }
}

/** A real server with an account, its database, and the people who talk to it. */
export class Vault {
  readonly folder = newFolder();
  #environment: Environment;
  #storage: Storage | undefined;
  #server: Server | undefined;
  #owner: Client | undefined;
  #other: Promise<Client> | undefined;
  #logs = "";

  constructor(
    readonly engine: Engine,
    environment: Environment,
  ) {
    this.#environment = { ADMIN_EMAIL: OWNER.email, ADMIN_PASSWORD: OWNER.password, ...environment };
  }

  async open(): Promise<void> {
    this.#storage = await this.engine.create(this.folder);
    this.#environment = { ...this.#environment, ...this.#storage.environment };
    this.#server = await serve(this.folder, this.#environment);
    this.#owner = await this.signIn();
  }

  async close(): Promise<void> {
    await this.#server?.stop();
    await this.#storage?.drop();
    removeFolder(this.folder);
  }

  get url(): string {
    return this.#up().url;
  }

  get storage(): Storage {
    if (this.#storage === undefined) throw new Error("the vault is not open yet");
    return this.#storage;
  }

  /** The first account, signed in. */
  get owner(): Client {
    if (this.#owner === undefined) throw new Error("the vault is not open yet");
    return this.#owner;
  }

  /** Another account, signed in. */
  get other(): Promise<Client> {
    this.#other ??= this.addUser(OTHER).then(() => this.signIn(OTHER));
    return this.#other;
  }

  /** Somebody without a credential. */
  get stranger(): Client {
    return new Client(this.url);
  }

  /** All that the server and its predecessors have logged, to the last line that has arrived. */
  get log(): string {
    return this.#logs + (this.#server?.log() ?? "");
  }

  /** Waits until the server has logged it. */
  async logged(text: string): Promise<void> {
    await this.#up().logged(text);
  }

  async addUser({ email, password }: typeof OWNER): Promise<void> {
    await this.command(["user", "add", email], `${password}\n`);
  }

  /** Runs a command of the operator beside the server. Throws with what it said when it fails. */
  async command(words: readonly string[], input = ""): Promise<string> {
    const { code, out, err } = await this.attempt(words, input);
    if (code !== 0) throw new Error(`kagi ${words.join(" ")} ended with ${code}:\n${err}`);
    return out;
  }

  /** The same with whatever comes of it. */
  async attempt(words: readonly string[], input = ""): Promise<Ran> {
    return await kagi(this.folder, words, this.#environment, input);
  }

  async signIn(account = OWNER, headers: Record<string, string> = {}): Promise<Client> {
    const answer = await this.stranger.post("/api/auth/sign-in/email", account, headers);
    if (answer.status !== 200) throw new Error(`no sign-in: ${answer.status} ${answer.text}`);
    return this.stranger.with({ cookie: cookiesOf(answer) });
  }

  /** Stops the server, or kills it as a crash would, and starts another on the same data. Sessions live on. */
  async restart(how: "stop" | "kill" = "stop", environment: Environment = {}): Promise<void> {
    const owner = this.owner.headers;
    await this.#up()[how]();
    this.#logs += this.#up().log();
    this.#server = await serve(this.folder, { ...this.#environment, ...environment });
    this.#owner = new Client(this.url, owner);
    this.#other = undefined;
  }

  /** A client with a key of its own, made by `by`. */
  async key(
    scopes: AccessKeyInput["scopes"] = SCOPE_NAMES,
    by = this.owner,
  ): Promise<Client & { key: CreatedAccessKey }> {
    const key = await newKey(by, { scopes });
    return Object.assign(this.stranger.with({ authorization: `Bearer ${key.key}` }), { key });
  }

  #up(): Server {
    if (this.#server === undefined) throw new Error("the vault is not open yet");
    return this.#server;
  }
}

let made = 0;
/** A name that nothing else has. */
export function fresh(name: string): string {
  made += 1;
  return `${name} ${made}`;
}

/** A `simple` category unless told otherwise. */
export async function newCategory(by: Client, input: Partial<CategoryInput> = {}): Promise<Category> {
  const simple = input.keyType === undefined || input.keyType === "simple" ? { envVarName: "API_KEY" } : {};
  const sent = { name: fresh("Category"), keyType: "simple", ...simple, ...input };
  return made201(await by.post<Category>("/api/categories", sent));
}

/** An entry in a `simple` category of its own unless told otherwise. */
export async function newEntry(by: Client, input: Partial<EntryInput> = {}): Promise<Entry> {
  const categoryId = input.categoryId ?? (await newCategory(by)).id;
  return made201(
    await by.post<Entry>("/api/entries", { name: fresh("Project"), value: "s3cret", ...input, categoryId }),
  );
}

/** With a secret and two recovery codes unless told otherwise. */
export async function newTwoFactor(by: Client, input: TwoFactorInput = {}): Promise<TwoFactor> {
  const given = input.secret !== undefined || input.recoveryCodes !== undefined;
  const kept = given ? {} : { secret: "JBSWY3DPEHPK3PXP", recoveryCodes: ["a1b2c-3d4e5", "f6a7b-8c9d0"] };
  const sent = { service: fresh("Service"), accountName: "ada@example.com", ...kept, ...input };
  return made201(await by.post<TwoFactor>("/api/2fa", sent));
}

export async function newEnvProject(by: Client, input: Partial<EnvProjectInput> = {}): Promise<EnvProject> {
  return made201(await by.post<EnvProject>("/api/envs", { name: fresh("Env project"), ...input }));
}

/** A file in a project of its own unless told otherwise. */
export async function newEnvFile(
  by: Client,
  input: Partial<EnvFileInput> & { projectId?: string } = {},
): Promise<EnvFile & { projectId: string }> {
  const { projectId = (await newEnvProject(by)).id, ...given } = input;
  const sent = { fileType: "env", content: "A=1\n", ...given };
  return { ...made201(await by.post<EnvFile>(`/api/envs/${projectId}/files`, sent)), projectId };
}

export async function newKey(by: Client, input: Partial<AccessKeyInput> = {}): Promise<CreatedAccessKey> {
  const sent = { name: fresh("Key"), scopes: SCOPE_NAMES, ...input };
  return made201(await by.post<CreatedAccessKey>("/api/access-keys", sent));
}

/** Gives the password once more; the client goes on with the cookie that the answer brings. */
export async function confirmed(by: Client, password = OWNER.password): Promise<Client> {
  const answer = await by.send("POST", "/confirm?next=/settings", { raw: new URLSearchParams({ password }) });
  expect(answer.status).toBe(303);
  return withCookies(by, answer);
}

/** The client with the cookies that an answer has replaced. */
export function withCookies(by: Client, answer: Answer): Client {
  const jar = new Map([by.headers.cookie ?? "", cookiesOf(answer)].flatMap(pairsOf));
  return by.with({ cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") });
}

function pairsOf(cookies: string): [string, string][] {
  return cookies.split("; ").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at < 0 ? [] : [[pair.slice(0, at), pair.slice(at + 1)] as [string, string]];
  });
}

export async function reveal(by: Client, entry: Pick<Entry, "id">): Promise<unknown> {
  const answer = await by.post<{ value: unknown }>(`/api/entries/${entry.id}/reveal`);
  expect(answer.status).toBe(200);
  return answer.body.value;
}

/** What `expect(answer).toMatchObject(…)` takes for a refusal: the status, the code, and a sentence. */
export function refused(status: number, code: ErrorCode, details: Record<string, unknown> = {}) {
  return { status, body: { error: expect.any(String), code, ...details } };
}

/** What a client sees of the whole vault, to show that nothing has changed. */
export async function snapshot(by: Client): Promise<unknown> {
  const paths = ["/api/categories", "/api/entries", "/api/2fa", "/api/envs", "/api/access-keys", "/api/stats"];
  return await Promise.all(paths.map(async (path) => (await by.get(path)).body));
}

function made201<T>(answer: Answer<T>): T {
  if (answer.status !== 201) throw new Error(`not made: ${answer.status} ${answer.text}`);
  return answer.body;
}
