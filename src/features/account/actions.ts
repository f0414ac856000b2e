import type { Actor, Kagi } from "../../kagi.ts";
import { deleteAllAccessKeys } from "../access-keys/actions.ts";
import { record } from "../audit/actions.ts";
import { VAULT } from "../audit/model.ts";
import { deleteAllCategories } from "../categories/actions.ts";
import { deleteAllEnvProjects } from "../envs/actions.ts";
import { deleteAllTwoFactors } from "../two-factor/actions.ts";

/** Empties the vault: categories, with their entries, and access keys. The account, its sessions and the trail stay. */
export async function deleteVault(kagi: Kagi, actor: Actor): Promise<void> {
  await kagi.db.transaction(async (tx) => {
    const categories = await deleteAllCategories(tx, actor);
    const twoFactors = await deleteAllTwoFactors(tx, actor);
    const envProjects = await deleteAllEnvProjects(tx, actor);
    const accessKeys = await deleteAllAccessKeys(tx, actor);
    await record(kagi, tx, actor, "delete-all", VAULT, {
      detail: `categories=${categories} access-keys=${accessKeys} two-factors=${twoFactors} env-projects=${envProjects}`,
    });
  });
}
