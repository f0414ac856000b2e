import { expect, test } from "bun:test";
import type { Category } from "../../src/features/categories/model.ts";
import { fresh, newCategory, newEntry, onEachEngine, refused, reveal } from "../support/vault.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

onEachEngine("categories", (vault) => {
  test("come back as they were sent, with what the server adds, and nothing more", async () => {
    const sent = {
      name: fresh("Open AI 鍵"),
      keyType: "simple",
      envVarName: "OPENAI_API_KEY",
      icon: "openai",
      color: "#412991",
      description: "Used by the blog",
    };
    const made = await vault.owner.post<Category>("/api/categories", sent);
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      ...(sent as Category),
      id: expect.stringMatching(UUID),
      userId: expect.stringMatching(UUID),
      fieldDefinitions: null,
      entryCount: 0,
      createdAt: expect.stringMatching(TIME),
      updatedAt: made.body.createdAt,
    });
    expect((await vault.owner.get(`/api/categories/${made.body.id}`)).body).toEqual(made.body);
    expect((await vault.owner.get<Category[]>("/api/categories")).body).toContainEqual(made.body);
  });

  test("of each type hold what that type has", async () => {
    const group = await newCategory(vault.owner, { keyType: "group", fieldDefinitions: ["AWS_KEY", "AWS_SECRET"] });
    expect(group).toMatchObject({ keyType: "group", envVarName: null, fieldDefinitions: ["AWS_KEY", "AWS_SECRET"] });
    for (const keyType of ["group", "ssh", "json"] as const) {
      const made = await newCategory(vault.owner, { keyType });
      expect(made).toMatchObject({ keyType, envVarName: null, fieldDefinitions: null });
    }
  });

  test("count their entries", async () => {
    const { id } = await newCategory(vault.owner);
    const first = await newEntry(vault.owner, { categoryId: id });
    await newEntry(vault.owner, { categoryId: id });
    const counted = async () => (await vault.owner.get<Category>(`/api/categories/${id}`)).body.entryCount;
    expect(await counted()).toBe(2);
    await vault.owner.delete(`/api/entries/${first.id}`);
    expect(await counted()).toBe(1);
  });

  test("change in what was sent alone; null clears, {} changes nothing", async () => {
    const made = await newCategory(vault.owner, { icon: "openai", color: "#412991", description: "old" });
    const path = `/api/categories/${made.id}`;
    const named = await vault.owner.put<Category>(path, { description: "new" });
    expect(named.body).toEqual({ ...made, description: "new", updatedAt: expect.stringMatching(TIME) });
    const cleared = await vault.owner.put<Category>(path, { icon: null, color: null, description: null });
    expect(cleared.body).toMatchObject({ icon: null, color: null, description: null, name: made.name });
    expect(await vault.owner.put(path, {})).toMatchObject({ status: 200, body: cleared.body as object });
    expect((await vault.owner.get(path)).body).toEqual(cleared.body);
  });

  test("trim their names, which belong to one category whatever the case", async () => {
    const made = await newCategory(vault.owner, { name: `  ${fresh("Straße ÄÖ")}  ` });
    expect(made.name).toBe(made.name.trim());
    const again = { name: made.name.toUpperCase().replace("STRASSE", "STRAßE"), keyType: "ssh" };
    expect(await vault.owner.post("/api/categories", again)).toMatchObject(refused(409, "CONFLICT", { field: "name" }));
    const sibling = await newCategory(vault.owner);
    const renamed = await vault.owner.put(`/api/categories/${sibling.id}`, { name: made.name });
    expect(renamed).toMatchObject(refused(409, "CONFLICT", { field: "name" }));
    expect(await vault.owner.put(`/api/categories/${made.id}`, { name: made.name })).toMatchObject({ status: 200 });
  });

  test("change type while empty, which drops what the old type had, and not while they have entries", async () => {
    const made = await newCategory(vault.owner);
    const path = `/api/categories/${made.id}`;
    expect(await vault.owner.put(path, { keyType: "group", fieldDefinitions: ["A"] })).toMatchObject({
      status: 200,
      body: { keyType: "group", envVarName: null, fieldDefinitions: ["A"] },
    });
    expect(await vault.owner.put(path, { keyType: "simple" })).toMatchObject(
      refused(400, "CATEGORY_SIMPLE_REQUIRES_ENV_VAR"),
    );
    const entry = await newEntry(vault.owner, { categoryId: made.id, value: { A: "kept" } });
    expect(await vault.owner.put(path, { keyType: "ssh" })).toMatchObject(
      refused(409, "CONFLICT", { field: "keyType" }),
    );
    expect(await reveal(vault.owner, entry)).toEqual({ A: "kept" });
  });

  test("take their entries with them, and are gone the second time", async () => {
    const { id } = await newCategory(vault.owner);
    const entry = await newEntry(vault.owner, { categoryId: id });
    expect(await vault.owner.delete(`/api/categories/${id}`)).toMatchObject({ status: 204, text: "" });
    expect(await vault.owner.get(`/api/entries/${entry.id}`)).toMatchObject(refused(404, "ENTRY_NOT_FOUND"));
    expect(await vault.owner.delete(`/api/categories/${id}`)).toMatchObject(refused(404, "CATEGORY_NOT_FOUND"));
  });

  test("of two people share names and nothing else", async () => {
    const other = await vault.other;
    const mine = await newCategory(vault.owner);
    const theirs = await newCategory(other, { name: mine.name });
    expect(theirs.userId).not.toBe(mine.userId);
    const listed = (await other.get<Category[]>("/api/categories")).body.map(({ id }) => id);
    expect(listed).toContain(theirs.id);
    expect(listed).not.toContain(mine.id);
  });
});
