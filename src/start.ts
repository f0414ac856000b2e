import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "./config.ts";
import { EnvelopeError, open, seal } from "./crypto/envelope.ts";
import { createKeyring, generateKey, KEY_TEXT, type Keyring } from "./crypto/keyring.ts";
import { migrate } from "./db/migrate.ts";
import { openPostgres } from "./db/postgres.ts";
import { type Db, sql } from "./db/sql.ts";
import { openSqlite } from "./db/sqlite.ts";
import { readSqlite } from "./db/sqlite-file.ts";
import { prepareTrail } from "./features/audit/chain.ts";
import { errorCode, writeNewFile } from "./files.ts";
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
  const keyring = (await findVault(config)).exists
    ? (await unlock(config)).key.keyring
    : keyOfNewVault(config, log, options.mayCreate);
  if (config.databaseUrl === null) mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const db =
    config.databaseUrl === null
      ? await patiently(async () => openSqlite(config.sqlitePath))
      : openPostgres(config.databaseUrl);
  try {
    const applied = await bringUpToDate(db, keyring, now);
    if (applied.length > 0) log.info("migrated", { migrations: applied.join(",") });
    await checkCanary(db, keyring);
  } catch (error) {
    await db.close();
    throw error;
  }
  return Object.freeze({ db, keyring, config, log, now });
}

/** The schema, and with it what a schema cannot do without the key. Returns the names of what was applied. */
export async function bringUpToDate(db: Db, keyring: Keyring, now: () => Date): Promise<string[]> {
  return await migrate(db, now, async (tx, applied) => {
    await plantCanary(tx, keyring);
    await prepareTrail(tx, keyring, now, applied);
  });
}

/** Throws when the database does not answer or the key does not fit it. */
export async function checkCanary(db: Db, keyring: Keyring): Promise<void> {
  const canary = await readCanary(db);
  if (canary === undefined) throw new StartError("The database has lost its key check.");
  if (!fits(keyring, canary)) {
    throw new StartError(`The encryption key with fingerprint ${keyring.fingerprint} does not fit the database.`);
  }
}

type Vault = Readonly<{
  /** How to call it before people. */
  where: string;
  exists: boolean;
  /** A known text sealed with the vault's key. */
  canary: string | undefined;
}>;
type Key = Readonly<{ keyring: Keyring; source: string; file: string | null }>;

/** A vault that exists and the key that fits it, found without a write. Throws StartError that says what is wrong. */
export async function unlock(config: Config): Promise<{ vault: Vault; key: Key }> {
  const vault = await findVault(config);
  const { where, canary } = vault;
  if (!vault.exists) throw new StartError(noVault(config, where));
  if (canary === undefined) throw new StartError(`${where} holds data, but not Kagi's. Nothing was changed.`);
  const key = findKey(config);
  if (key === undefined) {
    throw new StartError(
      [
        `${where} holds a vault, but there is no encryption key. Nothing was changed.`,
        `Set KAGI_ENCRYPTION_KEY, or KAGI_ENCRYPTION_KEY_FILE, or put your backup of the key at ${config.keyPath}.`,
        ...fittingKeyFiles(config, canary),
      ].join("\n"),
    );
  }
  mustFit(config, key, canary, where);
  return { vault, key };
}

/** Throws StartError that names the key which does not fit and, when one lies beside the data, the one that does. */
export function mustFit(config: Config, key: Key, canary: string, where: string): void {
  if (fits(key.keyring, canary)) return;
  const advice = fittingKeyFiles(config, canary).join("\n") || "Start with the key that this vault was made with.";
  const problem = `The encryption key with fingerprint ${key.keyring.fingerprint} (${key.source}) does not fit ${where}.`;
  throw new StartError(`${problem} Nothing was changed.\n${advice}`);
}

/** What there is, before anything is opened for writing. */
export async function findVault(config: Config): Promise<Vault> {
  if (config.databaseUrl === null) {
    const where = config.sqlitePath;
    if (!existsSync(where)) return { where, exists: false, canary: undefined };
    return { where, ...(await patiently(() => look(where, readSqlite, sql`SELECT 1 FROM sqlite_schema`))) };
  }
  const where = `PostgreSQL at ${new URL(config.databaseUrl).host}`;
  const tables = sql`SELECT 1 AS "one" WHERE to_regclass('meta') IS NOT NULL`;
  return { where, ...(await look(where, () => openPostgres(config.databaseUrl as string), tables)) };
}

/** The sealed text in a database file by which a key proves that it fits; undefined if it is no vault's. */
export async function findCanary(file: string): Promise<string | undefined> {
  return (await look(file, readSqlite, sql`SELECT 1 FROM sqlite_schema`)).canary;
}

async function look(
  where: string,
  connect: (path: string) => Db,
  tables: ReturnType<typeof sql>,
): Promise<Omit<Vault, "where">> {
  let db: Db | undefined;
  try {
    db = connect(where);
    if (!(await db.get(tables))) return { exists: false, canary: undefined };
    return { exists: true, canary: await readCanary(db).catch(ignoreMissingTable) };
  } catch (error) {
    throw new StartError(`${where} cannot be read${reason(error)}. Nothing was changed.`, { cause: error });
  } finally {
    await db?.close();
  }
}

/** SQLite's files come and go while others start and stop beside us; a moment later they are there or they are not. */
async function patiently<T>(work: () => Promise<T>, tries = 20): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = errorCode(error instanceof StartError ? error.cause : error);
    if (tries === 0 || (code !== "SQLITE_BUSY" && code !== "SQLITE_CANTOPEN")) throw error;
    await Bun.sleep(25);
    return await patiently(work, tries - 1);
  }
}

function ignoreMissingTable(error: unknown): undefined {
  if (errorCode(error) !== "SQLITE_ERROR") throw error;
}

/** The code alone: a driver's message may repeat what it was given. */
function reason(error: unknown): string {
  const code = errorCode(error);
  if (code === "SQLITE_NOTADB") return ": it is not an SQLite database";
  if (code === "SQLITE_CORRUPT") return ": it is damaged";
  if (code === "SQLITE_BUSY") return ": another process has it for itself";
  return code === undefined ? "" : ` (${code})`;
}

async function readCanary(db: Db): Promise<string | undefined> {
  return (await db.get<{ value: string }>(sql`SELECT value FROM meta WHERE key = 'canary'`))?.value;
}

/** The configured key, or the generated one beside the data. Throws StartError for a file that holds something else. */
export function findKey(config: Config): Key | undefined {
  if (config.encryptionKey !== null) {
    return { keyring: createKeyring(config.encryptionKey), source: "KAGI_ENCRYPTION_KEY", file: null };
  }
  if (!existsSync(config.keyPath)) return undefined;
  const keyring = readKey(config.keyPath);
  if (keyring === undefined) {
    throw new StartError(
      `${config.keyPath} is malformed: a key is 64 hex characters. Put your backup of the key there. Nothing was changed.`,
    );
  }
  return { keyring, source: config.keyPath, file: config.keyPath };
}

function readKey(file: string): Keyring | undefined {
  const text = readFileSync(file, "utf8").trim();
  return KEY_TEXT.test(text) ? createKeyring(text) : undefined;
}

/** Keys beside the data, such as an interrupted change of keys leaves, that fit where the configured one does not. */
function fittingKeyFiles(config: Config, canary: string): string[] {
  if (!existsSync(config.dataDir)) return [];
  return readdirSync(config.dataDir)
    .filter((name) => name.startsWith("kagi.key") && !name.includes(".partial-"))
    .flatMap((name) => {
      const keyring = readKey(join(config.dataDir, name));
      if (keyring === undefined || !fits(keyring, canary)) return [];
      return `The key in ${join(config.dataDir, name)} (fingerprint ${keyring.fingerprint}) does fit: name that file in KAGI_ENCRYPTION_KEY_FILE, or move it to ${config.keyPath}.`;
    });
}

export function fits(keyring: Keyring, canary: string): boolean {
  try {
    return open(keyring, CANARY, canary) === CANARY_TEXT;
  } catch (error) {
    if (error instanceof EnvelopeError) return false;
    throw error;
  }
}

function keyOfNewVault(config: Config, log: Log, mayCreate: boolean): Keyring {
  if (!mayCreate) throw new StartError(noVault(config, config.sqlitePath));
  return findKey(config)?.keyring ?? makeKey(config, log);
}

/** Of two starts at once, one makes the key and the other takes it. */
function makeKey(config: Config, log: Log): Keyring {
  const text = generateKey();
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  try {
    writeNewFile(config.keyPath, `${text}\n`);
  } catch (error) {
    const made = errorCode(error) === "EEXIST" ? findKey(config) : undefined;
    if (made === undefined) throw error;
    return made.keyring;
  }
  const keyring = createKeyring(text);
  log.warn("BACK UP THE ENCRYPTION KEY NOW. Without it nothing in this vault can ever be read again.", {
    file: config.keyPath,
    fingerprint: keyring.fingerprint,
  });
  return keyring;
}

function noVault(config: Config, path: string): string {
  const where = config.databaseUrl === null ? path : "PostgreSQL";
  return `There is no vault in ${where} yet. Start one with: kagi serve`;
}

async function plantCanary(db: Db, keyring: Keyring): Promise<void> {
  await db.run(sql`
    INSERT INTO meta (key, value) VALUES ('canary', ${seal(keyring, CANARY, CANARY_TEXT)}) ON CONFLICT (key) DO NOTHING`);
}
