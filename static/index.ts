import htmx from "htmx.org/dist/htmx.min.js" with { type: "text" };
import css from "./app.css" with { type: "text" };
import script from "./app.js" with { type: "text" };
import editor from "./generated/editor.js" with { type: "text" };
import overview from "./generated/overview.js" with { type: "text" };
import passkeys from "./generated/passkeys.js" with { type: "text" };
import qr from "./generated/qr.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import search from "./search.js" with { type: "text" };
import twoFactor from "./two-factor.js" with { type: "text" };

/** Scripts with comments and indents, which are sent without them. */
export const HAND_WRITTEN: ReadonlySet<string> = new Set(["app.js", "search.js", "two-factor.js"]);

/** The files that browsers load, by the name that pages use. The executable carries them as they are here. */
export const FILES: Readonly<Record<string, string>> = {
  "app.css": css,
  "app.js": script,
  "editor.js": editor,
  "htmx.js": htmx,
  "icon.svg": icon,
  "overview.js": overview,
  "passkeys.js": passkeys,
  "qr.js": qr,
  "search.js": search,
  "two-factor.js": twoFactor,
};
