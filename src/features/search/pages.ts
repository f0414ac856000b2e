import { Elysia } from "elysia";
import { SearchPage } from "../../../views/search/page.tsx";
import { BoxResults } from "../../../views/search/results.tsx";
import { urls } from "../../../views/urls.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { searchText } from "../../http/query.ts";
import { html } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { findIcons } from "../icons/actions.ts";
import { BOX, PAGE, searchEverywhere } from "./actions.ts";
import type { Found } from "./model.ts";

/** One address: a page for people, and what the box on every page shows for its script. */
export const searchPages = (kagi: Kagi) =>
  new Elysia().use(pageDoor(kagi)).get(urls.search, async ({ request, actor, htmx }) => {
    const text = searchText(new URL(request.url).searchParams.get("q"));
    const groups = await searchEverywhere(kagi, actor, text, htmx ? BOX : PAGE);
    const drawings = await findIcons(groups.flatMap(({ results }) => results.flatMap(iconOf)));
    const results = { text, groups, drawings };
    if (htmx) return html(BoxResults({ ...results, here: urls.home }));
    return await page(kagi, { request, actor }, (frame) => SearchPage({ frame, ...results }));
  });

function iconOf(found: Found): string[] {
  const category = found.kind === "category" ? found.category : found.kind === "entry" ? found.entry.category : null;
  return category?.icon ? [category.icon] : [];
}
