import { randomToken } from "../../crypto/tokens.ts";
import { type Actor, type Caller, type Kagi, OPERATOR } from "../../kagi.ts";
import type { Scope } from "../../scopes.ts";
import { createAccessKey, findKeyActor } from "../access-keys/actions.ts";
import { addUser, findSessionActor, signInAtOnce, signOut } from "../auth/actions.ts";
import { createCategory } from "../categories/actions.ts";
import type { Category } from "../categories/model.ts";
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

/** Something that somebody did so many days ago. */
type Deed = Readonly<{ daysAgo: number; run: (then: Kagi) => Promise<unknown> }>;

/**
 * Fills an empty vault with made-up keys by what people do, over what looks like the last year and in its order, so that
 * the trail reads like one: the same content each time but for times, ids and access keys. Returns how to sign in, with a
 * password made for this vault.
 */
export async function fillDemo(kagi: Kagi): Promise<{ email: string; password: string }> {
  const password = newPassword();
  const first = ago(kagi, OLDEST_DAYS + CATEGORIES.length + 1);
  await addUser(first, { email: EMAIL, name: "Ada", password });
  const { sessionToken } = await signInAtOnce(
    first,
    DESK,
    { email: EMAIL, password },
    { device: null, previous: null },
  );
  const actor = await findSessionActor(first, DESK, sessionToken);
  if (actor === undefined) throw new Error("the demo's session is not there");
  const entries: Entry[] = [];
  const deeds = [
    ...entryDeeds(actor, entries),
    ...twoFactorDeeds(actor),
    ...envDeeds(actor),
    ...keyDeeds(actor, entries),
  ];
  for (const { daysAgo, run } of deeds.sort((one, other) => other.daysAgo - one.daysAgo)) await run(ago(kagi, daysAgo));
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

/** `made` gets the entries, newest last. */
function entryDeeds(actor: Actor, made: Entry[]): Deed[] {
  const byName = new Map<string, Category>();
  const categories = CATEGORIES.toReversed().map(({ used: _, ...input }, at) => ({
    daysAgo: OLDEST_DAYS + CATEGORIES.length - at,
    run: async (then: Kagi) => byName.set(input.name, await createCategory(then, actor, input)),
  }));
  const entries = ENTRIES.flatMap(({ category: name, expiresIn, replaced, ...input }, at) => {
    const created = daysOf(at, ENTRIES.length);
    const make = async (then: Kagi) => {
      const category = byName.get(name);
      if (category === undefined) throw new Error(`the demo has no category ${name}`);
      const value = replaced === 0 ? input.value : sampleValue(category, input.name, input.environment, replaced);
      const expiresAt =
        expiresIn === null
          ? null
          : ago(then, -created - expiresIn)
              .now()
              .toISOString();
      made[at] = await createEntry(then, actor, { ...input, value, expiresAt, categoryId: category.id });
    };
    const replacements = Array.from({ length: replaced }, (_, before) => ({
      daysAgo: Math.min(2 + before * ROTATION_DAYS, (created * (before + 1)) / (replaced + 1)),
      run: async (then: Kagi) => {
        const { id, category, environment } = made[at] as Entry;
        await updateEntry(then, actor, id, { value: sampleValue(category, input.name, environment, before) });
      },
    }));
    return [{ daysAgo: created, run: make }, ...replacements];
  });
  return [...categories, ...entries];
}

/** Closer together the newer they are. */
function daysOf(at: number, count: number): number {
  const left = 1 - at / (count - 1);
  return NEWEST_DAYS + (OLDEST_DAYS - NEWEST_DAYS) * left ** 3;
}

function twoFactorDeeds(actor: Actor): Deed[] {
  return TWO_FACTORS.flatMap(({ used, ...input }) => {
    let id = "";
    const make = async (then: Kagi) => {
      ({ id } = await createTwoFactor(then, actor, input));
    };
    const takes = Array.from({ length: used }, (_, time) => ({
      daysAgo: 40 - time,
      run: (then: Kagi) => takeRecoveryCode(then, actor, id),
    }));
    return [{ daysAgo: 90, run: make }, ...takes];
  });
}

function envDeeds(actor: Actor): Deed[] {
  return ENV_PROJECTS.flatMap(({ files, ...input }) => {
    let id = "";
    const make = async (then: Kagi) => {
      ({ id } = await createEnvProject(then, actor, input));
    };
    const saves = files.flatMap(({ fileType, versions }) =>
      versions.map((content, at) => ({
        daysAgo: 12 * (versions.length - at),
        run: (then: Kagi) => saveEnvFile(then, actor, id, { fileType, content }),
      })),
    );
    return [{ daysAgo: 200, run: make }, ...saves];
  });
}

type SampleKey = Readonly<{ name: string; scopes: Scope[]; made: number; used?: number; expires?: number }>;

/** In days ago, and days from now; oldest first. */
const ACCESS_KEYS: readonly SampleKey[] = [
  { name: "old laptop", scopes: ["categories:read", "entries:read", "entries:write"], made: 380, used: 140 },
  { name: "contractor", scopes: ["entries:read"], made: 60, used: 31, expires: -30 },
  { name: "dashboard", scopes: ["stats:read"], made: 50, used: 1, expires: 9 },
  {
    name: "deploy script",
    scopes: ["entries:read", "entries:reveal", "export:read"],
    made: 30,
    used: 0.1,
    expires: 60,
  },
];

/** The last of them has revealed what the shop needs. */
function keyDeeds(actor: Actor, entries: readonly Entry[]): Deed[] {
  return ACCESS_KEYS.flatMap(({ name, scopes, made, used = made, expires }) => {
    let key = "";
    const make = async (then: Kagi) => {
      const expiresAt =
        expires === undefined
          ? null
          : ago(then, -made - expires)
              .now()
              .toISOString();
      ({ key } = await createAccessKey(then, actor, { name, scopes, expiresAt }));
    };
    const use = async (then: Kagi) => {
      const script = await findKeyActor(then, BUILD_SERVER, key);
      if (script === undefined || !scopes.includes("entries:reveal")) return;
      const wanted = entries.filter((entry) => entry.name === "Shop" && entry.environment === "production");
      await Promise.all(wanted.map(({ id }) => revealEntry(then, script, id)));
    };
    return [
      { daysAgo: made, run: make },
      { daysAgo: used, run: use },
    ];
  });
}
