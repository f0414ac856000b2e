import { expect } from "bun:test";
import axe from "axe-core";
import type { Page } from "playwright-core";

/** A page in a state: titled, nothing for axe to find in either theme, wide or narrow, and nothing that sticks out. */
export async function looksRight(page: Page): Promise<void> {
  expect(await page.title()).toMatch(/^.+ · Kagi$/);
  await page.evaluate(axe.source);
  const found: string[] = [];
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const violation of await violations(page)) found.push(`${width} ${colorScheme}: ${violation}`);
    }
  }
  for (const width of [360, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    for (const wide of await sticksOut(page)) found.push(`${width}: ${wide}`);
  }
  expect(found).toEqual([]);
}

async function violations(page: Page): Promise<string[]> {
  const results = await page.evaluate(() => {
    // Rows far from sight are not laid out, and have no size that could be looked at.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { content-visibility: visible !important }");
    document.adoptedStyleSheets = [sheet];
    return (window as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ["violations"],
      rules: { "target-size": { enabled: true } },
    });
  });
  expect(results.passes.length).toBeGreaterThan(10);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = "" }) => `${id}: ${html.slice(0, 160)} ${failureSummary.replace(/\s+/g, " ")}`),
  );
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
