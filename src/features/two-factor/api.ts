import { Elysia, t } from "elysia";
import { apiDoor } from "../../http/guards.ts";
import { answers, created, listed, noContent } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import {
  createTwoFactor,
  deleteTwoFactor,
  getTwoFactor,
  listTwoFactors,
  revealCode,
  takeRecoveryCode,
  updateTwoFactor,
} from "./actions.ts";
import {
  RevealedCode,
  TakenRecoveryCode,
  TwoFactor,
  TwoFactorChange,
  TwoFactorInput,
  TwoFactorQuery,
} from "./model.ts";

export const twoFactorApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/2fa" })
    .use(apiDoor(kagi))
    .get("", async ({ actor, query, request }) => listed(kagi, request, await listTwoFactors(kagi, actor, query)), {
      query: TwoFactorQuery,
      detail: answers(200, t.Array(TwoFactor)),
    })
    .post("", async ({ actor, body }) => created(await createTwoFactor(kagi, actor, body)), {
      body: TwoFactorInput,
      detail: answers(201, TwoFactor),
    })
    .get("/:id", ({ actor, params }) => getTwoFactor(kagi, actor, params.id), { detail: answers(200, TwoFactor) })
    .put("/:id", ({ actor, params, body }) => updateTwoFactor(kagi, actor, params.id, body), {
      body: TwoFactorChange,
      detail: answers(200, TwoFactor),
    })
    .delete(
      "/:id",
      async ({ actor, params }) => {
        await deleteTwoFactor(kagi, actor, params.id);
        return noContent();
      },
      { detail: answers(204) },
    )
    .post(
      "/:id/reveal",
      async ({ actor, params }): Promise<RevealedCode> => {
        const { period: _, serverTime: __, ...revealed } = await revealCode(kagi, actor, params.id);
        return revealed;
      },
      { detail: answers(200, RevealedCode) },
    )
    .post(
      "/:id/recovery-codes/reveal",
      async ({ actor, params }): Promise<TakenRecoveryCode> => {
        const { codeId: _, ...taken } = await takeRecoveryCode(kagi, actor, params.id);
        return taken;
      },
      { detail: answers(200, TakenRecoveryCode) },
    );
