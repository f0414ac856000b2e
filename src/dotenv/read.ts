import { decodePairs, KAGI_ESCAPES, misreadBy, type Parser, type Quote } from "./parsers.ts";
import { isVariableName } from "./write.ts";

/**
 * Reads `.env` text: nothing is expanded and nothing is run. The scanner goes over the whole text, so that a quoted
 * value may span lines, and it always gets to the end: a line it cannot use becomes a problem, and the next one counts.
 */
export type Reason =
  /** Bare text with a `#` inside: dotenv and its kin end the value there. */
  | "hash"
  /** Bare text that a shell takes for more than one word, or for signs of its own. */
  | "bare"
  /** `$NAME` or `${NAME}`, which some programs replace. */
  | "expansion"
  /** `$(…)` or back quotes, which some programs run. */
  | "command"
  /** Quotes of a kind, or a backslash, that programs decode differently. */
  | "escape"
  /** A quote that is not closed, or text behind the closing one: every program recovers in its own way. */
  | "unclosed"
  | "trailing"
  /** A carriage return inside the value. */
  | "line-ending";

export type EnvEntry = {
  key: string;
  value: string;
  /** First and last line, counted from 1. */
  line: number;
  endLine: number;
  quote: Quote;
  /** Present when programs do not agree on the value. */
  ambiguous?: { reasons: Reason[]; misreadBy: Parser[] };
};

export type Problem = {
  line: number;
  severity: "error" | "warning" | "info";
  kind: "syntax" | "key" | "unclosed" | "ambiguous" | "duplicate" | "bom" | "spaces" | "docker";
  /** For people; never contains a value. */
  message: string;
};

export type EnvText = {
  /** In the order of the file, duplicates included. */
  entries: EnvEntry[];
  /** What a program has after loading the file: of duplicates, the last. */
  values: Map<string, string>;
  duplicates: { key: string; lines: number[] }[];
  /** Ordered by line, as many as anybody reads; `moreProblems` are not listed. */
  problems: Problem[];
  moreProblems: number;
  bom: boolean;
};

const LINE_BREAK = /\r\n?|\n/g;
const START = /[^\S\r\n]*(?:(export)[^\S\r\n]+)?([^\s=#'"`]+)([^\S\r\n]*)=([^\S\r\n]*)/y;
const REST = /[^\r\n]*/y;
/** What may follow a closing quote. */
const BEHIND = /(?:[^\S\r\n]+#[^\r\n]*|[^\S\r\n]*)(?=[\r\n]|$)/y;
const QUOTED: Record<Exclude<Quote, "">, RegExp> = {
  "'": /'([^']*)'/y,
  "`": /`([^`]*)`/y,
  '"': /"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y,
};

const matchAt = (pattern: RegExp, text: string, at: number) => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

const isQuote = (sign: string | undefined): sign is Exclude<Quote, ""> => sign === "'" || sign === '"' || sign === "`";

type Scanned = { quote: Quote; inner: string; value: string; end: number; unclosed: boolean; trailing: boolean };

/** The value that starts at `at`: quoted when the quote closes and nothing but a comment follows, else the line's rest. */
const scanValue = (text: string, at: number): Scanned => {
  const rest = matchAt(REST, text, at)?.[0] ?? "";
  const quote = text[at];
  if (isQuote(quote)) {
    const quoted = matchAt(QUOTED[quote], text, at);
    const behind = quoted && matchAt(BEHIND, text, at + quoted[0].length);
    if (quoted && behind) {
      const inner = quoted[1] ?? "";
      const end = at + quoted[0].length + behind[0].length;
      return { quote, inner, value: decode(quote, inner), end, unclosed: false, trailing: false };
    }
    const sameLine = quoted !== null && !/[\r\n]/.test(quoted[0]);
    const inner = withoutComment(rest);
    const paired = inner.length > 1 && inner.endsWith(quote);
    const value = paired ? inner.slice(1, -1) : inner;
    return { quote: "", inner, value, end: at + rest.length, unclosed: !sameLine, trailing: sameLine };
  }
  // Only white space before a `#` makes it a comment, and the white space in front of the value is already behind us.
  const inner = rest.startsWith("#") && /\s/.test(text[at - 1] ?? "") ? "" : withoutComment(rest);
  return { quote: "", inner, value: inner, end: at + rest.length, unclosed: false, trailing: false };
};

const withoutComment = (rest: string) => rest.replace(/\s#[^\n]*/, "").trimEnd();

const decode = (quote: Quote, inner: string) => {
  const text = inner.replaceAll("\r\n", "\n");
  return quote === '"' ? decodePairs(text, KAGI_ESCAPES) : text;
};

const reasonsFor = ({ quote, inner }: Scanned): Reason[] => {
  const reasons: Reason[] = [];
  if (inner.includes("\r")) reasons.push("line-ending");
  if (quote === "" && inner.includes("#")) reasons.push("hash");
  if (/\$[\w{]/.test(inner)) reasons.push("expansion");
  if (quote !== "'" && (inner.includes("$(") || inner.includes("`") || quote === "`")) reasons.push("command");
  if (quote === "" && /[\s"';&|<>()]|^[~=]/.test(inner)) reasons.push("bare");
  if (inner.includes("\\") || reasons.length === 0) reasons.push("escape");
  return reasons;
};

const BECAUSE: Record<Reason, string> = {
  hash: "has a # without quotes",
  bare: "has spaces or shell signs without quotes",
  expansion: "has a $NAME",
  command: "has a $(command) or back quotes, which some programs run",
  escape: "is written with escapes",
  unclosed: "opens a quote that is not closed",
  trailing: "has text behind the closing quote",
  "line-ending": "has a carriage return",
};

/**
 * docker takes quotes for text and ruby-dotenv ends at a line break: counting them would flag nearly every file. They
 * are named where others disagree too. Kagi is the one that reads here.
 */
const COUNTS = (parser: Parser) => parser !== "docker" && parser !== "ruby-dotenv";

/** What most values are: bare text that stands for itself everywhere, so that there is nobody to ask. */
const PLAIN = /^(?!=)[A-Za-z0-9_./:@%+,=-]*$/;

const ambiguity = (scanned: Scanned): EnvEntry["ambiguous"] => {
  if (scanned.quote === "" && !scanned.unclosed && !scanned.trailing && PLAIN.test(scanned.inner)) return undefined;
  if (scanned.unclosed) return { reasons: ["unclosed"], misreadBy: [] };
  if (scanned.trailing) return { reasons: ["trailing"], misreadBy: [] };
  const misreaders = misreadBy(scanned, scanned.value).filter((parser) => parser !== "Kagi");
  return misreaders.some(COUNTS) ? { reasons: reasonsFor(scanned), misreadBy: misreaders } : undefined;
};

/** Line numbers for rising offsets. */
const lineCounter = (text: string) => {
  const starts = [0];
  for (const match of text.matchAll(LINE_BREAK)) starts.push(match.index + match[0].length);
  let line = 0;
  return (offset: number) => {
    while ((starts[line + 1] ?? Number.POSITIVE_INFINITY) <= offset) line++;
    return line + 1;
  };
};

/** A file with more problems than this has one: it is no `.env` file. */
const LISTED = 1000;

export const readEnv = (source: string): EnvText => {
  const bom = source.startsWith("\ufeff");
  const text = bom ? source.slice(1) : source;
  const lineAt = lineCounter(text);
  const entries: EnvEntry[] = [];
  const problems: Problem[] = [];
  let moreProblems = 0;
  const problem = (
    line: number,
    severity: Problem["severity"],
    kind: Problem["kind"],
    message: string | (() => string),
  ) => {
    if (problems.length >= LISTED) moreProblems++;
    else problems.push({ line, severity, kind, message: typeof message === "string" ? message : message() });
  };
  if (bom)
    problem(1, "warning", "bom", "The file starts with a byte order mark: Vite, Node and bash lose the first key");
  let dockerTold = false;

  let at = 0;
  while (at < text.length) {
    const line = lineAt(at);
    const start = matchAt(START, text, at);
    if (start === null) {
      const rest = matchAt(REST, text, at)?.[0] ?? "";
      if (!/^\s*(?:#|$)/.test(rest)) problem(line, "error", "syntax", "Not a KEY=value line");
      at = nextLine(text, at + rest.length);
      continue;
    }
    const [whole, exported, key = "", before, after] = start;
    const scanned = scanValue(text, at + whole.length);
    const endLine = lineAt(scanned.end);
    at = nextLine(text, scanned.end);
    if (!isVariableName(key)) {
      problem(line, "error", "key", "The name is not a variable name: letters, digits and _, no digit first");
      continue;
    }
    const entry: EnvEntry = { key, value: scanned.value, line, endLine, quote: scanned.quote };
    entries.push(entry);
    const ambiguous = ambiguity(scanned);
    if (ambiguous !== undefined) {
      entry.ambiguous = ambiguous;
      const [severity, kind] = scanned.unclosed
        ? (["error", "unclosed"] as const)
        : (["warning", "ambiguous"] as const);
      problem(line, severity, kind, () => describe(key, ambiguous));
    }
    if (`${before}${scanned.value === "" ? "" : after}` !== "") {
      problem(
        line,
        "warning",
        "spaces",
        () => `${key} has spaces around =: a shell runs it as a command, docker refuses the file`,
      );
    } else if (!dockerTold && exported !== undefined) {
      dockerTold = true;
      problem(line, "info", "docker", "docker run --env-file refuses a file with export");
    }
  }

  const duplicates = findDuplicates(entries);
  for (const { key, lines } of duplicates) {
    for (const line of lines.slice(0, -1))
      problem(line, "warning", "duplicate", () => `${key} is set again in line ${lines.at(-1)}`);
  }
  problems.sort((one, other) => one.line - other.line);
  return {
    entries,
    values: new Map(entries.map(({ key, value }) => [key, value])),
    duplicates,
    problems,
    moreProblems,
    bom,
  };
};

const describe = (key: string, { reasons, misreadBy: who }: NonNullable<EnvEntry["ambiguous"]>) =>
  `${key} ${reasons.map((reason) => BECAUSE[reason]).join(", ")}${who.length > 0 ? `; read differently by ${who.join(", ")}` : ""}`;

const nextLine = (text: string, at: number) => at + (text.startsWith("\r\n", at) ? 2 : 1);

const findDuplicates = (entries: readonly EnvEntry[]): EnvText["duplicates"] => {
  const lines = new Map<string, number[]>();
  for (const { key, line } of entries) {
    const known = lines.get(key);
    if (known === undefined) lines.set(key, [line]);
    else known.push(line);
  }
  return [...lines].filter(([, at]) => at.length > 1).map(([key, at]) => ({ key, lines: at }));
};
