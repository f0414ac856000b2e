import { randomToken } from "../../crypto/tokens.ts";
import { type Actor, type Caller, type Kagi, OPERATOR } from "../../kagi.ts";
import type { Scope } from "../../scopes.ts";
import { createAccessKey, findKeyActor } from "../access-keys/actions.ts";
import { addUser, findSessionActor, signInAtOnce, signOut } from "../auth/actions.ts";
import { createCategory } from "../categories/actions.ts";
import { createEntry, revealEntry, updateEntry } from "../entries/actions.ts";
import type { Entry } from "../entries/model.ts";
import { createEnvProject, saveEnvFile } from "../envs/actions.ts";
import { createTwoFactor, takeRecoveryCode } from "../two-factor/actions.ts";
import { CATEGORIES, ENTRIES, ENV_PROJECTS, sampleValue, TWO_FACTORS } from "./samples.ts";

const EMAIL = "ada@example.com";
/** Where the demo's people and scripts sit, of the addresses that are for examples (RFC 5737). */
const DESK: Caller = { ...OPERATOR, address: "192.0.2.10" };
const BUILD_SERVER: Caller = { ...OPERATOR, address: "192.0.2.40" };
const DAY_MS = 86_400_000;
/** How long ago the first and the last entry were made, in days. */
const [OLDEST_DAYS, NEWEST_DAYS] = [400, 0.02];
/** Replaced values are so far apart. */
const ROTATION_DAYS = 30;

/**
 * Fills an empty vault with made-up keys by what people do, over what looks like the last year: the same content each
 * time but for times, ids and access keys. Returns how to sign in, with a password made for this vault.
 */
export async function fillDemo(kagi: Kagi): Promise<{ email: string; password: string }> {
  const password = newPassword();
  await addUser(kagi, { email: EMAIL, name: "Ada", password });
  const { sessionToken } = await signInAtOnce(kagi, DESK, { email: EMAIL, password }, { device: null, previous: null });
  const actor = await findSessionActor(kagi, DESK, sessionToken);
  if (actor === undefined) throw new Error("the demo's session is not there");
  const entries = await fillEntries(kagi, actor);
  await fillTwoFactors(kagi, actor);
  await fillEnvProjects(kagi, actor);
  await fillAccessKeys(kagi, actor, entries);
  await signOut(kagi, actor);
  return { email: EMAIL, password };
}

/** 80 bits that a person can type. */
function newPassword(): string {
  const letters = `${randomToken()}${randomToken()}`.toLowerCase().replace(/[^a-z0-9]/g, "");
  return [0, 4, 8, 12].map((at) => letters.slice(at, at + 4)).join("-");
}

/** The vault as it was so many days ago. */
function ago(kagi: Kagi, days: number): Kagi {
  const at = new Date(kagi.now().getTime() - days * DAY_MS);
  return { ...kagi, now: () => at };
}

/** Newest last. What is begun at once has its place in the order from when it was begun, and shares one write. */
async function fillEntries(kagi: Kagi, actor: Actor): Promise<Entry[]> {
  const categories = await Promise.all(
    CATEGORIES.toReversed().map(({ used: _, ...input }, at) =>
      createCategory(ago(kagi, OLDEST_DAYS + CATEGORIES.length - at), actor, input),
    ),
  );
  const byName = new Map(categories.map((category) => [category.name, category]));
  const made = await Promise.all(
    ENTRIES.map(async ({ category: name, expiresIn, replaced, ...input }, at) => {
      const category = byName.get(name);
      if (category === undefined) throw new Error(`the demo has no category ${name}`);
      const value = replaced === 0 ? input.value : sampleValue(category, input.name, input.environment, replaced);
      const expiresAt = expiresIn === null ? null : ago(kagi, -expiresIn).now().toISOString();
      const then = ago(kagi, daysOf(at, ENTRIES.length));
      return await createEntry(then, actor, { ...input, value, expiresAt, categoryId: category.id });
    }),
  );
  for (const [at, { replaced }] of ENTRIES.entries()) {
    const entry = made[at];
    if (entry !== undefined) await replaceValues(kagi, actor, entry, replaced);
  }
  return made;
}

async function replaceValues(kagi: Kagi, actor: Actor, entry: Entry, times: number): Promise<void> {
  for (let before = times - 1; before >= 0; before--) {
    const value = sampleValue(entry.category, entry.name, entry.environment, before);
    await updateEntry(ago(kagi, 2 + before * ROTATION_DAYS), actor, entry.id, { value });
  }
}

/** Closer together the newer they are. */
function daysOf(at: number, count: number): number {
  const left = 1 - at / (count - 1);
  return NEWEST_DAYS + (OLDEST_DAYS - NEWEST_DAYS) * left ** 3;
}

async function fillTwoFactors(kagi: Kagi, actor: Actor): Promise<void> {
  for (const { used, ...input } of TWO_FACTORS) {
    const { id } = await createTwoFactor(ago(kagi, 90), actor, input);
    for (let time = 0; time < used; time++) await takeRecoveryCode(ago(kagi, 40 - time), actor, id);
  }
}

async function fillEnvProjects(kagi: Kagi, actor: Actor): Promise<void> {
  for (const { files, ...input } of ENV_PROJECTS) {
    const { id } = await createEnvProject(ago(kagi, 200), actor, input);
    for (const { fileType, versions } of files) {
      for (const [at, content] of versions.entries()) {
        await saveEnvFile(ago(kagi, 12 * (versions.length - at)), actor, id, { fileType, content });
      }
    }
  }
}

type SampleKey = Readonly<{ name: string; scopes: Scope[]; made: number; used?: number; expires?: number }>;

/** In days ago, and days from now; oldest first. */
const ACCESS_KEYS: readonly SampleKey[] = [
  { name: "old laptop", scopes: ["categories:read", "entries:read", "entries:write"], made: 380, used: 140 },
  { name: "contractor", scopes: ["entries:read"], made: 60, used: 31, expires: -30 },
  { name: "dashboard", scopes: ["stats:read"], made: 80, used: 1, expires: 9 },
  {
    name: "deploy script",
    scopes: ["entries:read", "entries:reveal", "export:read"],
    made: 30,
    used: 0.1,
    expires: 60,
  },
];

/** The last of them has revealed what the shop needs. */
async function fillAccessKeys(kagi: Kagi, actor: Actor, entries: readonly Entry[]): Promise<void> {
  for (const { name, scopes, made, used = made, expires } of ACCESS_KEYS) {
    const expiresAt = expires === undefined ? null : ago(kagi, -expires).now().toISOString();
    const { key } = await createAccessKey(ago(kagi, made), actor, { name, scopes, expiresAt });
    const script = await findKeyActor(ago(kagi, used), BUILD_SERVER, key);
    if (script === undefined || !scopes.includes("entries:reveal")) continue;
    const wanted = entries.filter((entry) => entry.name === "Shop" && entry.environment === "production");
    await Promise.all(wanted.map(({ id }) => revealEntry(ago(kagi, used), script, id)));
  }
}
