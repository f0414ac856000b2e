import { sha256 } from "../../crypto/tokens.ts";
import type { Owner } from "../../db/owned.ts";
import type { Db, Sql } from "../../db/sql.ts";
import { invalid } from "../../errors.ts";
import { fold } from "../../fold.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { recordEach } from "../audit/actions.ts";
import { categoriesById, type HeldCategory, holdCategories, holdCategory } from "../categories/actions.ts";
import { openEntries, portions } from "./actions.ts";
import { foundBy } from "./list.ts";
import type { BulkChange, Environment, Selection } from "./model.ts";
import * as queries from "./queries.ts";
import { fits } from "./value.ts";

export type SelectedEntry = Readonly<{ id: string; name: string; environment: Environment; category: HeldCategory }>;

/**
 * The entries of a selection. `digest` stands for exactly these, as they are now; `missing` is how many of the chosen
 * ids are no entry of the actor's.
 */
export type Selected = Readonly<{ entries: readonly SelectedEntry[]; digest: string; missing: number }>;

/** An entry that stands in the way of a change, and why. */
export type Obstacle = Readonly<{ entry: SelectedEntry; why: string }>;

/** `changed` are entries that were not so already. Otherwise nothing was written. */
export type Outcome =
  | Readonly<{ kind: "done"; changed: number }>
  | Readonly<{ kind: "other entries" }>
  | Readonly<{ kind: "refused"; obstacles: readonly Obstacle[] }>;

/** Changes nothing. */
export async function readSelection(kagi: Kagi, actor: Actor, selection: Selection): Promise<Selected> {
  return await read(kagi.db, actor, selection, kagi.now());
}

/**
 * Does one thing to all entries of a selection, or to none: those that `digest` stands for, and no others. Throws
 * VALIDATION_ERROR for a category that is not the actor's.
 */
export async function changeSelection(
  kagi: Kagi,
  actor: Actor,
  selection: Selection,
  digest: string,
  change: BulkChange,
): Promise<Outcome> {
  const plan = planOf(change);
  const now = kagi.now();
  return await kagi.db.transaction(async (tx) => {
    const seen = await read(tx, actor, selection, now);
    if (seen.digest !== digest) return { kind: "other entries" };
    const concerned = new Set(seen.entries.map(({ category }) => category.id));
    if (plan.enters !== null) concerned.add(plan.enters);
    await holdCategories(tx, actor, [...concerned]);
    // Whoever files, changes, moves or deletes an entry holds its category first; so from here on these stay.
    const held = await read(tx, actor, selection, now);
    if (held.digest !== digest) return { kind: "other entries" };
    const changing = held.entries.filter((entry) => !isSo(entry, plan));
    const obstacles = await obstaclesOf(kagi, tx, actor, changing, plan);
    if (obstacles.length > 0) return { kind: "refused", obstacles };
    const at = now.toISOString();
    for (const ids of portions(changing.map(({ id }) => id))) await tx.run(plan.write(actor, ids, at));
    await count(tx, actor, changing, plan);
    const things = changing.map((entry) => {
      const { id, name } = { ...entry, ...plan.after(entry) };
      return { kind: "entry", id, name } as const;
    });
    await recordEach(kagi, tx, actor, plan.trail, things, { detail: `selected=${held.entries.length}` });
    return { kind: "done", changed: changing.length };
  });
}

/**
 * Entries as a text short enough for an address: a bit for each that the actor has, in the order in which they were
 * made, so that those which come later change nothing, and a check, by which `markedEntries` knows what they were.
 */
export async function marksOf(kagi: Kagi, actor: Actor, ids: readonly string[]): Promise<string> {
  const chosen = new Set(ids);
  const all = await kagi.db.all<{ id: string }>(queries.allIds(actor));
  const bits = new Uint8Array(Math.ceil(all.length / 8));
  const marked: string[] = [];
  for (const [place, { id }] of all.entries()) {
    if (!chosen.has(id)) continue;
    bits[place >> 3] = (bits[place >> 3] as number) | (1 << (place & 7));
    marked.push(id);
  }
  return `${checkOf(marked)}.${bits.toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

/** The ids again; null when the text is no such marks, or entries before the last of them are gone since. */
export async function markedEntries(kagi: Kagi, actor: Actor, marks: string): Promise<readonly string[] | null> {
  const [check, text = ""] = marks.split(".", 2);
  if (!/^[\w-]*$/.test(text)) return null;
  const bits = Buffer.from(text, "base64url");
  const all = await kagi.db.all<{ id: string }>(queries.allIds(actor));
  const ids = all.filter((_, place) => ((bits[place >> 3] ?? 0) >> (place & 7)) % 2 === 1).map(({ id }) => id);
  return check === checkOf(ids) ? ids : null;
}

function checkOf(ids: readonly string[]): string {
  return sha256(ids.join()).slice(0, 16);
}

/** Where an entry is: nothing else has the same name and environment in its category. */
type Place = Readonly<{ name: string; environment: Environment; categoryId: string }>;

/** All that one change of many entries comes to. */
type Plan = Readonly<{
  /** Where an entry is afterwards, null when it is gone; one that is there already is left as it is. */
  after: (entry: SelectedEntry) => Place | null;
  /** What all of them have in common afterwards: the entries that have it already may be in the way. */
  comesTo: queries.Where | null;
  /** The category that they have to fit into, null for their own. */
  enters: string | null;
  write: (owner: Owner, ids: readonly string[], at: string) => Sql;
  trail: "change" | "delete";
}>;

function planOf(change: BulkChange): Plan {
  switch (change.verb) {
    case "environment":
      return {
        after: (entry) => ({ ...placeOf(entry), environment: change.to }),
        comesTo: { environment: change.to },
        enters: null,
        write: (owner, ids, at) => queries.setEnvironment(owner, ids, change.to, at),
        trail: "change",
      };
    case "move":
      return {
        after: (entry) => ({ ...placeOf(entry), categoryId: change.to }),
        comesTo: { category: change.to },
        enters: change.to,
        write: (owner, ids, at) => queries.setCategory(owner, ids, change.to, at),
        trail: "change",
      };
    case "rename":
      return {
        after: (entry) => ({ ...placeOf(entry), name: change.to }),
        comesTo: { name: change.to },
        enters: null,
        write: (owner, ids, at) => queries.setName(owner, ids, change.to, at),
        trail: "change",
      };
    case "delete":
      return {
        after: () => null,
        comesTo: null,
        enters: null,
        write: queries.deleteEntries,
        trail: "delete",
      };
  }
}

function placeOf({ name, environment, category }: SelectedEntry): Place {
  return { name, environment, categoryId: category.id };
}

function isSo(entry: SelectedEntry, { after }: Plan): boolean {
  const [before, then] = [placeOf(entry), after(entry)];
  return (
    then !== null &&
    then.name === before.name &&
    then.environment === before.environment &&
    then.categoryId === before.categoryId
  );
}

async function read(db: Db, actor: Actor, selection: Selection, now: Date): Promise<Selected> {
  const without = new Set(selection.without);
  const rows = (await rowsOf(db, actor, selection, now)).filter(({ id }) => !without.has(id));
  const categories = await categoriesById(db, actor);
  const entries = rows.flatMap(({ id, name, environment, categoryId }) => {
    const category = categories.get(categoryId);
    return category === undefined ? [] : [{ id, name, environment, category }];
  });
  const state = rows.map(({ id, categoryId, name, environment, updatedAt }) => [
    id,
    categoryId,
    name,
    environment,
    updatedAt,
  ]);
  const missing = "ids" in selection ? new Set(selection.ids).difference(without).size - rows.length : 0;
  return { entries, digest: sha256(JSON.stringify(state)), missing };
}

async function rowsOf(db: Db, actor: Actor, selection: Selection, now: Date): Promise<readonly queries.SelectedRow[]> {
  if ("filter" in selection)
    return await db.all<queries.SelectedRow>(queries.selectFound(actor, foundBy(selection.filter, now)));
  const rows: queries.SelectedRow[] = [];
  for (const ids of portions([...new Set(selection.ids)]))
    rows.push(...(await db.all<queries.SelectedRow>(queries.selectChosen(actor, ids))));
  return rows.sort((one, other) => (`${one.nameFolded}\n${one.id}` < `${other.nameFolded}\n${other.id}` ? -1 : 1));
}

async function obstaclesOf(
  kagi: Kagi,
  tx: Db,
  actor: Actor,
  changing: readonly SelectedEntry[],
  plan: Plan,
): Promise<Obstacle[]> {
  const misfits = plan.enters === null ? [] : await misfitsOf(kagi, tx, actor, changing, plan.enters);
  return [...misfits, ...(await doublesOf(tx, actor, changing, plan))];
}

/** Those whose place is taken. */
async function doublesOf(
  tx: Db,
  actor: Actor,
  changing: readonly SelectedEntry[],
  { after, comesTo }: Plan,
): Promise<Obstacle[]> {
  if (comesTo === null) return [];
  const there = await tx.all<queries.SelectedRow>(queries.entriesAt(actor, comesTo));
  const key = ({ categoryId, name, environment }: Place) => `${categoryId}\n${environment}\n${fold(name)}`;
  const own = new Set(changing.map(({ id }) => id));
  const taken = new Map<string, "stays" | "comes">(
    there.filter(({ id }) => !own.has(id)).map((row) => [key(row), "stays"] as const),
  );
  return changing.flatMap((entry) => {
    const place = after(entry);
    if (place === null) return [];
    const by = taken.get(key(place));
    taken.set(key(place), by ?? "comes");
    if (by === undefined) return [];
    const what = `${place.name} (${place.environment})`;
    return [
      { entry, why: by === "stays" ? `there is ${what} already` : `another of the selected would be ${what} as well` },
    ];
  });
}

async function misfitsOf(
  kagi: Kagi,
  tx: Db,
  actor: Actor,
  moving: readonly SelectedEntry[],
  to: string,
): Promise<Obstacle[]> {
  const target = (await categoriesById(tx, actor)).get(to);
  if (target === undefined) throw invalid("to", "must be one of your categories");
  const { keyType, fieldDefinitions } = target;
  const others = moving.filter(({ category }) => category.keyType !== keyType);
  const obstacles = others.map((entry) => ({
    entry,
    why: `it is of type ${entry.category.keyType}, ${target.name} of type ${keyType}`,
  }));
  if (keyType !== "group" || fieldDefinitions === null) return obstacles;
  const groups = new Map(moving.filter(({ category }) => category.keyType === "group").map((one) => [one.id, one]));
  for (const [id, { value }] of await openEntries(kagi, tx, actor, [...groups.keys()])) {
    const entry = groups.get(id);
    if (entry === undefined) continue;
    if (value === null) obstacles.push({ entry, why: "its value does not open" });
    else if (!fits(value, target)) obstacles.push({ entry, why: `it has fields that ${target.name} does not define` });
  }
  return obstacles;
}

/** Keeps the counts of the categories that the entries leave and come to. */
async function count(tx: Db, actor: Actor, changing: readonly SelectedEntry[], { after }: Plan): Promise<void> {
  const changes = new Map<string, Partial<Record<Environment, number>>>();
  const add = ({ categoryId, environment }: Place, by: number) => {
    const counts = changes.get(categoryId) ?? {};
    changes.set(categoryId, { ...counts, [environment]: (counts[environment] ?? 0) + by });
  };
  for (const entry of changing) {
    const then = after(entry);
    add(placeOf(entry), -1);
    if (then !== null) add(then, 1);
  }
  for (const id of [...changes.keys()].sort()) await holdCategory(tx, actor, id, changes.get(id));
}
