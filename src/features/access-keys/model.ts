import { type Static, t } from "elysia";
import { Id, NAME_LENGTH, oneOf, Timestamp } from "../../schema.ts";
import { SCOPE_NAMES, type Scope } from "../../scopes.ts";

export const KEY_TEXT = /^kagi_[A-Za-z0-9_-]{43}$/;

const KeyName = t.String({ minLength: 1, maxLength: NAME_LENGTH, examples: ["deploy script"] });
export const ScopeSchema = oneOf(SCOPE_NAMES, { examples: ["entries:read"] });
const Scopes = t.Array(ScopeSchema, { minItems: 1, uniqueItems: true, examples: [["entries:read", "entries:reveal"]] });

const members = {
  id: Id,
  name: KeyName,
  keyPrefix: t.String({ pattern: "^kagi_[A-Za-z0-9_-]{4}$", examples: ["kagi_dGhp"] }),
  scopes: Scopes,
  expiresAt: t.Union([Timestamp, t.Null()]),
  lastUsedAt: t.Union([Timestamp, t.Null()]),
  createdAt: Timestamp,
};

export const AccessKey = t.Object(members, { additionalProperties: false });
export type AccessKey = Static<typeof AccessKey>;

export const CreatedAccessKey = t.Object(
  {
    ...members,
    key: t.String({
      pattern: KEY_TEXT.source,
      description: "Shown in this answer and never again",
      examples: ["kagi_dGhpcyBpcyBhbiBleGFtcGxlLCBub3QgYSByZWFsIGs"],
    }),
  },
  { additionalProperties: false },
);
export type CreatedAccessKey = Static<typeof CreatedAccessKey>;

export const AccessKeyInput = t.Object(
  {
    name: KeyName,
    scopes: Scopes,
    expiresAt: t.Optional(
      t.Union([t.String({ maxLength: 40, description: "ISO 8601, in the future" }), t.Null()], {
        examples: ["2027-01-15T10:00:00.000Z"],
      }),
    ),
  },
  { additionalProperties: false },
);
export type AccessKeyInput = Static<typeof AccessKeyInput>;

/** A key that nobody has used for so long is marked: it may as well be revoked. */
export const UNUSED_DAYS = 90;

/** Sets of scopes that people ask for by name. */
export const PRESETS: readonly { id: string; name: string; help: string; scopes: readonly Scope[] }[] = [
  {
    id: "read-only",
    name: "Names only",
    help: "Sees what there is, and reads no value",
    scopes: ["categories:read", "entries:read", "2fa:read", "stats:read", "envs:read"],
  },
  {
    id: "pull",
    name: "Pull secrets",
    help: "For a script that looks keys up and reads their values",
    scopes: ["categories:read", "entries:read", "entries:reveal", "export:read"],
  },
  {
    id: "manage",
    name: "Manage",
    help: "Creates, changes and deletes, without reading values",
    scopes: ["categories:read", "categories:write", "entries:read", "entries:write", "stats:read"],
  },
  { id: "everything", name: "Everything", help: "All scopes; give it an early end", scopes: SCOPE_NAMES },
];
