import type { Config } from "../../config.ts";
import type { Keyring } from "../../crypto/keyring.ts";
import { pendingMigrations } from "../../db/migrate.ts";
import { openPostgres } from "../../db/postgres.ts";
import type { Db } from "../../db/sql.ts";
import { readSqlite } from "../../db/sqlite-file.ts";
import { OPERATOR } from "../../kagi.ts";
import { StartError, unlock } from "../../start.ts";
import { record } from "../audit/actions.ts";
import { VAULT, type Verb } from "../audit/model.ts";
import { accounts } from "./queries.ts";

/** Writes down what the operator did with the vault as a whole. */
export async function recordOperator(
  tx: Db,
  keyring: Keyring,
  verb: Verb,
  now: () => Date,
  detail: string | null = null,
): Promise<void> {
  const operator = { ...OPERATOR, userId: null, credential: { kind: "operator" } } as const;
  await record({ now, keyring }, tx, operator, verb, VAULT, { detail });
}

/** Who a chain is of: an e-mail address, or `vault`. */
export type Named = (chain: string) => string;

/**
 * Looks at the trail without changing anything, also while a server runs; `email` narrows it down to one account.
 * Throws StartError for a vault of an older version, and for an account that there is not.
 */
export async function withTrail<T>(
  config: Config,
  email: string | undefined,
  work: (trail: { db: Db; keyring: Keyring; only: string | undefined; nameOf: Named }) => Promise<T>,
): Promise<T> {
  const { key } = await unlock(config);
  const db = config.databaseUrl === null ? readSqlite(config.sqlitePath) : openPostgres(config.databaseUrl);
  try {
    const pending = await pendingMigrations(db);
    if (pending.length > 0) throw new StartError(`The vault lacks ${pending.join(", ")}: run kagi migrate first.`);
    const users = await db.all<{ id: string; email: string }>(accounts());
    const asked = email?.trim().normalize("NFKC").toLowerCase();
    const only = users.find((user) => user.email === asked)?.id;
    if (asked !== undefined && only === undefined) throw new StartError("There is no account with that e-mail.");
    const nameOf = (chain: string) => users.find(({ id }) => id === chain)?.email ?? chain;
    return await work({ db, keyring: key.keyring, only, nameOf });
  } finally {
    await db.close();
  }
}
