import { isIP } from "node:net";
import type { Config } from "../config.ts";

/** Whom passkeys are made for (WebAuthn, "relying party"): a host's name, and the origin whose pages may ask for them. */
export type RelyingParty = Readonly<{ id: string; origin: string }>;

/**
 * The party that this server is, or null where browsers have no passkeys: they want https, or `localhost` by that very
 * name, and never an IP address (WebAuthn Level 3, 5.1.3 and 13.4.9). Without a public URL it is the localhost that the
 * request names, whatever its port.
 */
export function relyingPartyOf(config: Config, request: Request): RelyingParty | null {
  if (!config.urlIsSet) {
    const host = request.headers.get("host") ?? "";
    return /^localhost(:\d+)?$/i.test(host) ? { id: "localhost", origin: `http://${host.toLowerCase()}` } : null;
  }
  const { protocol, hostname, origin } = new URL(config.url);
  const named = isIP(hostname.replace(/^\[|\]$/g, "")) === 0;
  const trusted = protocol === "https:" || hostname === "localhost";
  return named && trusted ? { id: hostname, origin } : null;
}
