import type { ErrorCode } from "../errors.ts";
import type { Scope } from "../scopes.ts";

/** How a request proves who it is for: a scope, a browser session only, or nothing at all. */
export type Access = Scope | "session" | "public";

export type Operation = Readonly<{
  access: Access;
  tag: "Categories" | "Entries" | "Access keys" | "Account" | "Stats" | "Export" | "Description" | "Health";
  summary: string;
  description?: string;
  /** What the operation may answer besides what every operation may (401, 403, 405, 413, 500 as they apply). */
  errors: readonly ErrorCode[];
  /** The code of the 404 for the id in the path. */
  notFound?: ErrorCode;
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
  "GET /api/stats": { access: "stats:read", tag: "Stats", summary: "Count what is in the vault", errors: [] },
  "GET /api/export": {
    access: "export:read",
    tag: "Export",
    summary: "Export values as .env text",
    description:
      "All `simple` and `group` entries, ordered by category, entry and environment; `ssh` and `json` are left out. With `Accept: application/json` the answer also names the keys that are not portable.",
    errors: ["VALIDATION_ERROR", "CONFLICT"],
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
      "Categories, entries and access keys of the signed-in person. The account itself, its sessions and the audit trail stay.",
    errors: ["VALIDATION_ERROR"],
  },
  "POST /api/auth/sign-in/email": {
    access: "public",
    tag: "Account",
    summary: "Sign in with e-mail and password",
    errors: ["VALIDATION_ERROR", "AUTH_INVALID_CREDENTIALS", "RATE_LIMITED", "CROSS_ORIGIN"],
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
