import { Elysia } from "elysia";
import { apiDoor } from "../../http/guards.ts";
import { answers } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { countVault } from "./actions.ts";
import { Stats } from "./model.ts";

export const statsApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/stats" })
    .use(apiDoor(kagi))
    .get("", ({ actor }) => countVault(kagi, actor), { detail: answers(200, Stats) });
