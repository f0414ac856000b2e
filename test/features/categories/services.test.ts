import { expect, test } from "bun:test";
import { findServices, serviceOf } from "../../../src/features/categories/catalogue.ts";
import { COLOR, ENV_VAR, FIELD_COUNT } from "../../../src/features/categories/model.ts";
import { GROUPS, SERVICES } from "../../../src/features/categories/services.ts";
import { isIconSlug } from "../../../src/features/icons/actions.ts";
import { fold } from "../../../src/fold.ts";

const twice = (texts: readonly string[]) => texts.filter((text, index) => texts.indexOf(text) !== index);

test("there are enough services to begin with, and a gallery that fits a page", () => {
  expect(SERVICES.length).toBeGreaterThanOrEqual(160);
  const inGallery = SERVICES.filter(({ inGallery }) => inGallery).length;
  expect(inGallery).toBeGreaterThan(40);
  expect(inGallery).toBeLessThan(70);
});

test("no id, name or alias means two services", () => {
  expect(twice(SERVICES.map(({ id }) => id))).toEqual([]);
  expect(twice(SERVICES.flatMap(({ name, aliases }) => [...new Set([name, ...aliases].map(fold))]))).toEqual([]);
});

test.each(SERVICES.map((service) => [service.id, service] as const))("the line of %s is whole", async (id, service) => {
  const { name, icon, color, keyType, envVarName, fieldDefinitions, kinds, aliases, url } = service;
  expect(id).toMatch(/^[a-z0-9]+$/);
  expect(name).not.toBe("");
  if (icon !== null) expect(await isIconSlug(icon)).toBe(true);
  expect(color).toMatch(new RegExp(COLOR));
  const variables = envVarName === null ? (fieldDefinitions ?? []) : [envVarName];
  for (const variable of variables) {
    expect(variable).toMatch(new RegExp(ENV_VAR));
    expect(variable).toBe(variable.toUpperCase());
  }
  expect(twice(variables)).toEqual([]);
  if (keyType === "simple" || keyType === "group") expect(variables).not.toEqual([]);
  expect(variables.length).toBeLessThanOrEqual(FIELD_COUNT);
  expect(kinds).not.toEqual([]);
  expect(twice(kinds)).toEqual([]);
  expect(aliases).not.toContain("");
  expect(new URL(url).protocol).toBe("https:");
});

test("every kind stands under one heading, and a heading finds no more services than a page shows", () => {
  const kinds: string[] = Object.values(GROUPS).flat();
  expect(twice(kinds)).toEqual([]);
  for (const group of Object.keys(GROUPS)) {
    const own = SERVICES.filter((service) => service.group === group);
    const found = findServices(group, SERVICES.length);
    expect(own.length).toBeGreaterThan(0);
    expect(found).toEqual(expect.arrayContaining(own));
    expect(found.length).toBeLessThanOrEqual(60);
  }
});

test("every service is found first by its name, however it is written, and by each of its other names", () => {
  const misplaced = SERVICES.flatMap(({ name, aliases }) =>
    [name, name.toUpperCase(), ...aliases].filter((text) => findServices(text, 1)[0]?.name !== name),
  );
  expect(misplaced).toEqual([]);
});

test.each([
  ["open ai", "OpenAI"],
  ["huggingface", "Hugging Face"],
  ["  Ströpe ", "Stripe"],
  ["stirpe", "Stripe"],
  ["gihtub", "GitHub"],
  ["sendgird", "SendGrid"],
  ["cloud flare", "Cloudflare"],
  ["s3", "AWS"],
  ["k8s", "Kubernetes"],
  ["支付", "Alipay"],
  ["STRIPE_WEBHOOK_SECRET", "Stripe"],
  ["stripe api key", "Stripe"],
  ["mail", "Mailgun"],
])("%p means %s", (text, name) => {
  expect(findServices(text, 3)[0]?.name).toBe(name);
});

test.each(["", "   ", "%&/()", "my shop token", "zzzzqqqq", "\0\ud800", "x".repeat(10_000)])(
  "%p finds nothing",
  (text) => {
    expect(findServices(text, 60)).toEqual([]);
  },
);

test("what is spelled right brings nothing that only looks like it, and the limit is kept", () => {
  expect(findServices("stripe", 60).map(({ name }) => name)).toEqual(["Stripe"]);
  expect(findServices("key", 7)).toHaveLength(7);
  expect(findServices("key", 0)).toEqual([]);
});

test("a category is of a service by its name, or by its icon with one of its variables", () => {
  const category = { name: "Mine", icon: null, envVarName: null, fieldDefinitions: null };
  const of = (members: Partial<Parameters<typeof serviceOf>[0]>) => serviceOf({ ...category, ...members })?.id ?? null;
  for (const service of SERVICES) expect(of({ ...service, name: service.name })).toBe(service.id);
  expect(of({ name: "open-ai" })).toBe("openai");
  expect(of({ name: "Amazon S3", fieldDefinitions: ["BUCKET_KEY"] })).toBe("aws");
  expect(of({ icon: "amazonwebservices", fieldDefinitions: ["AWS_ACCESS_KEY_ID", "OTHER"] })).toBe("aws");
  expect(of({ icon: "google", fieldDefinitions: ["RECAPTCHA_SITE_KEY"] })).toBe("recaptcha");
  expect(of({ envVarName: "GROQ_API_KEY" })).toBe("groq");
  // Neither alone says enough, and another's icon says that it is not.
  expect(of({ icon: "amazonwebservices", envVarName: "SOMETHING" })).toBeNull();
  expect(of({ envVarName: "DATABASE_URL" })).toBeNull();
  expect(of({ name: "Linear", icon: "stripe", envVarName: "LINEAR_API_KEY" })).toBeNull();
  expect(of({ name: "Deploy keys" })).toBeNull();
  expect(of({ name: "" })).toBeNull();
});
