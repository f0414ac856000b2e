import { expect, test } from "bun:test";
import type { Entry } from "../../../src/features/entries/model.ts";
import { urls } from "../../../views/urls.ts";
import type { Client } from "../../support/client.ts";
import { newCategory, newEntry, onEachEngine } from "../../support/vault.ts";

const open = async (by: Client, path: string) => {
  const { status, text } = await by.get(path, { accept: "text/html" });
  expect(status).toBe(200);
  return { text, rows: [...text.matchAll(/<tr id="entry-([^"]+)"/g)].map(([, id]) => id as string) };
};

onEachEngine("a link to an entry", (vault) => {
  let made: { category: string; ids: string[] } | undefined;
  /** More than come at once. */
  const many = async () => {
    if (made !== undefined) return made;
    const { id: category } = await newCategory(vault.owner);
    const ids: string[] = [];
    for (let index = 0; index < 45; index++) {
      const environment = (["development", "staging", "production"] as const)[index % 3];
      const expiresAt = index % 4 === 0 ? `2031-01-${String(1 + (index % 28)).padStart(2, "0")}` : null;
      const name = `Project ${(index * 7) % 45}`;
      ids.push((await newEntry(vault.owner, { categoryId: category, name, environment, expiresAt })).id);
    }
    made = { category, ids };
    return made;
  };
  const pathTo = (category: string, id: string) => urls.entryIn(category, id).replace(/#.*/, "");

  test.each(["recent", "project", "category", "expiry", "updated"])(
    "leads to a page that has it, in a list by %s, and to all behind it",
    async (sort) => {
      const { category, ids } = await many();
      for (const id of ids) {
        const { text, rows } = await open(vault.owner, `${pathTo(category, id)}&sort=${sort}`);
        expect(rows).toContain(id);
        const isBeginning = rows.length === 40;
        expect(text.includes("From the beginning")).toBe(!isBeginning);
        // What is not before it on the list is all on this page.
        expect(text.includes("More entries")).toBe(isBeginning);
      }
    },
  );

  test("narrows nothing down, and tells how many there are", async () => {
    const { category, ids } = await many();
    const { text, rows } = await open(vault.owner, pathTo(category, ids[0] as string));
    expect(rows.at(-1)).toBe(ids[0]);
    expect(text).toContain(`45 entries, ${rows.length} entries on this page`);
    const begun = await open(vault.owner, urls.category(category));
    expect(begun.text).not.toContain("From the beginning");
    expect(begun.rows).not.toContain(ids[0]);
  });

  test("that is not there, or lies elsewhere, or is somebody else's, is the beginning of the list", async () => {
    const { category } = await many();
    const beginning = (await open(vault.owner, urls.category(category))).rows;
    const elsewhere = await newEntry(vault.owner);
    const theirs = await newEntry(await vault.other);
    for (const id of [elsewhere.id, theirs.id, "01936f5e-6f2c-7c3a-9d51-0242ac120002", "x", "%00"])
      expect((await open(vault.owner, `${urls.category(category)}?entry=${id}`)).rows).toEqual(beginning);
  });

  test("is what search and an edit that is done lead to", async () => {
    const { category, ids } = await many();
    const id = ids[0] as string;
    const { body: entry } = await vault.owner.get<Entry>(`/api/entries/${id}`);
    const found = await open(vault.owner, `${urls.search}?q=${encodeURIComponent(entry.name)}`);
    expect(found.text).toContain(`href="${urls.entryIn(category, id)}"`);
    const edited = await vault.owner.send("POST", urls.editEntry(id), {
      raw: new URLSearchParams({ name: entry.name, environment: entry.environment }),
      headers: { "hx-request": "true" },
    });
    expect(edited.headers.get("hx-redirect")).toBe(urls.entryIn(category, id));
  });
});
