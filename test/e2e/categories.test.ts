import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { expectFocus, pageTests } from "./browser.ts";

const test = pageTests();

const names = (page: Page) => page.locator(".cards h2").allTextContents();
const shown = (page: Page, name: string) => page.getByRole("heading", { level: 1, name }).waitFor();

test("a service of the catalogue fills the form in", async ({ page, open }) => {
  await open("/keys/new");
  await page.getByRole("link", { name: "OpenAI" }).click();
  await page.locator("#field-name[value=OpenAI]").waitFor();
  await page.waitForURL("**/keys/new?service=openai");
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

test("a service keeps what was typed besides it, without leaving the page", async ({ page, open, vault }) => {
  await open("/keys/new");
  const loads: string[] = [];
  page.on("request", (request) => request.isNavigationRequest() && loads.push(request.url()));
  const name = page.getByLabel("Name", { exact: true });
  const description = page.getByLabel("Description");
  const chosen = page.locator(".services [aria-current]");
  await description.fill('Paid by Mei & "the team"\nsince May');
  await page.getByRole("searchbox", { name: "Search icons" }).fill("mailg");
  await page.getByRole("radio", { name: "Mailgun", exact: true }).waitFor();
  await page.getByRole("link", { name: "Stripe" }).click();
  await page.locator("#field-name[value=Stripe]").waitFor();
  await expectFocus(name);
  await page.waitForURL("**/keys/new?service=stripe");
  expect(await chosen.allTextContents()).toEqual(["Stripe"]);
  expect(await description.inputValue()).toBe('Paid by Mei & "the team"\nsince May');
  expect(await page.getByRole("radio", { name: "Stripe", exact: true }).isChecked()).toBe(true);
  expect(await page.getByRole("searchbox", { name: "Search icons" }).inputValue()).toBe("mailg");

  // Another service takes the place of the first, of its name and its fields as well.
  await page.getByRole("link", { name: "Resend" }).click();
  await page.locator("#field-name[value=Resend]").waitFor();
  expect(await chosen.allTextContents()).toEqual(["Resend"]);
  expect(await page.getByRole("radio", { name: /^Simple/ }).isChecked()).toBe(true);
  expect(await page.getByLabel("Environment variable").inputValue()).toBe("RESEND_API_KEY");
  expect(await page.locator("#field-fieldDefinitions").inputValue()).toBe("");
  expect(await description.inputValue()).toContain("since May");

  // A name of one's own stays.
  await name.fill("Mail of the shop");
  await page.getByRole("link", { name: "SendGrid" }).click();
  await page.getByLabel("Environment variable").and(page.locator("[value=SENDGRID_API_KEY]")).waitFor();
  expect(await name.inputValue()).toBe("Mail of the shop");
  expect(loads).toEqual([]);
  expect(page.url()).toEndWith("/keys/new?service=sendgrid");
  await page.getByRole("button", { name: "Create category" }).last().click();
  await shown(page, "Mail of the shop");
  const [made] = await vault.categories("Mail of the shop");
  expect(made).toMatchObject({ envVarName: "SENDGRID_API_KEY", icon: "sendgrid", keyType: "simple" });
  expect(made?.description).toBe('Paid by Mei & "the team"\nsince May');
});

test("the address of a chosen service can be shared", async ({ page, open }) => {
  await open("/keys/new");
  await page.getByLabel("Description").fill("Mine alone");
  await page.getByRole("link", { name: "Stripe" }).click();
  await page.waitForURL("**/keys/new?service=stripe");
  await page.reload();
  expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Stripe");
  expect(await page.locator(".services [aria-current]").allTextContents()).toEqual(["Stripe"]);
  expect(await page.content()).not.toContain("Mine alone");
});

test("a group of the catalogue brings its fields", async ({ page, open }) => {
  await open("/keys/new");
  await page.getByRole("link", { name: "AWS" }).click();
  await page.locator("#field-name[value=AWS]").waitFor();
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
  { type: "Group", fill: { Fields: "USER_NAME\nUSER_SECRET" }, facts: "USER_NAMEUSER_SECRET" },
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
    const search = page.getByRole("searchbox", { name: "Search categories and projects" });

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
    await page.getByRole("heading", { name: "Nothing matches “nothing like it”" }).waitFor();
    expect(await page.locator(".found, .cards").count()).toBe(0);
    await page.getByRole("link", { name: "Show all" }).click();
    await page.getByText("3 categories").first().waitFor();
    expect(await search.inputValue()).toBe("");
  },
  { fresh: true },
);

test(
  "a search finds projects, too, and leads to their place in the category",
  async ({ page, open, vault }) => {
    const shopify = await vault.category({ name: "Shopify", keyType: "group" });
    const stripe = await vault.category({ name: "Stripe", icon: "stripe" });
    const deploy = await vault.category({ name: "Deploy keys", keyType: "ssh" });
    await vault.entry(shopify, { name: "Blog", value: { SHOPIFY_KEY: "sk-of-the-blog" } });
    await vault.entry(stripe, { name: "Shop", environment: "staging", value: "sk-of-the-shop" });
    await vault.entry(stripe, { name: "Lab", notes: "Pays for the SHOP of last year", value: "sk-of-the-lab" });
    await vault.entry(stripe, { name: "Recipes", value: "shop-only-in-the-value" });
    await vault.entry(deploy, { name: "Shop", value: "ssh-of-the-shop" });
    const found = page.locator(".found li");
    const projects = () => page.locator(".found .cover").allTextContents();
    const search = page.getByRole("searchbox", { name: "Search categories and projects" });

    await open("/keys");
    expect(await found.count()).toBe(0);
    await search.fill("shop");
    await page.waitForURL("**/keys?search=shop");
    await page.getByText("1 category, 3 entries").first().waitFor();
    expect(await names(page)).toEqual(["Shopify"]);
    expect(await projects()).toEqual(["Shop", "Lab", "Shop"]);
    expect((await found.nth(2).textContent())?.replace(/\s+/g, " ")).toMatch(/Shop\s?Stripe\s?Staging/);
    expect(await found.nth(1).textContent()).toContain("SHOP of last year");
    expect(await page.content()).not.toMatch(/Recipes|sk-of|ssh-of|in-the-value/);

    // The type filters both.
    await page.getByRole("radio", { name: "SSH" }).check();
    await page.waitForURL("**/keys?search=shop&type=ssh");
    await page.getByText("1 entry", { exact: true }).first().waitFor();
    expect(await names(page)).toEqual([]);
    expect(await found.locator(".in").allTextContents()).toEqual(["Deploy keys"]);
    await page.reload();
    expect(await projects()).toEqual(["Shop"]);
    await page.getByRole("radio", { name: "JSON" }).check();
    await page.getByRole("heading", { name: "Nothing of type JSON matches “shop”" }).waitFor();
    expect(await found.count()).toBe(0);

    await page.getByRole("radio", { name: "All" }).check();
    await page.locator(".found").getByRole("link", { name: "Lab" }).click();
    await shown(page, "Stripe");
    const url = new URL(page.url());
    expect(url.pathname).toBe(`/keys/${stripe.id}`);
    expect(await page.locator("tr:target th").textContent()).toContain("Lab");
    await page.goBack();
    await page.getByText("1 category, 3 entries").waitFor();
    expect(await search.inputValue()).toBe("shop");

    await search.fill("zebra");
    await page.getByRole("heading", { name: "Nothing matches “zebra”" }).waitFor();
    await search.fill("");
    await page.getByText("3 categories").first().waitFor();
    expect(await found.count()).toBe(0);
  },
  { fresh: true },
);

test(
  "of many entries that match, fifty are shown and the rest is counted",
  async ({ page, open, vault }) => {
    const [many, few] = [
      await vault.category({ name: "Many" }),
      await vault.category({ name: "Few", keyType: "json" }),
    ];
    for (let number = 1; number <= 53; number++) await vault.entry(many, { name: `Project ${number}` });
    await vault.entry(few, { name: "Project of JSON", value: "{}" });
    await open("/keys?search=project");
    await page.getByText("54 entries", { exact: true }).waitFor();
    expect(await page.locator(".found li").count()).toBe(50);
    expect(await page.getByRole("link", { name: "Project 4", exact: true }).count()).toBe(0);
    await page.getByRole("link", { name: "4 more" }).click();
    await page.waitForURL("**/entries?search=project");
    await page.locator("p[data-announce]").getByText("54 entries", { exact: true }).waitFor();
    await open("/keys?search=project&type=json");
    await page.getByText("1 entry", { exact: true }).waitFor();
    expect(await page.locator("main").textContent()).not.toContain("more");
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
