import { VARIABLE_NAME } from "../../dotenv/write.ts";
import { ENV_VAR_LENGTH } from "../categories/model.ts";
import type { Framework } from "./model.ts";

/**
 * What a variable is called in the file. Several frameworks put every variable with a certain prefix into what browsers
 * load; so the prefix is for what is meant for browsers, and never for a secret. Which of the two a value is, is decided
 * here, by the name that the vault has for it and by the value itself, and by nothing that a model says.
 */

/** What each framework's own documentation asks for; null where variables are taken as they are. */
const PREFIXES: Readonly<Record<Framework, string | null>> = {
  nextjs: "NEXT_PUBLIC_",
  vite: "VITE_",
  "create-react-app": "REACT_APP_",
  expo: "EXPO_PUBLIC_",
  nuxt: "NUXT_PUBLIC_",
  sveltekit: "PUBLIC_",
  gatsby: "GATSBY_",
  astro: "PUBLIC_",
  electron: null,
  node: null,
  "react-native": null,
};

/** All of these run in the browser alone, where an app's own client id is no secret and of no use elsewhere. */
const BROWSER_ONLY: readonly (Framework | null)[] = ["vite", "create-react-app", "gatsby", "expo"];

export type Naming = Readonly<{
  /** The name that the vault has for it. */
  own: string;
  /** Another name that a model would like, or null. */
  wished: string | null;
  framework: Framework | null;
  value: string;
  /** What somebody asked for, from which a wished name has to come. */
  prompt: string;
}>;

export type Named = Readonly<{
  variable: string;
  /** Whether the name puts the value into what browsers load. */
  isPublic: boolean;
  /** The name that the vault has makes the value public, and it is a secret by its look or by the rest of its name. */
  isExposed: boolean;
}>;

export function nameVariable({ own, wished, framework, value, prompt }: Naming): Named {
  const ownPrefix = prefixOf(own);
  const base = own.slice(ownPrefix.length);
  const renamed = wished === null ? null : cleanVariable(wished);
  const wishedBase = renamed === null ? base : withoutPrefixes(renamed);
  const name = renamed === null || !isWished(wishedBase, own, prompt) ? base : wishedBase;
  const declared = ownPrefix !== "" && !SECRET_NAME.test(base.toUpperCase());
  const kept = framework === null ? ownPrefix : "";
  if (looksSecret(value) || !(declared || isMeantForBrowsers(base, value, framework))) {
    // Under its own name it stays as its owner has it; whoever reads the file is told.
    return { variable: kept + name, isPublic: kept !== "", isExposed: kept !== "" };
  }
  const asked = renamed === null ? "" : prefixOf(renamed);
  const prefix = (framework === null ? asked || kept : PREFIXES[framework]) ?? "";
  if (!fits(prefix + name)) return { variable: name, isPublic: false, isExposed: false };
  return { variable: prefix + name, isPublic: prefix !== "", isExposed: false };
}

/** Without what makes a variable public: by this, two names mean the same thing. */
export function withoutPrefix(name: string): string {
  return name.slice(prefixOf(name).length);
}

/** A name that somebody made up, without all that could make it public, be it one prefix behind the other. */
export function withoutPrefixes(name: string): string {
  return name.replace(ANY_PREFIX, "");
}

/** A name that somebody made up, as SCREAMING_SNAKE_CASE; null when it is no variable's name at all. */
export function cleanVariable(text: string): string | null {
  const name = text.trim();
  if (!VARIABLE_NAME.test(name)) return null;
  // S3URL is as its writer wants it, s3Url is not.
  if (!/[a-z]/.test(name)) return fits(name) ? name : null;
  const screaming = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toUpperCase();
  return fits(screaming) ? screaming : null;
}

/**
 * Whether a name may take the place of the vault's own: each of its words stands in the prompt or in that name, so that a
 * model makes none up, and it says no more of secrets than that.
 */
function isWished(name: string, own: string, prompt: string): boolean {
  const words = `${prompt} ${own}`.toLowerCase();
  return (
    isUsable(name) &&
    name
      .toLowerCase()
      .split("_")
      .every((word) => words.includes(word)) &&
    !(SECRET_NAME.test(name) && !SECRET_NAME.test(own.toUpperCase()))
  );
}

/** Whether a name may be that of a new secret: it says that it is one. */
export function isSecretsName(name: string): boolean {
  return isUsable(name) && OF_A_SECRET.test(name);
}

const OF_A_SECRET =
  /(SECRET|KEY|TOKEN|PASSWORD|PASSPHRASE|PASS|PWD|SALT|PEPPER|NONCE|SEED|HASH|CODE|PIN|COOKIE|IV|ID)(_|S?$)/;

/** None that a shell, a loader or an interpreter has a meaning of its own for. */
export function isUsable(name: string): boolean {
  return VARIABLE_NAME.test(name) && fits(name) && !STEERING.test(name);
}

function fits(name: string): boolean {
  return name.length <= ENV_VAR_LENGTH;
}

/** Read by loaders, shells, interpreters and package managers before the program itself starts. */
const STEERING =
  /^(LD_\w+|DYLD_\w+|NODE_OPTIONS|NODE_PATH|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED|BUN_\w+|NPM_CONFIG_\w+|PATH|HOME|SHELL|IFS|ENV|BASH_\w+|ZDOTDIR|PS[0-4]|PROMPT_COMMAND|PYTHON\w+|PERL\w*|RUBY\w+|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|GIT_\w+|SSH_\w+|EDITOR|VISUAL|PAGER|LESS|LESS(?:OPEN|CLOSE|KEY\w*|EDIT|ECHO)|BROWSER|(HTTPS?|ALL|NO)_PROXY|SSL_CERT_\w+|CURL_CA_BUNDLE|GCONV_PATH|TMPDIR|RANDOM|SRANDOM|SECONDS|LINENO|OPTIND|HISTCMD|E?UID|PPID|SHELLOPTS|BASHOPTS|GLIBC_TUNABLES|OPENSSL_\w+|CARGO_\w+|COMPOSE_\w+|DOCKER_HOST|KUBECONFIG)$/;

/** `PUBLIC_KEY` is a key, and `GATSBY_TOKEN` one of Gatsby's own: these two are prefixes only of longer names. */
const PREFIX =
  /^(NEXT_PUBLIC_|VITE_|REACT_APP_|EXPO_PUBLIC_|NUXT_PUBLIC_|VUE_APP_|NG_APP_|(?:PUBLIC_|GATSBY_)(?=[A-Z0-9]+_[A-Z0-9]))(?=[A-Za-z_])/;

/** Those of build tools besides the frameworks here as well. */
const ANY_PREFIX =
  /^(?:(?:[A-Z0-9]+_)?(?:PUBLIC|VITE)_|(?:REACT|VUE|NG|PREACT|ELM)_APP_|(?:GATSBY|STORYBOOK|RAZZLE|GRIDSOME|WXT|REDWOOD_ENV)_)+/;

function prefixOf(name: string): string {
  return PREFIX.exec(name)?.[0] ?? "";
}

function isMeantForBrowsers(name: string, value: string, framework: Framework | null): boolean {
  const upper = name.toUpperCase();
  if (upper === "POSTHOG_API_KEY") return value.startsWith("phc_");
  if (/^MAPBOX(_PUBLIC)?(_ACCESS)?_TOKEN$/.test(upper)) return value.startsWith("pk.");
  if (SECRET_NAME.test(upper)) return false;
  if (BROWSER_NAMES.some((pattern) => pattern.test(upper))) return true;
  return BROWSER_ONLY.includes(framework) && BROWSER_APP.test(upper);
}

/** What the services' own documentation puts into pages. */
const BROWSER_NAMES: readonly RegExp[] = [
  /(^|_)PUBLISHABLE(_DEFAULT)?_KEY$/,
  /(^|_)PUBLIC_(API_)?KEY$/,
  /(^|_)ANON_KEY$/,
  /(^|_)SITE_?KEY$/,
  /(^|_)(MEASUREMENT|TRACKING|PIXEL|ANALYTICS|GA4?|GTM|GOOGLE_TAG)_?ID$/,
  /^(GA4?|GTM|GOOGLE_ANALYTICS|GOOGLE_TAG_MANAGER)$/,
  /^(HOTJAR|FATHOM|MATOMO)_(SITE_)?ID$/,
  /^(UMAMI|CRISP)_WEBSITE_ID$/,
  /^(PLAUSIBLE|UMAMI|MATOMO)_(DOMAIN|HOST|URL|SCRIPT_URL)$/,
  /^SENTRY_(PUBLIC_)?DSN$/,
  /^POSTHOG_(KEY|HOST|API_HOST|PROJECT_(API_)?KEY|PROJECT_TOKEN)$/,
  /^(MIXPANEL|AMPLITUDE)_(PROJECT_)?(TOKEN|API_KEY)$/,
  /^SEGMENT_(PUBLIC_)?WRITE_KEY$/,
  /^(INTERCOM|LOGROCKET|ONESIGNAL)_APP_ID$/,
  /^(DD|DATADOG)_(CLIENT_TOKEN|APPLICATION_ID|RUM_APPLICATION_ID)$/,
  /^(LAUNCHDARKLY|STATSIG)_CLIENT(_SIDE)?_(ID|KEY)$/,
  /^PUSHER_(APP_)?(KEY|CLUSTER)$/,
  /^FIREBASE_(API_KEY|AUTH_DOMAIN|PROJECT_ID|STORAGE_BUCKET|MESSAGING_SENDER_ID|APP_ID|MEASUREMENT_ID|VAPID_KEY)$/,
  /^GOOGLE_MAPS(_JS|_BROWSER)?(_API)?_KEY$/,
  /^ALGOLIA_(APP(LICATION)?_ID|SEARCH(_ONLY)?(_API)?_KEY|INDEX(_NAME)?)$/,
  /^SUPABASE_URL$/,
  /^CLERK_(SIGN_IN|SIGN_UP|AFTER_SIGN_\w+)_URL$/,
  /^CLOUDINARY_CLOUD_NAME$/,
  /^PAYPAL_CLIENT_ID$/,
  /^(APP|SITE|API|BASE|WEBSITE|FRONTEND)_URL$/,
];

const BROWSER_APP = /(^|_)(CLIENT_ID|AUTH0_DOMAIN)$/;
const SECRET_NAME = /(^|_)(SECRET|PRIVATE|PASSWORD|PASS|PW|PWD|ADMIN|SERVICE_ROLE|SIGNING|ACCESS_KEY|NOT|NON)(_|$)/;

/** A value that its service keeps for servers, whatever the name says. */
function looksSecret(text: string): boolean {
  const value = text.trim();
  return SECRET_VALUES.some((pattern) => pattern.test(value)) || isServiceToken(value);
}

const SECRET_VALUES: readonly RegExp[] = [
  // Stripe, OpenAI, Clerk, Anthropic, Mapbox and many more: secret and restricted keys, webhooks.
  /^(sk|rk|whsec|sb_secret|shpss|shpat)[-_.]/,
  /^(gh[opsru]_|github_pat_|glpat-|npm_|pypi-|dop_v1_|phx_|sbp_|sntrys_|xox[abeprs]-|hf_|re_|SG\.|key-[0-9a-f])/,
  /^-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /"private_key"\s*:/,
  /^(AKIA|ASIA)[A-Z0-9]{16}$/,
  // Whoever has such an address may write there, or is let in.
  /^https:\/\/(hooks\.slack\.com|(\w+\.)?discord(app)?\.com\/api\/webhooks)\//i,
  /[?&](token|key|secret|password|sig|signature|access_token|api_key)=/i,
  // A password within a URL.
  /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*:[^/?#\s]+@/i,
];

/** A JSON Web Token (RFC 7519) that Supabase gives to servers, past its row-level rules. */
function isServiceToken(value: string): boolean {
  const [, payload, signature] = value.split(".");
  if (payload === undefined || signature === undefined || !value.startsWith("ey")) return false;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return (claims as { role?: unknown } | null)?.role === "service_role";
  } catch {
    return false;
  }
}
