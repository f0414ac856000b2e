import { expect } from "bun:test";
import type { Page } from "playwright-core";
import type { Entry } from "../../src/features/entries/model.ts";
import type { Stats } from "../../src/features/stats/model.ts";
import { pageTests } from "./browser.ts";
import { contentsOf } from "./demo.ts";
import { newProject } from "./env.ts";
import { newTwoFactor, SECRET } from "./two-factor.ts";

const test = pageTests({ demo: true });

const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();

/** Where a table's figures lead, and what they say. */
const figuresOf = (page: Page, table: string) =>
  page
    .locator(`#${table} a`)
    .evaluateAll((links) => links.map((link) => [link.getAttribute("href"), Number(link.textContent)]));

const recentOf = (page: Page) =>
  page
    .locator("section[aria-labelledby=recent] li")
    .evaluateAll((lines) => lines.map((line) => line.querySelector("a")?.hash.replace("#entry-", "")));

/** The entries of one list of what ends, by its heading. */
const endingOf = (page: Page, heading: RegExp) =>
  page
    .locator("section[aria-labelledby=ending] > div")
    .filter({ has: page.getByRole("heading", { name: heading }) })
    .locator("li")
    .evaluateAll((lines) => lines.map((line) => line.querySelector("a")?.hash.replace("#entry-", "")));

test("the figures are what the API says, and each leads to the list that it counts", async ({ page, open, vault }) => {
  const { categories, entries, twoFactors, projects } = await contentsOf(vault);
  const { byKeyType, byEnvironment } = (await vault.owner.get<Stats>("/api/stats")).body;
  await open("/");
  const totals = await page
    .locator(".totals a")
    .evaluateAll((links) => links.map((link) => [link.getAttribute("href"), link.textContent]));
  expect(totals).toEqual([
    ["/keys", `${categories.length} categories`],
    ["/entries", `${entries.length} entries`],
    ["/2fa", `${twoFactors.length} second factors`],
    ["/envs", `${projects.length} env projects`],
  ]);
  const types = ["simple", "group", "ssh", "json"] as const;
  expect(await figuresOf(page, "types")).toEqual(
    types.flatMap((type) => [
      [`/keys?type=${type}`, categories.filter(({ keyType }) => keyType === type).length],
      [`/entries?type=${type}`, byKeyType[type]],
    ]),
  );
  const environments = ["production", "staging", "development"] as const;
  expect(await figuresOf(page, "environments")).toEqual(
    environments.map((environment) => [`/entries?environment=${environment}`, byEnvironment[environment]]),
  );
  expect(byKeyType.ssh).toBe(entries.filter(({ category }) => category.keyType === "ssh").length);
});

test("a figure's list is as long as it says", async ({ page, open }) => {
  await open("/");
  const wanted = [...(await figuresOf(page, "types")), ...(await figuresOf(page, "environments"))];
  for (const name of [/^All .* expired/, /^All .* next 30 days/]) {
    const link = page.getByRole("link", { name });
    wanted.push([await link.getAttribute("href"), Number(await link.textContent())]);
  }
  expect(wanted).toHaveLength(13);
  for (const [path, number] of wanted) {
    await open(String(path));
    const said = (await page.locator("[data-announce]").first().textContent()) ?? "";
    expect(`${path}: ${/\d+/.exec(said)?.[0]}`).toBe(`${path}: ${number}`);
  }
});

test("the most recent are the newest, also when an old one has just been changed", async ({ page, open, vault }) => {
  const { entries } = await contentsOf(vault);
  const oldest = entries.at(-1) as Entry;
  await vault.owner.put(`/api/entries/${oldest.id}`, { notes: "Changed a moment ago" });
  const made = await vault.entry(await vault.category({ name: "Just made" }), { name: "Newest" });
  await open("/");
  expect(await recentOf(page)).toEqual([made.id, ...entries.slice(0, 4).map(({ id }) => id)]);
  const first = page.locator("section[aria-labelledby=recent] li").first();
  expect(await first.textContent()).toMatch(/Newest.*Just made.*Production.*just now/);
  await first.getByRole("link").click();
  await page.getByRole("heading", { level: 1, name: "Just made" }).waitFor();
  expect(new URL(page.url()).hash).toBe(`#entry-${made.id}`);
});

test("what has expired and what is about to is listed in words, and nothing else is", async ({ page, open, vault }) => {
  const { entries } = await contentsOf(vault);
  const ending = entries.filter(({ expiresAt }) => expiresAt !== null && expiresAt <= inDays(30));
  const sorted = ending.sort((one, other) => ((one.expiresAt ?? "") < (other.expiresAt ?? "") ? -1 : 1));
  const now = new Date().toISOString();
  const idsOf = (list: readonly Entry[]) => list.slice(0, 5).map(({ id }) => id);
  const [expired, soon] = [true, false].map((past) =>
    sorted.filter(({ expiresAt }) => (expiresAt ?? "") <= now === past),
  );
  await open("/");
  expect(await endingOf(page, /^Expired/)).toEqual(idsOf((expired as Entry[]).toReversed()));
  expect(await endingOf(page, /^Within 30 days/)).toEqual(idsOf(soon as Entry[]));
  const words = await page.locator("section[aria-labelledby=ending]").textContent();
  expect(words).toContain(`expired ${(expired as Entry[])[0]?.expiresAt?.slice(0, 10)}`);
  expect(words).toContain("and 2 more");
  expect(words).toContain("in 1 day");
  expect(words).toMatch(/in 1[12] days/);
  const [first] = soon as Entry[];
  await page.locator(`section[aria-labelledby=ending] a[href$="#entry-${first?.id}"]`).click();
  await page.locator(`#entry-${first?.id}`).waitFor();
});

test(
  "without JavaScript the numbers are there, and no hole where a chart would be",
  async ({ page, open }) => {
    await open("/");
    expect(await page.locator("canvas").count()).toBe(2);
    expect(await page.locator("canvas:visible").count()).toBe(0);
    expect(await page.locator(".chart:visible").count()).toBe(0);
    const figures = await figuresOf(page, "types");
    expect(figures.every(([, number]) => Number(number) > 0)).toBe(true);
    await page.getByRole("link", { name: /SSH categories/ }).click();
    await page.waitForURL("**/keys?type=ssh");
  },
  { javaScriptEnabled: false },
);

/** The colors that a chart is painted with, by looking at its pixels. */
const paintOf = (page: Page, kind: string) =>
  page.locator(`canvas[data-chart=${kind}]`).evaluate((canvas: HTMLCanvasElement) => {
    // A copy, to be read: reading would change how the browser keeps the original.
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
    if (copy === null) throw new Error("no canvas");
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    const found = new Map<string, number>();
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] !== 255) continue;
      const color = `rgb(${data[at]}, ${data[at + 1]}, ${data[at + 2]})`;
      found.set(color, (found.get(color) ?? 0) + 1);
    }
    return [...found].filter(([, pixels]) => pixels > 100).map(([color]) => color);
  });

const swatchesOf = (page: Page, table: string) =>
  page.locator(`#${table} .swatch`).evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundColor));

test(
  "both charts are drawn in the colors of their tables, and follow when the theme is switched",
  async ({ page, open }) => {
    await open("/");
    const seen: string[][] = [];
    for (const theme of ["dark", "light", "dark"] as const) {
      if (seen.length > 0) {
        await page.getByRole("button", { name: theme === "dark" ? "Dark theme" : "Light theme" }).click();
        await page.locator(`html[data-theme=${theme}]`).waitFor();
      }
      for (const [kind, table] of [
        ["doughnut", "types"],
        ["bar", "environments"],
      ] as const) {
        const swatches = await swatchesOf(page, table);
        await page.locator(`canvas[data-chart=${kind}][data-drawn-as="${swatches.join(" ")}"]`).waitFor();
        const paint = await paintOf(page, kind);
        expect(paint).toEqual(expect.arrayContaining(swatches));
        seen.push(swatches);
      }
    }
    expect(seen[0]).toEqual(seen[4]);
    expect(seen[0]).not.toEqual(seen[2]);
  },
  { colorScheme: "dark", reducedMotion: "reduce" },
);

test(
  "the charts follow the system's theme, too, and a part of one leads to its list",
  async ({ page, open }) => {
    await open("/");
    const dark = await swatchesOf(page, "types");
    await page.locator(`canvas[data-drawn-as="${dark.join(" ")}"]`).waitFor();
    await page.emulateMedia({ colorScheme: "light" });
    const light = await swatchesOf(page, "types");
    expect(light).not.toEqual(dark);
    await page.locator(`canvas[data-drawn-as="${light.join(" ")}"]`).waitFor();
    expect(await paintOf(page, "doughnut")).toEqual(expect.arrayContaining(light));
    // The first bar begins where the names end and is as high as a third of all.
    const bars = page.locator("canvas[data-chart=bar]");
    const { width, height } = (await bars.boundingBox()) as { width: number; height: number };
    await bars.click({ position: { x: width * 0.6, y: height / 6 } });
    await page.waitForURL("**/entries?environment=production");
  },
  { colorScheme: "dark", reducedMotion: "reduce" },
);

const stepsOf = (page: Page) =>
  page.locator(".steps li").evaluateAll((steps) => steps.map((step) => step.classList.contains("ticked")));

test(
  "an empty vault shows first steps that tick themselves off, and go when all are done",
  async ({ page, open, vault }) => {
    await open("/");
    await page.getByText("copy the encryption key").waitFor();
    expect(await stepsOf(page)).toEqual([false, false, false, false, false]);
    expect(await page.locator(".totals, canvas, #recent, #ending").count()).toBe(0);
    expect(await page.locator("script[src*=overview]").count()).toBe(0);

    const category = await vault.category({ name: "OpenAI" });
    await open("/");
    expect(await stepsOf(page)).toEqual([true, false, false, false, false]);
    await vault.entry(category, { name: "Blog" });
    await newTwoFactor(vault, { service: "GitHub", secret: SECRET });
    await open("/");
    expect(await stepsOf(page)).toEqual([true, true, true, false, false]);
    expect(await page.getByText("copy the encryption key").count()).toBe(0);
    expect(await page.getByText("3 of 5 done").count()).toBe(1);
    await page.getByText("Nothing expires within 30 days.").waitFor();
    await newProject(vault, "Shop");
    await vault.accessKey({ name: "laptop", scopes: ["stats:read"] });
    await open("/");
    expect(await page.locator(".steps").count()).toBe(0);
    expect(await page.content()).not.toContain("First steps");
  },
  { fresh: true },
);

test(
  "first steps that nobody wants go, too, once the vault is in use",
  async ({ page, open, vault }) => {
    const category = await vault.category({ name: "OpenAI" });
    for (let number = 1; number < 10; number++) await vault.entry(category, { name: `Project ${number}` });
    await open("/");
    expect(await stepsOf(page)).toEqual([true, true, false, false, false]);
    await vault.entry(category, { name: "Project 10" });
    await open("/");
    expect(await page.locator(".steps").count()).toBe(0);
  },
  { fresh: true },
);

test(
  "of another person's vault nothing is seen or counted",
  async ({ page, open, vault }) => {
    const category = await vault.category({ name: "Of the owner" });
    const secret = await vault.entry(category, { name: "Owned", expiresAt: inDays(3) });
    await vault.entry(category, { name: "Owned", environment: "staging", expiresAt: inDays(-3) });
    const project = await newProject(vault, "Owned, too");
    const other = (await vault.newPerson()).get("/", { accept: "text/html" });
    const { status, text } = await other;
    expect({ status, first: text.includes("0 of 5 done") }).toEqual({ status: 200, first: true });
    for (const trace of ["Owned", "Of the owner", category.id, secret.id, project.id, "1 entry"])
      expect({ trace, seen: text.includes(trace) }).toEqual({ trace, seen: false });
    await open("/");
    expect(await page.locator("main").textContent()).toMatch(/Owned.*in 3 days/);
  },
  { fresh: true },
);

test("signing in leads here, with this place marked in the navigation", async ({ page, open, vault }) => {
  await open("/sign-in");
  expect(page.url()).toBe(`${vault.url}/`);
  const nav = page.getByRole("navigation", { name: "Main" });
  expect(await nav.getByRole("link").allInnerTexts()).toEqual([
    "Overview",
    "Keys",
    "Entries",
    "2FA",
    "Env files",
    "Settings",
  ]);
  for (const [path, name] of [
    ["/", "Overview"],
    ["/keys", "Keys"],
    ["/entries", "Entries"],
    ["/2fa", "2FA"],
    ["/envs", "Env files"],
    ["/settings/access-keys", "Settings"],
  ] as const) {
    await open(path);
    expect(await nav.locator("[aria-current=page]").allInnerTexts()).toEqual([name]);
  }
});

test("the navigation fits a phone, with every place in view", async ({ page, open }) => {
  for (const width of [360, 390, 700, 900]) {
    await page.setViewportSize({ width, height: 800 });
    await open("/");
    const boxes = await page.locator(".nav a").evaluateAll((links) =>
      links.map((link) => {
        const { left, right, height } = link.getBoundingClientRect();
        return { left, right, height };
      }),
    );
    expect(boxes).toHaveLength(6);
    for (const [at, { left, right, height }] of boxes.entries()) {
      expect(left).toBeGreaterThanOrEqual(boxes[at - 1]?.right ?? 0);
      expect(right).toBeLessThanOrEqual(width);
      expect(height).toBeGreaterThanOrEqual(24);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  }
});
