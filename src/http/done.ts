import type { Kagi } from "../kagi.ts";
import { cookie, readCookie } from "./cookies.ts";

/** What has just been done, said on the next page. The cookie carries the name, so that nobody can make it say more. */
const DONE = {
  "category-created": "Category created.",
  "category-changed": "Category saved.",
  "category-deleted": "Category deleted.",
  "entry-created": "Entry created. Its value is encrypted.",
  "entry-changed": "Entry saved.",
  "entry-deleted": "Entry deleted.",
  "entry-restored": "Value restored. The one before is in the history.",
  "key-revoked": "Access key revoked.",
  "env-project-created": "Project created.",
  "env-project-changed": "Project saved.",
  "env-project-deleted": "Project deleted.",
  "env-file-saved": "File saved. Its content is encrypted.",
  "env-file-deleted": "File deleted.",
  "env-version-restored": "Version restored. The one before is in the history.",
  "two-factor-created": "2FA added. Its secrets are encrypted.",
  "two-factors-imported": "Accounts added. Their secrets are encrypted.",
  "two-factor-changed": "2FA saved.",
  "two-factor-deleted": "2FA deleted.",
  "recovery-code-returned": "The code is unused again.",
} as const;
export type Done = keyof typeof DONE;

const NAME = "done";
/** Long enough for one redirect. */
const SECONDS = 10;

export function doneCookie(kagi: Kagi, done: Done): string {
  return cookie(kagi.config, NAME, done, SECONDS);
}

/** Whether there is something to say. */
export function hasDone(request: Request): boolean {
  return readCookie(request, NAME) !== null;
}

/** What the page before has done, and the cookies that make this the only page to say so. */
export function takeDone(kagi: Kagi, request: Request): { done: string | null; cookies: string[] } {
  const name = readCookie(request, NAME);
  if (name === null) return { done: null, cookies: [] };
  return { done: Object.hasOwn(DONE, name) ? DONE[name as Done] : null, cookies: [cookie(kagi.config, NAME, "", 0)] };
}
