import { version } from "../../package.json";
import { ErrorPage } from "../../views/errors/error-page.tsx";
import type { Frame } from "../../views/layout/frame.ts";
import type { AppError } from "../errors.ts";
import type { Actor, Kagi } from "../kagi.ts";
import { callerOf } from "./client.ts";
import { takeDone } from "./done.ts";
import { errorHeaders } from "./errors.ts";
import { sessionActor } from "./guards.ts";
import { html } from "./responses.ts";
import { asset } from "./static.ts";
import { themeOf } from "./theme.ts";

type Visit = Readonly<{ request: Request; actor?: Actor | null }>;
type Extra = { status?: number; secret?: boolean; headers?: Record<string, string>; cookies?: readonly string[] };

/** Answers with a whole page: the layout with what it knows of the visitor, around what `view` makes. */
export async function page(
  kagi: Kagi,
  { request, actor = null }: Visit,
  view: (frame: Frame) => unknown,
  extra: Extra = {},
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const { done, cookies } = takeDone(kagi, request);
  const frame: Frame = {
    theme: themeOf(kagi.config, request),
    here: request.method === "GET" ? pathname + search : pathname,
    user: actor?.credential.kind === "session" ? actor.credential.user : null,
    version,
    files: {
      css: asset("app.css"),
      script: asset("app.js"),
      search: asset("search.js"),
      htmx: asset("htmx.js"),
      icon: asset("icon.svg"),
    },
    done,
  };
  return html(view(frame), { ...extra, cookies: [...cookies, ...(extra.cookies ?? [])] });
}

/** A failure that no form can show, as a page. It must not fail itself: without a database it knows no visitor. */
export async function errorPage(kagi: Kagi, request: Request, error: AppError): Promise<Response> {
  const actor = await sessionActor(kagi, request).catch(() => undefined);
  const { status, message } = error;
  const { requestId } = callerOf(request);
  const view = (frame: Frame) => ErrorPage({ frame, status, message, requestId });
  return await page(kagi, { request, actor }, view, { status, headers: errorHeaders(error) });
}
