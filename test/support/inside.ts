import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config.ts";
import { createKeyring } from "../../src/crypto/keyring.ts";
import { openPostgres } from "../../src/db/postgres.ts";
import { openSqlite } from "../../src/db/sqlite.ts";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import type { Actor, Kagi } from "../../src/kagi.ts";
import type { Client } from "./client.ts";
import type { Vault } from "./vault.ts";

export type Inside = Readonly<{ kagi: Kagi; actorOf: (client: Client) => Promise<Actor>; close: () => Promise<void> }>;

/**
 * What the pages' actions see of a vault: another program beside the server, on the same database and with its key. For
 * what people do by pages, and what no page would let them do.
 */
export function inside(vault: Vault): Inside {
  const url = vault.storage.environment.DATABASE_URL;
  const kagi: Kagi = {
    db: url === undefined ? openSqlite(join(vault.folder, "data", "kagi.db")) : openPostgres(url),
    keyring: createKeyring(readFileSync(join(vault.folder, "data", "kagi.key"), "utf8").trim()),
    config: loadConfig({}),
    log: { info() {}, warn() {}, error() {} },
    now: () => new Date(),
  };
  return {
    kagi,
    actorOf: async (client) => {
      const { user, session } = (await client.get<SessionInfo>("/api/auth/session")).body;
      return {
        userId: user.id,
        address: "127.0.0.1",
        requestId: "01936f64-0a1b-7c2d-8e3f-0242ac120002",
        userAgent: null,
        credential: { kind: "session", sessionId: session.id, user, signedInAt: session.createdAt, confirmedAt: null },
      };
    },
    close: () => kagi.db.close(),
  };
}
