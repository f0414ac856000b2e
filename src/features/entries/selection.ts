import { EnvelopeError } from "../../crypto/envelope.ts";
import { sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { AppError, invalid } from "../../errors.ts";
import { fold } from "../../fold.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { recordEach } from "../audit/actions.ts";
import { categoriesById, type HeldCategory, holdCategories, holdCategory } from "../categories/actions.ts";
import { foundBy } from "./list.ts";
import type { BulkChange, Environment, Selection } from "./model.ts";
import * as queries from "./queries.ts";
import { checkFits, openValue } from "./value.ts";

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
  const now = kagi.now();
  return await kagi.db.transaction(async (tx) => {
    const seen = await read(tx, actor, selection, now);
    if (seen.digest !== digest) return { kind: "other entries" };
    const concerned = [...new Set(seen.entries.map(({ category }) => category.id))];
    await holdCategories(tx, actor, change.verb === "move" ? [...concerned, change.to] : concerned);
    // Whoever files, changes, moves or deletes an entry holds its category first; so from here on these stay.
    const held = await read(tx, actor, selection, now);
    if (held.digest !== digest) return { kind: "other entries" };
    const changing = held.entries.filter((entry) => !isSo(entry, change));
    const obstacles = await obstaclesOf(kagi, tx, actor, changing, change);
    if (obstacles.length > 0) return { kind: "refused", obstacles };
    await write(tx, actor, changing, change, now.toISOString());
    await count(tx, actor, changing, change);
    const things = changing.map(({ id, name }) => ({ kind: "entry", id, name: newName(name, change) }) as const);
    await recordEach(kagi, tx, actor, change.verb === "delete" ? "delete" : "change", things, {
      detail: `selected=${held.entries.length}`,
    });
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

function* portions<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += queries.IDS_AT_ONCE)
    yield items.slice(from, from + queries.IDS_AT_ONCE);
}

function isSo(entry: SelectedEntry, change: BulkChange): boolean {
  switch (change.verb) {
    case "environment":
      return entry.environment === change.to;
    case "move":
      return entry.category.id === change.to;
    case "rename":
      return entry.name === change.to;
    case "delete":
      return false;
  }
}

async function obstaclesOf(
  kagi: Kagi,
  tx: Db,
  actor: Actor,
  changing: readonly SelectedEntry[],
  change: BulkChange,
): Promise<Obstacle[]> {
  if (change.verb === "delete") return [];
  const misfits = change.verb === "move" ? await misfitsOf(kagi, tx, actor, changing, change.to) : [];
  return [...misfits, ...(await doublesOf(tx, actor, changing, change))];
}

/** Those whose place in the category, by name and environment, would be taken. */
async function doublesOf(
  tx: Db,
  actor: Actor,
  changing: readonly SelectedEntry[],
  change: Exclude<BulkChange, { verb: "delete" }>,
): Promise<Obstacle[]> {
  const where =
    change.verb === "environment"
      ? { environment: change.to }
      : change.verb === "rename"
        ? { name: change.to }
        : { category: change.to };
  const there = await tx.all<queries.SelectedRow>(queries.entriesAt(actor, where));
  const place = (category: string, name: string, environment: string) => `${category}\n${environment}\n${fold(name)}`;
  const own = new Set(changing.map(({ id }) => id));
  const taken = new Map<string, "stays" | "comes">(
    there
      .filter(({ id }) => !own.has(id))
      .map((row) => [place(row.categoryId, row.name, row.environment), "stays"] as const),
  );
  return changing.flatMap((entry) => {
    const name = newName(entry.name, change);
    const environment = change.verb === "environment" ? change.to : entry.environment;
    const at = place(change.verb === "move" ? change.to : entry.category.id, name, environment);
    const by = taken.get(at);
    taken.set(at, by ?? "comes");
    if (by === undefined) return [];
    const what = `${name} (${environment})`;
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
  for (const ids of portions([...groups.keys()])) {
    const rows = await tx.all<{ id: string; sealedValue: string }>(queries.sealedAmong(actor, ids));
    for (const { id, sealedValue } of rows) {
      const entry = groups.get(id);
      if (entry === undefined) continue;
      try {
        checkFits(openValue(kagi.keyring, id, sealedValue, "group"), target);
      } catch (error) {
        if (error instanceof AppError)
          obstacles.push({ entry, why: `it has fields that ${target.name} does not define` });
        else if (error instanceof EnvelopeError) obstacles.push({ entry, why: "its value does not open" });
        else throw error;
      }
    }
  }
  return obstacles;
}

async function write(
  tx: Db,
  actor: Actor,
  changing: readonly SelectedEntry[],
  change: BulkChange,
  at: string,
): Promise<void> {
  for (const ids of portions(changing.map(({ id }) => id))) {
    if (change.verb === "environment") await tx.run(queries.setEnvironment(actor, ids, change.to, at));
    else if (change.verb === "move") await tx.run(queries.setCategory(actor, ids, change.to, at));
    else if (change.verb === "rename") await tx.run(queries.setName(actor, ids, change.to, at));
    else await tx.run(queries.deleteEntries(actor, ids));
  }
}

/** Keeps the counts of the categories that the entries leave and come to. */
async function count(tx: Db, actor: Actor, changing: readonly SelectedEntry[], change: BulkChange): Promise<void> {
  if (change.verb === "rename") return;
  const changes = new Map<string, Partial<Record<Environment, number>>>();
  const add = (id: string, environment: Environment, by: number) => {
    const counts = changes.get(id) ?? {};
    changes.set(id, { ...counts, [environment]: (counts[environment] ?? 0) + by });
  };
  for (const { category, environment } of changing) {
    add(category.id, environment, -1);
    if (change.verb === "environment") add(category.id, change.to, 1);
    if (change.verb === "move") add(change.to, environment, 1);
  }
  for (const id of [...changes.keys()].sort()) await holdCategory(tx, actor, id, changes.get(id));
}

function newName(name: string, change: BulkChange): string {
  return change.verb === "rename" ? change.to : name;
}
