import { type Sql, sql } from "../../db/sql.ts";
import type { VaultCounts } from "./model.ts";

/** Holds an account, active or not, until the transaction ends, so that two who empty its vault do so one after the other. */
export const holdActiveOrNot = (userId: string): Sql => sql`
  UPDATE users SET updated_at = updated_at WHERE id = ${userId}`;

export const countVault = (userId: string): Sql => sql`
  SELECT
    (SELECT CAST(count(*) AS INTEGER) FROM categories WHERE user_id = ${userId}) AS "categories",
    (SELECT CAST(count(*) AS INTEGER) FROM entries WHERE user_id = ${userId}) AS "entries",
    (SELECT CAST(count(*) AS INTEGER) FROM two_factors WHERE user_id = ${userId}) AS "twoFactors",
    (SELECT CAST(count(*) AS INTEGER) FROM env_projects WHERE user_id = ${userId}) AS "envProjects",
    (SELECT CAST(count(*) AS INTEGER) FROM env_files WHERE user_id = ${userId}) AS "envFiles",
    (SELECT CAST(count(*) AS INTEGER) FROM access_keys WHERE user_id = ${userId}) AS "accessKeys"`;
export type CountsRow = VaultCounts;
