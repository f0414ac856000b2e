import { expect, test } from "bun:test";
import type { KeyType } from "../../src/features/categories/model.ts";
import type { Entry } from "../../src/features/entries/model.ts";
import { sshKey } from "../support/secrets.ts";
import { fresh, newCategory, newEntry, onEachEngine, refused, reveal } from "../support/vault.ts";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const EXACT: [what: string, keyType: KeyType, value: string][] = [
  ["spaces at its ends", "simple", "  spaced\t"],
  ["line breaks and tabs", "simple", "one\ntwo\r\nthree\rfour\tfive\n"],
  ["every script and emoji", "simple", "鍵 ключ مفتاح 🔑 👩‍👩‍👧 e\u0301 \u00e9 \ufeffbom"],
  ["quotes and signs", "simple", `'"\`$\{HOME} $(id) \\n \\ # = ; & | <a> %_`],
  ["a mebibyte", "simple", "x".repeat(1024 * 1024)],
  ["Windows line ends", "ssh", "-----BEGIN X-----\r\nabc\r\n-----END X-----\r\n"],
  ["no final newline", "ssh", "no newline at the end"],
  ["trailing spaces and tabs", "ssh", "a  \n\tb\t\n \n\n"],
  ["nothing but a newline", "ssh", "\n"],
  ["odd but valid spacing", "json", '{ "b":1,\r\n\t"a" : [ 1.0, 1e3 ] }  \n'],
  ["a member twice", "json", '{"a":1,"a":2}'],
  ["a bare number", "json", "12345678901234567890"],
];

onEachEngine("entries", (vault) => {
  test("come back as they were sent, and never with their value", async () => {
    const category = await newCategory(vault.owner, { icon: "openai", color: "#412991" });
    const sent = {
      categoryId: category.id,
      name: fresh("Blog Project"),
      environment: "staging" as const,
      notes: "Rotate\nwith the team",
      expiresAt: "2031-01-15T10:00:00.000Z",
    };
    const made = await newEntry(vault.owner, { ...sent, value: "marked-value-of-this-entry" });
    const { id, name, keyType, envVarName, fieldDefinitions, icon, color } = category;
    expect(made).toEqual({
      ...sent,
      id: made.id,
      fileName: null,
      sshKey: null,
      createdAt: expect.stringMatching(TIME),
      updatedAt: made.createdAt,
      category: { id, name, keyType, envVarName, fieldDefinitions, icon, color },
    });
    expect((await vault.owner.get(`/api/entries/${made.id}`)).body).toEqual(made);
    expect((await vault.owner.get<Entry[]>("/api/entries")).body).toContainEqual(made);
    expect((await vault.owner.post(`/api/entries/${made.id}/reveal`)).body).toEqual({
      id: made.id,
      name: sent.name,
      value: "marked-value-of-this-entry",
      environment: "staging",
    });
  });

  test("are for production unless told otherwise", async () => {
    expect(await newEntry(vault.owner)).toMatchObject({ environment: "production", notes: null, expiresAt: null });
  });

  test.each(EXACT)("hold %s (%s) byte for byte", async (_what, keyType, value) => {
    const { id } = await newCategory(vault.owner, { keyType });
    const made = await newEntry(vault.owner, { categoryId: id, value });
    expect(await reveal(vault.owner, made)).toBe(value);
    await vault.owner.put(`/api/entries/${made.id}`, { notes: "another change leaves it alone" });
    expect(await reveal(vault.owner, made)).toBe(value);
  });

  test("of groups take an object or its JSON text, and keep the defined order of fields", async () => {
    const defined = await newCategory(vault.owner, { keyType: "group", fieldDefinitions: ["B", "A", "EMPTY"] });
    const value = { EMPTY: "", A: " a\r\n", B: "b" };
    for (const sent of [value, JSON.stringify(value)]) {
      const made = await newEntry(vault.owner, { categoryId: defined.id, value: sent });
      const revealed = (await reveal(vault.owner, made)) as object;
      expect(revealed).toEqual(value);
      expect(Object.keys(revealed)).toEqual(["B", "A", "EMPTY"]);
    }
    const free = await newCategory(vault.owner, { keyType: "group" });
    const own = await newEntry(vault.owner, { categoryId: free.id, value: { Z_1: "z", _a: "a" } });
    expect(Object.keys((await reveal(vault.owner, own)) as object)).toEqual(["Z_1", "_a"]);
  });

  test("of group fields with the names of an object's own parts are fields like others", async () => {
    const names = ["constructor", "toString", "hasOwnProperty", "__proto__"];
    const { id } = await newCategory(vault.owner, { keyType: "group" });
    const value = `{${names.map((name) => `"${name}": "${name} value"`).join(", ")}}`;
    const made = await newEntry(vault.owner, { categoryId: id, value });
    const answer = await vault.owner.post(`/api/entries/${made.id}/reveal`);
    for (const name of names) expect(answer.text).toContain(`"${name}":"${name} value"`);
  });

  test("tell the type and fingerprint of an SSH key, and follow a change of it", async () => {
    const { id } = await newCategory(vault.owner, { keyType: "ssh" });
    const key = sshKey();
    const made = await newEntry(vault.owner, { categoryId: id, value: key.text, fileName: "id_ed25519" });
    const expected = { type: key.type, fingerprint: key.fingerprint };
    expect(made).toMatchObject({ sshKey: expected, fileName: "id_ed25519" });
    expect((await vault.owner.get(`/api/entries/${made.id}`)).body).toMatchObject({ sshKey: expected });
    expect(await reveal(vault.owner, made)).toBe(key.text);
    const changed = await vault.owner.put(`/api/entries/${made.id}`, { value: "no key any more", fileName: null });
    expect(changed.body).toMatchObject({ sshKey: null, fileName: null });
  });

  test("change in what was sent alone; null clears, {} changes nothing", async () => {
    const made = await newEntry(vault.owner, { notes: "old", expiresAt: "2031-01-15", value: "kept" });
    const path = `/api/entries/${made.id}`;
    expect(made.expiresAt).toBe("2031-01-15T00:00:00.000Z");
    const moved = await vault.owner.put<Entry>(path, { environment: "development" });
    expect(moved.body).toEqual({ ...made, environment: "development", updatedAt: expect.stringMatching(TIME) });
    const cleared = await vault.owner.put<Entry>(path, { notes: null, expiresAt: null });
    expect(cleared.body).toMatchObject({ notes: null, expiresAt: null, environment: "development" });
    expect(await vault.owner.put(path, {})).toMatchObject({ status: 200, body: cleared.body as object });
    expect((await vault.owner.get(path)).body).toEqual(cleared.body);
    expect(await reveal(vault.owner, made)).toBe("kept");
    await vault.owner.put(path, { value: "new" });
    expect(await reveal(vault.owner, made)).toBe("new");
  });

  test("move between categories of one type, with a value that opens there", async () => {
    const entry = await newEntry(vault.owner, { value: "travels" });
    const simple = await newCategory(vault.owner);
    expect(await vault.owner.put(`/api/entries/${entry.id}`, { categoryId: simple.id })).toMatchObject({
      status: 200,
      body: { categoryId: simple.id, category: { id: simple.id } },
    });
    expect(await reveal(vault.owner, entry)).toBe("travels");
    const ssh = await newCategory(vault.owner, { keyType: "ssh" });
    const refusal = refused(409, "CONFLICT", { field: "categoryId" });
    expect(await vault.owner.put(`/api/entries/${entry.id}`, { categoryId: ssh.id })).toMatchObject(refusal);
  });

  test("are one for a name and environment in a category", async () => {
    const { id } = await newCategory(vault.owner);
    const made = await newEntry(vault.owner, { categoryId: id, name: fresh("Shop") });
    const taken = refused(409, "CONFLICT", { field: "name" });
    const again = { categoryId: id, name: made.name.toUpperCase(), value: "x" };
    expect(await vault.owner.post("/api/entries", again)).toMatchObject(taken);
    const staging = await newEntry(vault.owner, { ...again, environment: "staging" });
    const path = `/api/entries/${staging.id}`;
    expect(await vault.owner.put(path, { environment: "production" })).toMatchObject(taken);
    await newEntry(vault.owner, { name: made.name });
  });

  test("tell the names of projects once each, in their order", async () => {
    const other = await vault.other;
    for (const name of ["zebra", "Äpfel", "apple", "APPLE"]) await newEntry(other, { name });
    const names = (await other.get<string[]>("/api/entries/project-names")).body;
    expect(names.map((name) => name.toLowerCase())).toEqual(["apple", "zebra", "äpfel"]);
    await newEntry(vault.owner, { name: "only mine" });
    expect((await other.get<string[]>("/api/entries/project-names")).body).not.toContain("only mine");
  });

  test("answer 404 when deleted, the second time too", async () => {
    const { id } = await newEntry(vault.owner);
    expect(await vault.owner.delete(`/api/entries/${id}`)).toMatchObject({ status: 204, text: "" });
    const gone = refused(404, "ENTRY_NOT_FOUND");
    expect(await vault.owner.delete(`/api/entries/${id}`)).toMatchObject(gone);
    expect(await vault.owner.get(`/api/entries/${id}`)).toMatchObject(gone);
    expect(await vault.owner.post(`/api/entries/${id}/reveal`)).toMatchObject(gone);
    expect(await vault.owner.put(`/api/entries/${id}`, { name: "back" })).toMatchObject(gone);
  });

  test("answer 404 when their value does not open, and the log says so without it", async () => {
    const one = await newEntry(vault.owner, { value: "first-sealed" });
    const two = await newEntry(vault.owner, { value: "second-sealed" });
    await vault.storage.rows(
      `UPDATE entries SET sealed_value = (SELECT sealed_value FROM entries WHERE id = '${two.id}') WHERE id = '${one.id}'`,
    );
    const answer = await vault.owner.post(`/api/entries/${one.id}/reveal`);
    expect(answer).toMatchObject(refused(404, "ENTRY_NOT_FOUND"));
    await vault.logged(
      `a sealed value does not open entryId=${one.id} requestId=${answer.headers.get("x-request-id")}`,
    );
    expect(answer.text + vault.log).not.toContain("-sealed");
    expect((await vault.owner.get(`/api/entries/${one.id}`)).status).toBe(200);
  });
});
