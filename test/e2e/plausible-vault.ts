import type { KeyType } from "../../src/features/categories/model.ts";
import type { EntryInput, Environment } from "../../src/features/entries/model.ts";
import { sshKey } from "../support/secrets.ts";
import { newProject, realFile } from "./env.ts";
import { codesOf, newTwoFactor } from "./two-factor.ts";
import type { Vault } from "./vault.ts";

const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();

type Sample = {
  name: string;
  keyType: KeyType;
  icon?: string;
  envVarName?: string;
  fieldDefinitions?: string[];
  description?: string;
  entries: (Partial<EntryInput> & { name: string; environment: Environment; value: EntryInput["value"] })[];
};

/** Made up to be told apart from real ones by people and by scanners: none has the form of a live key. */
const SAMPLES: readonly Sample[] = [
  {
    name: "OpenAI",
    keyType: "simple",
    icon: "openai",
    envVarName: "OPENAI_API_KEY",
    description: "One key a project, with a monthly limit on each",
    entries: [
      { name: "Blog", environment: "production", value: "sk-example-blog-production", notes: "Limit: 20 € a month" },
      { name: "Blog", environment: "development", value: "sk-example-blog-development" },
      {
        name: "Recipe finder",
        environment: "production",
        value: "sk-example-recipes",
        expiresAt: inDays(12),
        notes:
          "Trial of the new organisation. Ask Mei before renewing: the invoice goes to her team, and the old key of the prototype has to be revoked on the same day.",
      },
      { name: "Recipe finder", environment: "staging", value: "sk-example-recipes-staging", expiresAt: inDays(-3) },
    ],
  },
  {
    name: "Stripe",
    keyType: "group",
    icon: "stripe",
    fieldDefinitions: ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"],
    entries: (["production", "staging"] as const).map((environment) => ({
      name: "Shop",
      environment,
      value: {
        STRIPE_SECRET_KEY: `example-secret-${environment}`,
        STRIPE_PUBLISHABLE_KEY: `example-public-${environment}`,
        STRIPE_WEBHOOK_SECRET: `example-hook-${environment}`,
      },
    })),
  },
  {
    name: "AWS",
    keyType: "group",
    icon: "amazonwebservices",
    fieldDefinitions: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"],
    description: "Users of the account 1234-5678-9012",
    entries: [
      {
        name: "Shop",
        environment: "production",
        value: { AWS_ACCESS_KEY_ID: "example-id", AWS_SECRET_ACCESS_KEY: "example-secret", AWS_REGION: "eu-central-1" },
        expiresAt: inDays(200),
      },
      {
        name: "Backups",
        environment: "production",
        value: {
          AWS_ACCESS_KEY_ID: "example-id-2",
          AWS_SECRET_ACCESS_KEY: "example-secret-2",
          AWS_REGION: "eu-west-1",
        },
        notes: "May write to one bucket and read nothing",
      },
    ],
  },
  {
    name: "PostgreSQL",
    keyType: "simple",
    icon: "postgresql",
    envVarName: "DATABASE_URL",
    entries: (["production", "staging", "development"] as const).map((environment) => ({
      name: "Shop",
      environment,
      value: `postgres://shop:ex%40mple@db.${environment}.internal:5432/shop?sslmode=verify-full`,
    })),
  },
  {
    name: "Deploy keys",
    keyType: "ssh",
    description: "Read-only keys of the build server",
    entries: [{ name: "Shop", environment: "production", value: sshKey().text, fileName: "id_ed25519_shop" }],
  },
  {
    name: "Google Cloud",
    keyType: "json",
    icon: "googlecloud",
    entries: [
      {
        name: "Recipe finder",
        environment: "production",
        value: JSON.stringify({ type: "service_account", project_id: "recipes-example" }, null, 2),
        fileName: "recipes-example-service-account.json",
        expiresAt: inDays(90),
      },
    ],
  },
  {
    name: "Cloudflare",
    keyType: "simple",
    icon: "cloudflare",
    envVarName: "CLOUDFLARE_API_TOKEN",
    entries: [{ name: "Blog", environment: "production", value: "example-token", notes: "DNS of one zone" }],
  },
  {
    name: "Resend",
    keyType: "simple",
    icon: "resend",
    envVarName: "RESEND_API_KEY",
    entries: [{ name: "Shop", environment: "production", value: "example-mail-key" }],
  },
  { name: "Sentry", keyType: "simple", icon: "sentry", envVarName: "SENTRY_AUTH_TOKEN", entries: [] },
];

/** The keys of somebody with a few side projects: every type, every environment, one expired, one about to. */
export async function plausibleVault(vault: Vault) {
  const categories = [];
  const entries = [];
  for (const { entries: samples, ...category } of SAMPLES.toReversed()) {
    const made = await vault.category(category);
    categories.unshift(made);
    for (const sample of samples.toReversed()) entries.unshift(await vault.entry(made, sample));
  }
  const accessKeys = [
    await vault.accessKey({
      name: "deploy script",
      scopes: ["entries:read", "entries:reveal", "export:read"],
      expiresAt: inDays(60),
    }),
    await vault.accessKey({ name: "dashboard", scopes: ["stats:read"], expiresAt: inDays(9) }),
    await vault.accessKey({
      name: "laptop",
      scopes: ["categories:read", "categories:write", "entries:read", "entries:write"],
    }),
  ];
  const twoFactors = await plausibleTwoFactors(vault);
  const projects = [
    await newProject(vault, "Recipe finder"),
    await newProject(vault, "Blog", { env: "PORT=3000\n", "env.local": "DEBUG=1\n" }),
    await newProject(vault, "Shop", {
      env: realFile(60),
      "env.production": "NODE_ENV=production\nAPP_URL=https://shop.example.com\nEMPTY=\nRELEASE=2026-11\n",
    }),
  ];
  return { categories, entries, twoFactors, projects, accessKeys };
}

/** The second factors of the same person: plain and unusual codes, recovery codes that run out, and none of either. */
async function plausibleTwoFactors(vault: Vault) {
  const secret = "JBSWY3DPEHPK3PXP";
  const samples: readonly [used: number, input: Parameters<typeof newTwoFactor>[1]][] = [
    [4, { service: "GitHub", secret, recoveryCodes: codesOf("g", 16) }],
    [1, { service: "Cloudflare", secret, recoveryCodes: codesOf("c", 3) }],
    [0, { service: "GitLab", accountName: "ada.lovelace@mail.engine-room.example.com", secret }],
    [5, { service: "npm", accountName: "ada", recoveryCodes: codesOf("n", 5) }],
    [
      0,
      {
        service: "AWS root",
        secret,
        algorithm: "SHA256",
        digits: 8,
        period: 60,
        notes: "The second key is in the safe",
      },
    ],
  ];
  const made = [];
  for (const [used, input] of samples.toReversed()) {
    const { id } = await newTwoFactor(vault, input);
    for (let time = 0; time < used; time += 1) await vault.owner.post(`/api/2fa/${id}/recovery-codes/reveal`);
    made.unshift({ id, service: input.service });
  }
  return made;
}
