import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { newMany } from "../support/many.ts";
import { expectCount, expectFocus, pageTests } from "./browser.ts";
import { SESSION_COOKIE, type Vault } from "./vault.ts";

const test = pageTests({ fresh: true, reducedMotion: "reduce" });

const rows = (page: Page) => page.locator("tbody tr[id]");
const names = (page: Page) => page.locator("tbody th").allTextContents();
const boxes = (page: Page) => page.locator(".pick input");
const found = (page: Page, words: string) => page.locator("#results").getByText(words, { exact: true }).waitFor();
const dialog = (page: Page) => page.getByRole("dialog");

/** Blog and Shop in each of two categories, Blog in two environments. */
async function fewEntries(vault: Vault) {
  const stripe = await vault.category({ name: "Stripe", envVarName: "STRIPE_KEY" });
  const mail = await vault.category({ name: "Mail", envVarName: "MAIL_TOKEN" });
  await vault.entry(stripe, { name: "Blog", value: "sk-blog-secret" });
  await vault.entry(stripe, { name: "Blog", environment: "development" });
  await vault.entry(stripe, { name: "Shop", expiresAt: new Date(Date.now() + 5 * 86_400_000).toISOString() });
  await vault.entry(mail, { name: "Shop", value: "mail-shop-secret" });
  return { stripe, mail };
}

async function choose(page: Page, action: string): Promise<void> {
  await page.locator(".selection").getByRole("button", { name: action }).click();
  await dialog(page).waitFor();
}

test("an empty vault says what belongs into the list, and where to begin", async ({ page, open }) => {
  await open("/entries");
  await page.getByRole("heading", { name: "No entries yet" }).waitFor();
  expect(await page.locator(".selection, table").count()).toBe(0);
  await page.getByRole("link", { name: "Choose a category" }).click();
  await page.waitForURL("**/keys");
});

test("filters and order live in the address, and survive a reload and the way back", async ({ page, open, vault }) => {
  await fewEntries(vault);
  await open("/entries");
  expect(await rows(page).count()).toBe(4);
  expect(await page.content()).not.toContain("secret");
  await page.getByRole("searchbox").fill("stripe_key");
  await found(page, "3 entries");
  await page.getByLabel("Environment", { exact: true }).selectOption("production");
  await found(page, "2 entries");
  await page.getByLabel("Order").selectOption("project");
  await page.waitForURL("**/entries?search=stripe_key&environment=production&sort=project");
  expect(await names(page)).toEqual(["Blog", "Shop"]);
  await page.reload();
  expect(await names(page)).toEqual(["Blog", "Shop"]);
  expect(await page.getByRole("searchbox").inputValue()).toBe("stripe_key");
  await page.getByRole("link", { name: "Edit Shop" }).click();
  await page.waitForURL("**/edit");
  await page.goBack();
  expect(await names(page)).toEqual(["Blog", "Shop"]);
  await page.getByRole("link", { name: "Clear search stripe_key" }).click();
  await page.waitForURL("**/entries?environment=production&sort=project");
  expect(await names(page)).toEqual(["Blog", "Shop", "Shop"]);
  await page.getByLabel("Expires").selectOption("7");
  await found(page, "1 entry");
  await page.getByRole("link", { name: "Clear filters" }).click();
  await page.waitForURL("**/entries?sort=project");
  await page.getByRole("searchbox").fill("nothing like it");
  await page.getByRole("heading", { name: "No entry matches" }).waitFor();
  expect(await page.locator(".selection").count()).toBe(0);
  await page.getByRole("link", { name: "Clear filters" }).click();
  await expectCount(rows(page), 4);
});

test("what is narrowed down to what ends soon begins with what ends first, until another order is chosen", async (stage) => {
  const { page, open, vault } = stage;
  const stripe = await vault.category({ name: "Stripe", envVarName: "STRIPE_KEY" });
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  for (const [name, days] of [
    ["Last", 25],
    ["First", 2],
    ["Later", 60],
    ["Second", 5],
  ] as const)
    await vault.entry(stripe, { name, expiresAt: inDays(days) });
  await open("/entries");
  expect(await names(page)).toEqual(["Second", "Later", "First", "Last"]);
  const order = page.getByLabel("Order");
  await page.getByLabel("Expires").selectOption("30");
  await page.waitForURL("**/entries?expires=30");
  expect(await names(page)).toEqual(["First", "Second", "Last"]);
  expect(await order.inputValue()).toBe("expiry");
  await page.reload();
  expect(await names(page)).toEqual(["First", "Second", "Last"]);
  expect(await order.inputValue()).toBe("expiry");
  await order.selectOption("recent");
  await page.waitForURL("**/entries?expires=30&sort=recent");
  expect(await names(page)).toEqual(["Second", "First", "Last"]);
  await page.getByLabel("Expires").selectOption("90");
  await page.waitForURL("**/entries?expires=90&sort=recent");
  expect(await names(page)).toEqual(["Second", "Later", "First", "Last"]);
  await open("/entries?expires=30");
  await page.getByRole("link", { name: "Clear expires within 30 days" }).click();
  await page.waitForURL("**/entries");
  expect(await names(page)).toEqual(["Second", "Later", "First", "Last"]);
});

test("what was deleted is in no page that the way back leads to", async ({ page, open, vault }) => {
  const { mail } = await fewEntries(vault);
  await open("/entries?sort=project");
  expect(await rows(page).count()).toBe(4);
  await page.getByRole("link", { name: "Mail" }).click();
  await page.getByRole("link", { name: "Delete Shop, Production" }).click();
  await dialog(page).getByRole("button", { name: "Delete entry" }).click();
  await page.getByText("Entry deleted.").waitFor();
  await page.goBack();
  if (new URL(page.url()).pathname === `/keys/${mail.id}`) await page.goBack();
  await page.waitForURL("**/entries?sort=project");
  expect(await names(page)).toEqual(["Blog", "Blog", "Shop"]);
  expect(await page.getByRole("link", { name: "Mail" }).count()).toBe(0);
});

test("a value is revealed and hidden in its row", async ({ page, open, vault }) => {
  await fewEntries(vault);
  await open("/entries?search=blog&environment=production");
  await page.getByRole("button", { name: /^Reveal STRIPE_KEY of Blog/ }).click();
  await page.getByText("sk-blog-secret").waitFor();
  await page.getByRole("button", { name: "Hide" }).click();
  expect(await page.content()).not.toContain("sk-blog-secret");
});

test("a thousand rows load by scrolling, and the way back leads to the same row", async ({ page, open, vault }) => {
  await newMany(vault.owner, { entries: 1_100, categories: 12 });
  await open("/entries?sort=category");
  expect(await rows(page).count()).toBe(40);
  for (let loaded = 40; loaded < 1_000; ) {
    await page.locator(".more").scrollIntoViewIfNeeded();
    await page.waitForFunction((before) => document.querySelectorAll("tbody tr[id]").length > before, loaded);
    loaded = await rows(page).count();
  }
  const ids = await rows(page).evaluateAll((all) => all.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  const row = rows(page).nth(700);
  await row.scrollIntoViewIfNeeded();
  const id = await row.getAttribute("id");
  await row.getByRole("link", { name: /^Edit/ }).click();
  await page.waitForURL("**/edit");
  await page.goBack();
  await page.waitForURL("**/entries?**");
  await page.waitForFunction((wanted) => {
    const at = document.getElementById(wanted ?? "")?.getBoundingClientRect();
    return at !== undefined && at.top >= 0 && at.bottom <= innerHeight;
  }, id);
});

test("all that match are changed, those beyond the loaded ones, too", async ({ page, open, vault }) => {
  await newMany(vault.owner, { entries: 120, categories: 120 });
  await open("/entries");
  await page.getByLabel("All 120 entries that match").check();
  expect(await boxes(page).evaluateAll((all) => all.every((box) => (box as HTMLInputElement).checked))).toBe(true);
  await choose(page, "Set environment");
  await dialog(page).getByRole("heading", { name: "Set the environment of 120 entries" }).waitFor();
  await dialog(page).getByText("and 115 others").waitFor();
  await dialog(page).getByLabel("Staging").check();
  await dialog(page).getByRole("button", { name: "Set for 120 entries" }).click();
  await page.getByText("120 entries changed.").waitFor();
  const stats = await vault.owner.get<{ byEnvironment: object }>("/api/stats");
  expect(stats.body.byEnvironment).toEqual({ development: 0, staging: 120, production: 0 });
});

test("a range is ticked with Shift; one that is in the way is named, and nothing changes", async (stage) => {
  const { page, open, vault } = stage;
  const { stripe } = await fewEntries(vault);
  await open("/entries?sort=project");
  await boxes(page).first().click();
  await boxes(page)
    .nth(1)
    .click({ modifiers: ["Shift"] });
  await page.getByText("2 selected").waitFor();
  await choose(page, "Set environment");
  await dialog(page).getByLabel("Development").check();
  await dialog(page).getByRole("button", { name: "Set for 2 entries" }).click();
  await dialog(page).getByRole("alert").waitFor();
  expect(await dialog(page).getByRole("alert").textContent()).toContain(
    "Nothing was changed: 1 entry stands in the way",
  );
  expect(await dialog(page).getByRole("alert").textContent()).toContain("Blog, production, in Stripe");
  expect((await vault.entries(stripe)).map(({ environment }) => environment)).toEqual([
    "production",
    "development",
    "production",
  ]);
  // The others go on without it.
  await dialog(page).getByRole("button", { name: "Leave it out" }).click();
  await dialog(page).getByRole("heading", { name: "Set the environment of 1 entry" }).waitFor();
  expect(await dialog(page).getByRole("alert").count()).toBe(0);
  expect(await dialog(page).getByLabel("Development").isChecked()).toBe(true);
  await dialog(page).getByLabel("Staging").check();
  await dialog(page).getByRole("button", { name: "Set for 1 entry" }).click();
  await page.getByText("1 entry changed.").waitFor();
  expect((await vault.entries(stripe)).map(({ environment }) => environment).sort()).toEqual([
    "production",
    "production",
    "staging",
  ]);
});

test("a project is renamed in every category at once", async ({ page, open, vault }) => {
  const { stripe, mail } = await fewEntries(vault);
  await open("/entries");
  await page.getByRole("link", { name: "Shop", exact: true }).first().click();
  await page.waitForURL("**/entries?project=Shop");
  await page.locator(".head").getByRole("button", { name: "Rename project" }).click();
  await dialog(page).getByRole("heading", { name: "Rename the project of 2 entries" }).waitFor();
  const name = dialog(page).getByLabel("New name of the project");
  await expectFocus(name);
  expect(await name.inputValue()).toBe("Shop");
  await name.fill("Store");
  await name.press("Enter");
  await page.waitForURL("**/entries?project=Store");
  expect(await names(page)).toEqual(["Store", "Store"]);
  expect((await vault.entries(mail)).map((entry) => entry.name)).toEqual(["Store"]);
  expect((await vault.entries(stripe)).map((entry) => entry.name)).toEqual(["Store", "Blog", "Blog"]);
});

test("entries move, with their values, and the counts with them", async ({ page, open, vault }) => {
  const { stripe, mail } = await fewEntries(vault);
  await vault.category({ name: "Files", keyType: "ssh" });
  await open(`/keys/${stripe.id}?search=blog`);
  await page.getByLabel("All shown").check();
  await choose(page, "Move");
  expect(await dialog(page).getByRole("option").allTextContents()).toEqual(["Choose one", "Mail", "Stripe"]);
  await dialog(page).getByRole("combobox").selectOption({ label: "Mail" });
  await dialog(page).getByRole("button", { name: "Move 2 entries" }).click();
  await page.getByText("2 entries changed.").waitFor();
  expect(page.url()).toEndWith(`/keys/${stripe.id}?search=blog`);
  expect((await vault.categories()).map(({ name, entryCount }) => [name, entryCount])).toEqual([
    ["Files", 0],
    ["Mail", 3],
    ["Stripe", 1],
  ]);
  const moved = (await vault.entries(mail)).find(
    ({ environment, name }) => name === "Blog" && environment === "production",
  );
  expect(await vault.reveal(moved)).toBe("sk-blog-secret");
});

test("with keys alone: tick, go to the actions, delete", async ({ page, open, vault }) => {
  await fewEntries(vault);
  await open("/entries?search=blog");
  await boxes(page).first().focus();
  await page.keyboard.press("Space");
  await boxes(page).nth(1).focus();
  await page.keyboard.press("Enter");
  await expectFocus(page.getByRole("button", { name: "Set environment" }));
  await page.getByText("2 selected").waitFor();
  for (let presses = 0; presses < 4; presses++) await page.keyboard.press("Tab");
  await expectFocus(page.locator(".selection").getByRole("button", { name: "Delete" }));
  await page.keyboard.press("Enter");
  await dialog(page).getByRole("heading", { name: "Delete 2 entries?" }).waitFor();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "hidden" });
  await expectFocus(page.locator(".selection").getByRole("button", { name: "Delete" }));
  await page.keyboard.press("Enter");
  await dialog(page).getByText("cannot be brought back here").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("2 entries deleted.").waitFor();
  await page.getByRole("heading", { name: "No entry matches" }).waitFor();
});

/** The password, on its page, in between. */
async function confirm(page: Page, { password }: Vault): Promise<void> {
  await page.getByRole("heading", { name: "Is it still you?" }).waitFor();
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Confirm" }).click();
}

async function exported(page: Page, button: string): Promise<{ name: string; text: string }> {
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: button, exact: true }).last().click();
  const download = await coming;
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

test("an export asks for the password, comes back to the same entries, and hands out no other", async (stage) => {
  const { page, open, vault } = stage;
  await fewEntries(vault);
  await open("/entries?environment=production&sort=project");
  await page.getByRole("checkbox", { name: "Select Blog, Production, Stripe" }).check();
  await page.getByRole("checkbox", { name: "Select Shop, Production, Mail" }).check();
  await page.locator(".selection").getByRole("button", { name: "Export" }).click();
  await confirm(page, vault);
  await page.getByRole("heading", { level: 1, name: "Export 2 entries" }).waitFor();
  expect(await page.locator(".few li").allTextContents()).toEqual([
    "Blog, production, in Stripe",
    "Shop, production, in Mail",
  ]);
  const { name, text } = await exported(page, "Export");
  expect(name).toBe("kagi-selection.env");
  expect(text.split("\n").filter((line) => line.includes("="))).toEqual([
    "MAIL_TOKEN=mail-shop-secret",
    "STRIPE_KEY=sk-blog-secret",
  ]);
  expect(await page.content()).not.toContain("secret");
  await page.getByRole("link", { name: "Cancel" }).click();
  await page.waitForURL("**/entries?environment=production&sort=project");
  // The proof counts for a while, so the next one is asked about in place.
  await page.getByRole("checkbox", { name: "Select Shop, Production, Mail" }).check();
  await choose(page, "Export");
  await dialog(page).getByRole("heading", { name: "Export 1 entry" }).waitFor();
  const again = await exported(page, "Export");
  expect(again.text).toContain("MAIL_TOKEN=mail-shop-secret");
  expect(again.text).not.toContain("STRIPE_KEY");
});

test("what an export repeats, leaves out or cannot hold is told before it is handed out", async (stage) => {
  const { page, open, vault } = stage;
  await fewEntries(vault);
  const odd = await vault.category({ name: "Odd", envVarName: "ODD_KEY" });
  await vault.entry(odd, { name: "Blog", value: `it's "$HOME" and \`id\`\nand more` });
  const files = await vault.category({ name: "Files", keyType: "ssh" });
  await vault.entry(files, { name: "Blog", value: "ssh-blog-secret" });
  const downloads: string[] = [];
  page.on("download", (download) => downloads.push(download.suggestedFilename()));
  await open("/entries?search=blog&sort=category");
  await page.getByLabel("All shown").check();
  await page.locator(".selection").getByRole("button", { name: "Export" }).click();
  await confirm(page, vault);
  await page.getByRole("heading", { level: 1, name: "Export 4 entries" }).waitFor();
  await page.getByText("1 of them is a file (SSH, JSON), which .env text has no place for.").waitFor();
  await page.getByRole("button", { name: "Export", exact: true }).click();
  const told = page.getByRole("alert");
  await told.getByRole("heading").first().waitFor();
  expect(await told.getByRole("heading").allTextContents()).toEqual(["Written more than once", "Not written"]);
  expect(await told.locator("li").allTextContents()).toEqual(["STRIPE_KEY", "ODD_KEY"]);
  expect(downloads).toEqual([]);
  // Another choice is another file, of which nothing has been told yet.
  await page.getByLabel("Program that reads the file").selectOption("docker");
  await page.getByRole("button", { name: "Export anyway" }).click();
  await page.getByRole("alert").getByText("The dialect docker cannot hold the value of ODD_KEY").waitFor();
  expect(downloads).toEqual([]);
  await page.getByLabel("Program that reads the file").selectOption("");
  await page.getByLabel("Environment").selectOption("staging");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await page.getByRole("alert").getByText("there is nothing to write").waitFor();
  expect(downloads).toEqual([]);
  await page.getByLabel("Environment").selectOption("production");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await told.getByRole("heading", { name: "Not written" }).waitFor();
  expect(await told.textContent()).not.toContain("STRIPE_KEY");
  const { text } = await exported(page, "Export anyway");
  expect(text).toContain("STRIPE_KEY=sk-blog-secret");
  expect(text).toContain("# not written: ODD_KEY");
  expect(text.match(/STRIPE_KEY/g)).toHaveLength(1);
  expect(text).not.toContain("ssh-blog-secret");
});

test("an entry that has changed meanwhile is said before an export hands anything out", async (stage) => {
  const { page, open, vault } = stage;
  const { mail } = await fewEntries(vault);
  const [shop] = await vault.entries(mail);
  await open("/entries?environment=production&sort=project");
  await page.getByLabel("All shown").check();
  await page.locator(".selection").getByRole("button", { name: "Export" }).click();
  await confirm(page, vault);
  await page.getByRole("heading", { level: 1, name: "Export 3 entries" }).waitFor();
  // The confirmation has taken the session's token.
  const owner = vault.owner.with({ cookie: `${SESSION_COOKIE}=${await vault.signIn()}` });
  expect((await owner.put(`/api/entries/${shop?.id}`, { name: "Store" })).status).toBe(200);
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await page.getByRole("alert").getByText("The selection is not as it was").waitFor();
  await page.getByText("Store, production, in Mail").waitFor();
});

test("more entries than an address could name are still ticked behind the password", async ({ page, open, vault }) => {
  await newMany(vault.owner, { entries: 1_000, categories: 1_000 });
  await open("/entries?sort=project&shown=400");
  await page.getByLabel("All shown").check();
  await boxes(page).first().uncheck();
  await page.getByText("399 selected").waitFor();
  await page.locator(".selection").getByRole("button", { name: "Export" }).click();
  await page.getByRole("heading", { name: "Is it still you?" }).waitFor();
  expect(page.url().length).toBeLessThan(600);
  // One that comes meanwhile is none of them.
  await vault.entry(await vault.category({ name: "Late", envVarName: "LATE_KEY" }), { name: "Late" });
  await confirm(page, vault);
  await page.getByRole("heading", { level: 1, name: "Export 399 entries" }).waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
  await page.getByText("and 394 others").waitFor();
});

test(
  "without script: all that match, beyond the shown ones, are exported after the password",
  async ({ page, open, vault }) => {
    await newMany(vault.owner, { entries: 180, categories: 180 });
    await open("/entries?type=simple");
    await found(page, "45 entries");
    await page.getByLabel("All 45 entries that match").check();
    await page.locator(".selection").getByRole("button", { name: "Export" }).click();
    await confirm(page, vault);
    await page.getByRole("heading", { level: 1, name: "Export 45 entries" }).waitFor();
    const { text } = await exported(page, "Export");
    expect(text.split("\n").filter((line) => line.startsWith("SERVICE_"))).toHaveLength(45);
    expect(text).not.toContain("ACCESS_SECRET");
  },
  { javaScriptEnabled: false },
);

test(
  "without script: more rows, a selection, its confirmation, and what nothing was ticked for",
  async ({ page, open, vault }) => {
    await newMany(vault.owner, { entries: 70, categories: 70 });
    await open("/entries?sort=project");
    expect(await rows(page).count()).toBe(40);
    await page.getByRole("link", { name: "More entries" }).click();
    await found(page, "70 entries, 30 entries on this page");
    await page.getByRole("link", { name: "From the beginning" }).click();
    await boxes(page).nth(0).check();
    await boxes(page).nth(3).check();
    await page.locator(".selection").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { level: 1, name: "Delete 2 entries?" }).waitFor();
    await page.getByRole("button", { name: "Delete 2 entries" }).click();
    await page.getByText("2 entries deleted.").waitFor();
    await found(page, "68 entries");
    await page.getByLabel("All 68 entries that match").check();
    await page.locator(".selection").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { level: 1, name: "Delete 68 entries?" }).waitFor();
    await page.getByRole("link", { name: "Cancel" }).click();
    await found(page, "68 entries");
  },
  { javaScriptEnabled: false },
);

test(
  "on a phone the actions stay in sight, and nothing sticks out",
  async ({ page, open, vault }) => {
    await newMany(vault.owner, { entries: 40, categories: 8 });
    await open("/entries");
    await boxes(page).nth(20).check();
    const bar = page.locator(".selection").getByRole("button", { name: "Export" });
    await bar.waitFor();
    expect(await bar.evaluate((button) => button.getBoundingClientRect().top >= 0)).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  },
  { viewport: { width: 390, height: 844 } },
);
