import { expect, test } from "bun:test";
import { type EnvFile, type EnvProject, type EnvProjectWithFiles, FILE_TYPES } from "../../src/features/envs/model.ts";
import type { Answer, Client } from "../support/client.ts";
import { expectNoneIn, expectNoneLeftBy, marked } from "../support/secrets.ts";
import { fresh, newEnvFile, newEnvProject, onEachEngine, refused } from "../support/vault.ts";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const MEBIBYTE = 1024 * 1024;
const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

const files = (projectId: string) => `/api/envs/${projectId}/files`;
const save = (by: Client, projectId: string, content: string, more: Record<string, string> = {}, fileType = "env") =>
  by.post<EnvFile>(files(projectId), { fileType, content }, more);
const reveal = (by: Client, { projectId, id }: { projectId: string; id: string }) =>
  by.post<{ content: string }>(`${files(projectId)}/${id}/reveal`);
const remove = (
  by: Client,
  { projectId, id }: { projectId: string; id: string },
  headers: Record<string, string> = {},
) => by.send("DELETE", `${files(projectId)}/${id}`, { headers });
const contentOf = async (by: Client, file: { projectId: string; id: string }) => (await reveal(by, file)).body.content;
const tagOf = (answer: Answer) => answer.headers.get("etag") ?? "";

/** As a project of some years has one: sections, comments, quotes of every kind, long values, 200 lines. */
const REAL = Array.from({ length: 40 }, (_, at) =>
  [
    `# ---- Section ${at}: don't touch without asking ops ----`,
    `SERVICE_${at}_URL=https://user:pa%20ss@host-${at}.example.com:543${at % 10}/db?sslmode=require#frag`,
    `export SERVICE_${at}_KEY="sk-live-\${REGION}-${"x".repeat(at)}"   # trailing comment`,
    at % 2 === 0 ? `SERVICE_${at}_PEM='-----BEGIN KEY-----\r\nAAA=\r\n-----END KEY-----'` : `SERVICE_${at}_EMPTY=`,
    "",
  ].join("\n"),
).join("\n");

const EXACT: [what: string, content: string][] = [
  ["nothing", ""],
  ["Windows line ends", "A=1\r\nB=2\r\n"],
  ["old Mac line ends", "A=1\rB=2\r"],
  ["a byte order mark", "\ufeffA=1\n"],
  ["a byte order mark alone", "\ufeff"],
  ["no final newline", "A=1\nB=2"],
  ["final newlines", "A=1\n\n\n"],
  ["mixed line ends and trailing spaces", "A=1 \r\n\tB=2\t\n\rC=3"],
  ["every script and emoji", "NAME='鍵 🔑 👩‍👩‍👧 e\u0301 \u00e9 مفتاح'\n# \u2028\u2029\u202e\n"],
  ["quotes, escapes and expansions", `A='"\`$\{HOME} $(id) \\n \\\\'\nB="a\\"b"\nC=\`x\`\n`],
  ["controls", `A=${Array.from({ length: 31 }, (_, at) => String.fromCharCode(at + 1)).join("")}\x7f`],
  ["what is no .env file at all", '{"json": [1, 2]}\n<!doctype html>'],
  ["a private-use and an astral character", "A=\ue000\u{10ffff}\ufffe\uffff"],
  ["200 lines of a real one", REAL],
  ["a mebibyte", `A=${"x".repeat(MEBIBYTE - 2)}`],
  ["a mebibyte of UTF-8", "鍵".repeat(Math.floor(MEBIBYTE / 3))],
];

onEachEngine("env projects", (vault) => {
  test("come back as they were sent, and one with the files that it has", async () => {
    const sent = { name: fresh("Shop"), description: "The web shop\nand its worker" };
    const project = await newEnvProject(vault.owner, sent);
    expect(project).toEqual({
      ...sent,
      id: project.id,
      userId: project.userId,
      fileCount: 0,
      createdAt: expect.stringMatching(TIME),
      updatedAt: project.createdAt,
    });
    const path = `/api/envs/${project.id}`;
    expect((await vault.owner.get(path)).body).toEqual({ ...project, files: [] });
    for (const fileType of FILE_TYPES.toReversed()) {
      expect((await save(vault.owner, project.id, "A=marked-content", {}, fileType)).status).toBe(201);
    }
    const { body, text } = await vault.owner.get<EnvProjectWithFiles>(path);
    expect(body).toMatchObject({ ...project, fileCount: 4 });
    expect(body.files.map(({ fileType }) => fileType)).toEqual([...FILE_TYPES]);
    for (const file of body.files) expect(Object.keys(file)).toEqual(["id", "fileType", "createdAt", "updatedAt"]);
    expect(text).not.toContain("marked-content");
    const listed = (await vault.owner.get<EnvProject[]>("/api/envs")).body;
    expect(listed).toContainEqual({ ...project, fileCount: 4 });
  });

  test("change in what was sent alone; null clears, {} changes nothing", async () => {
    const project = await newEnvProject(vault.owner, { description: "old" });
    const path = `/api/envs/${project.id}`;
    const renamed = await vault.owner.put<EnvProject>(path, { name: `  ${project.name} renamed  ` });
    expect(renamed.body).toMatchObject({ name: `${project.name} renamed`, description: "old" });
    expect((await vault.owner.put(path, { description: null })).body).toMatchObject({ description: null });
    const before = (await vault.owner.get<EnvProjectWithFiles>(path)).body;
    expect(await vault.owner.put(path, {})).toMatchObject({ status: 200 });
    expect((await vault.owner.get(path)).body).toEqual(before);
    // Its own name in other capitals is no other project's.
    expect((await vault.owner.put(path, { name: before.name.toUpperCase() })).status).toBe(200);
  });

  test("have a name that is theirs alone, whatever its case; two people may have the same", async () => {
    const { name, id } = await newEnvProject(vault.owner);
    const taken = refused(409, "CONFLICT", { field: "name" });
    expect(await vault.owner.post("/api/envs", { name: name.toUpperCase() })).toMatchObject(taken);
    const second = await newEnvProject(vault.owner);
    expect(await vault.owner.put(`/api/envs/${second.id}`, { name })).toMatchObject(taken);
    expect((await vault.owner.get(`/api/envs/${id}`)).status).toBe(200);
    expect((await (await vault.other).post("/api/envs", { name })).status).toBe(201);
    const raced = await times(20, () => vault.owner.post("/api/envs", { name: "raced" }));
    expect(raced.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  });

  test("are found by name and description, newest first, in pages", async () => {
    await vault.owner.delete("/api/account/data");
    for (const name of ["one", "two", "100% three", "four"]) await newEnvProject(vault.owner, { name });
    await newEnvProject(vault.owner, { name: "five", description: "Für die ÜBERSICHT" });
    const names = async (query: string) =>
      (await vault.owner.get<EnvProject[]>(`/api/envs${query}`)).body.map(({ name }) => name);
    expect(await names("")).toEqual(["five", "four", "100% three", "two", "one"]);
    expect(await names("?search=%25")).toEqual(["100% three"]);
    expect(await names("?search=_")).toEqual([]);
    expect(await names("?search=übersicht")).toEqual(["five"]);
    expect(await names("?search=O")).toEqual(["four", "two", "one"]);
    const first = await vault.owner.get<EnvProject[]>("/api/envs?limit=2");
    expect(first.body.map(({ name }) => name)).toEqual(["five", "four"]);
    const next = /^<([^>]+)>; rel="next"$/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
    expect(next).toStartWith(vault.url);
    expect(await names(next.slice(`${vault.url}/api/envs`.length))).toEqual(["100% three", "two"]);
  });

  test("of five hundred are listed by one statement, whole, with the count of each one's files", async () => {
    await vault.owner.delete("/api/account/data");
    await times(500, (at) => newEnvProject(vault.owner, { name: `many ${at}` }));
    const all = (await vault.owner.get<EnvProject[]>("/api/envs")).body;
    await times(10, (at) => save(vault.owner, (all[at] as EnvProject).id, "A=1"));
    const again = (await vault.owner.get<EnvProject[]>("/api/envs")).body;
    expect(again).toHaveLength(500);
    expect(again.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(again.map(({ fileCount }) => fileCount)).toEqual([...Array(10).fill(1), ...Array(490).fill(0)]);
  });

  test("go with all of their files, and answer 404 from then on", async () => {
    const file = await newEnvFile(vault.owner);
    await save(vault.owner, file.projectId, "A=2");
    expect(await vault.owner.delete(`/api/envs/${file.projectId}`)).toMatchObject({ status: 204, text: "" });
    const gone = refused(404, "ENV_PROJECT_NOT_FOUND", { error: "Not found" });
    for (const answer of [
      await vault.owner.delete(`/api/envs/${file.projectId}`),
      await vault.owner.get(`/api/envs/${file.projectId}`),
      await vault.owner.put(`/api/envs/${file.projectId}`, { name: "back" }),
      await save(vault.owner, file.projectId, "A=3"),
      await reveal(vault.owner, file),
      await remove(vault.owner, file),
    ]) {
      expect(answer).toMatchObject(gone);
    }
    for (const table of ["env_files WHERE project_id", "env_file_versions WHERE file_id"]) {
      const id = table.startsWith("env_files ") ? file.projectId : file.id;
      expect(await vault.storage.rows(`SELECT id FROM ${table} = '${id}'`)).toEqual([]);
    }
  });

  const BAD: [what: string, input: unknown, field: string | undefined][] = [
    ["nothing", {}, "name"],
    ["an empty name", { name: "" }, "name"],
    ["a name of spaces", { name: " \t\n" }, "name"],
    ["too long a name", { name: "x".repeat(256) }, "name"],
    ["a number for a name", { name: 7 }, "name"],
    ["NUL in a name", { name: "a\0b" }, "name"],
    ["a lone surrogate in a name", { name: "a\ud800" }, "name"],
    ["too long a description", { name: "new", description: "x".repeat(1001) }, "description"],
    ["an unknown member", { name: "new", desc: "x" }, "desc"],
    ["a member that only answers have", { name: "new", fileCount: 3 }, "fileCount"],
    ["files", { name: "new", files: [] }, "files"],
    ["a list", [{ name: "new" }], undefined],
    ["null", null, undefined],
  ];
  test.each(BAD)("refuse %s", async (_what, input, field) => {
    const refusal = refused(400, "VALIDATION_ERROR", field === undefined ? {} : { field });
    const before = (await vault.owner.get("/api/envs")).text;
    expect(await vault.owner.post("/api/envs", input)).toMatchObject(refusal);
    if (Object.keys(input ?? [1]).length > 0) {
      const { id } = (JSON.parse(before) as EnvProject[])[0] as EnvProject;
      expect(await vault.owner.put(`/api/envs/${id}`, input)).toMatchObject(refusal);
    }
    expect((await vault.owner.get("/api/envs")).text).toBe(before);
  });

  test.each(["search=a%00b", `search=${"x".repeat(256)}`, "limit=0", "limit=1001", "page=2"])(
    "refuse ?%s",
    async (query) => {
      expect(await vault.owner.get(`/api/envs?${query}`)).toMatchObject(refused(400, "VALIDATION_ERROR"));
    },
  );
});

onEachEngine("env files", (vault) => {
  test.each(EXACT)("hold %s byte for byte", async (_what, content) => {
    const file = await newEnvFile(vault.owner, { content });
    const answer = await reveal(vault.owner, file);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body)).toEqual(["id", "projectId", "fileType", "content"]);
    expect(Buffer.from(answer.body.content).equals(Buffer.from(content))).toBeTrue();
    // And as what replaces another one, and as what another one replaces.
    await save(vault.owner, file.projectId, "between");
    await save(vault.owner, file.projectId, content);
    expect((await contentOf(vault.owner, file)) === content).toBeTrue();
  });

  test("are created once and replaced from then on", async () => {
    const { id } = await newEnvProject(vault.owner);
    const created = await save(vault.owner, id, "A=1");
    expect(created).toMatchObject({ status: 201, body: { fileType: "env" } });
    expect(tagOf(created)).toBe('"1"');
    const replaced = await save(vault.owner, id, "A=2");
    expect(replaced).toMatchObject({ status: 200, body: { id: created.body.id, createdAt: created.body.createdAt } });
    expect(tagOf(replaced)).toBe('"2"');
    expect((await save(vault.owner, id, "A=3", {}, "env.local")).status).toBe(201);
    expect(await contentOf(vault.owner, { projectId: id, id: created.body.id })).toBe("A=2");
  });

  test("that are saved as they are make no version, and the trail tells of none", async () => {
    const file = await newEnvFile(vault.owner, { content: "A=1\r\n" });
    const before = await vault.owner.get(`/api/envs/${file.projectId}`);
    const answer = await save(vault.owner, file.projectId, "A=1\r\n");
    expect(answer.status).toBe(200);
    expect(tagOf(answer)).toBe('"1"');
    expect((await vault.owner.get(`/api/envs/${file.projectId}`)).body).toEqual(before.body);
    const request = answer.headers.get("x-request-id");
    expect(await vault.storage.rows(`SELECT id FROM audit_events WHERE request_id = '${request}'`)).toEqual([]);
    // A line end alone is another content.
    expect(tagOf(await save(vault.owner, file.projectId, "A=1\n"))).toBe('"2"');
  });

  const BAD: [what: string, input: unknown, field: string][] = [
    ["nothing", {}, "fileType"],
    ["no content", { fileType: "env" }, "content"],
    ["null for content", { fileType: "env", content: null }, "content"],
    ["a number for content", { fileType: "env", content: 7 }, "content"],
    ["an object for content", { fileType: "env", content: { A: "1" } }, "content"],
    ["no type", { content: "A=1" }, "fileType"],
    ["an unknown type", { fileType: "env.staging", content: "A=1" }, "fileType"],
    ["a type with its dot", { fileType: ".env", content: "A=1" }, "fileType"],
    ["a type in capitals", { fileType: "ENV", content: "A=1" }, "fileType"],
    ["a path for a type", { fileType: "../env", content: "A=1" }, "fileType"],
    ["NUL", { fileType: "env", content: "A=1\0\n" }, "content"],
    ["a lone surrogate", { fileType: "env", content: "A=\udc00" }, "content"],
    ["more than a mebibyte", { fileType: "env", content: "x".repeat(MEBIBYTE + 1) }, "content"],
    ["more than a mebibyte of UTF-8", { fileType: "env", content: "鍵".repeat(MEBIBYTE / 3 + 1) }, "content"],
    ["an unknown member", { fileType: "env", content: "A=1", version: 1 }, "version"],
  ];
  test.each(BAD)("refuse %s, and nothing is changed", async (_what, input, field) => {
    const file = await newEnvFile(vault.owner, { content: "kept" });
    const { id } = await newEnvProject(vault.owner);
    const refusal = refused(400, "VALIDATION_ERROR", { field });
    expect(await vault.owner.post(files(file.projectId), input)).toMatchObject(refusal);
    expect(await vault.owner.post(files(id), input)).toMatchObject(refusal);
    expect(await contentOf(vault.owner, file)).toBe("kept");
    expect((await vault.owner.get(`/api/envs/${id}`)).body).toMatchObject({ files: [] });
  });

  test("refuse a body that is too large, is no JSON, or says it is none", async () => {
    const { id } = await newEnvProject(vault.owner);
    const send = (raw: BodyInit, type = "application/json") =>
      vault.owner.send("POST", files(id), { raw, headers: { "content-type": type } });
    expect(await send(" ".repeat(2 * MEBIBYTE + 1))).toMatchObject(refused(413, "PAYLOAD_TOO_LARGE"));
    expect(await send("A=1\n", "text/plain")).toMatchObject(refused(415, "UNSUPPORTED_MEDIA_TYPE"));
    expect(await send("A=1\n")).toMatchObject(refused(400, "VALIDATION_ERROR"));
    const bad = new Uint8Array([...Buffer.from('{"fileType":"env","content":"'), 0xff, ...Buffer.from('"}')]);
    expect(await send(bad)).toMatchObject(refused(400, "VALIDATION_ERROR"));
  });

  test("answer 404 for an id that is none, is not there, or is of another project or person", async () => {
    const [mine, elsewhere] = [await newEnvFile(vault.owner), await newEnvFile(vault.owner)];
    const theirs = await newEnvFile(await vault.other);
    const missing = refused(404, "ENV_FILE_NOT_FOUND", { error: "Not found" });
    const ids = [crypto.randomUUID(), elsewhere.id, theirs.id, "x", "%00", "%27", mine.id.toUpperCase(), "..%2f"];
    for (const id of ids) {
      const file = { projectId: mine.projectId, id };
      expect([id, await reveal(vault.owner, file)]).toMatchObject([id, missing]);
      expect([id, await remove(vault.owner, file)]).toMatchObject([id, missing]);
    }
    const noProject = refused(404, "ENV_PROJECT_NOT_FOUND", { error: "Not found" });
    for (const projectId of [crypto.randomUUID(), theirs.projectId, "x", "%00"]) {
      expect(await save(vault.owner, projectId, "A=1")).toMatchObject(noProject);
      for (const id of [mine.id, theirs.id, "x"]) {
        expect(await reveal(vault.owner, { projectId, id })).toMatchObject(noProject);
        expect(await remove(vault.owner, { projectId, id })).toMatchObject(noProject);
      }
    }
    expect(await contentOf(await vault.other, theirs)).toBe("A=1\n");
    expect(await contentOf(vault.owner, elsewhere)).toBe("A=1\n");
  });

  test("answer 404 when deleted, and what is made in their place is another, of a later version", async () => {
    const file = await newEnvFile(vault.owner);
    const tag = tagOf(await save(vault.owner, file.projectId, "A=2"));
    expect(await remove(vault.owner, file)).toMatchObject({ status: 204, text: "" });
    const gone = refused(404, "ENV_FILE_NOT_FOUND");
    expect(await remove(vault.owner, file)).toMatchObject(gone);
    expect(await reveal(vault.owner, file)).toMatchObject(gone);
    expect(await vault.storage.rows(`SELECT id FROM env_file_versions WHERE file_id = '${file.id}'`)).toEqual([]);
    const again = await save(vault.owner, file.projectId, "A=1\n");
    expect(again.status).toBe(201);
    expect(again.body.id).not.toBe(file.id);
    // Whoever still has the old file open must not take the new one for it.
    expect(await save(vault.owner, file.projectId, "A=9", { "if-match": tag })).toMatchObject(refused(412, "CONFLICT"));
    await save(vault.owner, file.projectId, "A=3");
    expect(await save(vault.owner, file.projectId, "A=9", { "if-match": tag })).toMatchObject(refused(412, "CONFLICT"));
  });

  test("answer 404 when their content does not open, and can be saved anew", async () => {
    const [one, two] = [
      await newEnvFile(vault.owner, { content: "first-sealed" }),
      await newEnvFile(vault.owner, { content: "second-sealed" }),
    ];
    await vault.storage.rows(
      `UPDATE env_files SET sealed_content = (SELECT sealed_content FROM env_files WHERE id = '${two.id}') WHERE id = '${one.id}'`,
    );
    const answer = await reveal(vault.owner, one);
    expect(answer).toMatchObject(refused(404, "ENV_FILE_NOT_FOUND"));
    const request = answer.headers.get("x-request-id");
    await vault.logged(`a sealed value does not open envFileId=${one.id} requestId=${request}`);
    expect(answer.text + vault.log).not.toContain("-sealed");
    expect((await save(vault.owner, one.projectId, "whole again")).status).toBe(200);
    expect(await contentOf(vault.owner, one)).toBe("whole again");
  });

  test("tell the trail of each creation, change, reveal and deletion, by name", async () => {
    const project = await newEnvProject(vault.owner, { name: fresh("Trail") });
    const created = await save(vault.owner, project.id, "A=1", {}, "env.local");
    const file = { projectId: project.id, id: created.body.id };
    const answers: [string, Answer][] = [
      ["create", created],
      ["change", await save(vault.owner, project.id, "A=2", {}, "env.local")],
      ["reveal", await reveal(vault.owner, file)],
      ["delete", await remove(vault.owner, file)],
    ];
    for (const [verb, answer] of answers) {
      const id = answer.headers.get("x-request-id");
      const rows = await vault.storage.rows(`SELECT * FROM audit_events WHERE request_id = '${id}'`);
      const thing = { thing: "env-file", thing_id: file.id, thing_name: `${project.name} .env.local`, result: "ok" };
      expect(rows).toMatchObject([{ verb, ...thing }]);
    }
    const deleted = await vault.owner.delete(`/api/envs/${project.id}`);
    const id = deleted.headers.get("x-request-id");
    expect(await vault.storage.rows(`SELECT * FROM audit_events WHERE request_id = '${id}'`)).toMatchObject([
      { verb: "delete", thing: "env-project", thing_id: project.id, thing_name: project.name, detail: "files=0" },
    ]);
  });

  test("are as they were when the trail cannot be written", async () => {
    const secret = marked("content");
    const file = await newEnvFile(vault.owner, { content: secret });
    await vault.storage.breakTrail();
    try {
      for (const answer of [
        await save(vault.owner, file.projectId, `${secret} changed`),
        await save(vault.owner, file.projectId, secret, {}, "env.local"),
        await reveal(vault.owner, file),
        await remove(vault.owner, file),
        await vault.owner.delete(`/api/envs/${file.projectId}`),
      ]) {
        expect(answer).toMatchObject(refused(500, "INTERNAL_ERROR", { error: "Internal server error" }));
        expectNoneIn(answer.text, [secret], "answer");
        await vault.logged(`requestId=${answer.headers.get("x-request-id")}`);
      }
    } finally {
      await vault.storage.mendTrail();
    }
    const answer = await reveal(vault.owner, file);
    expect(answer.body.content).toBe(secret);
    expect(tagOf(answer)).toBe('"1"');
    expect((await vault.owner.get(`/api/envs/${file.projectId}`)).body).toMatchObject({ fileCount: 1 });
    expect(await vault.storage.rows(`SELECT id FROM env_file_versions WHERE file_id = '${file.id}'`)).toEqual([]);
  });
});

onEachEngine("a save or deletion on a condition", (vault) => {
  const unmet = refused(412, "CONFLICT");

  test("If-Match: the version that reveal told, and no other", async () => {
    const file = await newEnvFile(vault.owner, { content: "A=1" });
    const tag = tagOf(await reveal(vault.owner, file));
    expect(tag).toBe('"1"');
    expect((await save(vault.owner, file.projectId, "A=2", { "if-match": tag })).status).toBe(200);
    expect(await save(vault.owner, file.projectId, "A=3", { "if-match": tag })).toMatchObject(unmet);
    expect(await remove(vault.owner, file, { "if-match": tag })).toMatchObject(unmet);
    expect(await contentOf(vault.owner, file)).toBe("A=2");
    expect((await save(vault.owner, file.projectId, "A=3", { "if-match": '"1", "2"' })).status).toBe(200);
    expect((await save(vault.owner, file.projectId, "A=4", { "if-match": "*" })).status).toBe(200);
    expect((await remove(vault.owner, file, { "if-match": '"4"' })).status).toBe(204);
    expect(await save(vault.owner, file.projectId, "A=5", { "if-match": "*" })).toMatchObject(unmet);
    expect(await save(vault.owner, file.projectId, "A=5", { "if-match": '"5"' })).toMatchObject(unmet);
    expect((await vault.owner.get(`/api/envs/${file.projectId}`)).body).toMatchObject({ files: [] });
  });

  test.each(['W/"1"', '"01"', '"abc"', '""', '"1.0"', '"99999999999999999999"'])(
    "If-Match: %s matches nothing",
    async (tag) => {
      const file = await newEnvFile(vault.owner, { content: "kept" });
      expect(await save(vault.owner, file.projectId, "lost", { "if-match": tag })).toMatchObject(unmet);
      expect(await remove(vault.owner, file, { "if-match": tag })).toMatchObject(unmet);
      expect(await contentOf(vault.owner, file)).toBe("kept");
    },
  );

  test("If-None-Match: * creates and never replaces", async () => {
    const { id } = await newEnvProject(vault.owner);
    const none = { "if-none-match": "*" };
    const created = await save(vault.owner, id, "first", none);
    expect(created.status).toBe(201);
    expect(await save(vault.owner, id, "second", none)).toMatchObject(unmet);
    const file = { projectId: id, id: created.body.id };
    expect(await remove(vault.owner, file, none)).toMatchObject(unmet);
    expect(await contentOf(vault.owner, file)).toBe("first");
  });

  test.each([
    [{ "if-match": "1" }, "If-Match"],
    [{ "if-match": "" }, "If-Match"],
    [{ "if-match": '"1" "2"' }, "If-Match"],
    [{ "if-none-match": '"1"' }, "If-None-Match"],
    [{ "if-none-match": "*", "if-match": '"1"' }, "If-None-Match"],
  ])("%p is refused as none", async (headers, field) => {
    const file = await newEnvFile(vault.owner, { content: "kept" });
    const refusal = refused(400, "VALIDATION_ERROR", { field });
    expect(await save(vault.owner, file.projectId, "lost", headers as Record<string, string>)).toMatchObject(refusal);
    expect(await remove(vault.owner, file, headers as Record<string, string>)).toMatchObject(refusal);
    expect(await contentOf(vault.owner, file)).toBe("kept");
  });

  test("is met by one of those who race, version by version", async () => {
    const file = await newEnvFile(vault.owner, { content: "round 0" });
    for (let round = 1; round <= 5; round += 1) {
      const headers = { "if-match": `"${round}"` };
      const answers = await times(20, (at) => save(vault.owner, file.projectId, `round ${round} by ${at}`, headers));
      const won = answers.flatMap(({ status }, at) => (status === 200 ? [at] : []));
      expect(won).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
      expect(await contentOf(vault.owner, file)).toBe(`round ${round} by ${won[0]}`);
    }
    const { id } = await newEnvProject(vault.owner);
    const made = await times(20, (at) => save(vault.owner, id, `by ${at}`, { "if-none-match": "*" }));
    expect(made.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(412)]);
  });

  test("without one each of those who race wins in turn, with a version each", async () => {
    const { id } = await newEnvProject(vault.owner);
    const answers = await times(20, (at) => save(vault.owner, id, `by ${at}`));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
    const tags = answers.map(tagOf).sort((one, other) => Number(one.slice(1, -1)) - Number(other.slice(1, -1)));
    expect(tags).toEqual(Array.from({ length: 20 }, (_, at) => `"${at + 1}"`));
    const [first] = answers;
    expect(tagOf(await reveal(vault.owner, { projectId: id, id: first?.body.id as string }))).toBe('"20"');
  });
});

onEachEngine("secrets planted in env files", (vault) => {
  test("are in no answer but the reveal's, no row, no log and no error", async () => {
    const secret = marked("env-content");
    const other = await vault.other;
    const file = await newEnvFile(vault.owner, { content: `KEY=${secret}\n` });
    const path = files(file.projectId);
    const limited = await vault.key(["envs:read", "envs:write"]);
    const raw = (text: string) =>
      vault.owner.send("POST", path, { raw: text, headers: { "content-type": "application/json" } });
    const driven: Answer[] = [
      await save(vault.owner, file.projectId, `KEY=${secret} 2`),
      await save(vault.owner, file.projectId, `${secret}\0`),
      await save(vault.owner, file.projectId, `${secret}\ud800`),
      await save(vault.owner, file.projectId, secret.repeat(30_000)),
      await save(vault.owner, file.projectId, secret, { "if-match": '"1"' }),
      await save(vault.owner, file.projectId, secret, { "if-match": secret }),
      await save(vault.owner, file.projectId, secret, {}, secret),
      await save(vault.owner, secret, secret),
      await save(limited, file.projectId, `KEY=${secret} 3`),
      await vault.owner.post(path, { fileType: "env", content: { [secret]: secret } }),
      await vault.owner.post(path, { fileType: "env", content: secret, contents: secret }),
      await raw(`{"fileType": "env", "content": "${secret}`),
      await raw(secret),
      await reveal(limited, file),
      await reveal(other, file),
      await reveal(vault.stranger, file),
      await vault.owner.get(`/api/envs/${file.projectId}`),
      await vault.owner.get("/api/envs"),
      await vault.owner.get("/api/export"),
      await vault.owner.get("/api/stats"),
      await remove(other, file),
    ];
    expect(driven.map(({ status }) => status)).toContain(412);
    for (const answer of driven) expectNoneIn(answer.text, [secret], `answer ${answer.status}`);
    await expectNoneLeftBy(vault, [secret]);
    expect(await contentOf(vault.owner, file)).toContain(secret);
    await expectNoneLeftBy(vault, [secret]);
  });

  test("have a length that no answer without them tells", async () => {
    const lengths = await Promise.all(
      ["x", "x".repeat(5000)].map(async (content, at) => {
        const project = await newEnvProject(vault.owner, { name: `length ${at}` });
        await save(vault.owner, project.id, content);
        return (await vault.owner.get(`/api/envs/${project.id}`)).text.length;
      }),
    );
    expect(lengths[0]).toBe(lengths[1] as number);
  });
});

onEachEngine("env files in a crash", (vault) => {
  test("are whole: what was acknowledged is there, and each content is one that was sent", async () => {
    const filler = "x".repeat(50_000);
    const made = await times(4, () => newEnvFile(vault.owner, { content: `0 ${filler}` }));
    const acknowledged = made.map(() => 0);
    let killed: Promise<void> | undefined;
    const write = async (file: { projectId: string }, at: number) => {
      for (let round = 1; killed === undefined; round += 1) {
        const answer = await save(vault.owner, file.projectId, `${round} ${filler}`).catch(() => null);
        if (answer?.status === 200) acknowledged[at] = round;
        if (acknowledged.reduce((sum, count) => sum + count) >= 120) killed ??= vault.restart("kill");
      }
    };
    await Promise.all(made.map(write));
    await killed;
    for (const [at, file] of made.entries()) {
      const answer = await reveal(vault.owner, file);
      const [round = "", rest] = answer.body.content.split(" ");
      expect(rest === filler).toBeTrue();
      const last = acknowledged[at] as number;
      // The one after the last that was acknowledged may have been written without being answered.
      expect([last, last + 1]).toContain(Number(round));
      const version = Number(round) + 1;
      expect(tagOf(answer)).toBe(`"${version}"`);
      const kept = await vault.storage.rows<{ version: number }>(
        `SELECT version FROM env_file_versions WHERE file_id = '${file.id}' ORDER BY version`,
      );
      const expected = Array.from({ length: version - 1 }, (_, index) => index + 1).slice(-20);
      expect(kept.map((row) => row.version)).toEqual(expected);
    }
    expect(await vault.command(["doctor"])).toContain("All is well");
  });
});
