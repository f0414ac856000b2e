import { Elysia, t } from "elysia";
import { LeavePage } from "../../../views/keycloak/leave.tsx";
import { UnlinkPage } from "../../../views/keycloak/linked.tsx";
import { KeycloakProblemPage } from "../../../views/keycloak/problem.tsx";
import type { Frame } from "../../../views/layout/frame.ts";
import { urls } from "../../../views/urls.ts";
import { AppError } from "../../errors.ts";
import { callerOf } from "../../http/client.ts";
import {
  cookie,
  keycloakCookieName,
  readCookie,
  sessionCookie,
  sessionCookieName,
  signInCookies,
  signOutCookie,
} from "../../http/cookies.ts";
import { doneCookie } from "../../http/done.ts";
import { errorHeaders } from "../../http/errors.ts";
import { refusalOf } from "../../http/failures.ts";
import { pageDoor, publicPageDoor } from "../../http/guards.ts";
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
  type Visit,
  visitOf,
} from "./actions.ts";
import { AnswerQuery, LogoutForm, SignInQuery, VISIT_MS } from "./model.ts";

/** Everything that leads to Keycloak or comes from there, and the way out of here, which leads there as well. */
export const keycloakPages = (kagi: Kagi) => new Elysia().use(visitPages(kagi)).use(ownerPages(kagi));

const visitPages = (kagi: Kagi) =>
  new Elysia()
    .use(publicPageDoor(kagi))
    .get(
      "/api/auth/keycloak",
      ({ request, caller, session, query }) =>
        orProblem(kagi, request, session, async () => {
          const visit = await beginVisit(kagi, caller, {
            purpose: "sign-in",
            next: localPath(query.next ?? urls.home),
          });
          return redirect(visit.url, { cookies: [visitCookie(kagi, visit)] });
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
          const cookies = [...cookiesOf(kagi, arrived), cookie(kagi.config, name, "", 0)];
          return redirect(arrived.next, { cookies });
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
      const url = idToken === null ? null : await signOutUrl(kagi, actor, idToken);
      if (url === null) return redirect(urls.signIn, { htmx, cookies });
      return htmx ? redirect(url, { htmx, cookies }) : await leave(kagi, request, null, url, cookies);
    })

    .get(urls.confirmWithKeycloak(""), ({ request }) => redirect(urls.confirm(nextOf(request))))
    .post(urls.confirmWithKeycloak(""), ({ request, actor }) =>
      orProblem(kagi, request, actor, async () => {
        const visit = await beginVisit(kagi, actor, { purpose: "confirm", next: nextOf(request), actor });
        return await leave(kagi, request, actor, visit.url, [visitCookie(kagi, visit)]);
      }),
    )

    .get(urls.linkKeycloak, () => redirect(urls.settings))
    .post(urls.linkKeycloak, ({ request, actor }) =>
      orProblem(kagi, request, actor, async () => {
        const visit = await beginVisit(kagi, actor, { purpose: "link", next: urls.settings, actor });
        return await leave(kagi, request, actor, visit.url, [visitCookie(kagi, visit)]);
      }),
    )

    .get(urls.unlinkKeycloak(":id"), ({ request, actor, params }) => unlinkPage(kagi, request, actor, params.id))
    .post(urls.unlinkKeycloak(":id"), async ({ request, actor, params, htmx }) => {
      const refusal = await refusalOf(() => unlink(kagi, actor, params.id));
      if (refusal) return await unlinkPage(kagi, request, actor, params.id, refusal.problem.message, refusal.status);
      return redirect(urls.settings, { htmx, cookies: [doneCookie(kagi, "keycloak-unlinked")] });
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

function cookiesOf(kagi: Kagi, arrived: Arrived): string[] {
  switch (arrived.purpose) {
    case "sign-in":
      return signInCookies(kagi.config, arrived.signedIn);
    case "confirm":
      return [sessionCookie(kagi.config, arrived.confirmed)];
    case "link":
      return [doneCookie(kagi, "keycloak-linked")];
  }
}

function visitCookie(kagi: Kagi, { visit, browserToken }: Visit): string {
  return cookie(kagi.config, keycloakCookieName(kagi.config, visit), browserToken, VISIT_MS / 1000);
}

function nextOf(request: Request): string {
  return localPath(new URL(request.url).searchParams.get("next") ?? urls.settings);
}

/**
 * Leads the browser on to Keycloak from a form of ours. A redirect would still be the form's, which the
 * Content-Security-Policy lets go nowhere else; a page that refreshes itself to there is not.
 */
async function leave(
  kagi: Kagi,
  request: Request,
  actor: Actor | null,
  href: string,
  cookies: readonly string[],
): Promise<Response> {
  const headers = { Refresh: `0; url=${href}` };
  return await page(kagi, { request, actor }, (frame) => LeavePage({ frame, href }), { headers, cookies });
}

/** Says what went wrong in words for the person at a browser, who has come from another site and sees no form. */
async function orProblem(
  kagi: Kagi,
  request: Request,
  actor: Actor | null,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    const isPage = request.headers.get("accept")?.includes("text/html") === true;
    if (!(error instanceof AppError) || !isPage || !TOLD.has(error.code)) throw error;
    const { status, message, code } = error;
    const { reason = null } = error.details;
    const { requestId } = callerOf(request);
    const advice = code === "KEYCLOAK_STATE_INVALID" ? `${message}. ${begunHere(kagi)}` : `${message}.`;
    const view = {
      reason: code.startsWith("KEYCLOAK_") ? (reason as Parameters<typeof KeycloakProblemPage>[0]["reason"]) : null,
      title: "That did not work",
      message: advice,
      requestId,
      logged: code === "KEYCLOAK_FAILED",
    };
    const headers = errorHeaders(error);
    // The address holds a code that has been tried: no form of the page leads back to it.
    const shown = (frame: Frame) => KeycloakProblemPage({ frame: { ...frame, here: urls.home }, ...view });
    return await page(kagi, { request, actor }, shown, {
      status,
      headers,
    });
  }
}

const TOLD: ReadonlySet<string> = new Set([
  "KEYCLOAK_STATE_INVALID",
  "KEYCLOAK_REFUSED",
  "KEYCLOAK_FAILED",
  "KEYCLOAK_NOT_CONFIGURED",
  "RATE_LIMITED",
]);

function begunHere({ config }: Kagi): string {
  return `Begin again, and finish within ${VISIT_MS / 60_000} minutes in the same browser. If it stays so, open Kagi by its own address, ${config.url}, and let it keep cookies`;
}
