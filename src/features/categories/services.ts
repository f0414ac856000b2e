import type { KeyType } from "./model.ts";

/** A common service as a category to start from. `icon` is a slug of Simple Icons, null where the brand is not in it. */
export type Service = Readonly<{
  id: string;
  name: string;
  icon: string | null;
  /** What the badge stands on when there is no icon, and the brand's own color otherwise. */
  color: string;
  keyType: KeyType;
  envVarName: string | null;
  fieldDefinitions: readonly string[] | null;
}>;

const simple = (id: string, name: string, icon: string | null, color: string, envVarName: string): Service => {
  return { id, name, icon, color, keyType: "simple", envVarName, fieldDefinitions: null };
};
const group = (id: string, name: string, icon: string | null, color: string, ...fields: string[]): Service => {
  return { id, name, icon, color, keyType: "group", envVarName: null, fieldDefinitions: fields };
};
const file = (id: string, name: string, icon: string | null, color: string, keyType: "ssh" | "json"): Service => {
  return { id, name, icon, color, keyType, envVarName: null, fieldDefinitions: null };
};

/** In the order of the gallery. The variables are those that each service's own documentation uses. */
export const SERVICES: readonly Service[] = [
  simple("openai", "OpenAI", "openai", "#0f8a6c", "OPENAI_API_KEY"),
  simple("anthropic", "Anthropic", "anthropic", "#191919", "ANTHROPIC_API_KEY"),
  simple("gemini", "Google Gemini", "googlegemini", "#8e75b2", "GEMINI_API_KEY"),
  simple("mistral", "Mistral AI", "mistralai", "#fa520f", "MISTRAL_API_KEY"),
  simple("deepseek", "DeepSeek", "deepseek", "#5786fe", "DEEPSEEK_API_KEY"),
  simple("openrouter", "OpenRouter", "openrouter", "#94a3b8", "OPENROUTER_API_KEY"),
  simple("huggingface", "Hugging Face", "huggingface", "#ffd21e", "HF_TOKEN"),
  simple("replicate", "Replicate", "replicate", "#000000", "REPLICATE_API_TOKEN"),
  simple("elevenlabs", "ElevenLabs", "elevenlabs", "#000000", "ELEVENLABS_API_KEY"),
  group(
    "stripe",
    "Stripe",
    "stripe",
    "#635bff",
    "STRIPE_SECRET_KEY",
    "STRIPE_PUBLISHABLE_KEY",
    "STRIPE_WEBHOOK_SECRET",
  ),
  group("paypal", "PayPal", "paypal", "#002991", "PAYPAL_CLIENT_ID", "PAYPAL_CLIENT_SECRET"),
  simple("lemonsqueezy", "Lemon Squeezy", "lemonsqueezy", "#ffc233", "LEMONSQUEEZY_API_KEY"),
  group("shopify", "Shopify", "shopify", "#7ab55c", "SHOPIFY_API_KEY", "SHOPIFY_API_SECRET"),
  group("aws", "AWS", "amazonwebservices", "#c25700", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"),
  file("googlecloud", "Google Cloud", "googlecloud", "#4285f4", "json"),
  file("firebase", "Firebase", "firebase", "#dd2c00", "json"),
  group("azure", "Azure", "microsoftazure", "#0067b8", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
  simple("cloudflare", "Cloudflare", "cloudflare", "#f38020", "CLOUDFLARE_API_TOKEN"),
  simple("digitalocean", "DigitalOcean", "digitalocean", "#0080ff", "DIGITALOCEAN_ACCESS_TOKEN"),
  simple("hetzner", "Hetzner", "hetzner", "#d50c2d", "HCLOUD_TOKEN"),
  simple("vercel", "Vercel", "vercel", "#000000", "VERCEL_TOKEN"),
  simple("netlify", "Netlify", "netlify", "#00c7b7", "NETLIFY_AUTH_TOKEN"),
  simple("flyio", "Fly.io", "flydotio", "#24175b", "FLY_API_TOKEN"),
  simple("railway", "Railway", "railway", "#0b0d0e", "RAILWAY_TOKEN"),
  simple("postgresql", "PostgreSQL", "postgresql", "#4169e1", "DATABASE_URL"),
  simple("mysql", "MySQL", "mysql", "#4479a1", "MYSQL_URL"),
  simple("mongodb", "MongoDB", "mongodb", "#47a248", "MONGODB_URI"),
  simple("redis", "Redis", "redis", "#ff4438", "REDIS_URL"),
  group(
    "supabase",
    "Supabase",
    "supabase",
    "#3fcf8e",
    "SUPABASE_URL",
    "SUPABASE_ANON_KEY",
    "SUPABASE_SERVICE_ROLE_KEY",
  ),
  group("upstash", "Upstash", "upstash", "#00e9a3", "UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"),
  group("turso", "Turso", "turso", "#4ff8d2", "TURSO_DATABASE_URL", "TURSO_AUTH_TOKEN"),
  group("backblaze", "Backblaze B2", "backblaze", "#e21e29", "B2_APPLICATION_KEY_ID", "B2_APPLICATION_KEY"),
  simple("github", "GitHub", "github", "#181717", "GITHUB_TOKEN"),
  simple("gitlab", "GitLab", "gitlab", "#fc6d26", "GITLAB_TOKEN"),
  simple("npm", "npm", "npm", "#cb3837", "NPM_TOKEN"),
  group("docker", "Docker Hub", "docker", "#2496ed", "DOCKERHUB_USERNAME", "DOCKERHUB_TOKEN"),
  file("ssh", "SSH key", null, "#2f5d50", "ssh"),
  simple("sentry", "Sentry", "sentry", "#362d59", "SENTRY_AUTH_TOKEN"),
  group("datadog", "Datadog", "datadog", "#632ca6", "DD_API_KEY", "DD_APP_KEY"),
  simple("posthog", "PostHog", "posthog", "#000000", "POSTHOG_API_KEY"),
  simple("resend", "Resend", "resend", "#000000", "RESEND_API_KEY"),
  group("mailgun", "Mailgun", "mailgun", "#f06b66", "MAILGUN_API_KEY", "MAILGUN_DOMAIN"),
  simple("sendgrid", "SendGrid", "sendgrid", "#1a6fb5", "SENDGRID_API_KEY"),
  group("twilio", "Twilio", "twilio", "#d3203a", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
  simple("slack", "Slack", "slack", "#4a154b", "SLACK_BOT_TOKEN"),
  simple("discord", "Discord", "discord", "#5865f2", "DISCORD_TOKEN"),
  simple("telegram", "Telegram", "telegram", "#26a5e4", "TELEGRAM_BOT_TOKEN"),
  group("clerk", "Clerk", "clerk", "#6c47ff", "CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY"),
  group("auth0", "Auth0", "auth0", "#eb5424", "AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"),
  group("algolia", "Algolia", "algolia", "#003dff", "ALGOLIA_APP_ID", "ALGOLIA_API_KEY"),
  simple("notion", "Notion", "notion", "#000000", "NOTION_TOKEN"),
  simple("mapbox", "Mapbox", "mapbox", "#000000", "MAPBOX_ACCESS_TOKEN"),
  group(
    "cloudinary",
    "Cloudinary",
    "cloudinary",
    "#3448c5",
    "CLOUDINARY_CLOUD_NAME",
    "CLOUDINARY_API_KEY",
    "CLOUDINARY_API_SECRET",
  ),
];
