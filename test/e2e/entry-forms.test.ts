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
