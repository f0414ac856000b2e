import { Elysia } from "elysia";
import { apiDoor } from "../../http/guards.ts";
import { answers, noContent } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { deleteVault } from "./actions.ts";

export const accountApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/account" }).use(apiDoor(kagi)).delete(
    "/data",
    async ({ actor }) => {
      await deleteVault(kagi, actor);
      return noContent();
    },
    { detail: answers(204) },
  );
