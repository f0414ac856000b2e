import { expect, test } from "bun:test";
import type { Category } from "../../../src/features/categories/model.ts";
import type { Entry } from "../../../src/features/entries/model.ts";
import { IMPORT_COUNT } from "../../../src/features/envs/model.ts";
import { urls } from "../../../views/urls.ts";
import type { Answer, Client } from "../../support/client.ts";
import { newCategory, newEnvFile, onEachEngine } from "../../support/vault.ts";

type Fields = readonly (readonly [name: string, value: string])[];

const post = (by: Client, path: string, fields: Fields) =>
  by.send("POST", path, { raw: new URLSearchParams(fields.map(([name, value]) => [name, value])) });

/** What a browser sends of a page's form: hidden fields, and boxes that are ticked. */
async function formOf({ text }: Answer, action: string): Promise<Fields> {
  const fields: [string, string][] = [];
  let inside = false;
  const reader = new HTMLRewriter()
    .on("form", {
      element(form) {
        inside = form.getAttribute("method") === "post" && form.getAttribute("action") === action;
      },
    })
    .on("input", {
      element(input) {
        const isOff = input.getAttribute("type") === "checkbox" && !input.hasAttribute("checked");
        if (!inside || isOff || input.hasAttribute("disabled")) return;
        fields.push([input.getAttribute("name") ?? "", input.getAttribute("value") ?? ""]);
      },
    });
  await reader.transform(new Response(text)).text();
  if (fields.length === 0) throw new Error(`no form for ${action}`);
  return fields;
}

onEachEngine("the pages of env files", (vault) => {
  const entries = async () => (await vault.owner.get<Entry[]>("/api/entries")).body;
  const importPage = (file: { projectId: string; id: string }) => urls.importEnvFile(file.projectId, file.id);

  test("undo an import whose file was deleted since", async () => {
    const file = await newEnvFile(vault.owner, { content: "ONE=1\nTWO=2\n" });
    const action = importPage(file);
    const imported = await post(vault.owner, action, await formOf(await vault.owner.get(action), action));
    expect(imported.status).toBe(200);
    expect(await entries()).toHaveLength(2);
    await vault.owner.delete(`/api/envs/${file.projectId}/files/${file.id}`);
    const undo = urls.undoImport(file.projectId);
    const fields = await formOf(imported, undo);
    const undone = await post(vault.owner, undo, fields);
    expect(undone.status).toBe(200);
    expect(undone.text).toContain("Undone");
    expect(undone.text).toContain(`href="${urls.envProject(file.projectId)}"`);
    expect(undone.text).not.toContain(file.id);
    expect(await entries()).toEqual([]);
    // Once, and then it says why not.
    const again = await post(vault.owner, undo, fields);
    expect(again.status).toBe(409);
    expect(again.text).toContain("nothing was undone");
  });

  test("undo nothing in a project that is not there, or somebody else's", async () => {
    const theirs = await newEnvFile(await vault.other);
    for (const id of [theirs.projectId, crypto.randomUUID()])
      expect((await post(vault.owner, urls.undoImport(id), [["token", "x"]])).status).toBe(404);
  });

  test("import what the plan said, and show the plan anew when it says something else by now", async () => {
    const file = await newEnvFile(vault.owner, { content: "PLANNED=1\n" });
    const action = importPage(file);
    const fields = await formOf(await vault.owner.get(action), action);
    const category = await newCategory(vault.owner, { name: "Made after the plan", envVarName: "PLANNED" });
    const refused = await post(vault.owner, action, fields);
    expect(refused.status).toBe(409);
    expect(refused.text).toContain("has been changed since");
    expect(refused.text).toContain("Made after the plan");
    expect(await entries()).toEqual([]);
    expect((await post(vault.owner, action, await formOf(refused, action))).status).toBe(200);
    expect((await entries()).map(({ categoryId }) => categoryId)).toEqual([category.id]);
    expect(
      (
        await post(
          vault.owner,
          action,
          fields.filter(([name]) => name !== "plan"),
        )
      ).status,
    ).toBe(400);
  });

  test("tick as many variables of a large file as one import takes, and say so", async () => {
    await vault.owner.delete("/api/account/data");
    const lines = Array.from({ length: IMPORT_COUNT + 20 }, (_, at) => `MANY_${at}=${at}`);
    const file = await newEnvFile(vault.owner, { content: lines.join("\n") });
    const action = importPage(file);
    const shown = await vault.owner.get(action);
    expect(shown.text).toContain(`One import takes ${IMPORT_COUNT} variables at most`);
    const fields = await formOf(shown, action);
    expect(fields.filter(([name]) => name === "keys")).toHaveLength(IMPORT_COUNT);
    expect((await post(vault.owner, action, fields)).status).toBe(200);
    const rest = await vault.owner.get(action);
    expect(rest.text).not.toContain("variables at most");
    expect((await post(vault.owner, action, await formOf(rest, action))).status).toBe(200);
    expect((await vault.owner.get<Category[]>("/api/categories")).body).toHaveLength(IMPORT_COUNT + 20);
  });

  test("delete the version of a file that was asked about, and no other", async () => {
    const file = await newEnvFile(vault.owner, { content: "A=1" });
    const action = urls.deleteEnvFile(file.projectId, file.id);
    const fields = await formOf(await vault.owner.get(action), action);
    await vault.owner.post(`/api/envs/${file.projectId}/files`, { fileType: "env", content: "A=2" });
    for (const sent of [fields, []]) {
      const refused = await post(vault.owner, action, sent);
      expect(refused.status).toBe(409);
    }
    const { status } = await vault.owner.post(`/api/envs/${file.projectId}/files/${file.id}/reveal`);
    expect(status).toBe(200);
    const asked = await formOf(await vault.owner.get(action), action);
    expect((await post(vault.owner, action, asked)).status).toBe(303);
    expect((await vault.owner.post(`/api/envs/${file.projectId}/files/${file.id}/reveal`)).status).toBe(404);
  });
});
