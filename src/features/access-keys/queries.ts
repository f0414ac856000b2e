import { type Sql, sql } from "../../db/sql.ts";
import type { Environment } from "../entries/model.ts";

export type AccessKeyRow = {
  id: string;
  userId: string;
  name: string;
  keyPrefix: string;
  scopes: string;
  addresses: string | null;
  project: string | null;
  environment: Environment | null;
  rotatedFrom: string | null;
  expiresAt: string | null;
  lastUsedAt: string | null;
  createdAt: string;
};
/** With the key that took its place. */
export type ListedKeyRow = AccessKeyRow & { replacedBy: string | null };

const COLUMNS = sql`
  k.id, k.user_id AS "userId", k.name, k.key_prefix AS "keyPrefix", k.scopes, k.addresses, k.project, k.environment,
  k.rotated_from AS "rotatedFrom", (SELECT n.id FROM access_keys n WHERE n.rotated_from = k.id) AS "replacedBy",
  k.expires_at AS "expiresAt", k.last_used_at AS "lastUsedAt", k.created_at AS "createdAt"`;

export const listAccessKeys = (userId: string, filter: { cursor: string | null; limit: number | null }): Sql => {
  const cursor = filter.cursor === null ? sql`` : sql`AND k.id < ${filter.cursor}`;
  const limit = filter.limit === null ? sql`` : sql`LIMIT ${filter.limit}`;
  return sql`SELECT ${COLUMNS} FROM access_keys k WHERE k.user_id = ${userId} ${cursor} ORDER BY k.id DESC ${limit}`;
};

export const findAccessKey = (userId: string, id: string): Sql => sql`
  SELECT ${COLUMNS} FROM access_keys k WHERE k.id = ${id} AND k.user_id = ${userId}`;

/**
 * The key that opens a request: not expired, of somebody who is not disabled. A subquery and no join, which was measured
 * to take ten times as long in bun:sqlite (docs/performance.md).
 */
export const findUsableKey = (keyHash: string, now: string): Sql => sql`
  SELECT k.id, k.user_id AS "userId", k.name, k.key_prefix AS "keyPrefix", k.scopes, k.addresses, k.project,
    k.environment, k.last_used_at AS "lastUsedAt"
  FROM access_keys k
  WHERE k.key_hash = ${keyHash} AND (k.expires_at IS NULL OR k.expires_at > ${now})
    AND (SELECT count(*) FROM users u WHERE u.id = k.user_id AND u.disabled_at IS NULL) = 1`;

export type UsableKeyRow = Pick<
  AccessKeyRow,
  "id" | "userId" | "name" | "keyPrefix" | "scopes" | "addresses" | "project" | "environment" | "lastUsedAt"
>;

export const insertAccessKey = (key: AccessKeyRow & { keyHash: string }): Sql => sql`
  INSERT INTO access_keys (
    id, user_id, name, key_prefix, key_hash, scopes, addresses, project, environment, rotated_from, expires_at,
    last_used_at, created_at)
  VALUES (
    ${key.id}, ${key.userId}, ${key.name}, ${key.keyPrefix}, ${key.keyHash}, ${key.scopes}, ${key.addresses},
    ${key.project}, ${key.environment}, ${key.rotatedFrom}, ${key.expiresAt}, ${key.lastUsedAt}, ${key.createdAt})`;

/** A key ends at a time, or as early as it would have anyway. */
export const endAccessKey = (userId: string, id: string, at: string): Sql => sql`
  UPDATE access_keys SET expires_at = ${at}
  WHERE id = ${id} AND user_id = ${userId} AND (expires_at IS NULL OR expires_at > ${at})`;

export const touchAccessKey = (id: string, at: string): Sql => sql`
  UPDATE access_keys SET last_used_at = ${at} WHERE id = ${id} AND (last_used_at IS NULL OR last_used_at < ${at})`;

export const deleteAccessKey = (userId: string, id: string): Sql => sql`
  DELETE FROM access_keys WHERE id = ${id} AND user_id = ${userId} RETURNING name`;

export const deleteAccessKeysOf = (userId: string): Sql => sql`
  DELETE FROM access_keys WHERE user_id = ${userId} RETURNING id`;
