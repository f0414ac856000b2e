import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { expectFocus, pageTests } from "./browser.ts";

const test = pageTests();

const names = (page: Page) => page.locator(".cards h2").allTextContents();
const shown = (page: Page, name: string) => page.getByRole("heading", { level: 1, name }).waitFor();

test("a service of the gallery fills the form in", async ({ page, open }) => {
  await open("/keys/new");
  await page.getByRole("link", { name: "OpenAI" }).click();
  await page.waitForURL("**/keys/new?service=openai*");
  expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("OpenAI");
  expect(await page.getByLabel("Environment variable").inputValue()).toBe("OPENAI_API_KEY");
  expect(await page.getByRole("radio", { name: "OpenAI", exact: true }).isChecked()).toBe(true);
  await page.getByRole("button", { name: "Create category" }).last().click();
  await shown(page, "OpenAI");
  await page.getByText("Category created.").waitFor();
  await page.getByRole("heading", { name: "No entries yet" }).waitFor();
  expect(await page.title()).toBe("OpenAI · Kagi");
  // Said once.
  await page.reload();
  expect(await page.getByText("Category created.").count()).toBe(0);
});

test("a group of the gallery brings its fields", async ({ page, open }) => {
  await open("/keys/new");
  await page.getByRole("link", { name: "AWS" }).click();
  await page.waitForURL("**/keys/new?service=aws*");
  expect(await page.getByRole("radio", { name: /^Group/ }).isChecked()).toBe(true);
  expect((await page.getByLabel("Fields").inputValue()).split("\n")).toEqual([
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_REGION",
  ]);
  expect(await page.getByLabel("Environment variable").isVisible()).toBe(false);
  await page.getByRole("button", { name: "Create category" }).last().click();
  await shown(page, "AWS");
});

for (const { type, fill, facts } of [
  { type: "Simple", fill: { "Environment variable": "BY_HAND_KEY" }, facts: "BY_HAND_KEY" },
  { type: "Group", fill: { Fields: "USER_NAME\nUSER_SECRET" }, facts: "USER_NAME  USER_SECRET" },
  { type: "SSH", fill: {}, facts: "SSH" },
  { type: "JSON", fill: {}, facts: "JSON" },
]) {
  test(`a category of type ${type} is made by hand`, async ({ page, open, vault }) => {
    await open("/keys/new");
    await page.getByLabel("Name", { exact: true }).fill(`By hand ${type}`);
    await page.getByRole("radio", { name: new RegExp(`^${type} `) }).check();
    for (const [label, text] of Object.entries(fill)) await page.getByLabel(label).fill(text);
    await page.getByLabel("Color").fill("#336699");
    await page.getByLabel("Description").fill("Made by hand");
    await page.getByRole("button", { name: "Create category" }).last().click();
    await shown(page, `By hand ${type}`);
    expect(await page.locator(".facts").textContent()).toContain(facts);
    const [made] = await vault.categories(`By hand ${type}`);
    expect(made).toMatchObject({ keyType: type.toLowerCase(), color: "#336699", description: "Made by hand" });
  });
}

test("icons are found while typing, and the one chosen stays", async ({ page, open, vault }) => {
  await open("/keys/new");
  await page.getByLabel("Name", { exact: true }).fill("Code host");
  await page.getByLabel("Environment variable").fill("GITHUB_TOKEN");
  await page.getByRole("searchbox", { name: "Search icons" }).fill("github");
  await page.getByRole("radio", { name: "GitHub", exact: true }).check();
  await page.getByRole("searchbox", { name: "Search icons" }).fill("stripe");
  await page.getByRole("radio", { name: "Stripe", exact: true }).waitFor();
  expect(await page.getByRole("radio", { name: "GitHub", exact: true }).isChecked()).toBe(true);
  await page.getByRole("searchbox", { name: "Search icons" }).fill("no such brand");
  await page.locator("#icon-choices").getByText("No icon is called").waitFor();
  await page.getByRole("button", { name: "Create category" }).last().click();
  await shown(page, "Code host");
  const [made] = await vault.categories("Code host");
  expect(made?.icon).toBe("github");
});

test("a name that is taken is told at the field, with all that was typed kept", async ({ page, open, vault }) => {
  await vault.category({ name: "Taken" });
  await open("/keys/new");
  await page.getByLabel("Name", { exact: true }).fill("Taken");
  await page.getByLabel("Environment variable").fill("TAKEN_KEY");
  await page.getByLabel("Description").fill("Typed with care");
  await page.getByLabel("Color").fill("#abcdef");
  await page.getByRole("button", { name: "Create category" }).last().click();
  await page.locator("#field-name-error").waitFor();
  const name = page.getByLabel("Name", { exact: true });
  await expectFocus(name);
  expect(await name.inputValue()).toBe("Taken");
  expect(await page.getByLabel("Environment variable").inputValue()).toBe("TAKEN_KEY");
  expect(await page.getByLabel("Description").inputValue()).toBe("Typed with care");
  expect(await page.getByLabel("Color").inputValue()).toBe("#abcdef");
  await name.fill("Taken no more");
  await page.getByRole("button", { name: "Create category" }).last().click();
  await shown(page, "Taken no more");
});

test("a bad variable name and a missing one are told at the field", async ({ page, open }) => {
  for (const text of ["9LIVES", "WITH SPACE", "A=B", ""]) {
    await open("/keys/new");
    await page.getByLabel("Name", { exact: true }).fill("Bad names");
    await page.getByLabel("Environment variable").fill(text);
    await page.getByRole("button", { name: "Create category" }).last().click();
    const field = page.getByLabel("Environment variable");
    await page.locator("#field-envVarName-error").waitFor();
    expect(await field.inputValue()).toBe(text);
    await expectFocus(field);
  }
  await page.getByRole("radio", { name: /^Group/ }).check();
  await page.getByLabel("Fields").fill("FINE\nnot-fine");
  await page.getByRole("button", { name: "Create category" }).last().click();
  await page.locator("#field-fieldDefinitions-error").waitFor();
  expect(await page.getByLabel("Fields").inputValue()).toBe("FINE\nnot-fine");
});

test(
  "search and type filter as one types, and live in the address",
  async ({ page, open, vault }) => {
    await vault.category({ name: "Alpha mail", description: "Newsletter" });
    await vault.category({ name: "Beta mail", keyType: "json" });
    await vault.category({ name: "100% pay_load", keyType: "ssh" });
    await open("/keys");
    await page.getByText("3 categories").waitFor();
    const search = page.getByRole("searchbox", { name: "Search categories" });

    await search.fill("MAIL");
    await page.locator(".cards h2").filter({ hasText: "100%" }).waitFor({ state: "detached" });
    expect((await names(page)).sort()).toEqual(["Alpha mail", "Beta mail"]);
    await page.getByRole("radio", { name: "JSON" }).check();
    await page.waitForURL("**/keys?search=MAIL&type=json");
    expect(await names(page)).toEqual(["Beta mail"]);
    expect(await page.locator("#announcer").textContent()).toBe("1 category");

    await page.reload();
    expect(await names(page)).toEqual(["Beta mail"]);
    expect(await search.inputValue()).toBe("MAIL");
    expect(await page.getByRole("radio", { name: "JSON" }).isChecked()).toBe(true);
    await page.getByRole("link", { name: "Beta mail" }).click();
    await shown(page, "Beta mail");
    await page.goBack();
    await page.getByRole("link", { name: "Beta mail" }).waitFor();
    expect(page.url()).toEndWith("/keys?search=MAIL&type=json");
    expect(await names(page)).toEqual(["Beta mail"]);
    expect(await search.inputValue()).toBe("MAIL");

    // A description counts, and what SQL would take for a pattern is text.
    await page.getByRole("radio", { name: "All" }).check();
    await search.fill("newsletter");
    await page.waitForURL("**/keys?search=newsletter");
    expect(await names(page)).toEqual(["Alpha mail"]);
    await search.fill("%");
    await page.waitForURL("**/keys?search=%25");
    expect(await names(page)).toEqual(["100% pay_load"]);

    await search.fill("nothing like it");
    await page.getByRole("heading", { name: "No category matches" }).waitFor();
    await page.getByRole("link", { name: "Show all" }).click();
    await page.getByText("3 categories").first().waitFor();
    expect(await search.inputValue()).toBe("");
  },
  { fresh: true },
);

test("a category is edited; its type stays while it has entries", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "To be edited", description: "Before" });
  await vault.entry(category, { name: "Blog" });
  await open(`/keys/${category.id}`);
  await page.getByRole("link", { name: "Edit category" }).click();
  expect(await page.getByRole("radio", { name: /^JSON/ }).isDisabled()).toBe(true);
  await page.getByLabel("Name", { exact: true }).fill("Was edited");
  await page.getByLabel("Description").fill("");
  await page.getByRole("button", { name: "Save changes" }).last().click();
  await shown(page, "Was edited");
  await page.getByText("Category saved.").waitFor();
  expect(await page.getByText("Before").count()).toBe(0);
});

test("deleting a category asks once, and says what goes with it", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "To be deleted" });
  for (const name of ["Blog", "Shop", "Lab"]) await vault.entry(category, { name });
  await open(`/keys/${category.id}`);
  await page.getByRole("link", { name: "Delete category" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete To be deleted?" });
  await dialog.waitFor();
  expect(await dialog.textContent()).toContain("3 entries");
  await dialog.getByRole("link", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "hidden" });
  expect(await vault.entries(category)).toHaveLength(3);

  await page.getByRole("link", { name: "Delete category" }).click();
  await dialog.getByRole("button", { name: "Delete category" }).click();
  await page.waitForURL("**/keys");
  await page.getByText("Category deleted.").waitFor();
  expect(await page.getByText("To be deleted").count()).toBe(0);
  await open(`/keys/${category.id}`);
  await page.getByRole("heading", { name: "Not found" }).waitFor();
});
