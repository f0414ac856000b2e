import { expect, test } from "bun:test";
import type { Entry } from "../../src/features/entries/model.ts";
import type { Answer } from "../support/client.ts";
import { fresh, newCategory, newEntry, newKey, onEachEngine, refused, reveal, type Vault } from "../support/vault.ts";

const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));
const statuses = (answers: Answer[]) =>
  Object.fromEntries(
    Object.entries(Object.groupBy(answers, ({ status }) => status)).map(([status, all]) => [status, all?.length]),
  );

onEachEngine("requests that race", (vault) => {
  test("for one category's name make one category", async () => {
    const input = { name: fresh("Raced"), keyType: "ssh" };
    expect(statuses(await times(50, () => vault.owner.post("/api/categories", input)))).toEqual({ 201: 1, 409: 49 });
  });

  test("for one entry's name make one entry, whose trail says so once", async () => {
    const { id: categoryId } = await newCategory(vault.owner);
    const input = { categoryId, name: fresh("Raced"), value: "v" };
    expect(statuses(await times(50, () => vault.owner.post("/api/entries", input)))).toEqual({ 201: 1, 409: 49 });
    expect(await vault.storage.rows(`SELECT id FROM audit_events WHERE thing_name = '${input.name}'`)).toHaveLength(1);
  });

  test("fail alone: good ones beside bad ones are all there", async () => {
    const { id: categoryId } = await newCategory(vault.owner);
    const taken = await newEntry(vault.owner, { categoryId });
    const answers = await times(60, (at) =>
      vault.owner.post<Entry>("/api/entries", {
        categoryId,
        name: at % 3 === 0 ? taken.name : fresh("Good"),
        value: "v",
      }),
    );
    expect(statuses(answers)).toEqual({ 201: 40, 409: 20 });
    const made = answers.filter(({ status }) => status === 201).map(({ body }) => body.id);
    const listed = (await vault.owner.get<Entry[]>(`/api/entries?categoryId=${categoryId}`)).body.map(({ id }) => id);
    expect(listed.sort()).toEqual([taken.id, ...made].sort());
  });

  test("to delete one entry delete it once", async () => {
    const { id } = await newEntry(vault.owner);
    expect(statuses(await times(20, () => vault.owner.delete(`/api/entries/${id}`)))).toEqual({ 204: 1, 404: 19 });
  });

  test("to change one entry leave one of the changes, whole", async () => {
    const entry = await newEntry(vault.owner, { value: "0" });
    const change = (at: number) => vault.owner.put(`/api/entries/${entry.id}`, { value: `v${at}`, notes: `v${at}` });
    expect(statuses(await times(20, change))).toEqual({ 200: 20 });
    const { notes } = (await vault.owner.get<Entry>(`/api/entries/${entry.id}`)).body;
    expect(await reveal(vault.owner, entry)).toBe(notes as string);
  });

  test("to change different members of one entry change them all", async () => {
    const entry = await newEntry(vault.owner, { value: "old" });
    const changes = [{ value: "new" }, { notes: "new" }, { environment: "staging" }, { expiresAt: "2031-01-01" }];
    await Promise.all(changes.map((change) => vault.owner.put(`/api/entries/${entry.id}`, change)));
    expect((await vault.owner.get(`/api/entries/${entry.id}`)).body).toMatchObject({
      notes: "new",
      environment: "staging",
      expiresAt: "2031-01-01T00:00:00.000Z",
    });
    expect(await reveal(vault.owner, entry)).toBe("new");
  });

  test("to retype a category and to file an entry there never both succeed", async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id: categoryId } = await newCategory(vault.owner);
      const [retyped, filed] = await Promise.all([
        vault.owner.put(`/api/categories/${categoryId}`, { keyType: "group" }),
        vault.owner.post<Entry>("/api/entries", { categoryId, name: "raced", value: "plain text" }),
      ]);
      expect([retyped.status, filed.status].filter((status) => status < 300)).toHaveLength(1);
      if (filed.status === 201) expect(await reveal(vault.owner, filed.body)).toBe("plain text");
    }
  });

  test("with a key that is being revoked are all refused once that is answered", async () => {
    const client = await vault.key(["stats:read"]);
    const revoked = vault.owner.delete(`/api/access-keys/${client.key.id}`);
    const racing = times(20, () => client.get("/api/stats"));
    expect((await revoked).status).toBe(204);
    const after = await times(20, () => client.get("/api/stats"));
    for (const answer of after) expect(answer).toMatchObject(refused(401, "AUTH_INVALID_KEY"));
    expect((await racing).every(({ status }) => status === 200 || status === 401)).toBeTrue();
  });

  test("to move entries and to delete where they go end without a deadlock", async () => {
    const [one, two] = [await newCategory(vault.owner), await newCategory(vault.owner)];
    const entries = await times(10, (at) => newEntry(vault.owner, { categoryId: at % 2 ? one.id : two.id }));
    const move = ({ id }: Entry, at: number) =>
      vault.owner.put(`/api/entries/${id}`, { categoryId: at % 2 ? two.id : one.id, value: "moved" });
    const answers = await Promise.all([...entries.map(move), vault.owner.delete(`/api/categories/${one.id}`)]);
    expect(answers.map(({ status }) => status).every((status) => [200, 204, 404].includes(status))).toBeTrue();
    expect((await vault.owner.get(`/api/categories/${one.id}`)).status).toBe(404);
  });

  test("leave every count as many as there are", async () => {
    const environments = ["development", "staging", "production"] as const;
    const categories = [await newCategory(vault.owner), await newCategory(vault.owner)];
    const of = <T>(list: readonly T[], at: number) => list[at % list.length] as T;
    const entries = await times(24, (at) =>
      newEntry(vault.owner, { categoryId: of(categories, at).id, environment: of(environments, at) }),
    );
    const { categoryId, name, environment } = entries[0] as Entry;
    const answers = await times(96, (at) => {
      const path = `/api/entries/${of(entries, at).id}`;
      if (at % 7 === 0) return vault.owner.delete(path);
      if (at % 5 === 0) return vault.owner.post("/api/entries", { categoryId, name, environment, value: "v" });
      if (at % 3 === 0) return vault.owner.put(path, { environment: of(environments, at + 1), name });
      return vault.owner.put(path, { categoryId: of(categories, at + 1).id, environment: of(environments, at) });
    });
    const met = statuses(answers);
    expect(Object.keys(met).every((status) => ["200", "201", "204", "404", "409"].includes(status))).toBeTrue();
    expect(Math.min(met[200] ?? 0, met[204] ?? 0, met[409] ?? 0)).toBeGreaterThan(0);
    for (const { id } of categories) {
      const there = (await vault.owner.get<Entry[]>(`/api/entries?categoryId=${id}`)).body;
      const { body } = await vault.owner.get<{ entryCount: number }>(`/api/categories/${id}`);
      expect(body.entryCount).toBe(there.length);
    }
    const all = (await vault.owner.get<Entry[]>("/api/entries")).body;
    const { body: stats } = await vault.owner.get<{ byEnvironment: Record<string, number> }>("/api/stats");
    for (const environment of environments) {
      expect(stats.byEnvironment[environment]).toBe(all.filter((entry) => entry.environment === environment).length);
    }
  });
});

onEachEngine("what was acknowledged", (vault) => {
  const survivors = async () => new Set((await vault.owner.get<Entry[]>("/api/entries")).body.map(({ id }) => id));

  test("survives a crash right after, and in the midst of more", async () => {
    const { id: categoryId } = await newCategory(vault.owner);
    const acknowledged = await createUntilKilled(vault, categoryId, 100);
    expect(acknowledged.length).toBeGreaterThanOrEqual(100);
    const there = await survivors();
    expect(acknowledged.filter(({ id }) => !there.has(id))).toEqual([]);
    for (const entry of acknowledged.slice(-5)) expect(await reveal(vault.owner, entry)).toBe(`value of ${entry.name}`);
    const whole = await vault.storage.rows<{ entries: number; events: number }>(`
      SELECT (SELECT CAST(count(*) AS INTEGER) FROM entries) AS entries,
        (SELECT CAST(count(*) AS INTEGER) FROM audit_events WHERE thing = 'entry' AND verb = 'create') AS events`);
    expect(whole[0]?.events).toBe(whole[0]?.entries as number);
  });

  test("deletions and revocations stay so", async () => {
    const entry = await newEntry(vault.owner);
    const { id } = await newKey(vault.owner);
    await Promise.all([vault.owner.delete(`/api/entries/${entry.id}`), vault.owner.delete(`/api/access-keys/${id}`)]);
    await vault.restart("kill");
    expect((await survivors()).has(entry.id)).toBeFalse();
    expect((await vault.owner.get("/api/access-keys")).text).not.toContain(id);
  });
});

/** Creates entries from many clients at once, kills the server when so many are acknowledged, and starts it again. */
async function createUntilKilled(vault: Vault, categoryId: string, enough: number): Promise<Entry[]> {
  const acknowledged: Entry[] = [];
  let killed: Promise<void> | undefined;
  const client = async () => {
    while (killed === undefined) {
      const name = fresh("Crash");
      const answer = await vault.owner
        .post<Entry>("/api/entries", { categoryId, name, value: `value of ${name}` })
        .catch(() => null);
      if (answer?.status === 201) acknowledged.push(answer.body);
      if (acknowledged.length >= enough) killed ??= vault.restart("kill");
    }
  };
  await times(16, client);
  await killed;
  return acknowledged;
}
