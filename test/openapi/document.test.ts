import { beforeAll, describe, expect, test } from "bun:test";
import SwaggerParser from "@apidevtools/swagger-parser";
import { Validator } from "@seriousme/openapi-schema-validator";
import manifest from "../../package.json" with { type: "json" };
import { type App, createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { ERROR_CODES, type ErrorCode, statusOf } from "../../src/errors.ts";
import { OPERATIONS, type Operation } from "../../src/http/operations.ts";
import type { Kagi } from "../../src/kagi.ts";
import { SCOPES } from "../../src/scopes.ts";
import { type ApiDocument, type ApiOperation, checker, headerOf, operationsOf } from "./api-document.ts";

const table = Object.entries(OPERATIONS) as [string, Operation][];
const config = loadConfig({ KAGI_URL: "https://kagi.example.com" });

let app: App;
let document: ApiDocument;
let operations: Map<string, ApiOperation>;

const get = (path: string) => app.fetch(new Request(`http://localhost${path}`), () => "127.0.0.1");

beforeAll(async () => {
  // Nothing that is asked here needs a database or a key.
  app = createApp({ config, log: { info() {}, warn() {}, error() {} }, now: () => new Date() } as unknown as Kagi);
  document = (await (await get("/api/openapi")).json()) as ApiDocument;
  operations = new Map(operationsOf(document));
});

describe("the document", () => {
  test("is OpenAPI 3.1.0 by one validator", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document) as unknown as Record<string, unknown>);
    expect({ valid, errors, version: validator.version }).toEqual({ valid: true, errors: undefined, version: "3.1" });
  });

  test("is OpenAPI 3.1.0 by another", async () => {
    const parser = new SwaggerParser();
    await parser.validate(structuredClone(document) as unknown as Parameters<typeof parser.validate>[0]);
    expect(parser.api).toMatchObject({ openapi: "3.1.0" });
  });

  test("would not be valid without its corrections, which shows that the validators look", async () => {
    const broken = structuredClone(document) as unknown as { paths: Record<string, { get: ApiOperation }> };
    Object.assign(broken.paths["/api/stats"]?.get.responses ?? {}, { 200: { items: {} } });
    expect(await new Validator().validate(structuredClone(broken))).toMatchObject({ valid: false });
    const parsing = new SwaggerParser().validate(broken as unknown as Parameters<SwaggerParser["validate"]>[0]);
    await expect(parsing).rejects.toThrow();
  });

  test("names the product, its version, licence and origin", () => {
    expect(document).toMatchObject({
      openapi: "3.1.0",
      info: { title: "Kagi", version: manifest.version, license: { identifier: "MIT" } },
      servers: [{ url: "https://kagi.example.com" }],
    });
  });

  test("names the origin that was asked when none is set", async () => {
    const other = createApp({ config: loadConfig({}) } as unknown as Kagi);
    const answer = await other.fetch(new Request("http://127.0.0.1:4711/api/openapi"), () => "127.0.0.1");
    expect(await answer.json()).toMatchObject({ servers: [{ url: "http://127.0.0.1:4711" }] });
  });

  test("has every operation that there is a route for, and no other", () => {
    const documentable = ({ method, path }: { method: string; path: string }) =>
      method !== "HEAD" && method !== "OPTIONS" && /^\/(api\/|healthz$|readyz$)/.test(path);
    const routes = app.routes.filter(documentable).map(({ method, path }) => `${method} ${path.replace(/\/$/, "")}`);
    expect(routes.length).toBeGreaterThan(20);
    expect([...operations.keys()].sort()).toEqual([...new Set(routes)].sort());
    expect([...operations.keys()].sort()).toEqual(table.map(([name]) => name).sort());
  });

  test("keeps its makers' words to itself", () => {
    const text = JSON.stringify(document);
    for (const word of [
      "x-problem",
      "x-name",
      '"$id"',
      "TypeBox",
      "unpkg",
      "jsdelivr",
      "multipart/form-data",
      "/generated",
    ]) {
      expect(text).not.toContain(word);
    }
  });

  test("is all that its maker adds to the server", async () => {
    for (const path of ["/swagger", "/swagger/json", "/generated", "/generated-page", "/api/generated"]) {
      const answer = await get(path);
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  test("defines nothing that it does not use, and uses nothing that it does not define", () => {
    const text = JSON.stringify(document);
    const used = new Set([...text.matchAll(/"#\/components\/([^"]+)"/g)].map(([, name]) => name));
    const defined = (["schemas", "headers"] as const).flatMap((kind) =>
      Object.keys(document.components[kind]).map((name) => `${kind}/${name}`),
    );
    expect([...used].sort()).toEqual(defined.sort());
  });

  test("names its schemas instead of repeating them", () => {
    const large: string[] = [];
    const walk = (node: unknown, at: string) => {
      if (typeof node !== "object" || node === null || at.endsWith("/examples") || at.endsWith("/example")) return;
      const { properties } = node as { properties?: object };
      if (properties !== undefined && Object.keys(properties).length > 2) large.push(at);
      for (const [key, value] of Object.entries(node)) walk(value, `${at}/${key}`);
    };
    walk(document.paths, "#");
    expect(large).toEqual([]);
  });

  test("explains its tags", () => {
    const used = new Set([...operations.values()].flatMap(({ tags }) => tags));
    expect(document.tags.map(({ name }) => name).sort()).toEqual([...used].sort());
    for (const { description } of document.tags) expect(description).toEndWith(".");
  });
});

describe("each operation", () => {
  test("has a name of its own, a summary, one tag and a description", () => {
    const ids = [...operations.values()].map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [name, row] of table) {
      const operation = at(name);
      expect(operation).toMatchObject({ summary: row.summary, tags: [row.tag] });
      expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/);
      expect(operation.description.length).toBeGreaterThan(5);
    }
  });

  test("says which scope or session it needs", () => {
    expect(Object.keys(document.components.securitySchemes).sort()).toEqual(["accessKey", "session"]);
    for (const [name, { access }] of table) {
      const { security, "x-required-scope": scope, description } = at(name);
      if (access === "public") expect([name, security]).toEqual([name, []]);
      else if (access === "session") expect([name, security]).toEqual([name, [{ session: [] }]]);
      else expect([name, security]).toEqual([name, [{ accessKey: [access] }, { session: [] }]]);
      expect([name, scope]).toEqual([name, access in SCOPES ? access : undefined]);
      if (scope !== undefined) expect(description).toContain(`\`${scope}\``);
    }
  });

  test("describes its parameters, each with a fitting example", () => {
    const problems = checker(document);
    for (const [name, { parameters = [] }] of operations) {
      const inPath = [...name.matchAll(/:(\w+)/g)].map(([, parameter]) => parameter as string);
      const described = parameters.filter((parameter) => parameter.in === "path").map((parameter) => parameter.name);
      expect([name, described]).toEqual([name, inPath]);
      for (const parameter of parameters) {
        expect(parameter.description.length, `${name} ${parameter.name}`).toBeGreaterThan(5);
        expect(parameter, `${name} ${parameter.name}`).toHaveProperty("example");
        expect(problems(parameter.schema, parameter.example)).toEqual([]);
      }
    }
  });

  test("pages when it is a list of things that grow", () => {
    for (const name of [
      "GET /api/categories",
      "GET /api/entries",
      "GET /api/envs",
      "GET /api/access-keys",
      "GET /api/audit",
    ]) {
      const { parameters = [], responses } = at(name);
      expect(parameters.map((parameter) => parameter.name)).toEqual(expect.arrayContaining(["limit", "cursor"]));
      expect(responses[200]?.headers).toHaveProperty("Link");
    }
  });

  test("takes JSON or nothing, or a form where its row says so, with examples", () => {
    for (const [name, { requestBody }] of operations) {
      if (requestBody === undefined) continue;
      const row = table.find(([known]) => known === name)?.[1];
      const type = row?.form ? "application/x-www-form-urlencoded" : "application/json";
      expect([name, Object.keys(requestBody.content)]).toEqual([name, [type]]);
      expect(Object.keys(requestBody.content[type]?.examples ?? {}).length, name).toBeGreaterThan(0);
    }
  });

  test("has one success, or two where it creates or replaces, with schema and example unless it is empty", () => {
    for (const [name, { responses }] of operations) {
      const successes = Object.keys(responses).filter((status) => Number(status) < 400);
      expect([name, successes.length]).toEqual([name, name === "POST /api/envs/:id/files" ? 2 : 1]);
      for (const status of successes) {
        const { content } = responses[status] ?? {};
        const isEmpty = status === "204" || status === "303";
        if (isEmpty) expect([name, content]).toEqual([name, undefined]);
        for (const { schema, examples } of Object.values(content ?? { none: { schema: undefined, examples: {} } })) {
          if (isEmpty) continue;
          expect(Object.keys(schema ?? {}).length, name).toBeGreaterThan(0);
          expect(Object.keys(examples ?? {}).length, name).toBeGreaterThan(0);
        }
      }
    }
  });

  test("has every failure that it can come to, by status and by code", () => {
    for (const [name, row] of table) {
      const { responses } = at(name);
      const found = Object.entries(responses).flatMap(([status, { content }]) =>
        isError(content?.["application/json"]?.schema)
          ? Object.entries(content?.["application/json"]?.examples ?? {}).map(([code, { value }]) => {
              expect([name, code, value]).toEqual([name, code, expect.objectContaining({ code })]);
              // Where a version is asked for, HTTP's own status says that it is another.
              const at = status === "412" && "conditional" in row ? 412 : statusOf(code as ErrorCode);
              expect([name, code, at]).toEqual([name, code, Number(status)]);
              return code;
            })
          : [],
      );
      expect([name, found.sort()]).toEqual([name, expected(name, row).sort()]);
    }
  });

  test("carries the headers that go with a status", () => {
    for (const [name, { responses }] of operations) {
      for (const [status, { headers = {}, content }] of Object.entries(responses)) {
        const where = `${name} ${status}`;
        for (const reference of Object.values(headers)) headerOf(document, reference);
        expect(headers, where).toHaveProperty("X-Request-Id");
        if (status === "405") expect(headers, where).toHaveProperty("Allow");
        if (status === "429") expect(headers, where).toHaveProperty("Retry-After");
        const codes = Object.keys(content?.["application/json"]?.examples ?? {});
        if (codes.includes("AUTH_REQUIRED")) expect(headers, where).toHaveProperty("WWW-Authenticate");
      }
    }
    expect(at("POST /api/auth/sign-in/email").responses[200]?.headers).toHaveProperty("Set-Cookie");
    expect(Object.keys(at("GET /api/export").responses[200]?.content ?? {})).toEqual([
      "text/plain",
      "application/json",
    ]);
  });
});

describe("each example", () => {
  test("of a body or an answer fits its schema", () => {
    const problems = checker(document);
    let seen = 0;
    for (const [name, { requestBody, responses }] of operations) {
      const contents = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)];
      for (const content of contents) {
        for (const { schema, examples } of Object.values(content ?? {})) {
          for (const [label, { value }] of Object.entries(examples ?? {})) {
            expect([name, label, problems(schema, value)]).toEqual([name, label, []]);
            seen += 1;
          }
        }
      }
    }
    expect(seen).toBeGreaterThan(100);
  });

  test("of a header fits its schema", () => {
    const problems = checker(document);
    for (const { schema, example } of Object.values(document.components.headers)) {
      expect(problems(schema, example)).toEqual([]);
    }
  });

  test("within a schema fits it, and every leaf has one", () => {
    const problems = checker(document);
    const bare: string[] = [];
    const walk = (schema: object, at: string) => {
      const { examples, properties, items, type, ...rest } = schema as Record<string, unknown>;
      const enumerated = "enum" in rest || "const" in rest || "$ref" in rest || "anyOf" in rest;
      if (Array.isArray(examples)) {
        for (const example of examples) expect([at, problems(schema, example)]).toEqual([at, []]);
      } else if (typeof type === "string" && !["object", "array"].includes(type) && !enumerated) bare.push(at);
      for (const [name, member] of Object.entries(properties ?? {})) walk(member as object, `${at}.${name}`);
      if (items !== undefined && examples === undefined) walk(items as object, `${at}[]`);
    };
    for (const [name, schema] of Object.entries(document.components.schemas)) walk(schema, name);
    expect(bare).toEqual([]);
  });

  test("is there for each code that the API can answer", () => {
    const text = JSON.stringify(document.paths);
    // Pages alone ask for a set-up token or a fresh proof; NOT_FOUND is the answer of a path that is no operation.
    const elsewhere = new Set<string>(["SETUP_TOKEN_REQUIRED", "FRESH_PROOF_REQUIRED", "NOT_FOUND"]);
    const missing = ERROR_CODES.filter((code) => !text.includes(`"code":"${code}"`) && !elsewhere.has(code));
    expect(missing).toEqual([]);
  });
});

function at(name: string): ApiOperation {
  const operation = operations.get(name);
  if (operation === undefined) throw new Error(`${name} is not in the document`);
  return operation;
}

function isError(schema: object | undefined): boolean {
  return JSON.stringify(schema) === '{"$ref":"#/components/schemas/Error"}';
}

function expected(name: string, { access, errors, notFound, conditional }: Operation): string[] {
  const codes = new Set<string>([...errors, "METHOD_NOT_ALLOWED", "INTERNAL_ERROR"]);
  if (notFound) codes.add(notFound);
  if (conditional) codes.add("CONFLICT");
  if (access !== "public") {
    for (const code of ["AUTH_REQUIRED", "AUTH_INVALID_KEY", "AUTH_ADDRESS_NOT_ALLOWED"]) codes.add(code);
  }
  if (access === "session") codes.add("AUTH_SESSION_REQUIRED");
  if (access in SCOPES) codes.add("AUTH_SCOPE_REQUIRED");
  if (!name.startsWith("GET ")) {
    for (const code of ["VALIDATION_ERROR", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "CROSS_ORIGIN"])
      codes.add(code);
  }
  return [...codes];
}
