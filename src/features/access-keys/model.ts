import { type Static, t } from "elysia";
import { Id, NAME_LENGTH, nullable, oneOf, Timestamp } from "../../schema.ts";
import { SCOPE_NAMES, type Scope } from "../../scopes.ts";
import { EnvironmentSchema } from "../entries/model.ts";

export const KEY_TEXT = /^kagi_[A-Za-z0-9_-]{43}$/;

const KeyName = t.String({ minLength: 1, maxLength: NAME_LENGTH, examples: ["deploy script"] });
export const ScopeSchema = oneOf(SCOPE_NAMES, { examples: ["entries:read"] });
const Scopes = t.Array(ScopeSchema, { minItems: 1, uniqueItems: true, examples: [["entries:read", "entries:reveal"]] });

export const ADDRESSES = 20;
const Addresses = t.Array(t.String({ maxLength: 49 }), {
  minItems: 1,
  maxItems: ADDRESSES,
  description: "Where the key may be used from: IPv4 and IPv6 addresses and CIDR ranges; null is anywhere",
  examples: [["192.0.2.0/24", "2001:db8::/32"]],
});
const Project = t.String({
  minLength: 1,
  maxLength: NAME_LENGTH,
  description: "The one name whose entries and env project the key reaches; null is every one",
  examples: ["Blog Project"],
});
const Replacement = nullable(Id);

const members = {
  id: Id,
  name: KeyName,
  keyPrefix: t.String({ pattern: "^kagi_[A-Za-z0-9_-]{4}$", examples: ["kagi_dGhp"] }),
  scopes: Scopes,
  addresses: nullable(Addresses),
  project: nullable(Project),
  environment: nullable(EnvironmentSchema),
  expiresAt: t.Union([Timestamp, t.Null()]),
  lastUsedAt: t.Union([Timestamp, t.Null()]),
  /** Ids of keys, each null when there is none, or it is revoked. */
  rotatedFrom: Replacement,
  replacedBy: Replacement,
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
    addresses: t.Optional(nullable(Addresses)),
    project: t.Optional(nullable(Project)),
    environment: t.Optional(nullable(EnvironmentSchema)),
    expiresAt: t.Optional(
      t.Union([t.String({ maxLength: 40, description: "ISO 8601, in the future" }), t.Null()], {
        examples: ["2027-01-15T10:00:00.000Z"],
      }),
    ),
  },
  { additionalProperties: false },
);
export type AccessKeyInput = Static<typeof AccessKeyInput>;

export const AccessKeyRotation = t.Object(
  {
    endsAt: t.Optional(
      t.Union([t.String({ maxLength: 40, description: "When the old key ends; ISO 8601, in the future" }), t.Null()], {
        examples: ["2026-02-01T10:00:00.000Z"],
      }),
    ),
  },
  { additionalProperties: false },
);
export type AccessKeyRotation = Static<typeof AccessKeyRotation>;

/** A key that nobody has used for so long is marked: it may as well be revoked. */
export const UNUSED_DAYS = 90;

/** Sets of scopes that people ask for by name. */
export const PRESETS: readonly { id: string; name: string; help: string; scopes: readonly Scope[] }[] = [
  {
    id: "read-only",
    name: "Read only",
    help: "Sees what there is, never a value",
    scopes: ["categories:read", "entries:read", "2fa:read", "stats:read", "envs:read"],
  },
  {
    id: "watch",
    name: "Watch",
    help: "For a program that looks out for what is done in the vault",
    scopes: ["audit:read"],
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
