import { expect } from "bun:test";
import type { Page, Route } from "playwright-core";
import { pageTests } from "./browser.ts";

const test = pageTests();

/** Holds requests to a path back until told otherwise, and counts them. */
async function hold(page: Page, glob: string, method: string) {
  const held = Promise.withResolvers<void>();
  const first = Promise.withResolvers<void>();
  let count = 0;
  await page.route(glob, async (route: Route) => {
    if (route.request().method() !== method) return await route.fallback();
    count += 1;
    first.resolve();
    await held.promise;
    await route.continue();
  });
  return { arrived: first.promise, release: held.resolve, count: () => count };
}

test("a form that is sent twice makes one thing, and shows that it is busy", async ({ page, open, vault }) => {
  await open("/keys/new");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Once");
  await page.getByLabel("Environment variable").fill("ONCE_KEY");
  const held = await hold(page, "**/keys/new", "POST");
  const button = page.getByRole("button", { name: "Create category" }).last();
  await button.click();
  await held.arrived;
  expect(await page.locator("form.form").getAttribute("aria-busy")).toBe("true");
  expect(await button.getAttribute("aria-disabled")).toBe("true");
  await button.dispatchEvent("click");
  await button.dispatchEvent("click");
  await page.getByLabel("Environment variable").press("Enter");
  held.release();
  await page.getByRole("heading", { level: 1, name: "Once" }).waitFor();
  expect(held.count()).toBe(1);
  expect(await vault.categories("Once")).toHaveLength(1);
});

test("the same holds for an entry, whose name may be taken twice", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "Twice" });
  await open(`/keys/${category.id}/entries/new`);
  await page.getByLabel("Project").fill("Blog");
  await page.getByLabel("Value", { exact: true }).fill("sk-once");
  const held = await hold(page, "**/entries/new", "POST");
  await page.getByRole("button", { name: "Create entry" }).click();
  await held.arrived;
  await page.getByRole("button", { name: "Create entry" }).dispatchEvent("click");
  held.release();
  await page.getByText("Entry created.").waitFor();
  expect(await vault.entries(category)).toHaveLength(1);
});

test("a slow reveal is busy, is asked once, and can be asked again afterwards", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "Slow" });
  await vault.entry(category, { name: "Blog", value: "sk-slow" });
  await open(`/keys/${category.id}`);
  const held = await hold(page, "**/reveal", "POST");
  const button = page.getByRole("button", { name: "Reveal" });
  await button.click();
  await held.arrived;
  expect(await page.locator("form.reveal").getAttribute("aria-busy")).toBe("true");
  await button.dispatchEvent("click");
  held.release();
  await page.getByText("sk-slow").waitFor();
  expect(held.count()).toBe(1);
  await page.getByRole("button", { name: "Hide" }).click();
  await button.click();
  await page.getByText("sk-slow").waitFor();
  expect(held.count()).toBe(2);
});

test("a form that was refused can be sent again", async ({ page, open, vault }) => {
  await open("/keys/new");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Second try");
  const button = page.getByRole("button", { name: "Create category" }).last();
  await button.click();
  await page.locator("#field-envVarName-error").waitFor();
  expect(await page.locator("[aria-busy]").count()).toBe(0);
  await page.getByLabel("Environment variable").fill("SECOND_TRY");
  await button.click();
  await page.getByRole("heading", { level: 1, name: "Second try" }).waitFor();
  expect(await vault.categories("Second try")).toHaveLength(1);
});

test(
  "a server that does not answer is told about, and the page goes on working",
  async ({ page, open, vault }) => {
    const category = await vault.category({ name: "Unreachable" });
    await vault.entry(category, { name: "Blog", value: "sk-reached-again" });
    await open(`/keys/${category.id}`);
    await page.route("**/entries/**", (route) => route.abort());
    await page.getByRole("button", { name: "Reveal" }).click();
    await page.getByText("Kagi did not answer.").waitFor();
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("Nothing was copied. Kagi did not answer.").waitFor();
    expect(await page.getByText("clipboard").count()).toBe(0);
    expect(await page.locator("[aria-busy]").count()).toBe(0);
    await page.unroute("**/entries/**");
    await page.getByRole("button", { name: "Reveal" }).click();
    await page.getByText("sk-reached-again").waitFor();
  },
  // Chromium writes a request that fails down, and so does htmx.
  { expected: /^console error: (Failed to load resource: net::ERR_FAILED|htmx: htmx:error)/ },
);

test("what is gone by now is told as a page", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "Gone" });
  const entry = await vault.entry(category, { name: "Blog" });
  await open(`/keys/${category.id}`);
  await vault.owner.delete(`/api/entries/${entry.id}`);
  await page.getByRole("button", { name: "Reveal" }).click();
  await page.getByRole("heading", { name: "Not found" }).waitFor();
  expect(await page.locator("main").count()).toBe(1);
  await page.getByRole("link", { name: "Go to the overview" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
});

test("what was said stays behind when the page is left", async ({ page, open, vault, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: vault.url });
  const category = await vault.category({ name: "Left behind" });
  await open(`/keys/${category.id}/entries/new`);
  await page.getByLabel("Project").fill("Blog");
  await page.getByLabel("Value", { exact: true }).fill("sk-left-behind");
  await page.getByRole("button", { name: "Create entry" }).click();
  await page.getByText("Entry created.").waitFor();
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied API_KEY").waitFor();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  expect(await page.locator("#toast").textContent()).toBe("");
  expect(await page.getByText("Entry created.").count()).toBe(0);
});

test("what is said stays for six seconds, longer while it is pointed at, and goes when it is dismissed", async (stage) => {
  const { page, open, vault, context } = stage;
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: vault.url });
  const category = await vault.category({ name: "Said" });
  await vault.entry(category, { name: "Blog", value: "sk-said" });
  await page.clock.install();
  await open(`/keys/${category.id}`);
  await page.clock.pauseAt(Date.now() + 3_600_000);
  const copy = page.getByRole("button", { name: "Copy" });
  const said = page.getByText("Copied API_KEY");
  await copy.click();
  await said.waitFor();
  await page.clock.runFor(5_900);
  expect(await said.isVisible()).toBe(true);
  await said.hover();
  await page.clock.runFor(60_000);
  expect(await said.isVisible()).toBe(true);
  await copy.hover();
  await page.clock.runFor(5_900);
  expect(await said.isVisible()).toBe(true);
  await page.clock.runFor(200);
  expect(await said.count()).toBe(0);
  await copy.click();
  await page.getByRole("button", { name: "Dismiss" }).click();
  expect(await said.count()).toBe(0);
  await copy.click();
  await said.waitFor();
  await page.keyboard.press("Escape");
  expect(await said.count()).toBe(0);
});

test("a word that is typed in one go is one request, in lists and in the search everywhere", async (stage) => {
  const { page, open, vault } = stage;
  const category = await vault.category({ name: "Typed", envVarName: "TYPED_KEY" });
  await vault.entry(category, { name: "Blog" });
  for (const [path, field, shown] of [
    ["/keys?search=z", page.getByRole("searchbox"), page.getByRole("link", { name: "Typed" })],
    ["/entries?search=z", page.getByRole("searchbox"), page.getByRole("rowheader", { name: "Blog" })],
    [
      "/settings",
      page.getByRole("combobox", { name: "Search everywhere" }),
      page.getByRole("option", { name: /^Typed/ }),
    ],
  ] as const) {
    await page.clock.install();
    await open(path);
    if (path === "/settings") {
      await page.keyboard.press("/");
      await page.getByRole("dialog").getByRole("option").first().waitFor();
    }
    await page.clock.pauseAt(Date.now() + 3_600_000);
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.resourceType() === "fetch") asked.push(new URL(request.url()).search);
    });
    await field.fill("");
    await field.pressSequentially("typed");
    expect({ path, asked }).toEqual({ path, asked: [] });
    await page.clock.runFor(150);
    await shown.first().waitFor();
    expect({ path, asked }).toEqual({ path, asked: [expect.stringMatching(/[?&](search|q)=typed(&|$)/)] });
    page.removeAllListeners("request");
    await page.clock.resume();
  }
});

test(
  "a dialog on a phone is whole, and scrolls inside where it is longer",
  async ({ page, open, vault }) => {
    const category = await vault.category({ name: `A service whose name goes on ${"and on ".repeat(20)}` });
    for (let number = 0; number < 12; number++)
      await vault.entry(category, { name: `Project ${number} ${"with-a-long-name-".repeat(6)}` });
    await open(`/keys/${category.id}`);
    const dialog = page.getByRole("dialog");
    const ask: [string, () => Promise<void>][] = [
      ["Delete category", () => page.getByRole("link", { name: "Delete category" }).click()],
      [
        "Delete 12 entries",
        async () => {
          await page.getByLabel("All shown").check();
          await page.locator(".selection").getByRole("button", { name: "Delete" }).click();
        },
      ],
      [
        "Rename in 12 entries",
        () => page.locator(".selection").getByRole("button", { name: "Rename project" }).click(),
      ],
    ];
    let isLonger = false;
    for (const [last, begin] of ask) {
      await begin();
      await dialog.waitFor();
      const button = dialog.getByRole("button", { name: last });
      await button.scrollIntoViewIfNeeded();
      const sizes = await dialog.evaluate((element, ending) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        const end = [...element.querySelectorAll("button")].find(({ textContent }) => textContent === ending);
        const at = end?.getBoundingClientRect();
        return {
          whole: left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight,
          inside: at !== undefined && at.left >= left && at.right <= right && at.top >= top && at.bottom <= bottom,
          sideways: element.scrollWidth > element.clientWidth,
          longer: element.scrollHeight > element.clientHeight,
        };
      }, last);
      isLonger ||= sizes.longer;
      expect({ last, ...sizes }).toEqual({ last, whole: true, inside: true, sideways: false, longer: sizes.longer });
      await dialog.locator("[data-close-dialog]").click();
      await dialog.waitFor({ state: "hidden" });
    }
    expect(isLonger).toBe(true);
  },
  { viewport: { width: 390, height: 500 } },
);

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
/** Of `rgb(r, g, b)`, whether it is nearer to black. */
const isDark = (color: string) =>
  (color.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) < 384;

for (const scheme of ["dark", "light"] as const) {
  test(
    `the theme follows a system that prefers ${scheme}, until somebody chooses; the choice stays`,
    async ({ page, open }) => {
      const [chosen, label] = scheme === "dark" ? ["light", "Light theme"] : ["dark", "Dark theme"];
      await open("/keys/new");
      expect(isDark(await background(page))).toBe(scheme === "dark");
      expect(await page.getByRole("button", { name: / theme$/ }).count()).toBe(1);
      await page.getByRole("textbox", { name: "Name", exact: true }).fill("Typed before");
      const answered = page.waitForResponse("**/theme");
      await page.getByRole("button", { name: label }).click();
      await answered;
      await page.locator(`html[data-theme=${chosen}]`).waitFor();
      expect(isDark(await background(page))).toBe(chosen === "dark");
      expect(await page.getByRole("textbox", { name: "Name", exact: true }).inputValue()).toBe("Typed before");
      await open("/settings/access-keys");
      expect(isDark(await background(page))).toBe(chosen === "dark");
      expect(await page.locator("html").getAttribute("data-theme")).toBe(chosen);
    },
    { colorScheme: scheme },
  );
}

for (const reducedMotion of ["reduce", "no-preference"] as const) {
  test(
    reducedMotion === "reduce" ? "nothing moves for those who ask for it" : "no movement takes longer than 150 ms",
    async ({ page, open, vault }) => {
      const category = await vault.category({ name: `Motion ${reducedMotion}` });
      await vault.entry(category, { name: "Blog" });
      for (const path of ["/keys", "/keys/new", `/keys/${category.id}`, "/settings/access-keys/new"]) {
        await open(path);
        const longest = await page.evaluate(() => {
          const seconds = (list: string) =>
            Math.max(
              ...list.split(",").map((part) => Number.parseFloat(part) * (part.trim().endsWith("ms") ? 0.001 : 1)),
            );
          const times = [...document.querySelectorAll("*")].flatMap((element) =>
            [null, "::before", "::after"].map((pseudo) => {
              const { transitionDuration, animationDuration, animationName } = getComputedStyle(element, pseudo);
              return Math.max(seconds(transitionDuration), animationName === "none" ? 0 : seconds(animationDuration));
            }),
          );
          return Math.max(...times);
        });
        // A duration of next to nothing lets scripts that wait for the end of a transition go on.
        expect(longest).toBeLessThanOrEqual(reducedMotion === "reduce" ? 0.001 : 0.15);
      }
    },
    { reducedMotion, confirmed: true },
  );
}
