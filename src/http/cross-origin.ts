import type { Config } from "../config.ts";
import { AppError } from "../errors.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses what another site makes a browser send with our cookie. Browsers say where a request comes from in
 * `Sec-Fetch-Site`; those that do not, and plain http to a name that is not loopback, send `Origin`. A request with
 * neither is no browser's. (The algorithm of Go's net/http CrossOriginProtection.) Throws CROSS_ORIGIN.
 */
export function refuseCrossOrigin(config: Config, request: Request): void {
  if (SAFE.has(request.method)) return;
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) {
    if (site === "same-origin" || site === "none") return;
    throw new AppError("CROSS_ORIGIN");
  }
  const origin = request.headers.get("origin");
  if (origin === null || origin === config.url) return;
  if (!config.urlIsSet && origin === `http://${request.headers.get("host")}`) return;
  throw new AppError("CROSS_ORIGIN");
}
