import { newId } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { derived } from "../../derived.ts";
import { AppError, conflict, invalid, uniquely } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { type Page, pageOf } from "../../schema.ts";
import { record } from "../audit/actions.ts";
import type { Thing } from "../audit/model.ts";
import { isIconSlug } from "../icons/actions.ts";
import type { Category, CategoryChange, CategoryInput, CategoryQuery } from "./model.ts";
import * as queries from "./queries.ts";

const TAKEN = "A category with that name exists";

/** Newest first. */
export async function listCategories(kagi: Kagi, actor: Actor, query: CategoryQuery): Promise<Page<Category>> {
  const { search = null, cursor = null, limit = null } = query;
  const rows = await kagi.db.all<queries.CategoryRow>(
    queries.listCategories(actor, { search: search || null, cursor, limit: limit === null ? null : limit + 1 }),
  );
  return pageOf(fromRows(rows, undefined), limit);
}

/** Throws CATEGORY_NOT_FOUND. */
export async function getCategory(kagi: Kagi, actor: Actor, id: string): Promise<Category> {
  return await find(kagi.db, actor, id);
}

export async function createCategory(kagi: Kagi, actor: Actor, input: CategoryInput): Promise<Category> {
  await checkIcon(input.icon ?? null);
  const at = kagi.now().toISOString();
  const category = checked({
    id: newId(),
    userId: actor.userId,
    name: input.name,
    keyType: input.keyType,
    envVarName: input.envVarName ?? null,
    fieldDefinitions: input.fieldDefinitions ?? null,
    icon: input.icon ?? null,
    color: input.color ?? null,
    description: input.description ?? null,
    entryCount: 0,
    createdAt: at,
    updatedAt: at,
  });
  await kagi.db.transaction(async (tx) => {
    await uniquely(tx.run(queries.insertCategory(category)), TAKEN, "name");
    await record(kagi, tx, actor, "create", thing(category));
  });
  return category;
}

/** Only what `change` has changes. Throws CATEGORY_NOT_FOUND, CONFLICT for a taken name or a type with entries. */
export async function updateCategory(kagi: Kagi, actor: Actor, id: string, change: CategoryChange): Promise<Category> {
  await checkIcon(change.icon ?? null);
  return await kagi.db.transaction(async (tx) => {
    // Held first: PostgreSQL would look for entries as of before it waited for whoever is filing one.
    await tx.get(queries.countEntries(actor.userId, id, {}));
    const before = await find(tx, actor, id);
    if (Object.keys(change).length === 0) return before;
    const category = checked({ ...before, ...retyped(before, change), updatedAt: kagi.now().toISOString() });
    if (!(await uniquely(tx.get(queries.updateCategory(category)), TAKEN, "name"))) {
      throw conflict("keyType cannot change while the category has entries", "keyType");
    }
    await record(kagi, tx, actor, "change", thing(category));
    return category;
  });
}

/** Deletes its entries with it. Throws CATEGORY_NOT_FOUND. */
export async function deleteCategory(kagi: Kagi, actor: Actor, id: string): Promise<void> {
  await kagi.db.transaction(async (tx) => {
    // Held first, so that no entry is filed between the count and the deletion.
    await tx.get(queries.countEntries(actor.userId, id, {}));
    const category = await find(tx, actor, id);
    await tx.run(queries.deleteCategory(actor.userId, id));
    await record(kagi, tx, actor, "delete", thing(category), { detail: `entries=${category.entryCount}` });
  });
}

/** Deletes a category that has no entries and is as it was made `at` that time. Throws CONFLICT for any other. */
export async function takeBackCategory(kagi: Kagi, tx: Db, actor: Actor, id: string, at: string): Promise<void> {
  const deleted = await tx.get<{ name: string }>(queries.deleteUntouchedCategory(actor.userId, id, at));
  if (!deleted) throw conflict("A category has been changed or used since; nothing was undone");
  await record(kagi, tx, actor, "delete", thing({ id, name: deleted.name }), { detail: "entries=0" });
}

/** What an entry says of its category. */
export type HeldCategory = Pick<
  Category,
  "id" | "name" | "keyType" | "envVarName" | "fieldDefinitions" | "icon" | "color"
>;

/**
 * The category that an entry is about to be filed under, or to leave, which stays as it is until `tx` ends; `change` is
 * added to its counts. Undefined when it is gone.
 */
export async function holdCategory(
  tx: Db,
  actor: Actor,
  id: string,
  change: queries.CountChange = {},
): Promise<HeldCategory | undefined> {
  const held = await tx.get<queries.HeldCategory>(queries.countEntries(actor.userId, id, change));
  return held && { ...held, fieldDefinitions: parseFields(held.fieldDefinitions) };
}

/** Holds several until `tx` ends, in one order, so that two who want the same do not wait for each other. */
export async function holdCategories(tx: Db, actor: Actor, ids: readonly string[]): Promise<void> {
  for (const id of [...new Set(ids)].sort()) await holdCategory(tx, actor, id);
}

/** Every category of the owner by id. */
export async function categoriesById(db: Db, actor: Actor): Promise<ReadonlyMap<string, HeldCategory>> {
  const rows = await db.all<queries.CategoryRow>(
    queries.listCategories(actor, { search: null, cursor: null, limit: null }),
  );
  return byId(rows, undefined);
}

/** Deletes all of the owner's categories and so all entries; the count of categories. */
export async function deleteAllCategories(tx: Db, actor: Actor): Promise<number> {
  return (await tx.all(queries.deleteCategoriesOf(actor.userId))).length;
}

async function find(db: Db, actor: Actor, id: string): Promise<Category> {
  const row = await db.get<queries.CategoryRow>(queries.findCategory(actor, id));
  if (!row) throw new AppError("CATEGORY_NOT_FOUND");
  return fromRow(row);
}

/** A new type drops what only the old one had, unless the same change brings it anew. */
function retyped(before: Category, change: CategoryChange): Partial<Category> {
  const keyType = change.keyType ?? before.keyType;
  if (keyType === before.keyType) return change;
  return { envVarName: null, fieldDefinitions: null, ...change };
}

/** What must hold between a category's members. */
function checked(category: Category): Category {
  const { keyType, envVarName, fieldDefinitions } = category;
  if (keyType === "simple" && envVarName === null)
    throw new AppError("CATEGORY_SIMPLE_REQUIRES_ENV_VAR", undefined, { field: "envVarName" });
  if (keyType !== "simple" && envVarName !== null) throw invalid("envVarName", "is for simple categories only");
  if (keyType !== "group" && fieldDefinitions !== null)
    throw invalid("fieldDefinitions", "is for group categories only");
  return category;
}

/** Looked up in a file, so not while a transaction is open. */
async function checkIcon(icon: string | null): Promise<void> {
  if (icon !== null && !(await isIconSlug(icon))) throw invalid("icon", "is not the slug of a Simple Icons icon");
}

const fromRows = derived((rows: readonly queries.CategoryRow[]) => rows.map(fromRow));
const byId = derived(
  (rows: readonly queries.CategoryRow[]) =>
    new Map(
      rows.map(({ id, name, keyType, envVarName, fieldDefinitions, icon, color }) => [
        id,
        { id, name, keyType, envVarName, fieldDefinitions: parseFields(fieldDefinitions), icon, color },
      ]),
    ),
);

function fromRow(row: queries.CategoryRow): Category {
  return { ...row, fieldDefinitions: parseFields(row.fieldDefinitions) };
}

function parseFields(text: string | null): string[] | null {
  return text === null ? null : (JSON.parse(text) as string[]);
}

function thing(category: { id: string; name: string }): Thing {
  return { kind: "category", id: category.id, name: category.name };
}
