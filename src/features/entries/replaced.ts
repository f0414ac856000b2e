import { EnvelopeError, open, seal } from "../../crypto/envelope.ts";
import { newId } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { type Actor, type Kagi, writerOf } from "../../kagi.ts";
import { describeCause } from "../../log.ts";
import type { KeyType } from "../categories/model.ts";
import { ENTRY_VERSIONS } from "./model.ts";
import * as queries from "./queries.ts";
import { openValue, parseValue, textOf, type Value } from "./value.ts";

type Replaced = queries.SealedEntryRow & { keyType: KeyType };

/**
 * Keeps the value that an entry is about to lose, among the last of them. The one that it has already is not replaced.
 * What does not open could not be restored: it is not kept, and must not keep its owner from writing what does.
 */
export async function keepReplaced(
  kagi: Kagi,
  tx: Db,
  actor: Actor,
  before: Replaced,
  value: Value,
  replacedAt: string,
): Promise<void> {
  let held: Value;
  try {
    held = openValue(kagi.keyring, before.id, before.sealedValue, before.keyType);
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    const { requestId } = actor;
    kagi.log.error("a sealed value does not open", { entryId: before.id, requestId, ...describeCause(error) });
    return;
  }
  if (textOf(held) === textOf(value)) return;
  const latest = await tx.get<{ number: number; replacedAt: string }>(queries.latestEntryVersion(actor, before.id));
  const id = newId();
  const number = (latest?.number ?? 0) + 1;
  await tx.run(
    queries.insertEntryVersion(actor, before.id, {
      id,
      number,
      sealedValue: seal(kagi.keyring, placeOf(id), textOf(held)),
      fileName: before.fileName,
      sshKeyType: before.sshKeyType,
      sshKeyFingerprint: before.sshKeyFingerprint,
      // When it replaced the one before it; with none before it, only an entry that was never changed tells.
      writtenAt: latest?.replacedAt ?? (before.updatedAt === before.createdAt ? before.createdAt : null),
      replacedAt,
      replacedBy: writerOf(actor),
    }),
  );
  await tx.run(queries.deleteEntryVersionsUpTo(actor, before.id, number - ENTRY_VERSIONS));
}

/** Throws EnvelopeError. */
export function openReplaced(kagi: Kagi, row: queries.SealedEntryVersionRow, keyType: KeyType): Value {
  return parseValue(open(kagi.keyring, placeOf(row.id), row.sealedValue), keyType);
}

function placeOf(id: string) {
  return { table: "entry_versions", column: "sealed_value", id };
}
