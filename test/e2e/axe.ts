import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

type Scheme = "dark" | "light";

const SOURCE = readFileSync(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir), "utf8");
/**
 * All rules look at each width, and at each theme. What is left of the four, a theme at the other width, differs from
 * them in its colors alone, so the rules about colors, of all the slowest, look at it.
 */
const LOOKS: readonly { width: number; whole: Scheme; colors: Scheme }[] = [
  { width: 1440, whole: "dark", colors: "light" },
  { width: 390, whole: "light", colors: "dark" },
];

/** A page in a state: titled, nothing for axe to find in either theme, wide or narrow, and nothing that sticks out. */
export async function looksRight(page: Page): Promise<void> {
  expect(await page.title()).toMatch(/^.+ · Kagi$/);
  expect(await faultsOf(page)).toEqual([]);
}

/** What axe finds, and what sticks out, each with the width and the theme in which it is so. */
export async function faultsOf(page: Page): Promise<string[]> {
  await bringAxe(page);
  const found: string[] = [];
  for (const { width, whole, colors } of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: whole });
    const all = await ask(page, { rules: { "target-size": { enabled: true } } });
    expect(all.passed.length).toBeGreaterThan(10);
    expect(all.aboutColors).toContain("color-contrast");
    await page.emulateMedia({ colorScheme: colors });
    const again = await ask(page, { runOnly: all.aboutColors });
    expect(again.aboutColors).toEqual(all.aboutColors);
    found.push(...all.violations.map((violation) => `${width} ${whole}: ${violation}`));
    found.push(...again.violations.map((violation) => `${width} ${colors}: ${violation}`));
  }
  for (const width of [360, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    for (const wide of await sticksOut(page)) found.push(`${width}: ${wide}`);
  }
  return found;
}

async function bringAxe(page: Page): Promise<void> {
  if (await page.evaluate(() => "axe" in window)) return;
  await page.evaluate(SOURCE);
  await page.evaluate(() => {
    // Rows far from sight are not laid out, and have no size that could be looked at.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { content-visibility: visible !important }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  });
}

async function ask(page: Page, options: RunOptions) {
  const { passes, incomplete, inapplicable, violations } = await page.evaluate(
    (given) =>
      (window as unknown as { axe: { run: (root: Document, options: RunOptions) => Promise<AxeResults> } }).axe.run(
        document,
        given,
      ),
    { resultTypes: ["violations"], ...options } satisfies RunOptions,
  );
  const asked = [...passes, ...incomplete, ...inapplicable, ...violations];
  return {
    passed: passes.map(({ id }) => id),
    aboutColors: [...new Set(asked.filter(({ tags }) => tags.includes("cat.color")).map(({ id }) => id))].sort(),
    violations: violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ html, failureSummary = "" }) => `${id}: ${html.slice(0, 160)} ${failureSummary.replace(/\s+/g, " ")}`,
      ),
    ),
  };
}

/** Whether the page scrolls sideways, and because of what. */
function sticksOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.body.querySelectorAll("*")].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 1,
    );
    return [`${scrollWidth} px`, ...wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 120))];
  });
}
