import { type Sql, sql } from "../../db/sql.ts";

export type AccessKeyRow = {
  id: string;
  userId: string;
  name: string;
  keyPrefix: string;
  scopes: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  createdAt: string;
};

const COLUMNS = sql`
  k.id, k.user_id AS "userId", k.name, k.key_prefix AS "keyPrefix", k.scopes, k.expires_at AS "expiresAt",
  k.last_used_at AS "lastUsedAt", k.created_at AS "createdAt"`;

export const listAccessKeys = (userId: string, filter: { cursor: string | null; limit: number | null }): Sql => {
  const cursor = filter.cursor === null ? sql`` : sql`AND k.id < ${filter.cursor}`;
  const limit = filter.limit === null ? sql`` : sql`LIMIT ${filter.limit}`;
  return sql`SELECT ${COLUMNS} FROM access_keys k WHERE k.user_id = ${userId} ${cursor} ORDER BY k.id DESC ${limit}`;
};

export const countAccessKeys = (userId: string): Sql => sql`
  SELECT CAST(count(*) AS INTEGER) AS "count" FROM access_keys WHERE user_id = ${userId}`;

export const findAccessKey = (userId: string, id: string): Sql => sql`
  SELECT ${COLUMNS} FROM access_keys k WHERE k.id = ${id} AND k.user_id = ${userId}`;

/**
 * The key that opens a request: not expired, of somebody who is not disabled. A subquery and no join, which was measured
 * to take ten times as long in bun:sqlite (docs/performance.md).
 */
export const findUsableKey = (keyHash: string, now: string): Sql => sql`
  SELECT k.id, k.user_id AS "userId", k.key_prefix AS "keyPrefix", k.scopes, k.last_used_at AS "lastUsedAt"
  FROM access_keys k
  WHERE k.key_hash = ${keyHash} AND (k.expires_at IS NULL OR k.expires_at > ${now})
    AND (SELECT count(*) FROM users u WHERE u.id = k.user_id AND u.disabled_at IS NULL) = 1`;

export type UsableKeyRow = Pick<AccessKeyRow, "id" | "userId" | "keyPrefix" | "scopes" | "lastUsedAt">;

export const insertAccessKey = (key: AccessKeyRow & { keyHash: string }): Sql => sql`
  INSERT INTO access_keys (id, user_id, name, key_prefix, key_hash, scopes, expires_at, last_used_at, created_at)
  VALUES (
    ${key.id}, ${key.userId}, ${key.name}, ${key.keyPrefix}, ${key.keyHash}, ${key.scopes}, ${key.expiresAt},
    ${key.lastUsedAt}, ${key.createdAt})`;

export const touchAccessKey = (id: string, at: string): Sql => sql`
  UPDATE access_keys SET last_used_at = ${at} WHERE id = ${id} AND (last_used_at IS NULL OR last_used_at < ${at})`;

export const deleteAccessKey = (userId: string, id: string): Sql => sql`
  DELETE FROM access_keys WHERE id = ${id} AND user_id = ${userId} RETURNING name`;

export const deleteAccessKeysOf = (userId: string): Sql => sql`
  DELETE FROM access_keys WHERE user_id = ${userId} RETURNING id`;
