import type { Config } from "../config.ts";

/** A year: how long a browser is remembered as one that knows the account. */
const DEVICE_SECONDS = 365 * 24 * 60 * 60;

/** The `__Host-` prefix pins a cookie to this very host and to https (RFC 6265bis, 4.1.3.2); plain http cannot have it. */
export function hostCookieName(config: Config, name: string): string {
  return config.secure ? `__Host-${name}` : name;
}

export function sessionCookieName(config: Config): string {
  return hostCookieName(config, "kagi_session");
}

export function deviceCookieName(config: Config): string {
  return hostCookieName(config, "kagi_device");
}

/** Binds one way to Keycloak to the browser that began it; each has a cookie of its own, for those with two windows. */
export function keycloakCookieName(config: Config, visit: string): string {
  return hostCookieName(config, `kagi_keycloak_${visit}`);
}

/** What a sign-in gives the browser. */
type Tokens = Readonly<{ sessionToken: string; sessionSeconds: number; deviceToken: string }>;

/** The `Set-Cookie` values of a sign-in. */
export function signInCookies(config: Config, { sessionToken, sessionSeconds, deviceToken }: Tokens): string[] {
  return [
    sessionCookie(config, { sessionToken, sessionSeconds }),
    cookie(config, deviceCookieName(config), deviceToken, DEVICE_SECONDS),
  ];
}

/** The `Set-Cookie` value of a session that is new, or goes on under another token. */
export function sessionCookie(config: Config, session: Omit<Tokens, "deviceToken">): string {
  return cookie(config, sessionCookieName(config), session.sessionToken, session.sessionSeconds);
}

/** The `Set-Cookie` value of a sign-out. The browser stays known, so that its owner is not throttled as a stranger. */
export function signOutCookie(config: Config): string {
  return cookie(config, sessionCookieName(config), "", 0);
}

/** Of a sign-in that is half done. */
export function pendingCookieName(config: Config): string {
  return hostCookieName(config, "kagi_pending");
}

/** The `Set-Cookie` value of a sign-in that waits for a second factor; without a token, of one that waits no more. */
export function pendingCookie(config: Config, token = "", seconds = 0): string {
  return cookie(config, pendingCookieName(config), token, seconds);
}

/** The value of a request's cookie, or null (RFC 6265, 5.4: pairs separated by `; `). */
export function readCookie(request: Request, name: string): string | null {
  const header = request.headers.get("cookie");
  if (header === null) return null;
  for (const pair of header.split(";")) {
    const [key, ...value] = pair.trim().split("=");
    if (key === name) return value.join("=") || null;
  }
  return null;
}

/** A `Set-Cookie` value, kept for `maxAge` seconds; none deletes the cookie. */
export function cookie(config: Config, name: string, value: string, maxAge: number): string {
  return written(config, name, value, `${maxAge}; HttpOnly`);
}

/** The same for the page's own script, which nothing secret is for. */
export function readableCookie(config: Config, name: string, value: string, maxAge: number): string {
  return written(config, name, value, String(maxAge));
}

function written({ secure }: Config, name: string, value: string, kept: string): string {
  return `${name}=${value}; Path=/; Max-Age=${kept}; SameSite=Lax${secure ? "; Secure" : ""}`;
}
