import type { Theme } from "../../views/layout/frame.ts";
import type { Kagi } from "../kagi.ts";
import { cookie, readCookie } from "./cookies.ts";

const NAME = "theme";
const YEAR_SECONDS = 365 * 24 * 60 * 60;

export function themeOf(request: Request): Theme {
  return toTheme(readCookie(request, NAME));
}

/** Any text but the two names clears the choice. */
export function themeCookie(kagi: Kagi, text: string): string {
  const theme = toTheme(text);
  return cookie(kagi.config, NAME, theme ?? "", theme === null ? 0 : YEAR_SECONDS);
}

function toTheme(text: string | null): Theme {
  return text === "light" || text === "dark" ? text : null;
}
