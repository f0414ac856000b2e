import { derived } from "../../derived.ts";
import { SERVICES } from "../categories/services.ts";
import type { Environment } from "../entries/model.ts";
import type { Framework, Wishes } from "./model.ts";
import {
  anyOf,
  COMMON_WORDS,
  GENERIC_WORDS,
  isUnspaced,
  KIND_WORDS,
  longestOf,
  mostSlips,
  overlaps,
  readPrompt,
  readText,
  refusedSpans,
  type Span,
  slipsBetween,
  spansOf,
  squash,
  type Text,
  type Word,
  without,
  wordsOf,
} from "./words.ts";

/** What a prompt says besides which keys, by rule. `projects` are the names that entries have. */
export function readWishes(prompt: string, currentProject: string | null, projects: readonly string[]): Wishes {
  const text = readPrompt(prompt, projects);
  const mentions = findProjects(text, projects);
  // A project called "Live Chat" asks for no live keys.
  const rest = without(text.plain, mentions);
  const isCurrent = text.plain.search(THIS_PROJECT) >= 0;
  return {
    framework: readFramework({ ...text, plain: rest }),
    environments: [...new Set(findEnvironments(rest).flatMap(({ environments }) => environments))],
    project: (isCurrent ? ownProject(currentProject, projects) : null) ?? mentions[0]?.project ?? null,
  };
}

const THIS_PROJECT = anyOf([
  "(?:this|the|my|our) current (?:project|app|repo|site)|this (?:project|app|repo|repository|site|one|codebase)",
  "current project|(?:este|esta|el mismo) (?:proyecto|app|aplicacion|repo)|proyecto actual|(?:este|neste|deste|esse|nesse|desse) projeto",
  "projeto atual|ce projet|projet actuel|cette app|diese[smn]? (?:projekt|app|projekts|projektes)|questo progetto|progetto corrente",
  "(?:этот|этого|этом|этому|текущ\\p{L}+|данного) проект\\p{L}*|dit project|tego projektu|ten projekt|bu proje\\p{L}*",
  "本项目|这个项目|此项目|该项目|当前项目|这项目|本專案|這個專案|このプロジェクト|本プロジェクト|現在のプロジェクト|이 ?프로젝트|현재 ?프로젝트|dự án này",
]);

/** The name that entries have for the project one is in. */
export function ownProject(current: string | null, projects: readonly string[]): string | null {
  if (current === null) return null;
  if (projects.includes(current)) return current;
  const wanted = squash(current);
  const alike = projects.find((name) => squash(name) === wanted);
  if (alike !== undefined) return alike;
  const core = coreOf(current);
  const near = core === "" ? [] : projects.filter((name) => coreOf(name) === core);
  return near.length === 1 ? (near[0] ?? null) : null;
}

/** What tells a project apart: "Blog" of "Blog Project". */
function coreOf(name: string): string {
  return wordsOf(readText(name))
    .map(({ text }) => text)
    .filter((word) => !TAIL_WORDS.has(word))
    .join("");
}

const TAIL_WORDS: ReadonlySet<string> = new Set(
  "project projekt projet proyecto projeto app application site website web repo service backend frontend the my our".split(
    " ",
  ),
);

export type ProjectMention = Span & Readonly<{ project: string }>;

/** Most words that a project's name is looked for in. */
const LONGEST_NAME = 6;

/** How projects are called, by their squashed names; those in scripts without spaces as they are, longest first. */
type Called = Readonly<{
  names: ReadonlyMap<string, readonly string[]>;
  unspaced: readonly (readonly [string, string])[];
}>;

const calledOf = derived<readonly string[], Called, void>((projects) => {
  const names = new Map<string, string[]>();
  const unspaced: [string, string][] = [];
  const know = (key: string, project: string) => {
    const known = names.get(key);
    if (known === undefined) names.set(key, [project]);
    else if (!known.includes(project)) known.push(project);
  };
  const wholes = new Set<string>();
  for (const project of projects) {
    const whole = squash(project);
    if (whole === "") continue;
    wholes.add(whole);
    if (isUnspaced(whole)) unspaced.push([readText(project).plain, project]);
    else know(whole, project);
  }
  for (const project of projects) {
    const core = coreOf(project);
    // "Blog" alone means the project of that name where there is one.
    if (core.length > 1 && !isUnspaced(core) && !wholes.has(core)) know(core, project);
  }
  return { names, unspaced: unspaced.toSorted(([one], [other]) => other.length - one.length) };
});

/** Projects named in a text, those that stand like one first, then in their order. Longer names win over shorter. */
export function findProjects(text: Text, projects: readonly string[]): ProjectMention[] {
  const { names, unspaced } = calledOf(projects);
  const words = wordsOf(text);
  const found: (ProjectMention & { stands: boolean })[] = [];
  const add = (span: Span, named: readonly string[]) => {
    const project = named.length === 1 ? named[0] : named.find((name) => text.written.includes(name));
    if (project === undefined || found.some((other) => overlaps(other, span))) return;
    const stands = standsAsProject(text.plain, span);
    if (stands || !isEveryday(text.plain.slice(span.start, span.end))) found.push({ ...span, project, stands });
  };
  for (let length = LONGEST_NAME; length > 0; length -= 1) {
    for (let at = 0; at + length <= words.length; at += 1) {
      const [first, last] = [words[at], words[at + length - 1]];
      if (first === undefined || last === undefined) continue;
      const key = squash(text.plain.slice(first.start, last.end));
      const named = names.get(key) ?? names.get(key.replace(/s$/, ""));
      if (named) add({ start: first.start, end: last.end }, named);
    }
  }
  for (const [plain, project] of unspaced) {
    const start = text.plain.indexOf(plain);
    if (start >= 0) add({ start, end: start + plain.length }, [project]);
  }
  if (found.length === 0) found.push(...findNearly(text, words, projects));
  return found.toSorted((one, other) => Number(other.stands) - Number(one.stands) || one.start - other.start);
}

const partsOf = derived<
  readonly string[],
  readonly Readonly<{ project: string; whole: string; parts: readonly string[] }>[],
  void
>((projects) =>
  projects.map((project) => ({
    project,
    whole: squash(project),
    parts: wordsOf(readText(project)).map(({ text }) => text),
  })),
);

/** "The dashboard", "the analitics dashbord": where it stands as a project, and no other can be meant. */
function findNearly(text: Text, words: readonly Word[], projects: readonly string[]) {
  const known = partsOf(projects);
  for (let length = 3; length > 0; length -= 1) {
    for (let at = 0; at + length <= words.length; at += 1) {
      const [first, last] = [words[at], words[at + length - 1]];
      if (
        first === undefined ||
        last === undefined ||
        !standsAsProject(text.plain, { start: first.start, end: last.end })
      )
        continue;
      const key = squash(text.plain.slice(first.start, last.end));
      if (key.length < 5 || EVERYDAY.has(key)) continue;
      const near = known.filter(
        ({ whole, parts }) =>
          (length === 1 && parts.length > 1 && parts.includes(key)) ||
          (!COMMON_WORDS.has(key) &&
            whole[0] === key[0] &&
            Math.abs(whole.length - key.length) <= 3 &&
            slipsBetween(key, whole, mostSlips(whole)) <= mostSlips(whole)),
      );
      const [only] = near;
      if (only && near.length === 1)
        return [{ start: first.start, end: last.end, project: only.project, stands: true }];
    }
  }
  return [];
}

/** Names that a prompt may well say without meaning the project. */
function isEveryday(name: string): boolean {
  const squashed = squash(name);
  const singular = squashed.replace(/s$/, "");
  return EVERYDAY.has(squashed) || EVERYDAY.has(singular) || squashed.length < 3;
}

const KIND_NAMES = Object.values(KIND_WORDS).flatMap((words) => words.split("|").map(squash));
const EVERYDAY: ReadonlySet<string> = new Set([
  ...GENERIC_WORDS,
  ...KIND_NAMES,
  ...SERVICES.flatMap(({ name, aliases }) => [name, ...aliases].map(squash)),
  ..."next nextjs vite expo nuxt astro gatsby electron node react express mobile main local random shared team work home".split(
    " ",
  ),
]);

const LEADS_TO_PROJECT = new RegExp(
  "(?:^|[^\\p{L}])(?:for|of|in|into|project|from|proyecto|projeto|projet|projekt|progetto|проекта?|para|pour|für|fur|для|im|vom|beim|del|do|da|du)" +
    '[\\s:"\'«„“]+(?:(?:the|my|our|project|proyecto|projeto|projet|projekt|el|la|le|o|a|das|die|der|mein\\p{L}*)[\\s:"\'«„“]+){0,2}$|(?:项目|プロジェクト|프로젝트)["「『:：\\s]*$',
  "u",
);
/** How far back what leads to a project may begin. */
const LEAD = 80;
const FOLLOWS_PROJECT =
  /^(?:'s(?!\p{L})|["'»“”」』]?\s*(?:project|projekt|progetto|proyecto|projeto|projet|app(?!\p{L})|项目|プロジェクト|프로젝트))/u;

function standsAsProject(text: string, { start, end }: Span): boolean {
  return LEADS_TO_PROJECT.test(text.slice(Math.max(0, start - LEAD), start)) || FOLLOWS_PROJECT.test(text.slice(end));
}

/** Of two in one text the first that is listed is meant. */
const FRAMEWORKS: readonly (readonly [Framework, RegExp])[] = [
  ["expo", anyOf(["expo(?! push)"])],
  ["react-native", anyOf(["react native", "reactnative", "rn app"])],
  [
    "nextjs",
    anyOf([
      "next\\.?js",
      "next js",
      "next(?:\\.js)? ?1\\d",
      "next (?:app|project|site|website|frontend|application|application)",
      "app router",
    ]),
  ],
  ["nuxt", anyOf(["nuxt", "nuxt\\.?js", "nuxt ?\\d"])],
  ["sveltekit", anyOf(["svelte ?kit"])],
  ["gatsby", anyOf(["gatsby", "gatsby\\.?js"])],
  ["astro", anyOf(["astro", "astro\\.?js"])],
  ["electron", anyOf(["electron", "electron\\.?js"])],
  ["create-react-app", anyOf(["create react app", "cra", "react scripts"])],
  ["vite", anyOf(["vite", "vite\\.?js", "vitejs"])],
  [
    "node",
    anyOf([
      "node\\.?js",
      "node js",
      "node(?! id)",
      "express",
      "express\\.?js",
      "expressjs",
      "nest\\.?js",
      "nestjs",
      "fastify",
      "hono",
      "koa",
    ]),
  ],
];

function readFramework(text: Text): Framework | null {
  const refused = refusedSpans(text.plain);
  const isMeant = (span: Span) =>
    !refused.some((other) => overlaps(other, span)) && !isWhatComesNext(text.written, span);
  return FRAMEWORKS.find(([, pattern]) => spansOf(text.plain, pattern).some(isMeant))?.[0] ?? null;
}

/** "My next app" may be built with anything. */
function isWhatComesNext(written: string, { start, end }: Span): boolean {
  return (
    /^next\s(?!js)/.test(written.slice(start, end)) &&
    /\b(?:the|my|our|your|her|his|their)\s+$/i.test(written.slice(0, start))
  );
}

const ENVIRONMENT_WORDS: readonly (readonly [readonly Environment[], RegExp])[] = [
  [
    ["staging"],
    anyOf([
      "staging|stage (?:env|environment|server|keys?)|pre ?production|pre ?prod|uat|qa|homologacao|homologation|preproduccion|pre produccion",
      "preproduction|recette|vorproduktion|preproduzione|предпродакшн\\p{L}*|предпрод\\p{L}*|стейдж\\p{L}*|стейджинг\\p{L}*|preview (?:env|environment|deployments?)",
      "测试环境|预发布?|预生产|预发环境|ステージング|検証環境|テスト環境|스테이징|테스트 ?환경",
    ]),
  ],
  [
    ["production"],
    anyOf([
      "production|prod|prd|live (?:keys?|mode|environment|env|secrets?|credentials|site|server|stripe|ones?|values?|tokens?|api keys?)",
      "produccion|producao|produktion|produktiv|produktionsumgebung|produzione|продакшн\\p{L}*|продакшен\\p{L}*|прод[аеу]?|боев\\p{L}+|productie|produkcj\\p{L}+",
      "生产|生產|正式环境|线上|本番|프로덕션|운영|상용",
    ]),
  ],
  [
    ["development"],
    anyOf([
      "development|dev|develop|local(?! storage)|localhost|locally|desarrollo|desenvolvimento|developpement|entwicklung|entwicklungsumgebung",
      "sviluppo|разработк\\p{L}+|локальн\\p{L}+|дев|lokal\\p{L}*|ontwikkeling|dev ?env|开发|開發|本地|開発|ローカル|개발|로컬",
    ]),
  ],
  [
    // Stripe's own words: its test keys are nobody's production, and where they lie people differ.
    ["staging", "development"],
    anyOf([
      "test (?:keys?|mode|environment|env|secrets?|credentials|stripe|ones?|tokens?|api keys?|values?)|testing (?:environment|env|keys?)",
      "sandbox|entorno de pruebas|claves de prueba|ambiente de testes?|environnement de test|cles de test|testumgebung|testschlussel|тестов\\p{L}+",
    ]),
  ],
];

export type EnvironmentMention = Span & Readonly<{ environments: readonly Environment[] }>;

/** In the order in which they are named, those that are refused left out; "dev and staging" is one. */
export function findEnvironments(text: string): EnvironmentMention[] {
  const refused = refusedSpans(text);
  const found = ENVIRONMENT_WORDS.flatMap(([environments, pattern]) =>
    spansOf(text, pattern).map((span) => ({ ...span, environments })),
  );
  // "Pre-production" and "test environment" are not also what stands in them.
  const whole = longestOf(found);
  const meant = whole.filter((one) => !refused.some((span) => overlaps(one, span)));
  const listed: EnvironmentMention[] = [];
  for (const one of meant.toSorted((one, other) => one.start - other.start)) {
    const last = listed.at(-1);
    if (last !== undefined && LISTS.test(text.slice(last.end, one.start)))
      listed[listed.length - 1] = { ...last, end: one.end, environments: [...last.environments, ...one.environments] };
    else listed.push(one);
  }
  return listed;
}

const LISTS = /^\s*(?:[,/+&、和と]|(?:,\s*)?(?:and|or|then|y|o|e|ou|et|und|oder|и|или))?\s*$/u;
