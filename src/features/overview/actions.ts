import type { Actor, Kagi } from "../../kagi.ts";
import { listAccessKeys } from "../access-keys/actions.ts";
import { categoriesById } from "../categories/actions.ts";
import { listEntries } from "../entries/actions.ts";
import { monthEnd } from "../entries/list.ts";
import type { Entry } from "../entries/model.ts";
import { countEnvProjects } from "../envs/actions.ts";
import { countEach } from "../stats/actions.ts";
import { EXPIRING_DAYS, EXPIRING_SHOWN, type Expiring, type Overview, RECENT_SHOWN } from "./model.ts";
import * as queries from "./queries.ts";

const DAY_MS = 86_400_000;

/** What the vault holds, what is new in it, and what ends. Nothing secret is opened. */
export async function describeVault(kagi: Kagi, actor: Actor): Promise<Overview> {
  const [counts, envProjects, accessKeys, recent, expiring] = await Promise.all([
    countEach(kagi, actor),
    countEnvProjects(kagi, actor),
    listAccessKeys(kagi, actor, { limit: 1 }),
    listEntries(kagi, actor, { limit: RECENT_SHOWN }),
    findExpiring(kagi, actor),
  ]);
  return {
    ...counts,
    envProjects,
    hasAccessKeys: accessKeys.items.length > 0,
    recent: recent.items,
    ...expiring,
  };
}

type Ending = Pick<Overview, "expired" | "expiring" | "endingThisMonth">;

async function findExpiring(kagi: Kagi, actor: Actor): Promise<Ending> {
  const now = kagi.now();
  const at = now.toISOString();
  const until = new Date(now.getTime() + EXPIRING_DAYS * DAY_MS).toISOString();
  const month = monthEnd(now).toISOString();
  const [counts, expired, expiring, categories] = await Promise.all([
    kagi.db.get<queries.ExpiringCounts>(queries.countExpiring(actor.userId, { now: at, until, month })),
    kagi.db.all<queries.ExpiringRow>(queries.expiredEntries(actor.userId, at, EXPIRING_SHOWN)),
    kagi.db.all<queries.ExpiringRow>(queries.expiringEntries(actor.userId, at, until, EXPIRING_SHOWN)),
    categoriesById(kagi.db, actor),
  ]);
  const withCategory = (row: queries.ExpiringRow): Expiring[] => {
    const category: Entry["category"] | undefined = categories.get(row.categoryId);
    // It may have gone, with its entries, between the two reads.
    return category === undefined ? [] : [{ ...row, category }];
  };
  return {
    expired: { count: counts?.expired ?? 0, first: expired.flatMap(withCategory) },
    endingThisMonth: counts?.month ?? 0,
    expiring: { count: counts?.expiring ?? 0, first: expiring.flatMap(withCategory) },
  };
}
