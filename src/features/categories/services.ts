import type { KeyType } from "./model.ts";
import { SERVICES_TABLE } from "./services-table.ts";

/** What services are for. */
export const KINDS = [
  "ai",
  "analytics",
  "auth",
  "automation",
  "blockchain",
  "cache",
  "calendar",
  "captcha",
  "cdn",
  "chat",
  "ci",
  "cloud",
  "cms",
  "code",
  "commerce",
  "crm",
  "database",
  "design",
  "docs",
  "domains",
  "email",
  "finance",
  "flags",
  "geo",
  "hosting",
  "logs",
  "maps",
  "media",
  "mobile",
  "monitoring",
  "music",
  "network",
  "news",
  "packages",
  "payments",
  "push",
  "queue",
  "realtime",
  "scraping",
  "search",
  "secrets",
  "sms",
  "social",
  "ssh",
  "storage",
  "support",
  "tasks",
  "translation",
  "vectors",
  "video",
  "voice",
  "weather",
] as const;
export type Kind = (typeof KINDS)[number];

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
  /** Other words for it. */
  aliases: readonly string[];
  /** Where to get such a key. */
  url: string;
}>;

/** In the order of the table, which is that of the gallery. */
export const SERVICES: readonly Service[] = SERVICES_TABLE.trim().split("\n").map(readService);

function readService(line: string): Service {
  const columns = line.split("|").map((column) => column.trim());
  const [marked = "", name = "", icon, color = "", variables = "", kinds = "", aliases = "", url = ""] = columns;
  if (columns.length !== 8) throw new Error(`services-table.ts: 8 columns are wanted, not ${columns.length}: ${line}`);
  return {
    id: marked.replace(/^\*/, ""),
    name,
    inGallery: marked.startsWith("*"),
    icon: icon === "-" || icon === undefined ? null : icon,
    color,
    ...readVariables(variables),
    kinds: listed(kinds).map((kind) => KINDS.find((known) => known === kind) ?? unknown(kind, line)),
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

function unknown(kind: string, line: string): never {
  throw new Error(`services-table.ts: "${kind}" is none of KINDS: ${line}`);
}
