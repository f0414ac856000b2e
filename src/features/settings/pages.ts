import { Elysia } from "elysia";
import { EncryptionPage } from "../../../views/settings/encryption.tsx";
import { urls } from "../../../views/urls.ts";
import { pageDoor, publicPageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { localPath } from "../../http/query.ts";
import { redirect } from "../../http/responses.ts";
import { themeCookie } from "../../http/theme.ts";
import type { Kagi } from "../../kagi.ts";

export const settingsPages = (kagi: Kagi) => new Elysia().use(themePages(kagi)).use(encryptionPages(kagi));

const themePages = (kagi: Kagi) =>
  new Elysia()
    .use(publicPageDoor(kagi))
    .get(urls.theme, () => redirect(urls.home))
    .post(urls.theme, ({ form }) => {
      return redirect(localPath(form.get("next")), { cookies: [themeCookie(kagi, form.get("theme"))] });
    });

const encryptionPages = (kagi: Kagi) =>
  new Elysia().use(pageDoor(kagi)).get(urls.encryption, async ({ request, actor }) => {
    const keyFromEnvironment = kagi.config.encryptionKey !== null;
    const { fingerprint } = kagi.keyring;
    return await page(kagi, { request, actor }, (frame) => EncryptionPage({ frame, fingerprint, keyFromEnvironment }));
  });
