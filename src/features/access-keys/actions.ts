import { newId, randomToken, sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { AppError, invalid } from "../../errors.ts";
import type { Actor, Caller, Kagi } from "../../kagi.ts";
import { type Page, type Paging, pageOf, parseTime } from "../../schema.ts";
import type { Scope } from "../../scopes.ts";
import { record } from "../audit/actions.ts";
import { type AccessKey, type AccessKeyInput, type CreatedAccessKey, KEY_TEXT } from "./model.ts";
import * as queries from "./queries.ts";

const PREFIX_LENGTH = "kagi_".length + 4;
/** `last_used_at` moves at most this often, so that a request that reads does not write. */
const TOUCH_EVERY_MS = 60 * 1000;

/** Newest first. */
export async function listAccessKeys(kagi: Kagi, actor: Actor, paging: Paging): Promise<Page<AccessKey>> {
  const { cursor = null, limit = null } = paging;
  const rows = await kagi.db.all<queries.AccessKeyRow>(
    queries.listAccessKeys(actor.userId, { cursor, limit: limit === null ? null : limit + 1 }),
  );
  return pageOf(rows.map(fromRow), limit);
}

export async function countAccessKeys(kagi: Kagi, actor: Actor): Promise<number> {
  return (await kagi.db.get<{ count: number }>(queries.countAccessKeys(actor.userId)))?.count ?? 0;
}

/** Throws ACCESS_KEY_NOT_FOUND. */
export async function getAccessKey(kagi: Kagi, actor: Actor, id: string): Promise<AccessKey> {
  const row = await kagi.db.get<queries.AccessKeyRow>(queries.findAccessKey(actor.userId, id));
  if (!row) throw new AppError("ACCESS_KEY_NOT_FOUND");
  return fromRow(row);
}

/** The only answer that holds the key; what is stored is its SHA-256. Throws VALIDATION_ERROR. */
export async function createAccessKey(kagi: Kagi, actor: Actor, input: AccessKeyInput): Promise<CreatedAccessKey> {
  const now = kagi.now().toISOString();
  const expiresAt = input.expiresAt == null ? null : parseTime("expiresAt", input.expiresAt);
  if (expiresAt !== null && expiresAt <= now) throw invalid("expiresAt", "must lie in the future");
  const key = `kagi_${randomToken()}`;
  const row: queries.AccessKeyRow = {
    id: newId(),
    userId: actor.userId,
    name: input.name,
    keyPrefix: key.slice(0, PREFIX_LENGTH),
    scopes: JSON.stringify(input.scopes),
    expiresAt,
    lastUsedAt: null,
    createdAt: now,
  };
  await kagi.db.transaction(async (tx) => {
    await tx.run(queries.insertAccessKey({ ...row, keyHash: sha256(key) }));
    await record(kagi, tx, actor, "create", { kind: "access-key", id: row.id, name: row.name });
  });
  return { ...fromRow(row), key };
}

/** The key is dead for every request that starts after this. Throws ACCESS_KEY_NOT_FOUND. */
export async function revokeAccessKey(kagi: Kagi, actor: Actor, id: string): Promise<void> {
  await kagi.db.transaction(async (tx) => {
    const revoked = await tx.get<{ name: string }>(queries.deleteAccessKey(actor.userId, id));
    if (!revoked) throw new AppError("ACCESS_KEY_NOT_FOUND");
    await record(kagi, tx, actor, "revoke", { kind: "access-key", id, name: revoked.name });
  });
}

/** Who a Bearer key stands for, or undefined: malformed, unknown, revoked, expired, or its owner disabled. */
export async function findKeyActor(kagi: Kagi, caller: Caller, key: string): Promise<Actor | undefined> {
  if (!KEY_TEXT.test(key)) return undefined;
  const now = kagi.now();
  const row = await kagi.db.get<queries.UsableKeyRow>(queries.findUsableKey(sha256(key), now.toISOString()));
  if (!row) return undefined;
  if (row.lastUsedAt === null || now.getTime() - Date.parse(row.lastUsedAt) > TOUCH_EVERY_MS) {
    await kagi.db.run(queries.touchAccessKey(row.id, now.toISOString()));
  }
  return {
    ...caller,
    userId: row.userId,
    credential: { kind: "key", keyId: row.id, keyPrefix: row.keyPrefix, scopes: JSON.parse(row.scopes) as string[] },
  };
}

/** Deletes all of the owner's keys; how many there were. */
export async function deleteAllAccessKeys(tx: Db, actor: Actor): Promise<number> {
  return (await tx.all(queries.deleteAccessKeysOf(actor.userId))).length;
}

function fromRow(row: queries.AccessKeyRow): AccessKey {
  return {
    id: row.id,
    name: row.name,
    keyPrefix: row.keyPrefix,
    scopes: JSON.parse(row.scopes) as Scope[],
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
    createdAt: row.createdAt,
  };
}
