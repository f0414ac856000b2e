import { type AnyElysia, Elysia } from "elysia";
import { publicApiDoor } from "../../http/guards.ts";
import { answers, json } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { once } from "../../once.ts";
import { describeApi } from "./document.ts";
import { ApiDocument } from "./model.ts";

/** `GET /api/openapi`. The document is made of all the routes at its first request and kept. */
export const openapiApi = (kagi: Kagi, allRoutes: () => AnyElysia) => {
  const made = once(() => describeApi(kagi, allRoutes()));
  return new Elysia({ prefix: "/api/openapi" }).use(publicApiDoor(kagi)).get(
    "",
    async ({ request }) => {
      const { config } = kagi;
      const url = config.urlIsSet ? config.url : new URL(request.url).origin;
      const { openapi, info, ...rest } = await made();
      return json({ openapi, info, servers: [{ url, description: "This server" }], ...rest });
    },
    { detail: answers(200, ApiDocument) },
  );
};
