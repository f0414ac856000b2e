import { randomSecret } from "../../crypto/secrets.ts";
import { type Assignment, mergeEnv } from "../../dotenv/merge.ts";
import { DialectError, type EnvItem, formatLine, writeComment, writeEnv } from "../../dotenv/write.ts";
import type { Value } from "../entries/value.ts";
import { type Choice, describe, type Generated, type Line } from "./proposal.ts";

/** Lines that belong together, under one comment. */
export type Block = Readonly<{ comment: string; lines: readonly Readonly<{ key: string; value: string }>[] }>;

/** The chosen lines with their values, and new secrets; `gone` are the variables whose entry is not there any more. */
export function fillIn(
  picks: readonly Line[],
  generated: readonly Generated[],
  values: ReadonlyMap<string, Value>,
): { blocks: Block[]; gone: string[] } {
  const gone: string[] = [];
  const bySource = Map.groupBy(picks, ({ source }) => source.id);
  const blocks = [...bySource.values()].map((of) => {
    const lines = of.flatMap(({ variable, source, field }) => {
      const value = textOf(values.get(source.id), field);
      if (value === undefined) gone.push(variable);
      return value === undefined ? [] : [{ key: variable, value }];
    });
    return { comment: withReason(of[0] === undefined ? "" : describe(of[0].source), of[0]?.reason ?? ""), lines };
  });
  const made = generated.map(({ variable, format, bytes, reason }) => ({
    comment: withReason(`generated, ${bytes} random bytes as ${format}`, reason),
    lines: [{ key: variable, value: randomSecret(format, bytes) }],
  }));
  return { blocks: [...blocks.filter(({ lines }) => lines.length > 0), ...made], gone };
}

export type DraftText = Readonly<{
  text: string;
  replaced: readonly string[];
  /** Variables whose value has no form that is safe for every reader; a comment stands for each. */
  notWritten: readonly string[];
  notPortable: readonly Readonly<{ key: string; misreadBy: readonly string[] }>[];
}>;

/** The blocks as a text of their own. */
export function writeBlocks(blocks: readonly Block[]): DraftText {
  const { text, notPortable, refused } = writeEnv(itemsOf(blocks));
  return { text, replaced: [], notWritten: refused, notPortable };
}

/** A text with what there is to say of it that is no line of it, as comments behind. */
export function withRemarks(
  text: string,
  { by, offered, leftOut }: Pick<Choice, "offered" | "leftOut"> & Readonly<{ by: "model" | "names" }>,
): string {
  const remarks = [
    ...(by === "names" ? ["matched by names, without AI"] : []),
    ...(text === "" ? ["nothing in the vault fits"] : []),
    ...leftOut.map(({ source, reason }) => `left out: ${describe(source)}: ${reason}`),
    ...offered.map(({ source, variable }) => `also there: ${variable} of ${describe(source)}`),
  ];
  if (remarks.length === 0) return text;
  return `${text}${text === "" ? "" : "\n"}${remarks.map((remark) => `${writeComment(remark)}\n`).join("")}`;
}

/** The blocks put into a text, whose lines end with LF: what it has gets its new value in place, the rest goes behind. */
export function addBlocks(text: string, blocks: readonly Block[]): DraftText {
  const { notWritten, notPortable, ...whole } = writeBlocks(blocks);
  if (text.trim() === "") return { ...whole, notWritten, notPortable };
  const writable = blocks.flatMap(({ lines }) => lines.flatMap(assignmentOf));
  const merged = mergeEnv(text, writable);
  const missing = new Set([...merged.missing, ...notWritten]);
  const rest = blocks
    .map(({ comment, lines }) => ({ comment, lines: lines.filter(({ key }) => missing.has(key)) }))
    .filter(({ lines }) => lines.length > 0);
  if (rest.length === 0) return { text: merged.text, replaced: merged.replaced, notWritten, notPortable };
  const gap = merged.text.endsWith("\n\n") ? "" : merged.text.endsWith("\n") ? "\n" : "\n\n";
  return { text: merged.text + gap + writeBlocks(rest).text, replaced: merged.replaced, notWritten, notPortable };
}

function itemsOf(blocks: readonly Block[]): EnvItem[] {
  return blocks.flatMap(({ comment, lines }, index) => [
    ...(index === 0 ? [] : [{ blank: true as const }]),
    { comment },
    ...lines,
  ]);
}

function assignmentOf({ key, value }: Block["lines"][number]): Assignment[] {
  try {
    return [{ key, value, line: formatLine(key, value).line }];
  } catch (error) {
    if (!(error instanceof DialectError)) throw error;
    return [];
  }
}

function textOf(value: Value | undefined, field: string | null): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string") return field === null ? value : undefined;
  return field !== null && Object.hasOwn(value, field) ? value[field] : undefined;
}

function withReason(what: string, reason: string): string {
  return reason === "" ? what : `${what}: ${reason}`;
}
