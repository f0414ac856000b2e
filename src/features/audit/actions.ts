import { newId } from "../../crypto/tokens.ts";
import { type Db, sql } from "../../db/sql.ts";
import type { Actor, Caller, Kagi } from "../../kagi.ts";
import type { Result, Thing, Verb } from "./model.ts";

/**
 * Writes one row of the trail, in the transaction of what it tells of: both are there or neither is. `who` is a Caller
 * while nobody is signed in. Names of things go in, values never.
 */
export async function record(
  kagi: Kagi,
  tx: Db,
  who: Actor | (Caller & { userId: string | null }),
  verb: Verb,
  thing: Thing,
  result: Result = "ok",
): Promise<void> {
  const credential = "credential" in who ? who.credential : ({ kind: "anonymous" } as const);
  const credentialId =
    credential.kind === "session" ? credential.sessionId : credential.kind === "key" ? credential.keyId : null;
  await tx.run(sql`
    INSERT INTO audit_events (
      id, user_id, at, credential, credential_id, key_prefix, address, verb, thing, thing_id, thing_name, result, request_id)
    VALUES (
      ${newId()}, ${who.userId}, ${kagi.now().toISOString()}, ${credential.kind}, ${credentialId},
      ${credential.kind === "key" ? credential.keyPrefix : null}, ${who.address}, ${verb},
      ${thing.kind}, ${thing.id}, ${thing.name}, ${result}, ${who.requestId})`);
}
