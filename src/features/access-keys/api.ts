import { Elysia, t } from "elysia";
import { apiDoor } from "../../http/guards.ts";
import { answers, created, listed, noContent } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { Paging } from "../../schema.ts";
import { requireRecentProof } from "../auth/proof.ts";
import { createAccessKey, listAccessKeys, revokeAccessKey, rotateAccessKey } from "./actions.ts";
import { AccessKey, AccessKeyInput, AccessKeyRotation, CreatedAccessKey } from "./model.ts";

export const accessKeysApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/access-keys" })
    .use(apiDoor(kagi))
    .get("", async ({ actor, query, request }) => listed(kagi, request, await listAccessKeys(kagi, actor, query)), {
      query: Paging,
      detail: answers(200, t.Array(AccessKey)),
    })
    .post(
      "",
      async ({ actor, body }) => {
        requireRecentProof(kagi, actor);
        return created(await createAccessKey(kagi, actor, body));
      },
      { body: AccessKeyInput, detail: answers(201, CreatedAccessKey) },
    )
    .post(
      "/:id/rotate",
      async ({ actor, params, body }) => {
        requireRecentProof(kagi, actor);
        return created(await rotateAccessKey(kagi, actor, params.id, body));
      },
      { body: AccessKeyRotation, detail: answers(201, CreatedAccessKey) },
    )
    .delete(
      "/:id",
      async ({ actor, params }) => {
        await revokeAccessKey(kagi, actor, params.id);
        return noContent();
      },
      { detail: answers(204) },
    );
