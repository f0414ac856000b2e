import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { pageTests } from "./browser.ts";

const test = pageTests();

const fresh = (kind: string) => `sk-${kind}-${crypto.randomUUID()}`;

/** As the clipboard does it. */
async function paste(page: Page, label: string, text: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).focus();
  await page.keyboard.insertText(text);
}

test("a line break behind one line is shown and dropped by one click, and kept when it is meant", async ({
  page,
  open,
  vault,
}) => {
  const category = await vault.category({ name: `Breaks ${fresh("c")}` });
  const value = fresh("line");
  await open(`/keys/${category.id}/entries/new`);
  await page.getByLabel("Project").fill("Shop");
  await paste(page, "Value", `${value}\n`);
  const drop = page.getByRole("button", { name: "Drop the line break" });
  await page.getByText("It ends with a line break, which would be stored with it.").first().waitFor();
  await drop.click();
  expect(await drop.count()).toBe(0);
  await page.getByRole("button", { name: "Create entry" }).click();
  const done = page.locator("main > .done");
  await done.waitFor();
  expect(await done.textContent()).toBe("Entry created. Its value is encrypted.");
  const [stored] = await vault.entries(category);
  expect(await vault.reveal(stored)).toBe(value);

  // Several lines are no accident, and whoever leaves it there is told.
  await page.getByRole("link", { name: "Edit Shop" }).click();
  await page.getByLabel("New value (optional)").waitFor();
  expect(await page.getByRole("button", { name: "Show New value" }).isVisible()).toBe(false);
  await paste(page, "New value (optional)", "-----BEGIN\nabc\n-----END\n");
  expect(await drop.count()).toBe(0);
  expect(await page.getByRole("button", { name: "Show New value" }).isVisible()).toBe(true);
  await page.getByLabel("New value (optional)").fill(`${value}\n`);
  await drop.waitFor();
  await page.getByRole("button", { name: "Save changes" }).click();
  await done.waitFor();
  expect(await done.textContent()).toStartWith("Entry saved. It ends with a line break");
  expect(await vault.reveal(stored)).toBe(`${value}\n`);
});

test(
  "without script the answer says that a value ends with a line break",
  async ({ page, open, vault }) => {
    const category = await vault.category({
      name: `Plain ${fresh("c")}`,
      keyType: "group",
      fieldDefinitions: ["A", "B"],
    });
    await open(`/keys/${category.id}/entries/new`);
    await page.getByLabel("Project").fill("Shop");
    await page.getByLabel("A", { exact: true }).fill("AKIA\n");
    await page.getByLabel("B", { exact: true }).fill("two\nlines\n");
    await page.getByRole("button", { name: "Create entry" }).click();
    expect(await page.locator("main > .done").textContent()).toContain("ends with a line break");
    await page.getByRole("link", { name: "Edit Shop" }).click();
    await page.getByLabel("A", { exact: true }).fill("AKIA");
    await page.getByRole("button", { name: "Save changes" }).click();
    expect(await page.locator("main > .done").textContent()).toBe("Entry saved.");
  },
  { javaScriptEnabled: false },
);

test("variables that are pasted into one field of a group are split over its fields", async ({ page, open, vault }) => {
  const category = await vault.category({
    name: `Group ${fresh("c")}`,
    keyType: "group",
    fieldDefinitions: ["AWS_ID", "AWS_SECRET", "AWS_REGION"],
  });
  const [id, secret] = [fresh("id"), `${fresh("s")}=/+#x`];
  await open(`/keys/${category.id}/entries/new`);
  await page.getByLabel("Project").fill("Shop");
  const pasted = `# AWS\nexport AWS_ID=${id}\nAWS_SECRET="${secret}" # rotate\nPORT=3000\nAWS_REGION='eu-west-1'\n`;
  await paste(page, "AWS_REGION", pasted);
  const offer = page.getByRole("button", { name: "Split over the fields" });
  await offer.waitFor();
  const said = await page.locator(".note").textContent();
  expect(said).toContain("AWS_ID, AWS_SECRET, AWS_REGION");
  expect(said).toContain("No field here is PORT.");
  expect(said).not.toContain(id);
  await offer.click();
  await page.getByRole("button", { name: "Create entry" }).click();
  await page.getByText("Entry created.").waitFor();
  const [stored] = await vault.entries(category);
  expect(await vault.reveal(stored)).toEqual({ AWS_ID: id, AWS_SECRET: secret, AWS_REGION: "eu-west-1" });
});

test("the way back undoes a chosen filter, and Cancel leads to the list as it was", async ({ page, open, vault }) => {
  const category = await vault.category({ name: `Lists ${fresh("c")}` });
  await vault.entry(category, { name: "Listed", environment: "staging" });
  await vault.entry(category, { name: "Listed", environment: "production" });
  await open(`/entries?category=${category.id}`);
  await page.getByLabel("Environment", { exact: true }).selectOption("staging");
  // Said aloud, too, sooner or later.
  await page.getByText("1 entry", { exact: true }).first().waitFor();
  await page.getByRole("searchbox").fill("listed");
  await page.waitForURL("**/entries?search=listed&**");
  const narrowed = page.url();
  await page.getByRole("link", { name: "Edit Listed, Staging" }).click();
  await page.waitForURL("**/entries/*/edit**");
  expect(await page.title()).toContain(`${category.name} · Listed · staging`);
  await page.getByRole("link", { name: "Cancel" }).click();
  await page.getByRole("heading", { level: 1, name: "Entries" }).waitFor();
  expect(page.url()).toBe(narrowed);
  await page.goBack();
  await page.goBack();
  expect(page.url()).toBe(narrowed);
  await page.goBack();
  await page.getByText("2 entries", { exact: true }).waitFor();
  expect(page.url()).toEndWith(`/entries?category=${category.id}`);
  expect(await page.getByLabel("Environment", { exact: true }).inputValue()).toBe("");
});

test("the way back after a deletion is to the page before what is gone", async ({ page, open, vault }) => {
  const category = await vault.category({ name: `Gone ${fresh("c")}` });
  await vault.entry(category, { name: "Shop", environment: "production" });
  await vault.entry(category, { name: "Shop", environment: "staging" });
  await open("/envs");
  await open(`/keys/${category.id}`);
  await page.getByRole("link", { name: "Delete category" }).click();
  const question = page.getByRole("dialog");
  await question.getByText("2 entries: 1 production, 1 staging").waitFor();
  expect(await question.getByRole("listitem").allTextContents()).toEqual(["Shop, staging", "Shop, production"]);
  await question.getByRole("button", { name: "Delete category" }).click();
  await page.getByText("Category deleted.").waitFor();
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Env files" }).waitFor();
});

test("a project that gets another's name says so first, and takes its env files along when asked", async ({
  page,
  open,
  vault,
}) => {
  const category = await vault.category({ name: `Renamed ${fresh("c")}` });
  await vault.entry(category, { name: "Old shop", environment: "production" });
  await vault.entry(category, { name: "New shop", environment: "staging" });
  await vault.owner.post("/api/envs", { name: "Old shop" });
  const names = async () => (await vault.entries(category)).map(({ name }) => name).sort();
  await open("/entries?project=Old+shop");
  await page.locator(".head").getByRole("button", { name: "Rename project" }).click();
  const question = page.getByRole("dialog");
  await question.getByLabel("New name of the project").fill("New shop");
  await question.getByLabel(/^Rename the env files' project Old shop, too/).check();
  await question.getByRole("button", { name: "Rename in 1 entry" }).click();
  await question.getByText("New shop is a project already, with 1 entry.").waitFor();
  expect(await names()).toEqual(["New shop", "Old shop"]);
  expect(await question.getByLabel(/^Rename the env files' project/).isChecked()).toBe(true);
  await question.getByRole("button", { name: "Make them one project" }).click();
  await page.waitForURL("**/entries?project=New+shop");
  expect(await names()).toEqual(["New shop", "New shop"]);
  const projects = await vault.owner.get<{ name: string }[]>("/api/envs");
  expect(projects.body.map(({ name }) => name)).toContain("New shop");
  expect(projects.body.map(({ name }) => name)).not.toContain("Old shop");
});

test("a new entry begins at the list of entries, by its category", async ({ page, open, vault }) => {
  const category = await vault.category({ name: `Begun ${fresh("c")}` });
  await vault.entry(category, { name: "Tea & Co", environment: "production" });
  await open("/entries?project=Tea+%26+Co");
  await page.getByRole("link", { name: "New entry" }).click();
  await page.getByRole("heading", { level: 1, name: "New entry of Tea & Co" }).waitFor();
  await page.getByRole("link", { name: category.name }).click();
  expect(await page.getByLabel("Project").inputValue()).toBe("Tea & Co");
  await page.getByRole("radio", { name: "Staging" }).check();
  await page.getByLabel("Value", { exact: true }).fill(fresh("v"));
  await page.getByRole("button", { name: "Create entry" }).click();
  await page.getByText("Entry created.").waitFor();
  expect(await vault.entries(category)).toHaveLength(2);
});

test("a value on a page of its own says of which entry it is, and can be copied", async ({
  page,
  open,
  vault,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const category = await vault.category({ name: `Shown ${fresh("c")}` });
  const value = fresh("own-page");
  const entry = await vault.entry(category, { name: "Shop", environment: "staging", value });
  await open(`/entries/${entry.id}/history`);
  const current = page.getByRole("listitem").filter({ hasText: "Current value" });
  await current.getByRole("button", { name: /^Reveal/ }).click();
  await current.getByText(value).waitFor();
  await page.evaluate((path) => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: path });
    document.body.append(form);
    form.submit();
  }, `/entries/${entry.id}/reveal`);
  await page.getByRole("heading", { level: 1, name: `${category.name} · Shop · staging` }).waitFor();
  expect(await page.getByText("Hides itself after 30 seconds").isVisible()).toBe(true);
  await page.getByRole("button", { name: /^Copy/ }).click();
  await page.getByText(/^Copied/).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(value);
});
