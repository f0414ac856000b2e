import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { closeBrowser, findChromium, newContext } from "./browser.ts";
import { openFile } from "./env.ts";
import { plausibleVault } from "./plausible-vault.ts";
import { startVault, type Vault } from "./vault.ts";

/**
 * Pictures of the pages, for the README and for people to look at: `bun test/e2e/screenshots.ts [folder]`.
 * `keys-dark.png` is 1440 px wide, `keys-dark-phone.png` 390 px. Without a folder it renews those that the repository
 * keeps; with one, it makes them all.
 */
const asked = process.argv[2];
const folder = resolve(asked ?? join(import.meta.dir, "../../docs/screenshots"));
const KEPT = ["keys", "category", "2fa", "env-file", "access-keys"];

type Shot = Readonly<{ name: string; signedIn?: boolean; arrive: (page: Page) => Promise<unknown> }>;

if (findChromium() === undefined) {
  console.error("Needs Chromium: apt install chromium, or name one in CHROMIUM_PATH.");
  process.exit(1);
}

const [vault, unused] = await Promise.all([startVault(), startVault({ account: false })]);
try {
  mkdirSync(folder, { recursive: true });
  const shots = (await shotsOf(vault)).filter(({ name }) => asked !== undefined || KEPT.includes(name));
  for (const [suffix, viewport] of [
    ["", { width: 1440, height: 900 }],
    ["-phone", { width: 390, height: 844 }],
  ] as const) {
    for (const colorScheme of ["dark", "light"] as const) {
      const context = await newContext(vault, { viewport, colorScheme, reducedMotion: "reduce" });
      const stranger = await newContext(vault, { viewport, colorScheme, reducedMotion: "reduce", signedIn: false });
      for (const { name, signedIn = true, arrive } of shots) {
        const page = await (signedIn ? context : stranger).newPage();
        await arrive(page);
        // No caret and no ring in a picture, except where a dialog holds the focus.
        await page.evaluate(
          () => document.querySelector("dialog[open]") ?? (document.activeElement as HTMLElement)?.blur(),
        );
        await page.screenshot({ path: join(folder, `${name}-${colorScheme}${suffix}.png`) });
        await page.close();
      }
      await context.close();
      await stranger.close();
    }
  }
  console.log(`${shots.length} pages in both themes and widths are in ${folder}`);
} finally {
  await closeBrowser();
  await Promise.all([vault.stop(), unused.stop()]);
}

async function shotsOf(vault: Vault): Promise<Shot[]> {
  const { categories, entries, projects } = await plausibleVault(vault);
  const shop = projects.find(({ name }) => name === "Shop") as (typeof projects)[number];
  const idOf = (name: string) => categories.find((category) => category.name === name)?.id ?? "";
  const at = (path: string) => (page: Page) => page.goto(vault.url + path);
  const group = entries.find((entry) => entry.categoryId === idOf("AWS"));
  return [
    { name: "set-up", signedIn: false, arrive: (page) => page.goto(`${unused.url}/setup`) },
    { name: "sign-in", signedIn: false, arrive: at("/sign-in") },
    { name: "keys", arrive: at("/keys") },
    { name: "search", arrive: at("/keys?search=shop") },
    { name: "new-category", arrive: at("/keys/new?service=stripe") },
    {
      name: "category",
      arrive: async (page) => {
        await page.goto(`${vault.url}/keys/${idOf("OpenAI")}`);
        await page
          .getByRole("button", { name: /^Reveal/ })
          .first()
          .click();
        await page.locator("pre").waitFor();
      },
    },
    { name: "group", arrive: at(`/keys/${idOf("Stripe")}`) },
    { name: "ssh", arrive: at(`/keys/${idOf("Deploy keys")}`) },
    { name: "empty-category", arrive: at(`/keys/${idOf("Sentry")}`) },
    {
      name: "delete",
      arrive: async (page) => {
        await page.goto(`${vault.url}/keys/${idOf("OpenAI")}`);
        await page.getByRole("link", { name: "Delete category" }).click();
        await page.getByRole("dialog").waitFor();
      },
    },
    { name: "new-entry", arrive: at(`/keys/${idOf("Google Cloud")}/entries/new`) },
    { name: "edit-entry", arrive: at(`/entries/${group?.id}/edit`) },
    {
      name: "2fa",
      arrive: async (page) => {
        await page.goto(`${vault.url}/2fa`);
        await page.getByRole("button", { name: "Reveal code of GitHub" }).click();
        await page.locator(".live").waitFor();
      },
    },
    { name: "new-2fa", arrive: at("/2fa/new") },
    { name: "import-2fa", arrive: at("/2fa/import") },
    { name: "envs", arrive: at("/envs") },
    {
      name: "env-file",
      arrive: async (page) => {
        await openFile(page, vault, shop);
        await page.locator(".env-warnings li").first().waitFor();
      },
    },
    { name: "compare", arrive: at(`/envs/${shop.id}/compare`) },
    { name: "access-keys", arrive: at("/settings/access-keys") },
    { name: "new-access-key", arrive: at("/settings/access-keys/new?preset=pull") },
    { name: "not-found", arrive: at("/nowhere") },
  ];
}
