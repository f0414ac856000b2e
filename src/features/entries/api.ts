import { Elysia, t } from "elysia";
import { apiDoor } from "../../http/guards.ts";
import { answers, created, listed, noContent } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import {
  createEntry,
  deleteEntry,
  getEntry,
  listEntries,
  listProjectNames,
  revealEntry,
  updateEntry,
} from "./actions.ts";
import { Entry, EntryChange, EntryInput, EntryQuery, RevealedEntry } from "./model.ts";

export const entriesApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/entries" })
    .use(apiDoor(kagi))
    .get("", async ({ actor, query, request }) => listed(kagi, request, await listEntries(kagi, actor, query)), {
      query: EntryQuery,
      detail: answers(200, t.Array(Entry)),
    })
    .post("", async ({ actor, body }) => created(await createEntry(kagi, actor, body)), {
      body: EntryInput,
      detail: answers(201, Entry),
    })
    .get("/project-names", ({ actor }) => listProjectNames(kagi, actor), {
      detail: answers(200, t.Array(t.String({ examples: ["Blog Project"] }))),
    })
    .get("/:id", ({ actor, params }) => getEntry(kagi, actor, params.id), { detail: answers(200, Entry) })
    .put("/:id", ({ actor, params, body }) => updateEntry(kagi, actor, params.id, body), {
      body: EntryChange,
      detail: answers(200, Entry),
    })
    .delete(
      "/:id",
      async ({ actor, params }) => {
        await deleteEntry(kagi, actor, params.id);
        return noContent();
      },
      { detail: answers(204) },
    )
    .post("/:id/reveal", ({ actor, params }) => revealEntry(kagi, actor, params.id), {
      detail: answers(200, RevealedEntry),
    });
