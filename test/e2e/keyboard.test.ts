import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { expectFocus, pageTests } from "./browser.ts";
import { EMAIL, PASSWORD } from "./vault.ts";

const test = pageTests();

/** What has the focus, as a screen reader would say it. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return "";
    const labels = "labels" in element ? [...((element as HTMLInputElement).labels ?? [])] : [];
    const own = element.getAttribute("aria-label") ?? labels.map((label) => label.textContent).join(" ");
    return (own || element.textContent || element.id).replace(/\s+/g, " ").trim();
  });

/** Presses Tab until something of that name has the focus, and shows that the focus can be seen there. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press("Tab");
    const here = await focused(page);
    passed.push(here);
    if (!name.test(here)) continue;
    expect({ here, visible: await focusIsVisible(page) }).toEqual({ here, visible: true });
    return;
  }
  throw new Error(`Tab never came to ${name}, but to: ${passed.join(" | ")}`);
}

/** An outline, a border or a shadow, on the element or on what stands for it. */
const focusIsVisible = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement)) return false;
    const stands = [element, element.closest("label"), element.closest(".card")].filter((one) => one !== null);
    return stands.some((one) =>
      [null, "::after"].some((pseudo) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(one, pseudo);
        return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
      }),
    );
  });

test(
  "sign in, new category, new entry, reveal, copy: with Tab and Enter alone",
  async ({ page, open, vault, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: vault.url });
    const { keyboard } = page;
    await open("/");
    await expectFocus(page.getByLabel("E-mail"));
    await keyboard.type(EMAIL);
    await tabTo(page, /^Password/);
    await keyboard.type(PASSWORD);
    await keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();

    await keyboard.press("Tab");
    expect(await focused(page)).toBe("Skip to content");
    expect(await page.locator(".skip").evaluate((link) => link.getBoundingClientRect().top >= 0)).toBe(true);
    await keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
    await keyboard.press("Tab");
    expect(await focused(page)).toBe("Create the first category");
    await keyboard.press("Enter");
    await page.waitForURL("**/keys/new");

    await tabTo(page, /^Name/);
    await keyboard.type("Typed");
    await tabTo(page, /^Simple/);
    await tabTo(page, /^Environment variable/);
    await keyboard.type("TYPED_KEY");
    await keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Typed" }).waitFor();

    await tabTo(page, /^Add the first entry/);
    await keyboard.press("Enter");
    await page.waitForURL("**/entries/new");
    expect(await focused(page)).toBe("Project");
    await keyboard.type("Blog");
    await tabTo(page, /^Production|^Staging|^Development/);
    await keyboard.press("ArrowRight");
    await tabTo(page, /^Value/);
    await keyboard.type("sk-typed-by-hand");
    await tabTo(page, /^Create entry/);
    await keyboard.press("Enter");
    await page.getByText("Entry created.").waitFor();

    await tabTo(page, /^Reveal/);
    await keyboard.press("Enter");
    await page.getByText("sk-typed-by-hand").waitFor();
    expect(await focused(page)).toBe("Hide");
    await keyboard.press("Enter");
    await page.getByText("sk-typed-by-hand").waitFor({ state: "detached" });
    expect(await focused(page)).toMatch(/^Reveal/);
    await tabTo(page, /^Copy/);
    await keyboard.press("Enter");
    await page.getByText("Copied TYPED_KEY").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("sk-typed-by-hand");
  },
  { signedIn: false, fresh: true },
);

test("a dialog takes the focus, keeps it, and Escape gives it back", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "Dialog" });
  await vault.entry(category, { name: "Blog" });
  await open(`/keys/${category.id}`);
  await tabTo(page, /^Delete category/);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Delete Dialog?" });
  await dialog.waitFor();
  const inside: boolean[] = [];
  const names: string[] = [];
  for (let presses = 0; presses < 5; presses++) {
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      // Between the last and the first control the focus may visit the browser's own, which is the body to a page.
      return element === document.body || document.querySelector("dialog")?.contains(element) === true;
    });
    inside.push(at);
    names.push(await focused(page));
    await page.keyboard.press("Tab");
  }
  expect(inside).toEqual([true, true, true, true, true]);
  expect(names).toContain("Cancel");
  expect(names).toContain("Delete category");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  expect(await focused(page)).toBe("Delete category");
  expect(await vault.categories("Dialog")).toHaveLength(1);
});

test("Escape closes the account's menu and gives the focus back", async ({ page, open }) => {
  await open("/keys");
  await tabTo(page, /^Account$/);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  await tabTo(page, /^Sign out$/);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Sign out" }).waitFor({ state: "hidden" });
  expect(await focused(page)).toBe("Account");
});
