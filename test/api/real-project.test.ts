import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "dotenv";
import type { Category, CategoryInput } from "../../src/features/categories/model.ts";
import { readAll } from "../support/program.ts";
import { sshKey } from "../support/secrets.ts";
import { newCategory, newEntry, onEachEngine, reveal } from "../support/vault.ts";

const pem = (label: string, body: string) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
const PEM_BODY = ["MIIEowIBAAKCAQEAx7+a/Gk3", "q2V0c2hvcC1wYXltZW50cy1rZXktdGhhdC1pcy1ub25l", "AAECAwQFBgcICQ=="].join(
  "\n",
);
const GOOGLE = JSON.stringify(
  {
    type: "service_account",
    project_id: "petshop-prod",
    private_key_id: "3f1c9a",
    private_key: pem("PRIVATE KEY", PEM_BODY),
    client_email: "deploy@petshop-prod.iam.gserviceaccount.com",
  },
  null,
  2,
);

/** The environment of a shop: what a real project keeps, made up. */
const PROJECT: [CategoryInput, value: string | Record<string, string>][] = [
  [
    { name: "PostgreSQL", keyType: "simple", envVarName: "DATABASE_URL", icon: "postgresql" },
    "postgres://shop:p%40ss&w#rd!$x@db.internal:5432/shop?sslmode=require&application_name=shop web",
  ],
  [
    { name: "AWS", keyType: "group", fieldDefinitions: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"] },
    {
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "wJalr/XUtn+FEMI=K7MDENG",
      AWS_REGION: "eu-central-1",
    },
  ],
  [
    { name: "Stripe", keyType: "group" },
    { STRIPE_SECRET_KEY: `sk_${"live"}_51Hexample`, STRIPE_WEBHOOK_SECRET: "whsec_a1B2+c3=" },
  ],
  [{ name: "Payments key", keyType: "simple", envVarName: "PAYMENTS_PRIVATE_KEY" }, pem("RSA PRIVATE KEY", PEM_BODY)],
  [{ name: "Admin login", keyType: "simple", envVarName: "ADMIN_HASH" }, "$2b$12$KIXQzVn3Z1o8E/PzZ8sG4uQJ9d1xQe"],
  [
    { name: "Welcome mail", keyType: "simple", envVarName: "WELCOME_TEXT" },
    'Grüß Gott, # 1 customer!\n\n  50% off: "TODAY" & only = here; <b>早い</b>\n\t🔑 PS: C:\\temp\n',
  ],
  [{ name: "Feature flags", keyType: "simple", envVarName: "FLAGS" }, '{"beta":true,"users":["ada","eve"]}'],
  [{ name: "Deploy host", keyType: "ssh" }, sshKey().text],
  [{ name: "Google", keyType: "json", icon: "googlecloud" }, GOOGLE],
];

onEachEngine("a real project", (vault) => {
  const expected: Record<string, string> = {};

  test("goes in through the API and comes back as it was", async () => {
    for (const [category, value] of PROJECT) {
      const { id: categoryId, envVarName } = await newCategory(vault.owner, category as CategoryInput);
      const fileName = { ssh: "id_ed25519", json: "petshop-prod.json" }[category.keyType as string] ?? null;
      const entry = await newEntry(vault.owner, { categoryId, name: "Petshop", value, fileName });
      expect(await reveal(vault.owner, entry)).toEqual(value);
      if (typeof value === "object") Object.assign(expected, value);
      else if (envVarName !== null) expected[envVarName] = value;
    }
    const stats = await vault.owner.get("/api/stats");
    expect(stats.body).toMatchObject({ totalEntries: 9, byKeyType: { simple: 5, group: 2, ssh: 1, json: 1 } });
  });

  test("is listed without any of it", async () => {
    const listed = await vault.owner.get<Category[]>("/api/entries");
    expect(listed.body).toHaveLength(PROJECT.length);
    for (const value of Object.values(expected)) expect(listed.text).not.toContain(JSON.stringify(value).slice(1, 40));
    expect(listed.text).toContain(sshKey().fingerprint);
  });

  test("is pulled by a script with a scoped key, and read by dotenv as it was", async () => {
    const script = await vault.key(["export:read"]);
    const { text } = await script.get("/api/export?project=Petshop");
    expect(parse(text)).toEqual(expected);
  });

  test.each(["bash", "dash", "zsh"].filter((shell) => Bun.which(shell) !== null))(
    "is sourced by %s as it was, and runs nothing",
    async (shell) => {
      for (const dialect of ["", "&dialect=shell"]) {
        const { text } = await vault.owner.get(`/api/export?project=Petshop${dialect}`);
        const file = join(vault.folder, "project.env");
        writeFileSync(file, text);
        const child = Bun.spawn([shell, "-c", 'set -a; . "$1"; env -0', shell, file], {
          env: { PATH: process.env.PATH ?? "", LC_ALL: "C.UTF-8" },
          stdout: "pipe",
          stderr: "pipe",
        });
        const [output, complaints] = await Promise.all([readAll(child.stdout), readAll(child.stderr)]);
        const pairs = output
          .split("\0")
          .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
        expect(Object.fromEntries(pairs)).toMatchObject(expected);
        expect(complaints).toBe("");
      }
    },
  );
});
