import { Elysia } from "elysia";
import type { Kagi } from "../../kagi.ts";
import { describeCause } from "../../log.ts";
import { checkCanary } from "../../start.ts";

/** For whoever watches the process. Public, and says nothing but yes or no. */
export const healthApi = (kagi: Kagi) =>
  new Elysia()
    .get("/healthz", () => ({ status: "ok" }))
    .get("/readyz", async ({ status }) => {
      try {
        await checkCanary(kagi.db, kagi.keyring);
        return { status: "ok" };
      } catch (error) {
        kagi.log.error("not ready", describeCause(error));
        return status(503, { status: "unavailable" });
      }
    });
