import type { CategoryInput } from "../categories/model.ts";
import type { EntryInput, Environment } from "../entries/model.ts";
import type { FileType } from "../envs/model.ts";
import type { TwoFactorInput } from "../two-factor/model.ts";

/**
 * The keys of a small team with a handful of projects, made up so that people and scanners tell them from real ones:
 * every value says that it is an example, and none has the form of a live key.
 */

/** In the order in which they were begun. */
const PROJECTS = ["Blog", "Shop", "Recipe finder", "Status page", "Weather bot", "Invoices"] as const;
type Project = (typeof PROJECTS)[number];

const ENVIRONMENT_OF: Readonly<Record<string, Environment>> = { p: "production", s: "staging", d: "development" };

/** Which projects use a service, each with the first letters of its environments. */
type SampleCategory = CategoryInput & { used: Partial<Record<Project, string>> };

export const CATEGORIES: readonly SampleCategory[] = [
  simple("GitHub", "github", "GITHUB_TOKEN", {
    Blog: "p",
    Shop: "p",
    "Recipe finder": "p",
    "Status page": "p",
    "Weather bot": "p",
    Invoices: "p",
  }),
  simple("PostgreSQL", "postgresql", "DATABASE_URL", {
    Blog: "pd",
    Shop: "psd",
    "Recipe finder": "psd",
    Invoices: "psd",
  }),
  simple("Redis", "redis", "REDIS_URL", { Shop: "psd", "Recipe finder": "ps", "Weather bot": "p", Invoices: "ps" }),
  group("Stripe", "stripe", ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"], {
    Shop: "psd",
    Invoices: "ps",
  }),
  group("PayPal", "paypal", ["PAYPAL_CLIENT_ID", "PAYPAL_CLIENT_SECRET"], { Shop: "ps", Invoices: "ps" }),
  {
    ...group("AWS", "amazonwebservices", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"], {
      Shop: "ps",
      "Recipe finder": "ps",
      Invoices: "ps",
    }),
    description: "Users of the example account, one a project",
  },
  { ...file("Google Cloud", "json", { "Recipe finder": "ps", "Weather bot": "p" }), icon: "googlecloud" },
  { ...file("Firebase", "json", { Blog: "p" }), icon: "firebase" },
  {
    ...file("Deploy keys", "ssh", { Blog: "p", Shop: "ps", Invoices: "p" }),
    description: "Read-only keys of the build server",
  },
  { ...file("Servers", "ssh", { "Status page": "p", "Weather bot": "p" }), icon: "hetzner" },
  simple("Cloudflare", "cloudflare", "CLOUDFLARE_API_TOKEN", {
    Blog: "p",
    Shop: "ps",
    "Status page": "p",
    Invoices: "p",
  }),
  simple("Vercel", "vercel", "VERCEL_TOKEN", { Blog: "p", "Recipe finder": "p" }),
  simple("DigitalOcean", "digitalocean", "DIGITALOCEAN_ACCESS_TOKEN", { "Status page": "p" }),
  simple("Hetzner", "hetzner", "HCLOUD_TOKEN", { "Weather bot": "p", "Status page": "p" }),
  group("Backblaze B2", "backblaze", ["B2_KEY_ID", "B2_APPLICATION_KEY"], { Shop: "p", Invoices: "p" }),
  group("Supabase", "supabase", ["SUPABASE_URL", "SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY"], {
    "Recipe finder": "psd",
  }),
  simple("MongoDB", "mongodb", "MONGODB_URI", { "Weather bot": "pd" }),
  simple("Anthropic", "anthropic", "ANTHROPIC_API_KEY", { "Recipe finder": "psd", "Weather bot": "pd" }),
  {
    ...simple("OpenAI", "openai", "OPENAI_API_KEY", { Blog: "pd", Shop: "s", "Recipe finder": "ps" }),
    description: "One key a project, with a monthly limit on each",
  },
  simple("Resend", "resend", "RESEND_API_KEY", { Shop: "psd", "Recipe finder": "ps", Invoices: "ps" }),
  group("Twilio", "twilio", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"], {
    Shop: "ps",
    "Status page": "p",
  }),
  simple("Slack", "slack", "SLACK_BOT_TOKEN", { "Status page": "pd" }),
  simple("Discord", "discord", "DISCORD_BOT_TOKEN", { "Weather bot": "pd" }),
  simple("Telegram", "telegram", "TELEGRAM_BOT_TOKEN", { "Weather bot": "pd" }),
  group("Algolia", "algolia", ["ALGOLIA_APP_ID", "ALGOLIA_ADMIN_KEY"], { Shop: "ps", "Recipe finder": "ps" }),
  simple("Mapbox", "mapbox", "MAPBOX_ACCESS_TOKEN", { "Weather bot": "pd", Shop: "p" }),
  simple("PostHog", "posthog", "POSTHOG_API_KEY", { Blog: "p", Shop: "ps", "Recipe finder": "ps" }),
  simple("Grafana", "grafana", "GRAFANA_TOKEN", { "Status page": "ps" }),
  simple("npm", "npm", "NPM_TOKEN", { Shop: "p", Blog: "p" }),
  group("Auth0", "auth0", ["AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"], {
    Shop: "psd",
    "Recipe finder": "ps",
    Invoices: "psd",
  }),
  { ...group("SMTP", null, null, { Blog: "p", Invoices: "ps" }), description: "Each mail server wants something else" },
  simple("Sentry", "sentry", "SENTRY_AUTH_TOKEN", {}),
];

export type SampleEntry = Omit<EntryInput, "categoryId" | "expiresAt"> & {
  category: string;
  environment: Environment;
  /** Days from now, negative for what has ended. */
  expiresIn: number | null;
  /** How often its value has been replaced. */
  replaced: number;
};

/** What is special about some, by `category/project/first letter of the environment`. */
const MORE: Readonly<Record<string, { expiresIn?: number; notes?: string; replaced?: number }>> = {
  "OpenAI/Recipe finder/s": { expiresIn: -3, replaced: 1 },
  "Mapbox/Weather bot/p": { expiresIn: -19 },
  "Slack/Status page/d": { expiresIn: -64 },
  "GitHub/Shop/p": { expiresIn: 1, notes: "Fine-grained, one repository. Mei renews it with the release." },
  "Stripe/Shop/s": { expiresIn: 5, replaced: 2 },
  "OpenAI/Blog/p": { expiresIn: 12, notes: "Limit: 20 € a month", replaced: 3 },
  "Google Cloud/Weather bot/p": { expiresIn: 16 },
  "Auth0/Invoices/s": { expiresIn: 21 },
  "npm/Shop/p": { expiresIn: 23, notes: "May publish, and nothing else" },
  "Cloudflare/Status page/p": { expiresIn: 28, notes: "DNS of one zone" },
  "AWS/Shop/p": { expiresIn: 55, notes: "May write to one bucket and read nothing", replaced: 1 },
  "AWS/Invoices/p": { expiresIn: 200 },
  "GitHub/Invoices/p": { expiresIn: 90 },
  "Anthropic/Recipe finder/p": {
    expiresIn: 120,
    notes:
      "Ask Mei before renewing: the invoice goes to her team, and the old key of the prototype has to be revoked on the same day.",
  },
  "Vercel/Blog/p": { expiresIn: 300 },
  "PostgreSQL/Shop/p": { notes: "Rotated every quarter, after the backup", replaced: 4 },
  "Deploy keys/Shop/p": { notes: "Read-only, on the build server alone" },
};

/** Oldest first: project after project, the services of each in no particular order. */
export const ENTRIES: readonly SampleEntry[] = CATEGORIES.flatMap((category, at) =>
  Object.entries(category.used).flatMap(([project, letters]) =>
    [...letters].map((letter) => ({
      place: PROJECTS.indexOf(project as Project) * 16 + ((at * 7 + letter.charCodeAt(0) * 5) % 31),
      entry: sampleEntry(category, project, letter),
    })),
  ),
)
  .sort((one, other) => one.place - other.place)
  .map(({ entry }) => entry);

function sampleEntry(category: SampleCategory, project: string, letter: string): SampleEntry {
  const environment = ENVIRONMENT_OF[letter] ?? "production";
  const more = MORE[`${category.name}/${project}/${letter}`] ?? {};
  return {
    category: category.name,
    name: project,
    environment,
    value: sampleValue(category, project, environment),
    fileName: fileNameOf(category, project),
    notes: more.notes ?? null,
    expiresIn: more.expiresIn ?? null,
    replaced: more.replaced ?? 0,
  };
}

/** The value that an entry has, or the one that it had before so many others. */
export function sampleValue(
  { name, keyType, envVarName, fieldDefinitions }: CategoryInput,
  project: string,
  environment: Environment,
  before = 0,
): EntryInput["value"] {
  const mark = `${dashed(project)}-${environment}${before === 0 ? "" : `-old-${before}`}`;
  switch (keyType) {
    case "simple":
      return urlOf(envVarName ?? "", mark) ?? `example-${dashed(name)}-${mark}`;
    case "group": {
      const fields = fieldDefinitions ?? ["SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD"];
      return Object.fromEntries(fields.map((field) => [field, fieldValue(field, mark)]));
    }
    case "ssh":
      return sampleSshKey(mark);
    case "json":
      return JSON.stringify(
        {
          type: "service_account",
          project_id: `example-${mark}`,
          client_email: `kagi-demo@example-${mark}.iam.example.com`,
          private_key: "An example: there is no key here",
        },
        null,
        2,
      );
  }
}

function urlOf(name: string, mark: string): string | undefined {
  const host = `${mark}.internal.example.com`;
  const account = "example:example";
  switch (name) {
    case "DATABASE_URL":
      return `postgres://${account}@${host}:5432/app?sslmode=verify-full`;
    case "REDIS_URL":
      return `rediss://${account}@${host}:6380/0`;
    case "MONGODB_URI":
      return `mongodb+srv://${account}@${host}/app`;
  }
}

function fieldValue(name: string, mark: string): string {
  switch (name) {
    case "AWS_REGION":
      return "eu-central-1";
    case "SUPABASE_URL":
      return `https://${mark}.supabase.example.com`;
    case "AUTH0_DOMAIN":
      return `${mark}.auth.example.com`;
    case "TWILIO_FROM":
      return "+1 555 0100";
    case "SMTP_HOST":
      return "smtp.example.com";
    case "SMTP_PORT":
      return "587";
    default:
      return `example-${dashed(name)}-${mark}`;
  }
}

/** A file of OpenSSH's form with a public half that can be told from others; where the private one stands is a sentence. */
function sampleSshKey(mark: string): string {
  const text = (...parts: (string | Buffer)[]): Buffer =>
    Buffer.concat(parts.flatMap((part) => [lengthOf(part.length), Buffer.from(part)]));
  const publicKey = text("ssh-ed25519", Buffer.alloc(32, `example-${mark}`));
  const body = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    text("none", "none", ""),
    lengthOf(1),
    text(publicKey, "An example of Kagi's demo: there is no private key in here."),
  ]);
  const label = ["OPENSSH", "PRIVATE", "KEY"].join(" ");
  const lines = body.toString("base64").match(/.{1,70}/g) ?? [];
  return `${[`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join("\n")}\n`;
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

function fileNameOf({ keyType }: CategoryInput, project: string): string | null {
  if (keyType === "ssh") return `id_ed25519_${dashed(project)}`;
  return keyType === "json" ? `${dashed(project)}-service-account.json` : null;
}

/** The secret of RFC 6238's examples, in base32, begun elsewhere for each, so that each shows other codes. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/** With how many recovery codes have been used. */
export const TWO_FACTORS: readonly (TwoFactorInput & { used: number })[] = [
  {
    service: "AWS root",
    accountName: "example",
    algorithm: "SHA256" as const,
    digits: 8,
    period: 60,
    notes: "The second key is in the safe",
  },
  { service: "npm", accountName: "ada", recoveryCodes: codes("n", 5), used: 5 },
  { service: "GitLab", accountName: "ada@example.com" },
  { service: "Hetzner", accountName: "ops@example.com" },
  { service: "Stripe", accountName: "billing@example.com", recoveryCodes: codes("s", 1) },
  { service: "Google", accountName: "team@example.com", recoveryCodes: codes("o", 10), used: 2 },
  { service: "Cloudflare", accountName: "ops@example.com", recoveryCodes: codes("c", 3), used: 1 },
  { service: "GitHub", accountName: "ada@example.com", recoveryCodes: codes("g", 16), used: 4 },
].map((sample, at) => ({
  used: 0,
  ...sample,
  // The paper with npm's codes is all that there is of it.
  ...(sample.service === "npm" ? {} : { secret: SECRET.slice(at) + SECRET.slice(0, at) }),
}));

function codes(first: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${first}${at.toString(36)}xm-pl3${at.toString(36)}`);
}

type SampleFile = Readonly<{ fileType: FileType; versions: readonly string[] }>;

/** Each file with what it was before, oldest first. */
export const ENV_PROJECTS: readonly { name: string; description: string; files: readonly SampleFile[] }[] = [
  {
    name: "Weather bot",
    description: "Tells three chats each morning whether to take an umbrella",
    files: [{ fileType: "env", versions: ["NODE_ENV=production\nCITY=Kyoto\nSEND_AT=06:30\n"] }],
  },
  {
    name: "Blog",
    description: "The static site and its comments",
    files: [
      { fileType: "env", versions: ["PORT=3000\nSITE_URL=https://blog.example.com\n"] },
      { fileType: "env.local", versions: ["PORT=3001\nDEBUG=1\n"] },
    ],
  },
  {
    name: "Recipe finder",
    description: "Search by what is in the fridge",
    files: [
      { fileType: "env", versions: ["PORT=4000\nMODEL=small\n"] },
      { fileType: "env.production", versions: ["PORT=8080\nMODEL=large\nCACHE_SECONDS=300\n"] },
    ],
  },
  {
    name: "Shop",
    description: "Storefront, checkout and the workers behind them",
    files: [
      { fileType: "env", versions: [shopFile(1), shopFile(2), shopFile(3)] },
      {
        fileType: "env.production",
        versions: ["NODE_ENV=production\nAPP_URL=https://shop.example.com\nEMPTY=\nRELEASE=2026-11\n"],
      },
      { fileType: "env.development", versions: ["NODE_ENV=development\nAPP_URL=http://localhost:3000\nMAILER=log\n"] },
    ],
  },
];

/** As people have them: sections, quotes of each kind, several lines, and a few things to warn of. */
function shopFile(version: number): string {
  return `# Shop. Copy to .env and fill in.

NODE_ENV=production
APP_URL="https://shop.example.com/?a=1&b=2#top"
PORT=3000

# Checkout
STRIPE_SECRET_KEY=example-stripe-secret
STRIPE_WEBHOOK_SECRET=example-stripe-hook
CURRENCY=EUR
${version > 1 ? "TAX_INCLUDED=true\n" : ""}
# Database
DATABASE_URL='postgres://example:example@db.internal.example.com:5432/shop'
DATABASE_POOL=${5 * version}

# Mail
MAIL_FROM="Shop <hello@shop.example.com>"
MAIL_FOOTER="With love,
from Kyoto"
GREETING=hello world
SESSION_SECRET=abc#example
${version > 2 ? "\n# Search\nALGOLIA_INDEX=products\nALGOLIA_INDEX=products_v2\n" : ""}`;
}

function simple(name: string, icon: string, envVarName: string, used: SampleCategory["used"]): SampleCategory {
  return { name, keyType: "simple", icon, envVarName, used };
}

/** Without fields each entry brings its own. */
function group(
  name: string,
  icon: string | null,
  fieldDefinitions: string[] | null,
  used: SampleCategory["used"],
): SampleCategory {
  return { name, keyType: "group", icon, fieldDefinitions, used };
}

function file(name: string, keyType: "ssh" | "json", used: SampleCategory["used"]): SampleCategory {
  return { name, keyType, used };
}

function dashed(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}
