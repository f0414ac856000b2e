import type { TSchema } from "elysia";
import { derived } from "../derived.ts";
import type { Kagi } from "../kagi.ts";
import type { Page } from "../schema.ts";
import { headersFor } from "./headers.ts";

type Extra = { status?: number; cookies?: readonly string[]; headers?: Record<string, string> };

export function json(body: unknown, extra: Extra = {}): Response {
  const response = new Response(JSON.stringify(body), { status: extra.status ?? 200, headers: JSON_HEADERS });
  return completed(response, extra);
}

export function created(body: object): Response {
  return json(body, { status: 201 });
}

export function noContent(extra: Pick<Extra, "cookies" | "headers"> = {}): Response {
  return completed(new Response(null, { status: 204 }), extra);
}

/** A list as a bare array; when more remains, `Link` leads there (RFC 8288). */
export function listed<T>(kagi: Kagi, request: Request, page: Page<T>): Response {
  if (page.next === null) return new Response(textOf(page.items, undefined), { headers: JSON_HEADERS });
  const url = new URL(request.url);
  url.searchParams.set("cursor", page.next);
  const origin = kagi.config.urlIsSet ? kagi.config.url : url.origin;
  return json(page.items, { headers: { Link: `<${origin}${url.pathname}${url.search}>; rel="next"` } });
}

const textOf = derived((items: readonly unknown[]) => new TextEncoder().encode(JSON.stringify(items)));

/**
 * A page or a fragment of one. `secret` marks one that shows a revealed value: it is never compressed, so that its
 * length tells nothing about the value by what the rest of the page repeats of it.
 */
export function html(view: unknown, extra: Extra & { secret?: boolean } = {}): Response {
  const response = new Response(String(view), { status: extra.status ?? 200, headers: HTML_HEADERS });
  if (extra.secret) response.headers.set("Content-Encoding", "identity");
  return completed(response, extra);
}

/** A revealed value by itself, for the clipboard. */
export function plainText(text: string | undefined): Response {
  return new Response(text, { headers: { "Content-Type": "text/plain; charset=utf-8" } });
}

/** A page that is the same for many, made once and kept as it is sent. */
export type KeptPage = Readonly<{ plain: Uint8Array<ArrayBuffer>; zipped: Uint8Array<ArrayBuffer> }>;

export async function keepPage(page: Response): Promise<KeptPage> {
  const plain = new Uint8Array(await page.arrayBuffer());
  return { plain, zipped: Bun.gzipSync(plain, { level: 9 }) };
}

export function keptPage({ plain, zipped }: KeptPage, request: Request): Response {
  const zips = acceptsGzip(request);
  const response = new Response(zips ? zipped : plain, { headers: HTML_HEADERS });
  if (zips) response.headers.set("Content-Encoding", "gzip");
  return response;
}

export function acceptsGzip(request: Request): boolean {
  return /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
}

/** Whether JSON is named among what a request would take, and not below plain text (RFC 9110, 12.5.1). */
export function asksForJson(request: Request): boolean {
  const accepted = (request.headers.get("accept") ?? "").toLowerCase().split(",");
  const weightOf = (type: string) => {
    const found = accepted.map((part) => part.split(";").map((piece) => piece.trim())).find(([name]) => name === type);
    return found === undefined ? 0 : Number(found.find((piece) => piece.startsWith("q="))?.slice(2) ?? 1);
  };
  return weightOf("application/json") > 0 && weightOf("application/json") >= weightOf("text/plain");
}

const JSON_HEADERS = headersFor("application/json;charset=utf-8");
const HTML_HEADERS = headersFor("text/html; charset=utf-8", { Vary: "HX-Request, Cookie, Accept-Encoding" });

/** Leads the browser on by GET. htmx follows by itself only for a fragment, so it is told to load the whole page. */
export function redirect(location: string, extra: Omit<Extra, "status"> & { htmx?: boolean } = {}): Response {
  const response = extra.htmx
    ? new Response(null, { status: 200, headers: { "HX-Redirect": location } })
    : new Response(null, { status: 303, headers: { Location: location } });
  return completed(response, extra);
}

/** For the description of an operation: what it answers when it succeeds. */
export function answers(status: 200 | 201 | 204 | 303, schema?: TSchema, mediaType = "application/json") {
  const content = schema === undefined ? {} : { content: { [mediaType]: { schema } } };
  return { responses: { [status]: { description: DESCRIPTIONS[status], ...content } } };
}

const DESCRIPTIONS = { 200: "Done", 201: "Created", 204: "Done, with nothing to say", 303: "Go on there" } as const;

function completed(response: Response, { cookies = [], headers = {} }: Omit<Extra, "status">): Response {
  for (const name in headers) response.headers.set(name, headers[name] as string);
  for (const cookie of cookies) response.headers.append("Set-Cookie", cookie);
  return response;
}

/** A download. The name is given twice, as ASCII for old clients and in full (RFC 6266, RFC 8187). */
export function attachment(fileName: string, contentType: string, content: string): Response {
  const ascii = fileName.replace(/[^\w. -]/g, "_");
  // Signs that are not seen, and may turn the order of others round, would show an ending that is none.
  const full = encodeURIComponent(fileName.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  const extended = ascii === fileName ? "" : `; filename*=UTF-8''${full}`;
  return new Response(content, {
    headers: { "Content-Type": contentType, "Content-Disposition": `attachment; filename="${ascii}"${extended}` },
  });
}
