import { doorOf } from "./guards.ts";
import { OPERATIONS, operation } from "./operations.ts";

/** What is behind no door because it says nothing of anybody. */
const OPEN = /^\/(healthz|readyz)$|^\/static\//;

/** Pages for everybody. */
const PUBLIC_PAGES: ReadonlySet<string> = new Set([
  "/",
  "/setup",
  "/sign-in",
  "/sign-in/second-factor",
  "/sign-in/passkey",
  "/theme",
]);

type Mounted = Readonly<{ method: string; path: string; hooks?: object }>;

/**
 * Throws unless every route is behind the door that it should be behind, and the API's routes are those of the table.
 * So a handler that forgot its door stops the start, instead of serving whoever comes.
 */
export function checkMounts(routes: readonly Mounted[]): void {
  for (const route of routes) {
    const { method, path } = route;
    const row = operation(method, path);
    if (path.startsWith("/api/") && row === undefined)
      throw new Error(`${method} ${path} is not in the table of operations`);
    if (OPEN.test(path)) continue;
    const door = doorOf(route);
    const right =
      row === undefined
        ? door === (isPublicPage(path) ? "public" : "page")
        : door === (row.access === "public" ? "public" : "api");
    if (!right)
      throw new Error(`${method} ${path} is behind ${door === undefined ? "no" : `the wrong (${door})`} door`);
  }
  const mounted = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  const missing = Object.keys(OPERATIONS).filter((name) => !mounted.has(name));
  if (missing.length > 0) throw new Error(`no route for ${missing.join(", ")}`);
}

/** The API's own pages are for everybody, as its document is. */
function isPublicPage(path: string): boolean {
  return PUBLIC_PAGES.has(path) || path.startsWith("/api/docs");
}
