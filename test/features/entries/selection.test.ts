import { expect, test } from "bun:test";
import type { Category } from "../../../src/features/categories/model.ts";
import type { Entry, EntryListFilter } from "../../../src/features/entries/model.ts";
import { urls } from "../../../views/urls.ts";
import type { Answer, Client } from "../../support/client.ts";
import { newMany } from "../../support/many.ts";
import { confirmed, newCategory, newEntry, onEachEngine, reveal, snapshot } from "../../support/vault.ts";

type Fields = Readonly<Record<string, string>>;

const post = (by: Client, path: string, fields: Fields) =>
  by.send("POST", path, { raw: new URLSearchParams(fields), headers: { "hx-request": "true" } });

const digestIn = ({ text }: Answer) => /name="digest" value="([0-9a-f]+)"/.exec(text)?.[1] ?? "";
const words = ({ text }: Answer) => text.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
const ticked = (...entries: Pick<Entry, "id">[]) => ({ ids: entries.map(({ id }) => id).join(" ") });

/** What a form carries with it. */
const hiddenIn = ({ text }: Answer): Fields =>
  Object.fromEntries(
    [...text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, n, v]) => [n, v]),
  );

/** The confirmation, and what sends it. */
async function asked(by: Client, fields: Fields) {
  const question = await post(by, urls.selected, fields);
  expect(question.status).toBe(200);
  const sent = { ...fields, digest: digestIn(question) };
  return { question, confirm: (more: Fields = {}) => post(by, urls.changeSelected, { ...sent, ...more }) };
}

const isDone = (answer: Answer) => answer.headers.get("hx-redirect") !== null;

onEachEngine("a selection of entries", (vault) => {
  const empty = () => vault.owner.delete("/api/account/data");
  const entries = async (by = vault.owner) => (await by.get<Entry[]>("/api/entries")).body;
  const isWell = async () => expect(await vault.command(["doctor"])).toContain("All is well");
  const trail = (verb: string) =>
    vault.storage.rows<{ thing_id: string; detail: string }>(
      `SELECT thing_id, detail FROM audit_events WHERE verb = '${verb}' AND detail LIKE 'selected=%'`,
    );

  test("thousands are changed by one confirmation, each with its row in the trail", async () => {
    await empty();
    await newMany(vault.owner, { entries: 2_500, categories: 2_500 });
    const filter = { verb: "environment", all: "yes", type: "simple" };
    const { question, confirm } = await asked(vault.owner, filter);
    expect(words(question)).toContain("Set the environment of 625 entries");
    expect(isDone(await confirm({ to: "staging" }))).toBe(true);
    const stats = await vault.owner.get("/api/stats");
    expect(stats.body).toMatchObject({ byEnvironment: { development: 1_875, staging: 625, production: 0 } });
    const rows = await trail("change");
    expect(rows).toHaveLength(625);
    expect(new Set(rows.map(({ detail }) => detail))).toEqual(new Set(["selected=625"]));
    await isWell();
    const all = await asked(vault.owner, { verb: "delete", all: "yes" });
    expect(words(all.question)).toContain("2,500 entries: 625 staging, 1,875 development");
    expect(isDone(await all.confirm())).toBe(true);
    expect(await entries()).toEqual([]);
    expect(await trail("delete")).toHaveLength(2_500);
    await isWell();
  });

  test("an entry that is new, changed or gone since is said, and nothing is done", async () => {
    for (const meanwhile of ["new", "changed", "gone"] as const) {
      await empty();
      const category = await newCategory(vault.owner);
      const one = await newEntry(vault.owner, { categoryId: category.id });
      await newEntry(vault.owner, { categoryId: category.id });
      const { confirm } = await asked(vault.owner, { verb: "delete", all: "yes" });
      if (meanwhile === "new") await newEntry(vault.owner, { categoryId: category.id });
      if (meanwhile === "changed") await vault.owner.put(`/api/entries/${one.id}`, { notes: "keep it" });
      if (meanwhile === "gone") await vault.owner.delete(`/api/entries/${one.id}`);
      const before = await snapshot(vault.owner);
      const answer = await confirm();
      expect(answer.status).toBe(409);
      expect(words(answer)).toContain("The selection is not as it was");
      expect(await snapshot(vault.owner)).toEqual(before);
      // The question is put again for what is there now, and holds for that.
      const again = await post(vault.owner, urls.changeSelected, {
        verb: "delete",
        all: "yes",
        digest: digestIn(answer),
      });
      expect(isDone(again)).toBe(true);
    }
    await isWell();
  });

  test("of two changes at once, one is done and the other told", async () => {
    await empty();
    const category = await newCategory(vault.owner);
    for (let index = 0; index < 20; index++) await newEntry(vault.owner, { categoryId: category.id });
    const { confirm: toStaging } = await asked(vault.owner, { verb: "environment", all: "yes" });
    const { confirm: toName } = await asked(vault.owner, { verb: "delete", all: "yes" });
    const answers = await Promise.all([toStaging({ to: "staging" }), toName()]);
    expect(answers.filter(isDone)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(1);
    const left = await entries();
    expect([0, 20]).toContain(left.length);
    expect(new Set(left.map(({ environment }) => environment)).size).toBeLessThanOrEqual(1);
    await isWell();
  });

  test("somebody else's entries are left out, and said to be none", async () => {
    await empty();
    const other = await vault.other;
    const theirs = await newEntry(other, {});
    const own = await newEntry(vault.owner, {});
    const none = await post(vault.owner, urls.selected, { verb: "delete", ...ticked(theirs) });
    expect(words(none)).toContain("Nothing is selected");
    expect(none.text).not.toContain(theirs.name);
    const { question, confirm } = await asked(vault.owner, { verb: "delete", ...ticked(theirs, own) });
    expect(words(question)).toContain("Delete 1 entry?");
    expect(words(question)).toContain("1 chosen entry is not there any more");
    expect(isDone(await confirm())).toBe(true);
    expect((await entries(other)).map(({ id }) => id)).toContain(theirs.id);
    const mine = await newEntry(vault.owner, {});
    const move = await asked(vault.owner, { verb: "move", ...ticked(mine) });
    const moved = await move.confirm({ to: theirs.categoryId });
    expect(isDone(moved)).toBe(false);
    expect((await entries()).map(({ categoryId }) => categoryId)).toEqual([mine.categoryId]);
  });

  test("places that are taken, and two that would be one, are named before anything is written", async () => {
    await empty();
    const [from, to] = [await newCategory(vault.owner), await newCategory(vault.owner)];
    const blog = await newEntry(vault.owner, { categoryId: from.id, name: "Blog" });
    const shop = await newEntry(vault.owner, { categoryId: from.id, name: "Shop" });
    await newEntry(vault.owner, { categoryId: to.id, name: "BLOG" });
    const before = await snapshot(vault.owner);
    const move = await asked(vault.owner, { verb: "move", ...ticked(blog, shop) });
    const moved = await move.confirm({ to: to.id });
    expect(moved.status).toBe(409);
    expect(words(moved)).toContain("there is Blog (production) already");
    expect(words(moved)).not.toContain(`in ${from.name}: there is Shop`);
    const rename = await asked(vault.owner, { verb: "rename", ...ticked(blog, shop) });
    const renamed = await rename.confirm({ to: "Same" });
    expect(words(renamed)).toContain("another of the selected would be Same (production) as well");
    expect(await snapshot(vault.owner)).toEqual(before);
    // The rest goes without them, once it has been asked about.
    const without = /name="without" value="([^"]+)"/.exec(moved.text)?.[1] ?? "";
    expect(without).toBe(blog.id);
    const rest = await asked(vault.owner, { verb: "move", ...ticked(blog, shop), to: to.id, without });
    expect(words(rest.question)).toContain("Move 1 entry");
    expect(words(rest.question)).not.toContain("not there any more");
    expect(isDone(await rest.confirm())).toBe(true);
    const places = (await entries()).map(({ name, categoryId }) => [name, categoryId]).sort();
    expect(places).toEqual([
      ["BLOG", to.id],
      ["Blog", from.id],
      ["Shop", to.id],
    ]);
    const all = await asked(vault.owner, { verb: "rename", all: "yes", without: blog.id });
    expect(words(all.question)).toContain("Rename the project of 2 entries");
  });

  test("groups move only to where their fields are defined, and all or none of them", async () => {
    await empty();
    const group = (fieldDefinitions: string[] | null): Promise<Category> =>
      newCategory(vault.owner, { keyType: "group", envVarName: null, fieldDefinitions });
    const [from, narrow] = [await group(null), await group(["ID"])];
    const fits = await newEntry(vault.owner, { categoryId: from.id, value: { ID: "1" } });
    const more = await newEntry(vault.owner, { categoryId: from.id, value: { ID: "1", TOKEN: "t" } });
    const both = await asked(vault.owner, { verb: "move", ...ticked(fits, more) });
    const refused = await both.confirm({ to: narrow.id });
    expect(words(refused)).toContain(`${more.name}, production, in ${from.name}: it has fields that ${narrow.name}`);
    expect(words(refused)).not.toContain(`${fits.name}, production, in ${from.name}: it`);
    expect((await entries()).every(({ categoryId }) => categoryId === from.id)).toBe(true);
    const one = await asked(vault.owner, { verb: "move", ...ticked(fits) });
    expect(isDone(await one.confirm({ to: narrow.id }))).toBe(true);
    expect(await reveal(vault.owner, fits)).toEqual({ ID: "1" });
    await isWell();
  });

  test("what cannot be chosen is refused in the form", async () => {
    await empty();
    const entry = await newEntry(vault.owner, {});
    for (const [verb, to] of [
      ["environment", "elsewhere"],
      ["rename", " "],
      ["rename", "x".repeat(256)],
      ["move", entry.id],
    ] as const) {
      const { confirm } = await asked(vault.owner, { verb, ...ticked(entry) });
      const answer = await confirm({ to });
      expect([verb, to, isDone(answer), answer.status]).toEqual([verb, to, false, 400]);
    }
    expect((await post(vault.owner, urls.selected, { verb: "burn", ...ticked(entry) })).status).toBe(400);
    expect(words(await post(vault.owner, urls.selected, { verb: "delete" }))).toContain("Nothing is selected");
  });

  test("only what says so takes entries away", async () => {
    await empty();
    const category = await newCategory(vault.owner);
    const page = await vault.owner.get(urls.category(category.id), { accept: "text/html" });
    expect(page.text).not.toContain('name="verb"');
    const entry = await newEntry(vault.owner, { categoryId: category.id });
    const { text } = await vault.owner.get(urls.category(category.id), { accept: "text/html" });
    const verbs = [...text.matchAll(/name="verb" value="(\w+)"/g)].map(([, verb]) => verb as string);
    expect(verbs).toContain("delete");
    const elsewhere = await newCategory(vault.owner);
    const targets: Fields = { environment: "staging", move: elsewhere.id, rename: "Renamed" };
    for (const verb of verbs.filter((one) => one !== "delete" && one !== "export")) {
      const { confirm } = await asked(vault.owner, { verb, all: "yes" });
      expect([verb, isDone(await confirm({ to: targets[verb] ?? "" }))]).toEqual([verb, true]);
      expect((await entries()).map(({ id }) => id)).toEqual([entry.id]);
    }
    expect(await entries()).toMatchObject([
      { name: "Renamed", environment: "staging", categoryId: elsewhere.id, updatedAt: expect.any(String) },
    ]);
    expect(await trail("delete")).not.toContainEqual(expect.objectContaining({ thing_id: entry.id }));
    await isWell();
  });

  test("a question that is put again is about what it was narrowed down to, by every filter", async () => {
    await empty();
    const ssh = await newCategory(vault.owner, { keyType: "ssh" });
    const simple = await newCategory(vault.owner);
    const soon = new Date(Date.now() + 5 * 86_400_000).toISOString();
    const few = { categoryId: ssh.id, environment: "staging", expiresAt: soon, notes: "quince" } as const;
    const one = await newEntry(vault.owner, { ...few, name: "Narrow" });
    await newEntry(vault.owner, { ...few, name: "NARROW", environment: "development" });
    for (let index = 0; index < 3; index++) await newEntry(vault.owner, { categoryId: simple.id, name: `W ${index}` });
    const filters: Readonly<Record<keyof EntryListFilter, readonly [value: string, count: string]>> = {
      search: ["quince", "2 entries"],
      type: ["ssh", "2 entries"],
      environment: ["staging", "1 entry"],
      project: ["narrow", "2 entries"],
      category: [ssh.id, "2 entries"],
      expires: ["7", "2 entries"],
    };
    for (const [name, [value, count]] of Object.entries(filters)) {
      const first = await post(vault.owner, urls.selected, { verb: "delete", all: "yes", [name]: value });
      expect([name, words(first)]).toEqual([name, expect.stringContaining(`Delete ${count}?`)]);
      // Nothing but what the form carries is sent from here on.
      await vault.owner.put(`/api/entries/${one.id}`, { notes: `quince ${name}` });
      const second = await post(vault.owner, urls.changeSelected, hiddenIn(first));
      expect([name, second.status]).toEqual([name, 409]);
      expect([name, words(second)]).toEqual([name, expect.stringContaining(`Delete ${count}?`)]);
      expect(hiddenIn(second)).toEqual({ ...hiddenIn(first), digest: digestIn(second) });
    }
    expect(await entries()).toHaveLength(5);
  });

  test("an export opens what is selected and nothing else, once an answer, and says what does not open", async () => {
    await empty();
    const category = await newCategory(vault.owner, { envVarName: "WHOLE_KEY" });
    const [whole, broken] = [
      await newEntry(vault.owner, { categoryId: category.id, value: "sk-whole" }),
      await newEntry(vault.owner, { categoryId: category.id, value: "sk-broken" }),
    ];
    await vault.storage.rows(`UPDATE entries SET sealed_value = 'v1.spoilt' WHERE id = '${broken.id}'`);
    const complaints = () => vault.log.split("does not open").filter((line) => line.includes(broken.id)).length;
    const proven = await confirmed(await vault.signIn());
    const ask = async (fields: Fields) => {
      const question = await post(proven, urls.selected, { verb: "export", ...fields });
      return await post(proven, urls.exportSelected, { verb: "export", ...fields, digest: digestIn(question) });
    };
    expect((await ask(ticked(whole))).text).toContain("WHOLE_KEY=sk-whole");
    expect(complaints()).toBe(0);
    const told = await ask({ all: "yes" });
    expect(told.headers.get("content-disposition")).toBeNull();
    expect(words(told)).toContain("1 value could not be decrypted");
    expect(told.text).not.toContain("sk-whole");
    await vault.logged(`entryId=${broken.id} requestId=${told.headers.get("x-request-id")}`);
    expect(complaints()).toBe(1);
    const anyway = await post(proven, urls.exportSelected, { ...hiddenIn(told), verb: "export" });
    expect(anyway.text).toContain("WHOLE_KEY=sk-whole");
    await vault.logged(`entryId=${broken.id} requestId=${anyway.headers.get("x-request-id")}`);
    expect(complaints()).toBe(2);
  });

  test("nobody gets a selection's values without the password, also with a question that was answered", async () => {
    const entry = await newEntry(vault.owner, { value: "sk-not-without-proof" });
    const fields = { verb: "export", ...ticked(entry) };
    const proven = await confirmed(await vault.signIn());
    const question = await post(proven, urls.selected, fields);
    expect(digestIn(question)).not.toBe("");
    const sent = { ...fields, digest: digestIn(question) };
    for (const path of [urls.selected, urls.exportSelected]) {
      const refused = await post(vault.owner, path, sent);
      expect(refused.headers.get("hx-redirect")).toStartWith("/confirm?next=");
      expect(refused.headers.get("content-disposition")).toBeNull();
      expect(refused.text).not.toContain("sk-not-without-proof");
    }
    const handed = await post(proven, urls.exportSelected, sent);
    expect(handed.headers.get("content-disposition")).toContain("kagi-selection.env");
    expect(handed.text).toContain("sk-not-without-proof");
  });

  test.each(["recent", "project", "category", "expiry", "updated"])(
    "a list by %s leads through every entry once, whatever comes in meanwhile",
    async (sort) => {
      await empty();
      const categories = await newMany(vault.owner, { entries: 200, categories: 9 });
      const expected = new Set((await entries()).map(({ id }) => id));
      const seen: string[] = [];
      let path: string | undefined = `${urls.entries}?sort=${sort}`;
      while (path !== undefined) {
        const page: Answer = await vault.owner.get(path, { accept: "text/html" });
        seen.push(...[...page.text.matchAll(/<tr id="entry-([^"]+)"/g)].map(([, id]) => id as string));
        path = /href="([^"]*cursor=[^"]*)">/.exec(page.text)?.[1]?.replaceAll("&amp;", "&");
        await newEntry(vault.owner, { categoryId: categories[0]?.id });
      }
      expect(seen.length).toBe(new Set(seen).size);
      expect([...expected].filter((id) => !seen.includes(id))).toEqual([]);
    },
  );
});
