import { type Sql, sql } from "../../db/sql.ts";

export const countCategories = (userId: string): Sql => sql`
  SELECT CAST(count(*) AS INTEGER) AS "count" FROM categories WHERE user_id = ${userId}`;

/** Entries by type and environment; both breakdowns come from this one reading, so they cannot disagree. */
export const countEntries = (userId: string): Sql => sql`
  SELECT c.key_type AS "keyType", e.environment, CAST(count(*) AS INTEGER) AS "count"
  FROM entries e JOIN categories c ON c.id = e.category_id
  WHERE e.user_id = ${userId}
  GROUP BY c.key_type, e.environment`;
