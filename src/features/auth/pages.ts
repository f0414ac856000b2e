import { Elysia, t } from "elysia";
import { ConfirmForm, ConfirmPage } from "../../../views/auth/confirm.tsx";
import { SecondFactorForm, SecondFactorPage } from "../../../views/auth/second-factor.tsx";
import {
  EndOtherSessions,
  EndOtherSessionsPage,
  EndSession,
  EndSessionPage,
  SessionsPage,
} from "../../../views/auth/sessions.tsx";
import { SetUpForm, SetUpPage } from "../../../views/auth/set-up.tsx";
import { SignInForm, SignInPage } from "../../../views/auth/sign-in.tsx";
import type { Frame } from "../../../views/layout/frame.ts";
import { urls } from "../../../views/urls.ts";
import { codeIn, passkeyIn } from "../../http/body.ts";
import { isLocal } from "../../http/client.ts";
import {
  deviceCookieName,
  pendingCookie,
  pendingCookieName,
  readCookie,
  sessionCookie,
  sessionCookieName,
  signInCookies,
} from "../../http/cookies.ts";
import { doneCookie, hasDone } from "../../http/done.ts";
import { refusalOf } from "../../http/failures.ts";
import { pageDoor, publicPageDoor } from "../../http/guards.ts";
import { leaveFor, orProblem, visitCookie } from "../../http/keycloak-way.ts";
import { page } from "../../http/page.ts";
import { passkeyWayOf } from "../../http/passkey-way.ts";
import { localPath } from "../../http/query.ts";
import { relyingPartyOf } from "../../http/relying-party.ts";
import { html, type KeptPage, keepPage, keptPage, redirect } from "../../http/responses.ts";
import { themeOf } from "../../http/theme.ts";
import { parse } from "../../http/validate.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { PROOF_MINUTES } from "../../limits.ts";
import { beginVisit, isLinked, type Visit } from "../keycloak/actions.ts";
import { confirmWithPasskey, signInWithPasskey } from "../sign-in-factors/passkeys.ts";
import {
  type Admission,
  findPendingSignIn,
  finishSignIn,
  isSetUp,
  mayUsePasswords,
  type SignedIn,
  setUp,
  signIn,
} from "./actions.ts";
import { Code, Confirmation, NewUserInput, PASSWORD_LENGTH, PasskeyProof, SignInInput } from "./model.ts";
import { type Confirmed, confirmWithPassword, sessionOf } from "./proof.ts";
import { factorsOf } from "./second-factor.ts";
import { endOtherSessions, endSession, getSession, listSessions } from "./sessions.ts";

export const authPages = (kagi: Kagi) =>
  new Elysia()
    .use(entrancePages(kagi))
    .use(secondFactorPages(kagi))
    .use(passkeyPages(kagi))
    .use(confirmPages(kagi))
    .use(confirmPasskeyPages(kagi))
    .use(confirmKeycloakPages(kagi))
    .use(sessionPages(kagi));

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
      const props = { email: "", next, problem: null, ...(await waysIn(kagi, request)) };
      return await page(kagi, { request }, (frame) => SignInPage({ frame, ...props }));
    })
    .post(urls.signIn, async ({ request, caller, form, htmx }) => {
      const email = form.get("email").trim();
      const next = localPath(form.get("next"));
      const device = readCookie(request, deviceCookieName(kagi.config));
      const previous = readCookie(request, sessionCookieName(kagi.config));
      let admission: Admission | undefined;
      const refusal = await refusalOf(async () => {
        const input = parse(SignInInput, { email, password: form.get("password") });
        admission = await signIn(kagi, caller, input, device, previous);
      });
      if (admission?.kind === "session") {
        return redirect(next, { htmx, cookies: signInCookies(kagi.config, admission) });
      }
      if (admission?.kind === "second-factor") {
        const { pendingToken, seconds } = admission;
        const cookies = [pendingCookie(kagi.config, pendingToken, seconds)];
        return redirect(urls.secondFactorFor(next === urls.home ? "" : next), { htmx, cookies });
      }
      const props = { email, next, problem: refusal?.problem ?? null };
      const { status, headers } = refusal ?? {};
      if (htmx) return html(SignInForm(props), { status, headers });
      const whole = { ...props, ...(await waysIn(kagi, request)) };
      return await page(kagi, { request }, (frame) => SignInPage({ frame, ...whole }), { status, headers });
    });

/** The second step, for whoever has given the right password; anybody else is led to the first. */
const secondFactorPages = (kagi: Kagi) =>
  new Elysia()
    .use(publicPageDoor(kagi))
    .get(urls.secondFactor, async ({ request }) => {
      const next = localPath(new URL(request.url).searchParams.get("next") ?? urls.home);
      const pending = await findPendingSignIn(kagi, readCookie(request, pendingCookieName(kagi.config)));
      if (pending === null) return redirect(urls.signInFor(next));
      const props = { ...pending, next, problem: null, ...passkeysAt(kagi, request) };
      return await page(kagi, { request }, (frame) => SecondFactorPage({ frame, ...props }));
    })
    .post(urls.secondFactor, async ({ request, caller, form, htmx }) => {
      const next = localPath(form.get("next"));
      const token = readCookie(request, pendingCookieName(kagi.config));
      const pending = await findPendingSignIn(kagi, token);
      if (pending === null) return redirect(urls.signInFor(next), { htmx });
      const carried = {
        device: readCookie(request, deviceCookieName(kagi.config)),
        previous: readCookie(request, sessionCookieName(kagi.config)),
      };
      let signedIn: SignedIn | undefined;
      const refusal = await refusalOf(async () => {
        const { code } = parse(t.Object({ code: Code }), { code: form.get("code").trim() });
        signedIn = await finishSignIn(kagi, caller, token, code, carried);
      });
      if (signedIn) {
        const cookies = [...signInCookies(kagi.config, signedIn), pendingCookie(kagi.config)];
        return redirect(next, { htmx, cookies });
      }
      const { problem = null, status, headers } = refusal ?? {};
      if (htmx) return html(SecondFactorForm({ ...pending, next, problem }), { status, headers });
      const props = { ...pending, next, problem, ...passkeysAt(kagi, request) };
      return await page(kagi, { request }, (frame) => SecondFactorPage({ frame, ...props }), { status, headers });
    });

/** A passkey alone, or as the second step. The browser's script sends the form; without one there is none. */
const passkeyPages = (kagi: Kagi) =>
  new Elysia()
    .use(publicPageDoor(kagi))
    .get(urls.signInPasskey, () => redirect(urls.signIn))
    .post(urls.signInPasskey, async ({ request, caller, form }) => {
      const next = localPath(form.get("next"));
      const carried = {
        pending: readCookie(request, pendingCookieName(kagi.config)),
        previous: readCookie(request, sessionCookieName(kagi.config)),
      };
      let signedIn: SignedIn | undefined;
      const refusal = await refusalOf(async () => {
        const { response } = parse(PasskeyProof, { response: passkeyIn(form) });
        signedIn = await signInWithPasskey(kagi, caller, relyingPartyOf(kagi.config, request), response, carried);
      });
      if (signedIn) {
        return redirect(next, { cookies: [...signInCookies(kagi.config, signedIn), pendingCookie(kagi.config)] });
      }
      const passkeyProblem = refusal?.problem.message ?? null;
      const props = { next, problem: null, ...passkeysAt(kagi, request), passkeyProblem };
      const pending = await findPendingSignIn(kagi, carried.pending);
      const { keycloak, password } = await waysIn(kagi, request);
      const view = (frame: Frame) =>
        pending === null
          ? SignInPage({ frame, email: "", ...props, keycloak, password })
          : SecondFactorPage({ frame, ...pending, ...props });
      return await page(kagi, { request }, view, { status: refusal?.status });
    });

/** The ways in that are open here. */
async function waysIn(kagi: Kagi, request: Request) {
  const password = await mayUsePasswords(kagi);
  return { keycloak: kagi.config.keycloak !== null, password, ...passkeysAt(kagi, request) };
}

/** What a page that asks for a passkey needs. */
function passkeysAt(kagi: Kagi, request: Request) {
  return { way: passkeyWayOf(kagi.config, request), passkeyProblem: null };
}

/** Asked for at its own address, with nothing behind it that the page would repeat. */
function isPlain({ url }: Request): boolean {
  return url.endsWith(urls.signIn) && !url.includes("?");
}

/**
 * The page at its own address is the same for everybody but for the theme, the ways in, and whether there are passkeys at
 * the address, so it is made once for each.
 */
async function plainSignInPage(kagi: Kagi, request: Request): Promise<Response> {
  const ways = await waysIn(kagi, request);
  const { way, keycloak, password } = ways;
  const name = `${themeOf(kagi.config, request) ?? ""} ${way?.origin ?? ""} ${keycloak} ${password}`;
  const kept = signInPages.get(name);
  if (kept !== undefined && !hasDone(kagi.config, request)) return keptPage(kept, request);
  const view = (frame: Frame) => SignInPage({ frame, email: "", next: urls.home, problem: null, ...ways });
  const answer = await page(kagi, { request }, view);
  if (!hasDone(kagi.config, request) && signInPages.size < MOST_KEPT)
    signInPages.set(name, await keepPage(answer.clone()));
  return answer;
}

const signInPages = new Map<string, KeptPage>();
/** A `Host` may name any port of localhost. */
const MOST_KEPT = 24;

/** The password once more, with a code where there is a second factor, and then on to where it was asked for. */
const confirmPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.confirm(""), async ({ request, actor }) => {
      const props = await asking(kagi, request, actor);
      return await page(kagi, { request, actor }, (frame) => ConfirmPage({ frame, ...props }));
    })
    .post(urls.confirm(""), async ({ request, actor, form, htmx }) => {
      let confirmed: Confirmed | undefined;
      const refusal = await refusalOf(async () => {
        const { password, code } = parse(Confirmation, { password: form.get("password"), ...codeIn(form) });
        confirmed = await confirmWithPassword(kagi, actor, password, code);
      });
      const props = { ...(await asking(kagi, request, actor)), problem: refusal?.problem ?? null };
      if (confirmed) return redirect(props.next, { htmx, cookies: [sessionCookie(kagi.config, confirmed)] });
      const { status, headers } = refusal ?? {};
      if (htmx) return html(ConfirmForm(props), { status, headers });
      return await page(kagi, { request, actor }, (frame) => ConfirmPage({ frame, ...props }), { status, headers });
    });

/** The same by a passkey. */
const confirmPasskeyPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.confirmPasskey(""), ({ request }) => redirect(urls.confirm(nextOf(request))))
    .post(urls.confirmPasskey(""), async ({ request, actor, form }) => {
      let confirmed: Confirmed | undefined;
      const refusal = await refusalOf(async () => {
        const { response } = parse(PasskeyProof, { response: passkeyIn(form) });
        confirmed = await confirmWithPasskey(kagi, actor, relyingPartyOf(kagi.config, request), response);
      });
      if (confirmed) return redirect(nextOf(request), { cookies: [sessionCookie(kagi.config, confirmed)] });
      const props = { ...(await asking(kagi, request, actor)), passkeyProblem: refusal?.problem.message ?? null };
      return await page(kagi, { request, actor }, (frame) => ConfirmPage({ frame, ...props }), {
        status: refusal?.status,
      });
    });

/** The same at Keycloak, which asks again; with a code first where there is a second factor. */
const confirmKeycloakPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.confirmWithKeycloak(""), ({ request }) => redirect(urls.confirm(nextOf(request))))
    .post(urls.confirmWithKeycloak(""), ({ request, actor, form }) =>
      orProblem(kagi, request, actor, async () => {
        let visit: Visit | undefined;
        const refusal = await refusalOf(async () => {
          const { code } = parse(t.Object({ code: t.Optional(Code) }), codeIn(form));
          visit = await beginVisit(kagi, actor, { purpose: "confirm", next: nextOf(request), actor, code });
        });
        if (visit) return await leaveFor(kagi, request, actor, visit.url, [visitCookie(kagi.config, visit)]);
        const props = { ...(await asking(kagi, request, actor)), keycloakProblem: refusal?.problem ?? null };
        const { status, headers } = refusal ?? {};
        return await page(kagi, { request, actor }, (frame) => ConfirmPage({ frame, ...props }), { status, headers });
      }),
    );

function nextOf(request: Request): string {
  return localPath(new URL(request.url).searchParams.get("next") ?? urls.settings);
}

async function asking(kagi: Kagi, request: Request, actor: Actor) {
  return {
    email: sessionOf(actor).user.email,
    next: nextOf(request),
    minutes: PROOF_MINUTES,
    factors: await factorsOf(kagi.db, actor.userId),
    problem: null,
    keycloak: await isLinked(kagi, actor),
    keycloakProblem: null,
    ...passkeysAt(kagi, request),
  };
}

const sessionPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.sessions, async ({ request, actor }) => {
      const props = { sessions: await listSessions(kagi, actor), now: kagi.now() };
      return await page(kagi, { request, actor }, (frame) => SessionsPage({ frame, ...props }));
    })
    .get(urls.endOtherSessions, async ({ request, actor, htmx }) => {
      if (htmx) return html(EndOtherSessions({ inDialog: true }));
      return await page(kagi, { request, actor }, (frame) => EndOtherSessionsPage({ frame }));
    })
    .post(urls.endOtherSessions, async ({ actor, htmx }) => {
      const ended = await endOtherSessions(kagi, actor);
      return redirect(urls.sessions, { htmx, cookies: [doneCookie(kagi, "sessions-ended", ended)] });
    })
    .get(urls.endSession(":id"), async ({ request, actor, params, htmx }) => {
      const session = await getSession(kagi, actor, params.id);
      if (htmx) return html(EndSession({ session, inDialog: true }));
      return await page(kagi, { request, actor }, (frame) => EndSessionPage({ frame, session }));
    })
    .post(urls.endSession(":id"), async ({ actor, params, htmx }) => {
      await endSession(kagi, actor, params.id);
      return redirect(urls.sessions, { htmx, cookies: [doneCookie(kagi, "session-ended")] });
    });

const passwordLength = PASSWORD_LENGTH.min;
