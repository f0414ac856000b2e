import { misreadersOf } from "../../dotenv/write.ts";
import { SERVICES } from "../categories/services.ts";
import type { OpenedEntry } from "../entries/actions.ts";
import type { Entry, Environment } from "../entries/model.ts";
import type { Value } from "../entries/value.ts";
import type { Asked } from "./candidates.ts";
import {
  type Answer,
  type Framework,
  MOST_GENERATED,
  REASON_LENGTH,
  SECRET_BYTES,
  type SecretFormat,
  type Wishes,
} from "./model.ts";
import { cleanVariable, isSecretsName, nameVariable, withoutPrefix, withoutPrefixes } from "./variables.ts";

/** An entry, by its names. */
export type Source = Readonly<{
  id: string;
  categoryId: string;
  category: string;
  keyType: Entry["category"]["keyType"];
  name: string;
  environment: Environment;
  updatedAt: string;
}>;

/** One line of the file that is proposed. */
export type Line = Readonly<{
  /** What a tick says. */
  key: string;
  variable: string;
  source: Source;
  /** Which field of a group, null for a simple key. */
  field: string | null;
  /** One clean line. Whoever chose wrote it. */
  reason: string;
  /** Ours. */
  notes: readonly string[];
  /** The programs that would read another value; null when it has no form that is safe for any of them. */
  misreadBy: readonly string[] | null;
}>;

export type Generated = Readonly<{
  key: string;
  variable: string;
  format: SecretFormat;
  /** Of randomness. */
  bytes: number;
  reason: string;
}>;

export type Choice = Readonly<{
  picks: readonly Line[];
  /** What fits less, or would take the place of a pick; written only when somebody ticks it. */
  offered: readonly Line[];
  generated: readonly Generated[];
  leftOut: readonly Readonly<{ source: Source; reason: string }>[];
  /** Parts of the answer that cannot be used. */
  dropped: number;
  framework: Framework | null;
}>;

/** What decides which of two values of a variable fits. */
export type Fit = Readonly<{ wishes: Wishes; currentProject: string | null }>;

/**
 * What becomes of an answer, of which nothing is believed: ids are those of the question, names are valid, secrets get no
 * public prefix, no variable is written twice, nothing that the vault has is generated. `values` are those of all entries
 * that the answer names.
 */
export function choose(asked: Asked, answer: Answer, opened: ReadonlyMap<string, OpenedEntry>, fit: Fit): Choice {
  const named = entriesOf(asked, answer);
  const generated = newSecrets(asked, answer, fit);
  const framework = fit.wishes.framework ?? answer.framework;
  const stored = notNamed(generated.known, named, fit);
  const { kept: meant, replaced } = inEnvironment(asked, [...named.selected, ...stored.meant], fit);
  // One that was deleted since is not there to be spoken of.
  const isThere = ({ entry }: Chosen) => !isWritable(entry) || opened.has(entry.id);
  const kept = meant.filter(isThere);
  const offered = [...replaced, ...named.offered, ...stored.others].filter(isThere);
  const openedValue = ({ entry }: Chosen) => (isWritable(entry) ? (opened.get(entry.id)?.value ?? null) : null);
  const writable = (one: Chosen) => openedValue(one) !== null;
  const linesOf = (one: Chosen) => {
    const value = openedValue(one);
    return value === null ? [] : lines(one, value, { framework, prompt: asked.question.prompt });
  };

  const taken = new Map<string, Found>();
  const also: Found[] = [];
  for (const one of kept.toSorted(byFit(fit))) {
    const plain = linesOf({ ...one, variable: null });
    for (const [index, line] of linesOf(one).entries()) {
      const free = [line, plain[index]].find((named) => named !== undefined && !taken.has(named.variable));
      if (free === undefined) also.push(line);
      else taken.set(free.variable, free);
    }
  }
  also.push(...offered.flatMap(linesOf));

  // As the answer has them, and each group's fields in their order.
  const place = new Map(kept.map(({ entry }, index) => [entry.id, index]));
  const written = [...taken.values()].sort(
    (one, other) => (place.get(one.source.id) ?? 0) - (place.get(other.source.id) ?? 0),
  );
  const secrets = generated.secrets.filter(({ variable }) => !taken.has(variable));
  let number = 0;
  const keyed = <T>(list: readonly T[]) => list.map((one) => ({ ...one, key: String(number++) }));
  return {
    picks: keyed(written.map((line) => unlike(line, undefined, fit))),
    offered: keyed(withoutRepeats(also, written).map((line) => unlike(line, taken.get(line.variable), fit))),
    generated: keyed(secrets),
    leftOut: [...kept, ...offered]
      .filter((one) => !writable(one))
      .map(({ entry }) => ({
        source: sourceOf(entry),
        reason: LEFT_OUT[entry.category.keyType] ?? "Its value does not open with this key",
      })),
    dropped:
      named.strangers +
      (meant.length - kept.length) +
      (generated.dropped + generated.secrets.length - secrets.length) +
      answer.malformed,
    framework,
  };
}

/** The entries whose values `choose` wants. */
export function namedBy(asked: Asked, answer: Answer, fit: Fit): Entry[] {
  const named = [...answer.selected, ...answer.offered].flatMap(({ id }) => asked.entries.get(id) ?? []);
  const instead = named.filter((entry) => !isWished(entry, fit)).flatMap((entry) => siblings(asked, entry));
  return [...new Set([...named, ...newSecrets(asked, answer, fit).known, ...instead])].filter(isWritable);
}

/** `OpenAI — Blog (production)`. */
export function describe({ category, name, environment }: Source): string {
  return `${category} — ${name} (${environment})`;
}

/** One line of text from somebody else: no line break, nothing invisible, not long. */
export function cleanReason(text: string): string {
  const line = text.toWellFormed().replace(INVISIBLE, " ").replace(/\s+/g, " ").trim();
  if (line.length <= REASON_LENGTH) return line;
  return `${line.slice(0, REASON_LENGTH - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\u115f\u1160\u3164\uffa0]|\u034f/gu;

const LEFT_OUT: Partial<Record<Entry["category"]["keyType"], string>> = {
  ssh: "An SSH key is a file; download it from its category",
  json: "A JSON file is no variable; download it from its category",
};

type Chosen = Readonly<{ entry: Entry; variable: string | null; reason: string }>;
type Found = Omit<Line, "key">;

/** A line with how it is not what was asked for, or whose place it would take: that one is. */
function unlike(line: Found, holder: Found | undefined, fit: Fit): Found {
  const notes = holder === undefined ? differences(line.source, fit) : [`Instead of ${describe(holder.source)}`];
  return { ...line, notes: [...notes, ...line.notes] };
}

function entriesOf({ entries }: Asked, answer: Answer) {
  const seen = new Set<string>();
  let strangers = 0;
  const take = (list: readonly Readonly<{ id: string; variable?: string | null; reason: string }>[]): Chosen[] =>
    list.flatMap(({ id, variable = null, reason }) => {
      const entry = entries.get(id);
      if (entry === undefined || seen.has(id)) {
        strangers += 1;
        return [];
      }
      seen.add(id);
      return [{ entry, variable, reason: cleanReason(reason) }];
    });
  const selected = take(answer.selected);
  return { selected, offered: take(answer.offered), strangers };
}

/**
 * An entry of another environment than the one that was asked for gives way to the one of its category and project that
 * has it.
 */
function inEnvironment(asked: Asked, selected: readonly Chosen[], fit: Fit) {
  const replaced: Chosen[] = [];
  const has = new Set(selected.map(({ entry }) => entry.id));
  const kept = selected.map((one) => {
    if (isWished(one.entry, fit)) return one;
    const better = siblings(asked, one.entry).find((entry) => isWished(entry, fit) && !has.has(entry.id));
    if (better === undefined) return one;
    has.add(better.id);
    replaced.push(one);
    return { ...one, entry: better };
  });
  return { kept, replaced };
}

function isWished({ environment }: Pick<Entry, "environment">, { wishes: { environments } }: Fit): boolean {
  return environments.length === 0 || environments.includes(environment);
}

/** The same thing of the same project in other environments, among what the question holds. */
function siblings({ entries }: Asked, of: Entry): Entry[] {
  return [...entries.values()].filter(
    ({ id, categoryId, name }) => id !== of.id && categoryId === of.categoryId && name === of.name,
  );
}

function isWritable({ category }: Entry): boolean {
  return category.keyType === "simple" || category.keyType === "group";
}

/** What was asked for first: its environment, its project. Else production, and then the answer's order. */
function byFit(fit: Fit) {
  const rank = rankOf(fit);
  return (one: Chosen, other: Chosen) => rank(one.entry) - rank(other.entry);
}

function rankOf(fit: Fit) {
  const project = fit.wishes.project ?? fit.currentProject;
  const order = [...fit.wishes.environments, "production", "staging", "development"];
  return (entry: Entry) =>
    (isWished(entry, fit) ? 0 : 100) + (entry.name === project ? 0 : 10) + order.indexOf(entry.environment);
}

type How = Readonly<{ framework: Framework | null; prompt: string }>;

function lines({ entry, variable, reason }: Chosen, value: Value, { framework, prompt }: How): Found[] {
  const source = sourceOf(entry);
  const fields =
    typeof value === "string"
      ? [{ field: null, own: entry.category.envVarName ?? "", text: value }]
      : Object.entries(value).map(([field, text]) => ({ field, own: field, text }));
  return fields.map(({ field, own, text }) => {
    const wished = field === null ? variable : null;
    const named = nameVariable({ own, wished, framework, value: text, prompt });
    const notes = [
      ...(named.isExposed ? ["Its name makes it public, and it looks like a secret"] : []),
      ...(named.isPublic && !named.isExposed ? ["Public: browsers get to see it"] : []),
      ...(withoutPrefix(named.variable) === withoutPrefix(own) ? [] : [`In the vault it is ${own}`]),
      ...(text === "" ? ["Empty in the vault"] : []),
    ];
    return { variable: named.variable, source, field, reason, notes, misreadBy: misreadersOf(text) };
  });
}

/** How an entry is not what was asked for. */
function differences(source: Source, fit: Fit): string[] {
  const { environments, project } = fit.wishes;
  return [
    ...(isWished(source, fit) ? [] : [`Not of ${environments.join(" or ")}`]),
    ...(project === null || project === source.name ? [] : [`Not of ${project}`]),
  ];
}

function withoutRepeats(lines: readonly Found[], written: readonly Found[]): Found[] {
  const seen = new Set(written.map(({ source, field }) => `${source.id}\n${field ?? ""}`));
  return lines.filter(({ source, field }) => {
    const key = `${source.id}\n${field ?? ""}`;
    return !seen.has(key) && seen.add(key);
  });
}

function sourceOf({ id, categoryId, category, name, environment, updatedAt }: Entry): Source {
  return { id, categoryId, category: category.name, keyType: category.keyType, name, environment, updatedAt };
}

function newSecrets(asked: Asked, answer: Answer, fit: Fit) {
  const secrets: Omit<Generated, "key">[] = [];
  const known: Entry[] = [];
  let dropped = 0;
  for (const { variable: wished, format, bytes, reason } of answer.generated) {
    const clean = cleanVariable(wished);
    // A random value that browsers get to see would be no secret.
    const variable = clean === null ? null : withoutPrefixes(clean);
    const stored = variable === null ? undefined : findKnown(asked, variable, fit);
    if (stored !== undefined) known.push(stored);
    else if (
      variable === null ||
      !isSecretsName(variable) ||
      OF_SERVICES.has(variable) ||
      secrets.length === MOST_GENERATED ||
      secrets.some((one) => one.variable === variable)
    ) {
      dropped += 1;
    } else {
      const inRange = Math.min(Math.max(Math.trunc(bytes), SECRET_BYTES.least), SECRET_BYTES.most);
      secrets.push({ variable, format, bytes: inRange, reason: cleanReason(reason) });
    }
  }
  return { secrets, known, dropped };
}

/** What was to be generated and is in the vault: of the project that is meant it is taken from there, else offered. */
function notNamed(known: readonly Entry[], { selected, offered }: ReturnType<typeof entriesOf>, fit: Fit) {
  const named = new Set([...selected, ...offered].map(({ entry }) => entry.id));
  const project = fit.wishes.project ?? fit.currentProject;
  const chosen = [...new Set(known)]
    .filter(({ id }) => !named.has(id))
    .map((entry) => ({ entry, variable: null, reason: "The vault has it, so that none is generated" }));
  const isMeant = ({ entry }: Chosen) => entry.name === project && entry.category.keyType === "simple";
  return { meant: chosen.filter(isMeant), others: chosen.filter((one) => !isMeant(one)) };
}

/** What the vault has under that name; of several the one that fits. */
function findKnown({ all, entries, question }: Asked, wanted: string, fit: Fit): Entry | undefined {
  const isIt = (own: string) => withoutPrefix(own.toUpperCase()) === wanted;
  const free = question.candidates.filter(({ variables }) => variables.some(isIt)).map(({ id }) => entries.get(id));
  const named = all.filter(
    (entry) =>
      free.includes(entry) || [entry.category.envVarName ?? "", ...(entry.category.fieldDefinitions ?? [])].some(isIt),
  );
  const rank = rankOf(fit);
  return named.toSorted((one, other) => rank(one) - rank(other))[0];
}

/** What only a service can give out: a random value in its place would look right and be wrong. */
const OF_SERVICES: ReadonlySet<string> = new Set(
  SERVICES.flatMap(({ envVarName, fieldDefinitions, chosen }) =>
    [envVarName ?? [], fieldDefinitions ?? []].flat().filter((name) => !chosen.includes(name)),
  ),
);
