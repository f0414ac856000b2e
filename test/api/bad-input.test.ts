import { beforeAll, expect, test } from "bun:test";
import type { ErrorCode } from "../../src/errors.ts";
import type { Category } from "../../src/features/categories/model.ts";
import type { Entry } from "../../src/features/entries/model.ts";
import type { Answer } from "../support/client.ts";
import { newCategory, newEntry, newKey, onEachEngine, PATIENCE_MS, refused, snapshot } from "../support/vault.ts";

/** What is there before; ids in paths and bodies come from it. */
type Ground = Record<"simple" | "group" | "free" | "json" | "ssh", Category> & { entry: Entry };

type Refused = [what: string, code: ErrorCode, field: string | undefined, input: (ground: Ground) => unknown];

const STATUS: Partial<Record<ErrorCode, number>> = { CATEGORY_NOT_FOUND: 404, CONFLICT: 409 };
const MEBIBYTE = 1024 * 1024;
const deep = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);
const simple = { name: "new", keyType: "simple", envVarName: "A" };
const group = { name: "new", keyType: "group" };
const key = { name: "new", scopes: ["stats:read"] };
const inSimple = (more: object) => (ground: Ground) => ({
  categoryId: ground.simple.id,
  name: "new",
  value: "v",
  ...more,
});
const inGroup = (value: unknown) => (ground: Ground) => ({ categoryId: ground.group.id, name: "new", value });
const inFree = (value: unknown) => (ground: Ground) => ({ categoryId: ground.free.id, name: "new", value });
const inJson = (value: unknown) => (ground: Ground) => ({ categoryId: ground.json.id, name: "new", value });

const CATEGORIES: Refused[] = [
  ["no body's members", "VALIDATION_ERROR", "name", () => ({})],
  ["no type", "VALIDATION_ERROR", "keyType", () => ({ name: "new" })],
  ["an unknown type", "VALIDATION_ERROR", "keyType", () => ({ name: "new", keyType: "pgp" })],
  ["an unknown member", "VALIDATION_ERROR", "envVar", () => ({ ...simple, envVar: "A" })],
  ["a member that only answers have", "VALIDATION_ERROR", "userId", () => ({ ...simple, userId: crypto.randomUUID() })],
  ["an empty name", "VALIDATION_ERROR", "name", () => ({ ...simple, name: "" })],
  ["a name of spaces", "VALIDATION_ERROR", "name", () => ({ ...simple, name: " \t\n" })],
  ["too long a name", "VALIDATION_ERROR", "name", () => ({ ...simple, name: "x".repeat(256) })],
  ["a number for a name", "VALIDATION_ERROR", "name", () => ({ ...simple, name: 7 })],
  ["null for a name", "VALIDATION_ERROR", "name", () => ({ ...simple, name: null })],
  ["a list for a name", "VALIDATION_ERROR", "name", () => ({ ...simple, name: ["new"] })],
  ["NUL in a name", "VALIDATION_ERROR", "name", () => ({ ...simple, name: "a\0b" })],
  ["no variable for simple", "CATEGORY_SIMPLE_REQUIRES_ENV_VAR", undefined, () => ({ name: "new", keyType: "simple" })],
  ["an empty variable", "VALIDATION_ERROR", "envVarName", () => ({ ...simple, envVarName: "" })],
  ["a variable that begins with a digit", "VALIDATION_ERROR", "envVarName", () => ({ ...simple, envVarName: "1A" })],
  ["a variable with a dash", "VALIDATION_ERROR", "envVarName", () => ({ ...simple, envVarName: "A-B" })],
  ["a variable with a line break", "VALIDATION_ERROR", "envVarName", () => ({ ...simple, envVarName: "A\nB=1" })],
  [
    "a variable with a letter of another script",
    "VALIDATION_ERROR",
    "envVarName",
    () => ({ ...simple, envVarName: "Ä" }),
  ],
  ["too long a variable", "VALIDATION_ERROR", "envVarName", () => ({ ...simple, envVarName: "A".repeat(256) })],
  ["a variable for a group", "VALIDATION_ERROR", "envVarName", () => ({ ...group, envVarName: "A" })],
  ["fields for simple", "VALIDATION_ERROR", "fieldDefinitions", () => ({ ...simple, fieldDefinitions: ["A"] })],
  ["no fields", "VALIDATION_ERROR", "fieldDefinitions", () => ({ ...group, fieldDefinitions: [] })],
  ["fields that repeat", "VALIDATION_ERROR", "fieldDefinitions", () => ({ ...group, fieldDefinitions: ["A", "A"] })],
  [
    "fields with a line break",
    "VALIDATION_ERROR",
    "fieldDefinitions",
    () => ({ ...group, fieldDefinitions: ["A", "B\n"] }),
  ],
  ["fields as a text", "VALIDATION_ERROR", "fieldDefinitions", () => ({ ...group, fieldDefinitions: "A,B" })],
  ["a script as an icon", "VALIDATION_ERROR", "icon", () => ({ ...simple, icon: "javascript:alert(1)" })],
  ["a URL as an icon", "VALIDATION_ERROR", "icon", () => ({ ...simple, icon: "https://evil.example/i.svg" })],
  ["an icon that there is not", "VALIDATION_ERROR", "icon", () => ({ ...simple, icon: "nosuchbrandanywhere" })],
  ["an icon of an object's own parts", "VALIDATION_ERROR", "icon", () => ({ ...simple, icon: "__proto__" })],
  ["a color's name", "VALIDATION_ERROR", "color", () => ({ ...simple, color: "red" })],
  ["a style as a color", "VALIDATION_ERROR", "color", () => ({ ...simple, color: "#fff;x:y" })],
  ["too long a description", "VALIDATION_ERROR", "description", () => ({ ...simple, description: "x".repeat(1001) })],
  ["a taken name", "CONFLICT", "name", (ground) => ({ ...simple, name: ground.simple.name })],
  ["a list", "VALIDATION_ERROR", undefined, () => [simple]],
  ["null", "VALIDATION_ERROR", undefined, () => null],
  ["a text", "VALIDATION_ERROR", undefined, () => "new"],
];

const ENTRIES: Refused[] = [
  ["no category", "VALIDATION_ERROR", "categoryId", () => ({ name: "new", value: "v" })],
  ["a category that is no UUID", "CATEGORY_NOT_FOUND", undefined, inSimple({ categoryId: "1" })],
  ["a category that is not there", "CATEGORY_NOT_FOUND", undefined, inSimple({ categoryId: crypto.randomUUID() })],
  ["SQL for a category", "CATEGORY_NOT_FOUND", undefined, inSimple({ categoryId: "' OR '1'='1" })],
  ["no value", "VALIDATION_ERROR", "value", inSimple({ value: undefined })],
  ["null for a value", "VALIDATION_ERROR", "value", inSimple({ value: null })],
  ["an empty value", "VALIDATION_ERROR", "value", inSimple({ value: "" })],
  ["a number for a value", "VALIDATION_ERROR", "value", inSimple({ value: 7 })],
  ["fields for a simple value", "VALIDATION_ERROR", "value", inSimple({ value: { A: "a" } })],
  ["NUL in a value", "VALIDATION_ERROR", "value", inSimple({ value: "a\0b" })],
  ["a value over a mebibyte", "VALIDATION_ERROR", "value", inSimple({ value: "x".repeat(MEBIBYTE + 1) })],
  ["a value over a mebibyte of UTF-8", "VALIDATION_ERROR", "value", inSimple({ value: "鍵".repeat(MEBIBYTE / 3 + 1) })],
  ["a misspelt member", "VALIDATION_ERROR", "expireAt", inSimple({ expireAt: "2030-01-01" })],
  ["an empty name", "VALIDATION_ERROR", "name", inSimple({ name: "  " })],
  ["an unknown environment", "VALIDATION_ERROR", "environment", inSimple({ environment: "prod" })],
  ["an environment in capitals", "VALIDATION_ERROR", "environment", inSimple({ environment: "Production" })],
  ["too long notes", "VALIDATION_ERROR", "notes", inSimple({ notes: "x".repeat(10_001) })],
  ["the year 1", "VALIDATION_ERROR", "expiresAt", inSimple({ expiresAt: "0001-01-01T00:00:00.000Z" })],
  ["the year 9999", "VALIDATION_ERROR", "expiresAt", inSimple({ expiresAt: "9999-12-31T23:59:59.999Z" })],
  ["the 30th of February", "VALIDATION_ERROR", "expiresAt", inSimple({ expiresAt: "2030-02-30T00:00:00.000Z" })],
  ["the 25th hour", "VALIDATION_ERROR", "expiresAt", inSimple({ expiresAt: "2030-01-01T25:00:00.000Z" })],
  ["a 13th month", "VALIDATION_ERROR", "expiresAt", inSimple({ expiresAt: "2030-13-01" })],
  ["a time without a zone", "VALIDATION_ERROR", "expiresAt", inSimple({ expiresAt: "2030-01-01T00:00:00" })],
  ["a time in words", "VALIDATION_ERROR", "expiresAt", inSimple({ expiresAt: "tomorrow" })],
  ["a time in numbers", "VALIDATION_ERROR", "expiresAt", inSimple({ expiresAt: 1893456000 })],
  ["an empty time", "VALIDATION_ERROR", "expiresAt", inSimple({ expiresAt: "" })],
  ["a file's name for a simple value", "VALIDATION_ERROR", "fileName", inSimple({ fileName: "key.txt" })],
  [
    "a path for a file's name",
    "VALIDATION_ERROR",
    "fileName",
    ({ ssh }) => ({ categoryId: ssh.id, name: "new", value: "v", fileName: "../../etc/passwd" }),
  ],
  [
    "a header in a file's name",
    "VALIDATION_ERROR",
    "fileName",
    ({ ssh }) => ({ categoryId: ssh.id, name: "new", value: "v", fileName: "a\r\nX: 1" }),
  ],
  ["a group without a field", "VALIDATION_ERROR", "value.B", inGroup({ A: "a" })],
  ["a group with a field too many", "VALIDATION_ERROR", "value", inGroup({ A: "a", B: "b", C: "c" })],
  ["a group of other fields", "VALIDATION_ERROR", "value", inGroup({ C: "c" })],
  ["a group that is empty in every field", "VALIDATION_ERROR", "value", inGroup({ A: "", B: "" })],
  ["a group with a number", "VALIDATION_ERROR", "value", inGroup({ A: "a", B: 1 })],
  ["a group with null", "VALIDATION_ERROR", "value", inGroup({ A: "a", B: null })],
  ["a group as prose", "VALIDATION_ERROR", "value", inGroup("A=a")],
  ["a group as a JSON list", "VALIDATION_ERROR", "value", inGroup('["a","b"]')],
  ["a group as JSON with a number", "VALIDATION_ERROR", "value", inGroup('{"A":"a","B":1}')],
  ["a group as JSON with NUL", "VALIDATION_ERROR", "value", inGroup('{"A":"a","B":"\\u0000"}')],
  ["a group as JSON with half a character", "VALIDATION_ERROR", "value", inGroup('{"A":"a","B":"\\ud800"}')],
  ["a group without fields", "VALIDATION_ERROR", "value", inFree({})],
  ["a group with a field of no name", "VALIDATION_ERROR", "value", inFree({ "": "x" })],
  ["a group with a line break in a field's name", "VALIDATION_ERROR", "value", inFree({ "A\nB": "x" })],
  ["a group with a sign in a field's name", "VALIDATION_ERROR", "value", inFree({ "A=B": "x" })],
  [
    "a group of 101 fields",
    "VALIDATION_ERROR",
    "value",
    inFree(Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`A${at}`, "x"]))),
  ],
  ["half a JSON", "VALIDATION_ERROR", "value", inJson('{"a":')],
  ["JSON with a comment", "VALIDATION_ERROR", "value", inJson('{"a":1} // no')],
  ["JSON as an object", "VALIDATION_ERROR", "value", inJson({ a: "b" })],
  ["JSON of spaces", "VALIDATION_ERROR", "value", inJson("  ")],
  ["a value that is too deep", "VALIDATION_ERROR", undefined, inSimple({ value: deep(20) })],
  [
    "a taken name",
    "CONFLICT",
    "name",
    (ground) => ({ categoryId: ground.simple.id, name: ground.entry.name, value: "v" }),
  ],
];

const KEYS: Refused[] = [
  ["no scopes", "VALIDATION_ERROR", "scopes", () => ({ name: "new" })],
  ["an empty list of scopes", "VALIDATION_ERROR", "scopes", () => ({ ...key, scopes: [] })],
  ["an unknown scope", "VALIDATION_ERROR", "scopes.0", () => ({ ...key, scopes: ["everything"] })],
  ["a scope twice", "VALIDATION_ERROR", "scopes", () => ({ ...key, scopes: ["stats:read", "stats:read"] })],
  ["scopes as a text", "VALIDATION_ERROR", "scopes", () => ({ ...key, scopes: "stats:read" })],
  ["no name", "VALIDATION_ERROR", "name", () => ({ scopes: ["stats:read"] })],
  ["an end in the past", "VALIDATION_ERROR", "expiresAt", () => ({ ...key, expiresAt: "2020-01-01T00:00:00.000Z" })],
  ["an absurd end", "VALIDATION_ERROR", "expiresAt", () => ({ ...key, expiresAt: "9999-01-01T00:00:00.000Z" })],
  ["a misspelt end", "VALIDATION_ERROR", "expireAt", () => ({ ...key, expireAt: "2099-01-01T00:00:00.000Z" })],
  ["a key of one's own", "VALIDATION_ERROR", "key", () => ({ ...key, key: `kagi_${"A".repeat(43)}` })],
];

const encode = (text: string) => new TextEncoder().encode(text);
const NEW_CATEGORY = JSON.stringify(simple);

/** Bodies that are no JSON object of ours; each is sent wherever a body is taken. */
const BODIES: [what: string, code: ErrorCode, raw: () => BodyInit, type?: string][] = [
  ["malformed JSON", "VALIDATION_ERROR", () => '{"name": '],
  ["JSON and more", "VALIDATION_ERROR", () => `${NEW_CATEGORY}x`],
  ["single quotes", "VALIDATION_ERROR", () => "{'name': 'x'}"],
  ["nothing", "VALIDATION_ERROR", () => ""],
  ["spaces", "VALIDATION_ERROR", () => "  "],
  ["invalid UTF-8", "VALIDATION_ERROR", () => new Uint8Array([...encode('{"name":"'), 0xff, 0xfe, ...encode('"}')])],
  ["overlong UTF-8", "VALIDATION_ERROR", () => new Uint8Array([...encode('{"name":"'), 0xc0, 0xaf, ...encode('"}')])],
  ["UTF-16", "VALIDATION_ERROR", () => new Uint8Array(Buffer.from(NEW_CATEGORY, "utf16le"))],
  ["a byte order mark", "VALIDATION_ERROR", () => `\ufeff${NEW_CATEGORY}`],
  ["half a character, first half", "VALIDATION_ERROR", () => '{"name":"\\ud800","keyType":"ssh"}'],
  ["half a character, second half", "VALIDATION_ERROR", () => '{"name":"\\udc00x","keyType":"ssh"}'],
  ["NUL in a member's name", "VALIDATION_ERROR", () => '{"na\\u0000me":"x"}'],
  ["deep nesting", "VALIDATION_ERROR", () => `${"[".repeat(20_000)}${"]".repeat(20_000)}`],
  ["a form", "UNSUPPORTED_MEDIA_TYPE", () => "name=x&keyType=ssh", "application/x-www-form-urlencoded"],
  ["JSON called text, as a form of another site could", "UNSUPPORTED_MEDIA_TYPE", () => NEW_CATEGORY, "text/plain"],
  ["JSON of no type", "UNSUPPORTED_MEDIA_TYPE", () => encode(NEW_CATEGORY), ""],
  ["ten megabytes", "PAYLOAD_TOO_LARGE", () => JSON.stringify({ ...simple, name: "x".repeat(10_000_000) })],
  ["ten megabytes in chunks", "PAYLOAD_TOO_LARGE", () => chunks(10)],
  ["ten megabytes that are no JSON", "PAYLOAD_TOO_LARGE", () => new Uint8Array(10_000_000)],
];

/** A body without a Content-Length. */
function chunks(megabytes: number): ReadableStream {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent === megabytes) return controller.close();
      controller.enqueue(new Uint8Array(1_000_000).fill(0x20));
      sent += 1;
    },
  });
}

const STATUS_OF_BODY: Partial<Record<ErrorCode, number>> = { UNSUPPORTED_MEDIA_TYPE: 415, PAYLOAD_TOO_LARGE: 413 };

onEachEngine("bad input", (vault) => {
  let ground: Ground;
  let before: unknown;

  beforeAll(async () => {
    const by = vault.owner;
    ground = {
      simple: await newCategory(by),
      group: await newCategory(by, { keyType: "group", fieldDefinitions: ["A", "B"] }),
      free: await newCategory(by, { keyType: "group" }),
      json: await newCategory(by, { keyType: "json" }),
      ssh: await newCategory(by, { keyType: "ssh" }),
      entry: await newEntry(by),
    };
    ground.entry = await newEntry(by, { categoryId: ground.simple.id });
    await newKey(by);
    before = await snapshot(by);
  }, PATIENCE_MS);

  const expectRefused = async (answer: Answer, status: number, code: ErrorCode, field?: string) => {
    expect(answer).toMatchObject(refused(status, code, field === undefined ? {} : { field }));
    if (field !== undefined) expect(JSON.parse(answer.text).error).toContain(field.split(".")[0]);
    expect(answer.text).not.toMatch(/\bat \w+ \(|SELECT|INSERT|sqlite|postgres|\/src\//i);
    expect(await snapshot(vault.owner)).toEqual(before);
  };

  for (const [path, cases] of [
    ["/api/categories", CATEGORIES],
    ["/api/entries", ENTRIES],
    ["/api/access-keys", KEYS],
  ] as const) {
    test.each(cases)(`POST ${path} refuses %s`, async (_what, code, field, input) => {
      await expectRefused(await vault.owner.post(path, input(ground)), STATUS[code] ?? 400, code, field);
    });
  }

  // A change is partial, so what is missing is no mistake there.
  const isComplete = ([what]: Refused) => !/^(no |a list|null$|a text$|a variable for|fields for)/.test(what);

  test.each(CATEGORIES.filter(isComplete).filter(([what]) => what !== "a taken name"))(
    "PUT /api/categories/:id refuses %s",
    async (_what, code, field, input) => {
      const answer = await vault.owner.put(`/api/categories/${ground.free.id}`, input(ground));
      await expectRefused(answer, STATUS[code] ?? 400, code, field);
    },
  );

  test.each([
    ["an empty value", { value: "" }, "value"],
    ["null for a value", { value: null }, "value"],
    ["null for a name", { name: null }, "name"],
    ["null for an environment", { environment: null }, "environment"],
    ["a misspelt member", { expireAt: null }, "expireAt"],
    ["an id", { id: crypto.randomUUID() }, "id"],
    ["the year 1", { expiresAt: "0001-01-01" }, "expiresAt"],
    ["a file's name for a simple value", { fileName: "a" }, "fileName"],
  ])("PUT /api/entries/:id refuses %s", async (_what, input, field) => {
    const answer = await vault.owner.put(`/api/entries/${ground.entry.id}`, input);
    await expectRefused(answer, 400, "VALIDATION_ERROR", field);
  });

  test.each(BODIES)("every operation refuses %s", async (_what, code, raw, type = "application/json") => {
    for (const [method, path] of [
      ["POST", "/api/categories"],
      ["PUT", `/api/categories/${ground.simple.id}`],
      ["POST", "/api/entries"],
      ["PUT", `/api/entries/${ground.entry.id}`],
      ["POST", "/api/access-keys"],
      ["POST", "/api/auth/sign-in/email"],
    ] as const) {
      const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
      const answer = await vault.owner.send(method, path, { raw: raw(), headers });
      await expectRefused(answer, STATUS_OF_BODY[code] ?? 400, code);
    }
  });

  test("a media type may have parameters and capitals", async () => {
    const headers = { "content-type": "Application/JSON; charset=UTF-8" };
    const answer = await vault.owner.send("PUT", `/api/categories/${ground.simple.id}`, { raw: "{}", headers });
    expect(answer.status).toBe(200);
  });

  test.each([
    "1",
    "null",
    "..",
    "%00",
    "%27",
    "x".repeat(2000),
    crypto.randomUUID().toUpperCase(),
    crypto.randomUUID(),
  ])("an id that is none is not found: %s", async (id) => {
    for (const [method, path, code] of [
      ["GET", `/api/categories/${id}`, "CATEGORY_NOT_FOUND"],
      ["PUT", `/api/categories/${id}`, "CATEGORY_NOT_FOUND"],
      ["DELETE", `/api/categories/${id}`, "CATEGORY_NOT_FOUND"],
      ["GET", `/api/entries/${id}`, "ENTRY_NOT_FOUND"],
      ["PUT", `/api/entries/${id}`, "ENTRY_NOT_FOUND"],
      ["DELETE", `/api/entries/${id}`, "ENTRY_NOT_FOUND"],
      ["POST", `/api/entries/${id}/reveal`, "ENTRY_NOT_FOUND"],
      ["DELETE", `/api/access-keys/${id}`, "ACCESS_KEY_NOT_FOUND"],
    ] as const) {
      // A dot segment never leaves the client.
      if (id === "..") continue;
      const answer = await vault.owner.send(method, path, method === "PUT" ? { body: { name: "new" } } : {});
      await expectRefused(answer, 404, code);
    }
  });

  test.each([
    [{}, "email"],
    [{ email: "a@b.c" }, "password"],
    [{ email: ["a@b.c"], password: "x" }, "email"],
    [{ email: "a@b.c", password: "x", remember: true }, "remember"],
    [{ email: "a@b.c", password: "x".repeat(1001) }, "password"],
    [{ email: `${"a".repeat(300)}@b.c`, password: "x" }, "email"],
    [{ email: "a\0@b.c", password: "x" }, "email"],
  ])("sign-in refuses what is no e-mail and password (%#)", async (input, field) => {
    await expectRefused(await vault.stranger.post("/api/auth/sign-in/email", input), 400, "VALIDATION_ERROR", field);
  });

  test("a body of two mebibytes is read, and one byte more is not", async () => {
    const limit = 2 * MEBIBYTE;
    const fill = (bytes: number) => `{"name":"${"x".repeat(bytes - 11)}"}`;
    const send = (raw: string) =>
      vault.owner.send("POST", "/api/categories", { raw, headers: { "content-type": "application/json" } });
    await expectRefused(await send(fill(limit)), 400, "VALIDATION_ERROR");
    await expectRefused(await send(fill(limit + 1)), 413, "PAYLOAD_TOO_LARGE");
  });

  test("a header that claims a huge body costs nothing", async () => {
    const { hostname, port } = new URL(vault.url);
    const answer = Promise.withResolvers<string>();
    const socket = await Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        data: (_socket, bytes) => answer.resolve(bytes.toString()),
        close: () => answer.reject(new Error("closed")),
      },
    });
    socket.write(
      `POST /api/entries HTTP/1.1\r\nHost: pi\r\nCookie: ${vault.owner.headers.cookie}\r\n` +
        "Content-Type: application/json\r\nContent-Length: 10000000\r\n\r\n",
    );
    expect(await answer.promise).toStartWith("HTTP/1.1 413");
    socket.end();
  });

  test("nothing of all that was an internal error", async () => {
    await vault.restart();
    expect(vault.log).not.toContain("request failed");
  });
});
