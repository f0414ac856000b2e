import { misreadBy, type Parser, type Written } from "./parsers.ts";

/**
 * Writes `.env` text. What every program agrees on is written one way for all of them; a value they cannot agree on is
 * written for the program that was asked for, or, as `portable`, for dotenv with a comment that names who misreads it.
 */
export const DIALECTS = ["portable", "shell", "compose", "python", "node", "next", "vite", "bun", "docker"] as const;
export type Dialect = (typeof DIALECTS)[number];

/** A dialect that has no way to write the value of `key`. Carries the name only: a value never reaches a message. */
export class DialectError extends Error {
  constructor(
    readonly key: string,
    readonly dialect: Dialect,
  ) {
    super(`${key} cannot be written for ${dialect}`);
    this.name = "DialectError";
  }
}

export type Line = {
  /** The assignment, with the comments that belong to it, without a final line break. */
  line: string;
  /** Who reads something else; empty for what was written for one program. */
  notPortable: Parser[];
};

export type EnvItem = { comment: string } | { key: string; value: string } | { blank: true };

export type EnvDocument = {
  text: string;
  notPortable: { key: string; misreadBy: Parser[] }[];
  /** Names that are no variable names, or whose value the dialect cannot hold; in the text a comment stands for them. */
  refused: string[];
};

export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const isVariableName = (name: string): boolean => VARIABLE_NAME.test(name);

/** These stand for themselves everywhere, but for a leading `=`, which zsh takes for the path of a command. */
const BARE = /^(?!=)[A-Za-z0-9_./:@%+,=-]*$/;
const NOT_SINGLE_QUOTED = /['\r]|\\\\|\\\$|\$[A-Za-z0-9_{]|\\$/;
const NOT_DOUBLE_QUOTED = /["`$\\\r]/;
/** What no environment variable, or no UTF-8 file, can hold. */
const holds = (value: string) => !value.includes("\0") && value.isWellFormed();

/** The form that all programs read alike, or null. */
const portable = (value: string): Written | null => {
  if (BARE.test(value)) return { quote: "", inner: value };
  if (!NOT_SINGLE_QUOTED.test(value)) return { quote: "'", inner: value };
  if (!NOT_DOUBLE_QUOTED.test(value)) return { quote: '"', inner: value };
  return null;
};

/** Between double quotes a shell runs these, or may by way of a subscript or a `${x@P}`. */
const runsInShells = (value: string) => /`|\$[({]/.test(value) || (value.includes("$") && value.includes("["));

/**
 * The best form for dotenv that no shell runs: dotenv's back quotes would be a command to the next `. .env`. Where that
 * leaves none, double quotes with the shells' escapes: dotenv keeps the backslashes and still finds the end. Not so
 * where dotenvx would run a `$(…)`, escaped or not, or Node, which takes `\"` for the end, the next lines for variables.
 */
const forDotenv = (value: string): Written | null => {
  if (!/['\r]/.test(value)) return { quote: "'", inner: value };
  if (!/"|\\[nr]|\\$/.test(value) && !runsInShells(value)) {
    return { quote: '"', inner: value.replaceAll("\r", "\\r") };
  }
  if (value.includes("$(") || (value.includes('"') && /[\r\n]/.test(value))) return null;
  return { quote: '"', inner: value.replace(/[\\"$`]/g, "\\$&") };
};

/** Raw text in the first kind of quotes that it lacks. `"` would turn `\n` and `\r` into line breaks. */
const rawQuoted = (value: string): Written | null => {
  if (value.includes("\r")) return null;
  const quote = (["'", "`", '"'] as const).find((candidate) => !value.includes(candidate));
  if (quote === undefined || (quote === '"' && /\\[nr]/.test(value))) return null;
  return { quote, inner: value };
};

/** The same for programs that expand `$NAME` in any quotes. */
const expandable = (value: string): Written | null => {
  const written = rawQuoted(value);
  return written && { ...written, inner: written.inner.replaceAll("$", "\\$") };
};

const forPython = (value: string): Written | null => {
  if (value.includes("${") || value.endsWith("\\")) return null;
  return value.includes("\r")
    ? { quote: '"', inner: value.replace(/[\\"]/g, "\\$&").replaceAll("\r", "\\r") }
    : { quote: "'", inner: value.replace(/[\\']/g, "\\$&") };
};

const COMPOSE_ESCAPES: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const forCompose = (value: string): Written => ({
  quote: '"',
  inner: value.replace(/[\\"$\n\r\t]/g, (sign) => COMPOSE_ESCAPES[sign] ?? `\\${sign}`),
});

const OTHERWISE: Record<Exclude<Dialect, "docker">, (value: string) => Written | null> = {
  portable: forDotenv,
  shell: (value) => ({ quote: "'", inner: value.replaceAll("'", "'\\''") }),
  compose: forCompose,
  python: forPython,
  node: rawQuoted,
  next: expandable,
  vite: expandable,
  // Bun takes a quote behind a backslash for text, and everything up to the next quote with it.
  bun: (value) => (value.endsWith("\\") ? null : expandable(value)),
};

/** docker reads a line as it is, a line at a time, and no line longer than Go's scanner takes. */
const DOCKER_LINE = 64 * 1024;

const write = (value: string, dialect: Dialect): Written | null => {
  if (!holds(value)) return null;
  if (dialect === "docker") return /[\r\n]/.test(value) ? null : { quote: "", inner: value };
  return portable(value) ?? OTHERWISE[dialect](value);
};

const textOf = ({ quote, inner }: Written) => quote + inner + quote;

/** The text behind `KEY=`, or null when the dialect cannot hold the value. */
export const writeValue = (value: string, dialect: Dialect = "portable"): string | null => {
  const written = write(value, dialect);
  return written && textOf(written);
};

/** One assignment; throws a {@link DialectError} for an invalid name and for what the dialect cannot hold. */
export const formatLine = (key: string, value: string, dialect: Dialect = "portable"): Line => {
  const written = isVariableName(key) ? write(value, dialect) : null;
  if (written === null) throw new DialectError(key, dialect);
  let line = `${key}=${textOf(written)}`;
  if (dialect === "docker" && Buffer.byteLength(line) >= DOCKER_LINE) throw new DialectError(key, dialect);
  // dotenv and Bun may take the last quote for an escaped one and look for another. This one ends the search here.
  if (written.quote !== "" && written.inner.endsWith("\\")) line += `\n# ${written.quote} ends ${key}`;
  if (dialect !== "portable" || portable(value) !== null) return { line, notPortable: [] };
  const notPortable = misreadBy(written, value);
  return { line: `${writeComment(`not portable: ${notPortable.join(", ")}`)}\n${line}`, notPortable };
};

/** Who would read another value out of a portable file; null when it has no form that is safe for all. */
export const misreadersOf = (value: string): Parser[] | null => {
  const written = write(value, "portable");
  if (written === null) return null;
  return portable(value) === null ? misreadBy(written, value) : [];
};

/** Line breaks, the other controls, and what cannot be seen or turns text around: none of it may start a line or hide one. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]|\u034f/gu;

/** One comment line from untrusted text. A backslash at its end would join the next line to it for some programs. */
export const writeComment = (text: string): string => {
  let line = `# ${text.toWellFormed().replace(UNPRINTABLE, " ")}`.trimEnd();
  while (line.endsWith("\\")) line = line.slice(0, -1).trimEnd();
  return line;
};

export const writeEnv = (items: readonly EnvItem[], dialect: Dialect = "portable"): EnvDocument => {
  const lines: string[] = [];
  const notPortable: EnvDocument["notPortable"] = [];
  const refused: string[] = [];
  for (const item of items) {
    if ("comment" in item) lines.push(writeComment(item.comment));
    else if ("blank" in item) lines.push("");
    else {
      try {
        const written = formatLine(item.key, item.value, dialect);
        lines.push(written.line);
        if (written.notPortable.length > 0) notPortable.push({ key: item.key, misreadBy: written.notPortable });
      } catch (error) {
        if (!(error instanceof DialectError)) throw error;
        refused.push(item.key);
        lines.push(
          writeComment(`not written: ${item.key}, which has no safe form here; ask for the dialect of its reader`),
        );
      }
    }
  }
  return { text: lines.map((line) => `${line}\n`).join(""), notPortable, refused };
};
