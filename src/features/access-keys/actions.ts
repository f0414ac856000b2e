import { newId, randomToken, sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { AppError, conflict, invalid, uniquely } from "../../errors.ts";
import type { Actor, Caller, Kagi } from "../../kagi.ts";
import { type Page, type Paging, pageOf, parseTime } from "../../schema.ts";
import { LIMITABLE_SCOPES, type Scope } from "../../scopes.ts";
import { record } from "../audit/actions.ts";
import type { Thing } from "../audit/model.ts";
import { tellOnce } from "../auth/throttle.ts";
import { BadRange, isAmong, normalRange } from "./addresses.ts";
import {
  type AccessKey,
  type AccessKeyInput,
  type AccessKeyRotation,
  type CreatedAccessKey,
  KEY_TEXT,
} from "./model.ts";
import * as queries from "./queries.ts";

const PREFIX_LENGTH = "kagi_".length + 4;
/** `last_used_at` moves at most this often, so that a request that reads does not write. */
const TOUCH_EVERY_MS = 60 * 1000;

/** Newest first. */
export async function listAccessKeys(kagi: Kagi, actor: Actor, paging: Paging): Promise<Page<AccessKey>> {
  const { cursor = null, limit = null } = paging;
  const rows = await kagi.db.all<queries.ListedKeyRow>(
    queries.listAccessKeys(actor.userId, { cursor, limit: limit === null ? null : limit + 1 }),
  );
  return pageOf(rows.map(fromRow), limit);
}

/** Throws ACCESS_KEY_NOT_FOUND. */
export async function getAccessKey(kagi: Kagi, actor: Actor, id: string): Promise<AccessKey> {
  const row = await kagi.db.get<queries.ListedKeyRow>(queries.findAccessKey(actor.userId, id));
  if (!row) throw new AppError("ACCESS_KEY_NOT_FOUND");
  return fromRow(row);
}

/** The only answer that holds the key; what is stored is its SHA-256. Throws VALIDATION_ERROR. */
export async function createAccessKey(kagi: Kagi, actor: Actor, input: AccessKeyInput): Promise<CreatedAccessKey> {
  const now = kagi.now().toISOString();
  const expiresAt = input.expiresAt == null ? null : parseTime("expiresAt", input.expiresAt);
  if (expiresAt !== null && expiresAt <= now) throw invalid("expiresAt", "must lie in the future");
  const { name, scopes, project = null, environment = null } = input;
  const addresses = input.addresses == null ? null : normalRanges(input.addresses);
  if (project !== null || environment !== null) checkLimitable(scopes);
  const { key, ...row } = newKey(actor, now, {
    name,
    scopes: JSON.stringify(scopes),
    addresses: addresses === null ? null : JSON.stringify(addresses),
    project,
    environment,
    rotatedFrom: null,
    expiresAt,
  });
  await kagi.db.transaction(async (tx) => {
    await tx.run(queries.insertAccessKey(row));
    await record(kagi, tx, actor, "create", thing(row));
  });
  return { ...fromRow({ ...row, replacedBy: null }), key };
}

/**
 * A key in another's place: with its name, scopes, limits, and as long a life. The old one ends at `endsAt`, at once
 * without it, and never later than it would have anyway.
 * Throws ACCESS_KEY_NOT_FOUND, VALIDATION_ERROR, CONFLICT for a key that has been replaced.
 */
export async function rotateAccessKey(
  kagi: Kagi,
  actor: Actor,
  id: string,
  rotation: AccessKeyRotation,
): Promise<CreatedAccessKey> {
  const now = kagi.now().toISOString();
  const endsAt = rotation.endsAt == null ? now : parseTime("endsAt", rotation.endsAt);
  if (endsAt < now) throw invalid("endsAt", "must lie in the future");
  return await kagi.db.transaction(async (tx) => {
    const old = await tx.get<queries.ListedKeyRow>(queries.findAccessKey(actor.userId, id));
    if (!old) throw new AppError("ACCESS_KEY_NOT_FOUND");
    if (old.replacedBy !== null) throw conflict(REPLACED);
    const { name, scopes, addresses, project, environment } = old;
    const { key, ...row } = newKey(actor, now, {
      name,
      scopes,
      addresses,
      project,
      environment,
      rotatedFrom: id,
      expiresAt: old.expiresAt === null ? null : after(now, Date.parse(old.expiresAt) - Date.parse(old.createdAt)),
    });
    await uniquely(tx.run(queries.insertAccessKey(row)), REPLACED);
    await tx.run(queries.endAccessKey(actor.userId, id, endsAt));
    await record(kagi, tx, actor, "rotate", thing(old), { detail: `ends=${endsAt} replaced-by=${row.id}` });
    await record(kagi, tx, actor, "create", thing(row), { detail: `rotated-from=${id}` });
    return { ...fromRow({ ...row, replacedBy: null }), key };
  });
}

const REPLACED = "The key has been replaced already";

/** The key is dead for every request that starts after this. Throws ACCESS_KEY_NOT_FOUND. */
export async function revokeAccessKey(kagi: Kagi, actor: Actor, id: string): Promise<void> {
  await kagi.db.transaction(async (tx) => {
    const revoked = await tx.get<{ name: string }>(queries.deleteAccessKey(actor.userId, id));
    if (!revoked) throw new AppError("ACCESS_KEY_NOT_FOUND");
    await record(kagi, tx, actor, "revoke", thing({ id, name: revoked.name }));
  });
}

/**
 * Who a Bearer key stands for, or undefined: malformed, unknown, revoked, expired, or its owner disabled.
 * Throws AUTH_ADDRESS_NOT_ALLOWED for one that is used from elsewhere than it may be.
 */
export async function findKeyActor(kagi: Kagi, caller: Caller, key: string): Promise<Actor | undefined> {
  if (!KEY_TEXT.test(key)) return undefined;
  const now = kagi.now();
  const row = await kagi.db.get<queries.UsableKeyRow>(queries.findUsableKey(sha256(key), now.toISOString()));
  if (!row) return undefined;
  const { id: keyId, userId, keyPrefix, project, environment } = row;
  const scopes = JSON.parse(row.scopes) as string[];
  const reach = project === null && environment === null ? null : { project, environment };
  const actor: Actor = { ...caller, userId, credential: { kind: "key", keyId, keyPrefix, scopes, reach } };
  if (row.addresses !== null) await requireAddress(kagi, actor, row, JSON.parse(row.addresses) as string[]);
  if (row.lastUsedAt === null || now.getTime() - Date.parse(row.lastUsedAt) > TOUCH_EVERY_MS) {
    await kagi.db.run(queries.touchAccessKey(row.id, now.toISOString()));
  }
  return actor;
}

/** The trail tells of a key that is tried from elsewhere, once in a while. Throws AUTH_ADDRESS_NOT_ALLOWED. */
async function requireAddress(
  kagi: Kagi,
  actor: Actor,
  key: queries.UsableKeyRow,
  ranges: readonly string[],
): Promise<void> {
  if (isAmong(ranges, actor.address)) return;
  await tellOnce(kagi, `address of ${key.id}`, (tx) =>
    record(kagi, tx, actor, "use", thing(key), { result: "refused", detail: "why=address" }),
  );
  throw new AppError("AUTH_ADDRESS_NOT_ALLOWED");
}

/** Writes down that a key was used for what it may not do, once a window for each such thing. */
export async function tellRefusedKey(kagi: Kagi, actor: Actor, wanted: Scope | "session"): Promise<void> {
  if (actor.credential.kind !== "key") return;
  const { keyId } = actor.credential;
  await tellOnce(kagi, `refused ${keyId} ${wanted}`, async (tx) => {
    const key = await tx.get<queries.AccessKeyRow>(queries.findAccessKey(actor.userId, keyId));
    const thing: Thing = { kind: "access-key", id: keyId, name: key?.name ?? null };
    await record(kagi, tx, actor, "use", thing, { result: "refused", detail: `wanted=${wanted}` });
  });
}

/** Deletes all of the owner's keys; how many there were. */
export async function deleteAllAccessKeys(tx: Db, actor: Actor): Promise<number> {
  return (await tx.all(queries.deleteAccessKeysOf(actor.userId))).length;
}

/** The row of a key that does not exist yet, and the key. */
function newKey(
  actor: Actor,
  createdAt: string,
  given: Omit<queries.AccessKeyRow, "id" | "userId" | "keyPrefix" | "lastUsedAt" | "createdAt">,
): queries.AccessKeyRow & { key: string; keyHash: string } {
  const key = `kagi_${randomToken()}`;
  return {
    ...given,
    id: newId(),
    userId: actor.userId,
    keyPrefix: key.slice(0, PREFIX_LENGTH),
    lastUsedAt: null,
    createdAt,
    key,
    keyHash: sha256(key),
  };
}

/** One way to write each, none twice. Throws VALIDATION_ERROR. */
function normalRanges(ranges: readonly string[]): string[] {
  const normal = ranges.map((range, index) => {
    try {
      return normalRange(range.trim());
    } catch (error) {
      if (error instanceof BadRange) throw invalid(`addresses.${index}`, error.message);
      throw error;
    }
  });
  return [...new Set(normal)];
}

/** Throws VALIDATION_ERROR for scopes whose use does not end at a project or environment. */
function checkLimitable(scopes: readonly string[]): void {
  const beyond = scopes.filter((scope) => !LIMITABLE_SCOPES.includes(scope));
  if (beyond.length === 0) return;
  throw invalid("scopes", `must not hold ${beyond.join(", ")} for a key that is limited to a project or environment`);
}

function after(time: string, ms: number): string {
  return new Date(Date.parse(time) + ms).toISOString();
}

function thing({ id, name }: { id: string; name: string }): Thing {
  return { kind: "access-key", id, name };
}

function fromRow(row: queries.ListedKeyRow): AccessKey {
  return {
    id: row.id,
    name: row.name,
    keyPrefix: row.keyPrefix,
    scopes: JSON.parse(row.scopes) as Scope[],
    addresses: row.addresses === null ? null : (JSON.parse(row.addresses) as string[]),
    project: row.project,
    environment: row.environment,
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
    rotatedFrom: row.rotatedFrom,
    replacedBy: row.replacedBy,
    createdAt: row.createdAt,
  };
}
