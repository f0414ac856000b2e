import { LeavePage } from "../../views/keycloak/leave.tsx";
import { KeycloakProblemPage } from "../../views/keycloak/problem.tsx";
import type { Frame } from "../../views/layout/frame.ts";
import { urls } from "../../views/urls.ts";
import type { Config } from "../config.ts";
import { AppError } from "../errors.ts";
import type { Actor, Kagi } from "../kagi.ts";
import { callerOf } from "./client.ts";
import { cookie, keycloakCookieName } from "./cookies.ts";
import { errorHeaders } from "./errors.ts";
import { page } from "./page.ts";

/** What pages need that lead to Keycloak. */

/** The `Set-Cookie` value that binds a way to Keycloak to the browser which began it. */
export function visitCookie(config: Config, { visit, browserToken, seconds }: Begun): string {
  return cookie(config, keycloakCookieName(config, visit), browserToken, seconds);
}

type Begun = Readonly<{ visit: string; browserToken: string; seconds: number }>;

/**
 * Leads the browser on to Keycloak from a form of ours. A redirect would still be the form's, which the
 * Content-Security-Policy lets go nowhere else; a page that refreshes itself to there is not.
 */
export async function leaveFor(
  kagi: Kagi,
  request: Request,
  actor: Actor | null,
  href: string,
  cookies: readonly string[],
  more: Record<string, string> = {},
): Promise<Response> {
  const headers = { ...more, Refresh: `0; url=${href}` };
  return await page(kagi, { request, actor }, (frame) => LeavePage({ frame, href }), { headers, cookies });
}

/** Says what went wrong in words for the person at a browser, who has come from another site and sees no form. */
export async function orProblem(
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
  return `Begin again, and finish within a few minutes in the same browser. If it stays so, open Kagi by its own address, ${config.url}, and let it keep cookies.`;
}
