import { newId } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import type { Actor, Caller, Kagi } from "../../kagi.ts";
import type { AuditEvent, Thing, Verb } from "./model.ts";
import { insertEvent } from "./queries.ts";

/** Without a credential while nobody is signed in, and without an account where the vault as a whole is meant. */
type Who = Caller & Readonly<{ userId: string | null; credential?: Actor["credential"] }>;

/**
 * Writes one row of the trail, in the transaction of what it tells of: both are there or neither is. Names of things go
 * in, values never.
 */
export async function record(
  { now }: Pick<Kagi, "now">,
  tx: Db,
  who: Who,
  verb: Verb,
  thing: Thing,
  { result = "ok", detail = null }: Partial<Pick<AuditEvent, "result" | "detail">> = {},
): Promise<void> {
  const { userId, credential, address, requestId } = who;
  await tx.run(
    insertEvent({
      id: newId(),
      userId,
      at: now().toISOString(),
      credential: credential?.kind ?? "anonymous",
      credentialId:
        credential?.kind === "session" ? credential.sessionId : credential?.kind === "key" ? credential.keyId : null,
      keyPrefix: credential?.kind === "key" ? credential.keyPrefix : null,
      address,
      verb,
      thing,
      detail,
      result,
      requestId,
    }),
  );
}
