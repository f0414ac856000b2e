import { Elysia } from "elysia";
import { FILES } from "../../static/index.ts";
import { AppError } from "../errors.ts";

/** As long as RFC 9111 lets a cache believe; a file that changes has another name. */
const CACHED = "public, max-age=31536000, immutable";

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

type Asset = Readonly<{
  path: string;
  type: string;
  body: Uint8Array<ArrayBuffer>;
  compressed: () => Uint8Array<ArrayBuffer>;
}>;

/** The path of a file of `static/`, with its content's hash: `asset("app.css")` is `/static/app.1f3c5a7e.css`. */
export function asset(name: string): string {
  const found = assets().byName.get(name);
  if (!found) throw new Error(`static/index.ts has no ${name}`);
  return found.path;
}

/** Serves the files under their hashed paths, to anybody, for a year. */
export function staticFiles() {
  return new Elysia({ name: "static-files" }).get("/static/:file", ({ params, request }) => {
    const found = assets().byPath.get(`/static/${params.file}`);
    if (!found) throw new AppError("NOT_FOUND");
    const zipped = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
    return new Response(zipped ? found.compressed() : found.body, {
      headers: {
        "Content-Type": found.type,
        "Cache-Control": CACHED,
        Vary: "Accept-Encoding",
        ...(zipped ? { "Content-Encoding": "gzip" } : {}),
      },
    });
  });
}

type Assets = Readonly<{ byName: ReadonlyMap<string, Asset>; byPath: ReadonlyMap<string, Asset> }>;

let known: Assets | undefined;

/** Hashed at the first use: less than a millisecond, and none of the start. */
function assets(): Assets {
  known ??= read();
  return known;
}

function read(): Assets {
  const byName = new Map(Object.entries(FILES).map(([name, text]) => [name, describe(name, text)]));
  return { byName, byPath: new Map([...byName.values()].map((file) => [file.path, file])) };
}

function describe(name: string, text: string): Asset {
  const [stem = "", ending = ""] = name.split(".");
  const body = new TextEncoder().encode(text);
  let zipped: Uint8Array<ArrayBuffer> | undefined;
  return {
    // Not for security: it only tells one version from the next.
    path: `/static/${stem}.${Bun.hash(body).toString(16).padStart(16, "0")}.${ending}`,
    type: TYPES[ending] ?? "application/octet-stream",
    body,
    compressed: () => {
      zipped ??= Bun.gzipSync(body, { level: 9 });
      return zipped;
    },
  };
}
