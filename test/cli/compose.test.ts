import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SETTINGS } from "../../src/config.ts";

const read = (name: string) => readFileSync(join(import.meta.dir, "../..", name), "utf8");

type Compose = {
  services: Record<
    "kagi" | "postgres",
    {
      environment: Record<string, string>;
      ports: string[];
      secrets?: string[];
      profiles?: string[];
      read_only?: boolean;
      cap_drop?: string[];
      security_opt?: string[];
      healthcheck: { test: string[] };
      depends_on?: { postgres: { required: boolean } };
    }
  >;
  secrets?: Record<string, { file: string }>;
};

const compose = (text = read("compose.yaml")) => Bun.YAML.parse(text) as Compose;
const settings = Object.values(SETTINGS);
const names = settings.map(({ name }) => name as string);
const known = [...names, ...settings.flatMap((setting) => ("file" in setting ? [`${setting.name}_FILE`] : []))];

test("compose.yaml passes on settings that there are, and all that a deployment needs", () => {
  const given = Object.keys(compose().services.kagi.environment);
  for (const name of given) expect(known).toContain(name);
  expect(given).toEqual([
    "KAGI_URL",
    "KAGI_TRUSTED_PROXIES",
    "DATABASE_URL",
    "ADMIN_EMAIL",
    "ADMIN_PASSWORD",
    "KAGI_AI",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "KAGI_AI_MODEL",
    "KAGI_AI_TIMEOUT",
    "KEYCLOAK_URL",
    "KEYCLOAK_REALM",
    "KEYCLOAK_CLIENT_ID",
    "KEYCLOAK_CLIENT_SECRET",
    "KEYCLOAK_INTERNAL_URL",
    "KEYCLOAK_REQUIRED_ROLE",
    "KEYCLOAK_LINK_BY_EMAIL",
    "ENABLE_EMAIL_PASSWORD",
  ]);
});

test("its address is the published port's unless another is given", () => {
  const { environment, ports } = compose().services.kagi;
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: compose's own placeholders
  expect(ports).toEqual(["127.0.0.1:${PORT:-3000}:3000"]);
  expect(environment.KAGI_URL).toBe("${KAGI_URL:-http://localhost:${PORT:-3000}}");
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: compose's own placeholders
});

test("its lines that are commented out can be commented in, and name settings and secrets that there are", () => {
  const { services, secrets } = compose(read("compose.yaml").replace(/^( *)#(?=\S)/gm, "$1"));
  const { environment, secrets: used } = services.kagi;
  for (const name of Object.keys(environment)) expect(known).toContain(name);
  const files = Object.entries(environment).filter(([name]) => name.endsWith("_FILE"));
  expect(files.map(([name]) => name)).toEqual([
    "ADMIN_PASSWORD_FILE",
    "KAGI_ENCRYPTION_KEY_FILE",
    "DATABASE_URL_FILE",
    "OPENAI_API_KEY_FILE",
    "KEYCLOAK_CLIENT_SECRET_FILE",
  ]);
  expect(files.map(([, path]) => path)).toEqual((used ?? []).map((name) => `/run/secrets/${name}`));
  expect(Object.keys(secrets ?? {})).toEqual(used ?? []);
});

test("its container may do nothing but serve, and is asked for its health by the executable", () => {
  const { kagi, postgres } = compose().services;
  expect(kagi).toMatchObject({ read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] });
  const entry = /^ENTRYPOINT \["(.*)"\]$/m.exec(read("Dockerfile"))?.[1];
  expect(kagi.healthcheck.test).toEqual(["CMD", entry as string, "healthcheck"]);
  expect(postgres.profiles).toEqual(["postgres"]);
  expect(kagi.depends_on?.postgres.required).toBe(false);
});

test("the image sets settings that there are, and the port that compose.yaml publishes", () => {
  const [, image = ""] = /^ENV (.*)$/m.exec(read("Dockerfile")) ?? [];
  const pairs = image.split(" ").map((pair) => pair.split("=") as [string, string]);
  for (const [name] of pairs) expect(names).toContain(name);
  expect(Object.fromEntries(pairs)).toMatchObject({ HOST: "0.0.0.0", PORT: "3000", KAGI_DATA_DIR: "/data" });
});
