import { version } from "../../package.json";
import { ErrorPage } from "../../views/errors/error-page.tsx";
import type { Frame, Theme } from "../../views/layout/frame.ts";
import type { AppError } from "../errors.ts";
import { describeSession, findSessionActor } from "../features/auth/actions.ts";
import type { Actor, Kagi } from "../kagi.ts";
import { callerOf } from "./client.ts";
import { readCookie, sessionCookieName } from "./cookies.ts";
import { errorHeaders } from "./errors.ts";
import { html } from "./responses.ts";
import { asset } from "./static.ts";

const THEME_COOKIE = "theme";
const DONE_COOKIE = "done";
const YEAR_SECONDS = 365 * 24 * 60 * 60;
/** Long enough for one redirect. */
const DONE_SECONDS = 10;

/** What has just been done, said on the next page. The cookie carries the name, so that nobody can make it say more. */
const DONE = {
  "category-created": "Category created.",
  "category-changed": "Category saved.",
  "category-deleted": "Category deleted.",
  "entry-created": "Entry created. Its value is encrypted.",
  "entry-changed": "Entry saved.",
  "entry-deleted": "Entry deleted.",
  "key-revoked": "Access key revoked.",
} as const;
export type Done = keyof typeof DONE;

/** What the layout shows around a page, and the cookies that go with its answer. */
export type Framed = Readonly<{ frame: Frame; cookies: string[] }>;

export async function frameOf(kagi: Kagi, request: Request, actor: Actor | null): Promise<Framed> {
  const { pathname, search } = new URL(request.url);
  const done = readCookie(request, DONE_COOKIE);
  return {
    frame: {
      theme: themeOf(readCookie(request, THEME_COOKIE)),
      here: request.method === "GET" ? pathname + search : pathname,
      user: actor === null ? null : (await describeSession(kagi, actor)).user,
      version,
      files: { css: asset("app.css"), script: asset("app.js"), htmx: asset("htmx.js"), icon: asset("icon.svg") },
      done: done !== null && Object.hasOwn(DONE, done) ? DONE[done as Done] : null,
    },
    cookies: done === null ? [] : [cookie(kagi, DONE_COOKIE, "", 0)],
  };
}

type Visit = Readonly<{ request: Request; actor?: Actor | null }>;
type Extra = { status?: number; secret?: boolean; headers?: Record<string, string> };

/** Answers with a whole page: the layout with what it knows of the visitor, around what `view` makes. */
export async function page(
  kagi: Kagi,
  { request, actor = null }: Visit,
  view: (frame: Frame) => unknown,
  extra: Extra = {},
): Promise<Response> {
  const { frame, cookies } = await frameOf(kagi, request, actor);
  return html(view(frame), { ...extra, cookies });
}

/** A failure that no form can show, as a page. It must not fail itself: without a database it knows no visitor. */
export async function errorPage(kagi: Kagi, request: Request, error: AppError): Promise<Response> {
  const caller = callerOf(request);
  const token = readCookie(request, sessionCookieName(kagi.config));
  const actor = token === null ? undefined : await findSessionActor(kagi, caller, token).catch(() => undefined);
  const { status, message } = error;
  const view = (frame: Frame) => ErrorPage({ frame, status, message, requestId: caller.requestId });
  const extra = { status, headers: errorHeaders(error) };
  return await page(kagi, { request, actor }, view, extra).catch(() => page(kagi, { request }, view, extra));
}

/** Any text but the two names clears the choice. */
export function themeCookie(kagi: Kagi, text: string): string {
  const theme = themeOf(text);
  return cookie(kagi, THEME_COOKIE, theme ?? "", theme === null ? 0 : YEAR_SECONDS);
}

export function doneCookie(kagi: Kagi, done: Done): string {
  return cookie(kagi, DONE_COOKIE, done, DONE_SECONDS);
}

/** The text when it is a path of this very server, `/` otherwise: `//host` and `/\host` lead elsewhere. */
export function localPath(text: string): string {
  if (!/^\/(?![/\\])[^\s\\]*$/.test(text) || !URL.canParse(text, "http://kagi.invalid")) return "/";
  const url = new URL(text, "http://kagi.invalid");
  return url.host === "kagi.invalid" ? url.pathname + url.search + url.hash : "/";
}

function themeOf(text: string | null): Theme {
  return text === "light" || text === "dark" ? text : null;
}

function cookie(kagi: Kagi, name: string, value: string, maxAge: number): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${kagi.config.secure ? "; Secure" : ""}`;
}

const LONGEST_SEARCH = 255;

/** A search as it may go to the database: of the length that queries take, without what no text there holds. */
export function searchText(text: string | null): string {
  return (text ?? "").replaceAll("\0", "").slice(0, LONGEST_SEARCH).toWellFormed().trim();
}
