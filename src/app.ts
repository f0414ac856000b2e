import { type AnyElysia, Elysia } from "elysia";
import { AppError } from "./errors.ts";
import { accessKeysApi } from "./features/access-keys/api.ts";
import { accessKeyPages } from "./features/access-keys/pages.ts";
import { accountApi } from "./features/account/api.ts";
import { accountPages } from "./features/account/pages.ts";
import { aiApi } from "./features/ai/api.ts";
import { aiPages } from "./features/ai/pages.ts";
import { auditApi } from "./features/audit/api.ts";
import { activityPages } from "./features/audit/pages.ts";
import { sessionApi, signInApi } from "./features/auth/api.ts";
import { authPages } from "./features/auth/pages.ts";
import { categoriesApi } from "./features/categories/api.ts";
import { categoryPages } from "./features/categories/pages.ts";
import { entriesApi } from "./features/entries/api.ts";
import { entryPages } from "./features/entries/pages.ts";
import { envsApi } from "./features/envs/api.ts";
import { envPages } from "./features/envs/pages.ts";
import { exportApi } from "./features/export/api.ts";
import { exportPages } from "./features/export/pages.ts";
import { healthApi } from "./features/health/api.ts";
import { keycloakPages } from "./features/keycloak/pages.ts";
import { openapiApi } from "./features/openapi/api.ts";
import { openapiPages } from "./features/openapi/pages.ts";
import { overviewPages } from "./features/overview/pages.ts";
import { searchPages } from "./features/search/pages.ts";
import { settingsPages } from "./features/settings/pages.ts";
import { passkeySignInApi, signInFactorsApi } from "./features/sign-in-factors/api.ts";
import { signInFactorPages } from "./features/sign-in-factors/pages.ts";
import { statsApi } from "./features/stats/api.ts";
import { twoFactorApi } from "./features/two-factor/api.ts";
import { twoFactorPages } from "./features/two-factor/pages.ts";
import { callerOf, createCallers, setCaller } from "./http/client.ts";
import { isSignInNeeded, renderJson, toAppError } from "./http/errors.ts";
import { isHtmx } from "./http/guards.ts";
import { completeHeaders } from "./http/headers.ts";
import { checkMounts } from "./http/mounts.ts";
import { errorPage } from "./http/page.ts";
import { localPath } from "./http/query.ts";
import { acceptsGzip, redirect } from "./http/responses.ts";
import { staticFiles } from "./http/static.ts";
import type { Kagi } from "./kagi.ts";
import { describeCause } from "./log.ts";

/** Every mount, in reading order. */
function routes(kagi: Kagi): AnyElysia {
  return new Elysia({ normalize: false, handler: { standardHostname: false } })
    .onError(async ({ code, error, request, set }) => {
      const answer = await answerError(kagi, code, error, request);
      // Elysia would put 500 in the place of a 200, which is how htmx is led to the sign-in page.
      set.status = answer.status;
      return answer;
    })
    .use(healthApi(kagi))
    .use(staticFiles())
    .use(authPages(kagi))
    .use(keycloakPages(kagi))
    .use(overviewPages(kagi))
    .use(searchPages(kagi))
    .use(categoryPages(kagi))
    .use(entryPages(kagi))
    .use(twoFactorPages(kagi))
    .use(envPages(kagi))
    .use(aiPages(kagi))
    .use(accessKeyPages(kagi))
    .use(accountPages(kagi))
    .use(signInFactorPages(kagi))
    .use(exportPages(kagi))
    .use(activityPages(kagi))
    .use(settingsPages(kagi))
    .use(signInApi(kagi))
    .use(passkeySignInApi(kagi))
    .use(sessionApi(kagi))
    .use(signInFactorsApi(kagi))
    .use(categoriesApi(kagi))
    .use(entriesApi(kagi))
    .use(twoFactorApi(kagi))
    .use(envsApi(kagi))
    .use(accessKeysApi(kagi))
    .use(accountApi(kagi))
    .use(statsApi(kagi))
    .use(exportApi(kagi))
    .use(auditApi(kagi))
    .use(aiApi(kagi))
    .use(openapiApi(kagi, () => routes(kagi)))
    .use(openapiPages(kagi));
}

export type App = Readonly<{
  fetch: (request: Request, socketAddress: () => string | null) => Promise<Response>;
  routes: readonly { method: string; path: string }[];
}>;

/** The whole product as one function from a request to its answer. */
export function createApp(kagi: Kagi): App {
  const app = routes(kagi);
  checkMounts(app.routes);
  const callers = createCallers(kagi.config);
  const fetch = async (request: Request, socketAddress: () => string | null): Promise<Response> => {
    const caller = callers(request, socketAddress);
    setCaller(request, caller);
    let response: Response;
    try {
      response = URL.canParse(request.url) ? await app.fetch(request) : renderJson(badHost());
    } catch (error) {
      response = await answerError(kagi, "UNKNOWN", error, request);
    }
    if (response.status === 404) response = (await methodNotAllowed(kagi, app.routes, request)) ?? response;
    completeHeaders(kagi.config, response.headers, caller.requestId);
    return isCompressible(request, response) ? await compressed(response) : response;
  };
  return { fetch, routes: app.routes };
}

function badHost(): AppError {
  return new AppError("VALIDATION_ERROR", "The Host header is no host's name");
}

async function answerError(kagi: Kagi, code: string | number, thrown: unknown, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (isSignInNeeded(thrown)) {
    return redirect(`/sign-in?next=${encodeURIComponent(placeOf(request))}`, { htmx: isHtmx(request) });
  }
  const error = toAppError(code, thrown);
  if (error.code === "FRESH_PROOF_REQUIRED" && isPage(pathname)) {
    return redirect(`/confirm?next=${encodeURIComponent(formPlaceOf(request))}`, { htmx: isHtmx(request) });
  }
  if (error.code === "INTERNAL_ERROR" && !isAbandoned(request, thrown)) {
    const { requestId } = callerOf(request);
    kagi.log.error("request failed", { requestId, method: request.method, ...describeCause(error.cause) });
  }
  return isPage(pathname) ? await errorPage(kagi, request, error) : renderJson(error);
}

/** Whoever asked has gone, and what was being waited for was given up. */
function isAbandoned(request: Request, thrown: unknown): boolean {
  return request.signal.aborted && thrown instanceof DOMException && thrown.name === "AbortError";
}

/** Where to return to after signing in: the page that a person sees. A form's address has a page of its own, too. */
function placeOf(request: Request): string {
  const current = request.headers.get("hx-current-url");
  const { pathname, search } = new URL(current !== null && URL.canParse(current) ? current : request.url);
  return localPath(request.method === "GET" || current !== null ? pathname + search : pathname);
}

/** The page of a form that has to wait for a fresh proof: its address says what the form was about. */
function formPlaceOf(request: Request): string {
  const { pathname, search } = new URL(request.url);
  return localPath(pathname + search);
}

function isPage(pathname: string): boolean {
  return !/^\/(api|static)(\/|$)|^\/(healthz|readyz)$/.test(pathname);
}

/** A known path that is asked with another method, which a router alone calls unknown. */
async function methodNotAllowed(
  kagi: Kagi,
  all: readonly { method: string; path: string }[],
  request: Request,
): Promise<Response | undefined> {
  const path = new URL(request.url).pathname.replace(/(.)\/$/, "$1");
  const literal = all.filter((route) => route.path === path);
  const routes = literal.length > 0 ? literal : all.filter((route) => matches(route.path, path));
  const known = routes.map((route) => route.method);
  if (known.length === 0 || known.includes(request.method)) return undefined;
  if (request.method === "HEAD" && known.includes("GET")) return undefined;
  const allow = known.includes("GET") ? [...known, "HEAD"] : known;
  return await answerError(
    kagi,
    "UNKNOWN",
    new AppError("METHOD_NOT_ALLOWED", undefined, { allow: [...new Set(allow)] }),
    request,
  );
}

function matches(pattern: string, path: string): boolean {
  const parts = pattern.split("/");
  const given = path.split("/");
  return parts.length === given.length && parts.every((part, index) => part.startsWith(":") || part === given[index]);
}

const COMPRESSED_FROM = 1024;

/** Pages are compressed for browsers that take it, unless they show a secret or are compressed already. */
function isCompressible(request: Request, { headers }: Response): boolean {
  const encoding = headers.get("Content-Encoding");
  if (encoding === "identity") headers.delete("Content-Encoding");
  return encoding === null && headers.get("Content-Type")?.startsWith("text/html") === true && acceptsGzip(request);
}

async function compressed(response: Response): Promise<Response> {
  const { status, headers } = response;
  const body = new Uint8Array(await response.arrayBuffer());
  const small = body.byteLength < COMPRESSED_FROM;
  if (!small) headers.set("Content-Encoding", "gzip");
  return new Response(small ? body : Bun.gzipSync(body), { status, headers });
}
