import type { Config } from "../config.ts";
import { newId } from "../crypto/tokens.ts";

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What every answer carries, whoever made it. */
export const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ["Content-Security-Policy", CONTENT_SECURITY_POLICY],
  ["X-Content-Type-Options", "nosniff"],
  ["X-Frame-Options", "DENY"],
  // Not `no-referrer`: with it a form on plain http sends `Origin: null`, which cannot be told from another site's.
  ["Referrer-Policy", "same-origin"],
  ["Cross-Origin-Opener-Policy", "same-origin"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["Permissions-Policy", "camera=(), geolocation=(), microphone=()"],
];

/**
 * What a sign-out tells the browser to forget: pages that it could show again, and where it had scrolled to. Cookies are
 * not among it, because the one that knows the browser stays. Browsers heed it on https alone, and complain elsewhere.
 */
export function forgettingHeaders(config: Config): Record<string, string> {
  return config.secure ? { "Clear-Site-Data": '"cache", "storage"' } : {};
}

/** A set to begin an answer with, which is cheaper than setting each one by one on an answer that is made. */
export function headersFor(contentType: string, more: Readonly<Record<string, string>> = {}): Headers {
  return new Headers([
    ...SECURITY_HEADERS,
    ["Cache-Control", "no-store"],
    ["Content-Type", contentType],
    ...Object.entries(more),
  ] as [string, string][]);
}

/** The last touch on every answer: what it must carry and does not yet. */
export function completeHeaders(config: Config, headers: Headers, requestId = newId()): void {
  if (!headers.has("Content-Security-Policy")) for (const [name, value] of SECURITY_HEADERS) headers.set(name, value);
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  if (config.secure) headers.set("Strict-Transport-Security", "max-age=31536000");
  headers.set("X-Request-Id", requestId);
}
