import { AppError } from "../../errors.ts";

/** `codes` are distinct, as printed; `ignored` are the lines, or parts of lines, that were taken for something else. */
export type ReadRecoveryCodes = { codes: string[]; ignored: string[] };

/**
 * Recovery codes out of text as services print them: one a line, numbered, with bullets or check boxes, in columns, as a
 * list with commas, with sentences around them. What looks like a code alone counts; what only might be one counts where
 * it is of the form that the others have. Codes that are marked as used are ignored. Throws VALIDATION_ERROR.
 */
export function readRecoveryCodes(text: string): ReadRecoveryCodes {
  checkRecoveryText(text);
  const lines = text
    .split(/[\r\n\v\f\u2028\u2029]+/)
    .flatMap((line) => (line.length > LINE_LENGTH ? tooLong(line) : readLine(line)));
  const form = commonForm(lines);
  const codes = new Map<string, number | null>();
  const ignored: string[] = [];
  for (const line of lines) {
    const found = line.found.filter((candidate) => isTaken(candidate, form, line));
    const taken = found.flatMap((candidate) => divide(candidate, form).map((code) => ({ ...candidate, code })));
    for (const { code, number } of taken) if (!codes.has(code)) codes.set(code, number);
    ignored.push(...(taken.length === 0 ? [line.text] : line.others));
    if (taken.length > 0 && !line.prose) {
      ignored.push(
        ...line.found.filter((candidate) => !found.includes(candidate)).map(({ groups }) => groups.join(" ")),
      );
    }
  }
  return { codes: inOrder(codes), ignored: ignored.filter((part) => part !== "") };
}

/** Throws VALIDATION_ERROR for what is too long to be looked through. */
export function checkRecoveryText(text: string): void {
  if (text.length <= TEXT_LENGTH) return;
  const message = `The text is longer than ${TEXT_LENGTH.toLocaleString("en")} characters: paste the codes alone`;
  throw new AppError("VALIDATION_ERROR", message, { field: "recoveryCodes" });
}

/** A code of one or more groups between spaces. `number` is what stands before it in a numbered list. */
type Candidate = { groups: string[]; number: number | null; listed: boolean; sure: boolean };
/** `prose` is a line of words, of which `found` are those that look like codes most of all. */
type Line = { text: string; found: Candidate[]; others: string[]; prose: boolean };

type CommonForm = { form: string; count: number; of: number; size: number; length: number };

/** Many times what anybody prints. */
const TEXT_LENGTH = 50_000;
/** A line is looked at from many sides, in a time that grows with its square. */
const LINE_LENGTH = 2000;
const LONGEST = 255;
const LEAST = 6;
const BULLET = /^(?:[-*•·‣▪▫◦●○–—+>»→☐□]|\[ ?\])\s*/u;
const NUMBER = /^(?:#\s*|\()?(\d{1,3})(?:[.):]|\s+[-–—])\s*(?=\S)/u;
const NEXT_NUMBER = / (?=\(?\d{1,3}[.)] )/;
const COLUMNS = /\t+| {2,}/;
const SEPARATORS = /[|│┃,;]/;
const LABEL = /^\p{L}[\p{L}\p{N} #'’/()-]*:(?:\s+|$)/u;
const USED = /\bused\b|[✓✔☑☒✗✘]|~~|\[x\]/iu;
const UNUSED = /[([]?\b(?:unused|not (?:yet )?used)\b[)\]]?/giu;
const WORD = /^[A-Za-z0-9]+(?:[-–—_][A-Za-z0-9]+)*$/;
const DATE = /^(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}-\d{1,2}-(?:\d{2}|\d{4}))$/;

function tooLong(text: string): Line[] {
  return [{ text, found: [], others: [], prose: true }];
}

function readLine(raw: string): Line[] {
  const text = raw
    .replace(/[\u00A0\u2000-\u200A\u202F\u3000]/g, " ")
    .replace(/[\u200B-\u200D\u2060\uFEFF]/g, "")
    .trim();
  if (!/[\p{L}\p{N}]/u.test(text)) return [];
  const plain = text.replace(UNUSED, " ").trim();
  const cells = cellsOf(plain);
  const read = cells.map((cell) => ({ cell, found: readCell(cell) }));
  const found = read.flatMap((part) => part.found);
  const others = read.filter((part) => part.found.length === 0).map(({ cell }) => cell);
  if (found.length > 0) {
    return [{ text, found, others: others.filter((cell) => !/^\d{1,3}[.)]?$/.test(cell)), prose: false }];
  }
  return [{ text, found: USED.test(plain) ? [] : inProse(plain), others: [], prose: true }];
}

/** The parts of a line that may each be a code: after its label, between tabs, wide spaces, commas and numbers. */
function cellsOf(line: string): string[] {
  const label = LABEL.exec(line)?.[0] ?? "";
  const parts = (text: string) =>
    text
      .split(COLUMNS)
      .flatMap((part) => part.split(SEPARATORS))
      .flatMap((part) => part.trim().split(NEXT_NUMBER))
      .map((part) => part.trim())
      .filter((part) => part !== "");
  const unlabelled = parts(line.slice(label.length));
  const labelled = label !== "" && unlabelled.length > 0 && unlabelled.every((cell) => readCell(cell).length > 0);
  return labelled ? unlabelled : parts(line);
}

/** The codes in one cell, none when it is something else, or used. */
function readCell(cell: string): Candidate[] {
  if (cell.length > 10 * LONGEST || USED.test(cell)) return [];
  const { text, number, listed } = stripMarks(cell);
  const words = text.split(" ").map(unquote);
  if (words.length === 0 || !words.every((word) => WORD.test(word) && word.length <= LONGEST)) return [];
  const candidate = (groups: string[], sure: boolean): Candidate => ({ groups, number, listed, sure });
  if (words.length === 1) {
    const [word = ""] = words;
    if (isCode(word)) return [candidate([word], true)];
    return /^[A-Za-z]{6,}$/.test(word) ? [candidate([word], false)] : [];
  }
  const [first = "", ...others] = words;
  const rest = readGroups(others);
  if (/^\d{1,2}$/.test(first) && rest.length === 1) {
    return rest.map(({ groups, sure }) => ({ groups, sure, number: Number(first), listed: true }));
  }
  return readGroups(words).map(({ groups, sure }) => candidate(groups, sure));
}

function readGroups(words: string[]): { groups: string[]; sure: boolean }[] {
  const size = words[0]?.length ?? 0;
  const alike = words.every((word) => word.length === size && /^[A-Za-z0-9]+$/.test(word));
  if (words.length > 1 && alike && size >= 3 && size < LEAST) {
    const digits = words.every((word) => /^\d+$/.test(word));
    // Two columns of "1234 5678", rather than the number of a bank card.
    if (digits && size === 4 && words.length % 2 === 0) {
      return Array.from({ length: words.length / 2 }, (_, at) => ({
        groups: words.slice(2 * at, 2 * at + 2),
        sure: true,
      }));
    }
    const mixed =
      words.every((word) => /\d/.test(word) || /^[A-Z]+$/.test(word)) && words.some((word) => /\d/.test(word));
    const many = words.length > 2 && words.filter((word) => /\d/.test(word)).length * 2 >= words.length;
    return [{ groups: words, sure: mixed || many }];
  }
  return words.every(isCode) ? words.map((word) => ({ groups: [word], sure: true })) : [];
}

/** A word that is hardly one of a language. */
function isCode(word: string): boolean {
  const groups = word.split(/[-–—_]/);
  const length = groups.join("").length;
  if (length < LEAST || DATE.test(word)) return false;
  const withDigits = groups.filter((group) => /\d/.test(group)).length;
  if (groups.length === 1) return withDigits > 0;
  const even = groups.every((group) => group.length === groups[0]?.length);
  if (withDigits === 0) return even && (groups[0]?.length ?? 0) >= (groups.length > 2 ? 3 : 4);
  return even || withDigits * 2 >= groups.length || word === word.toUpperCase();
}

/** The words of a sentence that look like codes most of all. */
function inProse(text: string): Candidate[] {
  const words = text.split(/\s+/).map((word) => unquote(word.replace(/^\p{P}+/u, "")));
  const strong = words.filter((word) => {
    if (word.length < 8 || word.length > LONGEST || !WORD.test(word) || !isCode(word)) return false;
    const groups = word.split(/[-–—_]/);
    const even = groups.every((group) => group.length === groups[0]?.length);
    return even && /[A-Za-z]/.test(word) && (/\d/.test(word) || (groups.length > 2 && word === word.toUpperCase()));
  });
  return strong.map((word) => ({ groups: [word], number: null, listed: false, sure: false }));
}

/** The form that most of the sure codes have. */
function commonForm(lines: readonly Line[]): CommonForm | null {
  const sure = lines.flatMap(({ found }) => found).filter((candidate) => candidate.sure);
  const counts = new Map<string, CommonForm>();
  for (const { groups } of sure) {
    const form = formOf(groups);
    const known = counts.get(form) ?? {
      form,
      count: 0,
      of: sure.length,
      size: groups.length,
      length: groups[0]?.length ?? 0,
    };
    counts.set(form, { ...known, count: known.count + 1 });
  }
  const [most] = [...counts.values()].sort((a, b) => b.count - a.count || a.size - b.size);
  return most ?? weakForm(lines);
}

/** Codes of letters alone, where there are no others: alike, in a list or at least three. */
function weakForm(lines: readonly Line[]): CommonForm | null {
  const weak = lines.filter(({ prose }) => !prose).flatMap(({ found }) => found);
  const [first] = weak;
  if (first === undefined || !weak.every(({ groups }) => formOf(groups) === formOf(first.groups))) return null;
  if (weak.length < 3 && !weak.every(({ listed }) => listed)) return null;
  return { form: formOf(first.groups), count: weak.length, of: weak.length, size: first.groups.length, length: 0 };
}

function isTaken(candidate: Candidate, common: CommonForm | null, { prose }: Line): boolean {
  if (common === null) return prose;
  const { form, count, of } = common;
  if (formOf(candidate.groups) === form) return true;
  if (!candidate.sure) return false;
  const several = candidate.groups.length > common.size && candidate.groups.length % common.size === 0;
  if (several && candidate.groups[0]?.length === common.length) return true;
  // Alone among many of another form, it is something else, such as a name.
  return count < 4 || count < 0.8 * of || candidate.listed;
}

/** Codes that stand side by side with a single space between them, as their form tells elsewhere. */
function divide({ groups }: Candidate, common: CommonForm | null): string[] {
  const size = common?.size ?? groups.length;
  const divisible =
    size > 1 && groups.length > size && groups.length % size === 0 && groups[0]?.length === common?.length;
  if (!divisible) return [groups.join(" ")];
  return Array.from({ length: groups.length / size }, (_, at) => groups.slice(at * size, (at + 1) * size).join(" "));
}

function formOf(groups: readonly string[]): string {
  return groups.map((group) => group.replace(/[A-Za-z0-9]+/g, (part) => String(part.length))).join(" ");
}

/** As they are read, or by their numbers where each has one of its own: columns are often numbered downwards. */
function inOrder(codes: ReadonlyMap<string, number | null>): string[] {
  const numbers = [...codes.values()];
  const numbered = numbers.every((number) => number !== null) && new Set(numbers).size === numbers.length;
  const entries = [...codes];
  if (numbered) entries.sort(([, a], [, b]) => Number(a) - Number(b));
  return entries.map(([code]) => code);
}

function stripMarks(cell: string): { text: string; number: number | null; listed: boolean } {
  let text = cell;
  let number: number | null = null;
  let listed = false;
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(BULLET, "");
    const numbered: RegExpExecArray | null = number === null ? NUMBER.exec(text) : null;
    if (numbered !== null) {
      number = Number(numbered[1]);
      text = text.slice(numbered[0].length);
    }
    listed ||= text !== before;
  }
  return { text: unquote(text), number, listed };
}

/** Without quotation marks and brackets around it, or a full stop after it. */
function unquote(text: string): string {
  let end = text.length;
  while (end > 0 && "\"'`´’”]})>.:*".includes(text[end - 1] as string)) end--;
  return text.slice(0, end).replace(/^["'`´‘“[{(<*]+/, "");
}
