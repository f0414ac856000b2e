import { Elysia } from "elysia";
import { SetUpForm, SetUpPage } from "../../../views/auth/set-up.tsx";
import { SignInForm, SignInPage } from "../../../views/auth/sign-in.tsx";
import type { Frame } from "../../../views/layout/frame.ts";
import { urls } from "../../../views/urls.ts";
import { deviceCookieName, readCookie, sessionCookieName, signInCookies, signOutCookie } from "../../http/cookies.ts";
import { refusalOf } from "../../http/failures.ts";
import { localPath, page } from "../../http/frame.ts";
import { pageDoor, publicPageDoor } from "../../http/guards.ts";
import { html, redirect } from "../../http/responses.ts";
import { parse } from "../../http/validate.ts";
import type { Kagi } from "../../kagi.ts";
import { isSetUp, type SignedIn, setUp, signIn, signOut } from "./actions.ts";
import { NewUserInput, PASSWORD_LENGTH, SignInInput } from "./model.ts";

export const authPages = (kagi: Kagi) => new Elysia().use(entrancePages(kagi)).use(signOutPages(kagi));

const entrancePages = (kagi: Kagi) =>
  new Elysia()
    .use(publicPageDoor(kagi))
    .get(urls.home, async ({ session }) => {
      if (session !== null) return redirect(urls.keys);
      return redirect((await isSetUp(kagi)) ? urls.signIn : urls.setUp);
    })

    .get(urls.setUp, async ({ request, caller }) => {
      if (await isSetUp(kagi)) return redirect(urls.home);
      return await page(kagi, { request }, (frame) =>
        SetUpPage({ frame, draft: { email: "", name: "" }, problem: null, asksToken: !caller.local, passwordLength }),
      );
    })
    .post(urls.setUp, async ({ request, caller, form, htmx }) => {
      if (await isSetUp(kagi)) return redirect(urls.home, { htmx });
      const draft = { email: form.get("email").trim(), name: form.get("name").trim() };
      const proof = { trusted: caller.local, token: form.get("token").trim() || null };
      let signedIn: SignedIn | undefined;
      const refusal = await refusalOf(async () => {
        const input = parse(NewUserInput, { ...draft, password: form.get("password") });
        signedIn = await setUp(kagi, caller, input, proof);
      });
      if (signedIn) return redirect(urls.keys, { htmx, cookies: signInCookies(kagi.config, signedIn) });
      const problem = refusal?.status === 403 ? { ...refusal.problem, field: "token" } : (refusal?.problem ?? null);
      const props = { draft, problem, asksToken: !caller.local, passwordLength };
      if (htmx) return html(SetUpForm(props), { status: refusal?.status });
      return await page(kagi, { request }, (frame) => SetUpPage({ frame, ...props }), { status: refusal?.status });
    })

    .get(urls.signIn, async ({ request, session, query }) => {
      const next = localPath(String(query.next ?? urls.home));
      if (session !== null) return redirect(next);
      if (!(await isSetUp(kagi))) return redirect(urls.setUp);
      if (request.url.endsWith(urls.signIn)) return await plainSignInPage(kagi, request);
      return await page(kagi, { request }, (frame) => SignInPage({ frame, email: "", next, problem: null }));
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
      return await page(kagi, { request }, (frame) => SignInPage({ frame, ...props }), { status, headers });
    });

/** The page at its own address is the same for everybody but for the theme, so it is rendered once for each. */
async function plainSignInPage(kagi: Kagi, request: Request): Promise<Response> {
  return await page(kagi, { request }, (frame) => {
    const draw = () => String(SignInPage({ frame, email: "", next: urls.home, problem: null }));
    if (frame.done !== null) return draw();
    const drawn = signInPages.get(frame.theme) ?? draw();
    signInPages.set(frame.theme, drawn);
    return drawn;
  });
}

const signInPages = new Map<Frame["theme"], string>();

const signOutPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.signOut, () => redirect(urls.home))
    .post(urls.signOut, async ({ actor, htmx }) => {
      await signOut(kagi, actor);
      return redirect(urls.signIn, { htmx, cookies: [signOutCookie(kagi.config)] });
    });

const passwordLength = PASSWORD_LENGTH.min;
