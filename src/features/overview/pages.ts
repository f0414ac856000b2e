import { Elysia } from "elysia";
import { OverviewPage } from "../../../views/overview/page.tsx";
import { urls } from "../../../views/urls.ts";
import { publicPageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { redirect } from "../../http/responses.ts";
import { asset } from "../../http/static.ts";
import type { Kagi } from "../../kagi.ts";
import { isSetUp } from "../auth/actions.ts";
import { findIcons } from "../icons/actions.ts";
import { describeVault } from "./actions.ts";

/** The front page, which strangers are led on from. */
export const overviewPages = (kagi: Kagi) =>
  new Elysia().use(publicPageDoor(kagi)).get(urls.home, async ({ request, session }) => {
    if (session === null) return redirect((await isSetUp(kagi)) ? urls.signIn : urls.setUp);
    const overview = await describeVault(kagi, session);
    const shown = [...overview.recent, ...overview.expired.first, ...overview.expiring.first];
    const drawings = await findIcons(shown.flatMap(({ category }) => category.icon ?? []));
    const props = { ...overview, drawings, now: kagi.now(), script: asset("overview.js") };
    return await page(kagi, { request, actor: session }, (frame) => OverviewPage({ frame, ...props }));
  });
