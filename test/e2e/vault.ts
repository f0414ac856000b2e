import type { AccessKey, AccessKeyInput, CreatedAccessKey } from "../../src/features/access-keys/model.ts";
import type { Category, CategoryInput } from "../../src/features/categories/model.ts";
import type { Entry, EntryInput } from "../../src/features/entries/model.ts";
import { type Answer, Client, cookiesOf } from "../support/client.ts";
import { type Environment, kagi, newFolder, removeFolder, serve, serveDemo } from "../support/program.ts";
import { newCategory, newEntry, newKey, OTHER, OWNER, reveal } from "../support/vault.ts";

export const { email: EMAIL, password: PASSWORD } = OWNER;
export const SESSION_COOKIE = "kagi_session";

/** A served vault for a browser to look at, with what tests put into it and find there past the pages. */
export type Vault = Readonly<{
  url: string;
  log: () => string;
  /** The owner's. */
  password: string;
  /** Signs the owner in; returns the token of the session. */
  signIn: () => Promise<string>;
  /** The same, with the password given once more for what a session alone may not do. */
  signInConfirmed: () => Promise<string>;
  /** The token of one session for all tests that do not end it. */
  session: string;
  owner: Client;
  category: (input: Partial<CategoryInput> & { name: string }) => Promise<Category>;
  entry: (category: Category, input: Partial<EntryInput> & { name: string }) => Promise<Entry>;
  accessKey: (input: Partial<AccessKeyInput> & { name: string }) => Promise<CreatedAccessKey>;
  categories: (search?: string) => Promise<Category[]>;
  entries: (category: Category) => Promise<Entry[]>;
  accessKeys: () => Promise<AccessKey[]>;
  reveal: (entry: Entry | undefined) => Promise<unknown>;
  /** Somebody else with an account here, signed in. Not in the demo, whose key nobody else has. */
  newPerson: () => Promise<Client>;
  stop: () => Promise<void>;
}>;

/**
 * Starts Kagi in an empty folder on a free port; with an account unless the first run is what is looked at. With `demo`
 * it is the demo, filled and with an account of its own.
 */
export async function startVault({
  account = true,
  demo = false,
  environment = {},
}: {
  account?: boolean;
  demo?: boolean;
  environment?: Environment;
} = {}): Promise<Vault> {
  const folder = newFolder();
  const first: Environment = account ? { ADMIN_EMAIL: EMAIL, ADMIN_PASSWORD: PASSWORD } : {};
  const { url, log, stop, email, password } = demo
    ? await serveDemo(folder)
    : { ...(await serve(folder, { ...first, ...environment })), email: EMAIL, password: PASSWORD };
  const stranger = new Client(url);
  const signIn = async (person = { email, password }) =>
    tokenOf(await stranger.post("/api/auth/sign-in/email", person));
  const signInConfirmed = async () => {
    const cookie = `${SESSION_COOKIE}=${await signIn()}`;
    return tokenOf(await stranger.with({ cookie }).post("/api/auth/confirm", { password }));
  };
  const session = account ? await signIn() : "";
  const owner = stranger.with({ cookie: `${SESSION_COOKIE}=${session}` });
  return {
    url,
    log,
    password,
    signIn: () => signIn(),
    signInConfirmed,
    session,
    owner,
    category: (input) => newCategory(owner, input),
    entry: (category, input) => newEntry(owner, { ...input, categoryId: category.id }),
    accessKey: (input) => newKey(owner, input),
    categories: async (search = "") =>
      (await owner.get<Category[]>(`/api/categories?search=${encodeURIComponent(search)}`)).body,
    entries: async (category) => (await owner.get<Entry[]>(`/api/entries?categoryId=${category.id}`)).body,
    accessKeys: async () => (await owner.get<AccessKey[]>("/api/access-keys")).body,
    reveal: async (entry) => {
      if (entry === undefined) throw new Error("there is no such entry");
      return await reveal(owner, entry);
    },
    newPerson: async () => {
      const { code, err } = await kagi(folder, ["user", "add", OTHER.email], {}, `${OTHER.password}\n`);
      if (code !== 0) throw new Error(err);
      return stranger.with({ cookie: `${SESSION_COOKIE}=${await signIn(OTHER)}` });
    },
    stop: async () => {
      await stop();
      removeFolder(folder);
    },
  };
}

function tokenOf(answer: Answer): string {
  const token = new RegExp(`${SESSION_COOKIE}=([^;]+)`).exec(cookiesOf(answer))?.[1];
  if (token === undefined) throw new Error("the owner was not let in");
  return token;
}
