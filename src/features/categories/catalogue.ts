import MiniSearch from "minisearch";
import type { Category } from "./model.ts";
import { type Kind, SERVICES, type Service } from "./services.ts";

const LONGEST_SEARCH = 100;
const MOST_WORDS = 8;

/**
 * At most `limit` services that a text means, best first: the one that is called so, then by name, other names,
 * variables, kinds and the heading of their group. Every word must be found, whole or by its beginning; case, accents,
 * spaces and punctuation do not count, and what nothing begins with is taken for a slip of one letter, then of two. A
 * text without a letter or digit finds nothing.
 */
export function findServices(text: string, limit: number): Service[] {
  const words = wordsOf(text.slice(0, LONGEST_SEARCH)).slice(0, MOST_WORDS);
  if (words.length === 0) return [];
  index ??= makeIndex();
  const called = BY_NAME.get(words.join(""));
  for (const fuzzy of SLIPS) {
    const all = { combineWith: "AND" as const, queries: words };
    const query = { combineWith: "OR" as const, queries: [all, words.join("")] };
    const found = index.search(query, { fuzzy, prefix: true }).flatMap(({ id }) => SERVICES[Number(id)] ?? []);
    if (found.length > 0) return [...new Set([...(called ? [called] : []), ...found])].slice(0, limit);
  }
  return [];
}

type Described = Pick<Category, "name" | "icon" | "envVarName"> & { fieldDefinitions: readonly string[] | null };

/**
 * The service that a category is of, or null: by its name, unless it has another service's icon; and by its icon with a
 * variable of that service, whatever it is called.
 */
export function serviceOf(category: Described): Service | null {
  const named = BY_NAME.get(squash(category.name));
  if (named && (category.icon === null || category.icon === named.icon)) return named;
  const variables = variablesOf(category);
  const shared = (service: Service) => variablesOf(service).filter((name) => variables.includes(name)).length;
  const [best] = (BY_ICON.get(category.icon) ?? []).toSorted((one, other) => shared(other) - shared(one));
  return best !== undefined && shared(best) > 0 ? best : null;
}

/** Service id → the category that the vault has of it; of several the one that is called so, or else the first. */
export function categoriesOfServices(categories: readonly Category[]): ReadonlyMap<string, Category> {
  const found = new Map<string, Category>();
  for (const category of categories) {
    const service = serviceOf(category);
    if (service && (!found.has(service.id) || category.name === service.name)) found.set(service.id, category);
  }
  return found;
}

/** What people call kinds besides. */
const KIND_WORDS: Readonly<Partial<Record<Kind, string>>> = {
  ai: "llm\nmodels",
  auth: "login\nsign in\noauth\nsso",
  cdn: "dns",
  database: "db\nsql",
  email: "mail\ne-mail",
  hosting: "deploy",
  logs: "logging",
  monitoring: "errors\nobservability",
  payments: "billing",
  sms: "text messages",
  storage: "files\nbuckets",
};

/** What somebody may put behind the name of any service. */
const ANY_KEY = "api key keys token tokens secret secrets";

/** How many wrong letters a word may have, tried in turn; a short one none. */
const SLIPS: readonly (false | ((word: string) => number | false))[] = [
  false,
  (word) => (word.length >= 4 ? 1 : false),
  (word) => (word.length >= 5 ? 2 : false),
];

let index: MiniSearch | undefined;

/** Made at the first search, in a few milliseconds. */
function makeIndex(): MiniSearch {
  const made = new MiniSearch({
    fields: ["name", "aliases", "variables", "kinds", "group", "any"],
    tokenize: (text) => text.split("\n").flatMap(termsOf),
    processTerm: (term) => term,
    searchOptions: {
      // A query comes as words already.
      tokenize: (word) => [word],
      boost: { name: 8, aliases: 5, variables: 2, kinds: 5, any: 0.01 },
      boostDocument: (id) => (SERVICES[Number(id)]?.inGallery ? 2 : 1),
    },
  });
  made.addAll(
    SERVICES.map((service, id) => ({
      id,
      name: service.name,
      aliases: service.aliases.join("\n"),
      variables: variablesOf(service).join("\n"),
      kinds: service.kinds.flatMap((kind) => [kind, KIND_WORDS[kind] ?? []]).join("\n"),
      group: service.group,
      any: ANY_KEY,
    })),
  );
  return made;
}

/** The words of a name, and all of it without spaces: "Hugging Face" is found by "huggingface", too. */
function termsOf(name: string): string[] {
  const words = wordsOf(name);
  return words.length > 1 ? [...words, words.join("")] : words;
}

function wordsOf(text: string): string[] {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
}

function squash(text: string): string {
  return wordsOf(text).join("");
}

function variablesOf({ envVarName, fieldDefinitions }: Omit<Described, "name" | "icon">): readonly string[] {
  return envVarName === null ? (fieldDefinitions ?? []) : [envVarName];
}

const BY_NAME: ReadonlyMap<string, Service> = new Map(
  SERVICES.flatMap((service) => [service.name, ...service.aliases].map((name) => [squash(name), service])),
);
const BY_ICON = Map.groupBy(SERVICES, ({ icon }) => icon);
