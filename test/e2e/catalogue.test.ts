import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { SERVICES } from "../../src/features/categories/services.ts";
import { expectFocus, pageTests, typeText } from "./browser.ts";

const test = pageTests();

const search = (page: Page) => page.getByRole("searchbox", { name: "Search services" });
const found = (page: Page) => page.locator(".services .cover");
const filled = (page: Page, name: string) => page.locator(`#field-name[value="${name}"]`).waitFor();
const results = (page: Page, text: string) => page.locator(`#results[data-found-for="${text}"]`).waitFor();
const shown = (page: Page, name: string) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();

test("a category of a service takes its name and Enter twice", async ({ page, open, vault }) => {
  await open("/keys/new");
  await expectFocus(search(page));
  // At once, before anything can have been found.
  await typeText(page, "mailg");
  await page.keyboard.press("Enter");
  await filled(page, "Mailgun");
  await expectFocus(page.getByLabel("Name", { exact: true }));
  await page.keyboard.press("Enter");
  await shown(page, "Mailgun");
  const [made] = await vault.categories("Mailgun");
  expect(made).toMatchObject({ icon: "mailgun", fieldDefinitions: ["MAILGUN_API_KEY", "MAILGUN_DOMAIN"] });
});

for (const [text, name] of [
  ["stirpe", "Stripe"],
  ["Open  ÁI", "OpenAI"],
  ["s3", "AWS"],
  ["CLOUDINARY_API_SECRET", "Cloudinary"],
  ["sentry token", "Sentry"],
] as const) {
  test(`"${text}" finds ${name} first`, async ({ page, open }) => {
    await open("/keys/new");
    await typeText(page, text);
    await results(page, text);
    expect(await found(page).first().textContent()).toBe(name);
    expect(await page.locator(".services").textContent()).not.toContain("Twilio");
    await page.locator("#announcer", { hasText: /^\d+ services?$/ }).waitFor({ state: "attached" });
    const address = new URL(page.url());
    expect(address.pathname + address.searchParams.get("search")).toBe(`/keys/new${text}`);
    await page.reload();
    expect(await search(page).inputValue()).toBe(text);
    expect(await found(page).first().textContent()).toBe(name);
    // Nothing typed is the common ones again.
    await search(page).fill("");
    await results(page, "");
    expect(await found(page).filter({ hasText: "Twilio" }).count()).toBe(1);
    expect(new URL(page.url()).search).toBe("");
  });
}

test("the common services stand under what they are for, and a heading finds all of its own", async ({
  page,
  open,
}) => {
  await open("/keys/new");
  expect(await page.locator("h3 .group").allTextContents()).toContain("Databases and storage");
  expect(await found(page).filter({ hasText: "Neo4j" }).count()).toBe(0);
  await page.getByRole("link", { name: "Databases and storage" }).click();
  await results(page, "Databases and storage");
  await expectFocus(search(page));
  expect(await found(page).filter({ hasText: "Neo4j" }).count()).toBe(1);
  expect(await found(page).filter({ hasText: "Stripe" }).count()).toBe(0);
  const all = SERVICES.filter(({ group }) => group === "Databases and storage").length;
  expect(await found(page).count()).toBe(all);
});

test("of many that are found sixty are shown", async ({ page, open }) => {
  await open("/keys/new?search=key");
  expect(await found(page).count()).toBe(60);
  await page.getByText("The first 60. A longer search narrows them down.").waitFor();
});

test(
  "what the vault has is marked and leads there; another can be made of it",
  async ({ page, open, vault }) => {
    const aws = await vault.category({
      name: "Cloud of the shop",
      keyType: "group",
      icon: "amazonwebservices",
      fieldDefinitions: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
    });
    await open("/keys/new");
    expect(await page.getByText("in your vault", { exact: true }).count()).toBe(1);
    await typeText(page, "aws");
    await page.keyboard.press("Enter");
    await shown(page, "Cloud of the shop");
    expect(page.url()).toBe(`${vault.url}/keys/${aws.id}`);
    expect(await vault.categories()).toHaveLength(1);

    await open("/keys/new?search=aws");
    await page.getByRole("link", { name: "Another AWS category" }).click();
    await filled(page, "AWS");
    await page.keyboard.press("Enter");
    await shown(page, "AWS");
    expect(await vault.categories()).toHaveLength(2);
  },
  { fresh: true },
);

test("what no service is called becomes the name of one's own", async ({ page, open, vault }) => {
  await open("/keys/new?service=stripe");
  await page.getByLabel("Description").fill("In the cellar");
  await search(page).fill("Coffee machine");
  await page.getByRole("heading", { name: "No service matches “Coffee machine”" }).waitFor();
  expect(await found(page).count()).toBe(0);
  await search(page).press("Enter");
  await filled(page, "Coffee machine");
  await expectFocus(page.getByLabel("Name", { exact: true }));
  // Nothing of the service that was chosen before is left; what was typed is.
  expect(await page.locator("#field-fieldDefinitions").inputValue()).toBe("");
  expect(await page.getByLabel("Description").inputValue()).toBe("In the cellar");
  expect(page.url()).toBe(`${vault.url}/keys/new`);
  await page.getByLabel("Environment variable").fill("COFFEE_KEY");
  await page.keyboard.press("Enter");
  await shown(page, "Coffee machine");
  expect(await page.getByRole("link", { name: /^Get a key/ }).count()).toBe(0);
});

test("arrow keys move among the services, and Tab goes past them", async ({ page, open }) => {
  const { keyboard } = page;
  await open("/keys/new");
  const link = (index: number) => found(page).nth(index);
  await expectFocus(search(page));
  await keyboard.press("ArrowDown");
  await expectFocus(link(0));
  await keyboard.press("ArrowRight");
  await expectFocus(link(1));
  await keyboard.press("ArrowLeft");
  await keyboard.press("ArrowDown");
  const [first, below] = await Promise.all([0, await focusedIndex(page)].map((index) => link(index).boundingBox()));
  expect(below?.x).toBe(first?.x ?? -1);
  expect(below?.y).toBeGreaterThan(first?.y ?? Number.POSITIVE_INFINITY);
  await keyboard.press("ArrowUp");
  await keyboard.press("ArrowUp");
  await expectFocus(search(page));

  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowRight");
  const chosen = (await link(1).textContent()) ?? "";
  await keyboard.press("Tab");
  expect(await focusedIndex(page)).toBe(-1);
  await keyboard.press("Shift+Tab");
  await expectFocus(link(1));
  await keyboard.press("Enter");
  await filled(page, chosen);
});

const focusedIndex = (page: Page) =>
  found(page).evaluateAll((links) => links.indexOf(document.activeElement as HTMLElement));

test("Enter in the search of icons finds, and creates nothing", async ({ page, open, vault }) => {
  await open("/keys/new?service=resend");
  const icons = page.getByRole("searchbox", { name: "Search icons" });
  await icons.fill("a");
  await page.locator("#icon-choices").getByText("The first 24 icons. A longer search narrows them down.").waitFor();
  await icons.press("Enter");
  await icons.fill("gith");
  await page.getByRole("radio", { name: "GitHub", exact: true }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/keys/new");
  expect(await vault.categories("Resend")).toEqual([]);
});

test("hostile text is text", async ({ page, open, vault }) => {
  const hostile = `"><img src=//evil.example/x onerror=alert(1)>&lt;`;
  await open(`/keys/new?search=${encodeURIComponent(hostile)}`);
  await page.getByRole("heading", { name: `No service matches “${hostile}”` }).waitFor();
  expect(await search(page).inputValue()).toBe(hostile);
  expect(await page.locator("main img").count()).toBe(0);
  await search(page).press("Enter");
  await page.waitForURL(`${vault.url}/keys/new`);
  expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe(hostile);
  expect(await page.locator("main img").count()).toBe(0);
  for (const odd of ["%00%ff", "....", "a".repeat(5000), "+".repeat(300), "%F0%9F%94%91"]) {
    await open(`/keys/new?search=${odd}&service=${odd}`);
    await page.getByRole("heading", { level: 1, name: "New category" }).waitFor();
  }
});

test("where to get a key is said by the host's name, and nothing is asked of it", async ({ page, open, vault }) => {
  const source = page.getByRole("link", { name: /^Get a key/ });
  const expectSource = async (name: string, url: string) => {
    expect((await source.textContent())?.replace(/\s+/g, " ")).toBe(
      `Get a key of ${name} at ${new URL(url).host}, in a new tab`,
    );
    expect(await source.getAttribute("href")).toBe(url);
    expect(await source.getAttribute("rel")).toBe("noreferrer noopener");
    expect(await source.getAttribute("target")).toBe("_blank");
  };
  await open("/keys/new");
  expect(await source.count()).toBe(0);
  await typeText(page, "openai");
  await page.keyboard.press("Enter");
  await filled(page, "OpenAI");
  await expectSource("OpenAI", "https://platform.openai.com/api-keys");
  await page.keyboard.press("Enter");
  await shown(page, "OpenAI");
  await expectSource("OpenAI", "https://platform.openai.com/api-keys");
  await page.getByRole("link", { name: "Add the first entry" }).click();
  await shown(page, "New OpenAI entry");
  await expectSource("OpenAI", "https://platform.openai.com/api-keys");
  const other = await vault.category({ name: "Nothing known", envVarName: "NOTHING_KNOWN" });
  await open(`/keys/${other.id}`);
  expect(await source.count()).toBe(0);
});

test("the drawings of the common services come in one file that browsers keep", async ({ page, open, vault }) => {
  await open("/keys/new");
  const href = (await page.locator(".services use").first().getAttribute("href")) ?? "";
  const [path = "", id = ""] = href.split("#");
  const answer = await vault.owner.get(path);
  expect(answer.headers.get("content-type")).toBe("image/svg+xml");
  expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(answer.text).toContain(`<path id="${id}" d="`);
  const box = await page.locator(".services use").first().boundingBox();
  expect(box?.width).toBeGreaterThan(5);
  expect((await vault.owner.get(path.replace(/\.\w+\.svg$/, ".0123456789abcdef.svg"))).status).toBe(404);
});

test(
  "on a phone the service that is tapped fills the form in, and the form comes into sight",
  async ({ page, open }) => {
    await open("/keys/new");
    await search(page).fill("algolia");
    await results(page, "algolia");
    await found(page).first().tap();
    await filled(page, "Algolia");
    await expectFocus(page.getByLabel("Name", { exact: true }));
    const top = await page.getByLabel("Name", { exact: true }).evaluate((field) => field.getBoundingClientRect().top);
    expect(top).toBeGreaterThanOrEqual(0);
    expect(top).toBeLessThan(844);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  },
  { viewport: { width: 390, height: 844 }, hasTouch: true },
);

test(
  "without script a search is a page, and a service of it a filled form",
  async ({ page, open, vault }) => {
    await open("/keys/new");
    await search(page).fill("vercal");
    await search(page).press("Enter");
    await page.waitForURL("**/keys/new?search=vercal");
    await page.getByRole("link", { name: "Vercel", exact: true }).click();
    await page.waitForURL("**/keys/new?service=vercel#form");
    expect(await page.getByRole("link", { name: /^Get a key/ }).getAttribute("href")).toStartWith(
      "https://vercel.com/",
    );
    await page.getByLabel("Name", { exact: true }).press("Enter");
    await shown(page, "Vercel");
    const [vercel] = await vault.categories("Vercel");

    await open("/keys/new?search=vercel");
    await page.getByRole("link", { name: "Vercel (in your vault)" }).click();
    await page.waitForURL(`**/keys/${vercel?.id}`);

    await open("/keys/new?search=Garden+pump");
    await page.getByRole("link", { name: "Make your own" }).click();
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Garden pump");
    await open("/keys/new");
    await page.getByRole("link", { name: "Sign-in and social" }).click();
    await page.getByRole("link", { name: "Keycloak" }).waitFor();
  },
  { javaScriptEnabled: false },
);
