import { BlockList, isIP } from "node:net";
import { addRange, type Config } from "../config.ts";
import { newId } from "../crypto/tokens.ts";
import type { Caller } from "../kagi.ts";

const FORWARDING = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via"];
const LOOPBACK_NAME = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * Tells where requests come from. `X-Forwarded-For` counts only as far as trusted proxies wrote it: read from the right,
 * the first address that is not a trusted proxy is the client, whatever stands to its left.
 */
export function createCallers(config: Config): (request: Request, socketAddress: string | null) => Caller {
  const proxies = new BlockList();
  for (const range of config.trustedProxies) addRange(proxies, range);
  const trusted = (address: string) => proxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  return (request, socketAddress) => {
    const socket = plain(socketAddress ?? "unknown");
    const believed = config.trustedProxies.length > 0 && isIP(socket) !== 0 && trusted(socket);
    return {
      address: believed ? forwardedAddress(request, socket, trusted) : socket,
      local:
        isLoopback(socket) &&
        !FORWARDING.some((header) => request.headers.has(header)) &&
        LOOPBACK_NAME.test(request.headers.get("host") ?? ""),
      requestId: newId(),
      userAgent: request.headers.get("user-agent"),
    };
  };
}

const callers = new WeakMap<Request, Caller>();

/** Remembers who sent a request, for as long as the request lives. */
export function setCaller(request: Request, caller: Caller): void {
  callers.set(request, caller);
}

export function callerOf(request: Request): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error("a request came past the front door");
  return caller;
}

function forwardedAddress(request: Request, socket: string, trusted: (address: string) => boolean): string {
  const hops = (request.headers.get("x-forwarded-for") ?? "").split(",").map((hop) => plain(hop.trim()));
  let client = socket;
  for (const hop of hops.reverse()) {
    if (isIP(hop) === 0) break;
    client = hop;
    if (!trusted(hop)) break;
  }
  return client;
}

/** IPv4 seen through an IPv6 socket is IPv4 (RFC 4291, 2.5.5.2). */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
