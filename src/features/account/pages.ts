import { Elysia } from "elysia";
import { DangerPage, EmptiedPage, EmptyVaultForm } from "../../../views/account/danger.tsx";
import { AccountPage, EmailForm, NameForm, PasswordForm, type Refused } from "../../../views/account/settings.tsx";
import { urls } from "../../../views/urls.ts";
import { codeIn } from "../../http/body.ts";
import { sessionCookie, signInCookies } from "../../http/cookies.ts";
import { doneCookie } from "../../http/done.ts";
import { type Refusal, refusalOf } from "../../http/failures.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { html, redirect } from "../../http/responses.ts";
import { parse } from "../../http/validate.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { countAccessKeys } from "../access-keys/actions.ts";
import { changeEmail, changeName, changePassword } from "../auth/actions.ts";
import { hasFreshProof, sessionOf } from "../auth/proof.ts";
import { factorsOf, hasSecondFactor } from "../auth/second-factor.ts";
import { countVault, emptyVault, lastEmptied } from "./actions.ts";
import { EmailChange, NameChange, PasswordChange } from "./model.ts";

export const accountPages = (kagi: Kagi) => new Elysia().use(profilePages(kagi)).use(dangerPages(kagi));

const profilePages = (kagi: Kagi) => {
  /** The proof of just now counts for the code, too. */
  const provingBy = async (actor: Actor) => {
    const factors = await factorsOf(kagi.db, actor.userId);
    return { factors, asksCode: hasSecondFactor(factors) && !hasFreshProof(kagi, actor) };
  };
  const show = async (request: Request, actor: Actor, refused: Refused | null, refusal?: Refusal) => {
    const accessKeys = await countAccessKeys(kagi, actor);
    const proving = await provingBy(actor);
    const { user } = sessionOf(actor);
    const props = { user, accessKeys, ...proving, refused };
    const { status, headers } = refusal ?? {};
    return await page(kagi, { request, actor }, (frame) => AccountPage({ frame, ...props }), { status, headers });
  };
  return (
    new Elysia()
      .use(pageDoor(kagi))
      .get(urls.settings, ({ request, actor }) => show(request, actor, null))
      // A form's address has a page, too, for those who come back to it.
      .get(urls.changeName, () => redirect(urls.settings))
      .get(urls.changeEmail, () => redirect(urls.settings))
      .get(urls.changePassword, () => redirect(urls.settings))

      .post(urls.changeName, async ({ request, actor, form, htmx }) => {
        const name = form.get("name").trim();
        const refusal = await refusalOf(() => changeName(kagi, actor, parse(NameChange, { name })));
        if (!refusal) return redirect(urls.settings, { htmx, cookies: [doneCookie(kagi, "name-changed")] });
        const { problem, status, headers } = refusal;
        if (htmx) return html(NameForm({ value: name, problem }), { status, headers });
        return await show(request, actor, { form: "name", typed: name, problem }, refusal);
      })

      .post(urls.changeEmail, async ({ request, actor, form, htmx }) => {
        const email = form.get("email").trim();
        const input = { email, currentPassword: form.get("currentPassword"), ...codeIn(form) };
        let changed: Awaited<ReturnType<typeof changeEmail>> = null;
        const refusal = await refusalOf(async () => {
          changed = await changeEmail(kagi, actor, parse(EmailChange, input));
        });
        if (!refusal) return redirect(urls.settings, { htmx, cookies: emailCookies(kagi, changed) });
        const { problem, status, headers } = refusal;
        const proving = await provingBy(actor);
        if (htmx) return html(EmailForm({ value: email, problem, ...proving }), { status, headers });
        return await show(request, actor, { form: "email", typed: email, problem }, refusal);
      })

      .post(urls.changePassword, async ({ request, actor, form, htmx }) => {
        const passwords = { currentPassword: form.get("currentPassword"), password: form.get("password") };
        const input = { ...passwords, ...codeIn(form) };
        let changed: Awaited<ReturnType<typeof changePassword>> | undefined;
        const refusal = await refusalOf(async () => {
          changed = await changePassword(kagi, actor, parse(PasswordChange, input));
        });
        if (changed) {
          const done = doneCookie(kagi, "password-changed", changed.endedSessions);
          return redirect(urls.settings, { htmx, cookies: [...signInCookies(kagi.config, changed), done] });
        }
        const { problem = null, status, headers } = refusal ?? {};
        const { email } = sessionOf(actor).user;
        const proving = await provingBy(actor);
        if (htmx) return html(PasswordForm({ email, problem, ...proving }), { status, headers });
        return await show(request, actor, { form: "password", typed: "", problem }, refusal);
      })
  );
};

function emailCookies(kagi: Kagi, changed: Awaited<ReturnType<typeof changeEmail>>): string[] {
  const session = changed === null ? [] : [sessionCookie(kagi.config, changed)];
  return [...session, doneCookie(kagi, "email-changed", changed?.endedSessions ?? 0)];
}

const dangerPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.danger, async ({ request, actor }) => {
      const props = { counts: await countVault(kagi, actor), problem: null, confirmed: hasFreshProof(kagi, actor) };
      return await page(kagi, { request, actor }, (frame) => DangerPage({ frame, ...props }));
    })
    .post(urls.danger, async ({ request, actor, form, htmx }) => {
      const refusal = await refusalOf(() => emptyVault(kagi, actor, form.get("word")));
      if (!refusal) return redirect(urls.emptied, { htmx });
      const { problem, status } = refusal;
      const props = { counts: await countVault(kagi, actor), problem, confirmed: true };
      if (htmx) return html(EmptyVaultForm(props), { status });
      return await page(kagi, { request, actor }, (frame) => DangerPage({ frame, ...props }), { status });
    })

    .get(urls.emptied, async ({ request, actor }) => {
      const emptied = await lastEmptied(kagi, actor);
      if (emptied === null) return redirect(urls.danger);
      return await page(kagi, { request, actor }, (frame) => EmptiedPage({ frame, ...emptied, now: kagi.now() }));
    });
