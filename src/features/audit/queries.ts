import { listed, type Sql, sql } from "../../db/sql.ts";
import type { AuditEvent, Thing } from "./model.ts";

export const insertEvents = (events: readonly AuditEvent[]): Sql => sql`
  INSERT INTO audit_events (
    id, user_id, at, credential, credential_id, key_prefix, address, verb, thing, thing_id, thing_name, detail, result,
    request_id)
  VALUES ${listed(events.map(rowOf))}`;

const rowOf = (event: AuditEvent): Sql => sql`(
    ${event.id}, ${event.userId}, ${event.at}, ${event.credential}, ${event.credentialId}, ${event.keyPrefix},
    ${event.address}, ${event.verb}, ${event.thing.kind}, ${event.thing.id}, ${event.thing.name}, ${event.detail},
    ${event.result}, ${event.requestId})`;

/** The newest event of one verb that went well, as far as a page tells of it. */
export const findLast = (userId: string, verb: string): Sql => sql`
  SELECT a.at, a.detail FROM audit_events a
  WHERE a.user_id = ${userId} AND a.verb = ${verb} AND a.result = 'ok' ORDER BY a.id DESC LIMIT 1`;

/** The newest export of each kind since a time: of which project, null for all, and with which detail. */
export const kindsOfExports = (userId: string, since: string): Sql => sql`
  SELECT a.thing_name AS "project", a.detail, max(a.id) AS "id" FROM audit_events a
  WHERE a.thing_id IS NULL AND a.at >= ${since} AND a.thing = 'vault' AND a.verb = 'export' AND a.user_id = ${userId}
    AND a.result = 'ok'
  GROUP BY a.thing_name, a.detail`;
export type ExportKindRow = { project: string | null; detail: string | null; id: string };

export const findEvent = (userId: string, id: string): Sql => sql`
  SELECT a.at, a.verb, a.detail, a.credential, a.key_prefix AS "keyPrefix", k.name AS "keyName", a.address
  FROM audit_events a LEFT JOIN access_keys k ON k.id = a.credential_id AND k.user_id = a.user_id
  WHERE a.id = ${id} AND a.user_id = ${userId}`;

/** The newest events about one thing of somebody's. The name of an access key is there as long as the key is. */
export const eventsAbout = (userId: string, kind: Thing["kind"], id: string, limit: number): Sql => sql`
  SELECT a.at, a.verb, a.detail, a.credential, a.key_prefix AS "keyPrefix", k.name AS "keyName", a.address
  FROM audit_events a LEFT JOIN access_keys k ON k.id = a.credential_id AND k.user_id = a.user_id
  WHERE a.thing_id = ${id} AND a.thing = ${kind} AND a.user_id = ${userId} AND a.result = 'ok'
  ORDER BY a.at DESC, a.id DESC LIMIT ${limit}`;
