import { Elysia } from "elysia";
import { Created, CreatedAccessKeyPage } from "../../../views/access-keys/created.tsx";
import { type AccessKeyDraft, AccessKeyForm, NewAccessKeyPage } from "../../../views/access-keys/form.tsx";
import { AccessKeysPage } from "../../../views/access-keys/list.tsx";
import { RevokeAccessKey, RevokeAccessKeyPage } from "../../../views/access-keys/revoke.tsx";
import { RotateAccessKey, RotateAccessKeyPage } from "../../../views/access-keys/rotate.tsx";
import { ids, urls } from "../../../views/urls.ts";
import { AppError } from "../../errors.ts";
import type { Form } from "../../http/body.ts";
import { doneCookie } from "../../http/done.ts";
import { refusalOf } from "../../http/failures.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { html, redirect } from "../../http/responses.ts";
import { parse } from "../../http/validate.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { SCOPES } from "../../scopes.ts";
import { chooserOf } from "../ai/actions.ts";
import { requireRecentProof } from "../auth/proof.ts";
import { listProjectNames } from "../entries/actions.ts";
import { createAccessKey, getAccessKey, listAccessKeys, revokeAccessKey, rotateAccessKey } from "./actions.ts";
import { type AccessKey, AccessKeyInput, type CreatedAccessKey, PRESETS } from "./model.ts";

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_DAYS = "90";

export const accessKeyPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.accessKeys, async ({ request, actor }) => {
      const { items } = await listAccessKeys(kagi, actor, {});
      return await page(kagi, { request, actor }, (frame) => AccessKeysPage({ frame, keys: items, now: kagi.now() }));
    })

    // A key outlives the session that made it, so the question comes before the form, and nothing that is typed is lost.
    .get(urls.newAccessKey, async ({ request, actor }) => {
      requireRecentProof(kagi, actor);
      const asked = new URL(request.url).searchParams.get("preset");
      const choices = await choicesOf(kagi, actor);
      const preset = choices.presets.find(({ id }) => id === asked) ?? null;
      const draft = { name: "", scopes: preset?.scopes ?? [], expiry: DEFAULT_DAYS, ...NO_LIMITS };
      const form = { ...choices, draft, problem: null, chosenPreset: preset?.id ?? null };
      return await page(kagi, { request, actor }, (frame) => NewAccessKeyPage({ frame, ...form }));
    })
    .post(urls.newAccessKey, async ({ request, actor, form, htmx }) => {
      requireRecentProof(kagi, actor);
      const draft = draftFrom(form);
      let created: CreatedAccessKey | undefined;
      const refusal = await refusalOf(async () => {
        if (draft.scopes.length === 0)
          throw new AppError("VALIDATION_ERROR", "Tick at least one scope", { field: "scopes" });
        const expiresAt = expiryOf(draft, kagi.now());
        const { name, scopes } = draft;
        const input = parse(AccessKeyInput, { name, scopes, expiresAt, ...limitsOf(draft) });
        created = await createAccessKey(kagi, actor, input);
      });
      if (created) return await showOnce(kagi, { request, actor, htmx }, created, null);
      const props = { ...(await choicesOf(kagi, actor)), draft, problem: refusal?.problem ?? null, chosenPreset: null };
      if (htmx) return html(AccessKeyForm(props), { status: refusal?.status });
      const view = { status: refusal?.status };
      return await page(kagi, { request, actor }, (frame) => NewAccessKeyPage({ frame, ...props }), view);
    })

    .get(urls.rotateAccessKey(":id"), async ({ request, actor, params }) => {
      requireRecentProof(kagi, actor);
      const accessKey = await getAccessKey(kagi, actor, params.id);
      const form = { accessKey, problem: null, chosen: "" };
      return await page(kagi, { request, actor }, (frame) => RotateAccessKeyPage({ frame, ...form }));
    })
    .post(urls.rotateAccessKey(":id"), async ({ request, actor, params, form, htmx }) => {
      requireRecentProof(kagi, actor);
      const accessKey = await getAccessKey(kagi, actor, params.id);
      const chosen = form.get("ends");
      let created: CreatedAccessKey | undefined;
      const refusal = await refusalOf(async () => {
        created = await rotateAccessKey(kagi, actor, params.id, { endsAt: endOf(chosen, kagi.now()) });
      });
      if (created) {
        const old = await getAccessKey(kagi, actor, params.id);
        return await showOnce(kagi, { request, actor, htmx }, created, old);
      }
      const props = { accessKey, problem: refusal?.problem ?? null, chosen };
      if (htmx) return html(RotateAccessKey(props), { status: refusal?.status });
      const view = { status: refusal?.status };
      return await page(kagi, { request, actor }, (frame) => RotateAccessKeyPage({ frame, ...props }), view);
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

/** The one answer with the key. `old` is the key that it took the place of. */
async function showOnce(
  kagi: Kagi,
  { request, actor, htmx }: { request: Request; actor: Actor; htmx: boolean },
  created: CreatedAccessKey,
  old: AccessKey | null,
): Promise<Response> {
  const origin = kagi.config.urlIsSet ? kagi.config.url : new URL(request.url).origin;
  const shown = { created, origin, old, now: kagi.now(), sentences: SCOPES };
  const headers = { "HX-Retarget": `#${ids.main}`, "HX-Reswap": "innerHTML" };
  if (htmx) return html(Created(shown), { secret: true, headers });
  return await page(kagi, { request, actor }, (frame) => CreatedAccessKeyPage({ frame, ...shown }), { secret: true });
}

async function choicesOf(kagi: Kagi, actor: Actor) {
  return { ...allowed(kagi), projects: await listProjectNames(kagi, actor) };
}

/** What a key may be given: no scope that nothing here would ask for. */
function allowed(kagi: Kagi) {
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
    project: form.get("project").trim(),
    environment: form.get("environment"),
    addresses: form.get("addresses"),
  };
}

const NO_LIMITS = { expiresOn: "", project: "", environment: "", addresses: "" } as const;

/** What is left empty is no limit. */
function limitsOf({ project, environment, addresses }: AccessKeyDraft) {
  const ranges = addresses.split(/[\s,]+/).filter((range) => range !== "");
  return {
    project: project || null,
    environment: environment || null,
    addresses: ranges.length === 0 ? null : ranges,
  };
}

/** Of a number of minutes from now; null is at once. */
function endOf(minutes: string, now: Date): string | null {
  if (!/^\d{1,5}$/.test(minutes)) throw new AppError("VALIDATION_ERROR", "Choose when", { field: "endsAt" });
  return minutes === "0" ? null : new Date(now.getTime() + Number(minutes) * MINUTE_MS).toISOString();
}

function expiryOf({ expiry, expiresOn }: AccessKeyDraft, now: Date): string | null {
  if (expiry === "never") return null;
  if (/^\d{1,4}$/.test(expiry)) return new Date(now.getTime() + Number(expiry) * DAY_MS).toISOString();
  if (expiresOn === "") throw new AppError("VALIDATION_ERROR", "Choose a date", { field: "expiresAt" });
  return expiresOn;
}
