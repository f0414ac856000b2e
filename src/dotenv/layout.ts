/**
 * A form sends every line break as CRLF and a textarea shows every one as LF, so that a text that is edited in a page
 * travels as two things: its lines with LF alone, and its layout, which says how the lines ended and whether a byte
 * order mark stood in front. `crlf` is a file of CRLF throughout, `bom lf` has a mark, and `crlf*3 lf*2` is a file whose
 * first three lines end otherwise than the two that follow. What is made from the two is the file as it was.
 */
export type Laid = Readonly<{ text: string; layout: string }>;

const BREAK = /\r\n|\r|\n/g;
const BOM = "\ufeff";
const NAMES: Readonly<Record<string, string>> = { "\n": "lf", "\r\n": "crlf", "\r": "cr" };
const BREAKS: Readonly<Record<string, string>> = { lf: "\n", crlf: "\r\n", cr: "\r" };

/** Takes a file apart. */
export function layOut(content: string): Laid {
  const hasMark = content.startsWith(BOM);
  const body = hasMark ? content.slice(1) : content;
  const runs: { name: string; count: number }[] = [];
  for (const [sign] of body.matchAll(BREAK)) {
    const name = NAMES[sign] as string;
    const last = runs.at(-1);
    if (last?.name === name) last.count += 1;
    else runs.push({ name, count: 1 });
  }
  const [first = { name: "lf" }] = runs;
  const endings = runs.length < 2 ? first.name : runs.map(({ name, count }) => `${name}*${count}`).join(" ");
  return { text: body.replace(BREAK, "\n"), layout: hasMark ? `bom ${endings}` : endings };
}

/**
 * Puts a file together. Where the endings were mixed and lines have come or gone, nobody can tell which was which: then
 * every line ends as most of them did.
 */
export function joinLines(text: string, layout: string): string {
  const lines = text.replace(BREAK, "\n");
  return (hasMark(layout) ? BOM : "") + withEndings(lines, runsOf(layout));
}

export function hasMark(layout: string): boolean {
  return layout.startsWith("bom ");
}

/** The layout with a byte order mark, or without one. */
export function withMark(layout: string, wanted: boolean): string {
  return `${wanted ? "bom " : ""}${layout.replace(/^bom /, "")}`;
}

/** How lines end: `LF`, `CRLF`, `CR`, or null when they do not agree. */
export function endingOf(layout: string): string | null {
  const [only, another] = runsOf(layout);
  return another === undefined ? (only?.name ?? "lf").toUpperCase() : null;
}

type Run = { name: string; count: number };

function runsOf(layout: string): Run[] {
  const runs = [...layout.matchAll(/\b(lf|crlf|cr)(?:\*(\d{1,9}))?/g)];
  return runs.map(([, name = "lf", count = "1"]) => ({ name, count: Number(count) }));
}

function withEndings(lines: string, runs: readonly Run[]): string {
  if (runs.length < 2) return runs[0]?.name === "lf" || runs.length === 0 ? lines : lines.replaceAll("\n", only(runs));
  const known = runs.reduce((sum, { count }) => sum + count, 0);
  const parts = lines.split("\n");
  if (parts.length - 1 !== known) return lines.replaceAll("\n", only(runs));
  const endings = runs.flatMap(({ name, count }) => new Array<string>(count).fill(BREAKS[name] ?? "\n"));
  return parts.map((part, index) => part + (endings[index] ?? "")).join("");
}

/** What most lines end with. */
function only(runs: readonly Run[]): string {
  const counts = new Map<string, number>();
  for (const { name, count } of runs) counts.set(name, (counts.get(name) ?? 0) + count);
  const [[most] = ["lf"]] = [...counts].sort(([, one], [, other]) => other - one);
  return BREAKS[most] ?? "\n";
}
