import type { TSchema } from "elysia";
import type { Kagi } from "../kagi.ts";
import type { Page } from "../schema.ts";

type Extra = { status?: number; cookies?: readonly string[]; headers?: Record<string, string> };

export function json(body: object, extra: Extra = {}): Response {
  return withCookies(Response.json(body, { status: extra.status ?? 200, headers: extra.headers }), extra.cookies);
}

export function created(body: object): Response {
  return Response.json(body, { status: 201 });
}

export function noContent(extra: Pick<Extra, "cookies"> = {}): Response {
  return withCookies(new Response(null, { status: 204 }), extra.cookies);
}

/** A list as a bare array; when more remains, `Link` leads there (RFC 8288). */
export function listed<T>(kagi: Kagi, request: Request, page: Page<T>): Response {
  if (page.next === null) return Response.json(page.items);
  const url = new URL(request.url);
  url.searchParams.set("cursor", page.next);
  const origin = kagi.config.urlIsSet ? kagi.config.url : url.origin;
  return Response.json(page.items, { headers: { Link: `<${origin}${url.pathname}${url.search}>; rel="next"` } });
}

/**
 * A page or a fragment of one. `secret` marks one that shows a revealed value: it is never compressed, so that its
 * length tells nothing about the value by what the rest of the page repeats of it.
 */
export function html(view: unknown, extra: Extra & { secret?: boolean } = {}): Response {
  const headers: Record<string, string> = {
    "Content-Type": "text/html; charset=utf-8",
    Vary: "HX-Request, Cookie, Accept-Encoding",
    ...extra.headers,
  };
  if (extra.secret) headers["Content-Encoding"] = "identity";
  return withCookies(new Response(String(view), { status: extra.status ?? 200, headers }), extra.cookies);
}

/** Leads the browser on by GET. htmx follows by itself only for a fragment, so it is told to load the whole page. */
export function redirect(location: string, extra: { htmx?: boolean; cookies?: readonly string[] } = {}): Response {
  const response = extra.htmx
    ? new Response(null, { status: 200, headers: { "HX-Redirect": location } })
    : new Response(null, { status: 303, headers: { Location: location } });
  return withCookies(response, extra.cookies);
}

/** For the description of an operation: what it answers when it succeeds. */
export function answers(status: 200 | 201 | 204, schema?: TSchema, mediaType = "application/json") {
  const content = schema === undefined ? {} : { content: { [mediaType]: { schema } } };
  return { responses: { [status]: { description: DESCRIPTIONS[status], ...content } } };
}

const DESCRIPTIONS = { 200: "Done", 201: "Created", 204: "Done, with nothing to say" } as const;

function withCookies(response: Response, cookies: readonly string[] = []): Response {
  for (const cookie of cookies) response.headers.append("Set-Cookie", cookie);
  return response;
}

/** A download. The name is given twice, as ASCII for old clients and in full (RFC 6266, RFC 8187). */
export function attachment(fileName: string, contentType: string, content: string): Response {
  const ascii = fileName.replace(/[^\w. -]/g, "_");
  const full = encodeURIComponent(fileName.toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  const extended = ascii === fileName ? "" : `; filename*=UTF-8''${full}`;
  return new Response(content, {
    headers: { "Content-Type": contentType, "Content-Disposition": `attachment; filename="${ascii}"${extended}` },
  });
}
