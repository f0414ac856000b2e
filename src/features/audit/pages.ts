import { Elysia } from "elysia";
import {
  type ActivityList,
  ActivityPage,
  ActivityResults,
  ActivityRows,
  addressOf,
} from "../../../views/audit/activity.tsx";
import { urls } from "../../../views/urls.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { html } from "../../http/responses.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { isUuid } from "../../schema.ts";
import { listAccessKeys } from "../access-keys/actions.ts";
import { listActivity, listPlaces } from "./actions.ts";
import { ACTIVITY_DAYS, type ActivityFilter, THING_KINDS, VERBS } from "./model.ts";

/** Rows that come at once. */
const ROWS = 50;
const DAY_MS = 24 * 60 * 60 * 1000;

export const activityPages = (kagi: Kagi) =>
  new Elysia().use(pageDoor(kagi)).get(urls.activity, async ({ request, actor, htmx }) => {
    const asked = new URL(request.url).searchParams;
    const list = await listFor(kagi, actor, asked);
    if (htmx && asked.has("rows")) return html(ActivityRows(list));
    if (htmx) return html(ActivityResults(list), { headers: { "HX-Replace-Url": addressOf(list.filter) } });
    // What to narrow down to is there already when only rows are asked for.
    const { items: keys } = await listAccessKeys(kagi, actor, {});
    return await page(kagi, { request, actor }, (frame) => ActivityPage({ frame, keys, ...list }));
  });

async function listFor(kagi: Kagi, actor: Actor, asked: URLSearchParams): Promise<ActivityList> {
  const filter = filterOf(asked);
  const now = kagi.now();
  const cursor = /^\d{1,9}$/.exec(asked.get("cursor") ?? "")?.[0];
  const { items, next } = await listActivity(kagi, actor, {
    limit: ROWS,
    cursor,
    thing: filter.thing ?? undefined,
    thingId: filter.item ?? undefined,
    action: filter.action ?? undefined,
    key: filter.key ?? undefined,
    from: filter.days === null ? undefined : new Date(now.getTime() - Number(filter.days) * DAY_MS).toISOString(),
  });
  const places = await listPlaces(kagi, actor, items);
  const days = kagi.config.auditRetentionDays;
  return { events: items, places, filter, from: cursor ?? null, next, now, retention: days };
}

/** What the list is narrowed down to by the page's address; what is no filter is none. */
function filterOf(asked: URLSearchParams): ActivityFilter {
  const id = (name: string) => {
    const text = asked.get(name);
    return isUuid(text) ? text : null;
  };
  return {
    thing: THING_KINDS.find((kind) => kind === asked.get("thing")) ?? null,
    item: id("item"),
    action: VERBS.find((verb) => verb === asked.get("action")) ?? null,
    key: id("key"),
    days: ACTIVITY_DAYS.find((days) => days === asked.get("days")) ?? null,
  };
}
