/** What an action did. Named as people would say it. */
export type Verb =
  | "sign-in"
  | "sign-out"
  | "set-up"
  | "create"
  | "change"
  | "delete"
  | "reveal"
  | "export"
  | "revoke"
  | "disable"
  | "enable"
  | "reset-password"
  | "delete-all";

export type Thing = Readonly<{
  kind: "user" | "category" | "entry" | "access-key" | "vault";
  id: string | null;
  name: string | null;
}>;

export type Result = "ok" | "refused" | "failed";
