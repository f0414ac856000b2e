import { afterAll, beforeAll, expect, test } from "bun:test";
import { seal } from "../../src/crypto/envelope.ts";
import { describeEntry, restoreEntryVersion, revealEntryVersion } from "../../src/features/entries/history.ts";
import { ENTRY_VERSIONS, type Entry } from "../../src/features/entries/model.ts";
import {
  listEnvFileVersions,
  restoreEnvFileVersion,
  revealEnvFileVersion,
  saveEnvFile,
} from "../../src/features/envs/actions.ts";
import { type EnvFile, FILE_VERSIONS } from "../../src/features/envs/model.ts";
import type { Actor } from "../../src/kagi.ts";
import { urls } from "../../views/urls.ts";
import { Client, cookiesOf } from "../support/client.ts";
import { type Inside, inside } from "../support/inside.ts";
import { newFolder, removeFolder, kagi as run, serve } from "../support/program.ts";
import { expectNoneIn, expectNoneLeftBy, marked, sshKey } from "../support/secrets.ts";
import {
  newCategory,
  newEntry,
  newEnvFile,
  OWNER,
  onEachEngine,
  PATIENCE_MS,
  reveal,
  type Vault,
} from "../support/vault.ts";

const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));
const save = (by: Client, projectId: string, content: string) =>
  by.post<EnvFile>(`/api/envs/${projectId}/files`, { fileType: "env", content });
const change = (by: Client, { id }: Pick<Entry, "id">, input: object) => by.put<Entry>(`/api/entries/${id}`, input);
const failureOf = async (work: Promise<unknown>) => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  return thrown as { code?: string; message?: string } | undefined;
};

/** The vault's owner and somebody else, as the pages' actions know them. */
function people(vault: Vault) {
  const met = { owner: undefined as Actor | undefined, other: undefined as Actor | undefined };
  let within: Inside | undefined;
  beforeAll(async () => {
    within = inside(vault);
    met.owner = await within.actorOf(vault.owner);
    met.other = await within.actorOf(await vault.other);
  }, PATIENCE_MS);
  afterAll(() => within?.close());
  return {
    get kagi() {
      return (within as Inside).kagi;
    },
    get owner() {
      return met.owner as Actor;
    },
    get other() {
      return met.other as Actor;
    },
  };
}

onEachEngine("the history of a file", (vault) => {
  const as = people(vault);

  test("has every content it held, with when and by whom, newest first", async () => {
    const file = await newEnvFile(vault.owner, { content: "one\r\n" });
    const key = await vault.key(["envs:write"]);
    await save(key, file.projectId, "\ufefftwo");
    await save(vault.owner, file.projectId, "");
    const versions = await listEnvFileVersions(as.kagi, as.owner, file.projectId, file.id);
    const writers = ["session", key.key.keyPrefix, "session"];
    expect(versions).toEqual(
      [3, 2, 1].map((version, at) => ({
        version,
        writtenAt: expect.any(String) as unknown as string,
        writtenBy: writers[at] as string,
        current: version === 3,
      })),
    );
    const at = versions.map(({ writtenAt }) => writtenAt);
    expect(at).toEqual(at.toSorted().reverse());
    expect(at[2]).toBe(file.updatedAt);
    for (const [version, content] of [
      [1, "one\r\n"],
      [2, "\ufefftwo"],
      [3, ""],
    ] as const) {
      const opened = await revealEnvFileVersion(as.kagi, as.owner, file.projectId, file.id, version);
      expect(opened).toMatchObject({ id: file.id, fileType: "env", version, content, current: version === 3 });
    }
    expect(JSON.stringify(versions)).not.toMatch(/one|two/);
  });

  test("keeps the last twenty that it held, and no more", async () => {
    const file = await newEnvFile(vault.owner, { content: "1" });
    for (let version = 2; version <= 25; version += 1) await save(vault.owner, file.projectId, String(version));
    const versions = await listEnvFileVersions(as.kagi, as.owner, file.projectId, file.id);
    expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: 21 }, (_, at) => 25 - at));
    const oldest = await revealEnvFileVersion(as.kagi, as.owner, file.projectId, file.id, 5);
    expect(oldest.content).toBe("5");
    for (const version of [4, 26, 0, -1, 1.5, Number.NaN, 2 ** 40]) {
      const failure = await failureOf(revealEnvFileVersion(as.kagi, as.owner, file.projectId, file.id, version));
      expect([version, failure?.code]).toEqual([version, "ENV_FILE_NOT_FOUND"]);
    }
  });

  test("gives a content back as a new version, and keeps what it replaces", async () => {
    const file = await newEnvFile(vault.owner, { content: "first\r\n" });
    await save(vault.owner, file.projectId, "second");
    const restored = await restoreEnvFileVersion(as.kagi, as.owner, file.projectId, file.id, 1, 2);
    expect(restored).toMatchObject({ version: 3, created: false });
    const now = await revealEnvFileVersion(as.kagi, as.owner, file.projectId, file.id, 3);
    expect(now).toMatchObject({ content: "first\r\n", current: true });
    expect((await revealEnvFileVersion(as.kagi, as.owner, file.projectId, file.id, 2)).content).toBe("second");
    expect(await vault.storage.rows(`SELECT * FROM audit_events WHERE verb = 'restore-version'`)).toMatchObject([
      { thing: "env-file", thing_id: file.id, detail: "version=1", result: "ok" },
    ]);
  });

  test("is not given back over what somebody has saved meanwhile", async () => {
    const file = await newEnvFile(vault.owner, { content: "first" });
    await save(vault.owner, file.projectId, "second");
    await save(vault.owner, file.projectId, "third, by somebody else");
    const failure = await failureOf(restoreEnvFileVersion(as.kagi, as.owner, file.projectId, file.id, 1, 2));
    expect(failure).toMatchObject({ code: "CONFLICT" });
    const versions = await listEnvFileVersions(as.kagi, as.owner, file.projectId, file.id);
    expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
  });

  test("has both of two browsers' contents: the second is told, and nothing is overwritten", async () => {
    const file = await newEnvFile(vault.owner, { content: "0" });
    const write = (content: string, expected: number | null) =>
      saveEnvFile(as.kagi, as.owner, file.projectId, { fileType: "env", content }, expected);
    expect(await write("from one", 1)).toMatchObject({ version: 2, created: false });
    expect(await failureOf(write("from the other", 1))).toMatchObject({ code: "CONFLICT" });
    expect(await failureOf(write("new", null))).toMatchObject({ code: "CONFLICT" });
    expect(await write("from both", 2)).toMatchObject({ version: 3 });
    const racing = await Promise.allSettled(Array.from({ length: 20 }, (_, at) => write(`racing ${at}`, 3)));
    expect(racing.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const versions = await listEnvFileVersions(as.kagi, as.owner, file.projectId, file.id);
    expect(versions.map(({ version }) => version)).toEqual([4, 3, 2, 1]);
  });

  test("is nobody else's", async () => {
    const file = await newEnvFile(vault.owner, { content: "mine" });
    await save(vault.owner, file.projectId, "mine, too");
    const where = [file.projectId, file.id] as const;
    for (const work of [
      () => listEnvFileVersions(as.kagi, as.other, ...where),
      () => revealEnvFileVersion(as.kagi, as.other, ...where, 1),
      () => restoreEnvFileVersion(as.kagi, as.other, ...where, 1),
    ]) {
      expect(await failureOf(work())).toMatchObject({ code: "ENV_PROJECT_NOT_FOUND" });
    }
    const theirs = await newEnvFile(await vault.other);
    const mixed = revealEnvFileVersion(as.kagi, as.other, theirs.projectId, file.id, 1);
    expect(await failureOf(mixed)).toMatchObject({ code: "ENV_FILE_NOT_FOUND" });
  });

  test("goes with the file, and with the account's data", async () => {
    const rows = async (id: string) =>
      (await vault.storage.rows(`SELECT id FROM env_file_versions WHERE file_id = '${id}'`)).length;
    const [one, two] = [await newEnvFile(vault.owner), await newEnvFile(vault.owner)];
    for (const { projectId } of [one, two]) await save(vault.owner, projectId, "A=2");
    expect([await rows(one.id), await rows(two.id)]).toEqual([1, 1]);
    await vault.owner.delete(`/api/envs/${one.projectId}/files/${one.id}`);
    expect(await rows(one.id)).toBe(0);
    await vault.owner.delete("/api/account/data");
    expect(await rows(two.id)).toBe(0);
  });
});

onEachEngine("the history of an entry's value", (vault) => {
  const as = people(vault);
  const numbers = async (entry: Entry) =>
    (await describeEntry(as.kagi, as.owner, entry.id)).versions.map(({ number }) => number);

  test("has what was replaced, with when and by whom, newest first", async () => {
    const entry = await newEntry(vault.owner, { value: "one" });
    const key = await vault.key(["entries:write"]);
    const second = (await change(vault.owner, entry, { value: "two" })).body;
    await change(vault.owner, entry, { notes: "no value, no history" });
    const third = (await change(key, entry, { value: "three" })).body;
    const versions = (await describeEntry(as.kagi, as.owner, entry.id)).versions;
    expect(versions).toEqual([
      {
        number: 2,
        fileName: null,
        writtenAt: second.updatedAt,
        replacedAt: third.updatedAt,
        replacedBy: key.key.keyPrefix,
      },
      {
        number: 1,
        fileName: null,
        writtenAt: entry.createdAt,
        replacedAt: second.updatedAt,
        replacedBy: "session",
      },
    ]);
    const { name, id, environment } = entry;
    expect(await revealEntryVersion(as.kagi, as.owner, entry.id, 1)).toEqual({
      id,
      name,
      environment,
      value: "one",
      ...(versions[1] as (typeof versions)[number]),
    });
    expect((await revealEntryVersion(as.kagi, as.owner, entry.id, 2)).value).toBe("two");
    const rows = await vault.storage.rows(
      `SELECT detail FROM audit_events WHERE thing_id = '${id}' AND verb = 'reveal'`,
    );
    expect(rows).toEqual([{ detail: "version=1" }, { detail: "version=2" }]);
  });

  test("does not know when a value was written whose entry changed before its history began", async () => {
    const entry = await newEntry(vault.owner, { value: "old" });
    await change(vault.owner, entry, { notes: "of which nothing is kept" });
    const second = (await change(vault.owner, entry, { value: "new" })).body;
    await change(vault.owner, entry, { value: "newer" });
    const written = (await describeEntry(as.kagi, as.owner, entry.id)).versions.map(({ writtenAt }) => writtenAt);
    expect(written).toEqual([second.updatedAt, null]);
    const page = await vault.owner.get(urls.entryHistory(entry.id));
    expect(page.text).toContain("written at an unknown time");
    // The activity below tells when the entry was made, and no more.
    expect(page.text.split('id="activity"')[0]).not.toContain(entry.createdAt);
  });

  test("says of its limit, and of that of files, what holds", async () => {
    const file = await newEnvFile(vault.owner);
    const ofFile = await vault.owner.get(urls.envHistory(file.projectId, file.id));
    expect(ofFile.text).toContain(`the last ${FILE_VERSIONS} of them`);
    const ofEntry = await vault.owner.get(urls.entryHistory((await newEntry(vault.owner)).id));
    expect(ofEntry.text).toContain(`the last ${ENTRY_VERSIONS} of them`);
  });

  test("calls what does not open not found, and nothing else", async () => {
    const group = await newCategory(vault.owner, { keyType: "group", fieldDefinitions: ["A"] });
    const entry = await newEntry(vault.owner, { categoryId: group.id, value: { A: "1" } });
    await change(vault.owner, entry, { value: { A: "2" } });
    const [row] = await vault.storage.rows<{ id: string }>(
      `SELECT id FROM entry_versions WHERE entry_id = '${entry.id}'`,
    );
    const id = row?.id as string;
    const put = (sealed: string) =>
      vault.storage.rows(`UPDATE entry_versions SET sealed_value = '${sealed}' WHERE id = '${id}'`);
    const show = () => failureOf(revealEntryVersion(as.kagi, as.owner, entry.id, 1));
    await put("AAAA:BBBB:CCCC");
    expect(await show()).toMatchObject({ code: "ENTRY_NOT_FOUND" });
    // It opens, and is nothing that Kagi ever wrote.
    await put(seal(as.kagi.keyring, { table: "entry_versions", column: "sealed_value", id }, "{"));
    expect(await show()).toBeInstanceOf(SyntaxError);
  });

  test("has nothing of a change that leaves the value as it is", async () => {
    const entry = await newEntry(vault.owner, { value: "same" });
    await change(vault.owner, entry, { value: "same" });
    await change(vault.owner, entry, { name: "another", environment: "staging" });
    await change(vault.owner, entry, { categoryId: (await newCategory(vault.owner)).id });
    expect(await numbers(entry)).toEqual([]);
    expect(await reveal(vault.owner, entry)).toBe("same");
  });

  test("keeps the last ten, and no more", async () => {
    const entry = await newEntry(vault.owner, { value: "1" });
    for (let number = 2; number <= 15; number += 1) await change(vault.owner, entry, { value: String(number) });
    expect(await numbers(entry)).toEqual(Array.from({ length: 10 }, (_, at) => 14 - at));
    expect((await revealEntryVersion(as.kagi, as.owner, entry.id, 5)).value).toBe("5");
    for (const number of [4, 15, 0, -1, 0.5, Number.NaN, 2 ** 40]) {
      const failure = await failureOf(revealEntryVersion(as.kagi, as.owner, entry.id, number));
      expect([number, failure?.code]).toEqual([number, "ENTRY_NOT_FOUND"]);
    }
  });

  test("gives a value back, exactly, and keeps what it replaces", async () => {
    const exact = "  spaced\r\n\ufeff鍵\t";
    const entry = await newEntry(vault.owner, { value: exact });
    await change(vault.owner, entry, { value: "mistake" });
    await restoreEntryVersion(as.kagi, as.owner, entry.id, 1);
    expect(await reveal(vault.owner, entry)).toBe(exact);
    expect(await numbers(entry)).toEqual([2, 1]);
    expect((await revealEntryVersion(as.kagi, as.owner, entry.id, 2)).value).toBe("mistake");
    expect(
      await vault.storage.rows(
        `SELECT detail FROM audit_events WHERE thing_id = '${entry.id}' AND verb = 'restore-version'`,
      ),
    ).toEqual([{ detail: "version=1" }]);
  });

  test("gives back fields in their order, a file's name, and what an SSH key tells", async () => {
    const group = await newCategory(vault.owner, { keyType: "group", fieldDefinitions: ["B", "A"] });
    const fields = await newEntry(vault.owner, { categoryId: group.id, value: { A: "1", B: "2" } });
    await change(vault.owner, fields, { value: { A: "3", B: "4" } });
    await restoreEntryVersion(as.kagi, as.owner, fields.id, 1);
    expect(JSON.stringify(await reveal(vault.owner, fields))).toBe('{"B":"2","A":"1"}');

    const ssh = await newCategory(vault.owner, { keyType: "ssh" });
    const key = sshKey();
    const file = await newEntry(vault.owner, { categoryId: ssh.id, value: key.text, fileName: "id_ed25519" });
    await change(vault.owner, file, { value: "no key", fileName: "other" });
    const restored = await restoreEntryVersion(as.kagi, as.owner, file.id, 1);
    const expected = { fileName: "id_ed25519", sshKey: { type: key.type, fingerprint: key.fingerprint } };
    expect(restored).toMatchObject(expected);
    expect(await reveal(vault.owner, file)).toBe(key.text);
    expect((await describeEntry(as.kagi, as.owner, file.id)).versions).toMatchObject([{ fileName: "other" }, {}]);
  });

  test("does not give back fields that the category no longer has", async () => {
    const group = await newCategory(vault.owner, { keyType: "group", fieldDefinitions: ["A", "B"] });
    const entry = await newEntry(vault.owner, { categoryId: group.id, value: { A: "1", B: "2" } });
    await vault.owner.put(`/api/categories/${group.id}`, { fieldDefinitions: ["A"] });
    expect((await change(vault.owner, entry, { value: { A: "3" } })).status).toBe(200);
    const failure = await failureOf(restoreEntryVersion(as.kagi, as.owner, entry.id, 1));
    expect(failure).toMatchObject({ code: "VALIDATION_ERROR", message: expect.stringContaining("does not define") });
    expect(await reveal(vault.owner, entry)).toEqual({ A: "3" });
  });

  test("is nobody else's, and goes with the entry, its category, and the account's data", async () => {
    const entries = await times(3, () => newEntry(vault.owner, { value: "old" }));
    for (const entry of entries) await change(vault.owner, entry, { value: "new" });
    const [one, two, three] = entries as [Entry, Entry, Entry];
    for (const work of [
      () => describeEntry(as.kagi, as.other, one.id),
      () => revealEntryVersion(as.kagi, as.other, one.id, 1),
      () => restoreEntryVersion(as.kagi, as.other, one.id, 1),
    ]) {
      expect(await failureOf(work())).toMatchObject({ code: "ENTRY_NOT_FOUND" });
    }
    const rows = async ({ id }: Entry) =>
      (await vault.storage.rows(`SELECT id FROM entry_versions WHERE entry_id = '${id}'`)).length;
    expect(await Promise.all(entries.map(rows))).toEqual([1, 1, 1]);
    await vault.owner.delete(`/api/entries/${one.id}`);
    await vault.owner.delete(`/api/categories/${two.categoryId}`);
    expect(await Promise.all(entries.map(rows))).toEqual([0, 0, 1]);
    await vault.owner.delete("/api/account/data");
    expect(await rows(three)).toBe(0);
  });

  test("has each of the values that raced, once", async () => {
    const entry = await newEntry(vault.owner, { value: "start" });
    const values = Array.from({ length: 8 }, (_, at) => `raced ${at}`);
    await Promise.all(values.map((value) => change(vault.owner, entry, { value })));
    const kept = await Promise.all(
      (await numbers(entry)).map(
        async (number) => (await revealEntryVersion(as.kagi, as.owner, entry.id, number)).value as string,
      ),
    );
    expect([...kept, (await reveal(vault.owner, entry)) as string].sort()).toEqual(["start", ...values].sort());
  });

  test("holds what is sealed and nothing else", async () => {
    const secrets = [marked("replaced"), marked("replacing")];
    const entry = await newEntry(vault.owner, { value: secrets[0] as string });
    const answer = await change(vault.owner, entry, { value: secrets[1] });
    expectNoneIn(answer.text, secrets, "answer");
    expectNoneIn(JSON.stringify(await describeEntry(as.kagi, as.owner, entry.id)), secrets, "list");
    const [row] = await vault.storage.rows<{ sealed: string }>(
      `SELECT sealed_value AS sealed FROM entry_versions WHERE entry_id = '${entry.id}'`,
    );
    expect(row?.sealed).toMatch(/^[\w+/=]+:[\w+/=]+:[\w+/=]+$/);
    await expectNoneLeftBy(vault, secrets);
  });

  test("is not begun by a change that is not written down", async () => {
    const entry = await newEntry(vault.owner, { value: "kept" });
    await vault.storage.breakTrail();
    expect((await change(vault.owner, entry, { value: "lost" })).status).toBe(500);
    await vault.storage.mendTrail();
    expect(await reveal(vault.owner, entry)).toBe("kept");
    expect(await numbers(entry)).toEqual([]);
  });

  test("is whole after a crash: as many replaced values as there were changes", async () => {
    const entries = await times(4, () => newEntry(vault.owner, { value: "0" }));
    const acknowledged = entries.map(() => 0);
    let killed: Promise<void> | undefined;
    await Promise.all(
      entries.map(async (entry, at) => {
        for (let round = 1; killed === undefined; round += 1) {
          const answer = await change(vault.owner, entry, { value: String(round) }).catch(() => null);
          if (answer?.status === 200) acknowledged[at] = round;
          if (acknowledged.reduce((sum, count) => sum + count) >= 150) killed ??= vault.restart("kill");
        }
      }),
    );
    await killed;
    for (const [at, entry] of entries.entries()) {
      const value = Number(await reveal(vault.owner, entry));
      const last = acknowledged[at] as number;
      expect([last, last + 1]).toContain(value);
      expect(await numbers(entry)).toEqual(Array.from({ length: Math.min(10, value) }, (_, index) => value - index));
    }
  });
});

test("a changed key opens files and all history, and doctor looks at each", async () => {
  const folder = newFolder();
  const environment = { ADMIN_EMAIL: OWNER.email, ADMIN_PASSWORD: OWNER.password };
  try {
    const server = await serve(folder, environment);
    const stranger = new Client(server.url);
    const cookie = cookiesOf(await stranger.post("/api/auth/sign-in/email", OWNER));
    const owner = stranger.with({ cookie });
    const entry = await newEntry(owner, { value: "old value" });
    await change(owner, entry, { value: "new value" });
    const file = await newEnvFile(owner, { content: "old content" });
    await save(owner, file.projectId, "new content");
    await server.stop();
    expect((await run(folder, ["rotate-key"])).code).toBe(0);
    const examined = await run(folder, ["doctor"]);
    expect(examined.out).toContain("every sealed value opens (4)");
    const again = await serve(folder, environment);
    const back = new Client(again.url, { cookie });
    expect(await reveal(back, entry)).toBe("new value");
    const answer = await back.post<{ content: string }>(`/api/envs/${file.projectId}/files/${file.id}/reveal`);
    expect(answer.body.content).toBe("new content");
    await again.stop();
  } finally {
    removeFolder(folder);
  }
});
