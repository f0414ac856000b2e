import { readEnv } from "./read.ts";

/** `line` is what `formatLine` made of the pair, `comment` a comment line that tells where the value comes from. */
export type Assignment = Readonly<{ key: string; value: string; line: string; comment: string }>;

export type Merged = Readonly<{
  content: string;
  /** Keys that were there with another value, which was replaced where it stood. */
  replaced: readonly string[];
  /** Keys that the file lacks; where they go is the caller's. */
  missing: readonly string[];
}>;

/** A comment as `Assignment.comment` has them, by which one that was written here before is known again. */
const SOURCE = /^# .+ — .+ \((?:development|staging|production)\)(?::|$)/;
/** The comments that `formatLine` puts around a line. */
const ABOVE = /^# not portable: [^\n]*$/;
const BELOW = /^# ['"`] ends [A-Za-z_]\w*$/;

/**
 * Puts values into the content of a `.env` file. Every other line stays byte for byte, and so does one that says the same
 * already; a comment behind a value goes with the value. Of a key that is set more than once the last line counts, and is
 * the one that changes. New lines end as most of the file's do; the line breaks within a value are LF.
 */
export function mergeEnv(content: string, assignments: readonly Assignment[]): Merged {
  const last = new Map(readEnv(content).entries.map((entry) => [entry.key, entry]));
  const ending = usualEnding(content);
  const lines: { text: string; ending: string }[] = linesOf(content);
  const gone = new Set<number>();
  const replaced: string[] = [];
  const missing: string[] = [];
  for (const { key, value, line, comment } of assignments) {
    const entry = last.get(key);
    if (entry === undefined) {
      missing.push(key);
      continue;
    }
    if (entry.value === value && entry.ambiguous === undefined) continue;
    const at = { first: entry.line - 1, end: entry.endLine };
    const mark = at.first === 0 && content.startsWith("\ufeff") ? "\ufeff" : "";
    const exported = /^\ufeff?\s*export\s/.test(lines[at.first]?.text ?? "");
    if (ABOVE.test(lines[at.first - 1]?.text ?? "")) at.first -= 1;
    if (BELOW.test(lines[at.end]?.text ?? "")) at.end += 1;
    // What begins so first is the assignment; a comment may stand before it.
    const text = exported ? line.replace(new RegExp(`^${key}=`, "m"), `export ${key}=`) : line;
    const before = lines.slice(at.first, at.end);
    if (before.map((one) => one.text).join("\n") === mark + text) continue;
    const source = lines[at.first - 1];
    if (source !== undefined && SOURCE.test(source.text)) lines[at.first - 1] = { ...source, text: comment };
    lines[at.first] = { text: mark + text, ending: lines[at.end - 1]?.ending ?? ending };
    for (let number = at.first + 1; number < at.end; number++) gone.add(number);
    replaced.push(key);
  }
  const kept = lines.filter((_, number) => !gone.has(number));
  return { content: kept.map(({ text, ending: end }) => text + end).join(""), replaced, missing };
}

/** The content with lines, which end with LF, behind it after an empty line; they end as most of the others do. */
export function appendLines(content: string, text: string): string {
  if (content.replace("\ufeff", "").trim() === "") return content + text;
  const ending = usualEnding(content);
  const last = linesOf(content).at(-1);
  const gap = last?.text === "" ? "" : ending;
  return `${content}${last?.ending === "" && last.text !== "" ? ending : ""}${gap}${text.replaceAll("\n", ending)}`;
}

const LINE = /([^\r\n]*)(\r\n|\r|\n|$)/g;

function linesOf(content: string): { text: string; ending: string }[] {
  const lines = [...content.matchAll(LINE)].map(([, text = "", ending = ""]) => ({ text, ending }));
  // The pattern finds an empty rest behind the last line break.
  return lines.at(-1)?.text === "" && lines.at(-1)?.ending === "" ? lines.slice(0, -1) : lines;
}

function usualEnding(content: string): string {
  const counts = Map.groupBy(linesOf(content), ({ ending }) => ending);
  counts.delete("");
  const [most] = [...counts].sort(([, one], [, other]) => other.length - one.length);
  return most?.[0] ?? "\n";
}
