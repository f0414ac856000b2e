import { EnvelopeError } from "../../crypto/envelope.ts";
import { openTicket, sealTicket } from "../../crypto/ticket.ts";
import { sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { type EnvEntry, type EnvText, readEnv } from "../../dotenv/read.ts";
import { AppError, conflict, invalid } from "../../errors.ts";
import { fold } from "../../fold.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { NAME_LENGTH } from "../../schema.ts";
import { record } from "../audit/actions.ts";
import {
  categoriesById,
  createCategory,
  type HeldCategory,
  holdCategories,
  takeBackCategory,
} from "../categories/actions.ts";
import { ENV_VAR_LENGTH } from "../categories/model.ts";
import { categoriesFiledAt, createEntry, entriesNamed, takeBackEntry } from "../entries/actions.ts";
import { holdEnvFile, readEnvFile } from "./actions.ts";
import type { Imported, ImportInput, ImportPlan, ImportRow, ImportTarget } from "./model.ts";

const CHANGED = "The file has been changed since; look at it again. Nothing was imported";
const ELSEWHERE = "What it would be imported into has been changed since; look at it again. Nothing was imported";
/** For how long an import can be undone. */
const UNDO_MS = 24 * 60 * 60 * 1000;

/**
 * What an import under that name would make of a file; nothing is made, and no value is in it.
 * Throws ENV_PROJECT_NOT_FOUND, ENV_FILE_NOT_FOUND.
 */
export async function planImport(
  kagi: Kagi,
  actor: Actor,
  projectId: string,
  fileId: string,
  target: ImportTarget,
): Promise<ImportPlan> {
  const { content, version } = await readEnvFile(kagi, actor, projectId, fileId);
  const text = readEnv(content);
  const { rows } = await planRows(kagi.db, actor, text, target);
  return {
    version,
    digest: digestOf(rows),
    rows,
    unread: text.problems
      .filter(({ kind }) => kind === "syntax" || kind === "key")
      .map(({ line, message }) => ({ line, message })),
    counts: {
      keys: rows.length,
      ambiguous: rows.filter(({ warning }) => warning !== null).length,
      duplicates: text.duplicates.length,
      importable: rows.filter(isImportable).length,
    },
  };
}

/**
 * Makes entries of the variables that were ticked in a plan, and the categories they need: all of it or nothing.
 * Throws ENV_PROJECT_NOT_FOUND, ENV_FILE_NOT_FOUND, VALIDATION_ERROR, and CONFLICT when the file, or what it would be
 * imported into, is not as it was planned.
 */
export async function importEntries(
  kagi: Kagi,
  actor: Actor,
  projectId: string,
  fileId: string,
  input: ImportInput,
): Promise<Imported> {
  const { content, version } = await readEnvFile(kagi, actor, projectId, fileId);
  if (version !== input.version) throw conflict(CHANGED, "version");
  const text = readEnv(content);
  const { homes: found } = await planAgain(kagi.db, actor, text, input);
  const wanted = [...found.values()].map(({ id }) => id);
  // One moment for all that is made, by which an undo knows what nobody has touched since.
  const at = kagi.now();
  return await kagi.db.transaction(async (tx) => {
    // The project before categories, and those in one order, as an undo takes them.
    const file = await holdEnvFile(tx, actor, projectId, fileId);
    if (file.version !== version) throw conflict(CHANGED, "version");
    await holdCategories(tx, actor, wanted);
    const inside: Kagi = { ...kagi, db: tx, now: () => at };
    const { rows, homes } = await planAgain(tx, actor, text, input);
    const created: string[] = [];
    const categories: string[] = [];
    for (const { category, name, keys } of entriesOf(chosenRows(rows, input.keys), homes)) {
      const made = category ?? (await newCategory(inside, actor, name, keys[0] as string));
      if (category === undefined) categories.push(made.id);
      const values = keys.map((key) => [key, text.values.get(key) as string] as const);
      const value = made.keyType === "group" ? Object.fromEntries(values) : (values[0]?.[1] as string);
      const { environment } = input;
      const sent = { categoryId: made.id, name: input.name.trim(), environment, value };
      created.push((await createEntry(inside, actor, sent, { someFields: true })).id);
    }
    await record(kagi, tx, actor, "import", file.thing, {
      detail: `entries=${created.length} categories=${categories.length}`,
    });
    const made: Made = { at: at.toISOString(), projectId, fileId, created, categories };
    const until = new Date(at.getTime() + UNDO_MS);
    return { created, categories, token: sealTicket(kagi.keyring, holderOf(actor), until, made) };
  });
}

/**
 * Deletes what an import has made, as long as all of it is as it was made. Throws VALIDATION_ERROR for a token that is
 * not the actor's or too old, CONFLICT when something has changed since, and then nothing is undone.
 */
export async function undoImport(kagi: Kagi, actor: Actor, token: string): Promise<void> {
  const { at, projectId, fileId, created, categories } = openMade(kagi, actor, token);
  await kagi.db.transaction(async (tx) => {
    const thing = await holdEnvFile(tx, actor, projectId, fileId).then(
      (file) => file.thing,
      (error: unknown) => {
        // The file may be gone by now, which is no reason to keep what was made of it.
        if (!(error instanceof AppError)) throw error;
        return { kind: "env-file", id: fileId, name: null } as const;
      },
    );
    await holdCategories(tx, actor, [...(await categoriesFiledAt(tx, actor, at)), ...categories]);
    for (const id of created) await takeBackEntry(kagi, tx, actor, id, at);
    for (const id of categories) await takeBackCategory(kagi, tx, actor, id, at);
    await record(kagi, tx, actor, "undo-import", thing, {
      detail: `entries=${created.length} categories=${categories.length}`,
    });
  });
}

type Planned = { rows: ImportRow[]; homes: ReadonlyMap<string, HeldCategory> };

/** The plan that was looked at, as long as nothing in it is different by now. Throws CONFLICT when it is. */
async function planAgain(db: Db, actor: Actor, text: EnvText, input: ImportInput): Promise<Planned> {
  const planned = await planRows(db, actor, text, input);
  if (digestOf(planned.rows) !== input.plan) throw conflict(ELSEWHERE, "plan");
  return planned;
}

/** Stands for where each variable would go: the same as long as that stays the same. */
function digestOf(rows: readonly ImportRow[]): string {
  const places = rows.map(({ key, target, exists, skip }) => [
    key,
    target?.kind === "existing" ? target.category.id : (target?.name ?? null),
    exists,
    skip,
  ]);
  return sha256(JSON.stringify(places));
}

async function planRows(db: Db, actor: Actor, text: EnvText, { name, environment }: ImportTarget): Promise<Planned> {
  const known = [...(await categoriesById(db, actor)).values()];
  const named = await entriesNamed(db, actor, name.trim());
  const last = new Map(text.entries.map((entry) => [entry.key, entry]));
  const lines = Map.groupBy(text.entries, ({ key }) => key);
  const warnings = new Map(
    text.problems.filter(({ kind }) => kind === "ambiguous").map(({ line, message }) => [line, message]),
  );
  const homes = homesOf(last, known, new Set(named.map(({ categoryId }) => categoryId)));
  const taken = new Map(known.map((category) => [fold(category.name), 1]));
  const rows = [...last.values()].map((entry): ImportRow => {
    const { key, line } = entry;
    const at = (lines.get(key) ?? []).map((one) => one.line);
    const row = { key, lines: at, duplicateOf: at.length > 1 ? line : null, warning: warnings.get(line) ?? null };
    const home = homes.get(key);
    if (home !== undefined) {
      const { id, keyType, icon, color } = home;
      const exists = named.some((found) => found.categoryId === id && found.environment === environment);
      return {
        ...row,
        target: { kind: "existing", category: { id, name: home.name, keyType, icon, color } },
        exists,
        skip: null,
      };
    }
    const skip = problemWith(entry);
    const target = skip === null ? ({ kind: "new", name: freeName(key, taken) } as const) : null;
    return { ...row, target, exists: false, skip };
  });
  return { rows, homes };
}

/** The existing category that each variable goes to, for those that have one. */
function homesOf(
  last: ReadonlyMap<string, EnvEntry>,
  known: readonly HeldCategory[],
  inProject: ReadonlySet<string>,
): ReadonlyMap<string, HeldCategory> {
  const homes = new Map<string, HeldCategory>();
  // Of several that would do, the one where this project has something already, else the oldest.
  const ordered = known.toSorted(
    (one, other) => Number(inProject.has(other.id)) - Number(inProject.has(one.id)) || (one.id < other.id ? -1 : 1),
  );
  const fields = ({ keyType, fieldDefinitions }: HeldCategory) => (keyType === "group" ? (fieldDefinitions ?? []) : []);
  // The larger group says more of what belongs together. An empty field is a part of one that is set otherwise.
  for (const group of ordered.toSorted((one, other) => fields(other).length - fields(one).length)) {
    const entries = fields(group).map((key) => last.get(key));
    const whole = entries.every(
      (entry) => entry !== undefined && !homes.has(entry.key) && (entry.value === "" || problemWith(entry) === null),
    );
    if (whole && entries.some((entry) => entry?.value !== "")) for (const key of fields(group)) homes.set(key, group);
  }
  for (const category of ordered) {
    const entry = category.envVarName === null ? undefined : last.get(category.envVarName);
    if (entry !== undefined && !homes.has(entry.key) && problemWith(entry) === null) homes.set(entry.key, category);
  }
  return homes;
}

/** Why a variable cannot be imported, behind its name; null when it can. */
function problemWith({ key, value, ambiguous }: EnvEntry): string | null {
  if (key.length > ENV_VAR_LENGTH) return `has a name longer than ${ENV_VAR_LENGTH} characters`;
  if (ambiguous?.reasons.includes("unclosed")) return "opens a quote that is not closed";
  return value === "" ? "is empty" : null;
}

function isImportable({ skip, target, exists }: ImportRow): boolean {
  return skip === null && target !== null && !exists;
}

/** Throws CONFLICT when one of the keys cannot be imported any more, or never could. */
function chosenRows(rows: readonly ImportRow[], keys: readonly string[]): ImportRow[] {
  const asked = new Set(keys);
  const chosen = rows.filter((row) => asked.has(row.key) && isImportable(row));
  if (chosen.length === 0) throw invalid("keys", "must name at least one variable of the file");
  if (chosen.length < asked.size) {
    throw conflict("Some of these variables cannot be imported any more; look again. Nothing was imported", "keys");
  }
  return chosen;
}

type FutureEntry = { category?: HeldCategory; name: string; keys: string[] };

/** What becomes one entry each, in the order of the file: a variable, or the ticked fields of a group. */
function entriesOf(rows: readonly ImportRow[], homes: Planned["homes"]): FutureEntry[] {
  const groups = new Map<string, FutureEntry>();
  return rows.flatMap(({ key, target }): FutureEntry[] => {
    if (target === null) return [];
    if (target.kind === "new") return [{ name: target.name, keys: [key] }];
    const category = homes.get(key) as HeldCategory;
    const begun = category.keyType === "group" ? groups.get(category.id) : undefined;
    if (begun !== undefined) {
      begun.keys.push(key);
      return [];
    }
    const entry = { category, name: category.name, keys: [key] };
    groups.set(category.id, entry);
    return [entry];
  });
}

async function newCategory(kagi: Kagi, actor: Actor, name: string, envVarName: string): Promise<HeldCategory> {
  return await createCategory(kagi, actor, { name, keyType: "simple", envVarName });
}

/** `STRIPE_SECRET_KEY` as "Stripe secret key", with a number behind it where that is taken, which it is from now on. */
function freeName(key: string, taken: Map<string, number>): string {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .split("_")
    .filter((word) => word !== "");
  const text = words.map((word) => (SPELT.has(word.toUpperCase()) ? word.toUpperCase() : word.toLowerCase())).join(" ");
  const base = (text === "" ? key : text.charAt(0).toUpperCase() + text.slice(1)).slice(0, NAME_LENGTH - 6);
  // By the number that was reached, many of one name take no longer than as many of different ones.
  let number = (taken.get(fold(base)) ?? 0) + 1;
  while (number > 1 && taken.has(fold(`${base} ${number}`))) number += 1;
  const name = number === 1 ? base : `${base} ${number}`;
  taken.set(fold(base), number);
  if (number > 1) taken.set(fold(name), 1);
  return name;
}

/** What people write in capitals inside a name. */
const SPELT: ReadonlySet<string> = new Set(
  "API AWS CDN CI CSRF CORS DB DNS DSN GCP HTTP HTTPS ID IP JWT OIDC S3 SDK SMS SMTP SQL SSH SSL SSO TLS TTL UI URI URL UUID VPN".split(
    " ",
  ),
);

type Made = Readonly<{
  at: string;
  projectId: string;
  fileId: string;
  created: readonly string[];
  categories: readonly string[];
}>;

/** Throws VALIDATION_ERROR. */
function openMade(kagi: Kagi, actor: Actor, token: string): Made {
  try {
    return openTicket<Made>(kagi.keyring, holderOf(actor), kagi.now(), token);
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    throw new AppError("VALIDATION_ERROR", "This import can be undone no more", { field: "token" }, { cause: error });
  }
}

function holderOf({ userId }: Actor) {
  return { purpose: "undo-import", userId };
}
