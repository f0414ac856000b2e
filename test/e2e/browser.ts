import { afterAll, test as bunTest, expect } from "bun:test";
import { existsSync } from "node:fs";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type LaunchOptions,
  type Locator,
  type Page,
} from "playwright-core";
import type { Environment } from "../support/program.ts";
import { SESSION_COOKIE, startVault, type Vault } from "./vault.ts";

/** The shell first: the same engine without windows, tabs and menus, which nobody sees and every page pays for. */
const PLACES = [
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const MISSING =
  "No Chromium: page tests are skipped. Get it with `apt install chromium`, or name one in CHROMIUM_PATH.";

/** Generous, because a busy machine is no failure; nothing here waits for it when all is well. */
const TEST_MS = 120_000;
const STEP_MS = 45_000;

export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM_PATH;
  return named ? named : PLACES.find((path) => existsSync(path));
}

let browser: Promise<Browser> | undefined;
let missingIsSaid = false;

/** The run's browser, or one of its own for options that only a start can set. */
export function launch(options?: LaunchOptions): Promise<Browser> {
  if (options !== undefined) return start(options);
  browser ??= start();
  return browser;
}

function start(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Chromium's sandbox refuses to run as root.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
    ...options,
  });
}

/** Left open, the browser would leave its profile behind. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

export type Stage = Readonly<{
  page: Page;
  context: BrowserContext;
  vault: Vault;
  /** Opens a page of the vault by its path. */
  open: (path: string) => Promise<void>;
}>;

type Options = BrowserContextOptions & {
  /** Whether the browser carries the owner's session. */
  signedIn?: boolean;
  /** Whether they have just given the password once more, in a session of the test's own. */
  confirmed?: boolean;
  /** A vault of the test's own, with or without an account. */
  fresh?: boolean;
  account?: boolean;
  /** What its server is started with besides; asked for when the first test begins. */
  environment?: () => Environment | Promise<Environment>;
  /** Complaints that belong to what is tested. */
  expected?: RegExp;
};

/**
 * Makes the `test` of a file: each gets a browser context of its own on the file's vault, which with `demo` is the
 * demo's, and fails for anything that the browser complains about or asks of another host.
 */
export function pageTests({ demo = false, ...defaults }: Options & { demo?: boolean } = {}) {
  let vault: Promise<Vault> | undefined;
  afterAll(async () => {
    await closeBrowser();
    await (await vault)?.stop();
  });
  return (name: string, run: (stage: Stage) => Promise<void>, options: Options = {}) => {
    const {
      signedIn = true,
      confirmed = false,
      fresh = false,
      account = true,
      environment = () => ({}),
      expected,
      ...contextOptions
    } = { ...defaults, ...options };
    if (findChromium() === undefined && process.env.CI !== "true") {
      if (!missingIsSaid) console.warn(MISSING);
      missingIsSaid = true;
      bunTest.skip(name, () => {});
      return;
    }
    bunTest(
      name,
      async () => {
        if (findChromium() === undefined) throw new Error(MISSING);
        const own = fresh || !account;
        const start = async () => startVault({ account, environment: await environment() });
        if (!own) vault ??= demo ? startVault({ demo }) : start();
        const here = own ? await start() : ((await vault) as Vault);
        const context = await newContext(here, { signedIn: signedIn && account, confirmed, ...contextOptions });
        const complaints = listen(context, here);
        try {
          const page = await context.newPage();
          const open = async (path: string) => {
            await page.goto(here.url + path);
          };
          await run({ page, context, vault: here, open });
        } catch (error) {
          if (complaints.length > 0) console.error(complaints.join("\n"));
          throw error;
        } finally {
          await context.close();
          if (own) await here.stop();
        }
        const unexpected = complaints.filter((complaint) => !expected?.test(complaint));
        if (unexpected.length > 0) throw new Error(`the browser complained:\n${unexpected.join("\n")}`);
      },
      TEST_MS,
    );
  };
}

/** A browser as new, on a vault. */
export async function newContext(
  vault: Vault,
  {
    signedIn = true,
    confirmed = false,
    ...options
  }: BrowserContextOptions & { signedIn?: boolean; confirmed?: boolean } = {},
): Promise<BrowserContext> {
  const context = await (await launch()).newContext({
    viewport: { width: 1280, height: 900 },
    locale: "en-GB",
    ...options,
  });
  context.setDefaultTimeout(STEP_MS);
  if (signedIn) await addSession(context, vault, confirmed ? await vault.signInConfirmed() : vault.session);
  return context;
}

/** The focus follows what is put into the page, not always in the same breath. */
export async function expectFocus(locator: Locator): Promise<void> {
  await locator.page().waitForFunction((element) => element === document.activeElement, await locator.elementHandle());
}

/** Types into what has the focus, once a field has: the focus that a page gives by itself comes after it has loaded. */
export async function typeText(page: Page, text: string): Promise<void> {
  await page.waitForFunction(() => document.activeElement?.matches("input, textarea, select, [contenteditable=true]"));
  await page.keyboard.type(text);
}

/** As many in the end: what a click leads to is often on its way, and a count waits for nothing. */
export async function expectCount(locator: Locator, count: number): Promise<void> {
  await locator.nth(count).waitFor({ state: "detached" });
  if (count > 0) await locator.nth(count - 1).waitFor({ state: "attached" });
  expect(await locator.count()).toBe(count);
}

export async function addSession(context: BrowserContext, vault: Vault, session: string): Promise<void> {
  await context.addCookies([
    { name: SESSION_COOKIE, value: session, url: vault.url, httpOnly: true, sameSite: "Lax" as const },
  ]);
}

/** What no page may cause, as it happens: errors, refusals by the policy, failures of the server, other hosts. */
export function listen(context: BrowserContext, vault: Vault): string[] {
  const complaints: string[] = [];
  context.on("weberror", (error) => complaints.push(`error: ${error.error().stack ?? error.error().message}`));
  context.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    // A form that is refused answers 4xx, which Chromium writes down for every request.
    const refused = /^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text());
    if (refused && !message.location().url.includes("/static/")) return;
    complaints.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
  });
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.protocol !== "blob:" && url.origin !== vault.url)
      complaints.push(`request to ${url.origin}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} for ${response.url()}`);
  });
  return complaints;
}
