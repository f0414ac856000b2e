import type { Actor, Kagi } from "../../kagi.ts";
import type { KeyType } from "../categories/model.ts";
import { ENVIRONMENTS } from "../entries/model.ts";
import { countTwoFactors } from "../two-factor/actions.ts";
import type { Stats } from "./model.ts";
import * as queries from "./queries.ts";

export async function countVault(kagi: Kagi, actor: Actor): Promise<Stats> {
  return (await countEach(kagi, actor)).stats;
}

/** The same with how many categories there are of each type, from one reading. */
export async function countEach(
  kagi: Kagi,
  actor: Actor,
): Promise<{ stats: Stats; categories: Record<KeyType, number> }> {
  const [categories, total2fa] = await Promise.all([
    kagi.db.all<queries.CategoryCounts>(queries.countByCategory(actor.userId)),
    countTwoFactors(kagi, actor),
  ]);
  const stats: Stats = {
    totalCategories: categories.length,
    totalEntries: 0,
    total2fa,
    byKeyType: { simple: 0, group: 0, ssh: 0, json: 0 },
    byEnvironment: { development: 0, staging: 0, production: 0 },
  };
  const ofType = { simple: 0, group: 0, ssh: 0, json: 0 };
  for (const category of categories) {
    ofType[category.keyType] += 1;
    for (const environment of ENVIRONMENTS) {
      const count = category[environment];
      stats.totalEntries += count;
      stats.byKeyType[category.keyType] += count;
      stats.byEnvironment[environment] += count;
    }
  }
  return { stats, categories: ofType };
}
