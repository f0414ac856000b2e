import { Elysia, t } from "elysia";
import { answers } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { describeCause } from "../../log.ts";
import { oneOf } from "../../schema.ts";
import { checkCanary } from "../../start.ts";

const health = <T extends string>(status: T) => t.Object({ status: oneOf([status]) }, { additionalProperties: false });

const ready = {
  responses: {
    ...answers(200, health("ok")).responses,
    503: {
      description: "The database does not answer, or the key does not fit it; the log says which",
      content: { "application/json": { schema: health("unavailable") } },
    },
  },
};

/** For whoever watches the process. Public, and says nothing but yes or no. */
export const healthApi = (kagi: Kagi) =>
  new Elysia()
    .get("/healthz", () => ({ status: "ok" }), { detail: answers(200, health("ok")) })
    .get(
      "/readyz",
      async ({ status }) => {
        try {
          await checkCanary(kagi.db, kagi.keyring);
          return { status: "ok" };
        } catch (error) {
          kagi.log.error("not ready", describeCause(error));
          return status(503, { status: "unavailable" });
        }
      },
      { detail: ready },
    );
