/** What an access key may be allowed to do, each with the sentence that people read when they choose. */
export const SCOPES = {
  "categories:read": "See categories: names, types and variable names",
  "categories:write": "Create, change and delete categories, with the entries in them",
  "entries:read": "See entries: projects, environments, notes and expiry, never values",
  "entries:write": "Create, change and delete entries",
  "entries:reveal": "Read the secret value of an entry",
  "2fa:read": "See which services have a second factor, never codes",
  "2fa:write": "Create, change and delete second factors",
  "2fa:reveal": "Read one-time codes and use up recovery codes",
  "stats:read": "See how many categories and entries there are",
  "export:read": "Download every simple and group value as one .env file",
  "ai:extract": "Assemble a .env file, with values, from a prompt",
  "envs:read": "See env projects and which files they have",
  "envs:write": "Create, change and delete env projects and files",
  "envs:reveal": "Read the content of an env file",
  "audit:read": "See who did what in the vault, and when, never values",
} as const;

export type Scope = keyof typeof SCOPES;
/**
 * Those that a key for one project or environment may have: what they open ends there. A new scope is not among them
 * until it does.
 */
export const LIMITABLE_SCOPES: readonly string[] = [
  "categories:read",
  "entries:read",
  "entries:write",
  "entries:reveal",
  "export:read",
  "envs:read",
  "envs:write",
  "envs:reveal",
] satisfies (keyof typeof SCOPES)[];

export const SCOPE_NAMES = Object.keys(SCOPES) as Scope[];
