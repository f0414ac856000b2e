import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import type { AccessKey } from "../../src/features/access-keys/model.ts";
import type { Category } from "../../src/features/categories/model.ts";
import { CATEGORIES, sampleValue } from "../../src/features/demo/samples.ts";
import type { Entry } from "../../src/features/entries/model.ts";
import { addSession, pageTests, typeText } from "./browser.ts";
import { contentsOf } from "./demo.ts";
import type { Vault } from "./vault.ts";

/** What people come for, each begun on the overview and done by what is seen there; docs/journeys.md has the counts. */
const test = pageTests({ demo: true, reducedMotion: "reduce" });

const DAY_MS = 86_400_000;
const DOCUMENT = readFileSync(join(import.meta.dir, "../../docs/journeys.md"), "utf8");
/** The cells of the document's table, by the first of each row. */
const ROWS = new Map(
  [...DOCUMENT.matchAll(/^\| ([^|]+) \| ((?:\d+ \| )+)[^\n]*$/gm)].map(([, name = "", numbers = ""]) => [
    name,
    numbers.split(" | ").slice(0, -1).map(Number),
  ]),
);
const walked: string[] = [];

/** A person at a page, whose every move is counted. */
class Visitor {
  clicks = 0;
  typings = 0;
  keys = 0;
  pages = 0;

  constructor(readonly page: Page) {
    page.on("domcontentloaded", () => {
      this.pages += 1;
    });
  }

  async click(target: Locator): Promise<void> {
    this.clicks += 1;
    await target.click();
  }

  /** Into what has the focus: a text counts as one, however long. */
  async type(text: string): Promise<void> {
    this.typings += 1;
    await typeText(this.page, text);
  }

  async press(key: string): Promise<void> {
    this.keys += 1;
    await this.page.keyboard.press(key);
  }

  /** One click opens the list, another takes the choice. */
  async choose(list: Locator, label: string): Promise<void> {
    this.clicks += 2;
    await list.selectOption({ label });
  }

  link(name: string | RegExp): Locator {
    return this.page.getByRole("link", { name, exact: typeof name === "string" });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name, exact: typeof name === "string" });
  }

  place(name: string): Locator {
    return this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true });
  }

  /** Search everywhere by the key that its button shows. */
  async search(text: string, first: RegExp): Promise<void> {
    await this.press("/");
    await this.page.getByRole("combobox", { name: "Search everywhere" }).waitFor();
    await this.type(text);
    await this.page.locator("[role=option][aria-selected=true]").filter({ hasText: first }).waitFor();
    await this.press("Enter");
  }

  async heading(name: string | RegExp): Promise<void> {
    await this.page.getByRole("heading", { level: 1, name }).waitFor();
  }
}

type Walk = (visitor: Visitor, vault: Vault) => Promise<void>;

/** `clicks` is the most that it may take. */
function journey(name: string, { clicks, ...options }: BrowserContextOptions & { clicks: number }, walk: Walk): void {
  walked.push(name);
  test(
    name,
    async ({ page, context, open, vault }) => {
      // A confirmation gives the session a new token, so each journey has a session of its own.
      await context.clearCookies();
      await addSession(context, vault, await vault.signIn());
      await open("/");
      const visitor = new Visitor(page);
      await walk(visitor, vault);
      expect(visitor.clicks).toBeLessThanOrEqual(clicks);
      const { keys, typings, pages } = visitor;
      expect([name, ROWS.get(name)]).toEqual([name, [visitor.clicks, keys, typings, pages]]);
    },
    options,
  );
}

journey("Add the AWS keys of a new project", { clicks: 4 }, async (visitor, vault) => {
  const { page } = visitor;
  await visitor.search("new aws", /^\+?\s*New entry in AWS/);
  await visitor.heading("New AWS entry");
  await visitor.type("Newsletter");
  const values = { AWS_ACCESS_KEY_ID: "example-id", AWS_SECRET_ACCESS_KEY: "example-secret", AWS_REGION: "eu-north-1" };
  for (const [name, value] of Object.entries(values)) {
    await visitor.click(page.getByLabel(name, { exact: true }));
    await visitor.type(value);
  }
  await visitor.click(visitor.button("Create entry"));
  await visitor.heading("AWS");
  const made = (await contentsOf(vault)).entries.find((entry) => entry.name === "Newsletter");
  expect(made).toMatchObject({ environment: "production", category: { name: "AWS" } });
  expect(await vault.reveal(made)).toEqual(values);
  await page.locator(`#entry-${made?.id}`).waitFor();
  expect(await page.content()).not.toContain("example-secret");
});

journey(
  "Get the staging value of one key, on a phone",
  { clicks: 3, viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  async (visitor) => {
    const { page } = visitor;
    await visitor.click(visitor.link("Search everywhere"));
    await page.getByRole("combobox", { name: "Search everywhere" }).waitFor();
    await visitor.type("redis shop staging");
    await visitor.click(page.getByRole("option", { name: /^Shop Redis Staging/ }));
    await visitor.heading("Redis");
    await visitor.click(visitor.button(/^Reveal .*Shop, Staging/i));
    const redis = CATEGORIES.find((category) => category.name === "Redis");
    const value = String(redis && sampleValue(redis, "Shop", "staging"));
    await page.getByText(value, { exact: true }).waitFor();
    expect(await page.getByText(value, { exact: true }).isVisible()).toBe(true);
    expect(await page.content()).not.toContain(value.replace("staging", "production"));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  },
);

journey("Hand a script a read-only key that ends in a week", { clicks: 7 }, async (visitor, vault) => {
  const { page } = visitor;
  await visitor.click(visitor.place("Settings"));
  await visitor.click(visitor.link("Access keys"));
  await visitor.click(visitor.link("New access key"));
  await visitor.heading("New access key");
  await visitor.type("backup script");
  await visitor.click(visitor.link("Names only"));
  await visitor.choose(page.getByLabel("Expires"), "7 days");
  await visitor.click(visitor.button("Create access key"));
  await visitor.heading("Access key created");
  const key = (await page.locator("#new-key").textContent()) ?? "";
  const example = (await page.locator("#curl-example").textContent()) ?? "";
  // As somebody pastes it into a shell: the key, then the example.
  const script = `${example.replace("paste the key here", key)} --silent --fail-with-body`;
  const shell = Bun.spawn(["bash"], { stdin: new Blob([script]), stdout: "pipe", stderr: "pipe" });
  const [out, code] = await Promise.all([new Response(shell.stdout).text(), shell.exited]);
  expect({ code, entries: (JSON.parse(out) as Entry[]).length > 100 }).toEqual({ code: 0, entries: true });
  const [first] = JSON.parse(out) as Entry[];
  const asScript = (method: string, path: string) =>
    fetch(vault.url + path, { method, headers: { authorization: `Bearer ${key}` } });
  expect((await asScript("POST", `/api/entries/${first?.id}/reveal`)).status).toBe(403);
  expect((await asScript("DELETE", `/api/entries/${first?.id}`)).status).toBe(403);
  const made = (await vault.accessKeys()).find((one: AccessKey) => one.name === "backup script");
  expect(made?.scopes.every((scope) => scope.endsWith(":read"))).toBe(true);
  const days = (Date.parse(made?.expiresAt ?? "") - Date.now()) / DAY_MS;
  expect(Math.round(days)).toBe(7);
});

journey("Find everything that expires this month", { clicks: 1 }, async (visitor, vault) => {
  const { page } = visitor;
  await visitor.click(visitor.link(/^All .* of the next 30 days/));
  await page.waitForURL("**/entries?expires=30");
  const [from, to] = [new Date().toISOString(), new Date(Date.now() + 30 * DAY_MS).toISOString()];
  const ending = (await contentsOf(vault)).entries.filter(
    ({ expiresAt }) => expiresAt !== null && expiresAt > from && expiresAt <= to,
  );
  expect(ending.length).toBeGreaterThan(5);
  ending.sort((one, other) => ((one.expiresAt ?? "") < (other.expiresAt ?? "") ? -1 : 1));
  const rows = page.locator("tbody tr[id]");
  expect(await rows.evaluateAll((all) => all.map(({ id }) => id))).toEqual(ending.map(({ id }) => `entry-${id}`));
});

journey("Rename a project across its entries", { clicks: 5 }, async (visitor, vault) => {
  const { page } = visitor;
  const named = async (name: string) => (await contentsOf(vault)).entries.filter((entry) => entry.name === name);
  const before = await named("Status page");
  expect(before.length).toBeGreaterThan(5);
  await visitor.click(visitor.place("Entries"));
  await visitor.click(page.getByRole("searchbox"));
  await visitor.type("status page");
  await page.locator("#results").getByText(`${before.length} entries`, { exact: true }).waitFor();
  await visitor.click(visitor.link("Status page").first());
  await visitor.click(page.locator(".head").getByRole("button", { name: "Rename project" }));
  await page.getByRole("dialog").getByLabel("New name of the project").waitFor();
  await visitor.type("Uptime");
  await visitor.click(visitor.button(`Rename in ${before.length} entries`));
  await page.locator(".notice.done").waitFor();
  const ids = (entries: readonly Entry[]) => entries.map(({ id }) => id).sort();
  expect(ids(await named("Uptime"))).toEqual(ids(before));
  expect(await named("Status page")).toEqual([]);
});

journey("Read a 2FA code", { clicks: 2 }, async (visitor) => {
  const { page } = visitor;
  await visitor.click(visitor.place("2FA"));
  await visitor.click(visitor.button(/^Reveal code of GitHub,/));
  const code = page.getByRole("region", { name: /^Code of GitHub/ });
  await code.waitFor();
  expect(await code.textContent()).toMatch(/^\d{6}$/);
  expect(await page.getByRole("region", { name: /^Code of / }).count()).toBe(1);
});

journey("Compare .env and .env.production of a project", { clicks: 3 }, async (visitor) => {
  const { page } = visitor;
  await visitor.click(visitor.place("Env files"));
  await visitor.click(visitor.link(/^Shop/));
  await visitor.click(visitor.link("Compare"));
  await visitor.heading("Compare");
  expect((await page.locator(".compare thead th").allTextContents()).slice(0, 4)).toEqual(
    expect.arrayContaining(["Variable", ".env", ".env.production"]),
  );
  const row = (name: string) => page.locator(".compare tbody tr").filter({ hasText: name });
  const stateOf = (name: string, file: string) => row(name).locator(`td[data-label="${file}"] .state`);
  expect(await stateOf("CURRENCY", ".env").getAttribute("data-state")).toBe("set");
  expect(await stateOf("CURRENCY", ".env.production").getAttribute("data-state")).toBe("inherited");
  expect(await stateOf("RELEASE", ".env.production").getAttribute("data-state")).toBe("extra");
  expect(await page.content()).not.toContain("example-stripe-secret");
});

journey("Export one project for docker compose", { clicks: 10 }, async (visitor, vault) => {
  const { page } = visitor;
  await visitor.click(visitor.place("Entries"));
  await visitor.click(page.getByRole("searchbox"));
  await visitor.type("recipe finder");
  await page.waitForURL("**/entries?search=recipe*");
  await visitor.click(visitor.link("Recipe finder").first());
  await page.waitForURL("**/entries?project=*");
  await visitor.click(visitor.link("Export project"));
  await visitor.heading("Export");
  expect(await page.getByLabel("Project").inputValue()).toBe("Recipe finder");
  await visitor.choose(page.getByLabel("Environment"), "Production");
  await visitor.choose(page.getByLabel("Program that reads the file"), "Docker Compose");
  await visitor.click(visitor.button("Continue"));
  await visitor.heading("Is it still you?");
  await visitor.type(vault.password);
  await visitor.press("Enter");
  await visitor.heading("Ready to download");
  const coming = page.waitForEvent("download");
  await visitor.click(visitor.button("Download kagi-export.env"));
  const text = readFileSync(await (await coming).path(), "utf8");
  expect(text).toMatch(/^DATABASE_URL=.*recipe-finder-production/m);
  expect(text).not.toContain("shop-");
  expect(text).not.toContain("-staging");
});

journey("See who last revealed a key", { clicks: 1 }, async (visitor, vault) => {
  const { page } = visitor;
  const { entries, accessKeys } = await contentsOf(vault);
  await visitor.search("stripe shop production", /Shop.*Stripe.*Production/);
  await visitor.heading("Stripe");
  await visitor.click(visitor.link("History Shop, Production"));
  await visitor.heading("History of Stripe · Shop · production");
  const entry = entries.find(
    ({ name, environment, category }) => name === "Shop" && environment === "production" && category.name === "Stripe",
  );
  expect(new URL(page.url()).pathname).toBe(`/entries/${entry?.id}/history`);
  const key = accessKeys.find(({ name }) => name === "deploy script");
  const who = `by the access key deploy script, ${key?.keyPrefix}…, from 192.0.2.40`;
  await page.getByText(`Last revealed 2 h ago ${who}`).waitFor();
  expect(await page.getByText(who).isVisible()).toBe(true);
  expect(await page.locator("tbody tr").first().textContent()).toMatch(/^Revealed.*deploy script/);
  expect(await page.content()).not.toContain("example-stripe");
});

journey("Delete a service with all its entries", { clicks: 2 }, async (visitor, vault) => {
  const { page } = visitor;
  const gone = (await vault.categories("Grafana"))[0] as Category;
  expect(gone.entryCount).toBe(2);
  const before = (await contentsOf(vault)).entries;
  await visitor.search("grafana", /^Grafana/);
  await visitor.heading("Grafana");
  await visitor.click(visitor.link("Delete category"));
  await page.getByRole("dialog").getByText("2 entries").waitFor();
  await visitor.click(visitor.button("Delete category"));
  await visitor.heading("Keys");
  const { categories, entries } = await contentsOf(vault);
  expect(categories.map(({ name }) => name)).not.toContain("Grafana");
  expect(entries).toEqual(before.filter(({ categoryId }) => categoryId !== gone.id));
});

test("the document has these journeys, and no others", async () => {
  expect([...ROWS.keys()]).toEqual(walked);
});
