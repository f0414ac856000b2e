import { describe, expect, test } from "bun:test";
import { render } from "../../src/db/sql.ts";
import { eventsAbout } from "../../src/features/audit/queries.ts";
import { ACTIVITY_EVENTS, type Entry } from "../../src/features/entries/model.ts";
import { urls } from "../../views/urls.ts";
import type { Client } from "../support/client.ts";
import { marked } from "../support/secrets.ts";
import { newCategory, newEntry, onEachEngine, reveal } from "../support/vault.ts";

/** The page's text without its markup. */
const pageOf = async (by: Client, { id }: Pick<Entry, "id">) => {
  const { status, text } = await by.get(urls.entryHistory(id), { accept: "text/html" });
  const main = text.slice(text.indexOf("<main"), text.indexOf("</main>"));
  const cells = [...main.matchAll(/<tr><th scope="row">(.*?)<\/tr>/gs)].map(([, row = ""]) => wordsOf(row));
  return { status, text, words: wordsOf(main), cells };
};
const wordsOf = (markup: string) =>
  markup
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();

onEachEngine("the activity of an entry", (vault, engine) => {
  describe("its page", () => {
    test("says what was done with it, by whom and from where, newest first", async () => {
      const entry = await newEntry(vault.owner, { value: "one" });
      const script = await vault.key(["entries:reveal"]);
      await reveal(script, entry);
      await vault.owner.put(`/api/entries/${entry.id}`, { value: "two" });
      await vault.owner.post(urls.revealEntryVersion(entry.id, "1"));
      await vault.owner.post(urls.restoreEntryVersion(entry.id, "1"));
      const { cells, words } = await pageOf(vault.owner, entry);
      const { name, keyPrefix } = script.key;
      const [you, at] = ["you, signed in", "127.0.0.1"];
      expect(cells).toEqual([
        `Earlier value 1 restored just now ${you} ${at}`,
        `Earlier value 1 revealed just now ${you} ${at}`,
        `Changed just now ${you} ${at}`,
        `Revealed just now the access key ${name}, ${keyPrefix}… ${at}`,
        `Created just now ${you} ${at}`,
      ]);
      // Who got an earlier value did not get this one.
      expect(words).toContain(`Last revealed just now by the access key ${name}, ${keyPrefix}…, from ${at}`);
      await vault.owner.delete(`/api/access-keys/${script.key.id}`);
      const after = await pageOf(vault.owner, entry);
      expect(after.cells[3]).toContain(`an access key since revoked, ${keyPrefix}…`);
      expect(after.text).not.toContain(name);
    });

    test("tells of changes that were many at once, and of nothing that happened to others", async () => {
      const category = await newCategory(vault.owner);
      const one = await newEntry(vault.owner, { categoryId: category.id });
      const other = await newEntry(vault.owner, { categoryId: category.id });
      await reveal(vault.owner, other);
      const selection = { verb: "environment", all: "yes", on: category.id, category: category.id };
      const send = (path: string, fields: Record<string, string>) =>
        vault.owner.send("POST", path, { raw: new URLSearchParams(fields) });
      const asked = await send(urls.selected, selection);
      const digest = /name="digest" value="([^"]+)"/.exec(asked.text)?.[1] ?? "";
      await send(urls.changeSelected, { ...selection, to: "staging", digest });
      const { cells, words } = await pageOf(vault.owner, one);
      expect(cells).toHaveLength(2);
      expect(cells[0]).toStartWith("Changed in one go with 1 other just now");
      expect(words).not.toContain("Last revealed");
    });

    test("shows the newest, as many as it says", async () => {
      const entry = await newEntry(vault.owner);
      for (let time = 0; time < ACTIVITY_EVENTS; time++) await reveal(vault.owner, entry);
      const { cells, words } = await pageOf(vault.owner, entry);
      expect(cells).toHaveLength(ACTIVITY_EVENTS);
      expect(cells.every((cell) => cell.startsWith("Revealed"))).toBe(true);
      expect(words).toContain(`The last ${ACTIVITY_EVENTS} events`);
    });

    test("says that exports are elsewhere, where an export could hold it", async () => {
      const ssh = await newCategory(vault.owner, { keyType: "json" });
      const file = await newEntry(vault.owner, { categoryId: ssh.id, value: "{}" });
      expect((await pageOf(vault.owner, await newEntry(vault.owner))).words).toContain("Exports of a project");
      expect((await pageOf(vault.owner, file)).words).not.toContain("Exports");
    });

    test("counts every way in which the value left, exports that held it among them", async () => {
      const category = await newCategory(vault.owner);
      const entry = await newEntry(vault.owner, { categoryId: category.id, name: "Ärger", environment: "staging" });
      const script = await vault.key(["export:read", "entries:reveal"]);
      const last = async () => (await pageOf(vault.owner, entry)).words;
      expect(await last()).toContain("Nobody has got the value yet.");
      for (const other of [
        "?environment=production",
        "?project=Another",
        "?project=%C3%84rger&environment=development",
      ])
        await script.get(`/api/export${other}`);
      await vault.owner.post(urls.exportMetadata);
      expect(await last()).toContain("Nobody has got the value yet.");
      await script.get("/api/export?project=%C3%A4RGER&environment=staging");
      expect(await last()).toContain(`Last exported just now by the access key ${script.key.name}`);
      await reveal(vault.owner, entry);
      expect(await last()).toContain("Last revealed just now by you");
      await script.get("/api/export");
      expect(await last()).toContain(`Last exported just now by the access key ${script.key.name}`);
      await vault.owner.post(urls.copyEntry(entry.id));
      expect(await last()).toContain("Last revealed just now by you");
    });

    test("is nobody else's, and holds no value", async () => {
      const value = marked("activity");
      const entry = await newEntry(vault.owner, { value, notes: "notes" });
      await reveal(vault.owner, entry);
      await vault.owner.put(`/api/entries/${entry.id}`, { value: marked("later") });
      const own = await pageOf(vault.owner, entry);
      expect(own.cells).toHaveLength(3);
      expect(own.text).not.toContain(value);
      const theirs = await pageOf(await vault.other, entry);
      expect(theirs.status).toBe(404);
      expect(theirs.text).not.toContain(entry.name);
      // A row about the same thing that is somebody else's stays with them.
      await vault.storage.rows(
        `UPDATE audit_events SET user_id = 'somebody' WHERE thing_id = '${entry.id}' AND verb = 'reveal'`,
      );
      const left = await pageOf(vault.owner, entry);
      expect(left.cells).toHaveLength(2);
      expect(left.words).not.toContain("Last revealed");
    });
  });

  // PostgreSQL reads a table that is as small as this one as a whole.
  if (engine.name === "sqlite") {
    test("is found by an index, whatever else the trail holds", async () => {
      const { text, parameters } = render(eventsAbout("somebody", "entry", "something", ACTIVITY_EVENTS));
      expect(parameters).toHaveLength(4);
      const plan = text.replace(/\$\d/g, "'1'").replace("LIMIT '1'", "LIMIT 1");
      const steps = await vault.storage.rows(`EXPLAIN QUERY PLAN ${plan}`);
      expect(JSON.stringify(steps)).toContain("audit_events_thing (thing_id=?)");
    });
  }
});
