import { type Sql, sql } from "../../db/sql.ts";
import type { KeyType } from "../categories/model.ts";
import type { Environment } from "../entries/model.ts";

export type CategoryCounts = { keyType: KeyType } & Record<Environment, number>;

/** A row for each category. All counts of entries come from this one reading, so they cannot disagree. */
export const countByCategory = (userId: string): Sql => sql`
  SELECT c.key_type AS "keyType", c.development_count AS "development", c.staging_count AS "staging",
    c.production_count AS "production"
  FROM categories c WHERE c.user_id = ${userId}`;
