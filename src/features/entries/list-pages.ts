import { Elysia } from "elysia";
import { CategoryPage } from "../../../views/entries/category-page.tsx";
import {
  addressOf,
  EntriesPage,
  type EntryList,
  EntryResults,
  EntryRows,
  orderOf,
} from "../../../views/entries/list.tsx";
import { urls } from "../../../views/urls.ts";
import { KEY_TYPE_ORDER } from "../../../views/words.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { environmentOf, searchText } from "../../http/query.ts";
import { html } from "../../http/responses.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { isUuid } from "../../schema.ts";
import { lastSeenOf } from "../audit/actions.ts";
import { categoriesById, getCategory } from "../categories/actions.ts";
import { serviceOf } from "../categories/catalogue.ts";
import type { Category } from "../categories/model.ts";
import { findIcon, findIcons } from "../icons/actions.ts";
import { fieldNames } from "./actions.ts";
import { countFound, cursorTo, findEntries } from "./list.ts";
import { ENTRY_SORTS, type EntryListFilter, type EntrySort, EXPIRY_FILTERS } from "./model.ts";

/** Rows that come at once. */
const ROWS = 40;
/** Rows that a page brings back for somebody who comes back to it; from there on it goes on as before. */
const MOST_ROWS = 1_200;

export const entryListPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.entries, async ({ request, actor, htmx }) => {
      const asked = new URL(request.url).searchParams;
      const list = await listFor(kagi, actor, asked, null);
      return (
        swapped(htmx, asked, list) ?? (await page(kagi, { request, actor }, (frame) => EntriesPage({ frame, ...list })))
      );
    })
    .get(urls.category(":id"), async ({ request, actor, params, htmx }) => {
      const asked = new URL(request.url).searchParams;
      const category = await getCategory(kagi, actor, params.id);
      const list = { ...(await listFor(kagi, actor, asked, category)), category };
      const drawing = (await findIcon(category.icon ?? "")) ?? null;
      const view = swapped(htmx, asked, list);
      const service = serviceOf(category);
      return (
        view ?? (await page(kagi, { request, actor }, (frame) => CategoryPage({ frame, drawing, service, ...list })))
      );
    });

/** What a list is narrowed down to by a page's address or a form; what is no filter is none. */
export function filterOf(asked: { get: (name: string) => string | null }): EntryListFilter {
  const category = asked.get("category");
  return {
    search: searchText(asked.get("search")),
    type: KEY_TYPE_ORDER.find((type) => type === asked.get("type")) ?? null,
    environment: environmentOf(asked.get("environment")),
    project: searchText(asked.get("project")) || null,
    category: isUuid(category) ? category : null,
    expires: EXPIRY_FILTERS.find((one) => one === asked.get("expires")) ?? null,
  };
}

/** The names of all filters, in an address as in a form. */
export const FILTER_NAMES = Object.keys(filterOf({ get: () => null }));

/** The order that is asked for, or the one that suits the filter. */
export function sortOf(text: string | null, filter: Pick<EntryListFilter, "expires">): EntrySort {
  // An entry's name is its project's.
  return text === "name" ? "project" : (ENTRY_SORTS.find((sort) => sort === text) ?? orderOf(filter));
}

async function listFor(
  kagi: Kagi,
  actor: Actor,
  asked: URLSearchParams,
  category: Category | null,
): Promise<EntryList> {
  const filter =
    category === null ? filterOf(asked) : { ...filterOf(asked), category: category.id, type: null, project: null };
  const sort = sortOf(asked.get("sort"), filter);
  const entry = asked.get("entry");
  const cursor =
    asked.get("cursor") ||
    (entry !== null && isUuid(entry) ? await cursorTo(kagi, actor, filter, { id: entry, sort, rows: ROWS }) : null);
  const before = numberOf(asked.get("rows"));
  const limit = before === null ? Math.max(ROWS, Math.min(numberOf(asked.get("shown")) ?? ROWS, MOST_ROWS)) : ROWS;
  const [{ entries, next }, found] = await Promise.all([
    findEntries(kagi, actor, filter, { sort, cursor, limit }),
    before === null ? countFound(kagi, actor, filter) : 0,
  ]);
  const [names, seen] = await Promise.all([fieldNames(kagi, actor, entries), lastSeenOf(kagi, actor, entries)]);
  const icons = category === null ? entries.flatMap((entry) => entry.category.icon ?? []) : [];
  const known = filter.category === null || category !== null ? undefined : await categoriesById(kagi.db, actor);
  return {
    category,
    // Those that a group should have when its value does not open.
    entries: entries.map((entry) => ({
      entry,
      fields: names.get(entry.id) ?? entry.category.fieldDefinitions ?? [],
      seen: seen.get(entry.id) ?? null,
    })),
    drawings: await findIcons(icons),
    found,
    filter,
    categoryName: known?.get(filter.category ?? "")?.name ?? null,
    sort,
    from: before === null ? cursor : asked.get("from") || null,
    next,
    rows: (before ?? 0) + entries.length,
    now: kagi.now(),
  };
}

/** What htmx has asked for: the rows that come next, or all that a filter leaves. The address keeps up with both. */
function swapped(htmx: boolean, asked: URLSearchParams, list: EntryList): Response | undefined {
  if (!htmx) return undefined;
  if (!asked.has("rows")) return html(EntryResults(list), { headers: { "HX-Replace-Url": addressOf(list) } });
  const shown = Math.min(list.rows, MOST_ROWS);
  const address = addressOf(list, { cursor: list.from, shown: String(shown) });
  return html(EntryRows(list), { headers: { "HX-Replace-Url": address } });
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null;
}
