import { Elysia } from "elysia";
import { Created, CreatedAccessKeyPage } from "../../../views/access-keys/created.tsx";
import { type AccessKeyDraft, AccessKeyForm, NewAccessKeyPage } from "../../../views/access-keys/form.tsx";
import { AccessKeysPage } from "../../../views/access-keys/list.tsx";
import { RevokeAccessKey, RevokeAccessKeyPage } from "../../../views/access-keys/revoke.tsx";
import { ids, urls } from "../../../views/urls.ts";
import { AppError } from "../../errors.ts";
import type { Form } from "../../http/body.ts";
import { doneCookie } from "../../http/done.ts";
import { refusalOf } from "../../http/failures.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { html, redirect } from "../../http/responses.ts";
import { parse } from "../../http/validate.ts";
import type { Kagi } from "../../kagi.ts";
import { SCOPES } from "../../scopes.ts";
import { chooserOf } from "../ai/actions.ts";
import { createAccessKey, getAccessKey, listAccessKeys, revokeAccessKey } from "./actions.ts";
import { AccessKeyInput, type CreatedAccessKey, PRESETS } from "./model.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_DAYS = "90";

export const accessKeyPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.accessKeys, async ({ request, actor }) => {
      const { items } = await listAccessKeys(kagi, actor, {});
      return await page(kagi, { request, actor }, (frame) => AccessKeysPage({ frame, keys: items, now: kagi.now() }));
    })

    .get(urls.newAccessKey, async ({ request, actor }) => {
      const asked = new URL(request.url).searchParams.get("preset");
      const choices = choicesOf(kagi);
      const preset = choices.presets.find(({ id }) => id === asked) ?? null;
      const draft = { name: "", scopes: preset?.scopes ?? [], expiry: DEFAULT_DAYS, expiresOn: "" };
      const form = { ...choices, draft, problem: null, chosenPreset: preset?.id ?? null };
      return await page(kagi, { request, actor }, (frame) => NewAccessKeyPage({ frame, ...form }));
    })
    .post(urls.newAccessKey, async ({ request, actor, form, htmx }) => {
      const draft = draftFrom(form);
      let created: CreatedAccessKey | undefined;
      const refusal = await refusalOf(async () => {
        if (draft.scopes.length === 0)
          throw new AppError("VALIDATION_ERROR", "Tick at least one scope", { field: "scopes" });
        const expiresAt = expiryOf(draft, kagi.now());
        const input = parse(AccessKeyInput, { name: draft.name, scopes: draft.scopes, expiresAt });
        created = await createAccessKey(kagi, actor, input);
      });
      if (created) {
        const shown = {
          created,
          now: kagi.now(),
          sentences: SCOPES,
          origin: kagi.config.urlIsSet ? kagi.config.url : new URL(request.url).origin,
        };
        const headers = { "HX-Retarget": `#${ids.main}`, "HX-Reswap": "innerHTML" };
        if (htmx) return html(Created(shown), { secret: true, headers });
        return await page(kagi, { request, actor }, (frame) => CreatedAccessKeyPage({ frame, ...shown }), {
          secret: true,
        });
      }
      const props = { ...choicesOf(kagi), draft, problem: refusal?.problem ?? null, chosenPreset: null };
      if (htmx) return html(AccessKeyForm(props), { status: refusal?.status });
      const view = { status: refusal?.status };
      return await page(kagi, { request, actor }, (frame) => NewAccessKeyPage({ frame, ...props }), view);
    })

    .get(urls.revokeAccessKey(":id"), async ({ request, actor, params, htmx }) => {
      const accessKey = await getAccessKey(kagi, actor, params.id);
      if (htmx) return html(RevokeAccessKey({ accessKey, inDialog: true }));
      return await page(kagi, { request, actor }, (frame) => RevokeAccessKeyPage({ frame, accessKey }));
    })
    .post(urls.revokeAccessKey(":id"), async ({ actor, params, htmx }) => {
      await revokeAccessKey(kagi, actor, params.id);
      return redirect(urls.accessKeys, { htmx, cookies: [doneCookie(kagi, "key-revoked")] });
    });

/** What a key may be given: no scope that nothing here would ask for. */
function choicesOf(kagi: Kagi) {
  if (chooserOf(kagi) !== "off") return { scopes: SCOPES, presets: PRESETS };
  const { "ai:extract": _, ...scopes } = SCOPES;
  const presets = PRESETS.map((preset) => ({
    ...preset,
    scopes: preset.scopes.filter((scope) => Object.hasOwn(scopes, scope)),
  }));
  return { scopes, presets };
}

function draftFrom(form: Form): AccessKeyDraft {
  return {
    name: form.get("name").trim(),
    scopes: form.getAll("scopes"),
    expiry: form.get("expiry") || DEFAULT_DAYS,
    expiresOn: form.get("expiresOn"),
  };
}

function expiryOf({ expiry, expiresOn }: AccessKeyDraft, now: Date): string | null {
  if (expiry === "never") return null;
  if (/^\d{1,4}$/.test(expiry)) return new Date(now.getTime() + Number(expiry) * DAY_MS).toISOString();
  if (expiresOn === "") throw new AppError("VALIDATION_ERROR", "Choose a date", { field: "expiresAt" });
  return expiresOn;
}
