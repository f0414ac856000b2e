import { Elysia, t } from "elysia";
import { apiDoor } from "../../http/guards.ts";
import { answers, created, listed, noContent } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { createCategory, deleteCategory, getCategory, listCategories, updateCategory } from "./actions.ts";
import { Category, CategoryChange, CategoryInput, CategoryQuery } from "./model.ts";

export const categoriesApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/categories" })
    .use(apiDoor(kagi))
    .get("", async ({ actor, query, request }) => listed(kagi, request, await listCategories(kagi, actor, query)), {
      query: CategoryQuery,
      detail: answers(200, t.Array(Category)),
    })
    .post("", async ({ actor, body }) => created(await createCategory(kagi, actor, body)), {
      body: CategoryInput,
      detail: answers(201, Category),
    })
    .get("/:id", ({ actor, params }) => getCategory(kagi, actor, params.id), { detail: answers(200, Category) })
    .put("/:id", ({ actor, params, body }) => updateCategory(kagi, actor, params.id, body), {
      body: CategoryChange,
      detail: answers(200, Category),
    })
    .delete(
      "/:id",
      async ({ actor, params }) => {
        await deleteCategory(kagi, actor, params.id);
        return noContent();
      },
      { detail: answers(204) },
    );
