import { Elysia } from "elysia";
import { AppError } from "../errors.ts";
import { findKeyActor } from "../features/access-keys/actions.ts";
import { findSessionActor } from "../features/auth/actions.ts";
import type { Actor, Kagi } from "../kagi.ts";
import { Form, readForm, readJson, refuseUnstorable, shown } from "./body.ts";
import { callerOf } from "./client.ts";
import { readCookie, sessionCookieName } from "./cookies.ts";
import { refuseCrossOrigin } from "./cross-origin.ts";
import { type Operation, operation } from "./operations.ts";

/**
 * The doors. Each is a plugin that a feature's routes `use`; what it lets in is an actor, and it decides before anything
 * of the request but its head is looked at: who is asking, from which site, with which scope, for what kind of id, and
 * only then the body is read, by Elysia's parse step, which comes before everything else that a route declares.
 */

/** The JSON API's door: a Bearer key with the operation's scope, or a session. */
export const apiDoor = (kagi: Kagi) =>
  new Elysia({ name: "api-door" })
    .onParse({ as: "scoped" }, async (context) => {
      await admit(kagi, context as Entering);
      return (await readJson(context.request)) as never;
    })
    .derive({ as: "scoped" }, async (context) => ({ actor: await admit(kagi, context as unknown as Entering) }));

/** The door of the API's public operations. */
export const publicApiDoor = (kagi: Kagi) =>
  new Elysia({ name: "public-api-door" })
    .onParse({ as: "scoped" }, async ({ request }) => {
      refuseCrossOrigin(kagi.config, request);
      return (await readJson(request)) as never;
    })
    .derive({ as: "scoped" }, ({ request }) => ({ caller: callerOf(request) }));

/** The pages' door: a session, or the way to the sign-in page and back. */
export const pageDoor = (kagi: Kagi) =>
  new Elysia({ name: "page-door" })
    .onParse({ as: "scoped" }, async (context) => {
      await visit(kagi, context as Entering);
      return (await readForm(context.request)) as never;
    })
    .derive({ as: "scoped" }, async (context) => {
      const actor = await visit(kagi, context as unknown as Entering);
      return { actor, form: formOf(context.body), htmx: isHtmx(context.request) };
    });

/** The door of pages for everybody: sign-in and set-up. `session` is whoever is signed in already. */
export const publicPageDoor = (kagi: Kagi) =>
  new Elysia({ name: "public-page-door" })
    .onParse({ as: "scoped" }, async ({ request }) => {
      refuseCrossOrigin(kagi.config, request);
      return (await readForm(request)) as never;
    })
    .derive({ as: "scoped" }, async ({ request, body }) => ({
      caller: callerOf(request),
      session: (await sessionActor(kagi, request)) ?? null,
      form: formOf(body),
      htmx: isHtmx(request),
    }));

/** Sent to a page's door without a session; the renderer turns it into the way to the sign-in page. */
export class SignInNeeded extends Error {
  override name = "SignInNeeded";
}

/** Set by htmx on what it asks for itself, except when it restores a page from history. */
export function isHtmx(request: Request): boolean {
  return request.headers.get("hx-request") === "true" && request.headers.get("hx-history-restore-request") !== "true";
}

type Entering = { request: Request; route: string; params?: Record<string, string | undefined>; admitted?: Actor };

async function admit(kagi: Kagi, context: Entering): Promise<Actor> {
  if (context.admitted) return context.admitted;
  const { request, route, params } = context;
  const asked = operation(request.method === "HEAD" ? "GET" : request.method, route);
  if (asked === undefined) throw new Error("an operation is missing from the table");
  const actor = await authenticate(kagi, request);
  authorize(kagi, request, actor, asked);
  if (params !== undefined && "id" in params && !isUuid(params.id)) throw new AppError(asked.notFound ?? "NOT_FOUND");
  refuseUnstorableQuery(request);
  context.admitted = actor;
  return actor;
}

/** Throws VALIDATION_ERROR for a NUL, which PostgreSQL does not even compare with; URLs are well-formed otherwise. */
function refuseUnstorableQuery(request: Request): void {
  if (!request.url.includes("%00")) return;
  for (const [name, value] of new URL(request.url).searchParams) refuseUnstorable(value, shown(name), 0);
}

/** A bad `Authorization` header never falls back to a cookie. Throws AUTH_REQUIRED, AUTH_INVALID_KEY. */
async function authenticate(kagi: Kagi, request: Request): Promise<Actor> {
  const header = request.headers.get("authorization");
  if (header !== null) {
    const key = /^Bearer ([^\s]+)$/i.exec(header)?.[1];
    const actor = key === undefined ? undefined : await findKeyActor(kagi, callerOf(request), key);
    if (actor === undefined) throw new AppError("AUTH_INVALID_KEY");
    return actor;
  }
  const actor = await sessionActor(kagi, request);
  if (actor === undefined) throw new AppError("AUTH_REQUIRED");
  return actor;
}

/** Throws AUTH_SESSION_REQUIRED, AUTH_SCOPE_REQUIRED, CROSS_ORIGIN. */
function authorize(kagi: Kagi, request: Request, actor: Actor, { access }: Operation): void {
  if (actor.credential.kind !== "key") {
    refuseCrossOrigin(kagi.config, request);
    return;
  }
  if (access === "session") throw new AppError("AUTH_SESSION_REQUIRED");
  if (access !== "public" && !actor.credential.scopes.includes(access)) {
    throw new AppError("AUTH_SCOPE_REQUIRED", undefined, { requiredScope: access });
  }
}

async function visit(kagi: Kagi, context: Entering): Promise<Actor> {
  if (context.admitted) return context.admitted;
  const { request, params } = context;
  const actor = await sessionActor(kagi, request);
  if (actor === undefined) throw new SignInNeeded();
  refuseCrossOrigin(kagi.config, request);
  if (params !== undefined && "id" in params && !isUuid(params.id)) throw new AppError("NOT_FOUND");
  context.admitted = actor;
  return actor;
}

/** Whoever the session cookie stands for, if anybody. */
async function sessionActor(kagi: Kagi, request: Request): Promise<Actor | undefined> {
  const token = readCookie(request, sessionCookieName(kagi.config));
  return token === null ? undefined : await findSessionActor(kagi, callerOf(request), token);
}

function formOf(body: unknown): Form {
  return body instanceof Form ? body : new Form(new URLSearchParams());
}

function isUuid(id: string | null | undefined): boolean {
  return typeof id === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
}
