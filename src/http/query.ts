import { ENVIRONMENT_WORDS } from "../../views/words.ts";
import { NAME_LENGTH } from "../schema.ts";

/** What a page's address says, made safe to use. */

/** A search as it may go to the database: of the length that queries take, without what no text there holds. */
export function searchText(text: string | null): string {
  return (text ?? "").replaceAll("\0", "").slice(0, NAME_LENGTH).toWellFormed().trim();
}

/** Where a list goes on; null when the text is no id. */
export function cursorOf(text: string | null): string | null {
  return text !== null && /^[0-9a-f-]{36}$/.test(text) ? text : null;
}

export function environmentOf(text: string | null): keyof typeof ENVIRONMENT_WORDS | null {
  return text !== null && Object.hasOwn(ENVIRONMENT_WORDS, text) ? (text as keyof typeof ENVIRONMENT_WORDS) : null;
}

/**
 * The text when it is a path of this very server, `/` otherwise: `//host` and `/\\host` lead elsewhere, and so does
 * `/.//host` once its dots are resolved, so the resolved path is looked at as well.
 */
export function localPath(text: string): string {
  if (!LOCAL.test(text) || !URL.canParse(text, "http://kagi.invalid")) return "/";
  const url = new URL(text, "http://kagi.invalid");
  const path = url.pathname + url.search + url.hash;
  return url.host === "kagi.invalid" && LOCAL.test(path) ? path : "/";
}

const LOCAL = /^\/(?![/\\])[^\s\\]*$/;
