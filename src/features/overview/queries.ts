import { type Sql, sql } from "../../db/sql.ts";
import type { Environment } from "../entries/model.ts";

export type ExpiringRow = {
  id: string;
  categoryId: string;
  name: string;
  environment: Environment;
  expiresAt: string;
};

const COLUMNS = sql`e.id, e.category_id AS "categoryId", e.name, e.environment, e.expires_at AS "expiresAt"`;

/** Those that end after `now` and by `until`, the soonest first. */
export const expiringEntries = (userId: string, now: string, until: string, limit: number): Sql => sql`
  SELECT ${COLUMNS} FROM entries e
  WHERE e.user_id = ${userId} AND e.expires_at > ${now} AND e.expires_at <= ${until}
  ORDER BY e.expires_at, e.id LIMIT ${limit}`;

/** The latest first: what ended last week is more likely to be missed than what ended years ago. */
export const expiredEntries = (userId: string, now: string, limit: number): Sql => sql`
  SELECT ${COLUMNS} FROM entries e
  WHERE e.user_id = ${userId} AND e.expires_at <= ${now}
  ORDER BY e.expires_at DESC, e.id DESC LIMIT ${limit}`;

/** Of entries that have ended by `now`, that end by `until`, and that end before `month` does. */
export const countExpiring = (
  userId: string,
  { now, until, month }: Readonly<{ now: string; until: string; month: string }>,
): Sql => sql`
  SELECT
    CAST(coalesce(sum(CASE WHEN e.expires_at <= ${now} THEN 1 ELSE 0 END), 0) AS INTEGER) AS "expired",
    CAST(coalesce(sum(CASE WHEN e.expires_at > ${now} AND e.expires_at <= ${until} THEN 1 ELSE 0 END), 0)
      AS INTEGER) AS "expiring",
    CAST(coalesce(sum(CASE WHEN e.expires_at > ${now} AND e.expires_at <= ${month} THEN 1 ELSE 0 END), 0)
      AS INTEGER) AS "month"
  FROM entries e WHERE e.user_id = ${userId} AND e.expires_at <= ${until > month ? until : month}`;
export type ExpiringCounts = { expired: number; expiring: number; month: number };
