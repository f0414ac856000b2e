import type { Actor, Kagi } from "../../kagi.ts";
import type { KeyType } from "../categories/model.ts";
import type { Environment } from "../entries/model.ts";
import type { Stats } from "./model.ts";
import * as queries from "./queries.ts";

export async function countVault(kagi: Kagi, actor: Actor): Promise<Stats> {
  const [categories, groups] = await Promise.all([
    kagi.db.get<{ count: number }>(queries.countCategories(actor.userId)),
    kagi.db.all<{ keyType: KeyType; environment: Environment; count: number }>(queries.countEntries(actor.userId)),
  ]);
  const stats: Stats = {
    totalCategories: categories?.count ?? 0,
    totalEntries: 0,
    total2fa: 0,
    byKeyType: { simple: 0, group: 0, ssh: 0, json: 0 },
    byEnvironment: { development: 0, staging: 0, production: 0 },
  };
  for (const { keyType, environment, count } of groups) {
    stats.totalEntries += count;
    stats.byKeyType[keyType] += count;
    stats.byEnvironment[environment] += count;
  }
  return stats;
}
