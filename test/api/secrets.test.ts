import { expect, test } from "bun:test";
import type { Answer } from "../support/client.ts";
import { expectNoneIn, expectNoneLeftBy, marked, sshKey } from "../support/secrets.ts";
import { newCategory, newEntry, newKey, OWNER, onEachEngine, type Vault } from "../support/vault.ts";

/** Everything a client can do with an entry, right and wrong, except to be handed its value. */
async function drive(vault: Vault, value: string, text: string): Promise<Answer[]> {
  const { owner } = vault;
  const simple = await newCategory(owner);
  const group = await newCategory(owner, { keyType: "group", fieldDefinitions: ["A", "B"] });
  const json = await newCategory(owner, { keyType: "json" });
  const made = await owner.post<{ id: string }>("/api/entries", { categoryId: simple.id, name: "planted", value });
  const entry = `/api/entries/${made.body.id}`;
  const key = await newKey(owner, { scopes: ["entries:read"] });
  const limited = vault.stranger.with({ authorization: `Bearer ${key.key}` });
  const raw = (body: string) =>
    owner.send("POST", "/api/entries", { raw: body, headers: { "content-type": "application/json" } });
  const create = (categoryId: string, input: object) =>
    owner.post("/api/entries", { categoryId, name: "planted", ...input });
  return [
    made,
    await create(simple.id, { value }),
    await create(simple.id, { value: { A: value } }),
    await create(simple.id, { value: `${value}\0` }),
    await create(simple.id, { value: value.repeat(30_000) }),
    await create(simple.id, { value, expiresAt: value }),
    await create(simple.id, { value, environment: value }),
    await create(simple.id, { value, expireAt: value }),
    await create(value, { value }),
    await create(group.id, { value }),
    await create(group.id, { value: { A: value } }),
    await create(group.id, { value: { A: value, B: value, [value.replaceAll("-", "_")]: value } }),
    await create(group.id, { value: JSON.stringify([value]) }),
    await create(group.id, { value: { A: value, B: value } }),
    await create(json.id, { value: `{"private_key": "${value}"` }),
    await create(json.id, { value: `{"private_key": "${value}"}` }),
    await raw(`{"name": "planted", "value": "${value}"`),
    await raw(`${value}`),
    await owner.put(entry, { value: "" }),
    await owner.put(entry, { value: 7, notes: "planted" }),
    await owner.put(entry, { value: text }),
    await owner.put(entry, { categoryId: group.id }),
    await owner.get(entry),
    await owner.get("/api/entries"),
    await owner.get("/api/entries?search=planted"),
    await owner.get(`/api/entries?environment=${encodeURIComponent(value)}`),
    await owner.get("/api/entries/project-names"),
    await owner.get("/api/categories"),
    await owner.get("/api/stats"),
    await owner.get(`/api/nothing/${encodeURIComponent(value)}`),
    await owner.get("/api/access-keys"),
    await limited.post(`${entry}/reveal`),
    await limited.get("/api/export"),
    await vault.stranger.post(`${entry}/reveal`),
    await (await vault.other).post(`${entry}/reveal`),
    await owner.get("/keys"),
    await owner.get(`/keys/${simple.id}`),
    await owner.get("/settings/access-keys"),
    await owner.get("/nothing"),
    await vault.stranger.get("/sign-in"),
  ];
}

onEachEngine("planted secrets", (vault) => {
  const value = marked("value");
  const text = `${marked("text")}\n${sshKey().text}`;

  test("are in no answer but those that are made to hand them out", async () => {
    for (const answer of await drive(vault, value, text)) {
      const message = answer.status >= 400 ? (answer.body as { error?: string } | undefined)?.error : undefined;
      expectNoneIn(answer.text, [value, value.replaceAll("-", "_"), text], `answer ${answer.status} ${message}`);
    }
  });

  test("are in neither the database nor the log, before and after they are handed out", async () => {
    await expectNoneLeftBy(vault, [value, text]);
    const entry = await newEntry(vault.owner, { value });
    expect((await vault.owner.post(`/api/entries/${entry.id}/reveal`)).text).toContain(value);
    expect((await vault.owner.get("/api/export")).text).toContain(value);
    await expectNoneLeftBy(vault, [value, text]);
  });

  test("a value's length is not told by an answer without it", async () => {
    const { id: categoryId } = await newCategory(vault.owner);
    const lengths = await Promise.all(
      ["x", "x".repeat(5000)].map(async (value, at) => {
        const { id } = await newEntry(vault.owner, { categoryId, name: `length ${at}`, value });
        return (await vault.owner.get(`/api/entries/${id}`)).text.length;
      }),
    );
    expect(lengths[0]).toBe(lengths[1] as number);
  });

  test("one value stored twice is not seen to be the same", async () => {
    await newEntry(vault.owner, { value, name: "twice one" });
    await newEntry(vault.owner, { value, name: "twice two" });
    const rows = await vault.storage.rows<{ sealed: string }>(
      "SELECT sealed_value AS sealed FROM entries WHERE name LIKE 'twice%'",
    );
    const parts = rows.flatMap(({ sealed }) => sealed.split(":"));
    expect(parts).toHaveLength(6);
    expect(new Set(parts).size).toBe(6);
  });

  test("passwords, session and device tokens, and whole access keys are stored by no one", async () => {
    const { key } = await newKey(vault.owner);
    const wrong = marked("wrong-password");
    await vault.stranger.post("/api/auth/sign-in/email", { ...OWNER, password: wrong });
    await vault.stranger.post("/api/auth/sign-in/email", { email: wrong, password: OWNER.password });
    await vault.stranger.post("/api/auth/sign-in/email", { ...OWNER, password: { wrong } });
    await vault.stranger.with({ authorization: `Bearer ${key}x` }).get("/api/stats");
    await vault.stranger.with({ authorization: `Bearer ${key}` }).get("/api/stats");
    const session = await vault.signIn();
    const cookies = [vault.owner, session].flatMap(({ headers }) => (headers.cookie as string).split("; "));
    const tokens = cookies.map((pair) => pair.split("=")[1] as string);
    expect(tokens).toHaveLength(4);
    await expectNoneLeftBy(vault, [OWNER.password, wrong, key, key.slice(9), ...tokens]);
  });

  test("the encryption key is in neither", async () => {
    const key = (await Bun.file(`${vault.folder}/data/kagi.key`).text()).trim();
    await expectNoneLeftBy(vault, [key, Buffer.from(key, "hex").toString("latin1")]);
  });

  test("a crash inside says where, and not with what", async () => {
    for (const table of ["entry_versions", "entries", "categories"]) await vault.storage.rows(`DROP TABLE ${table}`);
    const secret = marked("search");
    for (const answer of [
      await vault.owner.get(`/api/entries?search=${secret}`),
      await vault.owner.get("/api/stats"),
      await vault.owner.get("/api/export"),
    ]) {
      expect(answer.status).toBe(500);
      expect(JSON.parse(answer.text)).toEqual({ error: "Internal server error", code: "INTERNAL_ERROR" });
      await vault.logged(`error request failed requestId=${answer.headers.get("x-request-id")}`);
    }
    expect((await vault.owner.get("/keys")).text).not.toMatch(/entries e|SELECT|no such table|relation/);
    await expectNoneLeftBy(vault, [secret]);
    expect(vault.log).not.toMatch(/SELECT|no such table|relation "/);
  });
});
