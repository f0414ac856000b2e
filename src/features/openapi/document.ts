import { type AnyElysia, Elysia } from "elysia";
import manifest from "../../../package.json" with { type: "json" };
import {
  AI_FAILURES,
  ERROR_CODES,
  type ErrorCode,
  type ErrorDetails,
  KEYCLOAK_FAILURES,
  KEYCLOAK_REFUSALS,
  messageOf,
  PRECONDITION_FAILED,
  statusOf,
} from "../../errors.ts";
import { sessionCookieName } from "../../http/cookies.ts";
import { type Operation, type OperationName, operation } from "../../http/operations.ts";
import type { Kagi } from "../../kagi.ts";
import { BODY_MIB, VALUE_MIB } from "../../limits.ts";
import { SCOPES, type Scope } from "../../scopes.ts";
import { DETAILS, type Detail, type Examples } from "./details.ts";
import { type Json, type NameOf, namedSchemas, publicSchema, schemaNames } from "./schemas.ts";

/**
 * The OpenAPI document. `@elysiajs/swagger` reads paths, parameters, bodies and answers from the routes themselves; what
 * it cannot know (access, failures, examples, headers) comes from the table of operations and from `details.ts`; what it
 * gets wrong is put right here and nowhere else.
 */
export async function describeApi(kagi: Kagi, routes: AnyElysia): Promise<Json> {
  const generated = await generate(routes);
  const nameOf = schemaNames();
  const paths: Record<string, Json> = {};
  for (const [path, methods] of Object.entries(generated)) {
    const described = Object.entries(methods).flatMap(([method, found]) => {
      const name = `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}` as OperationName;
      const row = operation(method.toUpperCase(), name.slice(name.indexOf(" ") + 1));
      return row === undefined ? [] : [[method, describeOperation(name, row, found, nameOf)] as const];
    });
    if (described.length > 0) paths[path] = Object.fromEntries(described);
  }
  return {
    openapi: "3.1.0",
    info: INFO,
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: { Error: ERROR_SCHEMA, ...namedSchemas(nameOf) },
      headers: HEADERS,
      securitySchemes: securitySchemes(kagi),
    },
  };
}

type Generated = Readonly<{
  parameters?: readonly Json[];
  requestBody?: Readonly<{ content: Readonly<Record<string, { schema: unknown }>> }>;
  responses: Readonly<Record<string, { description?: string; content?: Record<string, { schema: unknown }> }>>;
}>;

/** What the plugin makes of the routes. Its own routes, with a page from a CDN, exist only in here. */
async function generate(routes: AnyElysia): Promise<Record<string, Record<string, Generated>>> {
  // 30 ms to load, which nobody should pay who does not ask for the document.
  const { swagger } = await import("@elysiajs/swagger");
  const path = "/generated";
  const describer = new Elysia().use(routes).use(swagger({ path: `${path}-page`, specPath: path }));
  const answer = await describer.handle(new Request(`http://localhost${path}`));
  return ((await answer.json()) as { paths: Record<string, Record<string, Generated>> }).paths;
}

function describeOperation(name: OperationName, row: Operation, found: Generated, nameOf: NameOf): Json {
  const detail = DETAILS[name];
  if (detail === undefined) throw new Error(`${name} has no details for the document`);
  const description = [row.description, accessWords(row)].filter(Boolean).join("\n\n");
  const parameters = [
    ...(found.parameters ?? []).map((parameter) => describeParameter(parameter, row, nameOf)),
    ...(row.conditional ? CONDITIONS : []),
  ];
  const mediaType = row.form ? "application/x-www-form-urlencoded" : "application/json";
  const body = found.requestBody?.content[mediaType];
  return {
    tags: [row.tag],
    operationId: detail.operationId,
    summary: row.summary,
    description,
    ...(parameters.length > 0 ? { parameters } : {}),
    // The plugin describes each body as JSON, as a form and as plain text; an operation takes one of them.
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              [mediaType]: { schema: publicSchema(body.schema, nameOf), examples: detail.request ?? {} },
            },
          },
        }),
    responses: { ...describeAnswers(detail, found, nameOf), ...describeFailures(name, row, detail) },
    security: securityOf(row),
    ...(isScope(row.access) ? { "x-required-scope": row.access } : {}),
  };
}

function describeParameter(parameter: Json, row: Operation, nameOf: NameOf): Json {
  const { examples, schema, name, description, required } = parameter;
  const common = { name, in: parameter.in, required };
  if (parameter.in === "path") {
    const noun = row.notFound?.replace("_NOT_FOUND", "").toLowerCase().replaceAll("_", " ");
    return {
      ...common,
      description: name === "fileId" ? "The id of the file" : `The id of the ${noun}`,
      schema: { type: "string", format: "uuid" },
      example: "01936f5e-6f2c-7c3a-9d51-0242ac120002",
    };
  }
  const { description: _, examples: __, ...type } = publicSchema(schema, nameOf);
  return {
    ...common,
    description,
    schema: type,
    // The plugin puts the schema's list of examples where OpenAPI has a map of them.
    ...(Array.isArray(examples) ? { example: examples[0] } : {}),
  };
}

function describeAnswers(detail: Detail, found: Generated, nameOf: NameOf): Json {
  return Object.fromEntries(
    Object.entries(found.responses).map(([status, { description, content = {} }]) => {
      const success = Number(status) < 400;
      const examples = success ? detail.answer : detail.otherAnswers?.[Number(status)];
      const { mediaType, text } = (success && detail.text) || {};
      const described: Json = {
        ...(mediaType === undefined ? {} : { [mediaType]: { schema: { type: "string" }, examples: text } }),
        ...Object.fromEntries(
          Object.entries(content).map(([type, { schema }]) => [
            type,
            { schema: publicSchema(schema, nameOf), examples },
          ]),
        ),
      };
      return [
        status,
        {
          description: description ?? "Done",
          headers: headersOf(success ? detail.headers : {}),
          ...(Object.keys(described).length > 0 ? { content: described } : {}),
        },
      ];
    }),
  );
}

/** Each error status with the codes that stand behind it, and an example for every code. */
function describeFailures(name: OperationName, row: Operation, detail: Detail): Json {
  const failures = [...new Set(failuresOf(name, row))].map((code) => ({
    code,
    at: statusOf(code),
    means: MEANINGS[code],
  }));
  if (row.conditional) failures.push({ code: "CONFLICT", at: PRECONDITION_FAILED, means: UNMET });
  const statuses = [...new Set(failures.map(({ at }) => at))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => {
      const meant = failures.filter(({ at }) => at === status);
      const behind = meant.map(({ code }) => code);
      const examples: Examples = Object.fromEntries(
        meant.map(({ code, means }) => [
          code,
          { summary: means.replaceAll("`", ""), value: failure(code, row, detail) },
        ]),
      );
      const described = {
        description: meant.map(({ code, means }) => `\`${code}\`: ${means}`).join("\n\n"),
        headers: headersOf({
          ...(behind.includes("AUTH_REQUIRED") ? { "WWW-Authenticate": "Challenge" } : {}),
          ...(behind.includes("METHOD_NOT_ALLOWED") ? { Allow: "Allow" } : {}),
          ...(behind.includes("RATE_LIMITED") ? { "Retry-After": "RetryAfter" } : {}),
        }),
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" }, examples } },
      };
      return [String(status), described];
    }),
  );
}

function failuresOf(name: OperationName, { access, errors, notFound }: Operation): ErrorCode[] {
  // A body is read, and refused, wherever the method may have one, whether the operation wants it or not.
  const unsafe = !name.startsWith("GET ");
  return [
    ...errors,
    ...(unsafe ? (["VALIDATION_ERROR", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "CROSS_ORIGIN"] as const) : []),
    ...(access === "public" ? [] : (["AUTH_REQUIRED", "AUTH_INVALID_KEY", "AUTH_ADDRESS_NOT_ALLOWED"] as const)),
    ...(access === "session" ? (["AUTH_SESSION_REQUIRED"] as const) : []),
    ...(isScope(access) ? (["AUTH_SCOPE_REQUIRED"] as const) : []),
    ...(notFound === undefined ? [] : [notFound]),
    "METHOD_NOT_ALLOWED",
    "INTERNAL_ERROR",
  ];
}

function failure(code: ErrorCode, row: Operation, detail: Detail): Json {
  const { error = messageOf(code), ...own } = detail.failures?.[code] ?? {};
  const general: ErrorDetails =
    code === "AUTH_SCOPE_REQUIRED" && isScope(row.access)
      ? { requiredScope: row.access }
      : code === "RATE_LIMITED"
        ? { retryAfter: 30 }
        : code === "CATEGORY_SIMPLE_REQUIRES_ENV_VAR"
          ? { field: "envVarName" }
          : code === "AI_EXTRACTION_FAILED"
            ? { reason: "timeout" }
            : code === "KEYCLOAK_FAILED"
              ? { reason: "unreachable" }
              : code === "KEYCLOAK_REFUSED"
                ? { reason: "role" }
                : {};
  return { error, code, ...general, ...own };
}

function headersOf(names: Readonly<Record<string, string>> = {}): Json {
  return Object.fromEntries(
    Object.entries({ ...names, "X-Request-Id": "RequestId" }).map(([header, name]) => [
      header,
      { $ref: `#/components/headers/${name}` },
    ]),
  );
}

function securityOf({ access }: Operation): Json[] {
  if (access === "public") return [];
  return access === "session" ? [{ session: [] }] : [{ accessKey: [access] }, { session: [] }];
}

function accessWords({ access }: Operation): string {
  if (access === "public") return "Open to everybody.";
  return access === "session" ? "A browser session only; no access key may." : `Scope: \`${access}\`.`;
}

function isScope(access: Operation["access"]): access is Scope {
  return access in SCOPES;
}

const INFO = {
  title: "Kagi",
  version: manifest.version,
  summary: "A self-hosted, encrypted vault for developers' keys",
  description: `JSON in and out, UTF-8, no envelope: a list is a bare array, an item a bare object. Ids are UUIDs, times are ISO 8601
in UTC with milliseconds. Every answer carries \`X-Request-Id\` and \`Cache-Control: no-store\`.

## Who is asking
- **Access key**: \`Authorization: Bearer kagi_…\`. It may do what its scopes allow; each operation names the one it needs.
  It may be limited to addresses, and to one project or environment: what lies beyond answers like what is not there.
- **Browser session**: the cookie of a sign-in. It may do everything. Unsafe requests from another origin are refused.

A bad \`Authorization\` header never falls back to the cookie. What belongs to somebody else answers like what is not there.

## Lists
Whole and newest first, unless the operation says otherwise. With \`limit\`, and when more remains, the header
\`Link: <…>; rel="next"\` leads on.

## Changes
\`PUT\` changes only the members that are sent; \`null\` clears. A member or query parameter that is not known is a 400 that
names it. A body is at most ${BODY_MIB} MiB, a secret value at most ${VALUE_MIB} MiB.

## Errors
Always \`{"error": "for people", "code": "FOR_PROGRAMS"}\`, with \`field\`, \`requiredScope\`, \`retryAfter\` or \`keys\` where
they apply. No error repeats what was sent.

## Secrets
A value leaves the server only by a \`reveal\` operation, by the export, and, for an access key, in the answer that creates it.`,
  license: { name: "MIT", identifier: "MIT" },
} as const;

const TAGS: Readonly<Record<Operation["tag"], string>> = {
  Categories: "What kinds of credentials there are: a service, its type of key and the names of its variables.",
  Entries: "The credentials themselves, by project and environment. Values are encrypted; only a reveal reads them.",
  "2FA":
    "Second factors: authenticator secrets, which give one-time codes, and recovery codes, each of which works once.",
  "Env files":
    "Whole `.env` files by project, kept byte for byte with their earlier versions, and encrypted like values.",
  "Access keys": "Bearer keys for scripts, each with its scopes, and where asked for with limits.",
  Account: "Signing in and out, sessions, and emptying the vault.",
  "Sign-in factors": "How you sign in to your own account: authenticator app, passkeys and recovery codes.",
  Stats: "Counts of what is in the vault.",
  Export: "Values as `.env` text.",
  Audit: "Who did what, and when.",
  AI: "`.env` files from a sentence, with a model that sees names and never values.",
  Description: "This document and its page.",
  Health: "For whoever watches the process.",
};

/** The headers that a request may make itself conditional by (RFC 9110, 13.1). */
const CONDITIONS = [
  {
    name: "If-Match",
    in: "header",
    required: false,
    description: "Only if the file is of this version, as `ETag` told it; `*` for any that is there",
    schema: { type: "string" },
    example: '"3"',
  },
  {
    name: "If-None-Match",
    in: "header",
    required: false,
    description: "`*`: only if there is no such file yet",
    schema: { type: "string", enum: ["*"] },
    example: "*",
  },
] as const;

const UNMET = "The file is not as `If-Match` or `If-None-Match` asks; nothing was changed";

/** What a code tells a programmer, at every operation. */
const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  VALIDATION_ERROR: "The request is not valid; `field` names what is wrong",
  CATEGORY_SIMPLE_REQUIRES_ENV_VAR: "A `simple` category needs `envVarName`",
  AUTH_REQUIRED: "There are no credentials",
  AUTH_INVALID_KEY: "The access key is unknown, revoked or expired",
  AUTH_INVALID_CREDENTIALS: "The e-mail or the password is wrong",
  AUTH_SCOPE_REQUIRED: "The access key lacks the scope that `requiredScope` names",
  AUTH_SESSION_REQUIRED: "An access key cannot do this, a browser session can",
  AUTH_ADDRESS_NOT_ALLOWED: "The access key is limited to addresses, and this request comes from another",
  AUTH_KEY_LIMITED: "The access key is limited to one project or environment, and this would get out of it",
  SECOND_FACTOR_REQUIRED: "The password is right, and the account has a second factor: send `code` as well",
  SECOND_FACTOR_INVALID: "The code is wrong, or was used before",
  PASSKEY_INVALID: "The passkey is unknown, or what it signed is not what it was asked to",
  FRESH_PROOF_REQUIRED: "The sign-in or the last proof is too long ago: `POST /api/auth/confirm` first",
  CROSS_ORIGIN: "A browser sent this from another origin",
  EMAIL_PASSWORD_DISABLED: "The operator has switched this off; people sign in through Keycloak",
  KEYCLOAK_STATE_INVALID: "This way to Keycloak was not begun by this browser, has been used, or took too long",
  KEYCLOAK_REFUSED: "Keycloak or this vault does not let the person in; `reason` says why",
  SETUP_TOKEN_REQUIRED: "The set-up token is missing or wrong",
  CATEGORY_NOT_FOUND: "There is no such category, or it is not yours",
  ENTRY_NOT_FOUND: "There is no such entry, or it is not yours",
  TWO_FACTOR_NOT_FOUND: "There is no such second factor, or it is not yours",
  ENV_PROJECT_NOT_FOUND: "There is no such env project, or it is not yours",
  ENV_FILE_NOT_FOUND: "The project has no such file",
  ACCESS_KEY_NOT_FOUND: "There is no such access key, or it is not yours",
  SESSION_NOT_FOUND: "There is no such session, or it is not yours",
  PASSKEY_NOT_FOUND: "There is no such passkey, or it is not yours",
  NOT_FOUND: "There is no such path",
  METHOD_NOT_ALLOWED: "The path is known, but not with that method",
  CONFLICT: "What is asked does not go with what there is",
  TWO_FACTOR_NO_SECRET: "There are recovery codes only, and no secret to make one-time codes with",
  NO_RECOVERY_CODES_LEFT: "There are no recovery codes, or all are used",
  PASSKEYS_UNAVAILABLE:
    "Browsers have passkeys at https, or at `localhost` by that name, and this server is at neither",
  PAYLOAD_TOO_LARGE: messageOf("PAYLOAD_TOO_LARGE"),
  UNSUPPORTED_MEDIA_TYPE: "The body is not declared as what the operation takes",
  RATE_LIMITED: "Too many attempts; `retryAfter` says for how many seconds",
  INTERNAL_ERROR: "Something broke; the request id leads to the line in the server's log",
  AI_EXTRACTION_FAILED: "The language model could not be asked, or gave no answer that can be used; `reason` says why",
  KEYCLOAK_FAILED: "Keycloak could not be asked, or its answer was not to be believed; `reason` says why",
  KEYCLOAK_NOT_CONFIGURED: "The server knows no Keycloak",
  AI_NOT_CONFIGURED: "The server has AI switched off",
};

const ERROR_SCHEMA = {
  type: "object",
  description: "What went wrong. More members may follow.",
  required: ["error", "code"],
  properties: {
    error: { type: "string", description: "For people", examples: ["name is required"] },
    code: { type: "string", description: "For programs", enum: ERROR_CODES, examples: ["VALIDATION_ERROR"] },
    field: { type: "string", description: "Dotted path of the member that is wrong", examples: ["value.AWS_REGION"] },
    requiredScope: { $ref: "#/components/schemas/Scope", description: "The scope that the access key lacks" },
    retryAfter: { type: "integer", minimum: 0, description: "Seconds until another attempt", examples: [30] },
    keys: {
      type: "array",
      items: { type: "string" },
      description: "Variables that cannot be written as asked",
      examples: [["DB_PASSWORD"]],
    },
    reason: {
      type: "string",
      enum: [...new Set([...AI_FAILURES, ...KEYCLOAK_FAILURES, ...KEYCLOAK_REFUSALS])],
      description: "Why the language model, or Keycloak, was of no help",
      examples: ["timeout"],
    },
  },
} as const;

const header = (description: string, example: string, schema: Json = { type: "string" }) => ({
  description,
  required: true,
  schema,
  example,
});

const HEADERS = {
  RequestId: header("Leads to this request in the server's log", "01936f64-0a1b-7c2d-8e3f-0242ac120002", {
    type: "string",
    format: "uuid",
  }),
  Challenge: header("How to authenticate", "Bearer"),
  Allow: header("The methods that this path knows", "GET, HEAD, POST"),
  RetryAfter: {
    ...header("Seconds until another attempt is worth making", "30"),
    schema: { type: "integer", minimum: 0 },
    example: 30,
  },
  NextPage: {
    ...header(
      "Where the list goes on (RFC 8288); absent at its end",
      '<http://localhost:3000/api/entries?limit=100&cursor=01936f60-1a2b-7d4e-8f90-0242ac120002>; rel="next"',
    ),
    required: false,
  },
  Download: {
    ...header("The name to save the text by; absent from JSON", 'attachment; filename="kagi-export.env"'),
    required: false,
  },
  Version: header("The version of the file, for `If-Match`", '"3"'),
  Location: header("Where the browser goes on", "https://id.example.com/realms/team/protocol/openid-connect/auth?…"),
  VisitCookie: header(
    "What binds the way to this browser",
    "kagi_keycloak_0123456789abcdef=…; Path=/; Max-Age=600; HttpOnly; SameSite=Lax",
  ),
  SessionCookie: header(
    "The session, for the browser to keep or to forget",
    "kagi_session=…; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax",
  ),
} as const;

function securitySchemes(kagi: Kagi): Json {
  return {
    accessKey: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "kagi_<43 characters of base64url>",
      description: `An access key, from Settings → Access keys. Its scopes:\n\n${Object.entries(SCOPES)
        .map(([scope, meaning]) => `- \`${scope}\`: ${meaning}`)
        .join("\n")}`,
    },
    session: {
      type: "apiKey",
      in: "cookie",
      name: sessionCookieName(kagi.config),
      description: "The cookie of a sign-in, which a browser sends by itself. It may do everything.",
    },
  };
}
