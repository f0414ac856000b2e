import { diffLines } from "diff";
import { endingOf, hasMark, layOut } from "../../dotenv/layout.ts";
import type { Difference, DifferenceLine } from "./model.ts";

/** Lines of both that are shown around what differs. */
const AROUND = 3;
/** Two texts further apart than this are not worth setting side by side, nor the time it takes. */
const MOST_CHANGES = 4_000;
const MOST_MS = 250;

/** From one content to another, line by line; how the lines end and a byte order mark are told in words. */
export function differenceOf(from: string, to: string): Difference {
  const [before, after] = [layOut(from), layOut(to)];
  const notes = [
    ...noteOf("Line endings", endingOf(before.layout), endingOf(after.layout), before.text !== "" && after.text !== ""),
    ...(hasMark(before.layout) === hasMark(after.layout)
      ? []
      : [`The byte order mark is ${hasMark(after.layout) ? "new" : "gone"}.`]),
    ...(endsOpen(before.text) === endsOpen(after.text)
      ? []
      : [
          `The last line ${endsOpen(after.text) ? "does not end with a line break any more" : "ends with a line break now"}.`,
        ]),
  ];
  const changes = diffLines(closed(before.text), closed(after.text), {
    maxEditLength: MOST_CHANGES,
    timeout: MOST_MS,
  });
  if (changes === undefined) return { lines: null, added: 0, removed: 0, notes };

  const lines: Exclude<DifferenceLine, { kind: "skipped" }>[] = [];
  const at = { before: 1, after: 1 };
  for (const { value, added, removed } of changes) {
    for (const text of value.replace(/\n$/, "").split("\n")) {
      if (value === "") continue;
      if (removed) lines.push({ kind: "removed", text, line: at.before++ });
      else lines.push({ kind: added ? "added" : "same", text, line: at.after++ });
      if (!added && !removed) at.before++;
    }
  }
  return {
    lines: withoutLongRuns(lines),
    added: lines.filter(({ kind }) => kind === "added").length,
    removed: lines.filter(({ kind }) => kind === "removed").length,
    notes,
  };
}

function noteOf(what: string, before: string | null, after: string | null, both: boolean): string[] {
  if (!both || before === after) return [];
  return [`${what}: ${before ?? "mixed"} before, ${after ?? "mixed"} now.`];
}

function endsOpen(text: string): boolean {
  return text !== "" && !text.endsWith("\n");
}

/** A last line without its break would differ from the same line with one. */
function closed(text: string): string {
  return endsOpen(text) ? `${text}\n` : text;
}

/** Only what differs, and a few lines around it. */
function withoutLongRuns(lines: readonly Exclude<DifferenceLine, { kind: "skipped" }>[]): DifferenceLine[] {
  const near = new Set<number>();
  for (const [index, { kind }] of lines.entries()) {
    if (kind === "same") continue;
    for (let at = index - AROUND; at <= index + AROUND; at++) near.add(at);
  }
  const shown: DifferenceLine[] = [];
  let skipped = 0;
  for (const [index, line] of lines.entries()) {
    if (!near.has(index)) {
      skipped += 1;
      continue;
    }
    if (skipped > 0) shown.push({ kind: "skipped", count: skipped });
    skipped = 0;
    shown.push(line);
  }
  return skipped > 0 ? [...shown, { kind: "skipped", count: skipped }] : shown;
}
