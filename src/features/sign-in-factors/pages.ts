import { Elysia } from "elysia";
import encodeQR from "qr";
import {
  BeginAppPage,
  ConfirmAppPage,
  RemoveApp,
  RemoveAppPage,
} from "../../../views/sign-in-factors/authenticator-app.tsx";
import { SignInSettingsPage } from "../../../views/sign-in-factors/overview.tsx";
import {
  DeletePasskey,
  DeletePasskeyPage,
  NewPasskeyPage,
  RenamePasskeyForm,
  RenamePasskeyPage,
} from "../../../views/sign-in-factors/passkeys.tsx";
import { RecoveryCodesPage, RenewCodes, RenewCodesPage } from "../../../views/sign-in-factors/recovery-codes.tsx";
import { urls } from "../../../views/urls.ts";
import { passkeyIn } from "../../http/body.ts";
import { doneCookie } from "../../http/done.ts";
import { type Refusal, refusalOf } from "../../http/failures.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { passkeyWayOf } from "../../http/passkey-way.ts";
import { relyingPartyOf } from "../../http/relying-party.ts";
import { html, redirect } from "../../http/responses.ts";
import { parse } from "../../http/validate.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { deviceOf } from "../auth/device.ts";
import { requireFreshProof } from "../auth/proof.ts";
import { factorsOf } from "../auth/second-factor.ts";
import { describeLinks } from "../keycloak/actions.ts";
import { beginTotp, begunTotp, confirmTotp, describeFactors, removeTotp, renewRecoveryCodes } from "./actions.ts";
import { type AddedPasskey, type BegunTotp, PasskeyChange, PasskeyInput, TotpConfirmation } from "./model.ts";
import { addPasskey, deletePasskey, getPasskey, renamePasskey } from "./passkeys.ts";

export const signInFactorPages = (kagi: Kagi) =>
  new Elysia()
    .use(overviewPages(kagi))
    .use(authenticatorAppPages(kagi))
    .use(recoveryCodePages(kagi))
    .use(passkeyPages(kagi));

const overviewPages = (kagi: Kagi) =>
  new Elysia().use(pageDoor(kagi)).get(urls.signInSettings, async ({ request, actor }) => {
    const props = {
      factors: await describeFactors(kagi, actor),
      linked: await describeLinks(kagi, actor),
      passkeysWork: relyingPartyOf(kagi.config, request) !== null,
      now: kagi.now(),
    };
    return await page(kagi, { request, actor }, (frame) => SignInSettingsPage({ frame, ...props }));
  });

type Visit = Readonly<{ request: Request; actor: Actor }>;

const authenticatorAppPages = (kagi: Kagi) => {
  const show = (visit: Visit, begun: BegunTotp, refusal?: Refusal) => {
    const code = encodeQR(begun.uri, "raw", { border: 4 });
    const { problem = null, status, headers } = refusal ?? {};
    const view = { status, headers, secret: true };
    return page(kagi, visit, (frame) => ConfirmAppPage({ frame, begun, code, problem }), view);
  };
  return new Elysia()
    .use(pageDoor(kagi))
    .get(urls.authenticatorApp, async ({ request, actor }) => {
      requireFreshProof(kagi, actor);
      if ((await factorsOf(kagi.db, actor.userId)).totp) return redirect(urls.signInSettings);
      return await page(kagi, { request, actor }, (frame) => BeginAppPage({ frame }));
    })
    .post(urls.authenticatorApp, async ({ request, actor }) => {
      requireFreshProof(kagi, actor);
      return await show({ request, actor }, await beginTotp(kagi, actor));
    })
    .get(urls.confirmAuthenticatorApp, () => redirect(urls.authenticatorApp))
    .post(urls.confirmAuthenticatorApp, async ({ request, actor, form }) => {
      requireFreshProof(kagi, actor);
      let recoveryCodes: string[] | null = null;
      const refusal = await refusalOf(async () => {
        const { code } = parse(TotpConfirmation, { code: form.get("code").trim() });
        recoveryCodes = await confirmTotp(kagi, actor, code);
      });
      if (refusal) {
        const begun = await begunTotp(kagi, actor);
        return begun === null ? redirect(urls.authenticatorApp) : await show({ request, actor }, begun, refusal);
      }
      const done = "The authenticator app is on. Its codes are asked for from now on.";
      return await showCodes(kagi, { request, actor }, "Authenticator app switched on", done, recoveryCodes);
    })

    .get(urls.removeAuthenticatorApp, async ({ request, actor, htmx }) => {
      requireFreshProof(kagi, actor);
      const { totp, passkeys } = await factorsOf(kagi.db, actor.userId);
      if (!totp) return redirect(urls.signInSettings, { htmx });
      const last = passkeys === 0;
      if (htmx) return html(RemoveApp({ last, inDialog: true }));
      return await page(kagi, { request, actor }, (frame) => RemoveAppPage({ frame, last }));
    })
    .post(urls.removeAuthenticatorApp, async ({ actor, htmx }) => {
      requireFreshProof(kagi, actor);
      await removeTotp(kagi, actor);
      return redirect(urls.signInSettings, { htmx, cookies: [doneCookie(kagi, "authenticator-app-removed")] });
    });
};

const recoveryCodePages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.renewRecoveryCodes, async ({ request, actor, htmx }) => {
      requireFreshProof(kagi, actor);
      if (htmx) return html(RenewCodes({ inDialog: true }));
      return await page(kagi, { request, actor }, (frame) => RenewCodesPage({ frame }));
    })
    .post(urls.renewRecoveryCodes, async ({ request, actor }) => {
      requireFreshProof(kagi, actor);
      const codes = await renewRecoveryCodes(kagi, actor);
      const done = "Those that you had before are worth nothing any more.";
      return await showCodes(kagi, { request, actor }, "New recovery codes", done, codes);
    });

/** The one time that codes are shown; with none, a factor came to others, and its codes are those that there were. */
async function showCodes(kagi: Kagi, visit: Visit, title: string, done: string, codes: readonly string[] | null) {
  if (codes === null) return redirect(urls.signInSettings, { cookies: [doneCookie(kagi, "factor-added")] });
  return await page(kagi, visit, (frame) => RecoveryCodesPage({ frame, title, done, codes }), { secret: true });
}

const passkeyPages = (kagi: Kagi) => {
  const isLast = async (actor: Actor) => {
    const { totp, passkeys } = await factorsOf(kagi.db, actor.userId);
    return !totp && passkeys === 1;
  };
  const showNew = (visit: Visit, name: string, refusal?: Refusal) => {
    const props = { name, way: passkeyWayOf(kagi.config, visit.request), problem: refusal?.problem ?? null };
    return page(kagi, visit, (frame) => NewPasskeyPage({ frame, ...props }), { status: refusal?.status });
  };
  return new Elysia()
    .use(pageDoor(kagi))
    .get(urls.newPasskey, async ({ request, actor }) => {
      requireFreshProof(kagi, actor);
      return await showNew({ request, actor }, deviceOf(actor.userAgent));
    })
    .post(urls.newPasskey, async ({ request, actor, form }) => {
      requireFreshProof(kagi, actor);
      const name = form.get("name").trim();
      let added: AddedPasskey | undefined;
      const refusal = await refusalOf(async () => {
        const input = parse(PasskeyInput, { name, response: passkeyIn(form) });
        added = await addPasskey(kagi, actor, relyingPartyOf(kagi.config, request), input);
      });
      if (added === undefined) return await showNew({ request, actor }, name, refusal);
      const done = "You can sign in with it from now on, and a password alone does not let in any more.";
      return await showCodes(kagi, { request, actor }, "Passkey added", done, added.recoveryCodes);
    })

    .get(urls.renamePasskey(":id"), async ({ request, actor, params }) => {
      const passkey = await getPasskey(kagi, actor, params.id);
      const props = { passkey, typed: passkey.name, problem: null };
      return await page(kagi, { request, actor }, (frame) => RenamePasskeyPage({ frame, ...props }));
    })
    .post(urls.renamePasskey(":id"), async ({ request, actor, params, form, htmx }) => {
      const typed = form.get("name").trim();
      const refusal = await refusalOf(() =>
        renamePasskey(kagi, actor, params.id, parse(PasskeyChange, { name: typed })),
      );
      if (!refusal) return redirect(urls.signInSettings, { htmx, cookies: [doneCookie(kagi, "passkey-renamed")] });
      const props = { passkey: await getPasskey(kagi, actor, params.id), typed, problem: refusal.problem };
      const { status } = refusal;
      if (htmx) return html(RenamePasskeyForm(props), { status });
      return await page(kagi, { request, actor }, (frame) => RenamePasskeyPage({ frame, ...props }), { status });
    })

    .get(urls.deletePasskey(":id"), async ({ request, actor, params, htmx }) => {
      requireFreshProof(kagi, actor);
      const props = { passkey: await getPasskey(kagi, actor, params.id), last: await isLast(actor) };
      if (htmx) return html(DeletePasskey({ ...props, inDialog: true }));
      return await page(kagi, { request, actor }, (frame) => DeletePasskeyPage({ frame, ...props }));
    })
    .post(urls.deletePasskey(":id"), async ({ actor, params, htmx }) => {
      requireFreshProof(kagi, actor);
      await deletePasskey(kagi, actor, params.id);
      return redirect(urls.signInSettings, { htmx, cookies: [doneCookie(kagi, "passkey-deleted")] });
    });
};
