import { Elysia } from "elysia";
import { AppError, invalid } from "../errors.ts";
import { findKeyActor, tellRefusedKey } from "../features/access-keys/actions.ts";
import { findSessionActor } from "../features/auth/actions.ts";
import type { Actor, Kagi } from "../kagi.ts";
import { warnOfRefusal } from "../log.ts";
import { isUuid } from "../schema.ts";
import { Form, PUBLIC_BODY_BYTES, readForm, readJson, refuseUnstorable, shown } from "./body.ts";
import { callerOf } from "./client.ts";
import { readCookie, sessionCookieName } from "./cookies.ts";
import { refuseCrossOrigin } from "./cross-origin.ts";
import { type Operation, operation } from "./operations.ts";

/**
 * The doors. Each is a plugin that a feature's routes `use`; what it lets in is an actor, and it decides before anything
 * of the request but its head is looked at: who is asking, from which site, with which scope, for what kind of id, and
 * only then the body is read, by Elysia's parse step, which comes before everything else that a route declares.
 *
 * Each step takes the members of the context that it needs and never the context itself: Elysia reads that from the
 * function's text, and makes nothing, such as a jar of cookies, that no step of a route takes.
 */

/** The JSON API's door: a Bearer key with the operation's scope, or a session. */
export const apiDoor = (kagi: Kagi) =>
  new Elysia({ name: "api-door" })
    .onParse(
      { as: "scoped" },
      stepOf("api", async ({ request, route, params }) => {
        await admit(kagi, request, route, params);
        return (await readJson(request)) as never;
      }),
    )
    .derive({ as: "scoped" }, async ({ request, route, params }) => ({
      actor: await admit(kagi, request, route, params),
    }));

/** The door of the API's public operations. */
export const publicApiDoor = (kagi: Kagi) =>
  new Elysia({ name: "public-api-door" })
    .onParse(
      { as: "scoped" },
      stepOf("public", async ({ request }) => {
        refuseCrossOrigin(kagi, request);
        return (await readJson(request, PUBLIC_BODY_BYTES)) as never;
      }),
    )
    .derive({ as: "scoped" }, ({ request }) => ({ caller: callerOf(request) }));

/** The pages' door: a session, or the way to the sign-in page and back. */
export const pageDoor = (kagi: Kagi) =>
  new Elysia({ name: "page-door" })
    .onParse(
      { as: "scoped" },
      stepOf("page", async ({ request, params }) => {
        await visit(kagi, request, params);
        return (await readForm(request)) as never;
      }),
    )
    .derive({ as: "scoped" }, async ({ request, params, body }) => ({
      actor: await visit(kagi, request, params),
      form: formOf(body),
      htmx: isHtmx(request),
    }));

/** The door of pages for everybody: sign-in and set-up. `session` is whoever is signed in already. */
export const publicPageDoor = (kagi: Kagi) =>
  new Elysia({ name: "public-page-door" })
    .onParse(
      { as: "scoped" },
      stepOf("public", async ({ request }) => {
        refuseCrossOrigin(kagi, request);
        return (await readForm(request, PUBLIC_BODY_BYTES)) as never;
      }),
    )
    .derive({ as: "scoped" }, async ({ request, body }) => ({
      caller: callerOf(request),
      session: (await sessionActor(kagi, request)) ?? null,
      form: formOf(body),
      htmx: isHtmx(request),
    }));

type Door = "api" | "page" | "public";

const doors = new WeakMap<object, Door>();

/** Marks a door's first step, by which `doorOf` knows the routes behind it. */
function stepOf<T extends object>(door: Door, step: T): T {
  doors.set(step, door);
  return step;
}

/** The door that a mounted route is behind, if any. */
export function doorOf(route: { hooks?: { parse?: readonly { fn: unknown }[] } }): Door | undefined {
  const steps = route.hooks?.parse ?? [];
  return steps.map(({ fn }) => doors.get(fn as object)).find((door) => door !== undefined);
}

/** Sent to a page's door without a session; the renderer turns it into the way to the sign-in page. */
export class SignInNeeded extends Error {
  override name = "SignInNeeded";
}

/** Set by htmx on what it asks for itself, except when it restores a page from history. */
export function isHtmx(request: Request): boolean {
  return request.headers.get("hx-request") === "true" && request.headers.get("hx-history-restore-request") !== "true";
}

type Params = Record<string, string | undefined> | undefined;

/** Whom a door has let in already, for the second step of the same request. */
const admitted = new WeakMap<Request, Actor>();

/** Elysia parses nothing for these two, whether there is a body or not. */
function hasParseStep(request: Request): boolean {
  return request.method !== "GET" && request.method !== "HEAD";
}

async function admit(kagi: Kagi, request: Request, route: string, params: Params): Promise<Actor> {
  const known = admitted.get(request);
  if (known) return known;
  const asked = operation(request.method === "HEAD" ? "GET" : request.method, route);
  if (asked === undefined) throw new Error("an operation is missing from the table");
  const actor = await authenticate(kagi, request);
  await authorize(kagi, request, actor, asked);
  if (params !== undefined && "id" in params && !isUuid(params.id)) throw new AppError(asked.notFound ?? "NOT_FOUND");
  refuseBadQuery(request);
  if (hasParseStep(request)) admitted.set(request, actor);
  return actor;
}

/**
 * Throws VALIDATION_ERROR for a NUL, which PostgreSQL does not even compare with (URLs are well-formed otherwise), and for
 * a parameter that is there twice: whichever were taken, somebody on the way may have looked at the other.
 */
function refuseBadQuery({ url }: Request): void {
  if (!url.includes("&") && !url.includes("%00")) return;
  const names = new Set<string>();
  for (const [name, value] of new URL(url).searchParams) {
    refuseUnstorable(value, shown(name), 0);
    if (names.has(name)) throw invalid(shown(name), "must not be there twice");
    names.add(name);
  }
}

/** A bad `Authorization` header never falls back to a cookie. Throws AUTH_REQUIRED, AUTH_INVALID_KEY. */
async function authenticate(kagi: Kagi, request: Request): Promise<Actor> {
  const header = request.headers.get("authorization");
  if (header !== null) {
    const key = /^Bearer ([^\s]+)$/i.exec(header)?.[1];
    const actor = key === undefined ? undefined : await findKeyActor(kagi, { ...callerOf(request) }, key);
    if (actor !== undefined) return actor;
    const { address, requestId } = callerOf(request);
    warnOfRefusal(kagi.log, kagi.now(), "access key refused", { address, requestId });
    throw new AppError("AUTH_INVALID_KEY");
  }
  const actor = await sessionActor(kagi, request);
  if (actor === undefined) throw new AppError("AUTH_REQUIRED");
  return actor;
}

/** Throws AUTH_SESSION_REQUIRED, AUTH_SCOPE_REQUIRED, CROSS_ORIGIN. */
async function authorize(kagi: Kagi, request: Request, actor: Actor, { access }: Operation): Promise<void> {
  if (actor.credential.kind !== "key") {
    refuseCrossOrigin(kagi, request);
    return;
  }
  if (access === "session") {
    await tellRefusedKey(kagi, actor, "session");
    throw new AppError("AUTH_SESSION_REQUIRED");
  }
  if (access !== "public" && !actor.credential.scopes.includes(access)) {
    await tellRefusedKey(kagi, actor, access);
    throw new AppError("AUTH_SCOPE_REQUIRED", undefined, { requiredScope: access });
  }
}

async function visit(kagi: Kagi, request: Request, params: Params): Promise<Actor> {
  const known = admitted.get(request);
  if (known) return known;
  const actor = await sessionActor(kagi, request);
  if (actor === undefined) throw new SignInNeeded();
  refuseCrossOrigin(kagi, request);
  if (params !== undefined && "id" in params && !isUuid(params.id)) throw new AppError("NOT_FOUND");
  if (hasParseStep(request)) admitted.set(request, actor);
  return actor;
}

/** Whoever the session cookie stands for, if anybody. */
export async function sessionActor(kagi: Kagi, request: Request): Promise<Actor | undefined> {
  const token = readCookie(request, sessionCookieName(kagi.config));
  return token === null ? undefined : await findSessionActor(kagi, { ...callerOf(request) }, token);
}

function formOf(body: unknown): Form {
  return body instanceof Form ? body : NO_FORM;
}

const NO_FORM = new Form(new URLSearchParams());
