import { derived } from "../../derived.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { listCategories } from "../categories/actions.ts";
import type { Category } from "../categories/model.ts";
import { fieldNames } from "../entries/actions.ts";
import { ENVIRONMENTS, type Environment } from "../entries/model.ts";
import { listEnvProjects } from "../envs/actions.ts";
import { type EnvProject, FILE_TYPES } from "../envs/model.ts";
import { listTwoFactors } from "../two-factor/actions.ts";
import type { TwoFactor } from "../two-factor/model.ts";
import { Names, type Query, queryOf, type Rank, rank, together, WORDS } from "./match.ts";
import type { Found, FoundCategory, FoundEntry, FoundProject, Group, GroupName } from "./model.ts";
import { COMMANDS, ENVIRONMENT_ALIASES, FILLERS, PLACES, VERBS, type Verb } from "./places.ts";
import * as queries from "./queries.ts";

/** How many of each sort an answer shows. */
export type Limits = Readonly<Record<GroupName, number>>;

/** For a box that is looked at while typing. */
export const BOX: Limits = {
  recent: 8,
  categories: 4,
  entries: 6,
  "two-factors": 4,
  "env-files": 4,
  actions: 6,
  places: 8,
};

/** For a page that somebody asked for: as much as its weight allows, of which icons are the most. */
export const PAGE: Limits = { ...BOX, categories: 14, entries: 40, "two-factors": 40, "env-files": 40 };

/** As much of the trail as is looked through for what was used last. */
const EVENTS = 200;
/** Entries whose values are offered beside what was found, and fields of each. */
const OFFERED = 2;
const FIELDS_OFFERED = 3;

/**
 * What the owner has of that name, best first: categories, entries, 2FA, env files, pages, and what can be done with
 * them. An empty text gives what was used or made last. Names alone are searched: no description, no notes, no value.
 * Of groups that are offered to copy from, values are opened for the names of the fields that are set.
 */
export async function searchEverywhere(kagi: Kagi, actor: Actor, text: string, limits: Limits): Promise<Group[]> {
  const vault = await readVault(kagi, actor);
  if (text === "") return await recent(kagi, actor, vault, limits);
  const query = queryOf(text);
  const exact = await find(kagi, actor, vault, query, { slips: false, limits });
  return exact.length > 0 ? exact : await find(kagi, actor, vault, query, { slips: true, limits });
}

type Vault = Readonly<{
  categories: CategoryIndex;
  entries: EntryIndex;
  twoFactors: readonly TwoFactor[];
  projects: readonly FoundProject[];
}>;

/** Read anew each time; what is made of lists that the database gives again is remembered with them. */
async function readVault(kagi: Kagi, actor: Actor): Promise<Vault> {
  const [categories, entries, twoFactors, projects, files] = await Promise.all([
    listCategories(kagi, actor, {}),
    kagi.db.all<queries.EntryNamesRow>(queries.entryNames(actor.userId)),
    listTwoFactors(kagi, actor, {}),
    listEnvProjects(kagi, actor, {}),
    kagi.db.all<queries.EnvFileRow>(queries.envFiles(actor.userId)),
  ]);
  const index = categoryIndex(categories.items, undefined);
  return {
    categories: index,
    entries: entryIndex(entries, index),
    twoFactors: twoFactors.items,
    projects: withFiles(projects.items, files),
  };
}

type CategoryIndex = Readonly<{
  list: readonly FoundCategory[];
  rows: ReadonlyMap<string, number>;
  names: Names;
  variables: Names;
  /** Where each category's variables begin, and at last where all of them end. */
  starts: readonly number[];
}>;

const categoryIndex = derived((items: readonly Category[]): CategoryIndex => {
  const list = items.map(({ id, name, keyType, icon, color, envVarName, fieldDefinitions }) => {
    const variables = envVarName === null ? (fieldDefinitions ?? []) : [envVarName];
    return { id, name, keyType, icon, color, variables };
  });
  const starts = [0];
  for (const { variables } of list) starts.push((starts.at(-1) ?? 0) + variables.length);
  return {
    list,
    rows: new Map(list.map(({ id }, row) => [id, row])),
    names: new Names(list.map(({ name }) => name)),
    variables: new Names(list.flatMap(({ variables }) => variables)),
    starts,
  };
});

/** All entries; what is asked of one is read from its line then. */
type EntryIndex = Readonly<{
  /** As `queries.entryNames` writes them. */
  lines: readonly string[];
  names: Names;
  /** Places in ENVIRONMENTS. */
  environments: Uint8Array;
  /** Rows of the index of categories; -1 for one that was made after that was read. */
  categories: Int32Array;
}>;

/** A UUID's. */
const ID_LENGTH = 36;

const entryIndex = derived(([row]: readonly queries.EntryNamesRow[], { rows }: CategoryIndex): EntryIndex => {
  const lines = row?.lines?.split(queries.LINE_END) ?? [];
  const names: string[] = [];
  const environments = new Uint8Array(lines.length);
  const categories = new Int32Array(lines.length);
  for (const [at, line] of lines.entries()) {
    const space = line.indexOf(" ", 2 * ID_LENGTH);
    names.push(line.slice(space + 1));
    environments[at] = ENVIRONMENTS.indexOf(line.slice(2 * ID_LENGTH, space) as Environment);
    categories[at] = rows.get(line.slice(ID_LENGTH, 2 * ID_LENGTH)) ?? -1;
  }
  return { lines, names: new Names(names), environments, categories };
});

const idOf = ({ lines }: EntryIndex, row: number) => (lines[row] as string).slice(0, ID_LENGTH);

/** Of a row whose category is known. */
function entryAt({ categories, entries }: Vault, row: number): FoundEntry {
  const line = entries.lines[row] as string;
  return {
    id: idOf(entries, row),
    name: line.slice(line.indexOf(" ", 2 * ID_LENGTH) + 1),
    environment: ENVIRONMENTS[entries.environments[row] as number] as Environment,
    category: categories.list[entries.categories[row] as number] as FoundCategory,
  };
}

function withFiles(projects: readonly EnvProject[], rows: readonly queries.EnvFileRow[]): FoundProject[] {
  const files = new Map<string, queries.EnvFileRow[]>();
  for (const row of rows) files.set(row.projectId, [...(files.get(row.projectId) ?? []), row]);
  const place = ({ fileType }: queries.EnvFileRow) => FILE_TYPES.indexOf(fileType);
  return projects.map(({ id, name }) => {
    const own = (files.get(id) ?? []).sort((one, other) => place(one) - place(other));
    return { id, name, files: own.map((row) => ({ id: row.id, type: row.fileType })) };
  });
}

const environmentNames = new Names(ENVIRONMENTS.map((environment) => ENVIRONMENT_ALIASES[environment]));
const fileNames = new Names(FILE_TYPES);
const placeNames = new Names(PLACES.map(([, name]) => name));
const placeAliases = new Names(PLACES.map(([, , alias]) => alias));
const commandNames = new Names(COMMANDS.map(([, name]) => name));
const commandAliases = new Names(COMMANDS.map(([, , alias]) => alias));

/** The best few, in order, and how many there were. `tie` puts those in order that fit alike. */
class Best<T> {
  readonly items: (Rank & { item: T })[] = [];
  count = 0;
  readonly #limit: number;
  readonly #tie: (one: T, other: T) => number;

  constructor(limit: number, tie: (one: T, other: T) => number = () => 0) {
    this.#limit = limit;
    this.#tie = tie;
  }

  add(fit: Rank | null, item: T): void {
    if (fit === null) return;
    this.count += 1;
    let at = this.items.length;
    for (; at > 0; at--) {
      const before = this.items[at - 1] as Rank & { item: T };
      if ((before.order - fit.order || this.#tie(before.item, item)) <= 0) break;
    }
    if (at >= this.#limit) return;
    this.items.splice(at, 0, { ...fit, item });
    if (this.items.length > this.#limit) this.items.pop();
  }

  /** What the few are made into that are left. */
  map<Made>(make: (item: T) => Made): Best<Made> {
    const made = new Best<Made>(this.#limit);
    for (const { item, ...fit } of this.items) made.items.push({ ...fit, item: make(item) });
    made.count = this.count;
    return made;
  }
}

type How = Readonly<{ slips: boolean; limits: Limits }>;

async function find(kagi: Kagi, actor: Actor, vault: Vault, query: Query, how: How): Promise<Group[]> {
  const categories = findCategories(vault, query, how);
  const entries = findEntries(vault, query, how);
  const twoFactors = findTwoFactors(vault, query, how);
  const actions = new Best<Found>(how.limits.actions);
  const offered = [
    ...(await offeredActions(kagi, actor, { categories, entries, twoFactors })),
    ...(await askedActions(kagi, actor, vault, query, how)),
    ...named(COMMANDS, commandNames, commandAliases, query, how).map(({ item: [command, name], ...fit }) => ({
      ...fit,
      item: { kind: "command", command, name } as const,
    })),
  ];
  for (const { item, ...fit } of offered) actions.add(fit, item);
  const places = new Best<Found>(how.limits.places);
  for (const { item, ...fit } of named(PLACES, placeNames, placeAliases, query, how))
    places.add(fit, { kind: "place", place: item[0], name: item[1] });
  const groups = [
    groupOf("categories", categories, (category) => ({ kind: "category", category })),
    groupOf("entries", entries, (entry) => ({ kind: "entry", entry })),
    groupOf("actions", actions, (action) => action),
    groupOf("two-factors", twoFactors, (twoFactor) => ({ kind: "two-factor", twoFactor })),
    groupOf("env-files", findEnvFiles(vault, query, how), (found) => found),
    groupOf("places", places, (place) => place),
  ];
  return groups
    .filter(({ group }) => group.results.length > 0)
    .sort((one, other) => one.order - other.order)
    .map(({ group }) => group);
}

function groupOf<T>(name: GroupName, best: Best<T>, found: (item: T) => Found): { group: Group; order: number } {
  const results = best.items.map(({ item }) => found(item));
  return { group: { name, results, more: best.count - results.length }, order: best.items[0]?.order ?? 0 };
}

function findCategories({ categories }: Vault, query: Query, { slips, limits }: How): Best<FoundCategory> {
  const { names, variables } = looksAt(categories, query, slips);
  const best = new Best<FoundCategory>(limits.categories, newestFirst);
  const fields = { names: [names, variables] };
  for (const [row, category] of categories.list.entries()) best.add(rank(query, fields, [row, row]), category);
  return best;
}

function looksAt({ names, variables, starts }: CategoryIndex, query: Query, slips: boolean) {
  return { names: names.look(query, slips), variables: together(variables.look(query, slips), starts) };
}

function findEntries(vault: Vault, query: Query, { slips, limits }: How): Best<FoundEntry> {
  const { names, variables } = looksAt(vault.categories, query, slips);
  const { lines, names: own, environments, categories } = vault.entries;
  const fields = { names: [own.look(query, slips), names, variables], aside: environmentNames.look(query, slips) };
  const best = new Best<number>(limits.entries, byEnvironment(vault.entries));
  const rows = [0, 0, 0, 0];
  for (let row = 0; row < lines.length; row++) {
    const category = categories[row] as number;
    if (category < 0) continue;
    rows[0] = row;
    rows[1] = category;
    rows[2] = category;
    rows[3] = environments[row] as number;
    best.add(rank(query, fields, rows), row);
  }
  return best.map((row) => entryAt(vault, row));
}

function findTwoFactors({ twoFactors }: Vault, query: Query, { slips, limits }: How): Best<TwoFactor> {
  const services = new Names(twoFactors.map(({ service }) => service)).look(query, slips);
  const accounts = new Names(twoFactors.map(({ accountName }) => accountName)).look(query, slips);
  const best = new Best<TwoFactor>(limits["two-factors"], newestFirst);
  const fields = { names: [services, accounts] };
  for (const [row, twoFactor] of twoFactors.entries()) best.add(rank(query, fields, [row, row]), twoFactor);
  return best;
}

/** Projects, and those of their files that the query names. */
function findEnvFiles({ projects }: Vault, query: Query, { slips, limits }: How): Best<Found> {
  const names = new Names(projects.map(({ name }) => name)).look(query, slips);
  const inFile = { names: [names], aside: fileNames.look(query, slips) };
  const best = new Best<Found>(limits["env-files"]);
  for (const [row, project] of projects.entries()) {
    best.add(rank(query, { names: [names] }, [row]), { kind: "project", project });
    for (const file of project.files) {
      const fit = rank(query, inFile, [row, FILE_TYPES.indexOf(file.type)]);
      if (fit?.field === FILE) best.add(fit, { kind: "file", project, file: file.type });
    }
  }
  return best;
}

/** The field of a file that is its type; without it the project alone is what was found. */
const FILE = 1;

type Offer<T = Found> = Rank & Readonly<{ item: T }>;

function named<T extends readonly unknown[]>(
  list: readonly T[],
  names: Names,
  aliases: Names,
  query: Query,
  { slips }: How,
): Offer<T>[] {
  const fields = { names: [names.look(query, slips)], aside: aliases.look(query, slips) };
  return list.flatMap((item, row) => {
    const fit = rank(query, fields, [row, row]);
    return fit === null ? [] : [{ ...fit, item }];
  });
}

type Things = Readonly<{
  categories: Best<FoundCategory>;
  entries: Best<FoundEntry>;
  twoFactors: Best<TwoFactor>;
}>;

/** What people do with the best of what was found, behind it in the order. */
async function offeredActions(kagi: Kagi, actor: Actor, { categories, entries, twoFactors }: Things): Promise<Offer[]> {
  const best = entries.items.slice(0, OFFERED);
  const [category] = categories.items;
  const [twoFactor] = twoFactors.items;
  const behind = (found: Rank) => ({ field: 0, order: Math.max(found.order, best[0]?.order ?? 0) + BEHIND });
  const offers: Offer[] = [];
  const copies = await copyActionsOf(
    kagi,
    actor,
    best.map(({ item }) => item),
  );
  for (const [at, found] of best.entries())
    for (const item of [...(copies[at] ?? []), { kind: "reveal", entry: found.item } as const])
      offers.push({ ...behind(found), item });
  if (twoFactor?.item.hasSecret)
    offers.push({ ...behind(twoFactor), item: { kind: "copy-code", twoFactor: twoFactor.item } });
  if (category?.field === 0) offers.push({ ...behind(category), item: { kind: "new-entry", category: category.item } });
  return offers;
}

/** Less than between any two orders. */
const BEHIND = 0.5;

/** What can be copied of each. A group has no value as a whole to copy, but that of each field that is set. */
async function copyActionsOf(kagi: Kagi, actor: Actor, entries: readonly FoundEntry[]): Promise<Found[][]> {
  const names = await fieldNames(kagi, actor, entries);
  return entries.map((entry) => {
    const fields = entry.category.keyType === "group" ? (names.get(entry.id) ?? []).slice(0, FIELDS_OFFERED) : [null];
    return fields.map((field) => ({ kind: "copy", entry, field }));
  });
}

/** "copy openai blog", "new stripe": a word that asks for something, and the things to do it with. */
async function askedActions(kagi: Kagi, actor: Actor, vault: Vault, query: Query, how: How): Promise<Offer[]> {
  const asked = verbIn(query);
  if (asked === null) return [];
  const { verb, rest } = asked;
  const limits = { ...how.limits, categories: how.limits.actions, entries: ASKED, "two-factors": ASKED };
  // In this very order, and before all that does not begin with what was typed.
  const offer = (items: readonly Found[]) =>
    items.map((item, at) => ({ field: 0, order: WORDS - 1 + at / items.length, item }));
  if (verb === "new") {
    const found = findCategories(vault, rest, { ...how, limits });
    return offer(found.items.map(({ item }) => ({ kind: "new-entry", category: item })));
  }
  const entries = findEntries(vault, rest, { ...how, limits }).items.map(({ item }) => item);
  if (verb === "reveal") return offer(entries.map((entry) => ({ kind: "reveal", entry })));
  const copies = await copyActionsOf(kagi, actor, entries);
  const codes = findTwoFactors(vault, rest, { ...how, limits }).items.filter(({ item }) => item.hasSecret);
  return offer([...copies.flat(), ...codes.map(({ item }) => ({ kind: "copy-code", twoFactor: item }) as const)]);
}

/** Things of each kind that a verb is offered for. */
const ASKED = 3;

function verbIn({ tokens }: Query): { verb: Verb; rest: Query } | null {
  for (const verb of VERB_NAMES) {
    const at = tokens.findIndex((token) => VERBS[verb].includes(token));
    if (at < 0) continue;
    const others = tokens.toSpliced(at, 1);
    const telling = others.filter((token) => !FILLERS.has(token));
    return { verb, rest: queryOf((telling.length === 0 ? others : telling).join(" ")) };
  }
  return null;
}

const VERB_NAMES = Object.keys(VERBS) as Verb[];

/** What the owner used, made or changed last, as far as the trail tells; then what is newest. */
async function recent(kagi: Kagi, actor: Actor, vault: Vault, limits: Limits): Promise<Group[]> {
  const events = await kagi.db.all<queries.EventRow>(queries.lastEvents(actor.userId, EVENTS));
  const known = thingsById(vault, new Set(events.map(({ thingId }) => thingId ?? "")));
  // What a script reveals is nothing that somebody looked at.
  const used = events.filter(({ credential, verb }) => credential !== "key" || verb !== "reveal");
  const results = new Map<string, Found>();
  for (const { thingId } of used) {
    const found = known.get(thingId ?? "");
    const id = found?.kind === "project" ? found.project.id : (thingId ?? "");
    if (found !== undefined && results.size < limits.recent && !results.has(id)) results.set(id, found);
  }
  for (const entry of newestEntries(vault, limits.recent))
    if (results.size < limits.recent) results.set(entry.id, { kind: "entry", entry });
  for (const category of vault.categories.list)
    if (results.size < limits.recent) results.set(category.id, { kind: "category", category });
  const commands = COMMANDS.slice(0, COMMANDS_AT_FIRST);
  const groups: Group[] = [
    { name: "recent", results: [...results.values()], more: 0 },
    { name: "actions", results: commands.map(([command, name]) => ({ kind: "command", command, name })), more: 0 },
    { name: "places", results: PLACES.map(([place, name]) => ({ kind: "place", place, name })), more: 0 },
  ];
  return groups.filter((group) => group.results.length > 0);
}

const COMMANDS_AT_FIRST = 4;

/** Of the ids that are asked for, those that are there. */
function thingsById(vault: Vault, ids: ReadonlySet<string>): ReadonlyMap<string, Found> {
  const known = new Map<string, Found>();
  for (const category of vault.categories.list)
    if (ids.has(category.id)) known.set(category.id, { kind: "category", category });
  for (let row = 0; row < vault.entries.lines.length; row++) {
    const id = idOf(vault.entries, row);
    if (ids.has(id) && (vault.entries.categories[row] as number) >= 0)
      known.set(id, { kind: "entry", entry: entryAt(vault, row) });
  }
  for (const twoFactor of vault.twoFactors) known.set(twoFactor.id, { kind: "two-factor", twoFactor });
  for (const project of vault.projects) {
    known.set(project.id, { kind: "project", project });
    // The file of a project was looked at in its project.
    for (const { id } of project.files) known.set(id, { kind: "project", project });
  }
  return known;
}

function newestEntries(vault: Vault, limit: number): FoundEntry[] {
  const { lines, categories } = vault.entries;
  const best = new Best<number>(limit, byId(lines));
  for (let row = 0; row < lines.length; row++) if ((categories[row] as number) >= 0) best.add(ALIKE, row);
  return best.items.map(({ item }) => entryAt(vault, item));
}

/** Of things that only their time puts in order. */
const ALIKE: Rank = { order: 0, field: 0 };

/** Ids are made in the order of time. */
function newestFirst(one: { id: string }, other: { id: string }): number {
  return one.id < other.id ? 1 : one.id > other.id ? -1 : 0;
}

/** The same of rows, whose lines begin with their ids. */
function byId(lines: readonly string[]) {
  return (one: number, other: number) => ((lines[one] as string) < (lines[other] as string) ? 1 : -1);
}

/** The environments in their order, so that what comes first stays first when something is edited. */
function byEnvironment({ lines, environments }: EntryIndex) {
  const newest = byId(lines);
  return (one: number, other: number) =>
    (environments[other] as number) - (environments[one] as number) || newest(one, other);
}
