import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import type { Kagi } from "../../src/kagi.ts";
import { codeOf, enrol } from "../support/factors.ts";
import { looksRight } from "./axe.ts";
import { addSession, newContext, pageTests, type Stage } from "./browser.ts";
import { contentsOf } from "./demo.ts";
import { exportLink } from "./qr-pictures.ts";
import { card, codesOf, newTwoFactor } from "./two-factor.ts";
import { EMAIL, PASSWORD, type Vault } from "./vault.ts";

const test = pageTests({ demo: true, reducedMotion: "reduce" });

type State = Readonly<{
  name: string;
  /** Leads to the state on the demo's vault. */
  arrive: (stage: Stage, paths: Paths) => Promise<unknown>;
  signedIn?: boolean;
  /** On a vault of its own: without an account, or with one and nothing in it. */
  empty?: "no account" | "no keys";
}>;

type Paths = Awaited<ReturnType<typeof pathsOf>>;

async function pathsOf(vault: Vault) {
  const filled = await contentsOf(vault);
  const of = (name: string) => {
    const category = filled.categories.find((one) => one.name === name);
    const entry = filled.entries.find((one) => one.categoryId === category?.id);
    if (category === undefined || entry === undefined) throw new Error(`the vault has no ${name}`);
    return {
      category: `/keys/${category.id}`,
      edit: `/entries/${entry.id}/edit`,
      delete: `/entries/${entry.id}/delete`,
    };
  };
  return {
    simple: of("OpenAI"),
    group: of("AWS"),
    ssh: of("Deploy keys"),
    json: of("Google Cloud"),
    key: filled.accessKeys[0]?.id,
    twoFactor: `/2fa/${filled.twoFactors[0]?.id}`,
  };
}

const STATES: readonly State[] = [
  { name: "set-up", empty: "no account", arrive: ({ open }) => open("/setup") },
  {
    name: "set-up, refused, with its token",
    empty: "no account",
    arrive: async ({ page, open }) => {
      await page.setExtraHTTPHeaders({ "X-Forwarded-For": "203.0.113.9" });
      await open("/setup");
      await page.getByLabel("Set-up token").fill("wrong");
      await page.getByLabel("E-mail").fill(EMAIL);
      await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
      await page.getByRole("button", { name: "Create account" }).click();
      await page.locator(".error").waitFor();
    },
  },
  { name: "sign-in", signedIn: false, arrive: ({ open }) => open("/sign-in?next=%2Fkeys%2Fnew") },
  {
    name: "sign-in, refused",
    signedIn: false,
    arrive: async ({ page, open }) => {
      await open("/sign-in");
      await page.getByLabel("E-mail").fill(EMAIL);
      await page.getByLabel("Password", { exact: true }).fill("not-the-password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "overview, empty", empty: "no keys", arrive: ({ open }) => open("/") },
  {
    name: "overview, with some first steps done",
    empty: "no keys",
    arrive: async ({ open, vault }) => {
      await vault.entry(await vault.category({ name: "Begun" }), { name: "Blog" });
      await open("/");
    },
  },
  { name: "keys, empty", empty: "no keys", arrive: ({ open }) => open("/keys") },
  { name: "access keys, empty", empty: "no keys", arrive: ({ open }) => open("/settings/access-keys") },
  {
    name: "category, empty",
    empty: "no keys",
    arrive: async ({ open, vault }) => open(`/keys/${(await vault.category({ name: "Empty" })).id}`),
  },
  {
    name: "keys, with the account's menu",
    arrive: async ({ page, open }) => {
      await open("/keys");
      await page.getByLabel("Account").click();
      await page.getByRole("button", { name: "Sign out" }).waitFor();
    },
  },
  { name: "keys, with entries found", arrive: ({ open }) => open("/keys?search=s") },
  { name: "keys, no match", arrive: ({ open }) => open("/keys?search=nothing+like+it&type=ssh") },
  {
    name: "new category, with a service chosen in place",
    arrive: async ({ page, open }) => {
      await open("/keys/new");
      await page.getByRole("link", { name: "Netlify" }).click();
      await page.locator("#field-name[value=Netlify]").waitFor();
    },
  },
  { name: "new category, with services found", arrive: ({ open }) => open("/keys/new?search=ai") },
  { name: "new category, no service found", arrive: ({ open }) => open("/keys/new?search=nothing+like+it") },
  {
    name: "new category, refused, with icons found",
    arrive: async ({ page, open }) => {
      await open("/keys/new");
      await page.getByRole("searchbox", { name: "Search icons" }).fill("git");
      await page.getByRole("radio", { name: "Git", exact: true }).waitFor();
      await page.getByRole("textbox", { name: "Name", exact: true }).fill("OpenAI");
      await page.getByLabel("Environment variable").fill("KEY");
      await page.getByRole("button", { name: "Create category" }).last().click();
      await page.locator(".error").waitFor();
    },
  },
  {
    name: "category, with a revealed value",
    arrive: async ({ page, open }, { simple }) => {
      await open(simple.category);
      await page
        .getByRole("button", { name: /^Reveal/ })
        .first()
        .click();
      await page.locator("pre").waitFor();
    },
  },
  {
    name: "category, with its dialog",
    arrive: async ({ page, open }, { simple }) => {
      await open(simple.category);
      await page.getByRole("link", { name: "Delete category" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "category, no match", arrive: ({ open }, { simple }) => open(`${simple.category}?search=nothing+like+it`) },
  { name: "category of a group", arrive: ({ open }, { group }) => open(group.category) },
  {
    name: "category of a group, with a field that is not set",
    arrive: async ({ page, open }, { group }) => {
      await open(`${group.category}/entries/new`);
      await page.getByLabel("Project").fill(`Some fields ${crypto.randomUUID()}`);
      await page.getByLabel("AWS_REGION", { exact: true }).fill("eu-north-1");
      await page.getByRole("button", { name: "Create entry" }).click();
      await page.getByText("not set", { exact: true }).first().waitFor();
    },
  },
  { name: "category of SSH keys", arrive: ({ open }, { ssh }) => open(ssh.category) },
  { name: "category of JSON files", arrive: ({ open }, { json }) => open(json.category) },
  { name: "entries, empty", empty: "no keys", arrive: ({ open }) => open("/entries") },
  {
    name: "entries, filtered, some of them ticked",
    arrive: async ({ page, open }) => {
      await open("/entries?environment=production&type=ssh&sort=project");
      await page.locator(".pick input").first().check();
      await page.getByText("1 selected").waitFor();
    },
  },
  { name: "entries of a project", arrive: ({ open }) => open("/entries?project=Blog") },
  { name: "entries, no match", arrive: ({ open }) => open("/entries?search=nothing+like+it&type=ssh&expires=7") },
  ...(["environment", "move", "rename", "delete"] as const).map((verb) => ({
    name: `entries, asking before ${verb}`,
    arrive: async ({ page, open }: Stage) => {
      await open("/entries?type=simple");
      await page.getByLabel("All shown").check();
      await page.locator(`.selection [value=${verb}]`).click();
      await page.getByRole("dialog").waitFor();
    },
  })),
  {
    name: "new group entry, refused",
    arrive: async ({ page, open }, { group }) => {
      await open(`${group.category}/entries/new`);
      await page.getByLabel("Project").fill("Blog");
      await page.getByRole("button", { name: "Create entry" }).click();
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "new JSON entry, refused",
    arrive: async ({ page, open }, { json }) => {
      await open(`${json.category}/entries/new`);
      await page.getByLabel("Project").fill("Blog");
      await page.getByLabel("Or paste the JSON", { exact: true }).fill("{");
      await page.getByRole("button", { name: "Create entry" }).click();
      await page.locator(".error").waitFor();
    },
  },
  { name: "edit entry of a group", arrive: ({ open }, { group }) => open(group.edit) },
  { name: "edit entry of a file", arrive: ({ open }, { ssh }) => open(ssh.edit) },
  { name: "2FA, empty", empty: "no keys", arrive: ({ open }) => open("/2fa") },
  {
    name: "2FA, with a code shown and a clock that is off",
    arrive: async ({ page, open }) => {
      await page.clock.setSystemTime(Date.now() + 3_600_000);
      await open("/2fa");
      await card(page, "GitHub").getByRole("button", { name: "Reveal" }).click();
      await page.locator(".clock:not(:empty)").waitFor();
    },
  },
  { name: "2FA, no match", arrive: ({ open }) => open("/2fa?search=nothing+like+it") },
  {
    name: "2FA, asking before a recovery code is used",
    arrive: async ({ page, open }) => {
      await open("/2fa");
      await card(page, "GitHub").getByRole("link", { name: "Use next code" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "2FA, with a recovery code shown",
    arrive: async ({ page, open, vault }) => {
      await newTwoFactor(vault, { service: "Looked at", recoveryCodes: codesOf("l", 2) });
      await open("/2fa?search=looked");
      await page.getByRole("link", { name: "Use next code" }).first().click();
      await page.getByRole("dialog").getByRole("button", { name: "Use next code" }).click();
      await page.locator("#taken-code").waitFor();
    },
  },
  {
    name: "new 2FA, with a link read, codes understood, and refused",
    arrive: async ({ page, open }) => {
      await open("/2fa/new");
      await page
        .getByRole("textbox", { name: "Key or link" })
        .fill("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&digits=8");
      await page.getByRole("button", { name: "Read the link" }).click();
      await page.getByText("The key is read.").waitFor();
      await page.getByRole("textbox", { name: "Codes" }).fill("Keep them\n1. a1b2c-3d4e5\n2. f6g7h-8i9j0");
      await page.locator(".masked li").first().waitFor();
      await page.getByLabel("Service").fill("");
      await page.getByLabel("Seconds for which a code is good").fill("1");
      await page.getByRole("button", { name: "Add 2FA" }).last().click();
      await page.locator(".error").first().waitFor();
    },
  },
  {
    name: "import 2FA, with accounts understood, skipped and missing",
    arrive: async ({ page, open }) => {
      const secret = new TextEncoder().encode("12345678901234567890");
      const accounts = [
        { secret, name: "ada", issuer: "Shop" },
        { secret, name: "ada@example.com", issuer: "GitHub" },
        { secret, name: "bob", issuer: "Bank", type: 1 },
      ];
      await open("/2fa/import");
      await page.getByRole("textbox", { name: "Or paste the links" }).fill(exportLink(accounts, { size: 2 }));
      await page.getByRole("button", { name: "Read the links" }).last().click();
      await page.getByRole("heading", { name: "2 accounts understood" }).waitFor();
    },
  },
  {
    name: "settings, each form refused",
    arrive: async ({ page, open }) => {
      await open("/settings");
      await page.getByLabel("Name", { exact: true }).fill("  ");
      await page.getByRole("button", { name: "Save name" }).click();
      await page.locator("#field-name-error").waitFor();
      await page.getByLabel("Your password", { exact: true }).fill("not-the-password");
      await page.getByRole("button", { name: "Save e-mail" }).click();
      await page.locator("#email-password-error").waitFor();
      await page.getByLabel("Current password", { exact: true }).fill("not-the-password");
      await page.getByLabel("New password", { exact: true }).fill("qwertyuiop1234567890");
      await page.getByRole("button", { name: "Change password" }).click();
      await page.locator("#field-password-error").waitFor();
    },
  },
  {
    name: "authenticator app, with its QR code, refused",
    arrive: async (stage) => {
      await openConfirmed(stage, "/settings/sign-in/authenticator-app");
      await stage.page.getByRole("button", { name: "Show the QR code" }).click();
      await stage.page.getByRole("textbox", { name: "Code" }).fill("000000x");
      await stage.page.getByRole("button", { name: "Switch on" }).click();
      await stage.page.locator("#field-code-error").waitFor();
    },
  },
  {
    name: "recovery codes of one's own, just made",
    empty: "no keys",
    arrive: async (stage) => {
      await openConfirmed(stage, "/settings/sign-in/authenticator-app");
      await stage.page.getByRole("button", { name: "Show the QR code" }).click();
      const secret = ((await stage.page.locator("#totp-secret").textContent()) ?? "").replaceAll(" ", "");
      await stage.page.getByRole("textbox", { name: "Code" }).fill(codeOf(secret));
      await stage.page.getByRole("button", { name: "Switch on" }).click();
      await stage.page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
    },
  },
  { name: "export", arrive: ({ open }) => open("/settings/export?project=Shop&dialect=compose") },
  {
    name: "confirm, refused",
    arrive: async ({ page, open }) => {
      await open("/settings/export/env");
      await page.getByLabel("Password", { exact: true }).fill("not-the-password");
      await page.getByRole("button", { name: "Confirm" }).click();
      await page.locator(".error").waitFor();
    },
  },
  {
    name: "export, ready, with what is wrong with it",
    arrive: async (stage) => {
      const { page, vault } = stage;
      const odd = await vault.category({ name: `Odd ${crypto.randomUUID()}`, envVarName: "ODD_KEY" });
      await vault.entry(odd, { name: "Odd", value: `it's "$HOME" and \`id\`\nand more` });
      await vault.entry(odd, { name: "Awkward", value: "a\\\\b and $HOME" });
      await openConfirmed(stage, "/settings/export/env");
      await page.getByRole("heading", { name: "Not written" }).waitFor();
    },
  },
  {
    name: "export, refused for its dialect",
    arrive: async (stage) => {
      const odd = await stage.vault.category({ name: `Odd ${crypto.randomUUID()}`, envVarName: "ODD_KEY" });
      await stage.vault.entry(odd, { name: "Lines", value: "one\ntwo" });
      await openConfirmed(stage, "/settings/export/env?project=Lines&dialect=docker");
      await stage.page.getByRole("heading", { name: "Not for this program" }).waitFor();
    },
  },
  { name: "danger zone, empty", empty: "no keys", arrive: ({ open }) => open("/settings/danger") },
  {
    name: "danger zone, confirmed, refused",
    arrive: async (stage) => {
      await openConfirmed(stage, "/settings/danger");
      await stage.page.getByLabel("Type DELETE to confirm").fill("delete");
      await stage.page.getByRole("button", { name: "Delete everything" }).click();
      await stage.page.locator("#field-word-error").waitFor();
    },
  },
  {
    name: "danger zone, emptied",
    empty: "no keys",
    arrive: async ({ open, vault }) => {
      await vault.category({ name: "Gone" });
      await vault.owner.delete("/api/account/data");
      await open("/settings/danger/emptied");
    },
  },
  { name: "activity, nothing found", arrive: ({ open }) => open("/settings/activity?action=import&days=1") },
  {
    name: "new access key, refused",
    arrive: async (stage) => {
      const { page } = stage;
      await openConfirmed(stage, "/settings/access-keys/new");
      await page.getByRole("textbox", { name: "Name" }).fill("refused");
      await page.getByRole("button", { name: "Create access key" }).click();
      await page.locator(".error").waitFor();
    },
  },
  {
    name: "access key, just made",
    arrive: async (stage) => {
      const { page } = stage;
      await openConfirmed(stage, "/settings/access-keys/new?preset=pull");
      await page.getByRole("textbox", { name: "Name" }).fill("made for a look");
      await page.getByRole("button", { name: "Create access key" }).click();
      await page.locator("#new-key").waitFor();
    },
  },
  {
    name: "rotate access key, refused",
    arrive: async (stage, { key }) => {
      const { page } = stage;
      await openConfirmed(stage, `/settings/access-keys/${key}/rotate`);
      await page.locator("form.form").evaluate((form: HTMLFormElement) => {
        form.noValidate = true;
      });
      await page.getByRole("button", { name: "Make the new key" }).click();
      await page.locator(".error").waitFor();
    },
  },
  { name: "search", arrive: ({ open }) => open("/search?q=shop") },
  { name: "search, nothing found", arrive: ({ open }) => open("/search?q=nothing+like+it+at+all") },
  {
    name: "search box, with what was used last",
    arrive: async ({ page, open }) => {
      await open("/keys");
      await page.keyboard.press("/");
      await page.getByRole("dialog").getByRole("option").first().waitFor();
    },
  },
  {
    name: "search box, with results",
    arrive: async ({ page, open }) => {
      await open("/keys");
      await page.keyboard.press("/");
      await page.getByRole("combobox", { name: "Search everywhere" }).fill("openai");
      await page.getByRole("option", { name: "New entry in OpenAI" }).waitFor();
    },
  },
  { name: "not found", arrive: ({ open }) => open("/nowhere") },
  { name: "not found, as a stranger", signedIn: false, arrive: ({ open }) => open("/nowhere") },
];

/** Opens a page past the question for the password; which takes the session's token, so the browser has one of its own. */
async function openConfirmed({ page, context, vault, open }: Stage, path: string): Promise<void> {
  await context.clearCookies();
  await addSession(context, vault, await vault.signIn());
  await open(`/confirm?next=${encodeURIComponent(path)}`);
  await page.getByLabel("Password", { exact: true }).fill(vault.password);
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.waitForURL((url) => url.pathname !== "/confirm");
}

async function looksFine(page: Page): Promise<void> {
  await looksRight(page);
  expect(await smallPrint(page)).toEqual([]);
}

/** Text of 12 px and less, drawings aside. */
function smallPrint(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const fields = [...document.querySelectorAll("input, textarea, select")];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const holders = new Set<Element>(fields);
    while (walker.nextNode()) {
      const { parentElement, textContent } = walker.currentNode;
      if (parentElement !== null && textContent?.trim()) holders.add(parentElement);
    }
    return [...holders]
      .filter((element) => element.closest("svg, script, style") === null && element.checkVisibility())
      .filter((element) => Number.parseFloat(getComputedStyle(element).fontSize) <= 12)
      .map((element) => `${getComputedStyle(element).fontSize}: ${element.outerHTML.slice(0, 120)}`);
  });
}

for (const { name, arrive, signedIn = true, empty } of STATES) {
  test(
    `${name}: axe finds nothing in both themes, wide and narrow, and nothing sticks out`,
    async (stage) => {
      const { page, vault } = stage;
      await arrive(stage, empty === undefined ? await pathsOf(vault) : ({} as Paths));
      await looksFine(page);
    },
    { signedIn, ...(empty === "no account" ? { account: false } : empty === "no keys" ? { fresh: true } : {}) },
  );
}

/** Browsers have passkeys at localhost by that name, which is the same server. */
const LOCALHOST = /^request to http:\/\/localhost:\d+$/;

async function signIn(page: Page): Promise<void> {
  await page.getByLabel("E-mail").fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

test(
  "the pages of one's own passkeys: axe finds nothing, and nothing sticks out",
  async ({ page, context, vault }) => {
    const here = vault.url.replace("127.0.0.1", "localhost");
    const wire = await context.newCDPSession(page);
    await wire.send("WebAuthn.enable");
    await wire.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await context.clearCookies();
    await page.goto(`${here}/confirm?next=/settings/sign-in/passkeys/new`);
    await signIn(page);
    await page.getByRole("heading", { name: "Is it still you?" }).waitFor();
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Confirm", exact: true }).click();
    await page.getByRole("heading", { name: "Add a passkey" }).waitFor();
    await looksFine(page);
    await page.getByLabel("Name").fill("Laptop");
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
    await page.goto(`${here}/settings/sign-in`);
    const rename = await page.getByRole("link", { name: "Rename Laptop" }).getAttribute("href");
    await looksFine(page);
    await page.goto(here + rename);
    expect(await page.title()).toBe("Rename Laptop · Kagi");
    await looksFine(page);
    await page.goto(here + rename?.replace("rename", "delete"));
    expect(await page.title()).toBe("Delete Laptop · Kagi");
    await looksFine(page);
  },
  { fresh: true, expected: LOCALHOST },
);

test(
  "the second step of signing in, refused, and what is asked before it is switched off: axe finds nothing",
  async ({ page, context, vault, open }) => {
    const { secret } = await enrol(vault.owner);
    await context.clearCookies();
    await open("/sign-in?next=/settings/sign-in/authenticator-app/remove");
    await signIn(page);
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    expect(await page.title()).toBe("Second factor · Kagi");
    await page.getByRole("textbox", { name: "Code" }).fill("000000x");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.locator(".error").waitFor();
    await looksFine(page);
    await page.getByRole("textbox", { name: "Code" }).fill(codeOf(secret, 1));
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "Is it still you?" }).waitFor();
    await looksFine(page);
  },
  { fresh: true },
);

const BUDGET_BYTES = 60_000;
/** What draws the overview's charts. */
const CHARTS = /\/static\/overview\./;
const BUDGET_BYTES_WITH_CHARTS = 120_000;
const BUDGET_SCRIPT_BYTES = 30_000;
const BUDGET_REQUESTS = 8;
const ICON_SEARCH_BYTES = 25_000;

/** The API with the page about it, which has tests of its own, and what is asked by machines. */
const NO_PAGE = /^\/(api\/|static\/|healthz$|readyz$)/;
const ROUTES = createApp({ config: loadConfig({}) } as Kagi).routes.filter(
  ({ method, path }) => method === "GET" && !NO_PAGE.test(path),
);

/** What is no page in the demo for its owner: an action's address, where a reload lands, and what asks for more first. */
const LEADS_ON: ReadonlySet<string> = new Set([
  "/setup",
  "/sign-in",
  "/sign-in/second-factor",
  "/sign-in/passkey",
  "/sign-out",
  "/confirm/passkey",
  "/icons",
  "/entries/selected",
  "/entries/selected/change",
  "/entries/selected/export",
  "/entries/:id/reveal",
  "/entries/:id/copy",
  "/entries/:id/download",
  "/entries/:id/history/:number/reveal",
  "/entries/:id/history/:number/restore",
  "/2fa/recovery-preview",
  "/2fa/:id/code",
  "/2fa/:id/code/copy",
  "/2fa/:id/recovery/return",
  "/envs/:id/files",
  "/envs/:id/files/:file/reveal",
  "/envs/:id/files/:file/copy",
  "/envs/:id/files/:file/download",
  "/envs/:id/files/:file/history/:version",
  "/envs/:id/files/:file/history/:version/restore",
  "/envs/:id/undo-import",
  "/envs/:id/generate/preview",
  "/envs/:id/generate/draft",
  "/theme",
  "/settings/name",
  "/settings/email",
  "/settings/password",
  "/settings/sign-in/authenticator-app",
  "/settings/sign-in/authenticator-app/confirm",
  "/settings/sign-in/authenticator-app/remove",
  "/settings/sign-in/recovery-codes",
  "/settings/sign-in/passkeys/new",
  "/settings/export/metadata",
  "/settings/export/env",
  "/settings/danger/emptied",
  "/confirm/keycloak",
  "/settings/keycloak/link",
]);
/** A file and no page; and pages of what the demo has none of, which their own tests look at. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  "/icons/:file",
  "/settings/sign-in/passkeys/:id/rename",
  "/settings/sign-in/passkeys/:id/delete",
  "/settings/keycloak/:id/unlink",
]);
const PAGES = [...new Set(ROUTES.map(({ path }) => path))].filter(
  (route) => !LEADS_ON.has(route) && !ELSEWHERE.has(route),
);

/** The address of a route in the demo. */
async function addressOf(route: string, vault: Vault): Promise<string> {
  const { categories, entries, twoFactors, projects, accessKeys } = await contentsOf(vault);
  const things = {
    "/keys": categories,
    "/entries": entries,
    "/2fa": twoFactors,
    "/envs": projects,
    "/settings/access-keys": accessKeys,
    "/settings/sessions": [(await vault.owner.get<SessionInfo>("/api/auth/session")).body.session],
  };
  const id = things[route.split("/:id")[0] as keyof typeof things]?.[0]?.id ?? "";
  const path = route.replace(":id", id).replace(/:number|:version/, "1");
  if (!path.includes(":file")) return path;
  const project = await vault.owner.get<{ files: { id: string }[] }>(`/api/envs/${id}`);
  return path.replace(":file", project.body.files[0]?.id ?? "");
}

for (const route of PAGES) {
  test(`${route}: within the budget on the first visit, and right in both themes, wide and narrow`, async (stage) => {
    const { page, vault } = stage;
    const cost = await costOf(page, vault.url + (await addressOf(route, vault)));
    expect({ status: cost.status, plain: cost.plain }).toEqual({ status: 200, plain: [] });
    expect(cost.charts > 0).toBe(route === "/");
    expect(cost.bytes).toBeLessThanOrEqual(BUDGET_BYTES);
    expect(cost.bytes + cost.charts).toBeLessThanOrEqual(BUDGET_BYTES_WITH_CHARTS);
    expect(cost.scripts).toBeLessThanOrEqual(BUDGET_SCRIPT_BYTES);
    expect(cost.requests).toBeLessThanOrEqual(BUDGET_REQUESTS);
    await looksFine(page);
  });
}

test("the title of each page is its own, and names what it is about", async ({ vault }) => {
  const titles: Record<string, string | undefined> = {};
  for (const route of PAGES) {
    const { text } = await vault.owner.get(await addressOf(route, vault), { accept: "text/html" });
    titles[route] = /<title>(.*) · Kagi<\/title>/.exec(text)?.[1]?.replaceAll("&amp;", "&");
  }
  const { categories, entries, twoFactors, projects, accessKeys } = await contentsOf(vault);
  const [category, entry, twoFactor, project, key] = [
    categories[0],
    entries[0],
    twoFactors[0],
    projects[0],
    accessKeys[0],
  ];
  const ofEntry = `${entry?.category.name} · ${entry?.name} · ${entry?.environment}`;
  const ofAccount = `${twoFactor?.service}, ${twoFactor?.accountName}`;
  expect(titles).toEqual({
    "/": "Overview",
    "/confirm": "Confirm",
    "/search": "Search",
    "/keys": "Keys",
    "/keys/new": "New category",
    "/keys/:id": `${category?.name}`,
    "/keys/:id/edit": `Edit ${category?.name}`,
    "/keys/:id/delete": `Delete ${category?.name}`,
    "/keys/:id/entries/new": `New ${category?.name} entry`,
    "/entries": "Entries",
    "/entries/new": "New entry",
    "/entries/:id/edit": `Edit ${ofEntry}`,
    "/entries/:id/delete": `Delete ${ofEntry}`,
    "/entries/:id/history": `History of ${ofEntry}`,
    "/2fa": "2FA",
    "/2fa/new": "Add 2FA",
    "/2fa/import": "Import 2FA",
    "/2fa/:id/edit": `Edit 2FA of ${ofAccount}`,
    "/2fa/:id/delete": `Delete 2FA of ${ofAccount}`,
    "/2fa/:id/recovery": `Recovery codes of ${ofAccount}`,
    "/2fa/:id/recovery/use": `Use a recovery code of ${ofAccount}`,
    "/envs": "Env files",
    "/envs/new": "New env project",
    "/envs/:id": `.env of ${project?.name}`,
    "/envs/:id/edit": `Edit ${project?.name}`,
    "/envs/:id/delete": `Delete ${project?.name}`,
    "/envs/:id/compare": `Compare the files of ${project?.name}`,
    "/envs/:id/generate": `Generate .env of ${project?.name}`,
    "/envs/:id/files/:file/delete": `Delete .env of ${project?.name}`,
    "/envs/:id/files/:file/import": `Import .env of ${project?.name}`,
    "/envs/:id/files/:file/history": `History of .env of ${project?.name}`,
    "/settings": "Settings",
    "/settings/sign-in": "Sign-in & security",
    "/settings/sessions": "Sessions",
    "/settings/sessions/:id/end": "End the session “A script”",
    "/settings/sessions/end-others": "End all other sessions",
    "/settings/access-keys": "Access keys",
    "/settings/access-keys/new": "New access key",
    "/settings/access-keys/:id/rotate": `Rotate ${key?.name}`,
    "/settings/access-keys/:id/revoke": `Revoke ${key?.name}`,
    "/settings/activity": "Activity",
    "/settings/export": "Export",
    "/settings/encryption": "Encryption",
    "/settings/danger": "Danger zone",
  });
  expect(new Set(Object.values(titles)).size).toBe(PAGES.length);
});

test("what is no page leads to one, with what it was asked for", async ({ vault }) => {
  for (const route of LEADS_ON) {
    const path = await addressOf(route, vault);
    const answer = await vault.owner.get(path, { accept: "text/html" });
    expect({ route, status: answer.status }).toEqual({ route, status: 303 });
    let at = answer;
    for (let steps = 0; at.status === 303 && steps < 3; steps++) {
      const to = at.headers.get("location") ?? "";
      expect(new URL(to, vault.url).origin).toBe(vault.url);
      at = await vault.owner.get(to, { accept: "text/html" });
    }
    expect({ route, status: at.status }).toEqual({ route, status: 200 });
  }
});

test("the pages of strangers, those with a search in their address, and one that is not there cost no more", async ({
  vault,
}) => {
  const { simple } = await pathsOf(vault);
  const over: string[] = [];
  for (const [path, signedIn] of [
    ["/sign-in", false],
    ["/keys?search=s", true],
    ["/keys/new?search=a", true],
    ["/keys/new?iconSearch=a", true],
    [`${simple.category}?search=a`, true],
    ["/search?q=s", true],
    ["/nowhere", true],
  ] as const) {
    const context = await newContext(vault, { signedIn });
    try {
      const page = await context.newPage();
      const cost = await costOf(page, vault.url + path);
      const isOver = cost.bytes > BUDGET_BYTES || cost.charts > 0 || cost.scripts > BUDGET_SCRIPT_BYTES;
      if (isOver || cost.requests > BUDGET_REQUESTS || cost.plain.length > 0)
        over.push(`${path}: ${JSON.stringify(cost)}`);
    } finally {
      await context.close();
    }
  }
  expect(over).toEqual([]);
});

test("a search among all icons is one request, which brings the drawings of those that it shows", async (stage) => {
  const { page, open } = stage;
  await open("/keys/new");
  const wire = await page.context().newCDPSession(page);
  const asked: string[] = [];
  let bytes = 0;
  wire.on("Network.requestWillBeSent", ({ request }) => {
    // The browser's tab takes the page's own icon whenever it likes.
    if (!request.url.includes("/static/icon.")) asked.push(new URL(request.url).pathname);
  });
  wire.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await wire.send("Network.enable");
  const finished = page.waitForEvent("requestfinished");
  await page.getByRole("searchbox", { name: "Search icons" }).fill("a");
  await page.locator("#icon-choices").getByText("The first 24 icons.").waitFor();
  await finished;
  expect(asked).toEqual(["/icons"]);
  expect(await page.locator("#icon-choices svg path").count()).toBeGreaterThanOrEqual(24);
  expect(bytes).toBeLessThanOrEqual(ICON_SEARCH_BYTES);
});

/** What goes over the wire, as the browser's own network log counts it. */
async function costOf(page: Page, url: string) {
  const wire = await page.context().newCDPSession(page);
  const cost = { status: 0, bytes: 0, scripts: 0, charts: 0, requests: 0, plain: [] as string[] };
  const counted = new Map<string, { url: string; type: string }>();
  wire.on("Network.requestWillBeSent", () => {
    cost.requests += 1;
  });
  wire.on("Network.responseReceived", ({ requestId, type, response }) => {
    if (!["Document", "Stylesheet", "Script"].includes(type)) return;
    counted.set(requestId, { url: response.url, type });
    const headers = Object.keys(response.headers).map((name) => name.toLowerCase());
    if (!headers.includes("content-encoding")) cost.plain.push(response.url);
  });
  wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const what = counted.get(requestId);
    if (what === undefined) return;
    const isCharts = CHARTS.test(what.url);
    cost[isCharts ? "charts" : "bytes"] += encodedDataLength;
    if (what.type === "Script" && !isCharts) cost.scripts += encodedDataLength;
  });
  await wire.send("Network.enable");
  cost.status = (await page.goto(url))?.status() ?? 0;
  return cost;
}

test("every link, and every form's address, leads somewhere", async ({ vault }) => {
  const ask = (path: string) => vault.owner.get(path, { accept: "text/html" });
  const queue = ["/", "/settings", "/sign-in", "/nowhere"];
  const seen = new Map<string, { status: number; ids: Set<string> }>();
  const wanted: { from: string; path: string; fragment: string }[] = [];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (seen.has(path)) continue;
    const answer = await ask(path);
    const ids = new Set([...answer.text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id as string));
    seen.set(path, { status: answer.status, ids });
    if (!answer.headers.get("content-type")?.startsWith("text/html") && answer.status !== 303) continue;
    const led = answer.headers.get("location");
    // What leads out of the vault opens beside it and tells nobody where it was found.
    const inside = answer.text.replaceAll(/<a href="https:[^"]+" target="_blank" rel="noreferrer noopener">/g, "");
    const links = [...inside.matchAll(/\s(?:href|src|action|formaction|hx-get|hx-post)="([^"]*)"/g)].map(([, link]) =>
      (link as string).replaceAll("&amp;", "&"),
    );
    for (const link of led === null ? links : [led]) {
      const url = new URL(link, vault.url + path);
      if (url.origin !== vault.url) throw new Error(`${path} links to ${link}`);
      const next = url.pathname + url.search;
      wanted.push({ from: path, path: next, fragment: url.hash.slice(1) });
      queue.push(next);
    }
  }
  expect(seen.size).toBeGreaterThan(50);
  const dead = wanted.filter(({ path, fragment }) => {
    const found = seen.get(path);
    if (found?.status === 303 || path === "/nowhere") return false;
    return found?.status !== 200 || (fragment !== "" && !found.ids.has(fragment));
  });
  expect(dead).toEqual([]);
});
