import { type Static, t } from "elysia";
import { Id, NAME_LENGTH, nullable, oneOf, Paging, PROBLEM, Search, Timestamp } from "../../schema.ts";
import { Category, EnvVarName } from "../categories/model.ts";

export const ENVIRONMENTS = ["development", "staging", "production"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export const NOTES_LENGTH = 10_000;

/** Replaced values of an entry that are kept. */
export const ENTRY_VERSIONS = 10;
/** As much of the trail as the page of an entry tells. */
export const ACTIVITY_EVENTS = 50;

const ProjectName = t.String({ minLength: 1, maxLength: NAME_LENGTH, examples: ["Blog Project"] });
export const EnvironmentSchema = oneOf(ENVIRONMENTS, {
  description: "Where the value is used",
  examples: ["production"],
});
const FileName = t.String({
  minLength: 1,
  maxLength: NAME_LENGTH,
  // A name, never a path: it becomes a download's name on somebody's disk.
  pattern: "^[^/\\\\\\x00-\\x1f\\x7f]+$",
  examples: ["id_ed25519"],
  [PROBLEM]: "must be a file's name, without a path",
});
const Notes = t.String({ maxLength: NOTES_LENGTH, examples: ["Rotate with the team"] });
const ExpiresAt = t.String({
  maxLength: 40,
  description: "ISO 8601: when the credential itself expires. A date alone means its first moment in UTC.",
  examples: ["2027-01-15T10:00:00.000Z"],
});
const Value = t.Union([t.String(), t.Record(t.String(), t.String())], {
  description:
    "`simple`: a non-empty string. `group`: an object of strings, or that object as JSON text. `json`: text that parses as JSON. `ssh`: any text.",
  examples: ["sk-live-example"],
});

export const SshKey = t.Object(
  {
    type: t.String({ examples: ["ssh-ed25519"] }),
    fingerprint: t.String({ examples: ["SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"] }),
  },
  { additionalProperties: false, description: "What an SSH private key tells of its public half" },
);

export const Entry = t.Object(
  {
    id: Id,
    categoryId: Id,
    name: ProjectName,
    environment: EnvironmentSchema,
    notes: nullable(Notes),
    expiresAt: nullable(Timestamp),
    fileName: nullable(FileName),
    sshKey: nullable(SshKey),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    category: t.Pick(Category, ["id", "name", "keyType", "envVarName", "fieldDefinitions", "icon", "color"], {
      additionalProperties: false,
    }),
  },
  { additionalProperties: false },
);
export type Entry = Static<typeof Entry>;

export const EntryInput = t.Object(
  {
    categoryId: t.String({ maxLength: 100, examples: ["01936f5e-6f2c-7c3a-9d51-0242ac120002"] }),
    name: ProjectName,
    value: Value,
    environment: t.Optional(EnvironmentSchema),
    notes: t.Optional(nullable(Notes)),
    expiresAt: t.Optional(nullable(ExpiresAt)),
    fileName: t.Optional(nullable(FileName)),
  },
  { additionalProperties: false },
);
export type EntryInput = Static<typeof EntryInput>;

export const EntryChange = t.Partial(EntryInput, { additionalProperties: false });
export type EntryChange = Static<typeof EntryChange>;

export const EntryQuery = t.Object(
  {
    ...Paging.properties,
    categoryId: t.Optional(
      t.String({
        maxLength: 100,
        description: "Entries of this category only",
        examples: ["01936f5e-6f2c-7c3a-9d51-0242ac120002"],
      }),
    ),
    environment: t.Optional(EnvironmentSchema),
    search: t.Optional(Search),
  },
  { additionalProperties: false },
);
export type EntryQuery = Static<typeof EntryQuery>;

/** The orders in which people look at entries; those of names and of expiry ascend, the others begin with the latest. */
export const ENTRY_SORTS = ["recent", "project", "category", "expiry", "updated"] as const;
export type EntrySort = (typeof ENTRY_SORTS)[number];

/** `expired`, or within how many days from now. */
export const EXPIRY_FILTERS = ["expired", "7", "30", "90"] as const;
export type ExpiryFilter = (typeof EXPIRY_FILTERS)[number];

/** What a list of entries is narrowed down to; "" and null are everything. `category` is an id. */
export type EntryListFilter = Readonly<{
  search: string;
  type: Category["keyType"] | null;
  environment: Environment | null;
  project: string | null;
  category: string | null;
  expires: ExpiryFilter | null;
}>;

/** Entries that somebody has ticked, or all that a filter finds; but for those that were taken out again. */
export type Selection = (Readonly<{ ids: readonly string[] }> | Readonly<{ filter: EntryListFilter }>) &
  Readonly<{ without: readonly string[] }>;

/** `to` is an environment, the id of a category, the new name of the project. */
export type BulkChange = Readonly<
  { verb: "environment"; to: Environment } | { verb: "move" | "rename"; to: string } | { verb: "delete" }
>;

/** A value as it is handed out: a string, or for `group` its fields in the order they were stored. */
export const RevealedEntry = t.Object(
  {
    id: Id,
    name: ProjectName,
    value: t.Union([t.String(), t.Record(EnvVarName, t.String())]),
    environment: EnvironmentSchema,
  },
  { additionalProperties: false },
);
export type RevealedEntry = Static<typeof RevealedEntry>;

/**
 * A value that an entry had, without the value. `writtenAt` is null when nobody knows: the entry was changed before its
 * history began. `replacedBy` is `session`, or the prefix of an access key.
 */
export type EntryVersion = Readonly<{
  number: number;
  fileName: string | null;
  writtenAt: string | null;
  replacedAt: string;
  replacedBy: string;
}>;
export type RevealedEntryVersion = EntryVersion & Readonly<RevealedEntry>;
