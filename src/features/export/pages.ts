import { Elysia } from "elysia";
import { type Choices, ExportPreviewPage, ExportsPage } from "../../../views/export/export.tsx";
import { urls } from "../../../views/urls.ts";
import { DIALECTS } from "../../dotenv/write.ts";
import { AppError } from "../../errors.ts";
import { download } from "../../http/downloads.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { environmentOf, searchText } from "../../http/query.ts";
import { redirect } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { listProjectNames } from "../entries/actions.ts";
import { type Prepared, prepareExport } from "./actions.ts";
import { exportMetadata } from "./metadata.ts";
import { EXPORT_FILE, type ExportQuery, METADATA_FILE } from "./model.ts";

export const exportPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.exports, async ({ request, actor }) => {
      const props = { choices: choicesOf(request), projects: await listProjectNames(kagi, actor) };
      return await page(kagi, { request, actor }, (frame) => ExportsPage({ frame, ...props }));
    })

    .get(urls.exportMetadata, () => redirect(urls.exports))
    .post(urls.exportMetadata, async ({ actor, form }) => {
      return download(kagi, form, METADATA_FILE, "application/json", await exportMetadata(kagi, actor));
    })

    // What is exported stands in the address, so that the way through the password leads back to the same.
    .get(urls.exportEnv(), async ({ request, actor }) => {
      const choices = choicesOf(request);
      let prepared: Prepared | undefined;
      const refusedKeys = await keysRefused(async () => {
        prepared = await prepareExport(kagi, actor, queryOf(choices));
      });
      const props = { choices, preview: prepared?.preview ?? null, findings: prepared?.findings ?? [], refusedKeys };
      const status = prepared === undefined ? 409 : 200;
      return await page(kagi, { request, actor }, (frame) => ExportPreviewPage({ frame, ...props }), { status });
    })
    .post(urls.exportEnv(), async ({ request, actor, form }) => {
      const choices = choicesOf(request);
      const { handOut } = await prepareExport(kagi, actor, queryOf(choices));
      const content = await handOut();
      return download(kagi, form, EXPORT_FILE, "text/plain; charset=utf-8", content);
    });

function choicesOf(request: Request): Choices {
  const { searchParams } = new URL(request.url);
  return {
    project: searchText(searchParams.get("project")),
    environment: environmentOf(searchParams.get("environment")) ?? "",
    dialect: DIALECTS.find((dialect) => dialect === searchParams.get("dialect")) ?? "",
  };
}

function queryOf({ project, environment, dialect }: Choices): ExportQuery {
  return {
    ...(project === "" ? {} : { project }),
    ...(environment === "" ? {} : { environment }),
    ...(dialect === "" ? {} : { dialect }),
  };
}

/** The variables that the dialect cannot hold, when that is why the work was refused. */
async function keysRefused(work: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "CONFLICT") throw error;
    return error.details.keys ?? [];
  }
}
