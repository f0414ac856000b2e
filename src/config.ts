import { readFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { join, resolve } from "node:path";
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
} as const;

type Values = { [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K]["fallback"] };

export type Config = Readonly<
  Omit<Values, "url"> & {
    /** The public origin, without a final slash. */
    url: string;
    /** Whether the operator named the public origin; otherwise a request's own Host stands for it. */
    urlIsSet: boolean;
    secure: boolean;
    sqlitePath: string;
    keyPath: string;
  }
>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks the environment once. Throws ConfigError that lists every mistake. */
export function loadConfig(environment: Environment = process.env): Config {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, definition] of Object.entries(SETTINGS) as [string, Setting<unknown>][]) {
    try {
      const text = readSetting(definition, environment);
      values[key] = text === undefined ? definition.fallback : definition.parse(text);
    } catch (error) {
      problems.push(`${definition.name} ${(error as Error).message}`);
    }
  }
  const read = values as Values;
  if ((read.adminEmail === null) !== (read.adminPassword === null)) {
    problems.push("ADMIN_EMAIL and ADMIN_PASSWORD go together: set both or neither");
  }
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  const url = read.url ?? `http://localhost:${read.port}`;
  return Object.freeze({
    ...read,
    url,
    urlIsSet: read.url !== null,
    secure: url.startsWith("https:"),
    sqlitePath: join(read.dataDir, "kagi.db"),
    keyPath: join(read.dataDir, "kagi.key"),
  });
}

export type SettingShown = { name: string; value: string; source: "default" | "environment" | "file"; help: string };

/** The table of settings as `kagi config` prints it. Secrets are masked. */
export function describeConfig(environment: Environment = process.env): SettingShown[] {
  return (Object.values(SETTINGS) as Setting<unknown>[]).map((definition) => {
    const { name, help } = definition;
    const file = definition.file ? environment[`${name}_FILE`] : undefined;
    const given = environment[name];
    if (given) {
      const value = definition.secret ? masked(given) : given.replace(/\/\/[^@/]*@/, "//***@");
      return { name, value, source: "environment", help };
    }
    if (file) return { name: `${name}_FILE`, value: file, source: "file", help };
    return { name, value: definition.shown, source: "default", help };
  });
}

/** Of a URL, what tells which server is meant; of any other secret, that it is set. */
function masked(secret: string): string {
  if (!POSTGRES_URL.test(secret) || !URL.canParse(secret)) return "(set, hidden)";
  const { protocol, username, password, host, pathname, search } = new URL(secret);
  const user = username === "" && password === "" ? "" : `${username}${password === "" ? "" : ":***"}@`;
  return `${protocol}//${user}${host}${pathname}${search === "" ? "" : "?***"}`;
}

function readSetting(definition: Setting<unknown>, environment: Environment): string | undefined {
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
