import type { Config } from "./config.ts";
import type { Keyring } from "./crypto/keyring.ts";
import type { Db } from "./db/sql.ts";
import type { Log } from "./log.ts";
import type { Reach } from "./reach.ts";

/** What a request may use. Made once by `main`, handed to `createApp`, and from there to every action. */
export type Kagi = Readonly<{
  db: Db;
  keyring: Keyring;
  config: Config;
  log: Log;
  /** The clock. Times in rows and answers are `now().toISOString()`. */
  now: () => Date;
}>;

/** Where a request comes from, known before anyone is signed in. */
export type Caller = Readonly<{
  /** The client's IP address, after trusted proxies; `cli` for the operator's commands. */
  address: string;
  requestId: string;
  userAgent: string | null;
}>;

/** Whoever may run commands beside the database. */
export const OPERATOR: Caller = { address: "cli", requestId: "cli", userAgent: null };

/** Somebody who may act: the owner of every row that the action touches, and the credential that proves it. */
export type Actor = Caller &
  Readonly<{
    userId: string;
    credential:
      | Readonly<{
          kind: "session";
          sessionId: string;
          user: Readonly<{ name: string; email: string }>;
          /** When the person gave the proofs that the session began with; null when Keycloak has vouched for them. */
          signedInAt: string | null;
          /** When the person last proved in this session who they are; null before the first time. */
          confirmedAt: string | null;
        }>
      | Readonly<{
          kind: "key";
          keyId: string;
          keyPrefix: string;
          scopes: readonly string[];
          /** null is everywhere. */
          reach: Reach | null;
        }>
      | Readonly<{ kind: "operator" }>;
  }>;

/** Who wrote something, in the word that its history keeps: the credential's kind, or an access key's prefix. */
export function writerOf({ credential }: Pick<Actor, "credential">): string {
  return credential.kind === "key" ? credential.keyPrefix : credential.kind;
}

/** How far somebody's credential reaches; null is everywhere. */
export function reachOf({ credential }: Pick<Actor, "credential">): Reach | null {
  return credential.kind === "key" ? credential.reach : null;
}
