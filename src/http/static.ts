import { Elysia } from "elysia";
import { FILES, HAND_WRITTEN } from "../../static/index.ts";
import { AppError } from "../errors.ts";
import { acceptsGzip } from "./responses.ts";

/** As long as RFC 9111 lets a cache believe; a file that changes has another name. */
const CACHED = "public, max-age=31536000, immutable";

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** A file as browsers get it: under a path with its content's hash, compressed for those that take it. */
export type Asset = Readonly<{
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
  return new Elysia({ name: "static-files" }).get("/static/:file", ({ params, request }) =>
    sendAsset(request, assets().byPath.get(`/static/${params.file}`)),
  );
}

/** Throws NOT_FOUND when there is none. */
export function sendAsset(request: Request, asset: Asset | undefined): Response {
  if (!asset) throw new AppError("NOT_FOUND");
  const zipped = acceptsGzip(request);
  return new Response(zipped ? asset.compressed() : asset.body, {
    headers: {
      "Content-Type": asset.type,
      "Cache-Control": CACHED,
      Vary: "Accept-Encoding",
      ...(zipped ? { "Content-Encoding": "gzip" } : {}),
    },
  });
}

/** `folder` is where it is served, such as `/static`. */
export function toAsset(folder: string, name: string, body: Uint8Array<ArrayBuffer>): Asset {
  const dot = name.lastIndexOf(".");
  const [stem, ending] = [name.slice(0, dot), name.slice(dot + 1)];
  let zipped: Uint8Array<ArrayBuffer> | undefined;
  return {
    // Not for security: it only tells one version from the next.
    path: `${folder}/${stem}.${Bun.hash(body).toString(16).padStart(16, "0")}.${ending}`,
    type: TYPES[ending] ?? "application/octet-stream",
    body,
    compressed: () => {
      zipped ??= Bun.gzipSync(body, { level: 9 });
      return zipped;
    },
  };
}

type Assets = Readonly<{ byName: ReadonlyMap<string, Asset>; byPath: ReadonlyMap<string, Asset> }>;

let known: Assets | undefined;

/** Hashed at the first use: less than a millisecond, and none of the start. */
function assets(): Assets {
  known ??= read();
  return known;
}

function read(): Assets {
  const encoder = new TextEncoder();
  const shorten = new Bun.Transpiler({ loader: "js", target: "browser", minifyWhitespace: true });
  const byName = new Map(
    Object.entries(FILES).map(([name, text]) => {
      const sent = HAND_WRITTEN.has(name) ? shorten.transformSync(text) : text;
      return [name, toAsset("/static", name, encoder.encode(sent))];
    }),
  );
  return { byName, byPath: new Map([...byName.values()].map((file) => [file.path, file])) };
}
