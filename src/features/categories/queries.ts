import { type Owner, ownEntries, seesAll } from "../../db/owned.ts";
import { all, contains, fold, type Sql, sql } from "../../db/sql.ts";
import type { Environment } from "../entries/model.ts";
import type { Category } from "./model.ts";

export type CategoryRow = Omit<Category, "fieldDefinitions"> & { fieldDefinitions: string | null };

const columnsFor = (owner: Owner): Sql => sql`
  c.id, c.user_id AS "userId", c.name, c.key_type AS "keyType", c.env_var_name AS "envVarName",
  c.field_definitions AS "fieldDefinitions", c.icon, c.color, c.description,
  ${entryCount(owner)} AS "entryCount",
  c.created_at AS "createdAt", c.updated_at AS "updatedAt"`;

/** The counts are of all entries; who sees some has those counted. */
const entryCount = (owner: Owner): Sql =>
  seesAll(owner)
    ? sql`c.development_count + c.staging_count + c.production_count`
    : sql`(SELECT CAST(count(*) AS INTEGER) FROM entries e WHERE e.category_id = c.id AND ${ownEntries(owner)})`;

export const listCategories = (
  owner: Owner,
  filter: { search: string | null; cursor: string | null; limit: number | null },
): Sql => {
  const pattern = filter.search === null ? null : contains(fold(filter.search));
  const conditions = all([
    sql`c.user_id = ${owner.userId}`,
    pattern !== null &&
      sql`c.name_folded LIKE ${pattern} ESCAPE '\\' OR coalesce(c.description_folded, '') LIKE ${pattern} ESCAPE '\\'`,
    filter.cursor !== null && sql`c.id < ${filter.cursor}`,
  ]);
  const limit = filter.limit === null ? sql`` : sql`LIMIT ${filter.limit}`;
  return sql`SELECT ${columnsFor(owner)} FROM categories c WHERE ${conditions} ORDER BY c.id DESC ${limit}`;
};

export const findCategory = (owner: Owner, id: string): Sql => sql`
  SELECT ${columnsFor(owner)} FROM categories c WHERE c.id = ${id} AND c.user_id = ${owner.userId}`;

export const insertCategory = (category: Category): Sql => sql`
  INSERT INTO categories (
    id, user_id, name, name_folded, key_type, env_var_name, field_definitions, icon, color,
    description, description_folded, created_at, updated_at)
  VALUES (
    ${category.id}, ${category.userId}, ${category.name}, ${fold(category.name)}, ${category.keyType},
    ${category.envVarName}, ${fieldsText(category)}, ${category.icon}, ${category.color},
    ${category.description}, ${foldedDescription(category)}, ${category.createdAt}, ${category.updatedAt})`;

/** Changes nothing, and returns no row, when the type would change under existing entries. */
export const updateCategory = (category: Category): Sql => sql`
  UPDATE categories SET
    name = ${category.name}, name_folded = ${fold(category.name)}, key_type = ${category.keyType},
    env_var_name = ${category.envVarName}, field_definitions = ${fieldsText(category)}, icon = ${category.icon},
    color = ${category.color}, description = ${category.description},
    description_folded = ${foldedDescription(category)}, updated_at = ${category.updatedAt}
  WHERE id = ${category.id} AND user_id = ${category.userId}
    AND (key_type = ${category.keyType} OR development_count + staging_count + production_count = 0)
  RETURNING id`;

export const deleteCategory = (userId: string, id: string): Sql => sql`
  DELETE FROM categories WHERE id = ${id} AND user_id = ${userId}`;

/** Only as it was made at that moment, and without entries. */
export const deleteUntouchedCategory = (userId: string, id: string, at: string): Sql => sql`
  DELETE FROM categories
  WHERE id = ${id} AND user_id = ${userId} AND created_at = ${at} AND updated_at = ${at}
    AND development_count + staging_count + production_count = 0
  RETURNING name`;

export const deleteCategoriesOf = (userId: string): Sql =>
  sql`DELETE FROM categories WHERE user_id = ${userId} RETURNING id`;

/** How many entries of each environment there are more, or fewer. */
export type CountChange = Partial<Record<Environment, number>>;

/**
 * Counts entries that come or go, and holds the category as it is until the transaction ends, so that none is filed
 * under another type.
 */
export const countEntries = (userId: string, id: string, change: CountChange): Sql => sql`
  UPDATE categories SET
    development_count = development_count + ${change.development ?? 0},
    staging_count = staging_count + ${change.staging ?? 0},
    production_count = production_count + ${change.production ?? 0}
  WHERE id = ${id} AND user_id = ${userId}
  RETURNING id, name, key_type AS "keyType", env_var_name AS "envVarName", field_definitions AS "fieldDefinitions",
    icon, color`;
export type HeldCategory = Pick<
  CategoryRow,
  "id" | "name" | "keyType" | "envVarName" | "fieldDefinitions" | "icon" | "color"
>;

function fieldsText(category: Category): string | null {
  return category.fieldDefinitions === null ? null : JSON.stringify(category.fieldDefinitions);
}

function foldedDescription(category: Category): string | null {
  return category.description === null ? null : fold(category.description);
}
