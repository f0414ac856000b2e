import type { Theme } from "../../views/layout/frame.ts";
import type { Config } from "../config.ts";
import type { Kagi } from "../kagi.ts";
import { cookie, hostCookieName, readCookie } from "./cookies.ts";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

export function themeOf(config: Config, request: Request): Theme {
  return toTheme(readCookie(request, nameOf(config)));
}

/** Any text but the two names clears the choice. */
export function themeCookie(kagi: Kagi, text: string): string {
  const theme = toTheme(text);
  return cookie(kagi.config, nameOf(kagi.config), theme ?? "", theme === null ? 0 : YEAR_SECONDS);
}

function nameOf(config: Config): string {
  return hostCookieName(config, "theme");
}

function toTheme(text: string | null): Theme {
  return text === "light" || text === "dark" ? text : null;
}
