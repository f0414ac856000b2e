import { EnvelopeError, open, type Place } from "../../crypto/envelope.ts";
import type { Keyring } from "../../crypto/keyring.ts";
import type { Db } from "../../db/sql.ts";
import { SEALED_COLUMNS, type SealedRow } from "./queries.ts";

export type Sealed = Readonly<{ place: Place; text: string | undefined; put: (sealed: string) => Promise<void> }>;

/** Every sealed value of the vault, one after the other; `text` is undefined for one that does not open. */
export async function* everySealed(db: Db, keyring: Keyring): AsyncGenerator<Sealed> {
  for (const { table, column, page, put } of SEALED_COLUMNS) {
    let rows = await db.all<SealedRow>(page(""));
    while (rows.length > 0) {
      for (const { id, sealed } of rows) {
        const place = { table, column, id };
        yield { place, text: tryOpen(keyring, place, sealed), put: (text) => db.run(put(id, text)) };
      }
      rows = await db.all<SealedRow>(page((rows.at(-1) as SealedRow).id));
    }
  }
}

function tryOpen(keyring: Keyring, place: Place, sealed: string): string | undefined {
  try {
    return open(keyring, place, sealed);
  } catch (error) {
    if (error instanceof EnvelopeError) return undefined;
    throw error;
  }
}
