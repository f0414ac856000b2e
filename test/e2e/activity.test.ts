import { expect } from "bun:test";
import { Client } from "../support/client.ts";
import { expectCount, pageTests } from "./browser.ts";
import type { Vault } from "./vault.ts";

const test = pageTests();
const testWithoutScript = pageTests({ javaScriptEnabled: false });

/** An entry that a key has read so often that its events are more than a page's. */
async function readOften(vault: Vault) {
  const category = await vault.category({ name: `Stripe ${crypto.randomUUID()}` });
  const entry = await vault.entry(category, { name: "Shop" });
  const key = await vault.accessKey({ name: "deploy script", scopes: ["entries:reveal"] });
  const script = new Client(vault.url, { authorization: `Bearer ${key.key}` });
  for (let time = 0; time < 60; time++) await script.post(`/api/entries/${entry.id}/reveal`);
  return { category, entry, key };
}

test("the activity of a key is found from the key, grows while it is scrolled, and leads to the entry", async ({
  page,
  open,
  vault,
}) => {
  const { category, key } = await readOften(vault);
  await open("/settings/access-keys");
  await page
    .getByRole("row", { name: key.keyPrefix })
    .getByRole("link", { name: /^Activity/ })
    .click();
  await page.waitForURL(`**/settings/activity?key=${key.id}`);
  const sentence = page.getByRole("rowheader", { name: `deploy script read ${category.name} · Shop (production)` });
  await page.locator("tbody tr").last().scrollIntoViewIfNeeded();
  await sentence.nth(59).waitFor();
  expect(await sentence.count()).toBe(60);
  expect(await page.getByRole("link", { name: "More events" }).count()).toBe(0);
  await sentence.first().getByRole("link").click();
  await page.waitForURL((url) => url.pathname === `/keys/${category.id}` && url.hash.startsWith("#entry-"));
  const seen = page.getByRole("link", { name: "deploy script (activity of Shop)" });
  await seen.click();
  await page.getByText("Of one thing only").waitFor();
});

test("filters take hold at once and live in the address", async ({ page, open, vault }) => {
  const category = await vault.category({ name: `Made ${crypto.randomUUID()}` });
  await open("/settings/activity");
  await page.getByRole("combobox", { name: "Action" }).selectOption("Created");
  await page.waitForURL("**/settings/activity?action=create");
  await page.getByRole("link", { name: category.name }).waitFor();
  await page.getByRole("combobox", { name: "Thing" }).selectOption("Env projects");
  await page.getByRole("heading", { name: "Nothing of that kind" }).waitFor();
  expect(new URL(page.url()).search).toBe("?thing=env-project&action=create");
  await page.reload();
  expect(await page.getByRole("combobox", { name: "Action" }).inputValue()).toBe("create");
});

testWithoutScript("it is read, filtered and paged through without script", async ({ page, open, vault }) => {
  const { key } = await readOften(vault);
  await open("/settings/activity");
  await page.getByRole("combobox", { name: "Access key" }).selectOption(key.id);
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByRole("link", { name: "More events" }).click();
  await expectCount(page.getByRole("rowheader"), 10);
  await page.getByRole("link", { name: "From the newest" }).click();
  await expectCount(page.getByRole("rowheader"), 50);
});
