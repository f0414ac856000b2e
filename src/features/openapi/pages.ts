import { Elysia, t } from "elysia";
import cssPath from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
import bundlePath from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import themePath from "../../../static/api-docs.css" with { type: "file" };
import scriptPath from "../../../static/api-docs.js" with { type: "file" };
import { ApiDocsPage } from "../../../views/api-docs.tsx";
import { AppError } from "../../errors.ts";
import { page } from "../../http/frame.ts";
import { publicPageDoor } from "../../http/guards.ts";
import { answers } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";

const FOLDER = "/static/api-docs";
const CACHED = "public, max-age=31536000, immutable";
const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";

/** `GET /api/docs` and the files that only it uses, which are too large to be read before somebody asks for them. */
export const openapiPages = (kagi: Kagi) =>
  new Elysia()
    .get(`${FOLDER}/:file`, async ({ params, request }) => {
      const file = [...Object.values(await files())].find(({ path }) => path === `${FOLDER}/${params.file}`);
      if (file === undefined) throw new AppError("NOT_FOUND");
      const zipped = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
      return new Response(zipped ? file.compressed() : file.body, {
        headers: {
          "Content-Type": file.type,
          "Cache-Control": CACHED,
          Vary: "Accept-Encoding",
          ...(zipped ? { "Content-Encoding": "gzip" } : {}),
        },
      });
    })
    .use(publicPageDoor(kagi))
    .get(
      "/api/docs",
      async ({ request, session }) => {
        const { css, theme, swaggerUi, script } = await files();
        const paths = { css: css.path, theme: theme.path, swaggerUi: swaggerUi.path, script: script.path };
        return await page(kagi, { request, actor: session }, (frame) => ApiDocsPage({ frame, files: paths }));
      },
      { detail: answers(200, t.String(), "text/html") },
    );

type File = Readonly<{
  path: string;
  type: string;
  body: Uint8Array<ArrayBuffer>;
  compressed: () => Uint8Array<ArrayBuffer>;
}>;
type Files = Readonly<Record<"css" | "theme" | "swaggerUi" | "script", File>>;

let known: Promise<Files> | undefined;

function files(): Promise<Files> {
  known ??= readAll();
  return known;
}

async function readAll(): Promise<Files> {
  const [css, theme, swaggerUi, script] = await Promise.all([
    read("swagger-ui.css", cssPath, STYLE),
    read("theme.css", themePath, STYLE),
    read("swagger-ui.js", bundlePath, SCRIPT),
    read("page.js", scriptPath, SCRIPT),
  ]);
  return { css, theme, swaggerUi, script };
}

async function read(name: string, from: string, type: string): Promise<File> {
  const body = new Uint8Array(await Bun.file(from).arrayBuffer());
  let zipped: Uint8Array<ArrayBuffer> | undefined;
  return {
    // Not for security: it only tells one version from the next.
    path: `${FOLDER}/${Bun.hash(body).toString(16).padStart(16, "0")}.${name}`,
    type,
    body,
    compressed: () => {
      zipped ??= Bun.gzipSync(body);
      return zipped;
    },
  };
}
