import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import type { Entry } from "../../src/features/entries/model.ts";
import { closeBrowser, findChromium, newContext } from "./browser.ts";
import { contentsOf } from "./demo.ts";
import { openFile } from "./env.ts";
import { startVault, type Vault } from "./vault.ts";

/**
 * Pictures of the demo's pages: `bun run screenshots [folder]`. `keys-dark.webp` is 1440 px wide, `keys-dark-phone.webp`
 * 390 px. Without a folder it renews those that the repository keeps, and says how large they are together; with one, it
 * makes them all. A page that cannot be reached is named at the end, and the others are made all the same.
 */
const asked = process.argv[2];
const folder = resolve(asked ?? join(import.meta.dir, "../../docs/screenshots"));
/** WebP, lossy: of pages with small text this quality is the lowest at which its edges stay clean. */
const QUALITY = 82;
const NOWHERE = "/nowhere";
const STEP_MS = 15_000;
const SIZES = [
  ["", { width: 1440, height: 900 }],
  ["-phone", { width: 390, height: 844 }],
] as const;
const THEMES = ["dark", "light"] as const;

type Shot = Readonly<{
  name: string;
  /** Whether the repository keeps it. */
  kept?: true;
  as?: "stranger" | "first";
  arrive: (page: Page) => Promise<unknown>;
}>;

if (findChromium() === undefined) {
  console.error("Needs Chromium: apt install chromium, or name one in CHROMIUM_PATH.");
  process.exit(1);
}

const [demo, unused, empty] = await Promise.all([
  startVault({ demo: true }),
  startVault({ account: false }),
  startVault(),
]);
const problems: string[] = [];
try {
  mkdirSync(folder, { recursive: true });
  const shots = (await shotsOf(demo)).filter(({ kept }) => asked !== undefined || kept);
  const made = new Set<string>();
  for (const [suffix, viewport] of SIZES) {
    for (const colorScheme of THEMES) {
      const options = { viewport, colorScheme, reducedMotion: "reduce" } as const;
      const visitors = {
        owner: await newContext(demo, { ...options, confirmed: true }),
        stranger: await newContext(demo, { ...options, signedIn: false }),
        first: await newContext(empty, options),
      };
      for (const shot of shots) {
        const file = `${shot.name}-${colorScheme}${suffix}.webp`;
        if (await take(visitors[shot.as ?? "owner"], shot, join(folder, file))) made.add(file);
      }
      for (const context of Object.values(visitors)) await context.close();
    }
  }
  if (asked === undefined) forgetOthers(made);
  console.log(`${made.size} pictures, ${Math.round(sizeOf(made) / 1000)} kB, are in ${folder}`);
} finally {
  await closeBrowser();
  await Promise.all([demo.stop(), unused.stop(), empty.stop()]);
}
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);

async function take(context: BrowserContext, { name, arrive }: Shot, path: string): Promise<boolean> {
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  try {
    await arrive(page);
    // No caret and no ring in a picture, except where a dialog holds the focus.
    await page.evaluate(
      () => document.querySelector("dialog[open]") ?? (document.activeElement as HTMLElement)?.blur(),
    );
    await writeWebp(page, path);
    return true;
  } catch (error) {
    problems.push(`${name}: ${(error as Error).message.split("\n")[0]}`);
    return false;
  } finally {
    await page.close();
  }
}

/** Chromium's own encoder, which Playwright does not offer. */
async function writeWebp(page: Page, path: string): Promise<void> {
  const wire = await page.context().newCDPSession(page);
  const { data } = await wire.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  await Bun.write(path, Buffer.from(data, "base64"));
}

/** Pictures of pages that are taken no more. */
function forgetOthers(made: ReadonlySet<string>): void {
  const failed = new Set(problems.map((problem) => problem.split(":")[0]));
  for (const name of readdirSync(folder)) {
    const isOfFailed = failed.has(name.replace(/-(dark|light)(-phone)?\.\w+$/, ""));
    if (/\.(png|webp)$/.test(name) && !made.has(name) && !isOfFailed) rmSync(join(folder, name));
  }
}

function sizeOf(files: ReadonlySet<string>): number {
  const paths = [...files].map((file) => join(folder, file));
  return paths.filter(existsSync).reduce((sum, path) => sum + statSync(path).size, 0);
}

async function shotsOf(vault: Vault): Promise<Shot[]> {
  const { categories, entries, projects } = await contentsOf(vault);
  const found = <T extends { name: string }>(items: readonly T[], name: string): T => {
    const item = items.find((one) => one.name === name);
    if (item === undefined) throw new Error(`the demo has no ${name}`);
    return item;
  };
  const category = (name: string) => found(categories, name).id;
  const shop = found(projects, "Shop");
  const group = entries.find((entry: Entry) => entry.category.name === "AWS");
  const at =
    (path: string, { url } = vault) =>
    async (page: Page) => {
      const answer = await page.goto(url + path);
      if (answer?.status() !== 200 && path !== NOWHERE) throw new Error(`${path} answered ${answer?.status()}`);
    };
  return [
    {
      name: "overview",
      kept: true,
      arrive: async (page) => {
        await at("/")(page);
        await page.locator("canvas[data-drawn-as]").nth(1).waitFor();
      },
    },
    { name: "overview-empty", as: "first", arrive: at("/", empty) },
    { name: "set-up", as: "stranger", arrive: at("/setup", unused) },
    { name: "sign-in", as: "stranger", arrive: at("/sign-in") },
    { name: "keys", kept: true, arrive: at("/keys") },
    { name: "keys-found", arrive: at("/keys?search=shop") },
    { name: "new-category", arrive: at("/keys/new?service=stripe") },
    {
      name: "category",
      kept: true,
      arrive: async (page) => {
        await page.goto(`${vault.url}/keys/${category("OpenAI")}`);
        await page
          .getByRole("button", { name: /^Reveal/ })
          .first()
          .click();
        await page.locator("pre").first().waitFor();
      },
    },
    { name: "group", arrive: at(`/keys/${category("Stripe")}`) },
    { name: "ssh", arrive: at(`/keys/${category("Deploy keys")}`) },
    { name: "empty-category", arrive: at(`/keys/${category("Sentry")}`) },
    {
      name: "delete",
      arrive: async (page) => {
        await page.goto(`${vault.url}/keys/${category("OpenAI")}`);
        await page.getByRole("link", { name: "Delete category" }).click();
        await page.getByRole("dialog").waitFor();
      },
    },
    { name: "new-entry", arrive: at(`/keys/${category("Google Cloud")}/entries/new`) },
    { name: "edit-entry", arrive: at(`/entries/${group?.id}/edit`) },
    { name: "entries", kept: true, arrive: at("/entries?expires=30") },
    {
      name: "search",
      kept: true,
      arrive: async (page) => {
        await page.goto(`${vault.url}/keys`);
        await page.keyboard.press("Control+k");
        await page.getByRole("dialog").waitFor();
        await page.keyboard.type("strpe");
        await page.getByRole("dialog").getByText("Stripe").first().waitFor();
      },
    },
    {
      name: "2fa",
      kept: true,
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
      kept: true,
      arrive: async (page) => {
        await openFile(page, vault, shop);
        await page.locator(".env-warnings li").first().waitFor();
      },
    },
    { name: "compare", arrive: at(`/envs/${shop.id}/compare`) },
    { name: "settings", arrive: at("/settings") },
    { name: "activity", arrive: at("/settings/activity") },
    { name: "access-keys", kept: true, arrive: at("/settings/access-keys") },
    { name: "new-access-key", arrive: at("/settings/access-keys/new?preset=pull") },
    { name: "not-found", arrive: at(NOWHERE) },
  ];
}
