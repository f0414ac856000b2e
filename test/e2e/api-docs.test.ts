import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { OPERATIONS } from "../../src/http/operations.ts";
import { pageTests } from "./browser.ts";

const test = pageTests({ signedIn: false });

const operation = (page: Page, tag: string, id: string) => page.locator(`#operations-${tag}-${id}`);

/** Sends an operation that takes nothing, and returns the status and the text of its answer. */
async function execute(page: Page, tag: string, id: string): Promise<{ status: string; text: string }> {
  const block = operation(page, tag, id);
  await block.locator(".opblock-summary-control").click();
  await block.getByRole("button", { name: "Try it out" }).click();
  await block.getByRole("button", { name: "Execute" }).click();
  const live = block.locator(".live-responses-table .response");
  await live.waitFor();
  const status = (await live.locator(".response-col_status").textContent())?.trim() ?? "";
  return { status, text: (await live.locator(".response-col_description").textContent()) ?? "" };
}

test("the API's page draws every operation", async ({ page, open }) => {
  await open("/api/docs");
  await page.getByRole("heading", { level: 1, name: "API documentation" }).waitFor();
  await page.locator(".opblock").first().waitFor();
  expect(await page.locator(".opblock").count()).toBe(Object.keys(OPERATIONS).length);
  const block = operation(page, "Entries", "createEntry");
  await block.locator(".opblock-summary-control").click();
  await block.getByText("Scope: entries:write").waitFor();
  await block.getByText("CATEGORY_NOT_FOUND").first().waitFor();
});

for (const colorScheme of ["light", "dark"] as const) {
  const name = `the API's page is ${colorScheme} when the system is`;
  test(
    name,
    async ({ page, open }) => {
      await open("/api/docs");
      await page.locator(".opblock").first().waitFor();
      const brightness = await page.evaluate(() => {
        const color = getComputedStyle(document.documentElement).backgroundColor;
        return (color.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
      });
      expect(brightness > 3 * 128).toBe(colorScheme === "light");
    },
    { colorScheme },
  );
}

test(
  "operations can be tried with the session",
  async ({ page, open }) => {
    await open("/api/docs");
    const answer = await execute(page, "Stats", "getStats");
    expect(answer.status).toStartWith("200");
    expect(answer.text).toContain("totalEntries");
  },
  { signedIn: true },
);

test("operations can be tried with an access key, and without one are refused", async ({ page, open, vault }) => {
  const { key } = await vault.accessKey({ name: "docs", scopes: ["stats:read"] });
  await open("/api/docs");
  const refused = await execute(page, "Stats", "getStats");
  expect(refused.status).toStartWith("401");
  await page.locator(".auth-wrapper .authorize").click();
  const dialog = page.locator(".modal-ux");
  expect(await dialog.locator("input").count()).toBe(1);
  await dialog.locator("input").fill(key);
  await dialog.getByRole("button", { name: "Apply credentials" }).click();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  const block = operation(page, "Stats", "getStats");
  await block.getByRole("button", { name: "Execute" }).click();
  await block.locator(".live-responses-table").getByText("totalEntries").first().waitFor();
  await page.reload();
  await page.locator(".opblock").first().waitFor();
  expect(await page.content()).not.toContain(key);
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(key);
});

test(
  "without scripts the API's page leads to the document",
  async ({ page, open }) => {
    await open("/api/docs");
    await page.locator("#api-docs noscript p").waitFor();
    expect(await page.getByRole("link", { name: "OpenAPI 3.1" }).getAttribute("href")).toBe("/api/openapi");
  },
  { javaScriptEnabled: false },
);
