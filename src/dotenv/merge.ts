import { readEnv } from "./read.ts";

/** `line` is what `formatLine` made of the pair. */
export type Assignment = Readonly<{ key: string; value: string; line: string }>;

export type Merged = Readonly<{
  text: string;
  /** Keys that are in the text already, with another value, which was replaced where it stood. */
  replaced: readonly string[];
  /** Keys that have the value already. */
  same: readonly string[];
  /** Keys that the text lacks; where they go is the caller's. */
  missing: readonly string[];
}>;

/**
 * Puts values into `.env` text whose lines end with LF. Everything else stays as it is: comments, order, other keys. Of a
 * key that is set more than once the last line counts, and is the one that changes.
 */
export function mergeEnv(text: string, assignments: readonly Assignment[]): Merged {
  const last = new Map(readEnv(text).entries.map((entry) => [entry.key, entry]));
  const lines: (string | null)[] = text.split("\n");
  const replaced: string[] = [];
  const same: string[] = [];
  const missing: string[] = [];
  for (const { key, value, line } of assignments) {
    const entry = last.get(key);
    if (entry === undefined) missing.push(key);
    else if (entry.value === value && entry.ambiguous === undefined) same.push(key);
    else {
      const first = entry.line - 1;
      const exported = /^\s*export\s/.test(lines[first] ?? "");
      // A comment may stand before it; what begins so first is the assignment.
      lines[first] = exported ? line.replace(new RegExp(`^${key}=`, "m"), `export ${key}=`) : line;
      for (let at = first + 1; at < entry.endLine; at++) lines[at] = null;
      replaced.push(key);
    }
  }
  return { text: lines.filter((line) => line !== null).join("\n"), replaced, same, missing };
}
