import type { Config } from "../config.ts";
import type { SignedIn } from "../features/auth/actions.ts";
import { SESSION_MAX_MS } from "../features/auth/model.ts";

/** A year: how long a browser is remembered as one that knows the account. */
const DEVICE_MAX_AGE = 365 * 24 * 60 * 60;

/** The `__Host-` prefix pins a cookie to this very host and to https (RFC 6265bis, 4.1.3.2); plain http cannot have it. */
export function sessionCookieName(config: Config): string {
  return config.secure ? "__Host-kagi_session" : "kagi_session";
}

export function deviceCookieName(config: Config): string {
  return config.secure ? "__Host-kagi_device" : "kagi_device";
}

/** The `Set-Cookie` values of a sign-in. */
export function signInCookies(config: Config, signedIn: SignedIn): string[] {
  return [
    cookie(config, sessionCookieName(config), signedIn.sessionToken, SESSION_MAX_MS / 1000),
    cookie(config, deviceCookieName(config), signedIn.deviceToken, DEVICE_MAX_AGE),
  ];
}

/** The `Set-Cookie` value of a sign-out. The browser stays known, so that its owner is not throttled as a stranger. */
export function signOutCookie(config: Config): string {
  return cookie(config, sessionCookieName(config), "", 0);
}

/** The value of a request's cookie, or null (RFC 6265, 5.4: pairs separated by `; `). */
export function readCookie(request: Request, name: string): string | null {
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const [key, ...value] = pair.trim().split("=");
    if (key === name) return value.join("=") || null;
  }
  return null;
}

function cookie(config: Config, name: string, value: string, maxAge: number): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${config.secure ? "; Secure" : ""}`;
}
