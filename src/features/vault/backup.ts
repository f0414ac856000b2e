import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Config } from "../../config.ts";
import { openSqlite } from "../../db/sqlite.ts";
import { copySqlite, findDamage, holdSqlite, readSqlite, shareSqlite } from "../../db/sqlite-file.ts";
import { addName, errorCode, flush, publish } from "../../files.ts";
import { bringUpToDate, checkCanary, findCanary, findKey, mustFit, StartError, unlock } from "../../start.ts";
import { recordOperator } from "./trail.ts";

/**
 * Copies the vault as it is at this moment into a new file, also while a server runs. The secrets in it are as sealed
 * as they are in the vault, and the key is not in it. Throws StartError.
 */
export async function backUp(
  config: Config,
  file: string,
): Promise<{ bytes: number; fingerprint: string; recorded: boolean }> {
  refusePostgres(config, "pg_dump");
  const { key } = await unlock(config);
  if (existsSync(file)) throw new StartError(`${file} exists already; nothing is overwritten.`);
  const partial = `${file}.partial-${process.pid}`;
  const source = shareSqlite(config.sqlitePath);
  let recorded: boolean;
  try {
    closeSync(openSync(partial, "wx", 0o600));
    await copySqlite(source, partial);
    // A vault that cannot be written to, or is of an older version, is copied all the same.
    recorded = await source
      .transaction((tx) => recordOperator(tx, key.keyring, "backup", () => new Date()))
      .then(
        () => true,
        () => false,
      );
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  } finally {
    await source.close();
  }
  publish(partial, file);
  return { bytes: statSync(file).size, fingerprint: key.keyring.fingerprint, recorded };
}

/**
 * Puts a backup in the vault's place, once it has proved to be sound, of a version that is known, and openable with the
 * key at hand. With `replace`, the vault that is there keeps another name, which is returned. Throws StartError.
 */
export async function restore(
  config: Config,
  file: string,
  options: { replace: boolean; now: () => Date },
): Promise<{ kept: string | null; fingerprint: string }> {
  refusePostgres(config, "pg_restore or psql");
  const path = config.sqlitePath;
  const from = resolve(file);
  if (!existsSync(from)) throw new StartError(`There is no file ${file}.`);
  if (from === path) throw new StartError(`${file} is the vault itself.`);
  if (existsSync(path) && !options.replace) {
    throw new StartError(
      `${path} holds a vault already. To put the backup in its place, add --replace; it will be kept beside.`,
    );
  }
  const key = findKey(config);
  if (key === undefined) {
    throw new StartError(
      `There is no encryption key to open the backup with. Put your backup of the key at ${config.keyPath}.`,
    );
  }
  const canary = await findCanary(from);
  if (canary === undefined) throw new StartError(`${file} is no backup of a vault.`);
  mustFit(config, key, canary, file);

  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const partial = `${path}.restoring-${process.pid}`;
  try {
    const backup = readSqlite(from);
    try {
      const damage = await findDamage(backup);
      if (damage.length > 0) throw new StartError(`${file} is damaged: ${damage.join("; ")}.`);
      closeSync(openSync(partial, "wx", 0o600));
      await copySqlite(backup, partial);
    } finally {
      await backup.close();
    }
    const db = openSqlite(partial);
    try {
      await bringUpToDate(db, key.keyring, options.now);
      await checkCanary(db, key.keyring);
      await db.transaction((tx) => recordOperator(tx, key.keyring, "restore", options.now));
    } finally {
      await db.close();
    }
    flush(partial);
    const kept = existsSync(path) ? await setAside(path, options.now()) : null;
    renameSync(partial, path);
    flush(dirname(path));
    return { kept, fingerprint: key.keyring.fingerprint };
  } finally {
    for (const ending of ["", "-wal", "-shm"]) rmSync(partial + ending, { force: true });
  }
}

/** A second name for the vault that is about to be replaced, so that there is none without a moment's vault between. */
async function setAside(path: string, now: Date): Promise<string> {
  const kept = `${path}.before-restore-${now.toISOString().replace(/[-:]|\.\d+/g, "")}`;
  try {
    // Closing it brings what is in the write-ahead log into the file.
    await holdSqlite(path).close();
  } catch (error) {
    if (errorCode(error) === "SQLITE_BUSY") throw new StartError(`${path} is in use. Stop the server first.`);
    // Too damaged to be opened, which may be why it is replaced: what there is of it is kept as it is.
  }
  addName(path, kept);
  for (const ending of ["-wal", "-journal"]) {
    if (existsSync(path + ending)) renameSync(path + ending, kept + ending);
  }
  rmSync(`${path}-shm`, { force: true });
  return basename(kept);
}

function refusePostgres(config: Config, tool: string): void {
  if (config.databaseUrl !== null) {
    throw new StartError(`The vault is in PostgreSQL. Use its own tools for that: ${tool}.`);
  }
}
