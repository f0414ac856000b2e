import { Elysia, t } from "elysia";
import { apiDoor } from "../../http/guards.ts";
import { answers, listed } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { listEvents } from "./actions.ts";
import { Event, EventQuery } from "./model.ts";

export const auditApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/audit" })
    .use(apiDoor(kagi))
    .get("", async ({ actor, query, request }) => listed(kagi, request, await listEvents(kagi, actor, query)), {
      query: EventQuery,
      detail: answers(200, t.Array(Event)),
    });
