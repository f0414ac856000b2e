import { derived } from "../../derived.ts";
import { type Kind, SERVICES, type Service } from "../categories/services.ts";
import type { Environment } from "../entries/model.ts";
import { findMakings, type Making } from "./generate.ts";
import { type Answer, type Candidate, type Question, REASON_LENGTH, type Wishes } from "./model.ts";
import { type EnvironmentMention, findEnvironments, findProjects, ownProject, type ProjectMention } from "./wishes.ts";
import {
  ALL,
  anyOf,
  COMMON_WORDS,
  clausesOf,
  EVERYDAY_BRANDS,
  EVERYTHING,
  fewOf,
  GENERIC_WORDS,
  isUnspaced,
  KEYISH,
  KEYS,
  KIND_WORDS,
  longestOf,
  MADE_THING,
  overlaps,
  readPrompt,
  readText,
  refusedSpans,
  SEPARATES,
  type Span,
  Spelled,
  spansOf,
  squash,
  type Text,
  without,
  wordsOf,
} from "./words.ts";

/** What is shown besides what was selected stays a list that somebody can read. */
const MOST_OFFERED = 30;
const MOST_OFFERED_OF_CATEGORY = 10;

/** The entries that the words of a prompt mean, without any model: by names, by brands and what else they are called. */
export function matchNames(question: Question, wishes: Wishes): Answer {
  const index = indexOf(question.candidates);
  const text = readPrompt(question.prompt, index.projects);
  const projects = findProjects(text, index.projects);
  const environments = findEnvironments(without(text.plain, projects));
  const { mentions, makings } = findMentions(text, index, projects);
  const selected = new Map<string, { id: string; variable: string | null; reason: string }>();
  const offered = new Map<string, { id: string; reason: string }>();
  const generated: Answer["generated"][number][] = [];

  const scope: Scope = { wishes, preferred: ownProject(question.currentProject, index.projects) };
  const scopeOf = scopesOf(text.plain, scope, projects, environments);
  for (const mention of mentions) {
    const within = scopeOf(mention);
    const { meant, possible } = settle(mention, within, index);
    for (const category of meant) {
      const choice = choose(category, within);
      if (choice.entry && !selected.has(choice.entry.id)) {
        selected.set(choice.entry.id, {
          id: choice.entry.id,
          variable: mention.rename,
          reason: short(mention.reason(category)),
        });
      }
      for (const { entry, reason } of choice.others) offered.set(entry.id, { id: entry.id, reason: short(reason) });
    }
    for (const category of possible) {
      const { entry, others } = choose(category, within);
      for (const { id } of entry ? [entry] : others.map((other) => other.entry))
        offered.set(id, { id, reason: short(`One of several that ${mention.label} may mean`) });
    }
  }
  for (const { variable, format, bytes } of makings) {
    const categories = index.byVariable.get(variable) ?? [];
    if (categories.length === 0)
      generated.push({ variable, format, bytes, reason: "A new secret, as the prompt asks" });
    // Another project's is for somebody to choose: what may be anything is best shared by nobody.
    const project = wishes.project ?? question.currentProject;
    for (const category of categories) {
      const { entry, others } = choose(category, { ...scope, wishes: { ...wishes, project } });
      const reason = "The vault has it, so that none is generated";
      if (entry) selected.set(entry.id, { id: entry.id, variable: null, reason });
      for (const other of others) offered.set(other.entry.id, { id: other.entry.id, reason: short(other.reason) });
    }
  }
  return {
    selected: [...selected.values()],
    offered: [...offered.values()].filter(({ id }) => !selected.has(id)).slice(0, MOST_OFFERED),
    generated,
    framework: wishes.framework,
    malformed: 0,
  };
}

/**
 * The entries that a prompt most likely means, best first: of the categories that it names, those of the project that it
 * names before others; then the project's other entries, then the rest in their order.
 */
export function nearest(
  { prompt, currentProject }: Pick<Question, "prompt" | "currentProject">,
  all: readonly Candidate[],
  count: number,
): Candidate[] {
  const index = indexOf(all);
  const text = readPrompt(prompt, index.projects);
  const mentioned = findProjects(text, index.projects);
  const projects = new Set(mentioned.map(({ project }) => project));
  const own = ownProject(currentProject, index.projects);
  const { mentions, makings } = findMentions(text, index, mentioned);
  const named = new Set([
    ...mentions.filter(({ kind }) => kind !== "everything").flatMap(({ categories }) => categories),
    ...makings.flatMap(({ variable }) => index.byVariable.get(variable) ?? []),
  ]);
  const inProject = (candidate: Candidate) =>
    projects.has(candidate.project) || (projects.size === 0 && candidate.project === own);
  const rank = (candidate: Candidate, isNamed: boolean) => {
    if (isNamed) return inProject(candidate) ? 0 : candidate.project === own ? 1 : 2;
    return inProject(candidate) ? 3 : candidate.project === own ? 4 : 5;
  };
  const ranks: Candidate[][] = [[], [], [], [], [], []];
  for (const category of index.categories) {
    const isNamed = named.has(category);
    for (const entry of category.entries) ranks[rank(entry, isNamed)]?.push(entry);
  }
  const [first = [], second = [], third = [], fourth = [], fifth = []] = ranks;
  const found = [...first, ...second, ...takeTurns(third), ...fourth, ...fifth];
  if (found.length >= count) return found.slice(0, count);
  const taken = new Set(found);
  return [...found, ...all.filter((candidate) => !taken.has(candidate))].slice(0, count);
}

/** One of each category in turn, so that a category of a thousand entries leaves room for the others. */
function takeTurns(candidates: readonly Candidate[]): Candidate[] {
  const rows = [...Map.groupBy(candidates, ({ category }) => category).values()];
  const longest = Math.max(0, ...rows.map(({ length }) => length));
  const turns: Candidate[] = [];
  for (let turn = 0; turn < longest; turn += 1) turns.push(...rows.flatMap((row) => row[turn] ?? []));
  return turns;
}

/** What entries share that belong together; known by its name, since candidates have no more. */
type Category = Readonly<{
  name: string;
  variables: readonly string[];
  entries: Candidate[];
  /** Services that it is of, by name or by variables. */
  services: readonly Service[];
  kinds: ReadonlySet<Kind>;
}>;

type Index = Readonly<{
  categories: readonly Category[];
  projects: readonly string[];
  /** Squashed names and variables that are a category's own. */
  own: ReadonlyMap<string, readonly Category[]>;
  /** Service id → the categories that are most likely of it. */
  byService: ReadonlyMap<string, readonly Category[]>;
  byVariable: ReadonlyMap<string, readonly Category[]>;
  /** Own names in scripts without spaces, longest first. */
  unspaced: readonly string[];
  spelled: Spelled;
}>;

/** Of categories and projects, which are few, and not of each entry. */
const indexOf = derived<readonly Candidate[], Index, void>(makeIndex);

function makeIndex(candidates: readonly Candidate[]): Index {
  const byKey = new Map<string, Category>();
  for (const candidate of candidates) {
    const { category: name, keyType, variables } = candidate;
    const key = [name, keyType, ...variables].join("\0");
    const known = byKey.get(key);
    if (known) known.entries.push(candidate);
    else byKey.set(key, { name, variables, entries: [candidate], ...relate(name, variables) });
  }
  const categories = [...byKey.values()];
  const own = new Map<string, Category[]>();
  const byVariable = new Map<string, Category[]>();
  const byService = new Map<string, { how: number; categories: Category[] }>();
  for (const category of categories) {
    for (const term of termsOf(category)) push(own, term, category);
    for (const variable of category.variables) push(byVariable, variable.toUpperCase(), category);
    for (const service of category.services) {
      const how = closeness(category, service);
      const known = byService.get(service.id);
      if (known === undefined || known.how < how) byService.set(service.id, { how, categories: [category] });
      else if (known.how === how) known.categories.push(category);
    }
  }
  return {
    categories,
    projects: [...new Set(candidates.map(({ project }) => project))],
    own,
    byVariable,
    byService: new Map([...byService].map(([id, found]) => [id, found.categories])),
    unspaced: [...own.keys()].filter(isUnspaced).toSorted((one, other) => other.length - one.length),
    spelled: new Spelled([...own.keys(), ...[...byService.keys()].flatMap((id) => NAMES_OF.get(id) ?? [])]),
  };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}

const NAMES_OF: ReadonlyMap<string, readonly string[]> = new Map(
  SERVICES.map(({ id, name, aliases }) => [id, [...new Set([name, ...aliases].map(squash))]]),
);
const SERVICE_OF: ReadonlyMap<string, Service> = new Map(
  SERVICES.flatMap((service) => (NAMES_OF.get(service.id) ?? []).map((name) => [name, service])),
);
const UNSPACED_SERVICES = [...SERVICE_OF.keys()].filter(isUnspaced).toSorted((one, other) => other.length - one.length);
const SERVICES_OF_VARIABLE = Map.groupBy(
  SERVICES.flatMap((service) => variablesOf(service).map((variable) => ({ variable, service }))),
  ({ variable }) => variable,
);

function variablesOf({ envVarName, fieldDefinitions }: Service): readonly string[] {
  return envVarName === null ? (fieldDefinitions ?? []) : [envVarName];
}

/** Longer names are sentences, and say nothing of brands. */
const MOST_NAME_WORDS = 4;

function relate(name: string, variables: readonly string[]): Pick<Category, "services" | "kinds"> {
  const words = wordsOf(readText(name)).map(({ text }) => text);
  const isShort = words.length <= MOST_NAME_WORDS;
  const byName = isShort ? serviceWithin(words) : undefined;
  const byVariable = variables.flatMap((variable) => SERVICES_OF_VARIABLE.get(variable.toUpperCase()) ?? []);
  const services = [...new Set([...(byName ? [byName] : []), ...byVariable.map(({ service }) => service)])];
  // A name says more than a variable that several services use, such as DATABASE_URL.
  const kinds = (byName ? [byName] : services).flatMap(({ kinds }) => kinds);
  const ownKinds = isShort && services.length === 0 ? kindsWithin(words) : [];
  return { services, kinds: new Set([...kinds, ...ownKinds]) };
}

const KINDS_CALLED = Object.entries(KIND_WORDS).flatMap(([kind, words]) =>
  words.split("|").map((word) => [squash(word), kind as Kind] as const),
);
const KIND_CALLED: ReadonlyMap<string, Kind> = new Map(KINDS_CALLED);
const UNSPACED_KINDS = KINDS_CALLED.filter(([word]) => isUnspaced(word));

/** What a name says that it is for. */
function kindsWithin(words: readonly string[]): Kind[] {
  return words.flatMap((word, at) => {
    if (isUnspaced(word)) return UNSPACED_KINDS.flatMap(([called, kind]) => (word.includes(called) ? [kind] : []));
    return KIND_CALLED.get(word + (words[at + 1] ?? "")) ?? KIND_CALLED.get(word) ?? [];
  });
}

/** The service with the longest name among some words. */
function serviceWithin(words: readonly string[]): Service | undefined {
  for (let length = words.length; length > 0; length -= 1) {
    for (let at = 0; at + length <= words.length; at += 1) {
      const key = words.slice(at, at + length).join("");
      const service = SERVICE_OF.get(key);
      if (service && (length > 1 || words.length === 1 || key.length > 2)) return service;
    }
  }
  return undefined;
}

/** 3: of its name, 2: of its variables, 1: of its name among other words. */
function closeness(category: Category, service: Service): number {
  const names = NAMES_OF.get(service.id) ?? [];
  if (termsOf(category).some((term) => names.includes(term))) return 3;
  const isOnlyOne = category.services[0] === service || category.services.length === 1;
  return isOnlyOne && variablesOf(service).some((name) => category.variables.includes(name)) ? 2 : 1;
}

/** What a category is called: its name, the name without words that every category has, and its variables. */
function termsOf({ name, variables }: Pick<Category, "name" | "variables">): string[] {
  const words = wordsOf(readText(name)).map(({ text }) => text);
  const telling = words.filter((word) => !GENERIC_WORDS.has(word));
  if (words.length > MOST_WORDS) return variables.map(squash).filter((term) => !isGeneric(term));
  const terms = telling.length === 0 ? [] : [words.join(""), telling.join("")];
  const inSpoken = variables.filter((variable) => !isGeneric(squash(variable))).map(squash);
  return [...new Set([...terms, ...inSpoken])].filter((term) => term.length > 1 || isUnspaced(term));
}

const isGeneric = (term: string) => GENERIC_TERMS.has(term) || GENERIC_WORDS.has(term);
const GENERIC_TERMS: ReadonlySet<string> = new Set(
  "apikey apitoken apisecret secretkey accesskey accesstoken privatekey publickey clientid clientsecret baseurl apiurl appurl".split(
    " ",
  ),
);

/** Words that a name in a prompt may have. */
const MOST_WORDS = 6;

/** Something that a prompt names, and the categories that it may be. */
type Mention = Span &
  Readonly<{
    kind: "named" | "kind" | "everything";
    categories: readonly Category[];
    /** Several of them are wanted. */
    isPlural: boolean;
    label: string;
    reason: (category: Category) => string;
    /** The name that the variable shall have. */
    rename: string | null;
  }>;

function findMentions(
  text: Text,
  index: Index,
  projects: readonly ProjectMention[],
): { mentions: Mention[]; makings: Making[] } {
  const refused = refusedSpans(text.plain);
  const isRefused = (span: Span) => refused.some((other) => overlaps(span, other));
  const typed = findVariables(text, index);
  // What stands as a project is no category of that name as well.
  const standing = projects.filter(({ start, end }) => !isBrandToo(text.plain.slice(start, end), index));
  const taken: Span[] = [...typed.spans, ...standing];
  const brands = findBrands({ ...text, plain: without(text.plain, taken) }, index);
  const all = findMakings(text);
  // "Stripe webhook secret" is Stripe's own.
  const makings = all.filter((making) => {
    const isOwn = (category: Category) => category.variables.includes(making.variable);
    return !brands.some(
      (brand) =>
        isJustBefore(text.plain, brand, making) ||
        (brand.start <= making.start && brand.end >= making.end && !brand.categories.some(isOwn)),
    );
  });
  const named = brands.filter((brand) => !makings.some((making) => overlaps(making, brand)));
  taken.push(...named, ...makings);
  const left = without(text.plain, taken);
  const kinds = findKinds(text, left, index, named, projects);
  const guessed = findMisspelled(text, without(left, kinds), index, named);
  const kept = [...typed.mentions, ...named, ...guessed, ...kinds].filter((mention) => !isRefused(mention));
  const away = new Set(
    [...typed.mentions, ...named, ...guessed, ...kinds].filter(isRefused).flatMap(({ categories }) => categories),
  );
  const everything = findEverything(text, left, index, kept, refused);
  return {
    mentions: fewOf([...kept, ...everything], ({ label }) => label.toLowerCase())
      .map((mention) => ({ ...mention, categories: mention.categories.filter((category) => !away.has(category)) }))
      .toSorted((one, other) => one.start - other.start),
    makings,
  };
}

function isBrandToo(name: string, index: Index): boolean {
  return index.own.has(squash(name)) || SERVICE_OF.has(squash(name));
}

function isJustBefore(text: string, one: Span, other: Span): boolean {
  return one.end <= other.start && /^(?:'s)?[\s_-]*$/.test(text.slice(one.end, other.start));
}

/** Variables typed as such. One that the vault has not is what the key before it shall be called, after "as". */
function findVariables(text: Text, index: Index): { spans: Span[]; mentions: Mention[] } {
  const spans = spansOf(text.written, /(?<![\p{L}\p{N}_])[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?![\p{L}\p{N}_])/gu);
  const mentions = spans.flatMap((span) => {
    const label = text.written.slice(span.start, span.end);
    const categories = index.byVariable.get(label.toUpperCase()) ?? [];
    // "NAME=value" brings its own value.
    if (categories.length === 0 || /^\s*=\s*[^\s=]/.test(text.written.slice(span.end))) return [];
    return [mention(span, { categories, label, reason: () => `${label} is named in the prompt` })];
  });
  return { spans, mentions };
}

function mention(span: Span, given: Pick<Mention, "categories" | "label" | "reason"> & Partial<Mention>): Mention {
  return { kind: "named", isPlural: false, rename: null, start: span.start, end: span.end, ...given };
}

/** Names of categories and services, those too that the vault has nothing of. */
function findBrands(text: Text, index: Index): Mention[] {
  const words = wordsOf(text);
  const found: Mention[] = [];
  const add = (span: Span, key: string) => {
    const categories = index.own.get(key);
    const service = SERVICE_OF.get(key);
    if (categories === undefined && service === undefined) return false;
    if (found.some((other) => overlaps(other, span))) return false;
    if (isEveryday(text, span, key)) return false;
    const label = text.written.slice(span.start, span.end);
    const meant = categories ?? index.byService.get(service?.id ?? "") ?? [];
    found.push(
      mention(span, {
        categories: meant,
        label,
        reason: ({ name }) => (squash(name) === key ? `${label} is named in the prompt` : `${label} is ${name}`),
        rename: renameAfter(text, span),
      }),
    );
    return true;
  };
  for (let length = MOST_WORDS; length > 0; length -= 1) {
    for (let at = 0; at + length <= words.length; at += 1) {
      const [first, last] = [words[at], words[at + length - 1]];
      if (first === undefined || last === undefined) continue;
      const span = { start: first.start, end: last.end };
      const between = text.plain.slice(span.start, span.end);
      if (/[^\p{L}\p{N}\s_.&+/'-]|\n|\s{3,}|\. /u.test(between)) continue;
      const key = squash(between);
      add(span, key) || (key.length > 4 && key.endsWith("s") && add(span, key.slice(0, -1)));
    }
  }
  for (const name of [...index.unspaced, ...UNSPACED_SERVICES]) {
    for (const span of spansOf(text.plain, new RegExp(name, "gu"))) add(span, name);
  }
  return found.toSorted((one, other) => one.start - other.start);
}

/** "As LLM_KEY". */
function renameAfter(text: Text, { end }: Span): string | null {
  const next =
    /^(?:'s)?(?:\s+(?:api\s+)?(?:key|token|secret))?\s+(?:as|named|called|under the name|como|comme|als|come)\s+([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)/i;
  return next.exec(text.written.slice(end))?.[1]?.toUpperCase() ?? null;
}

/** A word such as "resend" or "square" where it is no brand. */
function isEveryday({ written, plain }: Text, { start, end }: Span, key: string): boolean {
  if (!EVERYDAY_BRANDS.has(key) && !(GENERIC_WORDS.has(key) || COMMON_WORDS.has(key))) return false;
  const before = plain.slice(0, start);
  const after = plain.slice(end);
  const isFirst = /(?:^|[.!?\n]\s*)$/.test(before);
  const isCapital = /^\p{Lu}/u.test(written.slice(start));
  if (isCapital && !isFirst) return false;
  if (isFirst && isCapital && /^\s+(?:for|in|of|from|and)\s/.test(after)) return false;
  if (
    /^\s*(?:'s\s|-?\s*(?:(?:dev|development|staging|prod|production|test|live|local)\s+)?(?:api|key|token|secret|cred|account|access|bot))/.test(
      after,
    )
  )
    return false;
  if (/(?:^|\s)(?:to|can|please|must|should|will|we|i|you|then|don't)\s+$/.test(before)) return true;
  // In a list of names, or the last word of all.
  if (/^\s*(?:[,;.)]|(?:and|or|please|pls|plz|thanks)(?:\s|$)|&|\+|$)/.test(after)) return false;
  if (/^\s*(?:for|of|in|from)\s/.test(after) && /(?:the|our|my|and|,|plus)\s*$/.test(before)) return false;
  if (/^\s*\p{Script=Han}|^\s*\p{Script=Hiragana}|^\s*\p{Script=Katakana}|^\s*\p{Script=Hangul}/u.test(after))
    return false;
  return true;
}

const KINDS_OF = Object.entries(KIND_WORDS).map(([kind, words]) => ({
  kind: kind as Kind,
  pattern: anyOf(words),
}));

/** Words for what services do; the longest of those that overlap. */
function kindsNamed(text: Text): (Span & { kinds: Kind[] })[] {
  const found = KINDS_OF.flatMap(({ kind, pattern }) =>
    spansOf(text.plain, pattern).map((span) => ({ ...span, kind })),
  );
  const bySpan = Map.groupBy(longestOf(found), ({ start, end }) => `${start} ${end}`);
  return [...bySpan.values()].flatMap(([first, ...rest]) =>
    first ? [{ start: first.start, end: first.end, kinds: [first, ...rest].map(({ kind }) => kind) }] : [],
  );
}

const KIND_SPELLED = new Spelled(
  Object.values(KIND_WORDS).flatMap((words) => words.split("|").filter((word) => /^[a-z]{6,}$/.test(word))),
);

/** "Databse". */
function kindsMisspelled(text: Text, left: string): ReturnType<typeof kindsNamed> {
  const words = wordsOf({ ...text, plain: left }).filter(
    ({ text: word }) => word.length >= 5 && !isUnspaced(word) && !isKnownWord(word),
  );
  const meant = KIND_SPELLED.findAll(words.map(({ text: word }) => word));
  return words.flatMap(({ text: word, start, end }) => {
    const intended = meant.get(word);
    return intended === undefined ? [] : kindsNamed(readText(intended)).map(({ kinds }) => ({ start, end, kinds }));
  });
}

function isKnownWord(word: string): boolean {
  return COMMON_WORDS.has(word) || GENERIC_WORDS.has(word) || SERVICE_OF.has(word);
}

/** Kinds, where they do not describe a brand, and the word is not what something is made for. */
function findKinds(
  text: Text,
  left: string,
  index: Index,
  brands: readonly Mention[],
  projects: readonly Span[],
): Mention[] {
  const refused = refusedSpans(text.plain);
  const named = brands
    .filter((brand) => !refused.some((span) => overlaps(span, brand)))
    .map((brand) => {
      const service = SERVICE_OF.get(squash(brand.label));
      return { ...brand, services: service ? [service] : brand.categories.flatMap(({ services }) => services) };
    });
  // "The Redis database", "payments with Stripe".
  const isNamed = (span: Span, kind: Kind) =>
    named.some((brand) => {
      const between = text.plain.slice(Math.min(span.end, brand.end), Math.max(span.start, brand.start));
      return (
        isJustBefore(text.plain, brand, span) ||
        (brand.services.some(({ kinds }) => kinds[0] === kind) && between.search(SEPARATES) < 0)
      );
    });
  // "The Shop db".
  const listing = without(text.plain, projects, ",");
  const said = [...kindsNamed({ ...text, plain: left }), ...kindsMisspelled(text, left)];
  return fewOf(said, (span) => span.kinds.join()).flatMap((span) => {
    const kinds = span.kinds.filter((kind) => !isNamed(span, kind));
    const isAway = refused.some((other) => overlaps(other, span));
    if (kinds.length === 0 || !(isAway || asksForKey(listing, span))) return [];
    const first = index.categories.filter(({ services, kinds: of }) =>
      kinds.some((kind) => services[0]?.kinds[0] === kind || (services.length === 0 && of.has(kind))),
    );
    const others = index.categories.filter((category) => kinds.some((kind) => category.kinds.has(kind)));
    const label = text.written.slice(span.start, span.end);
    const isPlural = isPluralAt(text.plain, span);
    const categories = first.length > 0 ? [...new Set([...first, ...others])] : others;
    return [
      {
        ...mention(span, { categories, label, reason: ({ name }) => `${name} is for ${label}` }),
        kind: "kind" as const,
        isPlural: isPlural || isAway,
      },
    ];
  });
}

/** Whether a key for it is asked for, rather than that something is said about it. */
function asksForKey(text: string, { start, end }: Span): boolean {
  const after = text.slice(end, end + 40);
  const before = text.slice(Math.max(0, start - 40), start);
  if (after.search(MADE_THING) === after.search(/\S/) && after.search(/\S/) >= 0) return false;
  const clause = after.split(/[.;!?。！？；，,\n]/, 1)[0] ?? "";
  const key = clause.search(KEYISH);
  if (key >= 0 && wordsOf(readText(clause.slice(0, key))).length <= 1) return true;
  // German writes both in one word.
  if (isUnspaced(text.slice(start)) || /(?:schlussel|passwort|zugang)/.test(text.slice(start, end))) return true;
  if (/(?:use|used|need|have|want)\s+for\s+$/.test(before)) return true;
  if (/(?:^|[^\p{L}])(?:an?|un|une|una|um|uma|ein|eine|einen)\s+$/u.test(before)) return false;
  const near = before.split(/[.;!?。！？；\n]/).at(-1) ?? "";
  if (spansOf(near, KEYISH).some(({ end: keyEnd }) => wordsOf(readText(near.slice(keyEnd))).length <= 4)) return true;
  // One in a list of things: "the database, payments and email".
  const isListed =
    /(?:^|[,+&:\n]|(?:^|\s)[-–—*•]|(?:^|[^\p{L}])(?:the|our|my|and|plus|y|e|et|und|и|la|el|le|die|das|staging|production|prod|dev|development|local)|'s)\s*$/u.test(
      before,
    );
  return (
    isListed &&
    /^[^\S\n]*(?:[,.;!?+&(\n]|$|(?:and|but|not|without|except|for|from|of|in|plus|y|e|et|und|и|para|pour|für|de|del|vom|von|im|beim|aus|des|der|du|dans|do|da|dos|das|di|della|dello|per|van|voor|из|в|для)(?!\p{L}))/u.test(
      after,
    )
  );
}

function isPluralAt(text: string, { start, end }: Span): boolean {
  const near = text.slice(Math.max(0, start - 25), start);
  const after = text.slice(end, end + 25).split(/[.;!?。！？；，,\n]|\band\b/, 1)[0] ?? "";
  if (isUnspaced(text.slice(start))) return near.search(ALL) >= 0 || near.search(/所有|全部|すべて|全て|모든/u) >= 0;
  return (
    after.search(KEYS) >= 0 || near.search(ALL) >= 0 || spansOf(near, KEYS).length > 0 || /(?:^|\s)both\s/.test(near)
  );
}

/** Words that are nothing, and nearly the name of a category. */
function findMisspelled(text: Text, left: string, index: Index, known: readonly Mention[]): Mention[] {
  const words = wordsOf({ ...text, plain: left }).filter(
    ({ text: word }) => word.length >= 4 && !isUnspaced(word) && !isKnownWord(word),
  );
  const meant = index.spelled.findAll(words.map(({ text: word }) => word));
  return words.flatMap((word) => {
    const intended = meant.get(word.text);
    if (intended === undefined) return [];
    const categories = index.own.get(intended) ?? index.byService.get(SERVICE_OF.get(intended)?.id ?? "") ?? [];
    if (known.some((other) => other.categories.some((category) => categories.includes(category)))) return [];
    const label = text.written.slice(word.start, word.end);
    return [mention(word, { categories, label, reason: ({ name }) => `"${label}" looks like ${name}` })];
  });
}

/** "All keys of the blog", "everything". */
function findEverything(
  text: Text,
  left: string,
  index: Index,
  named: readonly Mention[],
  refused: readonly Span[],
): Mention[] {
  const isFree = (span: Span) => !refused.some((other) => overlaps(other, span));
  const whole = spansOf(left, EVERYTHING).filter((span) => isWhole(text.plain, span, named));
  const all = spansOf(left, ALL).flatMap((span) => {
    const keys = spansOf(left.slice(span.end, span.end + 60), KEYS)[0];
    const end = span.end + (keys?.end ?? 0);
    const between = text.plain.slice(span.end, span.end + (keys?.start ?? 0));
    const isNear = keys !== undefined && wordsOf(readText(between)).length <= 5 && !/[.;!?。！？；\n]/.test(between);
    return isNear && !named.some((other) => other.start < end && other.end > span.end)
      ? [{ start: span.start, end }]
      : [];
  });
  const [span] = [...all, ...whole].filter(isFree);
  if (span === undefined) return [];
  return [
    {
      ...mention(span, { categories: index.categories, label: "the prompt", reason: () => "All keys were asked for" }),
      kind: "everything",
      isPlural: true,
    },
  ];
}

/** "Everything" is a figure of speech where keys are named besides, unless it says what it is all of. */
function isWhole(text: string, { start, end }: Span, named: readonly Mention[]): boolean {
  if (named.length === 0) return true;
  if (isUnspaced(text.slice(start))) return false;
  const leads =
    /^\s+(?:of|for|in|from|the|except|but|without|de|del|do|da|du|von|für|aus|для|из)(?!\p{L})\s*(?:(?:the|our|my)\s+)?/u.exec(
      text.slice(end),
    );
  // "Everything for Stripe" is Stripe's.
  return leads !== null && !named.some((one) => one.start === end + leads[0].length);
}

type Scope = Readonly<{
  wishes: Wishes;
  /** The name that entries have for the project one is in. */
  preferred: string | null;
}>;

/** Where several projects or environments are named, each key belongs to those that its words lead to. */
function scopesOf(
  text: string,
  { wishes, preferred }: Scope,
  projects: readonly ProjectMention[],
  environments: readonly EnvironmentMention[],
): (mention: Mention) => Scope {
  const environmentsAt = clausesOf(text, environments, (one) => one.environments.join());
  const projectAt = projectsOf(text, projects);
  return (mention) => ({
    preferred,
    wishes: {
      ...wishes,
      environments: environmentsAt(mention)[0]?.environments ?? wishes.environments,
      project: projectAt(mention) ?? wishes.project,
    },
  });
}

function projectsOf(text: string, projects: readonly ProjectMention[]): (mention: Mention) => string | null {
  if (new Set(projects.map(({ project }) => project)).size < 2) return () => null;
  const inOrder = projects.toSorted((one, other) => one.start - other.start);
  const clauseAt = clausesOf(text, projects, ({ project }) => project);
  return (mention) => {
    const [here] = clauseAt(mention);
    if (here !== undefined) return here.project;
    const next = inOrder.find(({ start }) => start >= mention.end);
    const last = inOrder.findLast(({ end }) => end <= mention.start);
    return (last && mention.start - last.end <= 4 ? last : (next ?? last))?.project ?? null;
  };
}

/** Which of the categories that a mention may be are meant, and which are not told apart. */
function settle(
  mention: Mention,
  scope: Scope,
  index: Index,
): { meant: readonly Category[]; possible: readonly Category[] } {
  const { categories, kind, isPlural, label } = mention;
  if (kind === "named") return { meant: categories, possible: [] };
  const known = scope.wishes.project ?? scope.preferred;
  const entries = categories.flatMap((category) => category.entries);
  const [only, ...rest] = index.projects;
  // A brand may be another project's; what only does the same is not what this one uses.
  const project = known ?? (kind === "kind" ? ownerOf(entries, scope) : rest.length === 0 ? only : null);
  const scoped = categories.filter((category) => category.entries.some((entry) => entry.project === project));
  if (kind === "everything") return { meant: scoped, possible: project === null ? categories : [] };
  const kinds = new Set(kindsNamed(readText(label)).flatMap((span) => span.kinds));
  const first = scoped.filter(({ services, kinds: of }) =>
    services.length === 0
      ? [...kinds].some((each) => of.has(each))
      : services.some((service) => service.kinds[0] && kinds.has(service.kinds[0])),
  );
  const likely = first.length > 0 ? first : scoped;
  if (likely.length === 0) return { meant: [], possible: categories };
  if (likely.length === 1 || isPlural) return { meant: likely, possible: [] };
  // "The database" is rather DATABASE_URL than CLICKHOUSE_HOST.
  const called = likely.filter(({ variables }) =>
    variables.some((name) => name.split("_").some((part) => kinds.has(part.toLowerCase() as Kind))),
  );
  if (called.length === 1) return { meant: called, possible: likely.filter((category) => !called.includes(category)) };
  return { meant: [], possible: likely };
}

type Choice = Readonly<{
  entry: Candidate | undefined;
  others: readonly Readonly<{ entry: Candidate; reason: string }>[];
}>;

/** Where no environment is asked for. */
const USUAL: readonly Environment[] = ["production", "staging", "development"];
/** What is shared is every project's. */
const SHARED = /^(?:shared|common|global|default|general|everywhere|company|team|共享|公共|通用|共通)$/i;

/** The project that is meant, of those that have something: where several have it, none is guessed. */
function ownerOf(entries: readonly Candidate[], { wishes, preferred }: Scope): string | null {
  const projects = [...new Set(entries.map(({ project }) => project))];
  const known = projects.find((project) => project === (wishes.project ?? preferred));
  const only = (some: readonly string[]) => (some.length === 1 ? some[0] : undefined);
  const shared = only(projects.filter((project) => SHARED.test(project)));
  return known ?? shared ?? (wishes.project === null ? only(projects) : undefined) ?? null;
}

/** The entry of a category that fits, and others of it that somebody may have meant. */
function choose({ name, entries }: Category, scope: Scope): Choice {
  const { environments, project } = scope.wishes;
  const asked = (entry: Candidate) => environments.length === 0 || environments.includes(entry.environment);
  const order = environments.length > 0 ? environments : USUAL;
  const placeOf = ({ environment }: Candidate) =>
    order.includes(environment) ? order.indexOf(environment) : order.length;
  const sorted = entries.toSorted((one, other) => placeOf(one) - placeOf(other));

  const owner = ownerOf(entries, scope);
  const here = sorted.filter((entry) => entry.project === owner);
  const entry = here.find(asked);
  const others = here
    .filter((other) => other !== entry)
    .map((other) => ({ entry: other, reason: whyNot(other, entry) }));
  // Where the project has it, other projects' are nobody's wish.
  if (entry !== undefined && owner === (project ?? scope.preferred))
    return { entry, others: others.slice(0, MOST_OFFERED_OF_CATEGORY) };
  const elsewhere = Map.groupBy(
    sorted.filter((other) => other.project !== owner && asked(other)),
    (other) => other.project,
  );
  const away = [...elsewhere].flatMap(([from, [first]]) =>
    first
      ? [
          {
            entry: first,
            reason:
              project === null || owner === project
                ? `${name} of ${from}`
                : `${project} has none of its own; this is ${from}'s`,
          },
        ]
      : [],
  );
  return { entry, others: [...others, ...away].slice(0, MOST_OFFERED_OF_CATEGORY) };
}

function whyNot(other: Candidate, chosen: Candidate | undefined): string {
  if (chosen === undefined) return `There is none for that environment; this is for ${other.environment}`;
  if (other.project !== chosen.project) return `The one of ${other.project}, for ${other.environment}`;
  if (other.environment !== chosen.environment) return `The one for ${other.environment}`;
  return "Another one of the same category and environment";
}

function short(reason: string): string {
  return reason.length <= REASON_LENGTH ? reason : `${reason.slice(0, REASON_LENGTH - 1)}…`;
}
