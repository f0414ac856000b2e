import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Config } from "./config.ts";
import { EnvelopeError, open, seal } from "./crypto/envelope.ts";
import { createKeyring, generateKey, KEY_TEXT, type Keyring } from "./crypto/keyring.ts";
import { migrate } from "./db/migrate.ts";
import { openPostgres } from "./db/postgres.ts";
import { openSqlite, peekSqlite } from "./db/sqlite.ts";
import { type Db, sql } from "./db/sql.ts";
import type { Kagi } from "./kagi.ts";
import type { Log } from "./log.ts";

/** Why Kagi does not start, for the operator. Nothing has been written. */
export class StartError extends Error {
  override name = "StartError";
}

const CANARY = { table: "meta", column: "value", id: "canary" } as const;
const CANARY_TEXT = "this key fits";

/**
 * Opens the vault: finds the key, proves that it fits the data before anything is written, brings the schema up to
 * date. With neither key nor data, and `mayCreate`, both are made. Throws StartError, ConfigError, MigrationError.
 */
export async function openKagi(
  config: Config,
  log: Log,
  options: { mayCreate: boolean; now?: () => Date },
): Promise<Kagi> {
  const now = options.now ?? (() => new Date());
  const existing = await findData(config);
  const keyText = findKey(config);
  if (existing.canary === undefined && existing.exists) throw new StartError(`${existing.where} holds data, but not Kagi's. Nothing was changed.`);
  if (keyText === undefined && existing.exists) throw new StartError(missingKey(config, existing.where));
  if (!options.mayCreate && !existing.exists) throw new StartError(`There is no vault in ${existing.where} yet. Start one with: kagi serve`);
  if (keyText !== undefined && existing.exists) prove(createKeyring(keyText), existing.canary as string, existing.where);

  const keyring = createKeyring(keyText ?? makeKey(config, log));
  if (config.databaseUrl === null) mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const db = config.databaseUrl === null ? openSqlite(config.sqlitePath) : openPostgres(config.databaseUrl);
  try {
    const applied = await migrate(db, now, (tx) => plantCanary(tx, keyring));
    if (applied.length > 0) log.info("migrated", { migrations: applied.join(",") });
    await checkCanary(db, keyring);
  } catch (error) {
    await db.close();
    throw error;
  }
  return Object.freeze({ db, keyring, config, log, now });
}

/** Throws when the database does not answer or the key does not fit it. */
export async function checkCanary(db: Db, keyring: Keyring): Promise<void> {
  const row = await db.get<{ value: string }>(sql`SELECT value FROM meta WHERE key = 'canary'`);
  if (!row) throw new StartError("The database has lost its key check.");
  prove(keyring, row.value, "the database");
}

type Data = { where: string; exists: boolean; canary?: string };

/** What there is before anything is opened for writing. */
async function findData(config: Config): Promise<Data> {
  if (config.databaseUrl === null) {
    const where = config.sqlitePath;
    if (!existsSync(where)) return { where, exists: false };
    const found = peekSqlite(where);
    return { where, exists: found.tables > 0, canary: found.canary };
  }
  const where = `PostgreSQL at ${new URL(config.databaseUrl).host}`;
  const db = openPostgres(config.databaseUrl);
  try {
    const table = await db.get(sql`SELECT 1 AS "one" WHERE to_regclass('meta') IS NOT NULL`);
    if (!table) return { where, exists: false };
    const row = await db.get<{ value: string }>(sql`SELECT value FROM meta WHERE key = 'canary'`);
    return { where, exists: true, canary: row?.value };
  } catch (error) {
    throw new StartError(`${where} cannot be reached or refused the connection.`, { cause: error });
  } finally {
    await db.close();
  }
}

function findKey(config: Config): string | undefined {
  if (config.encryptionKey !== null) return config.encryptionKey;
  if (!existsSync(config.keyPath)) return undefined;
  const text = readFileSync(config.keyPath, "utf8").trim();
  if (!KEY_TEXT.test(text)) {
    throw new StartError(`${config.keyPath} is malformed: a key is 64 hex characters. Put your backup of the key there.`);
  }
  return text;
}

function prove(keyring: Keyring, canary: string, where: string): void {
  try {
    if (open(keyring, CANARY, canary) === CANARY_TEXT) return;
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
  }
  throw new StartError(
    `The encryption key with fingerprint ${keyring.fingerprint} does not fit ${where}. Nothing was changed. Start with the key that this vault was made with.`,
  );
}

function missingKey(config: Config, where: string): string {
  return [
    `${where} holds a vault, but there is no encryption key. Nothing was changed.`,
    `Set KAGI_ENCRYPTION_KEY, or KAGI_ENCRYPTION_KEY_FILE, or put your backup of the key at ${config.keyPath}.`,
  ].join("\n");
}

function makeKey(config: Config, log: Log): string {
  const text = generateKey();
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  // "wx": of two starts at once, one makes the key and the other stops.
  writeFileSync(config.keyPath, `${text}\n`, { mode: 0o600, flag: "wx" });
  chmodSync(config.keyPath, 0o600);
  log.warn("BACK UP THE ENCRYPTION KEY NOW. Without it nothing in this vault can ever be read again.", {
    file: config.keyPath,
    fingerprint: createKeyring(text).fingerprint,
  });
  return text;
}

async function plantCanary(db: Db, keyring: Keyring): Promise<void> {
  await db.run(sql`
    INSERT INTO meta (key, value) VALUES ('canary', ${seal(keyring, CANARY, CANARY_TEXT)}) ON CONFLICT (key) DO NOTHING`);
}
