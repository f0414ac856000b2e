import { type Sql, sql } from "../../db/sql.ts";
import type { AuditEvent } from "./model.ts";

export const insertEvent = (event: AuditEvent): Sql => sql`
  INSERT INTO audit_events (
    id, user_id, at, credential, credential_id, key_prefix, address, verb, thing, thing_id, thing_name, detail, result,
    request_id)
  VALUES (
    ${event.id}, ${event.userId}, ${event.at}, ${event.credential}, ${event.credentialId}, ${event.keyPrefix},
    ${event.address}, ${event.verb}, ${event.thing.kind}, ${event.thing.id}, ${event.thing.name}, ${event.detail},
    ${event.result}, ${event.requestId})`;
