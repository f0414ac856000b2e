import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig, SETTINGS } from "../../src/config.ts";
import { kagi, newFolder, removeFolder, serve } from "../support/program.ts";

let folder: string;
beforeAll(() => {
  folder = realpathSync(newFolder());
});
afterAll(() => removeFolder(folder));

describe("kagi config", () => {
  test("shows every setting with the value in force and where it comes from, with secrets masked", async () => {
    writeFileSync(join(folder, "key"), `${"a1".repeat(32)}\n`);
    const environment = {
      DATABASE_URL: "postgres://kagi:hunter2hunter2@db.example.com:5432/vault?password=hunter3hunter3",
      KAGI_ENCRYPTION_KEY_FILE: join(folder, "key"),
      ADMIN_EMAIL: "ada@example.com",
      ADMIN_PASSWORD: "tuba-lantern-moss-42",
      PORT: "8080",
      OPENAI_API_KEY: "sk-marimba-7",
      OPENAI_BASE_URL: "http://ollama.example.com:11434/v1/",
      KAGI_AI_TIMEOUT: "90",
      KEYCLOAK_URL: "https://id.example.com/realms/team/.well-known/openid-configuration",
      KEYCLOAK_CLIENT_ID: "kagi",
      KEYCLOAK_CLIENT_SECRET: "marimba-secret",
    };
    const { code, out, err } = await kagi(folder, ["config"], environment);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const rows = out.trimEnd().split("\n");
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
      ["SETTING", "VALUE", "FROM"],
      ["HOST", "localhost", "default"],
      ["PORT", "8080", "environment"],
      ["KAGI_URL", "http://localhost:8080", "default"],
      ["KAGI_DATA_DIR", join(folder, "data"), "default"],
      ["DATABASE_URL", "postgres://kagi:***@db.example.com:5432/vault?***", "environment"],
      ["KAGI_ENCRYPTION_KEY", "set (from KAGI_ENCRYPTION_KEY_FILE)", "file"],
      ["KAGI_NEW_ENCRYPTION_KEY", "not set", "default"],
      ["ADMIN_EMAIL", "ada@example.com", "environment"],
      ["ADMIN_PASSWORD", "set (from ADMIN_PASSWORD)", "environment"],
      ["KAGI_TRUSTED_PROXIES", "none", "default"],
      ["KAGI_AUDIT_RETENTION", "365", "default"],
      ["KAGI_AI", "auto", "default"],
      ["OPENAI_API_KEY", "set (from OPENAI_API_KEY)", "environment"],
      ["OPENAI_BASE_URL", "http://ollama.example.com:11434/v1", "environment"],
      ["KAGI_AI_MODEL", "gpt-4o-mini", "default"],
      ["KAGI_AI_TIMEOUT", "90", "environment"],
      ["KEYCLOAK_URL", "https://id.example.com/realms/team", "environment"],
      ["KEYCLOAK_REALM", "the one in KEYCLOAK_URL", "default"],
      ["KEYCLOAK_CLIENT_ID", "kagi", "environment"],
      ["KEYCLOAK_CLIENT_SECRET", "set (from KEYCLOAK_CLIENT_SECRET)", "environment"],
      ["KEYCLOAK_INTERNAL_URL", "KEYCLOAK_URL", "default"],
      ["KEYCLOAK_REQUIRED_ROLE", "not set", "default"],
      ["KEYCLOAK_LINK_BY_EMAIL", "false", "default"],
      ["ENABLE_EMAIL_PASSWORD", "true", "default"],
    ]);
    const column = (rows[0] as string).indexOf("FROM");
    for (const row of rows) expect(row.slice(column - 2, column)).toBe("  ");
    for (const secret of ["hunter", "a1a1", "tuba", "marimba"]) expect(out).not.toContain(secret);
  });

  test("shows where a folder really is", async () => {
    symlinkSync(folder, join(folder, "link"));
    const { out } = await kagi(folder, ["config"], { KAGI_DATA_DIR: "link/vault" });
    expect(out).toMatch(new RegExp(`^KAGI_DATA_DIR +${folder}/vault +environment$`, "m"));
    expect(out).toContain(`${folder}/vault/kagi.db`);
    expect(out).toContain(`${folder}/vault/kagi.key`);
  });

  test("--json says the same to a script", async () => {
    const { code, out } = await kagi(folder, ["config", "--json"], { PORT: "8080", KAGI_PROT: "8081" });
    expect(code).toBe(0);
    const told = JSON.parse(out) as { settings: { name: string }[]; warnings: string[] };
    expect(told.settings.map(({ name }) => name)).toEqual(Object.values(SETTINGS).map(({ name }) => name));
    expect(told.settings).toContainEqual({ name: "PORT", value: "8080", source: "environment" } as never);
    expect(told.warnings).toEqual(["KAGI_PROT is no setting and does nothing. Did you mean PORT?"]);
  });

  test("--help says what each means", async () => {
    const { out } = await kagi(folder, ["config", "--help"]);
    for (const { name, help } of Object.values(SETTINGS)) {
      expect(out).toContain(`  ${name} `);
      expect(out).toContain(help);
    }
  });

  test("names every setting that cannot be used, at once, and no secret", async () => {
    const environment = {
      PORT: "many",
      KAGI_URL: "https://u:hunter2@kagi.example.com/path",
      DATABASE_URL: "mysql://u:hunter2@db",
      KAGI_ENCRYPTION_KEY: "hunter2",
      KAGI_TRUSTED_PROXIES: "everybody",
      ADMIN_PASSWORD: "hunter2",
      KAGI_AI: "perhaps",
      OPENAI_API_KEY: "Bearer hunter2",
      OPENAI_BASE_URL: "https://u:hunter2@models.example.com/v1",
      KAGI_AI_TIMEOUT: "0",
    };
    const { code, out, err } = await kagi(folder, ["config"], environment);
    expect(code).toBe(1);
    for (const name of Object.keys(environment)) expect(err).toContain(name);
    expect(out).toMatch(/^PORT +\(cannot be used\) +environment$/m);
    expect(out).toContain("KAGI_DATA_DIR");
    expect(out + err).not.toContain("hunter2");
  });

  test("refuses a model's URL that is none, or that holds a key, and repeats nothing of it", async () => {
    const urls = [
      "sk-hunter2hunter2",
      "models.example.com/v1",
      "ftp://models.example.com/v1",
      "https://hunter2@models.example.com/v1",
      "https://models.example.com/v1?key=hunter2",
      "https://models.example.com/v1#hunter2",
      "https://models.example.com/sk-hunter2hunter2/v1",
    ];
    for (const url of urls) {
      const { code, out, err } = await kagi(folder, ["config"], { OPENAI_BASE_URL: url });
      expect({ url, code }).toEqual({ url, code: 1 });
      expect(err).toContain("OPENAI_BASE_URL must be an http or https URL");
      expect(err).toContain("OPENAI_API_KEY");
      expect(out + err).not.toContain("hunter2");
    }
  });

  test("reads the model's key from a file, and not from two places", async () => {
    writeFileSync(join(folder, "model-key"), "sk-marimba-7\n");
    const file = { OPENAI_API_KEY_FILE: join(folder, "model-key") };
    const { out } = await kagi(folder, ["config"], file);
    expect(out).toMatch(/^OPENAI_API_KEY +set \(from OPENAI_API_KEY_FILE\) +file$/m);
    const twice = await kagi(folder, ["config"], { ...file, OPENAI_API_KEY: "sk-marimba-8" });
    expect(twice.code).toBe(1);
    expect(out + twice.out + twice.err).not.toContain("marimba");
  });

  const KEYCLOAK = {
    KEYCLOAK_URL: "https://id.example.com/realms/team",
    KEYCLOAK_CLIENT_ID: "kagi",
    KEYCLOAK_CLIENT_SECRET: "marimba-secret",
  };

  test("takes Keycloak's address as a base, an issuer or a .well-known address, with or without a slash", () => {
    const base = "https://id.example.com/auth";
    const named = [
      `${base}/realms/team`,
      `${base}/realms/team/`,
      `${base}/realms/team/.well-known/openid-configuration`,
    ];
    const configs = [
      ...named.map((url) => loadConfig({ ...KEYCLOAK, KEYCLOAK_URL: url })),
      ...[base, `${base}/`].map((url) => loadConfig({ ...KEYCLOAK, KEYCLOAK_URL: url, KEYCLOAK_REALM: "team" })),
      loadConfig({ ...KEYCLOAK, KEYCLOAK_URL: `${base}/realms/team`, KEYCLOAK_REALM: "team" }),
    ];
    const issuer = `${base}/realms/team`;
    for (const { keycloak } of configs) expect(keycloak).toMatchObject({ issuer, internalIssuer: issuer });
    const inside = { ...KEYCLOAK, KEYCLOAK_INTERNAL_URL: "http://keycloak:8080/" };
    expect(loadConfig(inside).keycloak).toMatchObject({
      issuer: "https://id.example.com/realms/team",
      internalIssuer: "http://keycloak:8080/realms/team",
    });
    expect(loadConfig({}).keycloak).toBeNull();
  });

  test("refuses half of Keycloak's settings by the name of what is missing or wrong, and repeats no secret", async () => {
    const { KEYCLOAK_URL: _, ...withoutUrl } = KEYCLOAK;
    const mistakes: [string, Record<string, string>][] = [
      ["KEYCLOAK_URL is missing", withoutUrl],
      ["KEYCLOAK_REALM is missing", { ...KEYCLOAK, KEYCLOAK_URL: "https://id.example.com" }],
      ["KEYCLOAK_REALM is another", { ...KEYCLOAK, KEYCLOAK_REALM: "crew" }],
      ["KEYCLOAK_CLIENT_ID is missing", { ...KEYCLOAK, KEYCLOAK_CLIENT_ID: "" }],
      ["KEYCLOAK_CLIENT_SECRET is missing", { ...KEYCLOAK, KEYCLOAK_CLIENT_SECRET: "" }],
      ["KEYCLOAK_INTERNAL_URL names another", { ...KEYCLOAK, KEYCLOAK_INTERNAL_URL: "http://kc/realms/crew" }],
      ["KEYCLOAK_URL must be", { ...KEYCLOAK, KEYCLOAK_URL: "https://u:marimba@id.example.com" }],
      ["KEYCLOAK_URL must be", { ...KEYCLOAK, KEYCLOAK_URL: "id.example.com" }],
      ["KEYCLOAK_URL must be", { ...KEYCLOAK, KEYCLOAK_URL: "https://id.example.com/?realm=marimba" }],
      ["KEYCLOAK_REALM must be", { ...KEYCLOAK, KEYCLOAK_REALM: "a/b" }],
      ["KEYCLOAK_LINK_BY_EMAIL must be", { ...KEYCLOAK, KEYCLOAK_LINK_BY_EMAIL: "yes" }],
      ["ENABLE_EMAIL_PASSWORD is false", { ENABLE_EMAIL_PASSWORD: "false" }],
    ];
    for (const [problem, environment] of mistakes) {
      const { code, out, err } = await kagi(folder, ["config"], environment);
      expect({ problem, code }).toEqual({ problem, code: 1 });
      expect(err).toContain(problem);
      expect(out + err).not.toContain("marimba");
    }
  });

  test("refuses a setting that is given twice", async () => {
    const environment = { KAGI_ENCRYPTION_KEY: "a1".repeat(32), KAGI_ENCRYPTION_KEY_FILE: join(folder, "key") };
    const { code, err } = await kagi(folder, ["config"], environment);
    expect(code).toBe(1);
    expect(err).toContain("KAGI_ENCRYPTION_KEY and KAGI_ENCRYPTION_KEY_FILE are both set");
  });
});

describe("a KAGI_ variable that is no setting", () => {
  const mistaken = { KAGI_DATADIR: "hunter2", KAGI_ENCRYPTON_KEY_FILE: "x", KAGI_SECRET: "hunter2" };
  const warnings = [
    "KAGI_DATADIR is no setting and does nothing. Did you mean KAGI_DATA_DIR?",
    "KAGI_ENCRYPTON_KEY_FILE is no setting and does nothing. Did you mean KAGI_ENCRYPTION_KEY_FILE?",
    "KAGI_SECRET is no setting and does nothing.\n",
  ];

  test("is warned of by kagi config", async () => {
    const { code, out } = await kagi(folder, ["config"], mistaken);
    expect(code).toBe(0);
    for (const warning of warnings) expect(out).toContain(`Warning: ${warning}`);
    expect(out).not.toContain("hunter2");
  });

  test("is warned of by serve", async () => {
    const server = await serve(folder, mistaken);
    await server.stop();
    for (const warning of warnings) expect(server.log()).toContain(` warn ${warning}`);
    expect(server.log()).not.toContain("hunter2");
  });

  test("is let be when it is what Kubernetes tells", async () => {
    const told = { KAGI_SERVICE_HOST: "10.0.0.1", KAGI_SERVICE_PORT: "80", KAGI_PORT_80_TCP: "tcp://10.0.0.1:80" };
    expect((await kagi(folder, ["config"], told)).out).not.toContain("Warning");
  });
});
