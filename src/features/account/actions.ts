import type { Db } from "../../db/sql.ts";
import { AppError } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { deleteAllAccessKeys } from "../access-keys/actions.ts";
import { lastOf, record } from "../audit/actions.ts";
import { VAULT } from "../audit/model.ts";
import { requireFreshProof, requireRecentProof } from "../auth/proof.ts";
import { deleteAllCategories } from "../categories/actions.ts";
import { deleteAllEnvProjects } from "../envs/actions.ts";
import { deleteAllTwoFactors } from "../two-factor/actions.ts";
import { EMPTY_WORD, type VaultCounts } from "./model.ts";
import * as queries from "./queries.ts";

/**
 * Empties the vault: categories with their entries, second factors, env projects with their files, and access keys. The
 * account, how it is signed in to, its sessions and the trail stay. Throws FRESH_PROOF_REQUIRED.
 */
export async function deleteVault(kagi: Kagi, actor: Actor): Promise<void> {
  requireRecentProof(kagi, actor);
  await kagi.db.transaction((tx) => empty(kagi, tx, actor));
}

/** What `deleteVault` would take. */
export async function countVault(kagi: Kagi, actor: Actor): Promise<VaultCounts> {
  return await count(kagi.db, actor);
}

/**
 * The same for a person at a page, who has typed a word and proven who they are. A vault that is empty already is left
 * alone, so that the second of two clicks takes nothing, and tells nothing, of the first.
 * Throws FRESH_PROOF_REQUIRED, VALIDATION_ERROR.
 */
export async function emptyVault(kagi: Kagi, actor: Actor, word: string): Promise<void> {
  requireFreshProof(kagi, actor);
  if (word.trim() !== EMPTY_WORD) {
    throw new AppError("VALIDATION_ERROR", `Type ${EMPTY_WORD} in capital letters`, { field: "word" });
  }
  await kagi.db.transaction(async (tx) => {
    await tx.run(queries.holdActiveOrNot(actor.userId));
    const counts = await count(tx, actor);
    if (Object.values(counts).some((number) => number > 0)) await empty(kagi, tx, actor);
  });
}

/** When the vault was last emptied and what went, as the trail tells it; null when it never was. */
export async function lastEmptied(kagi: Kagi, actor: Actor): Promise<{ at: string; went: VaultCounts } | null> {
  const event = await lastOf(kagi, actor, "delete-all");
  if (event === null) return null;
  const told = new Map(event.detail?.split(" ").map((part) => part.split("=") as [string, string]));
  const went = Object.fromEntries(TOLD.map(([name, word]) => [name, Number(told.get(word) ?? 0)]));
  return { at: event.at, went: went as VaultCounts };
}

/** How the trail calls what went. */
const TOLD = [
  ["categories", "categories"],
  ["entries", "entries"],
  ["twoFactors", "two-factors"],
  ["envProjects", "env-projects"],
  ["envFiles", "env-files"],
  ["accessKeys", "access-keys"],
] as const satisfies readonly (readonly [keyof VaultCounts, string])[];

async function empty(kagi: Kagi, tx: Db, actor: Actor): Promise<void> {
  await tx.run(queries.holdActiveOrNot(actor.userId));
  const went = {
    ...(await count(tx, actor)),
    // Projects before categories, as an import holds them.
    envProjects: await deleteAllEnvProjects(tx, actor),
    categories: await deleteAllCategories(tx, actor),
    twoFactors: await deleteAllTwoFactors(tx, actor),
    accessKeys: await deleteAllAccessKeys(tx, actor),
  };
  const detail = TOLD.map(([name, word]) => `${word}=${went[name]}`).join(" ");
  await record(kagi, tx, actor, "delete-all", VAULT, { detail });
}

async function count(db: Db, actor: Actor): Promise<VaultCounts> {
  const row = await db.get<queries.CountsRow>(queries.countVault(actor.userId));
  if (row === undefined) throw new Error("counting gave no row");
  return row;
}
