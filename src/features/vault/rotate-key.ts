import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../../config.ts";
import { seal } from "../../crypto/envelope.ts";
import { createKeyring, generateKey, type Keyring } from "../../crypto/keyring.ts";
import { holdStarts, pendingMigrations } from "../../db/migrate.ts";
import { openPostgres } from "../../db/postgres.ts";
import { type Db, sql } from "../../db/sql.ts";
import { holdSqlite } from "../../db/sqlite-file.ts";
import { addName, errorCode, flush, writeNewFile } from "../../files.ts";
import { StartError, unlock } from "../../start.ts";
import { rekeyTrail } from "../audit/chain.ts";
import { lockSealed, otherServers } from "./queries.ts";
import { everySealed } from "./sealed.ts";
import { recordOperator } from "./trail.ts";

export type Rotated = Readonly<{
  /** False when the file's free pages may still hold what the old key opens. */
  tidied: boolean;
  values: number;
  from: string;
  to: string;
  /** Where the new key is, and where the old one; null for one that only the operator holds. */
  newKeyFile: string | null;
  oldKeyFile: string | null;
  /** Whether the next start finds the new key by itself. */
  installed: boolean;
}>;

/**
 * Seals everything anew under another key: the given one, or a fresh one. One transaction, so that the vault opens with
 * either the old key or the new one and never with half of each, and the new key is on disk before it. Where the old
 * key is the generated file, the new one takes its place and the old one is kept; after a crash between the two, a
 * start names the file that fits. No server may run: it would go on sealing with the old key. Throws StartError.
 */
export async function rotateKey(config: Config, given: string | null): Promise<Rotated> {
  const { key } = await unlock(config);
  const old = key.keyring;
  const text = given ?? generateKey();
  const next = createKeyring(text);
  if (next.fingerprint === old.fingerprint) throw new StartError("The new key is the one that the vault has already.");

  const ownsFile = key.file === config.keyPath;
  const waiting = ownsFile || given === null ? `${config.keyPath}.new-${next.fingerprint}` : null;
  const db = await openAlone(config);
  try {
    if (waiting !== null && !existsSync(waiting)) {
      mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
      writeNewFile(waiting, `${text}\n`);
    }
    const values = await reseal(db, old, next).catch((error: unknown) => {
      // Refused before the commit. After any other failure the new key may be the one that fits: it stays.
      if (error instanceof StartError && waiting !== null) rmSync(waiting, { force: true });
      throw error;
    });
    const oldKeyFile = ownsFile ? installKey(config.keyPath, waiting as string, old) : key.file;
    // What the old key opens is to be gone from the file's free pages, too.
    // Without the space for that the rotation stands all the same.
    const tidied = db.engine !== "sqlite" || (await succeeds(db.run(sql`VACUUM`)));
    const newKeyFile = ownsFile ? config.keyPath : waiting;
    return { tidied, values, from: old.fingerprint, to: next.fingerprint, newKeyFile, oldKeyFile, installed: ownsFile };
  } finally {
    await db.close();
  }
}

async function succeeds(work: Promise<void>): Promise<boolean> {
  return await work.then(
    () => true,
    () => false,
  );
}

async function openAlone(config: Config): Promise<Db> {
  if (config.databaseUrl !== null) return openPostgres(config.databaseUrl);
  try {
    return holdSqlite(config.sqlitePath);
  } catch (error) {
    if (errorCode(error) === "SQLITE_BUSY") throw new StartError(RUNNING);
    throw error;
  }
}

const RUNNING =
  "A server is running on this vault. Stop it first: it would go on sealing with the old key. Nothing was changed.";

async function reseal(db: Db, old: Keyring, next: Keyring): Promise<number> {
  return await db.transaction(async (tx) => {
    if (tx.engine === "postgres") {
      await holdStarts(tx);
      await mustBeAlone(tx);
      for (const lock of lockSealed()) await tx.run(lock);
    }
    await mustBeCurrent(tx);
    let values = 0;
    const damaged: string[] = [];
    for await (const { place, text, put } of everySealed(tx, old)) {
      if (text === undefined) damaged.push(`${place.table} ${place.id}`);
      else await put(seal(next, place, text));
      values++;
    }
    if (damaged.length > 0) {
      throw new StartError(
        `${damaged.length} of ${values} values do not open, so the key was not changed. Delete them or restore a backup: ${damaged.slice(0, 20).join(", ")}`,
      );
    }
    await rekeyTrail(tx, old, next);
    await recordOperator(tx, next, "rotate-key", () => new Date(), `from=${old.fingerprint} to=${next.fingerprint}`);
    return values;
  });
}

/** In an older vault, what is sealed may be elsewhere. */
async function mustBeCurrent(tx: Db): Promise<void> {
  const pending = await pendingMigrations(tx);
  if (pending.length > 0) {
    throw new StartError(`The vault lacks ${pending.join(", ")}: run kagi migrate first. Nothing was changed.`);
  }
}

const PATIENCE_MS = 2000;

/** A connection that has been closed, such as the one that the key was tried on, is seen for a moment longer. */
async function mustBeAlone(tx: Db): Promise<void> {
  const since = Date.now();
  while ((await tx.get<{ count: number }>(otherServers()))?.count !== 0) {
    if (Date.now() - since > PATIENCE_MS) throw new StartError(RUNNING);
    await Bun.sleep(100);
    await tx.run(sql`SELECT pg_stat_clear_snapshot()`);
  }
}

/** The new key takes the file's name in one step; at no moment is there no key. Returns where the old one is. */
function installKey(path: string, waiting: string, old: Keyring): string {
  const kept = `${path}.old-${old.fingerprint}`;
  if (!existsSync(kept)) addName(path, kept);
  chmodSync(kept, 0o600);
  renameSync(waiting, path);
  flush(path);
  flush(dirname(path));
  return kept;
}
