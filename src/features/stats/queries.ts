import { type Sql, sql } from "../../db/sql.ts";
import type { KeyType } from "../categories/model.ts";
import type { Environment } from "../entries/model.ts";

export type CategoryCounts = { keyType: KeyType } & Record<Environment, number>;

/**
 * A row for each category with its entries by environment. All of the statistics come from this one reading, so they
 * cannot disagree; counting within one category at a time, the index answers without a sort.
 */
export const countByCategory = (userId: string): Sql => sql`
  SELECT c.key_type AS "keyType",
    (SELECT CAST(count(*) AS INTEGER) FROM entries e WHERE e.category_id = c.id AND e.environment = 'development')
      AS "development",
    (SELECT CAST(count(*) AS INTEGER) FROM entries e WHERE e.category_id = c.id AND e.environment = 'staging')
      AS "staging",
    (SELECT CAST(count(*) AS INTEGER) FROM entries e WHERE e.category_id = c.id AND e.environment = 'production')
      AS "production"
  FROM categories c WHERE c.user_id = ${userId}`;
