import { all, type Db, listed, type Sql, sql } from "../../db/sql.ts";
import type { AuditEvent, LinkedEvent, ThingKind } from "./model.ts";

export const insertEvents = (events: readonly LinkedEvent[]): Sql => sql`
  INSERT INTO audit_events (
    id, user_id, at, credential, credential_id, key_prefix, address, verb, thing, thing_id, thing_name, detail, result,
    request_id, number, hash)
  VALUES ${listed(events.map(rowOf))}`;

const rowOf = (event: LinkedEvent): Sql => sql`(
    ${event.id}, ${event.userId}, ${event.at}, ${event.credential}, ${event.credentialId}, ${event.keyPrefix},
    ${event.address}, ${event.action}, ${event.thing}, ${event.thingId}, ${event.thingName}, ${event.detail},
    ${event.result}, ${event.requestId}, ${event.number}, ${event.hash})`;

// Chains. Somebody's is called by their id; `userId` is null for the vault's own.

export type HeadRow = {
  chain: string;
  position: number;
  chains: number;
  firstNumber: number;
  anchor: string;
  lastNumber: number;
  lastHash: string;
  mac: string;
};

const HEAD = sql`
  chain, position, chains, first_number AS "firstNumber", anchor, last_number AS "lastNumber", last_hash AS "lastHash",
  mac`;

export const findHead = (chain: string): Sql => sql`SELECT ${HEAD} FROM audit_chains WHERE chain = ${chain}`;

/**
 * The head of a chain, held until the transaction ends, so that of two writers one goes on where the other ended.
 * SQLite's transactions hold everything, and do not know the word for it.
 */
export const takeHead = (chain: string, engine: Db["engine"]): Sql =>
  engine === "postgres" ? sql`${findHead(chain)} FOR UPDATE` : findHead(chain);

export const allHeads = (): Sql => sql`SELECT ${HEAD} FROM audit_chains ORDER BY position, chain`;

export const insertHead = (head: HeadRow): Sql => sql`
  INSERT INTO audit_chains (chain, position, chains, first_number, anchor, last_number, last_hash, mac)
  VALUES (
    ${head.chain}, ${head.position}, ${head.chains}, ${head.firstNumber}, ${head.anchor}, ${head.lastNumber},
    ${head.lastHash}, ${head.mac})`;

export const putEnd = (head: HeadRow): Sql => sql`
  UPDATE audit_chains SET last_number = ${head.lastNumber}, last_hash = ${head.lastHash}, mac = ${head.mac}
  WHERE chain = ${head.chain}`;

export const putHead = (head: HeadRow): Sql => sql`
  UPDATE audit_chains SET
    chains = ${head.chains}, first_number = ${head.firstNumber}, anchor = ${head.anchor},
    last_number = ${head.lastNumber}, last_hash = ${head.lastHash}, mac = ${head.mac}
  WHERE chain = ${head.chain}`;

export const countHeads = (): Sql => sql`
  SELECT CAST(coalesce(max(position), 0) AS INTEGER) AS "last" FROM audit_chains`;

const EVENT = sql`
  a.id, a.user_id AS "userId", a.at, a.credential, a.credential_id AS "credentialId", a.key_prefix AS "keyPrefix",
  a.address, a.verb AS "action", a.thing, a.thing_id AS "thingId", a.thing_name AS "thingName", a.detail, a.result,
  a.request_id AS "requestId", a.number, a.hash`;

const ofOwner = (userId: string | null): Sql => (userId === null ? sql`a.user_id IS NULL` : sql`a.user_id = ${userId}`);

export const lastNumber = (userId: string | null): Sql => sql`
  SELECT CAST(coalesce(max(a.number), 0) AS INTEGER) AS "number" FROM audit_events a WHERE ${ofOwner(userId)}`;

export const linksAfter = (userId: string | null, number: number, limit: number): Sql => sql`
  SELECT ${EVENT} FROM audit_events a WHERE ${ofOwner(userId)} AND a.number > ${number} ORDER BY a.number LIMIT ${limit}`;

export const linksBefore = (userId: string | null, number: number): Sql => sql`
  SELECT a.id, a.number FROM audit_events a
  WHERE ${ofOwner(userId)} AND a.number < ${number} ORDER BY a.number LIMIT 1`;

/** Events that stand in no chain. */
export const unlinked = (userId: string | null): Sql => sql`
  SELECT a.id FROM audit_events a WHERE ${ofOwner(userId)} AND a.number IS NULL ORDER BY a.id LIMIT 1`;

/** Events of somebody who has no chain. */
export const ownerless = (): Sql => sql`
  SELECT a.user_id AS "userId", min(a.id) AS "id" FROM audit_events a
  WHERE a.user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit_chains c WHERE c.chain = a.user_id)
  GROUP BY a.user_id ORDER BY a.user_id`;

export const hashes = (userId: string | null, after: number): Sql => sql`
  SELECT a.number, a.hash FROM audit_events a
  WHERE ${ofOwner(userId)} AND a.number > ${after} ORDER BY a.number LIMIT 5000`;

/** From the first migration on, in the order in which they were written. */
export const eventsAfter = (id: string): Sql => sql`
  SELECT ${EVENT} FROM audit_events a WHERE a.id > ${id} ORDER BY a.id LIMIT 1000`;

export const link = (id: string, number: number, hash: string): Sql => sql`
  UPDATE audit_events SET number = ${number}, hash = ${hash} WHERE id = ${id}`;

/** The oldest of a chain, as far as forgetting them asks. */
export const oldest = (userId: string | null, limit: number): Sql => sql`
  SELECT a.number, a.hash, a.at FROM audit_events a
  WHERE ${ofOwner(userId)} AND a.number IS NOT NULL ORDER BY a.number LIMIT ${limit}`;

export const deleteUpTo = (userId: string | null, number: number): Sql =>
  userId === null
    ? sql`DELETE FROM audit_events WHERE user_id IS NULL AND number <= ${number}`
    : sql`DELETE FROM audit_events WHERE user_id = ${userId} AND number <= ${number}`;

// What people and programs ask.

export type Found = Readonly<{
  thing: ThingKind | null;
  thingId: string | null;
  action: string | null;
  key: string | null;
  credential: string | null;
  result: string | null;
  from: string | null;
  to: string | null;
  /** The number of the last event that was shown. */
  before: number | null;
  limit: number;
}>;

/** Somebody's events, newest first. */
export const findEvents = (userId: string, found: Found): Sql => sql`
  SELECT ${EVENT}, k.name AS "keyName"
  FROM audit_events a LEFT JOIN access_keys k ON k.id = a.credential_id AND k.user_id = a.user_id
  WHERE ${all([
    sql`a.user_id = ${userId}`,
    found.thing !== null && sql`a.thing = ${found.thing}`,
    found.thingId !== null && sql`a.thing_id = ${found.thingId}`,
    found.action !== null && sql`a.verb = ${found.action}`,
    found.key !== null && sql`a.credential = 'key' AND a.credential_id = ${found.key}`,
    found.credential !== null && sql`a.credential = ${found.credential}`,
    found.result !== null && sql`a.result = ${found.result}`,
    found.from !== null && sql`a.at >= ${found.from}`,
    found.to !== null && sql`a.at < ${found.to}`,
    found.before !== null && sql`a.number < ${found.before}`,
  ])}
  ORDER BY a.number DESC LIMIT ${found.limit}`;
export type FoundEvent = LinkedEvent & { keyName: string | null };

/** The newest event of one verb that went well, as far as a page tells of it. */
export const findLast = (userId: string, verb: string): Sql => sql`
  SELECT a.at, a.detail FROM audit_events a
  WHERE a.user_id = ${userId} AND a.verb = ${verb} AND a.result = 'ok' ORDER BY a.number DESC LIMIT 1`;

const TOLD = sql`
  a.at, a.verb, a.detail, a.credential, a.key_prefix AS "keyPrefix", k.name AS "keyName", a.address`;

/** The newest events about one thing of somebody's. The name of an access key is there as long as the key is. */
export const eventsAbout = (userId: string, kind: ThingKind, id: string, limit: number): Sql => sql`
  SELECT ${TOLD}
  FROM audit_events a LEFT JOIN access_keys k ON k.id = a.credential_id AND k.user_id = a.user_id
  WHERE a.thing_id = ${id} AND a.thing = ${kind} AND a.user_id = ${userId} AND a.result = 'ok'
  ORDER BY a.at DESC, a.id DESC LIMIT ${limit}`;

export type SeenRow = Pick<AuditEvent, "at" | "detail" | "credential" | "keyPrefix" | "address" | "thingName"> & {
  id: string;
  verb: AuditEvent["action"];
  keyName: string | null;
};

/**
 * The event by which somebody last got what each entry holds now: shown, copied, downloaded, or put into a file. The
 * one of an entry is found by its index, however much is told of it.
 */
export const lastSeen = (userId: string, ids: readonly string[]): Sql => sql`
  SELECT e.column1 AS "id", ${TOLD}
  FROM (VALUES ${listed(padded(ids).map((id) => sql`(${id})`))}) AS e
    JOIN audit_events a ON a.id = (
      SELECT b.id FROM audit_events b
      WHERE b.thing_id = e.column1 AND b.thing = 'entry' AND b.user_id = ${userId} AND b.result = 'ok'
        AND (b.verb IN ('extract', 'export') OR (b.verb = 'reveal' AND b.detail IS NULL))
      ORDER BY b.at DESC, b.id DESC LIMIT 1)
    LEFT JOIN access_keys k ON k.id = a.credential_id AND k.user_id = a.user_id`;

/** Of lists of any length there are few statements: the last id stands for those that are not there. */
function padded(ids: readonly string[]): string[] {
  const length = 2 ** Math.ceil(Math.log2(Math.max(1, ids.length)));
  return Array.from({ length }, (_, index) => ids[Math.min(index, ids.length - 1)] ?? "");
}

/**
 * The newest exports of values; `thing_name` is the project that one was narrowed down to. One of selected entries is
 * told of at each of them.
 */
export const lastExports = (userId: string, limit: number): Sql => sql`
  SELECT a.id, ${TOLD}, a.thing_name AS "thingName"
  FROM audit_events a LEFT JOIN access_keys k ON k.id = a.credential_id AND k.user_id = a.user_id
  WHERE a.user_id = ${userId} AND a.verb = 'export' AND a.result = 'ok' AND a.detail NOT LIKE 'what=%' AND a.detail NOT LIKE '%selected=%'
  ORDER BY a.number DESC LIMIT ${limit}`;

/** Where each of some things is now, if it is still there: all of the columns of its kind, or null. */
export const placesOf = (userId: string, ids: readonly string[]): Sql => sql`
  SELECT t.column1 AS "id",
    e.category_id AS "categoryId", e.environment, c.name AS "categoryName",
    k.id AS "category", f.id AS "twoFactor", p.id AS "project", v.project_id AS "projectId", v.file_type AS "fileType"
  FROM (VALUES ${listed(padded(ids).map((id) => sql`(${id})`))}) AS t
    LEFT JOIN entries e ON e.id = t.column1 AND e.user_id = ${userId}
    LEFT JOIN categories c ON c.id = e.category_id
    LEFT JOIN categories k ON k.id = t.column1 AND k.user_id = ${userId}
    LEFT JOIN two_factors f ON f.id = t.column1 AND f.user_id = ${userId}
    LEFT JOIN env_projects p ON p.id = t.column1 AND p.user_id = ${userId}
    LEFT JOIN env_files v ON v.id = t.column1 AND v.user_id = ${userId}`;
