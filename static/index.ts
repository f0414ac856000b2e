import htmx from "htmx.org/dist/htmx.min.js" with { type: "text" };
import css from "./app.css" with { type: "text" };
import script from "./app.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };

/** The files that browsers load, by the name that pages use. The executable carries them as they are here. */
export const FILES: Readonly<Record<string, string>> = {
  "app.css": css,
  "app.js": script,
  "htmx.js": htmx,
  "icon.svg": icon,
};
