import type { KeyType } from "../categories/model.ts";
import type { Entry } from "../entries/model.ts";
import type { Stats } from "../stats/model.ts";

export const RECENT_SHOWN = 5;
/** Of what has expired, and of what is about to, each. */
export const EXPIRING_SHOWN = 5;
export const EXPIRING_DAYS = 30;
/** Whoever has so many entries knows the way; the first steps go then, and when all are done. */
export const STEPS_UNTIL_ENTRIES = 10;

export type Expiring = Pick<Entry, "id" | "categoryId" | "name" | "environment" | "category"> & { expiresAt: string };

/** How many there are, and the first of them. */
type Counted = Readonly<{ count: number; first: readonly Expiring[] }>;

export type Overview = Readonly<{
  stats: Stats;
  /** How many categories there are of each type. */
  categories: Readonly<Record<KeyType, number>>;
  envProjects: number;
  hasAccessKeys: boolean;
  /** Newest first. */
  recent: readonly Entry[];
  expired: Counted;
  /** How many end from now until the month does, by UTC. */
  endingThisMonth: number;
  /** Within `EXPIRING_DAYS`, without what has expired. */
  expiring: Counted;
}>;
