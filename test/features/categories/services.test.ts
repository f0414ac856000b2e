import { expect, test } from "bun:test";
import { COLOR, ENV_VAR, FIELD_COUNT } from "../../../src/features/categories/model.ts";
import { SERVICES } from "../../../src/features/categories/services.ts";
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
