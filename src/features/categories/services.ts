import type { KeyType } from "./model.ts";
import { SERVICES_TABLE } from "./services-table.ts";

/** What services are for, under the headings that people look under. */
export const GROUPS = {
  AI: ["ai", "vectors", "voice"],
  "Payments and finance": ["payments", "commerce", "finance", "blockchain"],
  "Cloud and hosting": ["cloud", "hosting", "cdn", "domains", "network"],
  "Databases and storage": ["database", "cache", "storage", "queue"],
  "Code and packages": ["code", "ci", "packages", "ssh", "secrets", "mobile"],
  "Email and messages": ["email", "sms", "chat", "push", "realtime", "support"],
  "Monitoring and analytics": ["monitoring", "logs", "analytics", "flags"],
  "Sign-in and social": ["auth", "captcha", "social"],
  "Search, maps and data": ["search", "scraping", "maps", "geo", "weather", "translation", "news"],
  "Content and media": ["cms", "media", "video", "music", "design"],
  Work: ["docs", "tasks", "calendar", "crm", "automation"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type Group = keyof typeof GROUPS;
export type Kind = (typeof GROUPS)[Group][number];

const KNOWN_KINDS: ReadonlyMap<string, { kind: Kind; group: Group }> = new Map(
  (Object.keys(GROUPS) as Group[]).flatMap((group) => GROUPS[group].map((kind) => [kind, { kind, group }])),
);

/** A common service as a category to start from. `icon` is a slug of Simple Icons, null where the brand is not in it. */
export type Service = Readonly<{
  id: string;
  name: string;
  inGallery: boolean;
  icon: string | null;
  /** What the badge stands on when there is no icon, and the brand's own color otherwise. */
  color: string;
  keyType: KeyType;
  envVarName: string | null;
  fieldDefinitions: readonly string[] | null;
  /** Those of its variables whose values people make up themselves. */
  chosen: readonly string[];
  kinds: readonly Kind[];
  /** That of its first kind. */
  group: Group;
  /** Other words for it. */
  aliases: readonly string[];
  /** Where to get such a key. */
  url: string;
}>;

/** In the order of the table, which is that of the common ones in the catalogue. */
export const SERVICES: readonly Service[] = SERVICES_TABLE.trim().split("\n").map(readService);

function readService(line: string): Service {
  const columns = line.split("|").map((column) => column.trim());
  const [marked = "", name = "", icon, color = "", variables = "", kinds = "", aliases = "", url = ""] = columns;
  if (columns.length !== 8) throw new Error(`services-table.ts: 8 columns are wanted, not ${columns.length}: ${line}`);
  const of = listed(kinds).map((kind) => knownKind(kind, line));
  const [first = unknown("", line)] = of;
  return {
    id: marked.replace(/^\*/, ""),
    name,
    inGallery: marked.startsWith("*"),
    icon: icon === "-" || icon === undefined ? null : icon,
    color,
    ...readVariables(variables),
    kinds: of.map(({ kind }) => kind),
    group: first.group,
    aliases: listed(aliases),
    url,
  };
}

function readVariables(column: string): Pick<Service, "keyType" | "envVarName" | "fieldDefinitions" | "chosen"> {
  if (column === "(ssh)") return { keyType: "ssh", envVarName: null, fieldDefinitions: null, chosen: [] };
  if (column === "(json)") return { keyType: "json", envVarName: null, fieldDefinitions: null, chosen: [] };
  const marked = column.split(" ");
  const variables = marked.map((variable) => variable.replace(/^\+/, ""));
  const chosen = variables.filter((_, index) => marked[index]?.startsWith("+"));
  if (variables.length > 1) return { keyType: "group", envVarName: null, fieldDefinitions: variables, chosen };
  return { keyType: "simple", envVarName: variables[0] ?? "", fieldDefinitions: null, chosen };
}

function listed(column: string): string[] {
  return column === "" ? [] : column.split(",").map((item) => item.trim());
}

function knownKind(text: string, line: string): { kind: Kind; group: Group } {
  return KNOWN_KINDS.get(text) ?? unknown(text, line);
}

function unknown(kind: string, line: string): never {
  throw new Error(`services-table.ts: "${kind}" is no kind of GROUPS: ${line}`);
}
