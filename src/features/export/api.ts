import { Elysia } from "elysia";
import { apiDoor } from "../../http/guards.ts";
import { answers, asksForJson, attachment, json } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { exportForProgram } from "./actions.ts";
import { EXPORT_FILE, Export, ExportQuery } from "./model.ts";

export const exportApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/export" }).use(apiDoor(kagi)).get(
    "",
    async ({ actor, query, request }) => {
      const exported = await exportForProgram(kagi, actor, query);
      return asksForJson(request)
        ? json(exported)
        : attachment(EXPORT_FILE, "text/plain; charset=utf-8", exported.content);
    },
    { query: ExportQuery, detail: answers(200, Export) },
  );
