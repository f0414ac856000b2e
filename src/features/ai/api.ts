import { Elysia } from "elysia";
import { apiDoor } from "../../http/guards.ts";
import { waitPatiently } from "../../http/patience.ts";
import { answers, asksForJson, attachment, json } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { extract } from "./actions.ts";
import { ExtractInput, Extraction } from "./model.ts";

export const aiApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/ai/extract" }).use(apiDoor(kagi)).post(
    "",
    async ({ actor, body, request }) => {
      waitPatiently(request);
      const extraction = await extract(kagi, actor, body, request.signal);
      return asksForJson(request)
        ? json(extraction)
        : attachment(".env", "text/plain; charset=utf-8", extraction.content);
    },
    { body: ExtractInput, detail: answers(200, Extraction) },
  );
