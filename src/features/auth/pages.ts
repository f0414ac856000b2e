import { Elysia } from "elysia";
import { ConfirmForm, ConfirmPage } from "../../../views/auth/confirm.tsx";
import { SetUpForm, SetUpPage } from "../../../views/auth/set-up.tsx";
import { SignInForm, SignInPage, type Ways } from "../../../views/auth/sign-in.tsx";
import type { Frame } from "../../../views/layout/frame.ts";
import { urls } from "../../../views/urls.ts";
import { isLocal } from "../../http/client.ts";
import { deviceCookieName, readCookie, sessionCookie, sessionCookieName, signInCookies } from "../../http/cookies.ts";
import { hasDone } from "../../http/done.ts";
import { refusalOf } from "../../http/failures.ts";
import { pageDoor, publicPageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { localPath } from "../../http/query.ts";
import { html, type KeptPage, keepPage, keptPage, redirect } from "../../http/responses.ts";
import { themeOf } from "../../http/theme.ts";
import { parse } from "../../http/validate.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { describeLinks } from "../keycloak/actions.ts";
import { hasPassword, isSetUp, mayUsePasswords, type SignedIn, setUp, signIn } from "./actions.ts";
import { Confirmation, NewUserInput, PASSWORD_LENGTH, PROOF_FRESH_MS, SignInInput } from "./model.ts";
import { type Confirmed, confirmWithPassword, sessionOf } from "./proof.ts";

export const authPages = (kagi: Kagi) => new Elysia().use(entrancePages(kagi)).use(confirmPages(kagi));

const entrancePages = (kagi: Kagi) =>
  new Elysia()
    .use(publicPageDoor(kagi))
    .get(urls.setUp, async ({ request }) => {
      if (await isSetUp(kagi)) return redirect(urls.home);
      return await page(kagi, { request }, (frame) =>
        SetUpPage({
          frame,
          draft: { email: "", name: "" },
          problem: null,
          asksToken: !isLocal(request),
          passwordLength,
          keycloak: kagi.config.keycloak !== null,
        }),
      );
    })
    .post(urls.setUp, async ({ request, caller, form, htmx }) => {
      if (await isSetUp(kagi)) return redirect(urls.home, { htmx });
      const draft = { email: form.get("email").trim(), name: form.get("name").trim() };
      const proof = { trusted: isLocal(request), token: form.get("token").trim() || null };
      let signedIn: SignedIn | undefined;
      const refusal = await refusalOf(async () => {
        const input = parse(NewUserInput, { ...draft, password: form.get("password") });
        signedIn = await setUp(kagi, caller, input, proof);
      });
      if (signedIn) return redirect(urls.home, { htmx, cookies: signInCookies(kagi.config, signedIn) });
      const problem = refusal?.status === 403 ? { ...refusal.problem, field: "token" } : (refusal?.problem ?? null);
      const props = { draft, problem, asksToken: !isLocal(request), passwordLength };
      const keycloak = kagi.config.keycloak !== null;
      if (htmx) return html(SetUpForm(props), { status: refusal?.status });
      return await page(kagi, { request }, (frame) => SetUpPage({ frame, ...props, keycloak }), {
        status: refusal?.status,
      });
    })

    .get(urls.signIn, async ({ request, session }) => {
      if (session === null && !(await isSetUp(kagi))) return redirect(urls.setUp);
      if (session === null && isPlain(request)) return await plainSignInPage(kagi, request);
      const next = localPath(new URL(request.url).searchParams.get("next") ?? urls.home);
      if (session !== null) return redirect(next);
      const ways = await waysIn(kagi);
      return await page(kagi, { request }, (frame) => SignInPage({ frame, email: "", next, problem: null, ways }));
    })
    .post(urls.signIn, async ({ request, caller, form, htmx }) => {
      const email = form.get("email").trim();
      const next = localPath(form.get("next"));
      const device = readCookie(request, deviceCookieName(kagi.config));
      const previous = readCookie(request, sessionCookieName(kagi.config));
      let signedIn: SignedIn | undefined;
      const refusal = await refusalOf(async () => {
        const input = parse(SignInInput, { email, password: form.get("password") });
        signedIn = await signIn(kagi, caller, input, device, previous);
      });
      if (signedIn) return redirect(next, { htmx, cookies: signInCookies(kagi.config, signedIn) });
      const props = { email, next, problem: refusal?.problem ?? null };
      const { status, headers } = refusal ?? {};
      if (htmx) return html(SignInForm(props), { status, headers });
      const ways = await waysIn(kagi);
      return await page(kagi, { request }, (frame) => SignInPage({ frame, ...props, ways }), { status, headers });
    });

/** How one may sign in here. */
async function waysIn(kagi: Kagi): Promise<Ways> {
  return { keycloak: kagi.config.keycloak !== null, password: await mayUsePasswords(kagi) };
}

/** Asked for at its own address, with nothing behind it that the page would repeat. */
function isPlain({ url }: Request): boolean {
  return url.endsWith(urls.signIn) && !url.includes("?");
}

/** The page at its own address is the same for everybody but for the theme and the ways in, so it is made once for each. */
async function plainSignInPage(kagi: Kagi, request: Request): Promise<Response> {
  const ways = await waysIn(kagi);
  const name = `${themeOf(request)} ${ways.keycloak} ${ways.password}`;
  const kept = signInPages.get(name);
  if (kept !== undefined && !hasDone(request)) return keptPage(kept, request);
  const view = (frame: Frame) => SignInPage({ frame, email: "", next: urls.home, problem: null, ways });
  const answer = await page(kagi, { request }, view);
  if (!hasDone(request)) signInPages.set(name, await keepPage(answer.clone()));
  return answer;
}

const signInPages = new Map<string, KeptPage>();

/** The password once more, and then on to where it was asked for. */
const confirmPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.confirm(""), async ({ request, actor }) => {
      const ways = await waysToConfirm(kagi, actor);
      return await page(kagi, { request, actor }, (frame) => ConfirmPage({ frame, ...asking(request, actor), ways }));
    })
    .post(urls.confirm(""), async ({ request, actor, form, htmx }) => {
      let confirmed: Confirmed | undefined;
      const refusal = await refusalOf(async () => {
        const { password } = parse(Confirmation, { password: form.get("password") });
        confirmed = await confirmWithPassword(kagi, actor, password);
      });
      const props = { ...asking(request, actor), problem: refusal?.problem ?? null };
      if (confirmed) return redirect(props.next, { htmx, cookies: [sessionCookie(kagi.config, confirmed)] });
      const { status, headers } = refusal ?? {};
      if (htmx) return html(ConfirmForm(props), { status, headers });
      const ways = await waysToConfirm(kagi, actor);
      return await page(kagi, { request, actor }, (frame) => ConfirmPage({ frame, ...props, ways }), {
        status,
        headers,
      });
    });

/** How a person may prove once more who they are. */
async function waysToConfirm(kagi: Kagi, actor: Actor): Promise<Ways> {
  const links = await describeLinks(kagi, actor);
  const linked = links?.identities.some(({ issuer }) => issuer === links.realm) === true;
  return { keycloak: linked, password: await hasPassword(kagi, actor) };
}

function asking(request: Request, actor: Actor) {
  const next = localPath(new URL(request.url).searchParams.get("next") ?? urls.settings);
  return { email: sessionOf(actor).user.email, next, minutes: PROOF_FRESH_MS / 60_000, problem: null };
}

const passwordLength = PASSWORD_LENGTH.min;
