import type { KeyType } from "../src/features/categories/model.ts";
import type { Environment } from "../src/features/entries/model.ts";
import type { Dialect } from "../src/features/export/model.ts";

/** How people read what the API names. */

export const KEY_TYPE_WORDS: Readonly<Record<KeyType, { name: string; help: string }>> = {
  simple: { name: "Simple", help: "One value in one variable: an API key, a token, a URL" },
  group: { name: "Group", help: "Several variables that belong together: an id and its secret" },
  ssh: { name: "SSH", help: "A private key, as a file" },
  json: { name: "JSON", help: "A credential file, such as a service account" },
};
export const KEY_TYPE_ORDER = Object.keys(KEY_TYPE_WORDS) as KeyType[];

export const ENVIRONMENT_WORDS: Readonly<Record<Environment, string>> = {
  production: "Production",
  staging: "Staging",
  development: "Development",
};

/** Each with its word, in the order in which people choose. */
export const ENVIRONMENT_OPTIONS = Object.entries(ENVIRONMENT_WORDS) as [Environment, string][];
export const KEY_TYPE_OPTIONS = KEY_TYPE_ORDER.map((type) => [type, KEY_TYPE_WORDS[type].name] as const);

/** Who reads `.env` text, each with what tells them apart. "" is all of them. */
export const DIALECT_OPTIONS: readonly (readonly [Dialect | "", string])[] = [
  ["", "Any program"],
  ["compose", "Docker Compose"],
  ["docker", "docker run --env-file"],
  ["shell", "A shell: source, export"],
  ["node", "Node.js --env-file"],
  ["bun", "Bun"],
  ["next", "Next.js"],
  ["vite", "Vite"],
  ["python", "python-dotenv"],
];

/** Who wrote a version or replaced a value: `session`, or the first characters of an access key. */
export function writerWords(writer: string): string {
  return writer === "session" ? "in the browser" : `with the access key ${writer}…`;
}

/** An account with a second factor, as titles name it. */
export function accountOf({ service, accountName }: Readonly<{ service: string; accountName: string }>): string {
  return `${service}, ${accountName}`;
}
