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
export function createCallers(config: Config): (request: Request, socketAddress: () => string | null) => Caller {
  const proxies = new BlockList();
  for (const range of config.trustedProxies) addRange(proxies, range);
  const trusted = (address: string) => proxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  const addressOf = (request: Request, socketAddress: string | null) => {
    const socket = plain(socketAddress ?? "unknown");
    const believed = config.trustedProxies.length > 0 && isIP(socket) !== 0 && trusted(socket);
    return believed ? forwardedAddress(request, socket, trusted) : socket;
  };
  return (request, socketAddress) => {
    const caller: Caller = {
      requestId: newId(),
      get address() {
        return addressOf(request, socketAddress());
      },
      get userAgent() {
        return request.headers.get("user-agent");
      },
    };
    // Looked up at once, while the connection is there for sure; or, for a page, by whom it is copied into an actor.
    return request.method === "GET" ? caller : { ...caller };
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

/** Whether a request comes from this very machine, without a proxy in between. */
export function isLocal(request: Request): boolean {
  return (
    isLoopback(callerOf(request).address) &&
    !FORWARDING.some((header) => request.headers.has(header)) &&
    LOOPBACK_NAME.test(request.headers.get("host") ?? "")
  );
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
  // Most addresses are plain already; the expression costs more than the rest of a simple request.
  return address.startsWith("::") ? address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "") : address;
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
