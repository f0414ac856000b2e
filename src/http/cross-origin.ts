import type { Config } from "../config.ts";
import { AppError } from "../errors.ts";
import type { Kagi } from "../kagi.ts";
import { warnOfRefusal } from "../log.ts";
import { callerOf } from "./client.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses what another site makes a browser send with our cookie. Browsers say where a request comes from in
 * `Sec-Fetch-Site`; those that do not, and plain http to a name that is not loopback, send `Origin`. A request with
 * neither is no browser's. (The algorithm of Go's net/http CrossOriginProtection.) Throws CROSS_ORIGIN.
 */
export function refuseCrossOrigin({ config, log, now }: Kagi, request: Request): void {
  if (SAFE.has(request.method) || isSameOrigin(config, request)) return;
  const { address, requestId } = callerOf(request);
  warnOfRefusal(log, now(), "request from another site refused", { address, method: request.method, requestId });
  throw new AppError("CROSS_ORIGIN");
}

function isSameOrigin(config: Config, request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = request.headers.get("origin");
  if (origin === null || origin === config.url) return true;
  return !config.urlIsSet && origin === `http://${request.headers.get("host")}`;
}
