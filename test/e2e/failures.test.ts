import { expect } from "bun:test";
import { pageTests } from "./browser.ts";

const test = pageTests();

/** What the tests answer themselves, in Kagi's place. */
const expected = /^502 for |^console error: Failed to load resource/;

test(
  "a copy that Kagi refuses is no fault of the clipboard",
  async ({ page, open, vault }) => {
    const category = await vault.category({ name: "Refused" });
    const entry = await vault.entry(category, { name: "Blog" });
    await open(`/keys/${category.id}`);
    await page.route("**/copy", (route) => route.fulfill({ status: 502, body: "no" }));
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("Nothing was copied. Kagi could not hand it over.").waitFor();
    await page.unroute("**/copy");
    await vault.owner.delete(`/api/entries/${entry.id}`);
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("Nothing was copied. It is not there any more.").waitFor();
    expect(await page.getByText("clipboard").count()).toBe(0);
  },
  { expected },
);

test("a clipboard that refuses is told as such", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "No clipboard" });
  await vault.entry(category, { name: "Blog", value: "sk-not-shown" });
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "clipboard", {
      value: { write: () => Promise.reject(new Error("no")), writeText: () => Promise.reject(new Error("no")) },
    });
  });
  await open(`/keys/${category.id}`);
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Nothing was copied. The clipboard was not reachable").waitFor();
  expect(await page.content()).not.toContain("sk-not-shown");
});

test(
  "a theme that was not stored is not shown, and can be chosen again",
  async ({ page, open }) => {
    await open("/keys");
    await page.route("**/theme", (route) => route.fulfill({ status: 502, body: "no" }));
    await page.getByRole("button", { name: "Light theme" }).click();
    await page.getByText("The theme was not changed.").waitFor();
    expect(await page.locator("html").getAttribute("data-theme")).toBeNull();
    await page.unroute("**/theme");
    await page.getByRole("button", { name: "Light theme" }).click();
    await page.locator("html[data-theme=light]").waitFor();
    await page.reload();
    await page.locator("html[data-theme=light]").waitFor();
  },
  { colorScheme: "dark", expected },
);

test("a download is asked for once until it has come, however long it takes", async ({ page, open }) => {
  await page.clock.install({ time: "2026-06-01T10:00:00" });
  await open("/settings/export");
  let count = 0;
  // Leaves the page where it is, and is no download.
  await page.route("**/settings/export/metadata", async (route) => {
    count += 1;
    await route.fulfill({ status: 204 });
  });
  const button = page.getByRole("button", { name: "Download metadata" });
  const form = page.locator("form[data-download]");
  const answered = page.waitForResponse("**/settings/export/metadata");
  await button.click();
  await answered;
  await page.clock.runFor(60_000);
  expect(await form.getAttribute("aria-busy")).toBe("true");
  await button.dispatchEvent("click");
  expect(count).toBe(1);
  await page.clock.runFor(61_000);
  await page.getByText("The download has not begun.").waitFor();
  expect(await form.getAttribute("aria-busy")).toBeNull();
  await page.unroute("**/settings/export/metadata");
  const download = page.waitForEvent("download");
  await button.click();
  expect((await download).suggestedFilename()).toBe("kagi-metadata.json");
  await page.clock.runFor(1_000);
  expect(await form.getAttribute("aria-busy")).toBeNull();
});

test("what a tab remembers of its lists stays small, and harms nothing when it is spoilt", async ({ page, open }) => {
  await open("/keys");
  await page.evaluate(() => sessionStorage.setItem("places", "{spoilt"));
  await page.reload();
  // The last part of the script is there.
  await page.getByRole("button", { name: / theme$/ }).click();
  await page.locator("html[data-theme]").waitFor();
  expect(new URL(page.url()).pathname).toBe("/keys");
});
