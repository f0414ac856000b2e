import type { ErrorCode } from "../errors.ts";
import { PROOF_MINUTES, VISIT_MINUTES } from "../limits.ts";
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
    | "Sign-in factors"
    | "Stats"
    | "Export"
    | "Audit"
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
    errors: ["VALIDATION_ERROR", "CATEGORY_NOT_FOUND", "CONFLICT", "AUTH_KEY_LIMITED"],
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
    errors: ["VALIDATION_ERROR", "CATEGORY_NOT_FOUND", "CONFLICT", "AUTH_KEY_LIMITED"],
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
    description: "A project is of every environment: a key that is limited to one makes, changes and deletes none.",
    errors: ["VALIDATION_ERROR", "CONFLICT", "AUTH_KEY_LIMITED"],
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
    errors: ["VALIDATION_ERROR", "CONFLICT", "AUTH_KEY_LIMITED"],
    notFound: "ENV_PROJECT_NOT_FOUND",
  },
  "DELETE /api/envs/:id": {
    access: "envs:write",
    tag: "Env files",
    summary: "Delete an env project and its files",
    errors: ["AUTH_KEY_LIMITED"],
    notFound: "ENV_PROJECT_NOT_FOUND",
  },
  "POST /api/envs/:id/files": {
    access: "envs:write",
    tag: "Env files",
    summary: "Create a file of an env project, or replace its content",
    description:
      "201 when the project had no such file, 200 when it had. The content is kept byte for byte, what it replaces among the last 20 versions; the content that the file has already makes no new one. Of two who save at once the later wins, unless `If-Match` says which version is to be replaced, or `If-None-Match: *` that there must be none. A key for one environment reaches the file that is named after it; `env` and `env.local` are of all of them.",
    errors: ["VALIDATION_ERROR", "AUTH_KEY_LIMITED"],
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
    description: `All \`simple\` and \`group\` entries, ordered by category, entry and environment; \`ssh\` and \`json\` are left out. With \`Accept: application/json\` the answer also names the keys that are not portable. A session, other than an access key, needs a sign-in or a proof (\`POST /api/auth/confirm\`) of the last ${PROOF_MINUTES} minutes.`,
    errors: ["VALIDATION_ERROR", "CONFLICT", "FRESH_PROOF_REQUIRED"],
  },
  "POST /api/ai/extract": {
    access: "ai:extract",
    tag: "AI",
    summary: "Assemble a .env file from a prompt",
    description:
      "A language model that sees names and never values chooses what the prompt asks for; without one configured the names are matched here. Values come from the vault, new secrets from the system's random source. A variable is written once: what else would fit is among `alternatives`. As text, what was left out is said in comments. May take as long as the model does. Each value is written to the audit trail.",
    errors: ["VALIDATION_ERROR", "AI_EXTRACTION_FAILED", "AI_NOT_CONFIGURED"],
  },
  "GET /api/audit": {
    access: "audit:read",
    tag: "Audit",
    summary: "List what was done in the vault",
    description:
      "Newest first. What was done by, for, or in the name of the person whose credential asks, with each event's place in the chain that `kagi audit verify` follows. Never a value. Asking is not itself written down.",
    errors: ["VALIDATION_ERROR"],
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
    description: `The answer is the only one that ever holds the key itself. \`addresses\` are where it may be used from. With \`project\`, \`environment\` or both it reaches entries and env files of those alone; scopes that have no such end are refused for it. Wants a sign-in or a proof (\`POST /api/auth/confirm\`) of the last ${PROOF_MINUTES} minutes.`,
    errors: ["VALIDATION_ERROR", "FRESH_PROOF_REQUIRED"],
  },
  "POST /api/access-keys/:id/rotate": {
    access: "session",
    tag: "Access keys",
    summary: "Replace an access key by a new one",
    description: `The new key has the name, scopes, limits and lifetime of the old one, which ends at \`endsAt\`: at once unless it is sent, and never later than it would have ended anyway. A key is replaced once. Wants a sign-in or a proof (\`POST /api/auth/confirm\`) of the last ${PROOF_MINUTES} minutes.`,
    errors: ["VALIDATION_ERROR", "CONFLICT", "FRESH_PROOF_REQUIRED"],
    notFound: "ACCESS_KEY_NOT_FOUND",
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
    description: `Categories, entries, second factors, env projects and access keys of the signed-in person. The account itself, how it is signed in to, its sessions and the audit trail stay. Wants a sign-in or a proof (\`POST /api/auth/confirm\`) of the last ${PROOF_MINUTES} minutes.`,
    errors: ["VALIDATION_ERROR", "FRESH_PROOF_REQUIRED"],
  },
  "POST /api/auth/sign-in/email": {
    access: "public",
    tag: "Account",
    summary: "Sign in with e-mail and password",
    description:
      "An account with a second factor needs `code` as well: without it the right password is answered by `SECOND_FACTOR_REQUIRED`. A code works once. Scripts are better off with an access key.",
    errors: [
      "VALIDATION_ERROR",
      "AUTH_INVALID_CREDENTIALS",
      "EMAIL_PASSWORD_DISABLED",
      "SECOND_FACTOR_REQUIRED",
      "SECOND_FACTOR_INVALID",
      "RATE_LIMITED",
      "CROSS_ORIGIN",
    ],
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
    description: `The redirect URI of the realm's client. Good once, within ${VISIT_MINUTES} minutes, for the browser that set out; then it has a session, or is asked for its second factor, and is led on. Parameters that are not listed are ignored.`,
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
    errors: ["VALIDATION_ERROR", "RATE_LIMITED", "KEYCLOAK_FAILED", "KEYCLOAK_NOT_CONFIGURED"],
    form: true,
  },
  "POST /api/auth/sign-out": { access: "session", tag: "Account", summary: "Sign out", errors: [] },
  "GET /api/auth/session": { access: "session", tag: "Account", summary: "Who is signed in", errors: [] },
  "POST /api/auth/confirm": {
    access: "session",
    tag: "Account",
    summary: "Prove once more who you are",
    description: `For the operations that answer \`FRESH_PROOF_REQUIRED\` when the sign-in, or the last proof, is more than ${PROOF_MINUTES} minutes old. With a second factor \`code\` is needed, too. The session goes on under another token: keep the new cookie.`,
    errors: [
      "VALIDATION_ERROR",
      "AUTH_INVALID_CREDENTIALS",
      "SECOND_FACTOR_REQUIRED",
      "SECOND_FACTOR_INVALID",
      "RATE_LIMITED",
    ],
  },
  "GET /api/auth/sessions": {
    access: "session",
    tag: "Account",
    summary: "List your sessions",
    description: "The last used first.",
    errors: [],
  },
  "DELETE /api/auth/sessions": {
    access: "session",
    tag: "Account",
    summary: "End all your sessions but this one",
    errors: [],
  },
  "DELETE /api/auth/sessions/:id": {
    access: "session",
    tag: "Account",
    summary: "End one of your sessions",
    errors: [],
    notFound: "SESSION_NOT_FOUND",
  },
  "GET /api/auth/factors": {
    access: "session",
    tag: "Sign-in factors",
    summary: "How you can sign in",
    errors: [],
  },
  "POST /api/auth/totp": {
    access: "session",
    tag: "Sign-in factors",
    summary: "Begin to set up an authenticator app",
    description:
      "The answer is the only one that holds the secret. It counts once a code has confirmed it; another beginning replaces it.",
    errors: ["CONFLICT", "FRESH_PROOF_REQUIRED"],
  },
  "POST /api/auth/totp/confirm": {
    access: "session",
    tag: "Sign-in factors",
    summary: "Switch the authenticator app on, by one of its codes",
    description:
      "From now on a password alone does not sign in. With the first factor come ten recovery codes, in this answer alone.",
    errors: ["VALIDATION_ERROR", "SECOND_FACTOR_INVALID", "RATE_LIMITED", "CONFLICT", "FRESH_PROOF_REQUIRED"],
  },
  "DELETE /api/auth/totp": {
    access: "session",
    tag: "Sign-in factors",
    summary: "Switch the authenticator app off",
    description: "With the last factor go the recovery codes.",
    errors: ["CONFLICT", "FRESH_PROOF_REQUIRED"],
  },
  "POST /api/auth/recovery-codes": {
    access: "session",
    tag: "Sign-in factors",
    summary: "Make ten new recovery codes",
    description: "The old ones are worth nothing from now on.",
    errors: ["CONFLICT", "FRESH_PROOF_REQUIRED"],
  },
  "POST /api/auth/passkeys/options": {
    access: "session",
    tag: "Sign-in factors",
    summary: "Begin to add a passkey",
    description:
      "What a browser makes it by (`PublicKeyCredential.parseCreationOptionsFromJSON`). Good for five minutes, once, for this session.",
    errors: ["PASSKEYS_UNAVAILABLE", "CONFLICT", "FRESH_PROOF_REQUIRED"],
  },
  "POST /api/auth/passkeys": {
    access: "session",
    tag: "Sign-in factors",
    summary: "Add a passkey",
    description:
      "From now on a password alone does not sign in, and the passkey alone does. With the first factor come ten recovery codes, in this answer alone.",
    errors: ["VALIDATION_ERROR", "PASSKEY_INVALID", "PASSKEYS_UNAVAILABLE", "CONFLICT", "FRESH_PROOF_REQUIRED"],
  },
  "PUT /api/auth/passkeys/:id": {
    access: "session",
    tag: "Sign-in factors",
    summary: "Rename a passkey",
    errors: ["VALIDATION_ERROR"],
    notFound: "PASSKEY_NOT_FOUND",
  },
  "DELETE /api/auth/passkeys/:id": {
    access: "session",
    tag: "Sign-in factors",
    summary: "Delete a passkey",
    description: "With the last factor go the recovery codes.",
    errors: ["FRESH_PROOF_REQUIRED"],
    notFound: "PASSKEY_NOT_FOUND",
  },
  "POST /api/auth/sign-in/passkey/options": {
    access: "public",
    tag: "Account",
    summary: "Begin to sign in with a passkey",
    description:
      "What a browser signs in by (`PublicKeyCredential.parseRequestOptionsFromJSON`). Good for five minutes, once. Names nobody.",
    errors: ["PASSKEYS_UNAVAILABLE", "RATE_LIMITED", "CROSS_ORIGIN"],
  },
  "POST /api/auth/sign-in/passkey": {
    access: "public",
    tag: "Account",
    summary: "Sign in with a passkey",
    errors: ["VALIDATION_ERROR", "PASSKEY_INVALID", "AUTH_INVALID_CREDENTIALS", "PASSKEYS_UNAVAILABLE", "CROSS_ORIGIN"],
  },
  "POST /api/auth/confirm/passkey/options": {
    access: "session",
    tag: "Account",
    summary: "Begin to prove by a passkey who you are",
    errors: ["PASSKEYS_UNAVAILABLE"],
  },
  "POST /api/auth/confirm/passkey": {
    access: "session",
    tag: "Account",
    summary: "Prove by a passkey who you are",
    description: "As `POST /api/auth/confirm` does by the password.",
    errors: ["VALIDATION_ERROR", "PASSKEY_INVALID", "PASSKEYS_UNAVAILABLE"],
  },
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
