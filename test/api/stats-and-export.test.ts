import { expect, test } from "bun:test";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import type { Export } from "../../src/features/export/model.ts";
import { addPasskey, ORIGIN } from "../support/factors.ts";
import { newCategory, newEntry, newEnvFile, newTwoFactor, onEachEngine, refused } from "../support/vault.ts";

onEachEngine("an empty vault", (vault) => {
  test("is counted with all its zeros", async () => {
    expect((await vault.owner.get("/api/stats")).body).toEqual({
      totalCategories: 0,
      totalEntries: 0,
      total2fa: 0,
      byKeyType: { simple: 0, group: 0, ssh: 0, json: 0 },
      byEnvironment: { development: 0, staging: 0, production: 0 },
    });
  });

  test("is exported as nothing", async () => {
    expect(await vault.owner.get("/api/export")).toMatchObject({ status: 200, text: "" });
  });
});

const CONTENT = `\
# AWS — Shop (production)
AWS_ID=AKIA1
AWS_SECRET='a b'

# openai — blog (development)
OPENAI_API_KEY=sk-dev

# openai — blog (production)
OPENAI_API_KEY=sk-live

# openai — Shop (staging)
OPENAI_API_KEY='it is "quoted", really'

`;

onEachEngine("a filled vault", (vault) => {
  const exported = async (query = "") => (await vault.owner.get(`/api/export${query}`)).text;

  test("is counted by type and by environment", async () => {
    const openai = await newCategory(vault.owner, { name: "openai", envVarName: "OPENAI_API_KEY" });
    const aws = await newCategory(vault.owner, {
      name: "AWS",
      keyType: "group",
      fieldDefinitions: ["AWS_ID", "AWS_SECRET"],
    });
    const ssh = await newCategory(vault.owner, { name: "hosts", keyType: "ssh" });
    const json = await newCategory(vault.owner, { name: "google", keyType: "json" });
    for (const [categoryId, name, environment, value] of [
      [openai.id, "Shop", "staging", 'it is "quoted", really'],
      [openai.id, "blog", "production", "sk-live"],
      [aws.id, "Shop", "production", { AWS_SECRET: "a b", AWS_ID: "AKIA1" }],
      [openai.id, "blog", "development", "sk-dev"],
      [ssh.id, "Shop", "production", "not for .env"],
      [json.id, "Shop", "production", '{"not":"for .env"}'],
    ] as const) {
      await newEntry(vault.owner, { categoryId, name, environment, value });
    }
    await newTwoFactor(vault.owner);
    await newTwoFactor(vault.owner);
    await newEntry(await vault.other, { value: "somebody else's" });
    await newTwoFactor(await vault.other);
    expect((await vault.owner.get("/api/stats")).body).toEqual({
      totalCategories: 4,
      totalEntries: 6,
      total2fa: 2,
      byKeyType: { simple: 3, group: 1, ssh: 1, json: 1 },
      byEnvironment: { development: 1, staging: 1, production: 4 },
    });
  });

  test("is exported in order, as a download, one owner's simple and group values only", async () => {
    const answer = await vault.owner.get("/api/export");
    expect(answer).toMatchObject({ status: 200, text: CONTENT });
    expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="kagi-export.env"');
  });

  test.each([
    ["?environment=development", ["sk-dev"]],
    ["?environment=production", ["AKIA1", "sk-live"]],
    ["?project=Blog", ["sk-dev", "sk-live"]],
    ["?project=blog&environment=production", ["sk-live"]],
    ["?project=blo%25", []],
  ])("is exported in part: %s", async (query, values) => {
    const text = await exported(query);
    const every = ["sk-dev", "sk-live", "AKIA1", "really"];
    expect(every.filter((value) => text.includes(value)).sort()).toEqual([...values].sort());
  });

  test.each([
    ["environment=moon", "environment"],
    ["dialect=klingon", "dialect"],
    ["colour=red", "colour"],
  ])("refuses to guess at ?%s", async (query, field) => {
    expect(await vault.owner.get(`/api/export?${query}`)).toMatchObject(refused(400, "VALIDATION_ERROR", { field }));
  });

  test("keeps names with line breaks on their comment's one line", async () => {
    const name = "evil\nINJECTED=1\r\nMORE=2\u2028THIRD=3\\";
    await newEntry(vault.owner, { categoryId: (await newCategory(vault.owner, { name })).id, name, value: "v" });
    const text = await exported(`?project=${encodeURIComponent(name)}`);
    const assignments = text.split(/[\r\n\u2028]/).filter((line) => line !== "" && !line.startsWith("#"));
    expect(assignments).toEqual(["API_KEY=v"]);
  });

  test("says which values not every program reads alike", async () => {
    const { id } = await newCategory(vault.owner, { envVarName: "AWKWARD" });
    await newEntry(vault.owner, { categoryId: id, name: "awkward", value: "a\\\\b and $HOME" });
    const { body } = await vault.owner.get<Export>("/api/export?project=awkward", { accept: "application/json" });
    expect(body).toMatchObject({
      content: expect.stringContaining("# not portable: "),
      notWritten: [],
      repeated: [],
      unreadable: 0,
    });
    expect(body.notPortable).toEqual([{ key: "AWKWARD", misreadBy: expect.any(Array) }]);
    const shell = await vault.owner.get<Export>("/api/export?project=awkward&dialect=shell", {
      accept: "application/json",
    });
    expect(shell.body).toMatchObject({
      content: expect.stringContaining("AWKWARD='a\\\\b and $HOME'"),
      notPortable: [],
    });
  });

  test("says which variables it writes more than once", async () => {
    const { id } = await newCategory(vault.owner, { envVarName: "REPEATED" });
    for (const environment of ["production", "staging"] as const) {
      await newEntry(vault.owner, { categoryId: id, name: "repeated", environment, value: environment });
    }
    const json = { accept: "application/json" };
    const { body } = await vault.owner.get<Export>("/api/export?project=repeated", json);
    expect(body).toMatchObject({ repeated: ["REPEATED"], content: expect.stringMatching(/production[\s\S]*staging/) });
    const one = await vault.owner.get<Export>("/api/export?project=repeated&environment=staging", json);
    expect(one.body).toMatchObject({ repeated: [], content: expect.not.stringContaining("production") });
  });

  test("says which values it leaves out, or refuses the dialect that was asked and cannot hold them", async () => {
    const { id } = await newCategory(vault.owner, { envVarName: "IMPOSSIBLE" });
    await newEntry(vault.owner, { categoryId: id, name: "impossible", value: `it's "$HOME" and \`id\`\nand more` });
    const answer = await vault.owner.get<Export>("/api/export?project=impossible", { accept: "application/json" });
    expect(answer).toMatchObject({ status: 200, body: { notWritten: ["IMPOSSIBLE"] } });
    expect((await exported("?project=impossible")).split("\n")[1]).toStartWith("# not written: IMPOSSIBLE");
    const docker = await vault.owner.get("/api/export?project=impossible&dialect=docker");
    expect(docker).toMatchObject(refused(409, "CONFLICT", { keys: ["IMPOSSIBLE"] }));
    expect(answer.text + docker.text).not.toContain("HOME");
  });

  test("leaves out, and counts, a value that does not open", async () => {
    const entry = await newEntry(vault.owner, { name: "damaged" });
    await vault.storage.rows(`UPDATE entries SET sealed_value = 'damaged' WHERE id = '${entry.id}'`);
    const answer = await vault.owner.get<Export>("/api/export?project=damaged", { accept: "application/json" });
    expect(answer).toMatchObject({ status: 200, body: { content: "", unreadable: 1 } });
  });

  test("is emptied of everything that is its owner's, and of nothing else", async () => {
    const STAY = [
      "audit_events",
      "identities",
      "passkeys",
      "pending_sign_ins",
      "sessions",
      "sign_in_recovery_codes",
      "totp_factors",
    ];
    await vault.owner.with({ host: new URL(ORIGIN).host }).post("/api/auth/totp");
    const passkey = await addPasskey(vault.owner.with({ host: new URL(ORIGIN).host }));
    await expect(vault.signIn()).rejects.toThrow("SECOND_FACTOR_REQUIRED");
    const { user } = (await vault.owner.get<SessionInfo>("/api/auth/session")).body;
    await vault.key();
    const held = await newEntry(vault.owner);
    await vault.owner.put(`/api/entries/${held.id}`, { value: "replaced, so that there is history" });
    await newTwoFactor(vault.owner);
    const { projectId } = await newEnvFile(vault.owner);
    await vault.owner.post(`/api/envs/${projectId}/files`, { fileType: "env", content: "A=2" });
    await newEnvFile(await vault.other);
    await vault.storage.rows(
      `INSERT INTO identities (id, user_id, issuer, subject, label, created_at, last_used_at)
       VALUES ('${crypto.randomUUID()}', '${user.id}', 'https://id.example.com/realms/team', 'ada', 'ada', '2026-01-15', '2026-01-15')`,
    );
    const count = async (table: string, where: string) =>
      (await vault.storage.rows(`SELECT 1 FROM ${table} WHERE user_id ${where} '${user.id}'`)).length;
    const tables = await vault.storage.tablesWith("user_id");
    const emptied = tables.filter((table) => !STAY.includes(table));
    expect(tables.filter((table) => STAY.includes(table))).toEqual(STAY);
    const others = await Promise.all(emptied.map((table) => count(table, "<>")));
    // A table that this test has put nothing into would be empty for the wrong reason.
    expect(await Promise.all(tables.map((table) => count(table, "=")))).not.toContain(0);
    expect(await vault.owner.delete("/api/account/data")).toMatchObject({ status: 204 });
    expect(await Promise.all(emptied.map((table) => count(table, "=")))).toEqual(emptied.map(() => 0));
    expect(await Promise.all(STAY.map((table) => count(table, "=")))).not.toContain(0);
    expect(await Promise.all(emptied.map((table) => count(table, "<>")))).toEqual(others);
    expect(await vault.storage.rows(`SELECT 1 FROM users WHERE id = '${user.id}'`)).toHaveLength(1);
    expect((await vault.owner.delete(`/api/auth/passkeys/${passkey.id}`)).status).toBe(204);
  });

  test("is emptied by its owner, whose account and trail stay", async () => {
    const key = await vault.key(["stats:read"]);
    expect(await vault.owner.delete("/api/account/data")).toMatchObject({ status: 204 });
    expect((await vault.owner.get("/api/stats")).body).toMatchObject({ totalCategories: 0, totalEntries: 0 });
    expect((await vault.owner.get("/api/access-keys")).body).toEqual([]);
    expect((await key.get("/api/stats")).status).toBe(401);
    expect((await (await vault.other).get("/api/stats")).body).toMatchObject({ totalCategories: 1, totalEntries: 1 });
    expect(await vault.storage.rows("SELECT id FROM audit_events WHERE verb = 'delete-all'")).toHaveLength(2);
  });
});
