import { listed, type Sql, sql } from "../../db/sql.ts";
import type { AuditEvent } from "./model.ts";

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
