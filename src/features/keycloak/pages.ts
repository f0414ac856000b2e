import { Elysia, t } from "elysia";
import { UnlinkPage } from "../../../views/keycloak/linked.tsx";
import { urls } from "../../../views/urls.ts";
import { AppError } from "../../errors.ts";
import {
  cookie,
  keycloakCookieName,
  pendingCookie,
  readCookie,
  sessionCookie,
  sessionCookieName,
  signInCookies,
  signOutCookie,
} from "../../http/cookies.ts";
import { doneCookie } from "../../http/done.ts";
import { refusalOf } from "../../http/failures.ts";
import { pageDoor, publicPageDoor } from "../../http/guards.ts";
import { forgettingHeaders } from "../../http/headers.ts";
import { leaveFor, orProblem, visitCookie } from "../../http/keycloak-way.ts";
import { page } from "../../http/page.ts";
import { localPath } from "../../http/query.ts";
import { answers, json, redirect } from "../../http/responses.ts";
import { parse } from "../../http/validate.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { signOut } from "../auth/actions.ts";
import {
  type Arrived,
  beginVisit,
  describeLinks,
  finishVisit,
  obeyLogout,
  signOutUrl,
  unlink,
  visitOf,
} from "./actions.ts";
import { AnswerQuery, LogoutForm, SignInQuery } from "./model.ts";

/** Everything that leads to Keycloak or comes from there, and the way out of here, which leads there as well. */
export const keycloakPages = (kagi: Kagi) => new Elysia().use(visitPages(kagi)).use(ownerPages(kagi));

const visitPages = (kagi: Kagi) =>
  new Elysia()
    .use(publicPageDoor(kagi))
    .get(
      "/api/auth/keycloak",
      ({ request, caller, session, query }) =>
        orProblem(kagi, request, session, async () => {
          if (isLedFromElsewhere(request)) return redirect(urls.signInFor(localPath(query.next ?? urls.home)));
          const visit = await beginVisit(kagi, caller, {
            purpose: "sign-in",
            next: localPath(query.next ?? urls.home),
          });
          return redirect(visit.url, { cookies: [visitCookie(kagi.config, visit)] });
        }),
      { query: SignInQuery, detail: answers(303) },
    )
    .get(
      urls.keycloakCallback,
      ({ request, caller, session, query }) =>
        orProblem(kagi, request, session, async () => {
          const { state = null, code = null, iss = null, error = null } = query;
          const name = keycloakCookieName(kagi.config, visitOf(state ?? ""));
          const browser = {
            token: readCookie(request, name),
            session,
            previous: readCookie(request, sessionCookieName(kagi.config)),
          };
          const arrived = await finishVisit(kagi, caller, { state, code, iss, error }, browser);
          const { to, cookies } = onward(kagi, arrived);
          return redirect(to, { cookies: [...cookies, cookie(kagi.config, name, "", 0)] });
        }),
      { query: AnswerQuery, detail: answers(303) },
    )
    .post(
      urls.keycloakLogout,
      async ({ caller, form }) => {
        const { logout_token: token } = parse(LogoutForm, { logout_token: form.get("logout_token") });
        await obeyLogout(kagi, caller, token);
        return json({});
      },
      { detail: { ...answers(200, t.Object({})), requestBody: FORM } },
    );

/** The body is read by the door, so the document's generator learns of it from here. */
const FORM = {
  required: true,
  content: { "application/x-www-form-urlencoded": { schema: LogoutForm } },
};

const ownerPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.signOut, () => redirect(urls.home))
    .post(urls.signOut, async ({ request, actor, htmx }) => {
      const idToken = await signOut(kagi, actor);
      const cookies = [signOutCookie(kagi.config)];
      const headers = forgettingHeaders(kagi.config);
      const url = idToken === null ? null : await signOutUrl(kagi, actor, idToken);
      if (url === null) return redirect(urls.signIn, { htmx, cookies, headers });
      if (htmx) return redirect(url, { htmx, cookies, headers });
      return await leaveFor(kagi, request, null, url, cookies, headers);
    })

    .get(urls.linkKeycloak, () => redirect(urls.signInSettings))
    .post(urls.linkKeycloak, ({ request, actor }) =>
      orProblem(kagi, request, actor, async () => {
        const visit = await beginVisit(kagi, actor, { purpose: "link", next: urls.signInSettings, actor });
        return await leaveFor(kagi, request, actor, visit.url, [visitCookie(kagi.config, visit)]);
      }),
    )

    .get(urls.unlinkKeycloak(":id"), ({ request, actor, params }) => unlinkPage(kagi, request, actor, params.id))
    .post(urls.unlinkKeycloak(":id"), async ({ request, actor, params, htmx }) => {
      const refusal = await refusalOf(() => unlink(kagi, actor, params.id));
      if (refusal) return await unlinkPage(kagi, request, actor, params.id, refusal.problem.message, refusal.status);
      return redirect(urls.signInSettings, { htmx, cookies: [doneCookie(kagi, "keycloak-unlinked")] });
    });

async function unlinkPage(
  kagi: Kagi,
  request: Request,
  actor: Actor,
  id: string,
  problem: string | null = null,
  status = 200,
): Promise<Response> {
  const identity = (await describeLinks(kagi, actor))?.identities.find((candidate) => candidate.id === id);
  if (identity === undefined) throw new AppError("NOT_FOUND");
  const { label } = identity;
  return await page(kagi, { request, actor }, (frame) => UnlinkPage({ frame, id, label, problem }), { status });
}

/** Where somebody goes who has come back from Keycloak, and with what. */
function onward(kagi: Kagi, arrived: Arrived): { to: string; cookies: string[] } {
  const { next } = arrived;
  switch (arrived.purpose) {
    case "sign-in": {
      const { admission } = arrived;
      if (admission.kind === "session") return { to: next, cookies: signInCookies(kagi.config, admission) };
      const { pendingToken, seconds } = admission;
      const to = urls.secondFactorFor(next === urls.home ? "" : next);
      return { to, cookies: [pendingCookie(kagi.config, pendingToken, seconds)] };
    }
    case "confirm":
      return { to: next, cookies: [sessionCookie(kagi.config, arrived.confirmed)] };
    case "link":
      return { to: next, cookies: [doneCookie(kagi, "keycloak-linked")] };
  }
}

/**
 * Whether another site's link led here, and not the person: at Keycloak they may be signed in, so that they would find
 * themselves signed in here without having wished it. They are shown the button. Old browsers tell the referrer alone.
 */
function isLedFromElsewhere(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  const referrer = request.headers.get("referer");
  return referrer !== null && !(URL.canParse(referrer) && new URL(referrer).host === request.headers.get("host"));
}
