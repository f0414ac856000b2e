import { readFileSync, realpathSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { basename, dirname, join, resolve } from "node:path";
import { KEY_TEXT } from "./crypto/keyring.ts";

/** A setting that cannot be used; the message names the variable and never repeats a secret. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

type Setting<T> = Readonly<{
  name: string;
  help: string;
  /** What the table shows when nothing is set. */
  shown: string;
  fallback: T;
  secret?: true;
  /** May also be given as `<NAME>_FILE`, a path whose content is the value. */
  file?: true;
  /** Spaces at its ends belong to it. */
  verbatim?: true;
  parse: (text: string) => T;
}>;

const setting = <T>(definition: Setting<T>): Setting<T> => definition;

/** Every setting there is. `kagi config`, the help and the README's table speak from here. */
export const SETTINGS = {
  host: setting({
    name: "HOST",
    help: "Address to listen on; 0.0.0.0 for every one",
    shown: "localhost",
    fallback: "localhost",
    parse: (text) => text,
  }),
  port: setting({
    name: "PORT",
    help: "TCP port to listen on; 0 for any free one",
    shown: "3000",
    fallback: 3000,
    parse: (text) => integer(text, 0, 65_535),
  }),
  url: setting<string | null>({
    name: "KAGI_URL",
    help: "Public origin, as browsers see it; https makes cookies Secure and sends HSTS",
    shown: "http://localhost:<PORT>",
    fallback: null,
    parse: origin,
  }),
  dataDir: setting({
    name: "KAGI_DATA_DIR",
    help: "Folder of the database and the generated key",
    shown: "./data",
    fallback: resolve("data"),
    parse: (text) => resolve(text),
  }),
  databaseUrl: setting<string | null>({
    name: "DATABASE_URL",
    help: "postgres://… to use PostgreSQL instead of the embedded SQLite",
    shown: "embedded SQLite in KAGI_DATA_DIR",
    fallback: null,
    secret: true,
    file: true,
    parse: databaseUrl,
  }),
  encryptionKey: setting<string | null>({
    name: "KAGI_ENCRYPTION_KEY",
    help: "64 hex characters; made at the first start when absent",
    shown: "<KAGI_DATA_DIR>/kagi.key",
    fallback: null,
    secret: true,
    file: true,
    parse: encryptionKey,
  }),
  newEncryptionKey: setting<string | null>({
    name: "KAGI_NEW_ENCRYPTION_KEY",
    help: "The next key, read by kagi rotate-key alone",
    shown: "a generated one",
    fallback: null,
    secret: true,
    file: true,
    parse: encryptionKey,
  }),
  adminEmail: setting<string | null>({
    name: "ADMIN_EMAIL",
    help: "E-mail of the first account, made at start when there is none",
    shown: "the set-up page",
    fallback: null,
    parse: (text) => text,
  }),
  adminPassword: setting<string | null>({
    name: "ADMIN_PASSWORD",
    help: "Password of the first account, at least 10 characters",
    shown: "the set-up page",
    fallback: null,
    secret: true,
    file: true,
    verbatim: true,
    parse: (text) => text,
  }),
  trustedProxies: setting<readonly string[]>({
    name: "KAGI_TRUSTED_PROXIES",
    help: "Addresses or CIDR ranges, comma-separated, whose X-Forwarded-For is believed",
    shown: "none",
    fallback: [],
    parse: ranges,
  }),
  auditRetentionDays: setting<number | "forever">({
    name: "KAGI_AUDIT_RETENTION",
    help: "Days that the trail of who did what is kept, 1 to 36500, or forever",
    shown: "365",
    fallback: 365,
    parse: daysOrForever,
  }),
  ai: setting<"auto" | "off">({
    name: "KAGI_AI",
    help: "off: no .env files from a sentence, in the pages and in the API",
    shown: "auto",
    fallback: "auto",
    parse: autoOrOff,
  }),
  openaiApiKey: setting<string | null>({
    name: "OPENAI_API_KEY",
    help: "Key of the language model's server; without it and OPENAI_BASE_URL keys are matched by their names",
    shown: "no model",
    fallback: null,
    secret: true,
    file: true,
    parse: headerValue,
  }),
  openaiBaseUrl: setting<string>({
    name: "OPENAI_BASE_URL",
    help: "Where a model is asked: any server with OpenAI's chat completions, such as http://localhost:11434/v1",
    shown: "https://api.openai.com/v1",
    fallback: "https://api.openai.com/v1",
    parse: baseUrl,
  }),
  aiModel: setting({
    name: "KAGI_AI_MODEL",
    help: "The model's name, as its server knows it",
    shown: "gpt-4o-mini",
    fallback: "gpt-4o-mini",
    parse: (text) => text,
  }),
  aiTimeoutSeconds: setting({
    name: "KAGI_AI_TIMEOUT",
    help: "Seconds that a model may take to answer, 1 to 300",
    shown: "30",
    fallback: 30,
    parse: (text) => integer(text, 1, 300),
  }),
  keycloakUrl: setting<string | null>({
    name: "KEYCLOAK_URL",
    help: "Keycloak as browsers reach it: its base, a realm's issuer, or that realm's .well-known address",
    shown: "no Keycloak",
    fallback: null,
    parse: keycloakUrl,
  }),
  keycloakRealm: setting<string | null>({
    name: "KEYCLOAK_REALM",
    help: "The realm whose people may sign in, unless KEYCLOAK_URL names it",
    shown: "the one in KEYCLOAK_URL",
    fallback: null,
    parse: realmName,
  }),
  keycloakClientId: setting<string | null>({
    name: "KEYCLOAK_CLIENT_ID",
    help: "The client that the realm knows Kagi by",
    shown: "none",
    fallback: null,
    parse: (text) => text,
  }),
  keycloakClientSecret: setting<string | null>({
    name: "KEYCLOAK_CLIENT_SECRET",
    help: "That client's secret",
    shown: "none",
    fallback: null,
    secret: true,
    file: true,
    parse: (text) => text,
  }),
  keycloakInternalUrl: setting<string | null>({
    name: "KEYCLOAK_INTERNAL_URL",
    help: "Keycloak's base as this server reaches it, when that is another name than the browsers'",
    shown: "KEYCLOAK_URL",
    fallback: null,
    parse: keycloakUrl,
  }),
  keycloakRequiredRole: setting<string | null>({
    name: "KEYCLOAK_REQUIRED_ROLE",
    help: "Only people with this role of the realm, or of the client, may enter",
    shown: "none",
    fallback: null,
    parse: (text) => text,
  }),
  keycloakLinkByEmail: setting<boolean>({
    name: "KEYCLOAK_LINK_BY_EMAIL",
    help: "true: a verified e-mail from Keycloak opens the account that has it; false: its owner links it while signed in",
    shown: "false",
    fallback: false,
    parse: trueOrFalse,
  }),
  emailPassword: setting<boolean>({
    name: "ENABLE_EMAIL_PASSWORD",
    help: "false: no sign-in with e-mail and password, from the first sign-in through Keycloak on",
    shown: "true",
    fallback: true,
    parse: trueOrFalse,
  }),
} as const;

const ALL = Object.entries(SETTINGS) as [string, Setting<unknown>][];

type Values = { [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K]["fallback"] };

export type Config = Readonly<
  Omit<Values, "url"> & {
    /** The public origin, without a final slash. */
    url: string;
    /** Whether the operator named the public origin; otherwise a request's own Host stands for it. */
    urlIsSet: boolean;
    secure: boolean;
    /** Whether there is a model to ask: a key or a base URL is set, also where `ai` is off. */
    modelIsSet: boolean;
    /** Null when nobody signs in through Keycloak. */
    keycloak: KeycloakConfig | null;
    sqlitePath: string;
    keyPath: string;
  }
>;

export type KeycloakConfig = Readonly<{
  /** The realm as browsers reach it, which is also what its tokens are issued by; without a final slash. */
  issuer: string;
  /** The realm as this server reaches it. */
  internalIssuer: string;
  clientId: string;
  clientSecret: string;
}>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks the environment once. Throws ConfigError that lists every mistake. */
export function loadConfig(environment: Environment = process.env): Config {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, definition] of ALL) {
    try {
      values[key] = valueIn(definition, environment);
    } catch (error) {
      problems.push(`${definition.name} ${(error as Error).message}`);
    }
  }
  const read = values as Values;
  if ((read.adminEmail === null) !== (read.adminPassword === null)) {
    problems.push("ADMIN_EMAIL and ADMIN_PASSWORD go together: set both or neither");
  }
  const keycloak = keycloakOf(read, environment, problems);
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  const url = read.url ?? urlAt(read.port);
  return Object.freeze({
    ...read,
    url,
    urlIsSet: read.url !== null,
    secure: url.startsWith("https:"),
    modelIsSet: read.openaiApiKey !== null || Boolean(environment[SETTINGS.openaiBaseUrl.name]),
    keycloak,
    sqlitePath: join(read.dataDir, "kagi.db"),
    keyPath: join(read.dataDir, "kagi.key"),
  });
}

/** What the settings of Keycloak make together; null when none is set, and when `problems` says what is wrong. */
function keycloakOf(read: Values, environment: Environment, problems: string[]): KeycloakConfig | null {
  const { keycloakUrl, keycloakRealm, keycloakClientId, keycloakClientSecret, keycloakInternalUrl } = read;
  const before = problems.length;
  const isSet = Object.keys(environment).some((name) => name.startsWith("KEYCLOAK_") && environment[name]);
  if (!isSet && !read.emailPassword) {
    problems.push("ENABLE_EMAIL_PASSWORD is false, which needs another way in: set KEYCLOAK_URL as well");
  }
  if (!isSet || before > 0) return null;
  const [base, named] = realmIn(keycloakUrl ?? "");
  const realm = keycloakRealm ?? named;
  if (keycloakUrl === null) problems.push("KEYCLOAK_URL is missing, which the other KEYCLOAK_ settings need");
  else if (realm === null) problems.push("KEYCLOAK_REALM is missing, and KEYCLOAK_URL names no realm");
  if (keycloakRealm !== null && named !== null && keycloakRealm !== named) {
    problems.push("KEYCLOAK_REALM is another realm than the one that KEYCLOAK_URL names");
  }
  if (keycloakClientId === null) problems.push("KEYCLOAK_CLIENT_ID is missing, which KEYCLOAK_URL needs");
  if (keycloakClientSecret === null) problems.push("KEYCLOAK_CLIENT_SECRET is missing, which KEYCLOAK_URL needs");
  const [internalBase, internalRealm] = realmIn(keycloakInternalUrl ?? base);
  if (internalRealm !== null && realm !== null && internalRealm !== realm) {
    problems.push("KEYCLOAK_INTERNAL_URL names another realm than KEYCLOAK_URL and KEYCLOAK_REALM");
  }
  if (problems.length > before || realm === null || keycloakClientId === null || keycloakClientSecret === null) {
    return null;
  }
  const path = `/realms/${encodeURIComponent(realm)}`;
  return Object.freeze({
    issuer: base + path,
    internalIssuer: internalBase + path,
    clientId: keycloakClientId,
    clientSecret: keycloakClientSecret,
  });
}

/** The base of a Keycloak's address, and the realm that the address names, if any. */
function realmIn(url: string): [base: string, realm: string | null] {
  const [, base = url, realm] = /^(.*)\/realms\/([^/]+)$/.exec(url) ?? [];
  return [base, realm === undefined ? null : decodeURIComponent(realm)];
}

/** What the demo takes of the environment: where it listens, and how browsers reach it. */
const DEMO_SETTINGS = ["HOST", "PORT", "KAGI_URL", "KAGI_TRUSTED_PROXIES"];
/** Not localhost: cookies know no ports, and those of a vault that is served there are to stay. */
const DEMO_DEFAULTS = { HOST: "127.0.0.1", PORT: "0" };

/** The settings of a vault in a folder of its own, under a key of its own, whatever else is configured. Throws ConfigError. */
export function demoConfig(dataDir: string, encryptionKey: string, environment: Environment = process.env): Config {
  const taken = DEMO_SETTINGS.flatMap((name) => (environment[name] ? [[name, environment[name]]] : []));
  const own = { KAGI_DATA_DIR: dataDir, KAGI_ENCRYPTION_KEY: encryptionKey };
  return loadConfig({ ...DEMO_DEFAULTS, ...Object.fromEntries(taken), ...own });
}

/** Whether a package script started this process, and whether npm, such as npx, started that. */
export function launchedBy(environment: Environment = process.env): Readonly<{ script: boolean; npm: boolean }> {
  return {
    script: environment.npm_lifecycle_event !== undefined,
    npm: environment.npm_config_user_agent?.startsWith("npm/") === true,
  };
}

export type SettingShown = Readonly<{ name: string; value: string; source: "default" | "environment" | "file" }>;

const UNUSABLE = "(cannot be used)";

/** Each setting with the value in force, as `kagi config` prints it. Secrets are masked. */
export function describeConfig(environment: Environment = process.env): SettingShown[] {
  const usable = <T>(definition: Setting<T>): T => {
    try {
      return valueIn(definition, environment);
    } catch {
      return definition.fallback;
    }
  };
  const dataDir = realPath(usable(SETTINGS.dataDir));
  const unset: Partial<Record<string, string>> = {
    KAGI_URL: urlAt(usable(SETTINGS.port)),
    KAGI_DATA_DIR: dataDir,
    DATABASE_URL: `SQLite, ${join(dataDir, "kagi.db")}`,
    KAGI_ENCRYPTION_KEY: join(dataDir, "kagi.key"),
    KAGI_NEW_ENCRYPTION_KEY: "not set",
    ADMIN_EMAIL: "not set",
    ADMIN_PASSWORD: "not set",
    OPENAI_API_KEY: "not set",
    KEYCLOAK_URL: "not set",
    KEYCLOAK_CLIENT_ID: "not set",
    KEYCLOAK_CLIENT_SECRET: "not set",
    KEYCLOAK_REQUIRED_ROLE: "not set",
  };
  return ALL.map(([, definition]) => {
    const { name, shown } = definition;
    const from = definition.file && environment[`${name}_FILE`] ? `${name}_FILE` : name;
    if (!environment[from]) return { name, value: unset[name] ?? shown, source: "default" };
    const source = from === name ? "environment" : "file";
    try {
      const value = valueIn(definition, environment);
      if (definition.secret) return { name, value: masked(String(value), from), source };
      return { name, value: name === "KAGI_DATA_DIR" ? dataDir : [value].flat().join(", "), source };
    } catch {
      return { name, value: UNUSABLE, source };
    }
  });
}

/** A sentence about each KAGI_* variable that is no setting: it is mistyped, or belongs to another version. */
export function unknownSettings(environment: Environment = process.env): string[] {
  const known = ALL.flatMap(([, { name, file }]) => (file ? [name, `${name}_FILE`] : [name]));
  // Kubernetes tells every container of a service that is called kagi, in these variables.
  const isKubernetes = environment.KAGI_SERVICE_HOST !== undefined;
  return Object.keys(environment)
    .filter((name) => name.startsWith("KAGI_") && !known.includes(name))
    .filter((name) => !(isKubernetes && /^KAGI_(SERVICE|PORT)(_|$)/.test(name)))
    .sort()
    .map((name) => {
      const meant = nearest(name, known);
      return `${name} is no setting and does nothing.${meant === undefined ? "" : ` Did you mean ${meant}?`}`;
    });
}

const MOST_SLIPS = 3;

/** The name that is reached with the fewest slips. KAGI_ counts for nothing: KAGI_PORT is PORT. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const bare = (text: string) => text.replace(/^KAGI_/, "");
  const scored = names.map((candidate) => ({ candidate, slips: slips(bare(name), bare(candidate)) }));
  const best = scored.reduce((least, next) => (next.slips < least.slips ? next : least));
  return best.slips <= Math.min(MOST_SLIPS, bare(name).length / 2) ? best.candidate : undefined;
}

/** How many letters must be put in, left out or changed to make one word the other. */
function slips(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (const [j, target] of [...other].entries()) {
      const changed = (row[j] as number) + (letter === target ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}

/** Of a URL, what tells which server is meant; of any other secret, where it came from. */
function masked(secret: string, from: string): string {
  if (!POSTGRES_URL.test(secret)) return `set (from ${from})`;
  const { protocol, username, password, host, pathname, search } = new URL(secret);
  const user = username === "" && password === "" ? "" : `${username}${password === "" ? "" : ":***"}@`;
  return `${protocol}//${user}${host}${pathname}${search === "" ? "" : "?***"}`;
}

const urlAt = (port: number) => `http://localhost:${port}`;

/** Where a folder really is, also one that has not been made yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

function valueIn<T>(definition: Setting<T>, environment: Environment): T {
  const text = readSetting(definition, environment);
  return text === undefined ? definition.fallback : definition.parse(text);
}

function readSetting<T>(definition: Setting<T>, environment: Environment): string | undefined {
  const { name } = definition;
  const given = environment[name] || undefined;
  const file = definition.file ? environment[`${name}_FILE`] || undefined : undefined;
  if (given !== undefined && file !== undefined) throw new Error(`and ${name}_FILE are both set; choose one`);
  const text = file === undefined ? given : readSecretFile(file);
  return definition.verbatim ? text : text?.trim();
}

/** The line break that editors leave at the end of a file is not part of a secret. */
function readSecretFile(file: string): string {
  try {
    return readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch {
    throw new Error(`cannot be read from ${file}, which its _FILE names`);
  }
}

function integer(text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw new Error(`must be a whole number from ${min} to ${max}`);
  return value;
}

function daysOrForever(text: string): number | "forever" {
  if (text === "forever") return text;
  if (!/^\d+$/.test(text)) throw new Error("must be a whole number of days from 1 to 36500, or forever");
  return integer(text, 1, 36_500);
}

function origin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== "/" ||
    url.search ||
    url.hash ||
    url.username
  ) {
    throw new Error("must be an origin such as https://kagi.example.com, without a path");
  }
  return url.origin;
}

const POSTGRES_URL = /^postgres(ql)?:\/\//;

function databaseUrl(text: string): string {
  if (!POSTGRES_URL.test(text) || !URL.canParse(text)) throw new Error("must be a postgres:// URL");
  return text;
}

function encryptionKey(text: string): string {
  if (!KEY_TEXT.test(text)) throw new Error("is malformed: it must be 64 hex characters (try: openssl rand -hex 32)");
  return text.toLowerCase();
}

function autoOrOff(text: string): "auto" | "off" {
  if (text !== "auto" && text !== "off") throw new Error("must be auto or off");
  return text;
}

/** What can stand in a header as it is. */
function headerValue(text: string): string {
  if (!/^[!-~]+$/.test(text)) throw new Error("must be the key alone: visible ASCII characters, without spaces");
  return text;
}

/** It is shown and logged, unlike a key: one that is in it is refused. */
function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username ||
    url.password ||
    url.search ||
    url.hash ||
    /\bsk-[\w-]{8}/.test(url.pathname)
  ) {
    throw new Error(
      "must be an http or https URL such as https://api.openai.com/v1, without a key, a user or a query; the key goes into OPENAI_API_KEY",
    );
  }
  return url.href.replace(/\/+$/, "");
}

function trueOrFalse(text: string): boolean {
  if (text !== "true" && text !== "false") throw new Error("must be true or false");
  return text === "true";
}

/** Without the slash at its end and the address of its description, and with an escaped realm that can be read. */
function keycloakUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const path = (url?.pathname ?? "").replace(/\/\.well-known\/openid-configuration\/?$/, "").replace(/\/+$/, "");
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username ||
    url.password ||
    url.search ||
    url.hash ||
    !/^(\/(?!realms(\/|$))[\w.~-]+)*(\/realms\/[\w.~-]+)?$/.test(path.replace(/%[\dA-F]{2}/gi, "x"))
  ) {
    throw new Error(
      "must be an http or https URL such as https://id.example.com or https://id.example.com/realms/team, without a user or a query",
    );
  }
  return url.origin + path;
}

function realmName(text: string): string {
  if (/[/\\?#%]|^\.+$/.test(text)) throw new Error("must be a realm's name alone");
  return text;
}

function ranges(text: string): string[] {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const list = new BlockList();
  for (const part of parts) addRange(list, part);
  return parts;
}

/** Adds `192.0.2.7` or `2001:db8::/32` to a list. */
export function addRange(list: BlockList, range: string): void {
  const [address = "", bits] = range.split("/");
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  const prefix = bits === undefined ? most : integer(bits, 0, most);
  if (family === 0) throw new Error("must be addresses or CIDR ranges, comma-separated");
  list.addSubnet(address, prefix, family === 6 ? "ipv6" : "ipv4");
}
