import { describe, expect, test } from "bun:test";
import { FRAMEWORKS, type Framework } from "../../../src/features/ai/model.ts";
import { cleanVariable, isSecretsName, isUsable, nameVariable } from "../../../src/features/ai/variables.ts";

const named = (own: string, framework: Framework | null, value = "v4lue", wished: string | null = null) =>
  nameVariable({ own, wished, framework, value, prompt: wished ?? "" }).variable;

const PREFIXED: readonly (readonly [Framework, string])[] = [
  ["nextjs", "NEXT_PUBLIC_"],
  ["vite", "VITE_"],
  ["create-react-app", "REACT_APP_"],
  ["expo", "EXPO_PUBLIC_"],
  ["nuxt", "NUXT_PUBLIC_"],
  ["sveltekit", "PUBLIC_"],
  ["gatsby", "GATSBY_"],
  ["astro", "PUBLIC_"],
];
const RAW = ["electron", "node", "react-native"] as const;

const MEANT_FOR_BROWSERS = [
  "STRIPE_PUBLISHABLE_KEY",
  "CLERK_PUBLISHABLE_KEY",
  "SUPABASE_URL",
  "SUPABASE_ANON_KEY",
  "GA_MEASUREMENT_ID",
  "GTM_ID",
  "SENTRY_DSN",
  "RECAPTCHA_SITE_KEY",
  "ALGOLIA_APP_ID",
  "FIREBASE_AUTH_DOMAIN",
];
const SECRETS = [
  "STRIPE_SECRET_KEY",
  "STRIPE_WEBHOOK_SECRET",
  "SUPABASE_SERVICE_ROLE_KEY",
  "OPENAI_API_KEY",
  "DATABASE_URL",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "SESSION_SECRET",
  "SENTRY_AUTH_TOKEN",
  "ALGOLIA_ADMIN_KEY",
  "RECAPTCHA_SECRET_KEY",
  "PRIVATE_KEY",
];
/** Put together here, so that no scanner takes them for real ones. */
const SECRET_LOOKS = [
  ["sk", "live", "1234"].join("_"),
  ["whsec", "1234"].join("_"),
  ["ghp", "1234"].join("_"),
  "-----BEGIN PRIVATE KEY-----\nMII",
  "postgres://shop:pass@db/shop",
  ` ${["sk", "live", "4eC39"].join("_")}`,
  `\n${["whsec", "1234"].join("_")}\n`,
  `AKIA${"ABCD2345".repeat(2)}`,
  `ASIA${"ABCD2345".repeat(2)}`,
  "https://hooks.slack.com/services/T0/B0/x",
  "https://discord.com/api/webhooks/1/x",
  "https://discordapp.com/api/webhooks/1/x",
  "https://ptb.discord.com/api/webhooks/1/x",
  `ey${"J".repeat(3)}.${Buffer.from('{"role":"service_role"}').toString("base64url")}.sig`,
];

/** bash gives these a meaning of its own, and some of them no other value. */
const OF_THE_SHELL = [
  "RANDOM",
  "SRANDOM",
  "SECONDS",
  "LINENO",
  "OPTIND",
  "HISTCMD",
  "UID",
  "EUID",
  "PPID",
  "SHELLOPTS",
];

describe("a variable's name", () => {
  test("gets the framework's prefix when it is meant for browsers", () => {
    expect(
      PREFIXED.map(([framework]) => framework)
        .concat(RAW)
        .sort(),
    ).toEqual([...FRAMEWORKS].sort());
    for (const [framework, prefix] of PREFIXED) {
      for (const own of MEANT_FOR_BROWSERS) expect(named(own, framework)).toBe(prefix + own);
    }
  });

  test("stays raw for programs that have no prefix, and without a framework", () => {
    for (const framework of [...RAW, null]) {
      for (const own of [...MEANT_FOR_BROWSERS, ...SECRETS]) expect(named(own, framework)).toBe(own);
    }
  });

  test("of a secret never gets one, whatever a model would like", () => {
    for (const [framework, prefix] of PREFIXED) {
      for (const own of SECRETS) {
        expect(named(own, framework)).toBe(own);
        expect(named(own, framework, "v4lue", prefix + own)).toBe(own);
        expect(named(own, null, "v4lue", prefix + own)).toBe(own);
      }
    }
  });

  test("never gets one when the value is a secret under a harmless name", () => {
    for (const value of SECRET_LOOKS) {
      for (const [framework] of PREFIXED) {
        expect(named("STRIPE_PUBLISHABLE_KEY", framework, value)).toBe("STRIPE_PUBLISHABLE_KEY");
        expect(named("NEXT_PUBLIC_APP_URL", framework, value)).toBe("APP_URL");
      }
    }
  });

  test("goes by the value where the name alone does not tell", () => {
    expect(named("POSTHOG_API_KEY", "nextjs", "phc_abc")).toBe("NEXT_PUBLIC_POSTHOG_API_KEY");
    expect(named("POSTHOG_API_KEY", "nextjs", "phx_abc")).toBe("POSTHOG_API_KEY");
    expect(named("MAPBOX_ACCESS_TOKEN", "vite", "pk.abc")).toBe("VITE_MAPBOX_ACCESS_TOKEN");
    expect(named("MAPBOX_ACCESS_TOKEN", "vite", "sk.abc")).toBe("MAPBOX_ACCESS_TOKEN");
  });

  test("that has another framework's prefix gets that of this one", () => {
    expect(named("NEXT_PUBLIC_APP_TITLE", "vite")).toBe("VITE_APP_TITLE");
    expect(named("VITE_APP_TITLE", "sveltekit")).toBe("PUBLIC_APP_TITLE");
    expect(named("NEXT_PUBLIC_APP_TITLE", "node")).toBe("APP_TITLE");
    expect(named("NEXT_PUBLIC_APP_TITLE", null)).toBe("NEXT_PUBLIC_APP_TITLE");
    expect(named("NEXT_PUBLIC_STRIPE_SECRET_KEY", "vite")).toBe("STRIPE_SECRET_KEY");
    // These begin like a prefix and are none.
    expect(named("PUBLIC_KEY", "node")).toBe("PUBLIC_KEY");
    expect(named("GATSBY_TOKEN", "node")).toBe("GATSBY_TOKEN");
  });

  test("says when the vault's own name makes a secret public", () => {
    const of = (own: string, value = "v4lue") =>
      nameVariable({ own, wished: null, framework: null, value, prompt: "" });
    expect(of("NEXT_PUBLIC_STRIPE_SECRET_KEY")).toMatchObject({ isPublic: true, isExposed: true });
    expect(of("NEXT_PUBLIC_APP_TITLE", SECRET_LOOKS[0])).toMatchObject({ isPublic: true, isExposed: true });
    expect(of("NEXT_PUBLIC_APP_TITLE")).toMatchObject({ isPublic: true, isExposed: false });
  });
});

describe("a name that a model made up", () => {
  test("becomes SCREAMING_SNAKE_CASE", () => {
    expect(named("API_KEY", null, "v", "openaiApiKey")).toBe("OPENAI_API_KEY");
    expect(named("API_KEY", null, "v", "blog_openai_key")).toBe("BLOG_OPENAI_KEY");
    expect(cleanVariable("AWSSecretKey")).toBe("AWS_SECRET_KEY");
  });

  test("gives way to the vault's own when it is none, or steers the program that reads it", () => {
    for (const wished of ["a b", "1KEY", "KEY\nX", "KEY=1", "", "$(id)", "ключ", "A".repeat(256)]) {
      expect(named("API_KEY", null, "v", wished)).toBe("API_KEY");
    }
    for (const steering of ["LD_PRELOAD", "NODE_OPTIONS", "PATH", "bashEnv", "PYTHONPATH", "GIT_SSH_COMMAND"]) {
      expect(named("API_KEY", null, "v", steering)).toBe("API_KEY");
      expect(isUsable(cleanVariable(steering) ?? "")).toBe(false);
    }
    // A prompt may well have these words.
    for (const special of [...OF_THE_SHELL, "IFS", "ENV", "BASH_ENV", "GIT_SSH_COMMAND", "LD_PRELOAD"]) {
      const prompt = `my key, ${special.toLowerCase().replaceAll("_", " ")}, ${special}`;
      const { variable } = nameVariable({ own: "API_KEY", wished: special, framework: null, value: "v", prompt });
      expect(variable).toBe("API_KEY");
    }
    for (const usual of ["SESSION_SECRET", "NODE_ENV", "PORT", "HOME_URL"]) expect(isUsable(usual)).toBe(true);
  });

  test("is used when each of its words stands in the prompt or in the vault's name for it", () => {
    const of = (wished: string, prompt: string) =>
      nameVariable({ own: "OPENAI_API_KEY", wished, framework: null, value: "v", prompt }).variable;
    expect(of("LLM_KEY", "the OpenAI key as llm key")).toBe("LLM_KEY");
    expect(of("BLOG_OPENAI_API_KEY", "prefix them with blog")).toBe("BLOG_OPENAI_API_KEY");
    for (const made of ["RANDOM", "LESSOPEN", "OPENSSL_CONF", "ADMIN_PASSWORD", "RENDERER_VITE_X"]) {
      expect(of(made, "the OpenAI key of the blog")).toBe("OPENAI_API_KEY");
    }
    expect(of("RANDOM", "a random OpenAI key")).toBe("OPENAI_API_KEY");
  });

  test("is that of a new secret only when it says so", () => {
    for (const name of ["SESSION_SECRET", "JWT_KEY", "ADMIN_PASSWORD", "HASH_SALT"])
      expect(isSecretsName(name)).toBe(true);
    for (const name of ["LESSOPEN", "LESSKEY", "MANPAGER", "JAVA_OPTS", "RUSTC_WRAPPER", ...OF_THE_SHELL])
      expect(isSecretsName(name)).toBe(false);
  });
});
