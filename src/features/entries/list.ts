import { fold } from "../../fold.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { categoriesById } from "../categories/actions.ts";
import { fromRows } from "./actions.ts";
import type { Entry, EntryListFilter, EntrySort } from "./model.ts";
import * as queries from "./queries.ts";

/** Beyond so many words of a search, the rest is one. */
const WORDS = 8;
const DAY_MS = 86_400_000;

export type ListedPage = Readonly<{ entries: readonly Entry[]; next: string | null }>;

/**
 * Entries as people look through them. A cursor is the place of the last entry that was shown, not the entry itself:
 * it leads on from there however the list has changed since. One that is none leads to the beginning.
 */
export async function findEntries(
  kagi: Kagi,
  actor: Actor,
  filter: EntryListFilter,
  { sort, cursor, limit }: { sort: EntrySort; cursor: string | null; limit: number },
): Promise<ListedPage> {
  const from = cursor === null ? null : placeOf(cursor, sort);
  const [rows, categories] = await Promise.all([
    kagi.db.all<queries.PlacedRow>(
      queries.findEntries(actor, foundBy(filter, kagi.now()), { sort, cursor: from, limit: limit + 1 }),
    ),
    categoriesById(kagi.db, actor),
  ]);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { entries: fromRows(shown, categories), next: last === undefined ? null : cursorOf(last, sort) };
}

export async function countFound(kagi: Kagi, actor: Actor, filter: EntryListFilter): Promise<number> {
  const row = await kagi.db.get<{ count: number }>(queries.countFound(actor, foundBy(filter, kagi.now())));
  return row?.count ?? 0;
}

/** A filter as the database takes it. Each word of a search has to be found somewhere. */
export function foundBy({ search, expires, ...filter }: EntryListFilter, now: Date): queries.FoundBy {
  const words = fold(search)
    .split(/\s+/)
    .filter((word) => word !== "");
  const few = words.length <= WORDS ? words : [...words.slice(0, WORDS - 1), words.slice(WORDS - 1).join(" ")];
  const until = expires === null || expires === "expired" ? now : new Date(now.getTime() + Number(expires) * DAY_MS);
  return {
    ...filter,
    words: few,
    after: expires === null || expires === "expired" ? null : now.toISOString(),
    until: expires === null ? null : until.toISOString(),
  };
}

/** What each order is by, in its order. */
const PLACES: Readonly<Record<EntrySort, (row: queries.PlacedRow) => string[]>> = {
  recent: ({ id }) => [id],
  project: ({ nameFolded, id }) => [nameFolded, id],
  category: ({ categoryFolded, nameFolded, id }) => [categoryFolded, nameFolded, id],
  expiry: ({ expiresAt, id }) => [expiresAt ?? "9999", id],
  updated: ({ updatedAt, id }) => [updatedAt, id],
};
const PLACE_LENGTHS: Readonly<Record<EntrySort, number>> = {
  recent: 1,
  project: 2,
  category: 3,
  expiry: 2,
  updated: 2,
};

function cursorOf(row: queries.PlacedRow, sort: EntrySort): string {
  return Buffer.from(JSON.stringify(PLACES[sort](row))).toString("base64url");
}

function placeOf(cursor: string, sort: EntrySort): string[] | null {
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return null;
  }
  const isText = (part: unknown) => typeof part === "string" && part.isWellFormed() && !part.includes("\0");
  if (!Array.isArray(place) || place.length !== PLACE_LENGTHS[sort] || !place.every(isText)) return null;
  return place;
}
