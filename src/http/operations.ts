import type { ErrorCode } from "../errors.ts";
import type { Scope } from "../scopes.ts";

/** How a request proves who it is for: a scope, a browser session only, or nothing at all. */
export type Access = Scope | "session" | "public";

export type Operation = Readonly<{
  access: Access;
  tag:
    | "Categories"
    | "Entries"
    | "2FA"
    | "Env files"
    | "Access keys"
    | "Account"
    | "Stats"
    | "Export"
    | "AI"
    | "Description"
    | "Health";
  summary: string;
  description?: string;
  /** What the operation may answer besides what every operation may (401, 403, 405, 413, 500 as they apply). */
  errors: readonly ErrorCode[];
  /** The code of the 404 for the id in the path. */
  notFound?: ErrorCode;
  /** It may be asked for on the condition of a version, by `If-Match` or `If-None-Match`: 412 when that is another. */
  conditional?: true;
  /** Its body is a form and no JSON. */
  form?: true;
}>;

/**
 * Every operation of the JSON API, by method and path. Guards, OpenAPI and the tests read this one
 * table; a route that is not in it does not start.
 */
export const OPERATIONS = {
  "GET /api/categories": {
    access: "categories:read",
    tag: "Categories",
    summary: "List categories",
    errors: ["VALIDATION_ERROR"],
  },
  "POST /api/categories": {
    access: "categories:write",
    tag: "Categories",
    summary: "Create a category",
    errors: ["VALIDATION_ERROR", "CATEGORY_SIMPLE_REQUIRES_ENV_VAR", "CONFLICT"],
  },
  "GET /api/categories/:id": {
    access: "categories:read",
    tag: "Categories",
    summary: "Get a category",
    errors: [],
    notFound: "CATEGORY_NOT_FOUND",
  },
  "PUT /api/categories/:id": {
    access: "categories:write",
    tag: "Categories",
    summary: "Change a category",
    description: "Only the members that are sent change. `keyType` cannot change once the category has entries.",
    errors: ["VALIDATION_ERROR", "CATEGORY_SIMPLE_REQUIRES_ENV_VAR", "CONFLICT"],
    notFound: "CATEGORY_NOT_FOUND",
  },
  "DELETE /api/categories/:id": {
    access: "categories:write",
    tag: "Categories",
    summary: "Delete a category and its entries",
    errors: [],
    notFound: "CATEGORY_NOT_FOUND",
  },
  "GET /api/entries": {
    access: "entries:read",
    tag: "Entries",
    summary: "List entries",
    description: "Never the value, its ciphertext or its length.",
    errors: ["VALIDATION_ERROR"],
  },
  "POST /api/entries": {
    access: "entries:write",
    tag: "Entries",
    summary: "Create an entry",
    errors: ["VALIDATION_ERROR", "CATEGORY_NOT_FOUND", "CONFLICT"],
  },
  "GET /api/entries/project-names": {
    access: "entries:read",
    tag: "Entries",
    summary: "List the distinct names of entries",
    errors: [],
  },
  "GET /api/entries/:id": {
    access: "entries:read",
    tag: "Entries",
    summary: "Get an entry",
    errors: [],
    notFound: "ENTRY_NOT_FOUND",
  },
  "PUT /api/entries/:id": {
    access: "entries:write",
    tag: "Entries",
    summary: "Change an entry",
    description: "Only the members that are sent change; `null` clears a nullable one.",
    errors: ["VALIDATION_ERROR", "CATEGORY_NOT_FOUND", "CONFLICT"],
    notFound: "ENTRY_NOT_FOUND",
  },
  "DELETE /api/entries/:id": {
    access: "entries:write",
    tag: "Entries",
    summary: "Delete an entry",
    errors: [],
    notFound: "ENTRY_NOT_FOUND",
  },
  "POST /api/entries/:id/reveal": {
    access: "entries:reveal",
    tag: "Entries",
    summary: "Reveal the value of an entry",
    description: "`value` is a string, for `group` an object of strings. Each reveal is written to the audit trail.",
    errors: [],
    notFound: "ENTRY_NOT_FOUND",
  },
  "GET /api/2fa": {
    access: "2fa:read",
    tag: "2FA",
    summary: "List second factors",
    description: "Never a secret or a code.",
    errors: ["VALIDATION_ERROR"],
  },
  "POST /api/2fa": {
    access: "2fa:write",
    tag: "2FA",
    summary: "Create a second factor",
    description:
      "With `secret`, `recoveryCodes` or both. Where `secret` is a whole `otpauth://totp/…` link, `service`, `accountName`, `algorithm`, `digits` and `period` may be left to it.",
    errors: ["VALIDATION_ERROR"],
  },
  "GET /api/2fa/:id": {
    access: "2fa:read",
    tag: "2FA",
    summary: "Get a second factor",
    errors: [],
    notFound: "TWO_FACTOR_NOT_FOUND",
  },
  "PUT /api/2fa/:id": {
    access: "2fa:write",
    tag: "2FA",
    summary: "Change a second factor",
    description:
      "Only the members that are sent change; `null` clears a nullable one. A link as the `secret` brings its own names and parameters where none are sent. `recoveryCodes` is the whole new set: a code that stays keeps its state.",
    errors: ["VALIDATION_ERROR"],
    notFound: "TWO_FACTOR_NOT_FOUND",
  },
  "DELETE /api/2fa/:id": {
    access: "2fa:write",
    tag: "2FA",
    summary: "Delete a second factor and its recovery codes",
    errors: [],
    notFound: "TWO_FACTOR_NOT_FOUND",
  },
  "POST /api/2fa/:id/reveal": {
    access: "2fa:reveal",
    tag: "2FA",
    summary: "Reveal the one-time code of this moment",
    description:
      "RFC 6238. `remainingSeconds` and `code` are of one reading of the server's clock. Each reveal is written to the audit trail.",
    errors: ["TWO_FACTOR_NO_SECRET"],
    notFound: "TWO_FACTOR_NOT_FOUND",
  },
  "POST /api/2fa/:id/recovery-codes/reveal": {
    access: "2fa:reveal",
    tag: "2FA",
    summary: "Take the next unused recovery code",
    description:
      "Hands a code out once: however many requests race, each gets another one. Each is written to the audit trail.",
    errors: ["NO_RECOVERY_CODES_LEFT"],
    notFound: "TWO_FACTOR_NOT_FOUND",
  },
  "GET /api/envs": {
    access: "envs:read",
    tag: "Env files",
    summary: "List env projects",
    errors: ["VALIDATION_ERROR"],
  },
  "POST /api/envs": {
    access: "envs:write",
    tag: "Env files",
    summary: "Create an env project",
    errors: ["VALIDATION_ERROR", "CONFLICT"],
  },
  "GET /api/envs/:id": {
    access: "envs:read",
    tag: "Env files",
    summary: "Get an env project and which files it has",
    description: "Never a file's content, its ciphertext or its length.",
    errors: [],
    notFound: "ENV_PROJECT_NOT_FOUND",
  },
  "PUT /api/envs/:id": {
    access: "envs:write",
    tag: "Env files",
    summary: "Change an env project",
    description: "Only the members that are sent change; `null` clears a nullable one.",
    errors: ["VALIDATION_ERROR", "CONFLICT"],
    notFound: "ENV_PROJECT_NOT_FOUND",
  },
  "DELETE /api/envs/:id": {
    access: "envs:write",
    tag: "Env files",
    summary: "Delete an env project and its files",
    errors: [],
    notFound: "ENV_PROJECT_NOT_FOUND",
  },
  "POST /api/envs/:id/files": {
    access: "envs:write",
    tag: "Env files",
    summary: "Create a file of an env project, or replace its content",
    description:
      "201 when the project had no such file, 200 when it had. The content is kept byte for byte, what it replaces among the last 20 versions; the content that the file has already makes no new one. Of two who save at once the later wins, unless `If-Match` says which version is to be replaced, or `If-None-Match: *` that there must be none.",
    errors: ["VALIDATION_ERROR"],
    notFound: "ENV_PROJECT_NOT_FOUND",
    conditional: true,
  },
  "DELETE /api/envs/:id/files/:fileId": {
    access: "envs:write",
    tag: "Env files",
    summary: "Delete a file and its earlier versions",
    errors: ["ENV_FILE_NOT_FOUND"],
    notFound: "ENV_PROJECT_NOT_FOUND",
    conditional: true,
  },
  "POST /api/envs/:id/files/:fileId/reveal": {
    access: "envs:reveal",
    tag: "Env files",
    summary: "Reveal the content of a file",
    description: "`ETag` is the version, for the `If-Match` of a save. Each reveal is written to the audit trail.",
    errors: ["ENV_FILE_NOT_FOUND"],
    notFound: "ENV_PROJECT_NOT_FOUND",
  },
  "GET /api/stats": { access: "stats:read", tag: "Stats", summary: "Count what is in the vault", errors: [] },
  "GET /api/export": {
    access: "export:read",
    tag: "Export",
    summary: "Export values as .env text",
    description:
      "All `simple` and `group` entries, ordered by category, entry and environment; `ssh` and `json` are left out. With `Accept: application/json` the answer also names the keys that are not portable.",
    errors: ["VALIDATION_ERROR", "CONFLICT"],
  },
  "POST /api/ai/extract": {
    access: "ai:extract",
    tag: "AI",
    summary: "Assemble a .env file from a prompt",
    description:
      "A language model that sees names and never values chooses what the prompt asks for; without one configured the names are matched here. Values come from the vault, new secrets from the system's random source. A variable is written once: what else would fit is among `alternatives`. As text, what was left out is said in comments. May take as long as the model does. Each value is written to the audit trail.",
    errors: ["VALIDATION_ERROR", "AI_EXTRACTION_FAILED", "AI_NOT_CONFIGURED"],
  },
  "GET /api/access-keys": {
    access: "session",
    tag: "Access keys",
    summary: "List access keys",
    errors: ["VALIDATION_ERROR"],
  },
  "POST /api/access-keys": {
    access: "session",
    tag: "Access keys",
    summary: "Create an access key",
    description: "The answer is the only one that ever holds the key itself.",
    errors: ["VALIDATION_ERROR"],
  },
  "DELETE /api/access-keys/:id": {
    access: "session",
    tag: "Access keys",
    summary: "Revoke an access key",
    errors: [],
    notFound: "ACCESS_KEY_NOT_FOUND",
  },
  "DELETE /api/account/data": {
    access: "session",
    tag: "Account",
    summary: "Delete everything in the vault",
    description:
      "Categories, entries, second factors, env projects and access keys of the signed-in person. The account itself, its sessions and the audit trail stay.",
    errors: ["VALIDATION_ERROR"],
  },
  "POST /api/auth/sign-in/email": {
    access: "public",
    tag: "Account",
    summary: "Sign in with e-mail and password",
    errors: ["VALIDATION_ERROR", "AUTH_INVALID_CREDENTIALS", "EMAIL_PASSWORD_DISABLED", "RATE_LIMITED", "CROSS_ORIGIN"],
  },
  "GET /api/auth/keycloak": {
    access: "public",
    tag: "Account",
    summary: "Sign in through Keycloak",
    description:
      "For browsers: leads to the realm's own page, and from there to the callback. OpenID Connect's code flow with PKCE, state and nonce. What goes wrong is a page for whoever accepts `text/html`.",
    errors: ["VALIDATION_ERROR", "RATE_LIMITED", "KEYCLOAK_FAILED", "KEYCLOAK_NOT_CONFIGURED"],
  },
  "GET /api/auth/callback/keycloak": {
    access: "public",
    tag: "Account",
    summary: "Come back from Keycloak",
    description:
      "The redirect URI of the realm's client. Good once, within ten minutes, for the browser that set out; then it has a session and is led on. Parameters that are not listed are ignored.",
    errors: [
      "VALIDATION_ERROR",
      "KEYCLOAK_STATE_INVALID",
      "KEYCLOAK_REFUSED",
      "KEYCLOAK_FAILED",
      "KEYCLOAK_NOT_CONFIGURED",
    ],
  },
  "POST /api/auth/backchannel-logout/keycloak": {
    access: "public",
    tag: "Account",
    summary: "End the sessions that Keycloak says are over",
    description:
      "Keycloak's own to call (OpenID Connect Back-Channel Logout 1.0): the realm's client has it as its backchannel logout URL. The signed token is good once.",
    errors: ["VALIDATION_ERROR", "KEYCLOAK_FAILED", "KEYCLOAK_NOT_CONFIGURED"],
    form: true,
  },
  "POST /api/auth/sign-out": { access: "session", tag: "Account", summary: "Sign out", errors: [] },
  "GET /api/auth/session": { access: "session", tag: "Account", summary: "Who is signed in", errors: [] },
  "GET /api/openapi": {
    access: "public",
    tag: "Description",
    summary: "This document",
    errors: [],
  },
  "GET /api/docs": {
    access: "public",
    tag: "Description",
    summary: "This document as an interactive page",
    errors: [],
  },
  "GET /healthz": { access: "public", tag: "Health", summary: "Whether the process is up", errors: [] },
  "GET /readyz": {
    access: "public",
    tag: "Health",
    summary: "Whether the database answers and the encryption key fits it",
    errors: [],
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

export function operation(method: string, path: string): Operation | undefined {
  return (OPERATIONS as Record<string, Operation>)[`${method} ${path}`];
}
