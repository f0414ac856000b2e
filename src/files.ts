import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  openSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

/** A file for its owner alone, whole and on disk when this returns. Throws EEXIST rather than overwrite. */
export function writeNewFile(path: string, text: string): void {
  const partial = `${path}.partial-${process.pid}`;
  writeFileSync(partial, text, { mode: 0o600 });
  publish(partial, path);
}

/**
 * Gives a finished file its name, for good: of two that race for one name, one gets it and the other throws EEXIST, and
 * nobody ever sees half a file.
 */
export function publish(partial: string, path: string): void {
  try {
    chmodSync(partial, 0o600);
    flush(partial);
    addName(partial, path);
  } finally {
    unlinkSync(partial);
  }
  flush(dirname(path));
}

/** A second name for a file, which must be free; a copy where the file system knows no second names. */
export function addName(path: string, another: string): void {
  try {
    linkSync(path, another);
  } catch (error) {
    if (errorCode(error) === "EEXIST") throw error;
    copyFileSync(path, another, constants.COPYFILE_EXCL);
    flush(another);
  }
}

/** Waits until a file, or the names in a folder, are on disk. */
export function flush(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === "string" ? code : undefined;
}
