import { randomSecret } from "../../crypto/secrets.ts";
import { type Assignment, appendLines, mergeEnv } from "../../dotenv/merge.ts";
import { readEnv } from "../../dotenv/read.ts";
import { DialectError, type EnvItem, formatLine, writeComment, writeEnv } from "../../dotenv/write.ts";
import type { OpenedEntry } from "../entries/actions.ts";
import type { Value } from "../entries/value.ts";
import { type Choice, describe, type Generated, type Line } from "./proposal.ts";
import { withoutPrefix } from "./variables.ts";

/** Lines that belong together, under one comment. */
export type Block = Readonly<{ comment: string; lines: readonly Readonly<{ key: string; value: string }>[] }>;

/** The chosen lines with their values, and new secrets; `gone` are the variables whose entry is another by now. */
export function fillIn(
  picks: readonly Line[],
  generated: readonly Generated[],
  values: ReadonlyMap<string, OpenedEntry>,
): { blocks: Block[]; gone: string[] } {
  const gone: string[] = [];
  const bySource = Map.groupBy(picks, ({ source }) => source.id);
  const blocks = [...bySource.values()].map((of) => {
    const lines = of.flatMap(({ variable, source, field }) => {
      const opened = values.get(source.id);
      const value = opened?.updatedAt === source.updatedAt ? textOf(opened.value, field) : undefined;
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
  /** Variables that the file has under another prefix than the draft gives them, and which stay. */
  beside: readonly string[];
  /** Variables whose value has no form that is safe for every reader; a comment stands for each. */
  notWritten: readonly string[];
  notPortable: readonly Readonly<{ key: string; misreadBy: readonly string[] }>[];
}>;

/** The blocks as a text of their own. */
export function writeBlocks(blocks: readonly Block[]): DraftText {
  const { text, notPortable, refused } = writeEnv(itemsOf(blocks));
  return { text, replaced: [], beside: [], notWritten: refused, notPortable };
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

/** The blocks put into the content of a file: what it has gets its new value in place, the rest goes behind. */
export function addBlocks(content: string, blocks: readonly Block[]): DraftText {
  const { text, notWritten, notPortable } = writeBlocks(blocks);
  if (content === "") return { text, replaced: [], beside: [], notWritten, notPortable };
  const { content: merged, replaced, missing } = mergeEnv(content, blocks.flatMap(assignmentsOf));
  const rest = blocks
    .map(({ comment, lines }) => ({ comment, lines: lines.filter(({ key }) => missing.includes(key)) }))
    .filter(({ lines }) => lines.length > 0);
  const whole = rest.length === 0 ? merged : appendLines(merged, writeBlocks(rest).text);
  const others = [...readEnv(content).values.keys()].filter((key) => !missing.includes(key));
  const beside = others.filter((key) => missing.some((name) => withoutPrefix(name) === withoutPrefix(key)));
  return { text: whole, replaced, beside, notWritten, notPortable };
}

function itemsOf(blocks: readonly Block[]): EnvItem[] {
  return blocks.flatMap(({ comment, lines }, index) => [
    ...(index === 0 ? [] : [{ blank: true as const }]),
    { comment },
    ...lines,
  ]);
}

/** What can be written; of what cannot, `writeBlocks` tells. */
function assignmentsOf({ comment, lines }: Block): Assignment[] {
  return lines.flatMap(({ key, value }) => {
    try {
      return [{ key, value, line: formatLine(key, value).line, comment: writeComment(comment) }];
    } catch (error) {
      if (!(error instanceof DialectError)) throw error;
      return [];
    }
  });
}

function textOf(value: Value | null, field: string | null): string | undefined {
  if (value === null) return undefined;
  if (typeof value === "string") return field === null ? value : undefined;
  return field !== null && Object.hasOwn(value, field) ? value[field] : undefined;
}

function withReason(what: string, reason: string): string {
  return reason === "" ? what : `${what}: ${reason}`;
}
