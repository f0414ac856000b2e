import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { faultsOf } from "./axe.ts";
import { pageTests } from "./browser.ts";

const test = pageTests({ signedIn: false, reducedMotion: "reduce" });

/** Spoils the page by a style that its policy would refuse from anybody else. */
const spoil = (page: Page, css: string) =>
  page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }, css);

const FAINT = { dark: "h1 { color: #333 !important }", light: "h1 { color: #ddd !important }" };

for (const [where, query, scheme] of [
  ["1440 dark", "(min-width: 1000px) and (prefers-color-scheme: dark)", "dark"],
  ["1440 light", "(min-width: 1000px) and (prefers-color-scheme: light)", "light"],
  ["390 dark", "(max-width: 500px) and (prefers-color-scheme: dark)", "dark"],
  ["390 light", "(max-width: 500px) and (prefers-color-scheme: light)", "light"],
] as const)
  test(`text that is too faint at ${where} alone is found there, and nowhere else`, async ({ page, open }) => {
    await open("/sign-in");
    await spoil(page, `@media ${query} { ${FAINT[scheme]} }`);
    const faults = await faultsOf(page);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toStartWith(`${where}: color-contrast: <h1`);
  });

test("a field without a label is found at both widths", async ({ page, open }) => {
  await open("/sign-in");
  await page.evaluate(() => {
    document.querySelector("main")?.append(document.createElement("input"));
  });
  const faults = await faultsOf(page);
  expect(faults.map((fault) => /^\d+ \w+: [a-z-]+/.exec(fault)?.[0])).toEqual(["1440 dark: label", "390 light: label"]);
});

for (const [where, scheme] of [
  ["1440 dark", "dark"],
  ["390 light", "light"],
] as const)
  test(`a button without a name in the ${scheme} theme alone is found`, async ({ page, open }) => {
    await open("/sign-in");
    await page.evaluate(() => {
      const button = document.createElement("button");
      button.className = "nameless";
      document.querySelector("main")?.append(button);
    });
    await spoil(page, `@media not (prefers-color-scheme: ${scheme}) { .nameless { display: none } }`);
    const faults = await faultsOf(page);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toStartWith(`${where}: button-name: <button class="nameless"`);
  });

for (const [width, query] of [
  [360, "(max-width: 380px)"],
  [1920, "(min-width: 1500px)"],
] as const)
  test(`what sticks out at ${width} px alone is found`, async ({ page, open }) => {
    await open("/sign-in");
    await spoil(page, `@media ${query} { h1 { width: 2000px } }`);
    const faults = await faultsOf(page);
    expect(faults[0]).toMatch(new RegExp(`^${width}: \\d+ px$`));
    expect(faults.every((fault) => fault.startsWith(`${width}: `))).toBe(true);
  });

test("a page as it is has no faults", async ({ page, open }) => {
  await open("/sign-in");
  expect(await faultsOf(page)).toEqual([]);
});
