import { Elysia, t } from "elysia";
import cssPath from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
import bundlePath from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import themePath from "../../../static/api-docs.css" with { type: "file" };
import scriptPath from "../../../static/api-docs.js" with { type: "file" };
import { ApiDocsPage } from "../../../views/api-docs.tsx";
import { publicPageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { answers } from "../../http/responses.ts";
import { type Asset, sendAsset, toAsset } from "../../http/static.ts";
import type { Kagi } from "../../kagi.ts";
import { once } from "../../once.ts";

const FOLDER = "/static/api-docs";

/** `GET /api/docs` and the files that only it uses, which are too large to be read before somebody asks for them. */
export const openapiPages = (kagi: Kagi) =>
  new Elysia()
    .get(`${FOLDER}/:file`, async ({ params, request }) => {
      const path = `${FOLDER}/${params.file}`;
      return sendAsset(
        request,
        Object.values(await files()).find((file) => file.path === path),
      );
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

type Files = Readonly<Record<"css" | "theme" | "swaggerUi" | "script", Asset>>;

const files = once(async (): Promise<Files> => {
  const [css, theme, swaggerUi, script] = await Promise.all([
    read("swagger-ui.css", cssPath),
    read("theme.css", themePath),
    read("swagger-ui.js", bundlePath),
    read("page.js", scriptPath),
  ]);
  return { css, theme, swaggerUi, script };
});

async function read(name: string, from: string): Promise<Asset> {
  return toAsset(FOLDER, name, new Uint8Array(await Bun.file(from).arrayBuffer()));
}
