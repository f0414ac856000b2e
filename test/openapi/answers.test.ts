import { beforeAll, expect, test } from "bun:test";
import type { ListedSession } from "../../src/features/auth/model.ts";
import { OPERATIONS, type Operation } from "../../src/http/operations.ts";
import { LIMITABLE_SCOPES, SCOPE_NAMES, type Scope } from "../../src/scopes.ts";
import { Authenticator } from "../support/authenticator.ts";
import { type Answer, type Client, cookiesOf } from "../support/client.ts";
import { addPasskey, codeOf as codeAt, newPerson, ORIGIN } from "../support/factors.ts";
import { begunBy, Realm, type Somebody } from "../support/realm.ts";
import {
  fresh,
  newCategory,
  newEntry,
  newEnvFile,
  newEnvProject,
  newKey,
  newTwoFactor,
  OWNER,
  onEachEngine,
} from "../support/vault.ts";
import { type ApiDocument, type ApiOperation, checker, headerOf, operationsOf } from "./api-document.ts";

const table = Object.entries(OPERATIONS) as [string, Operation][];
const NOBODY = "01936f5e-0000-7000-8000-000000000000";
const OVERSIZED = " ".repeat(2 * 1024 * 1024 + 1);

/** The code of a failure; a second factor's codes are something else. */
function codeOf(body: unknown): string | undefined {
  const { error, code } = (body ?? {}) as { error?: string; code?: string };
  return error === undefined ? undefined : code;
}

onEachEngine("answers are as the document says", (vault, engine) => {
  let document: ApiDocument;
  let operations: Map<string, ApiOperation>;
  let problems: ReturnType<typeof checker>;
  /** What has been seen of each operation: its success as `ok`, failures by code. */
  const seen = new Set<string>();

  beforeAll(async () => {
    document = (await vault.stranger.get<ApiDocument>("/api/openapi")).body;
    operations = new Map(operationsOf(document));
    problems = checker(document);
  });

  type Sent = Parameters<Client["send"]>[2] & { id?: string; fileId?: string; query?: string };

  /** Sends an operation and holds the answer against the document. */
  async function ask(
    by: Client,
    name: string,
    { id = NOBODY, fileId = NOBODY, query = "", ...sent }: Sent = {},
  ): Promise<Answer> {
    const [method = "", path = ""] = name.split(" ");
    const answer = await by.send(method, path.replace(":id", id).replace(":fileId", fileId) + query, sent);
    fits(name, answer);
    return answer;
  }

  function fits(name: string, answer: Answer): void {
    const where = `${name} ${answer.status}`;
    const described = operations.get(name)?.responses[answer.status];
    expect([where, described]).not.toEqual([where, undefined]);
    const { content, headers = {} } = described ?? {};
    for (const [header, reference] of Object.entries(headers)) {
      const { required, schema } = headerOf(document, reference);
      const value = answer.headers.get(header);
      if (required || value !== null) {
        const number = (schema as { type: string }).type === "integer";
        expect([where, header, problems(schema, number ? Number(value) : value)]).toEqual([where, header, []]);
      }
    }
    expect(answer.headers.get("cache-control")).toBe("no-store");
    if (content === undefined) {
      expect([where, answer.text]).toEqual([where, ""]);
    } else {
      const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
      expect([where, Object.keys(content)]).toEqual([where, expect.arrayContaining([type])]);
      const value = type === "application/json" ? answer.body : answer.text;
      expect([where, problems(content[type]?.schema ?? {}, value)]).toEqual([where, []]);
    }
    const code = codeOf(answer.body);
    if (code !== undefined) expect(Object.keys(content?.["application/json"]?.examples ?? {})).toContain(code);
    seen.add(`${name} ${code ?? "ok"}`);
  }

  const each = (chosen: (row: Operation, name: string) => boolean) => table.filter(([name, row]) => chosen(row, name));
  const unsafe = (name: string) => !name.startsWith("GET ");

  test("to a stranger and to a bad key", async () => {
    for (const [name] of each(({ access }) => access !== "public")) {
      expect(await ask(vault.stranger, name)).toMatchObject({ status: 401, body: { code: "AUTH_REQUIRED" } });
      const bad = vault.stranger.with({ authorization: `Bearer kagi_${"x".repeat(43)}` });
      expect(await ask(bad, name)).toMatchObject({ status: 401, body: { code: "AUTH_INVALID_KEY" } });
    }
  });

  test("to a key that may not", async () => {
    for (const [name, { access }] of each((row) => row.access !== "public")) {
      const key = await vault.key(SCOPE_NAMES.filter((scope) => scope !== access));
      const code = access === "session" ? "AUTH_SESSION_REQUIRED" : "AUTH_SCOPE_REQUIRED";
      expect(await ask(key, name)).toMatchObject({ status: 403, body: { code } });
    }
  });

  test("to a key from elsewhere", async () => {
    const { key } = await newKey(vault.owner, { addresses: ["192.0.2.0/24"] });
    const elsewhere = vault.stranger.with({ authorization: `Bearer ${key}` });
    for (const [name] of each((row) => row.access !== "public")) {
      const refusal = { status: 403, body: { code: "AUTH_ADDRESS_NOT_ALLOWED" } };
      expect(await ask(elsewhere, name)).toMatchObject(refusal);
    }
  });

  test("to a key that would get out of its limit", async () => {
    const scopes = LIMITABLE_SCOPES as Scope[];
    const { key } = await newKey(vault.owner, { scopes, environment: "production" });
    const limited = vault.stranger.with({ authorization: `Bearer ${key}` });
    const { id, categoryId, name } = await newEntry(vault.owner);
    const project = await newEnvProject(vault.owner);
    const outside: [string, Sent][] = [
      ["POST /api/entries", { body: { categoryId, name, value: "v", environment: "staging" } }],
      ["PUT /api/entries/:id", { id, body: { environment: "staging" } }],
      ["POST /api/envs", { body: { name: fresh("New") } }],
      ["PUT /api/envs/:id", { id: project.id, body: { description: "changed" } }],
      ["DELETE /api/envs/:id", { id: project.id }],
      ["POST /api/envs/:id/files", { id: project.id, body: { fileType: "env", content: "A=1" } }],
    ];
    for (const [name, sent] of outside) {
      expect(await ask(limited, name, sent)).toMatchObject({ status: 403, body: { code: "AUTH_KEY_LIMITED" } });
    }
    const promised = table.filter(([, { errors }]) => errors.includes("AUTH_KEY_LIMITED")).map(([name]) => name);
    expect(outside.map(([name]) => name).sort()).toEqual(promised.sort());
  });

  test("to another origin", async () => {
    for (const [name] of each((_, name) => unsafe(name))) {
      const elsewhere = vault.owner.with({ "sec-fetch-site": "cross-site" });
      expect(await ask(elsewhere, name, { body: OWNER })).toMatchObject({
        status: 403,
        body: { code: "CROSS_ORIGIN" },
      });
    }
  });

  test("for what is not there", async () => {
    for (const [name, { notFound }] of each((row) => row.notFound !== undefined)) {
      const files = name === "POST /api/envs/:id/files";
      const rotation = name === "POST /api/access-keys/:id/rotate";
      const body = name.startsWith("PUT ") || rotation ? {} : files ? { fileType: "env", content: "" } : undefined;
      expect(await ask(vault.owner, name, { body })).toMatchObject({ status: 404, body: { code: notFound } });
    }
    const entry = { name: "Blog", value: "v", categoryId: NOBODY };
    await ask(vault.owner, "POST /api/entries", { body: entry });
    const { id } = await newEntry(vault.owner);
    await ask(vault.owner, "PUT /api/entries/:id", { id, body: { categoryId: NOBODY } });
  });

  test("to another method", async () => {
    for (const path of new Set(table.map(([name]) => name.split(" ")[1] as string))) {
      const answer = await vault.owner.send("PATCH", path.replace(":id", NOBODY).replace(":fileId", NOBODY));
      expect(answer).toMatchObject({ status: 405, body: { code: "METHOD_NOT_ALLOWED" } });
      const names = table.map(([name]) => name).filter((name) => name.endsWith(` ${path}`));
      for (const name of names) fits(name, answer);
      const allowed = answer.headers.get("allow")?.split(", ");
      const methods = names.map((name) => name.split(" ")[0] as string);
      expect([path, allowed]).toEqual([path, expect.arrayContaining(methods)]);
    }
  });

  test("to a body that is none", async () => {
    for (const [name, { form }] of each((_, name) => unsafe(name))) {
      const json = { "content-type": form ? "application/x-www-form-urlencoded" : "application/json" };
      const malformed = await ask(vault.owner, name, { raw: "{", headers: json });
      expect([name, malformed]).toMatchObject([name, { status: 400, body: { code: "VALIDATION_ERROR" } }]);
      const oversized = await ask(vault.owner, name, { raw: OVERSIZED, headers: json });
      expect([name, oversized]).toMatchObject([name, { status: 413, body: { code: "PAYLOAD_TOO_LARGE" } }]);
      const text = await ask(vault.owner, name, { raw: "x", headers: { "content-type": "text/plain" } });
      expect([name, text]).toMatchObject([name, { status: 415, body: { code: "UNSUPPORTED_MEDIA_TYPE" } }]);
    }
  });

  test("to a query that is none", async () => {
    for (const [name, { parameters = [] }] of operations) {
      if (!parameters.some((parameter) => parameter.in === "query")) continue;
      // Keycloak may say more than is asked; it is ignored.
      if (name === "GET /api/auth/callback/keycloak") continue;
      expect(await ask(vault.owner, name, { query: "?environments=x" })).toMatchObject({ status: 400 });
    }
  });

  test("of categories", async () => {
    const created = await ask(vault.owner, "POST /api/categories", {
      body: {
        name: fresh("OpenAI"),
        keyType: "simple",
        envVarName: "OPENAI_API_KEY",
        icon: "openai",
        color: "#412991",
      },
    });
    const { id, name } = created.body as { id: string; name: string };
    for (const keyType of ["group", "ssh", "json"]) {
      await ask(vault.owner, "POST /api/categories", { body: { name: fresh("More"), keyType } });
    }
    await ask(vault.owner, "GET /api/categories/:id", { id });
    await ask(vault.owner, "PUT /api/categories/:id", { id, body: { description: "Used by the blog", icon: null } });
    await ask(vault.owner, "GET /api/categories");
    const page = await ask(vault.owner, "GET /api/categories", { query: "?limit=1" });
    expect(page.headers.get("link")).toContain('rel="next"');

    const again = { name, keyType: "simple", envVarName: "A" };
    expect(await ask(vault.owner, "POST /api/categories", { body: again })).toMatchObject({ status: 409 });
    await ask(vault.owner, "POST /api/categories", { body: { name: fresh("No name"), keyType: "simple" } });
    await ask(vault.owner, "PUT /api/categories/:id", { id, body: { envVarName: null } });
    const other = await newCategory(vault.owner);
    expect(await ask(vault.owner, "PUT /api/categories/:id", { id: other.id, body: { name } })).toMatchObject({
      status: 409,
    });
    expect(await ask(vault.owner, "DELETE /api/categories/:id", { id })).toMatchObject({ status: 204 });
  });

  test("of entries, of all types", async () => {
    const simple = await newCategory(vault.owner);
    const group = await newCategory(vault.owner, { keyType: "group", fieldDefinitions: ["KEY", "SECRET"] });
    const ssh = await newCategory(vault.owner, { keyType: "ssh" });
    const json = await newCategory(vault.owner, { keyType: "json" });
    const inputs = [
      { categoryId: simple.id, name: "Blog", value: "v", notes: "n", expiresAt: "2027-01-15" },
      { categoryId: group.id, name: "Blog", value: { KEY: "k", SECRET: "s" }, environment: "staging" },
      { categoryId: ssh.id, name: "Blog", value: "any text", fileName: "id_ed25519" },
      { categoryId: json.id, name: "Blog", value: '{"a":1}', fileName: "account.json" },
    ];
    for (const body of inputs) {
      const { id } = (await ask(vault.owner, "POST /api/entries", { body })).body as { id: string };
      await ask(vault.owner, "GET /api/entries/:id", { id });
      await ask(vault.owner, "POST /api/entries/:id/reveal", { id });
      await ask(vault.owner, "PUT /api/entries/:id", { id, body: { notes: null, environment: "development" } });
    }
    await ask(vault.owner, "GET /api/entries");
    await ask(vault.owner, "GET /api/entries", { query: `?categoryId=${group.id}&environment=development&search=bl` });
    const page = await ask(vault.owner, "GET /api/entries", { query: "?limit=2" });
    expect(page.headers.get("link")).toContain('rel="next"');
    await ask(vault.owner, "GET /api/entries/project-names");

    const { id } = await newEntry(vault.owner, { categoryId: simple.id, name: "Taken" });
    const taken = { categoryId: simple.id, name: "Taken", value: "v" };
    expect(await ask(vault.owner, "POST /api/entries", { body: taken })).toMatchObject({ status: 409 });
    const moved = await ask(vault.owner, "PUT /api/entries/:id", { id, body: { categoryId: json.id } });
    expect(moved).toMatchObject({ status: 409 });
    expect(await ask(vault.owner, "DELETE /api/entries/:id", { id })).toMatchObject({ status: 204 });
  });

  test("of second factors", async () => {
    const uri =
      "otpauth://totp/GitHub:ada%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=GitHub&algorithm=SHA256&digits=8";
    const created = await ask(vault.owner, "POST /api/2fa", { body: { secret: uri, recoveryCodes: ["a1", "b2"] } });
    expect(created.status).toBe(201);
    const { id } = created.body as { id: string };
    await newTwoFactor(vault.owner);
    await ask(vault.owner, "GET /api/2fa/:id", { id });
    await ask(vault.owner, "GET /api/2fa");
    const page = await ask(vault.owner, "GET /api/2fa", { query: "?limit=1&search=a" });
    expect(page.headers.get("link")).toContain('rel="next"');
    await ask(vault.owner, "PUT /api/2fa/:id", { id, body: { notes: "the team's", recoveryCodes: ["b2"] } });
    expect(await ask(vault.owner, "PUT /api/2fa/:id", { id, body: { digits: 9 } })).toMatchObject({ status: 400 });
    expect(await ask(vault.owner, "POST /api/2fa/:id/reveal", { id })).toMatchObject({ status: 200 });
    expect(await ask(vault.owner, "POST /api/2fa/:id/recovery-codes/reveal", { id })).toMatchObject({ status: 200 });
    const none = await ask(vault.owner, "POST /api/2fa/:id/recovery-codes/reveal", { id });
    expect(none).toMatchObject({ status: 409, body: { code: "NO_RECOVERY_CODES_LEFT" } });
    await ask(vault.owner, "PUT /api/2fa/:id", { id, body: { secret: null } });
    const codeless = await ask(vault.owner, "POST /api/2fa/:id/reveal", { id });
    expect(codeless).toMatchObject({ status: 409, body: { code: "TWO_FACTOR_NO_SECRET" } });
    expect(await ask(vault.owner, "DELETE /api/2fa/:id", { id })).toMatchObject({ status: 204 });
  });

  test("of env projects and files", async () => {
    const made = await ask(vault.owner, "POST /api/envs", {
      body: { name: fresh("Shop"), description: "The web shop" },
    });
    const { id, name } = made.body as { id: string; name: string };
    await ask(vault.owner, "PUT /api/envs/:id", { id, body: { description: null } });
    await newEnvProject(vault.owner);
    await ask(vault.owner, "GET /api/envs");
    const page = await ask(vault.owner, "GET /api/envs", { query: "?limit=1&search=p" });
    expect(page.headers.get("link")).toContain('rel="next"');
    const other = await newEnvProject(vault.owner);
    expect(await ask(vault.owner, "POST /api/envs", { body: { name } })).toMatchObject({ status: 409 });
    expect(await ask(vault.owner, "PUT /api/envs/:id", { id: other.id, body: { name } })).toMatchObject({
      status: 409,
    });

    const save = (headers: Record<string, string> = {}, content = "A=1\r\nB=2") =>
      ask(vault.owner, "POST /api/envs/:id/files", { id, headers, body: { fileType: "env.local", content } });
    const created = await save();
    expect(created.status).toBe(201);
    const fileId = (created.body as { id: string }).id;
    expect((await save({ "if-match": '"1"' }, "A=2")).status).toBe(200);
    expect(await save({ "if-match": '"1"' }, "A=3")).toMatchObject({ status: 412, body: { code: "CONFLICT" } });
    await ask(vault.owner, "GET /api/envs/:id", { id });
    await ask(vault.owner, "POST /api/envs/:id/files/:fileId/reveal", { id, fileId });
    const reveal = await ask(vault.owner, "POST /api/envs/:id/files/:fileId/reveal", { id });
    expect(reveal).toMatchObject({ status: 404, body: { code: "ENV_FILE_NOT_FOUND" } });
    const stale = { id, fileId, headers: { "if-match": '"1"' } };
    expect(await ask(vault.owner, "DELETE /api/envs/:id/files/:fileId", stale)).toMatchObject({ status: 412 });
    expect(await ask(vault.owner, "DELETE /api/envs/:id/files/:fileId", { id, fileId })).toMatchObject({ status: 204 });
    const gone = await ask(vault.owner, "DELETE /api/envs/:id/files/:fileId", { id, fileId });
    expect(gone).toMatchObject({ status: 404, body: { code: "ENV_FILE_NOT_FOUND" } });
    expect(await ask(vault.owner, "DELETE /api/envs/:id", { id })).toMatchObject({ status: 204 });
  });

  test("of access keys", async () => {
    const body = { name: "script", scopes: ["entries:read"], expiresAt: "2099-01-01T00:00:00Z" };
    const { id } = (await ask(vault.owner, "POST /api/access-keys", { body })).body as { id: string };
    await newKey(vault.owner);
    await ask(vault.owner, "GET /api/access-keys");
    const page = await ask(vault.owner, "GET /api/access-keys", { query: "?limit=1" });
    expect(page.headers.get("link")).toContain('rel="next"');
    const rotate = "POST /api/access-keys/:id/rotate";
    expect(await ask(vault.owner, rotate, { id, body: {} })).toMatchObject({ status: 201 });
    expect(await ask(vault.owner, rotate, { id, body: {} })).toMatchObject({ status: 409, body: { code: "CONFLICT" } });
    expect(await ask(vault.owner, "DELETE /api/access-keys/:id", { id })).toMatchObject({ status: 204 });
  });

  test("of the audit trail", async () => {
    await ask(vault.owner, "GET /api/audit");
    const page = await ask(vault.owner, "GET /api/audit", { query: "?limit=1" });
    expect(page.headers.get("link")).toContain('rel="next"');
  });

  test("of stats and export", async () => {
    await ask(vault.owner, "GET /api/stats");
    await newEntry(vault.owner, { value: "two\nlines" });
    const text = await ask(vault.owner, "GET /api/export");
    expect(text.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(text.headers.get("content-disposition")).not.toBeNull();
    const json = await ask(vault.owner, "GET /api/export", { headers: { accept: "application/json" } });
    expect(json.body).toMatchObject({ content: expect.any(String) });
    expect(await ask(vault.owner, "GET /api/export", { query: "?dialect=docker" })).toMatchObject({ status: 409 });
  });

  test("of a file from a sentence", async () => {
    const body = { prompt: "the keys of the blog and a session secret" };
    const text = await ask(vault.owner, "POST /api/ai/extract", { body });
    expect(text.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const json = await ask(vault.owner, "POST /api/ai/extract", { body, headers: { accept: "application/json" } });
    expect(json.body).toMatchObject({ content: expect.any(String), matchedBy: "names" });
  });

  test("of the session", async () => {
    const signedIn = await ask(vault.stranger, "POST /api/auth/sign-in/email", { body: OWNER });
    expect(signedIn.status).toBe(200);
    const session = vault.stranger.with({ cookie: cookiesOf(signedIn) });
    await ask(session, "GET /api/auth/session");
    expect(await ask(session, "POST /api/auth/sign-out")).toMatchObject({ status: 204 });
    await ask(session, "GET /api/auth/session");
  });

  test("of sessions, and of how one signs in", async () => {
    const here = { host: new URL(ORIGIN).host };
    const person = await newPerson(vault);
    const signIn = (by: Client, more = {}) => ask(by, "POST /api/auth/sign-in/email", { body: { ...person, ...more } });
    const first = await vault.signIn(person);
    const me = first.with(here);

    // Before there is a factor, and where there are no passkeys.
    const unavailable = { status: 409, body: { code: "PASSKEYS_UNAVAILABLE" } };
    const conflict = { status: 409, body: { code: "CONFLICT" } };
    const nobody = new Authenticator(ORIGIN);
    const nothing = await nobody.use({ challenge: "bm90aGluZw", rpId: "localhost" });
    const made = await nobody.make({ challenge: "bm90aGluZw", rp: { id: "localhost" } });
    await ask(first, "GET /api/auth/factors");
    expect(await ask(first, "POST /api/auth/passkeys/options")).toMatchObject(unavailable);
    const somewhere = { body: { name: "Key", response: made } };
    expect(await ask(first, "POST /api/auth/passkeys", somewhere)).toMatchObject(unavailable);
    const unproven = { body: { response: nothing } };
    for (const [by, path] of [
      [vault.stranger, "sign-in"],
      [first, "confirm"],
    ] as const) {
      expect(await ask(by, `POST /api/auth/${path}/passkey/options`)).toMatchObject(unavailable);
      expect(await ask(by, `POST /api/auth/${path}/passkey`, unproven)).toMatchObject(unavailable);
    }
    expect(await ask(me, "DELETE /api/auth/totp")).toMatchObject(conflict);
    expect(await ask(me, "POST /api/auth/recovery-codes")).toMatchObject(conflict);
    expect(await ask(me, "POST /api/auth/totp/confirm", { body: { code: "123456" } })).toMatchObject(conflict);

    // The authenticator app.
    const begun = await ask(me, "POST /api/auth/totp");
    const { secret } = begun.body as { secret: string };
    const invalid = { status: 401, body: { code: "SECOND_FACTOR_INVALID" } };
    expect(await ask(me, "POST /api/auth/totp/confirm", { body: { code: "no code" } })).toMatchObject(invalid);
    const confirmed = await ask(me, "POST /api/auth/totp/confirm", { body: { code: codeAt(secret) } });
    const { recoveryCodes } = confirmed.body as { recoveryCodes: string[] };
    expect(await ask(me, "POST /api/auth/totp")).toMatchObject(conflict);
    expect(await signIn(vault.stranger)).toMatchObject({ status: 401, body: { code: "SECOND_FACTOR_REQUIRED" } });
    expect(await signIn(vault.stranger, { code: "000 00" })).toMatchObject(invalid);
    const signedIn = await signIn(vault.stranger, { code: recoveryCodes[0] });
    const second = vault.stranger.with({ cookie: cookiesOf(signedIn), ...here });
    const confirm = (more = {}) =>
      ask(second, "POST /api/auth/confirm", { body: { password: person.password, ...more } });
    expect(await confirm()).toMatchObject({ status: 401, body: { code: "SECOND_FACTOR_REQUIRED" } });
    expect(await confirm({ code: "nope" })).toMatchObject(invalid);
    expect((await confirm({ code: recoveryCodes[1] })).status).toBe(200);
    expect((await ask(me, "POST /api/auth/recovery-codes")).status).toBe(201);

    // Passkeys.
    const key = new Authenticator(ORIGIN);
    const options = await ask(me, "POST /api/auth/passkeys/options");
    const response = await key.make(options.body as Parameters<Authenticator["make"]>[0]);
    const added = await ask(me, "POST /api/auth/passkeys", { body: { name: "Key", response } });
    const { passkey } = added.body as { passkey: { id: string } };
    const wrong = { status: 401, body: { code: "PASSKEY_INVALID" } };
    expect(await ask(me, "POST /api/auth/passkeys", { body: { name: "Key", response } })).toMatchObject(wrong);
    const again = await ask(me, "POST /api/auth/passkeys/options");
    const twin = await key.make(again.body as Parameters<Authenticator["make"]>[0]);
    expect(await ask(me, "POST /api/auth/passkeys", { body: { name: "Twin", response: twin } })).toMatchObject(
      conflict,
    );
    await ask(me, "PUT /api/auth/passkeys/:id", { id: passkey.id, body: { name: "Laptop" } });
    await ask(me, "GET /api/auth/factors");
    const strange = vault.stranger.with(here);
    const use = async (by: Client, path: string) => {
      const asked = await ask(by, `POST /api/auth/${path}/passkey/options`);
      const used = await key.use(asked.body as Parameters<Authenticator["use"]>[0]);
      return await ask(by, `POST /api/auth/${path}/passkey`, { body: { response: used } });
    };
    expect(await ask(strange, "POST /api/auth/sign-in/passkey", unproven)).toMatchObject(wrong);
    expect(await ask(me, "POST /api/auth/confirm/passkey", unproven)).toMatchObject(wrong);
    const third = vault.stranger.with({ cookie: cookiesOf(await use(strange, "sign-in")), ...here });
    const proven = await use(third, "confirm");
    const going = vault.stranger.with({ cookie: cookiesOf(proven), ...here });

    // Sessions.
    const sessions = await ask(going, "GET /api/auth/sessions");
    const other = (sessions.body as ListedSession[]).find(({ current }) => !current);
    expect(await ask(going, "DELETE /api/auth/sessions/:id", { id: other?.id })).toMatchObject({ status: 204 });
    expect(await ask(going, "DELETE /api/auth/sessions")).toMatchObject({ status: 204 });

    // Twenty are enough.
    const [{ id: userId } = { id: "" }] = await vault.storage.rows<{ id: string }>(
      `SELECT id FROM users WHERE email = '${person.email}'`,
    );
    for (let count = 1; count < 20; count++) {
      await vault.storage.rows(
        `INSERT INTO passkeys (id, user_id, name, credential_id, public_key, sign_count, transports, created_at)
         VALUES ('${crypto.randomUUID()}', '${userId}', 'one more', '${crypto.randomUUID()}', '', 0, '[]', '2026-01-15')`,
      );
    }
    expect(await ask(going, "POST /api/auth/passkeys/options")).toMatchObject(conflict);

    // When the sign-in, and the proof, are long ago.
    await vault.storage.rows(
      `UPDATE sessions SET created_at = '2020-01-01T00:00:00.000Z', confirmed_at = NULL WHERE user_id = '${userId}'`,
    );
    for (const [name, sent] of [
      ["POST /api/auth/totp", {}],
      ["POST /api/auth/totp/confirm", { body: { code: "123456" } }],
      ["DELETE /api/auth/totp", {}],
      ["POST /api/auth/recovery-codes", {}],
      ["POST /api/auth/passkeys/options", {}],
      ["POST /api/auth/passkeys", somewhere],
      ["DELETE /api/auth/passkeys/:id", { id: passkey.id }],
      ["GET /api/export", {}],
      ["POST /api/access-keys", { body: { name: "robot", scopes: ["stats:read"] } }],
      ["POST /api/access-keys/:id/rotate", { id: crypto.randomUUID(), body: {} }],
      ["DELETE /api/account/data", {}],
    ] as const) {
      const answer = await ask(going, name, sent);
      expect([name, answer]).toMatchObject([name, { status: 403, body: { code: "FRESH_PROOF_REQUIRED" } }]);
    }
    const fresh = vault.stranger.with({ cookie: cookiesOf(await use(strange, "sign-in")), ...here });
    expect(await ask(fresh, "DELETE /api/auth/passkeys/:id", { id: passkey.id })).toMatchObject({ status: 204 });
    expect(await ask(fresh, "DELETE /api/auth/totp")).toMatchObject({ status: 204 });

    // Guesses, and somebody who may not come any more.
    expect((await ask(fresh, "POST /api/auth/totp")).status).toBe(201);
    const guess = { body: { code: "no code" } };
    expect((await ask(fresh, "POST /api/auth/confirm", { body: { password: "a guess" } })).status).toBe(401);
    await untilLimited(() => ask(fresh, "POST /api/auth/totp/confirm", guess));
    await untilLimited(() => ask(fresh, "POST /api/auth/confirm", { body: { password: "a guess" } }));
    await untilLimited(() => ask(strange, "POST /api/auth/sign-in/passkey/options"));
    const gone = await newPerson(vault);
    const goner = await addPasskey((await vault.signIn(gone)).with(here));
    await vault.storage.rows("DELETE FROM throttles");
    const asked = await ask(strange, "POST /api/auth/sign-in/passkey/options");
    const late = await goner.key.use(asked.body as Parameters<Authenticator["use"]>[0]);
    await vault.command(["user", "disable", gone.email]);
    expect(await ask(strange, "POST /api/auth/sign-in/passkey", { body: { response: late } })).toMatchObject({
      status: 401,
      body: { code: "AUTH_INVALID_CREDENTIALS" },
    });
  });

  async function untilLimited(attempt: () => Promise<Answer>): Promise<void> {
    let answer = await attempt();
    for (let tries = 0; tries < 100 && answer.status !== 429; tries++) answer = await attempt();
    expect(answer).toMatchObject({ status: 429, body: { code: "RATE_LIMITED" } });
  }

  test("of what is open to everybody", async () => {
    for (const name of ["GET /api/openapi", "GET /api/docs", "GET /healthz", "GET /readyz"]) {
      expect(await ask(vault.stranger, name)).toMatchObject({ status: 200 });
    }
  });

  test("when the database has another key", async () => {
    const [row] = await vault.storage.rows<{ value: string }>("SELECT value FROM meta WHERE key = 'canary'");
    await vault.storage.rows("UPDATE meta SET value = 'no' WHERE key = 'canary'");
    expect(await ask(vault.stranger, "GET /readyz")).toMatchObject({ status: 503, body: { status: "unavailable" } });
    await vault.storage.rows(`UPDATE meta SET value = '${row?.value}' WHERE key = 'canary'`);
    expect(await ask(vault.stranger, "GET /readyz")).toMatchObject({ status: 200 });
  });

  test("when something breaks", async () => {
    const category = await newCategory(vault.owner);
    const entry = await newEntry(vault.owner);
    const twoFactor = await newTwoFactor(vault.owner);
    const env = await newEnvFile(vault.owner);
    const key = await newKey(vault.owner);
    await vault.storage.breakTrail();
    const breaking: [string, Sent][] = [
      ["POST /api/categories", { body: { name: fresh("Broken"), keyType: "ssh" } }],
      ["PUT /api/categories/:id", { id: category.id, body: { description: "changed" } }],
      ["DELETE /api/categories/:id", { id: category.id }],
      ["POST /api/entries", { body: { name: fresh("Broken"), categoryId: category.id, value: "v" } }],
      ["PUT /api/entries/:id", { id: entry.id, body: { value: "v" } }],
      ["DELETE /api/entries/:id", { id: entry.id }],
      ["POST /api/entries/:id/reveal", { id: entry.id }],
      ["POST /api/2fa", { body: { service: "Broken", accountName: "ada", recoveryCodes: ["a1"] } }],
      ["PUT /api/2fa/:id", { id: twoFactor.id, body: { recoveryCodes: ["a1"] } }],
      ["DELETE /api/2fa/:id", { id: twoFactor.id }],
      ["POST /api/2fa/:id/reveal", { id: twoFactor.id }],
      ["POST /api/2fa/:id/recovery-codes/reveal", { id: twoFactor.id }],
      ["POST /api/envs", { body: { name: fresh("Broken") } }],
      ["PUT /api/envs/:id", { id: env.projectId, body: { description: "changed" } }],
      ["DELETE /api/envs/:id", { id: env.projectId }],
      ["POST /api/envs/:id/files", { id: env.projectId, body: { fileType: "env", content: "A=2" } }],
      ["DELETE /api/envs/:id/files/:fileId", { id: env.projectId, fileId: env.id }],
      ["POST /api/envs/:id/files/:fileId/reveal", { id: env.projectId, fileId: env.id }],
      ["GET /api/export", {}],
      ["POST /api/ai/extract", { body: { prompt: "the keys of the blog" } }],
      ["POST /api/access-keys", { body: { name: "broken", scopes: ["entries:read"] } }],
      ["POST /api/access-keys/:id/rotate", { id: key.id, body: {} }],
      ["DELETE /api/account/data", {}],
    ];
    for (const [name, sent] of breaking) {
      const answer = await ask(vault.owner, name, sent);
      expect([name, answer]).toMatchObject([name, { status: 500, body: { code: "INTERNAL_ERROR" } }]);
    }
    await vault.storage.mendTrail();
  });

  test("when a password is guessed", async () => {
    const guess = () =>
      ask(vault.stranger, "POST /api/auth/sign-in/email", { body: { ...OWNER, password: "guessed" } });
    expect(await guess()).toMatchObject({ status: 401, body: { code: "AUTH_INVALID_CREDENTIALS" } });
    let answer = await guess();
    for (let attempt = 0; attempt < 50 && answer.status === 401; attempt++) answer = await guess();
    expect(answer).toMatchObject({ status: 429, body: { code: "RATE_LIMITED", retryAfter: expect.any(Number) } });
  }, 60_000);

  test("when a model is of no help, and when there is to be none", async () => {
    const body = { prompt: "the keys of the blog" };
    await vault.restart("stop", { OPENAI_BASE_URL: "http://127.0.0.1:9/v1", KAGI_AI_TIMEOUT: "5" });
    const failed = await ask(vault.owner, "POST /api/ai/extract", { body });
    expect(failed).toMatchObject({ status: 502, body: { code: "AI_EXTRACTION_FAILED", reason: "unreachable" } });
    await vault.restart("stop", { KAGI_AI: "off" });
    const off = await ask(vault.owner, "POST /api/ai/extract", { body });
    expect(off).toMatchObject({ status: 503, body: { code: "AI_NOT_CONFIGURED" } });
    await vault.restart();
  });

  test("when people come through Keycloak, or cannot", async () => {
    const [start, back] = ["GET /api/auth/keycloak", "GET /api/auth/callback/keycloak"];
    const logout = "POST /api/auth/backchannel-logout/keycloak";
    const form = (token: string) => ({ raw: new URLSearchParams({ logout_token: token }) });
    for (const [name, sent] of [
      [start, {}],
      [back, {}],
      [logout, form("x")],
    ] as [string, Sent][]) {
      expect(await ask(vault.stranger, name, sent)).toMatchObject({ status: 503 });
    }
    const realm = await Realm.start();
    await vault.restart("stop", { ...realm.environment(), ENABLE_EMAIL_PASSWORD: "false" });
    const begin = async () => {
      const answer = await ask(vault.stranger, start, { query: "?next=%2Fkeys" });
      return begunBy(answer, answer.headers.get("location") ?? "");
    };
    const comeBack = async (who: Somebody, lie = {}) => {
      const { location, state, cookie } = await begin();
      const query = `?${new URLSearchParams({ state, code: realm.code(location, who, lie) })}`;
      return await ask(vault.stranger.with({ cookie }), back, { query });
    };
    const grace = { sub: "grace", email: "grace@team.example", email_verified: true };
    expect(await comeBack(grace)).toMatchObject({ status: 303 });
    expect(await comeBack({ ...grace, sub: "hopper" })).toMatchObject({ status: 403 });
    expect(await comeBack(grace, { stranger: true })).toMatchObject({ status: 502 });
    expect(await ask(vault.stranger, back)).toMatchObject({ status: 400, body: { code: "KEYCLOAK_STATE_INVALID" } });
    const long = "x".repeat(5000);
    expect(await ask(vault.stranger, start, { query: `?next=${long}` })).toMatchObject({ status: 400 });
    expect(await ask(vault.stranger, back, { query: `?state=${long}` })).toMatchObject({ status: 400 });
    const off = await ask(vault.stranger, "POST /api/auth/sign-in/email", { body: OWNER });
    expect(off).toMatchObject({ status: 403, body: { code: "EMAIL_PASSWORD_DISABLED" } });
    expect(await ask(vault.stranger, logout, form(await realm.logoutToken({ sub: "grace" })))).toMatchObject({
      status: 200,
    });
    expect(await ask(vault.stranger, logout, form("x"))).toMatchObject({ status: 400 });
    await vault.storage.rows("UPDATE throttles SET tries = 60 WHERE key LIKE 'logout:%'");
    expect(await ask(vault.stranger, logout, form("x"))).toMatchObject({ status: 429, body: { code: "RATE_LIMITED" } });
    await vault.storage.rows("DELETE FROM throttles WHERE key LIKE 'logout:%'");
    await vault.storage.rows("UPDATE throttles SET tries = 300 WHERE key LIKE 'keycloak:%'");
    expect(await ask(vault.stranger, start)).toMatchObject({ status: 429, body: { code: "RATE_LIMITED" } });
    await vault.storage.rows("DELETE FROM throttles WHERE key LIKE 'keycloak:%'");
    await vault.restart("stop", { ...realm.environment() });
    await realm.stop();
    expect(await ask(vault.stranger, start)).toMatchObject({ status: 502 });
    expect(await ask(vault.stranger, logout, form("x"))).toMatchObject({
      status: 502,
      body: { reason: "unreachable" },
    });
    await vault.restart();
  });

  test("when everything goes", async () => {
    expect(await ask(vault.owner, "DELETE /api/account/data")).toMatchObject({ status: 204 });
  });

  test("in every case that the document names", () => {
    const promised = [...operations].flatMap(([name, { responses }]) => [
      `${name} ok`,
      ...Object.values(responses).flatMap(({ content }) =>
        Object.values(content?.["application/json"]?.examples ?? {}).flatMap(({ value }) => {
          const code = codeOf(value);
          return code === undefined || code === "INTERNAL_ERROR" ? [] : [`${name} ${code}`];
        }),
      ),
    ]);
    expect([engine.name, promised.filter((one) => !seen.has(one))]).toEqual([engine.name, []]);
  });
});
