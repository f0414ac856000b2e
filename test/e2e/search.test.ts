import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { expectFocus, pageTests, typeText } from "./browser.ts";

const test = pageTests({ demo: true, reducedMotion: "reduce" });

const field = (page: Page) => page.getByRole("combobox", { name: "Search everywhere" });
const dialog = (page: Page) => page.getByRole("dialog", { name: "Search everywhere" });
const chosen = (page: Page) => dialog(page).getByRole("option", { selected: true });
/** Waits until the option that Enter would take is that one. */
const choosesFirst = (page: Page, name: RegExp) =>
  page.locator("[role=option][aria-selected=true]").filter({ hasText: name }).waitFor();

test("every page opens it with / and with Ctrl+K, and Escape gives the focus back", async ({ page, open }) => {
  for (const path of [
    "/",
    "/keys",
    "/entries",
    "/2fa",
    "/envs",
    "/settings",
    "/settings/access-keys",
    "/search",
    "/keys/new",
  ]) {
    await open(path);
    const button = page.getByRole("link", { name: "Search everywhere" });
    await button.focus();
    for (const keys of ["/", "Control+k"]) {
      await page.keyboard.press(keys);
      await expectFocus(field(page));
      await dialog(page).getByRole("option").first().waitFor();
      expect(await field(page).inputValue()).toBe("");
      await page.keyboard.press("Escape");
      await dialog(page).waitFor({ state: "hidden" });
      await expectFocus(button);
    }
  }
});

test("what is typed into a field is never taken away, and Ctrl+K opens from there", async ({ page, open }) => {
  await open("/keys");
  const filter = page.getByRole("searchbox").first();
  await filter.fill("a");
  await filter.press("/");
  expect(await filter.inputValue()).toBe("a/");
  expect(await dialog(page).isVisible()).toBe(false);
  await filter.press("Control+k");
  await expectFocus(field(page));
  await page.keyboard.press("Escape");
  await expectFocus(filter);
  expect(await filter.inputValue()).toBe("a/");
});

test("arrow keys choose, round the ends, and Enter goes there", async ({ page, open }) => {
  await open("/settings");
  await page.keyboard.press("/");
  await typeText(page, "openai");
  await page.locator('[role=listbox][data-found-for="openai"]').waitFor();
  await choosesFirst(page, /^OpenAI/);
  const names = await dialog(page).getByRole("option").allTextContents();
  const selected = () => chosen(page).textContent();
  expect(await selected()).toBe(names[0] ?? "");
  await page.keyboard.press("ArrowDown");
  expect(await selected()).toBe(names[1] ?? "");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  expect(await selected()).toBe(names.at(-1) ?? "");
  expect(await field(page).getAttribute("aria-activedescendant")).toBe(await chosen(page).getAttribute("id"));
  expect(await dialog(page).getByRole("status").textContent()).toMatch(/^\d+ results/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/keys\/[0-9a-f-]{36}$/);
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("OpenAI");
  await page.goBack();
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/settings");
});

test("Enter before the answer waits for it, and goes where it leads", async ({ page, open }) => {
  await open("/keys");
  await page.keyboard.press("/");
  await dialog(page).getByRole("option").first().waitFor();
  await typeText(page, "strpe");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Stripe" }).waitFor();
});

test("the answer to what is no longer typed is not shown", async ({ page, open }) => {
  const held = Promise.withResolvers<void>();
  await page.route("**/search?q=stripe", async (route) => {
    await held.promise;
    await route.continue().catch(() => undefined);
  });
  await open("/keys");
  await page.keyboard.press("/");
  await dialog(page).getByRole("option").first().waitFor();
  const asked = page.waitForRequest("**/search?q=stripe");
  await typeText(page, "stripe");
  await asked;
  await field(page).fill("openai");
  await choosesFirst(page, /^OpenAI/);
  held.resolve();
  await field(page).fill("openai ");
  await choosesFirst(page, /^OpenAI/);
  expect(await page.getByRole("option", { name: /^Stripe/ }).count()).toBe(0);
});

test("a copied value is in the clipboard and never in the page, and the box is gone", async ({
  page,
  open,
  vault,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: vault.url });
  const category = await vault.category({ name: "Copied from afar", envVarName: "AFAR_KEY" });
  await vault.entry(category, { name: "Lighthouse", value: "sk-never-in-the-page" });
  await open("/settings");
  await page.evaluate(() => {
    const seen = () => {
      if (document.documentElement.outerHTML.includes("sk-never-in-the-page")) document.title = "leaked";
    };
    new MutationObserver(seen).observe(document, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
  });
  await page.keyboard.press("/");
  await typeText(page, "copy lighthouse");
  await choosesFirst(page, /Copy AFAR_KEY of Copied from afar · Lighthouse · production/);
  await page.keyboard.press("Enter");
  await page.getByText("Copied AFAR_KEY of Copied from afar · Lighthouse · production").waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("sk-never-in-the-page");
  expect(await page.title()).not.toBe("leaked");
  expect(await page.content()).not.toContain("sk-never-in-the-page");
  expect(await dialog(page).isVisible()).toBe(false);
  expect(new URL(page.url()).search).toBe("");
});

test("a value is revealed by a POST of its own, and by no address", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "Shown from afar", envVarName: "SHOWN_KEY" });
  const entry = await vault.entry(category, { name: "Beacon", value: "sk-shown-on-demand" });
  await open("/keys");
  await page.keyboard.press("/");
  await typeText(page, "reveal beacon");
  await choosesFirst(page, /Reveal Shown from afar · Beacon · production/);
  expect(await page.content()).not.toContain("sk-shown-on-demand");
  const posted = page.waitForRequest((request) => request.method() === "POST");
  await page.keyboard.press("Enter");
  expect(new URL((await posted).url()).pathname).toBe(`/entries/${entry.id}/reveal`);
  await page.getByText("sk-shown-on-demand").waitFor();
  await open(`/entries/${entry.id}/reveal`);
  expect(await page.content()).not.toContain("sk-shown-on-demand");
});

test("nothing found says so, in the page and aloud, and Enter does nothing", async ({ page, open }) => {
  await open("/keys");
  await page.keyboard.press("/");
  await typeText(page, "zzqqxx");
  await page.getByText("Nothing is called anything like “zzqqxx”").waitFor();
  expect(await dialog(page).getByRole("status").textContent()).toBe("Nothing found");
  expect(await field(page).getAttribute("aria-expanded")).toBe("false");
  await page.keyboard.press("Enter");
  expect(new URL(page.url()).pathname).toBe("/keys");
});

test("the theme changes in place", async ({ page, open }) => {
  await open("/keys");
  for (const theme of ["light", "dark"]) {
    await page.keyboard.press("Control+k");
    await typeText(page, `${theme} theme`);
    await choosesFirst(page, new RegExp(`${theme} theme`, "i"));
    await page.keyboard.press("Enter");
    await page.locator(`html[data-theme=${theme}]`).waitFor();
    await dialog(page).waitFor({ state: "hidden" });
  }
});

test(
  "an empty vault offers the first steps",
  async ({ page, open }) => {
    await open("/keys");
    await page.keyboard.press("/");
    await choosesFirst(page, /New category/);
    expect(await page.getByText("Recent", { exact: true }).count()).toBe(0);
  },
  { fresh: true },
);

test("a page that does not open it does not load its script", async ({ page, open }) => {
  const scripts: string[] = [];
  page.on("request", (request) => request.resourceType() === "script" && scripts.push(request.url()));
  await open("/keys");
  expect(scripts.filter((url) => url.includes("search"))).toEqual([]);
  await page.keyboard.press("/");
  await dialog(page).getByRole("option").first().waitFor();
  expect(scripts.filter((url) => url.includes("search"))).toHaveLength(1);
});

test(
  "on a phone it is the whole screen, opened and closed by touch",
  async ({ page, open }) => {
    await open("/keys");
    await page.getByRole("link", { name: "Search everywhere" }).tap();
    await dialog(page).getByRole("option").first().waitFor();
    expect(await dialog(page).boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 });
    await dialog(page).getByRole("button", { name: "Close" }).tap();
    await dialog(page).waitFor({ state: "hidden" });
  },
  { viewport: { width: 390, height: 844 }, hasTouch: true },
);

test(
  "without script the button leads to a page that finds the same",
  async ({ page, open }) => {
    await open("/keys");
    await page.getByRole("link", { name: "Search everywhere" }).click();
    await page.waitForURL("**/search");
    await page.getByRole("searchbox", { name: "Search everywhere" }).fill("opnai");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.waitForURL("**/search?q=opnai");
    expect(await page.getByRole("link", { name: /^New entry in OpenAI/ }).isVisible()).toBe(true);
    expect(await page.getByRole("button", { name: /^Copy/ }).count()).toBe(0);
    await page
      .getByRole("link", { name: /^OpenAI/ })
      .first()
      .click();
    await page.getByRole("heading", { level: 1, name: "OpenAI" }).waitFor();
  },
  { javaScriptEnabled: false },
);
