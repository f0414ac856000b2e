import { Elysia } from "elysia";
import { urls } from "../../../views/urls.ts";
import { publicPageDoor } from "../../http/guards.ts";
import { localPath } from "../../http/query.ts";
import { redirect } from "../../http/responses.ts";
import { themeCookie } from "../../http/theme.ts";
import type { Kagi } from "../../kagi.ts";

export const settingsPages = (kagi: Kagi) =>
  new Elysia()
    .use(publicPageDoor(kagi))
    .get(urls.settings, () => redirect(urls.accessKeys))
    .get(urls.theme, () => redirect(urls.home))
    .post(urls.theme, ({ form }) => {
      return redirect(localPath(form.get("next")), { cookies: [themeCookie(kagi, form.get("theme"))] });
    });
