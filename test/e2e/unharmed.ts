import { expect } from "bun:test";
import type { Page } from "playwright-core";

/** Shows that nothing of what somebody wrote has become a part of the page: no script, handler, link that runs, or picture. */
export async function unharmed(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    pwned: (window as { pwned?: number }).pwned,
    scripts: [...document.scripts].filter((script) => !script.src.startsWith(location.origin)).length,
    handlers: [...document.querySelectorAll("*")].flatMap((element) =>
      element.getAttributeNames().filter((name) => name.startsWith("on") || name.startsWith("hx-on")),
    ),
    links: [...document.querySelectorAll("a[href], form[action]")].filter((element) =>
      /^\s*(javascript|data|vbscript):/i.test(element.getAttribute("href") ?? element.getAttribute("action") ?? ""),
    ).length,
    images: document.images.length,
  }));
  expect({ at: page.url(), ...found }).toEqual({
    at: page.url(),
    pwned: undefined,
    scripts: 0,
    handlers: [],
    links: 0,
    images: 0,
  });
}
