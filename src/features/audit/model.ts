import { type Static, t } from "elysia";
import { Id, NAME_OF_QUERY, nullable, oneOf, Timestamp } from "../../schema.ts";

/** What an action did. Named as people would say it. */
export const VERBS = [
  "begin-sign-in",
  "sign-in",
  "sign-out",
  "set-up",
  "confirm",
  "change-password",
  "link",
  "unlink",
  "create",
  "change",
  "delete",
  "reveal",
  "take-recovery-code",
  "return-recovery-code",
  "export",
  "ask-model",
  "extract",
  "use",
  "revoke",
  "rotate",
  "disable",
  "enable",
  "reset-password",
  "reset-second-factor",
  "renew-recovery-codes",
  "delete-all",
  "import",
  "undo-import",
  "restore-version",
  "backup",
  "restore",
  "rotate-key",
  "chain",
  "prune",
] as const;
export type Verb = (typeof VERBS)[number];

export const THING_KINDS = [
  "user",
  "category",
  "entry",
  "two-factor",
  "access-key",
  "env-project",
  "env-file",
  "vault",
  // How somebody signs in to their own account.
  "session",
  "authenticator-app",
  "passkey",
  "sign-in-recovery-codes",
  "identity",
] as const;
export type ThingKind = (typeof THING_KINDS)[number];

export type Thing = Readonly<{ kind: ThingKind; id: string | null; name: string | null }>;

/** The vault as a whole. */
export const VAULT: Thing = { kind: "vault", id: null, name: null };

export const CREDENTIALS = ["session", "key", "operator", "anonymous"] as const;
export const RESULTS = ["ok", "refused"] as const;
export type Result = (typeof RESULTS)[number];

/** What happened, before it has its place in a chain. */
export type AuditEvent = Readonly<{
  id: string;
  userId: string | null;
  at: string;
  credential: (typeof CREDENTIALS)[number];
  credentialId: string | null;
  keyPrefix: string | null;
  address: string;
  action: Verb;
  thing: ThingKind;
  thingId: string | null;
  thingName: string | null;
  /** What else there is to say, as `name=value`, such as how many things went with this one. */
  detail: string | null;
  result: Result;
  requestId: string;
}>;

/** A row of the trail: an event with its number in its chain and the hash that links it to the one before. */
export type LinkedEvent = AuditEvent & Readonly<{ number: number; hash: string }>;

/** What a page tells of an event about one thing. */
export type ToldEvent = Readonly<{ verb: Verb }> &
  Pick<AuditEvent, "at" | "detail" | "credential" | "keyPrefix" | "address"> &
  Readonly<{
    /** What the access key is called, null without one and for one that is revoked. */
    keyName: string | null;
  }>;

/** Who got the value of an entry last, and how. */
export type LastSeen = Pick<ToldEvent, "at" | "verb" | "credential" | "keyPrefix" | "keyName" | "address">;

/** Where a thing is that an event tells of; all null for one that is gone, and for what has no page. */
export type ThingPlace = Readonly<{
  id: string;
  categoryId: string | null;
  environment: string | null;
  categoryName: string | null;
  category: string | null;
  twoFactor: string | null;
  project: string | null;
  projectId: string | null;
  fileType: string | null;
}>;

/** A line of the activity page. */
export type Activity = LinkedEvent & Pick<ToldEvent, "keyName">;

const ActionSchema = oneOf(VERBS, { examples: ["reveal"] });
const ThingKindSchema = oneOf(THING_KINDS, { examples: ["entry"] });
const CredentialSchema = oneOf(CREDENTIALS, { examples: ["key"] });
const ResultSchema = oneOf(RESULTS);

export const Event = t.Object(
  {
    id: Id,
    number: t.Integer({ minimum: 1, description: "Its place in the chain of its owner", examples: [1204] }),
    at: Timestamp,
    action: ActionSchema,
    thing: ThingKindSchema,
    thingId: nullable(Id),
    thingName: nullable(t.String({ description: "What it was called then", examples: ["Blog Project"] })),
    detail: nullable(t.String({ description: "`name=value`, such as how much went with it; never a value" })),
    result: ResultSchema,
    credential: CredentialSchema,
    credentialId: nullable(Id),
    keyPrefix: nullable(t.String({ examples: ["kagi_dGhp"] })),
    address: t.String({ description: "The client's IP address; `cli` for the operator", examples: ["203.0.113.7"] }),
    requestId: t.String({
      description: "The `X-Request-Id` of the answer",
      examples: ["01936f68-9c0d-7e1f-a2b3-0242ac120002"],
    }),
    hash: t.String({
      pattern: "^[0-9a-f]{64}$",
      description: "SHA-256 over the event and the hash before it",
      examples: ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    }),
  },
  { additionalProperties: false },
);
export type Event = Static<typeof Event>;

export const EVENTS_AT_ONCE = 100;

const ThingFilter = oneOf(THING_KINDS, { description: "What it was done with", examples: ["entry"] });
const ActionFilter = oneOf(VERBS, { description: "What was done", examples: ["reveal"] });
const CredentialFilter = oneOf(CREDENTIALS, { description: "By what kind of credential", examples: ["key"] });
const ResultFilter = oneOf(RESULTS, { description: "Whether it was done or refused" });
const ID = { format: "uuid", examples: ["01936f60-1a2b-7d4e-8f90-0242ac120002"] };

export const EventQuery = t.Object(
  {
    limit: t.Optional(
      t.Integer({
        minimum: 1,
        maximum: 1000,
        description: `At most so many; ${EVENTS_AT_ONCE} when it is left out`,
        examples: [EVENTS_AT_ONCE],
        [NAME_OF_QUERY]: "limit",
      }),
    ),
    cursor: t.Optional(
      t.String({ maxLength: 36, description: "From the `Link` header of the page before", examples: ["1204"] }),
    ),
    thing: t.Optional(ThingFilter),
    thingId: t.Optional(t.String({ ...ID, description: "The id of one thing, also of one that is gone" })),
    action: t.Optional(ActionFilter),
    key: t.Optional(t.String({ ...ID, description: "The id of an access key, also of one that is revoked" })),
    credential: t.Optional(CredentialFilter),
    result: t.Optional(ResultFilter),
    from: t.Optional(
      t.String({ maxLength: 40, description: "ISO 8601; at that time or after", examples: ["2026-01-15"] }),
    ),
    to: t.Optional(t.String({ maxLength: 40, description: "ISO 8601; before that time", examples: ["2026-02-15"] })),
  },
  { additionalProperties: false },
);
export type EventQuery = Static<typeof EventQuery>;

/** How far back somebody looks, in days. */
export const ACTIVITY_DAYS = ["1", "7", "30", "90"] as const;

/** What the activity page is narrowed down to; null is everything. `item` and `key` are ids. */
export type ActivityFilter = Readonly<{
  thing: ThingKind | null;
  item: string | null;
  action: Verb | null;
  key: string | null;
  days: (typeof ACTIVITY_DAYS)[number] | null;
}>;
