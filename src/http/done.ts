import type { Config } from "../config.ts";
import type { Kagi } from "../kagi.ts";
import { cookie, hostCookieName, readCookie } from "./cookies.ts";

const ENDS_WITH_BREAK =
  "It ends with a line break, which programs get as well; if that is an accident, edit it and enter it without.";

/** What has just been done, said on the next page. The cookie carries the name and a number, so that nobody can make it say more. */
const DONE = {
  "name-changed": "Name saved.",
  "email-changed": (ended: number) =>
    `E-mail address saved. Sign in with it from now on.${ended === 0 ? "" : ` ${sessionsEnded(ended)}`}`,
  "password-changed": (ended: number) => `Password changed. ${sessionsEnded(ended)} Access keys stay valid.`,
  "keycloak-linked": "Keycloak linked. It opens this vault from now on.",
  "keycloak-unlinked": "Keycloak unlinked. What was signed in through it has ended.",
  "factor-added": "Done. The recovery codes that you have are good for it, too.",
  "authenticator-app-removed": "The authenticator app is off. Its codes are worth nothing here any more.",
  "passkey-renamed": "Passkey renamed.",
  "passkey-deleted": "Passkey deleted. You may delete it on your device, too.",
  "session-ended": "Session ended.",
  "sessions-ended": sessionsEnded,
  "category-created": "Category created.",
  "category-changed": "Category saved.",
  "category-deleted": "Category deleted.",
  "entry-created": "Entry created. Its value is encrypted.",
  "entry-changed": "Entry saved.",
  "entry-created-with-break": `Entry created. Its value is encrypted. ${ENDS_WITH_BREAK}`,
  "entry-changed-with-break": `Entry saved. ${ENDS_WITH_BREAK}`,
  "entry-deleted": "Entry deleted.",
  "entries-changed": (changed: number) =>
    changed === 0 ? "All of them were so already." : `${changed === 1 ? "1 entry" : `${changed} entries`} changed.`,
  "entries-deleted": (gone: number) => `${gone === 1 ? "1 entry" : `${gone} entries`} deleted.`,
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

function sessionsEnded(ended: number): string {
  if (ended === 0) return "No other session was open.";
  return ended === 1 ? "1 other session has ended." : `${ended} other sessions have ended.`;
}

/** Long enough for one redirect. */
const SECONDS = 10;

/** `count` is the number that some of the sentences tell. */
export function doneCookie(kagi: Kagi, done: Done, count = 0): string {
  return cookie(kagi.config, nameOf(kagi.config), `${done}.${count}`, SECONDS);
}

/** Whether there is something to say. */
export function hasDone(config: Config, request: Request): boolean {
  return readCookie(request, nameOf(config)) !== null;
}

/** What the page before has done, and the cookies that make this the only page to say so. */
export function takeDone(kagi: Kagi, request: Request): { done: string | null; cookies: string[] } {
  const text = readCookie(request, nameOf(kagi.config));
  if (text === null) return { done: null, cookies: [] };
  const [, name = "", count = ""] = /^([a-z-]+)\.(\d{1,9})$/.exec(text) ?? [];
  const done = Object.hasOwn(DONE, name) ? DONE[name as Done] : null;
  return {
    done: typeof done === "function" ? done(Number(count)) : done,
    cookies: [cookie(kagi.config, nameOf(kagi.config), "", 0)],
  };
}

function nameOf(config: Config): string {
  return hostCookieName(config, "done");
}
