/** What an action did. Named as people would say it. */
export type Verb =
  | "sign-in"
  | "sign-out"
  | "set-up"
  | "confirm"
  | "change-password"
  | "link"
  | "unlink"
  | "create"
  | "change"
  | "delete"
  | "reveal"
  | "take-recovery-code"
  | "return-recovery-code"
  | "export"
  | "ask-model"
  | "extract"
  | "revoke"
  | "disable"
  | "enable"
  | "reset-password"
  | "delete-all"
  | "import"
  | "undo-import"
  | "restore-version"
  | "backup"
  | "restore"
  | "rotate-key";

export type Thing = Readonly<{
  kind: "user" | "category" | "entry" | "two-factor" | "access-key" | "env-project" | "env-file" | "vault";
  id: string | null;
  name: string | null;
}>;

/** The vault as a whole. */
export const VAULT: Thing = { kind: "vault", id: null, name: null };

export type Result = "ok" | "refused";

/** A row of the trail. */
export type AuditEvent = Readonly<{
  id: string;
  userId: string | null;
  at: string;
  credential: "session" | "key" | "operator" | "anonymous";
  credentialId: string | null;
  keyPrefix: string | null;
  address: string;
  verb: Verb;
  thing: Thing;
  /** What else there is to say, as `name=value`, such as how many things went with this one. */
  detail: string | null;
  result: Result;
  requestId: string;
}>;

/** What a page tells of an event about one thing. */
export type ToldEvent = Pick<AuditEvent, "at" | "verb" | "detail" | "credential" | "keyPrefix" | "address"> &
  Readonly<{
    /** What the access key is called, null without one and for one that is revoked. */
    keyName: string | null;
  }>;
