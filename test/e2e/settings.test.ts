import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { addSession, expectFocus, newContext, pageTests, type Stage, typeText } from "./browser.ts";
import { EMAIL, PASSWORD, type Vault } from "./vault.ts";

const test = pageTests({ fresh: true });

const NEW_PASSWORD = "violet-anchor-crumb-88";

/** A confirmation replaces the session's token, so whoever confirms has a session of their own. */
async function ownSession({ context, vault }: Stage): Promise<void> {
  await context.clearCookies();
  await addSession(context, vault, await vault.signIn());
}

async function confirm(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Is it still you?" }).waitFor();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Confirm" }).click();
}

async function filled(vault: Vault): Promise<void> {
  const stripe = await vault.category({ name: "Stripe", envVarName: "STRIPE_KEY" });
  await vault.entry(stripe, { name: "Shop", value: "sk-of-the-shop $HOME" });
  await vault.entry(stripe, { name: "Blog", value: "sk-of-the-blog" });
}

async function downloaded(page: Page, button: string): Promise<{ name: string; text: string }> {
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: button }).click();
  const download = await coming;
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

test("the navigation leads to the settings, and their parts to each other", async ({ page, open }) => {
  await open("/keys");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
  const parts = page.getByRole("navigation", { name: "Settings" });
  for (const [link, heading] of [
    ["Sign-in & security", "Sign-in & security"],
    ["Sessions", "Sessions"],
    ["Access keys", "Access keys"],
    ["Export", "Export"],
    ["Encryption", "Encryption"],
    ["Danger zone", "Danger zone"],
    ["Account", "Account"],
  ] as const) {
    await parts.getByRole("link", { name: link }).click();
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    expect(await parts.locator("[aria-current=page]").textContent()).toBe(link);
  }
});

test("name and address change in place, and the address wants the password", async ({ page, open }) => {
  await open("/settings");
  await page.getByLabel("Name", { exact: true }).fill("Ada Lovelace");
  await page.getByRole("button", { name: "Save name" }).click();
  await page.getByText("Name saved.").waitFor();
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.getByLabel("Your password", { exact: true }).fill("not-my-password");
  await page.getByRole("button", { name: "Save e-mail" }).click();
  await page.locator("#email-password-error").waitFor();
  await expectFocus(page.getByLabel("Your password", { exact: true }));
  expect(await page.getByLabel("E-mail").inputValue()).toBe("ada@example.org");
  expect(await page.getByLabel("Your password", { exact: true }).inputValue()).toBe("");
  await page.getByLabel("Your password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Save e-mail" }).click();
  await page.getByText("E-mail address saved.").waitFor();
  await page.getByLabel("Account", { exact: true }).click();
  await page.getByText("Ada Lovelace").waitFor();
  expect(await page.locator(".menu").textContent()).toContain("ada@example.org");
});

test("a new password ends the other sessions at once, says how many, and this one goes on", async (stage) => {
  const { page, open, vault } = stage;
  await ownSession(stage);
  await vault.accessKey({ name: "robot" });
  const other = await newContext(vault, { signedIn: false });
  try {
    await addSession(other, vault, await vault.signIn());
    const there = await other.newPage();
    await there.goto(`${vault.url}/keys`);
    await there.getByRole("heading", { level: 1 }).waitFor();

    await open("/settings");
    expect(await page.getByText("Access keys stay valid:").textContent()).toContain("you have 1 key");
    await page.getByLabel("Current password", { exact: true }).fill("not-my-password");
    await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
    await page.getByRole("button", { name: "Show New password" }).click();
    expect(await page.getByLabel("New password", { exact: true }).getAttribute("type")).toBe("text");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.locator("#field-currentPassword-error").waitFor();
    await expectFocus(page.getByLabel("Current password", { exact: true }));
    expect(await page.content()).not.toContain(NEW_PASSWORD);

    await page.getByLabel("Current password", { exact: true }).fill(PASSWORD);
    await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
    await page.getByRole("button", { name: "Change password" }).click();
    // This one's predecessor and the other browser's.
    await page.getByText("Password changed. 2 other sessions have ended. Access keys stay valid.").waitFor();
    await there.reload();
    await there.getByRole("heading", { name: "Sign in" }).waitFor();
    await open("/keys");
    await page.getByRole("heading", { level: 1, name: "Keys" }).waitFor();
    await there.getByLabel("E-mail").fill(EMAIL);
    await there.getByLabel("Password", { exact: true }).fill(NEW_PASSWORD);
    await there.getByRole("button", { name: "Sign in" }).click();
    await there.waitForURL("**/keys");
  } finally {
    await other.close();
  }
});

for (const javaScriptEnabled of [true, false]) {
  test(
    `one project is exported for docker compose, the password asked for once, ${javaScriptEnabled ? "with" : "without"} script`,
    async (stage) => {
      const { page, open, vault } = stage;
      await ownSession(stage);
      await filled(vault);
      await open("/settings/export");
      await page.getByLabel("Project").fill("Shop");
      await page.getByLabel("Program that reads the file").selectOption("Docker Compose");
      await page.getByRole("button", { name: "Continue" }).click();
      await confirm(page);
      await page.getByRole("heading", { name: "Ready to download" }).waitFor();
      expect(await page.getByText("Shop · All environments · for Docker Compose").count()).toBe(1);
      expect(await page.content()).not.toContain("sk-of-the-shop");
      const { name, text } = await downloaded(page, "Download kagi-export.env");
      expect(name).toBe("kagi-export.env");
      const session = (await stage.context.cookies()).find((cookie) => cookie.name === "kagi_session");
      const api = await vault.owner
        .with({ cookie: `kagi_session=${session?.value}` })
        .get("/api/export?project=Shop&dialect=compose");
      expect(text).toBe(api.text);
      expect(text).toContain("sk-of-the-shop");
      expect(text).not.toContain("sk-of-the-blog");

      // What was chosen is still there, and the password is not asked for again.
      await page.getByRole("link", { name: "Choose again" }).click();
      expect(await page.getByLabel("Project").inputValue()).toBe("Shop");
      await page.getByLabel("Project").fill("Blog");
      await page.getByLabel("Program that reads the file").selectOption("Any program");
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("heading", { name: "Ready to download" }).waitFor();
      await page.goBack();
      await page.getByRole("button", { name: "Continue" }).waitFor();
    },
    { javaScriptEnabled },
  );
}

test("an export names what no program reads alike, and says so when there is nothing", async (stage) => {
  const { page, open, vault } = stage;
  await ownSession(stage);
  await filled(vault);
  const odd = await vault.category({ name: "Odd", envVarName: "ODD_KEY" });
  await vault.entry(odd, { name: "Shop", value: `it's "$HOME" and \`id\`\nand more` });
  await open("/settings/export/env");
  await confirm(page);
  await page.getByRole("heading", { name: "Ready to download" }).waitFor();
  expect(await page.locator(".notice", { hasText: "Written more than once" }).locator("li").allTextContents()).toEqual([
    "STRIPE_KEY",
  ]);
  expect(await page.locator(".notice", { hasText: "Not written" }).locator("li").allTextContents()).toEqual([
    "ODD_KEY",
  ]);
  await open("/settings/export/env?dialect=docker");
  await page.getByRole("heading", { name: "Not for this program" }).waitFor();
  expect(await page.getByText("ODD_KEY").count()).toBe(1);
  expect(await page.getByRole("button", { name: /^Download/ }).count()).toBe(0);
  await open("/settings/export/env?project=nobody");
  await page.getByRole("heading", { name: "Nothing to export" }).waitFor();
  expect(await page.getByRole("button", { name: /^Download/ }).count()).toBe(0);
});

test("the inventory is a download without a value, and asks for nothing", async ({ page, open, vault }) => {
  await filled(vault);
  await open("/settings/export");
  const { name, text } = await downloaded(page, "Download metadata");
  expect(name).toBe("kagi-metadata.json");
  expect(JSON.parse(text)).toMatchObject({ format: "kagi-metadata", version: 1, categories: [{ name: "Stripe" }] });
  expect(text).not.toContain("sk-of-the");
});

test("a wrong password at the confirmation is told at the field, and nobody gets further with it", async (stage) => {
  const { page, open } = stage;
  await ownSession(stage);
  await open("/settings/export/env");
  await page.getByLabel("Password", { exact: true }).fill("not-my-password");
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.locator("#field-password-error").waitFor();
  await expectFocus(page.getByLabel("Password", { exact: true }));
  expect(page.url()).toEndWith("/confirm?next=%2Fsettings%2Fexport%2Fenv");
  await page.getByRole("link", { name: "Cancel" }).click();
  await page.getByRole("heading", { level: 1, name: "Account" }).waitFor();
  await open("/settings/export/env");
  await page.getByRole("heading", { name: "Is it still you?" }).waitFor();
});

for (const javaScriptEnabled of [true, false]) {
  test(
    `the danger zone takes everything after the password and the word, ${javaScriptEnabled ? "with" : "without"} script`,
    async (stage) => {
      const { page, open, vault } = stage;
      await ownSession(stage);
      await filled(vault);
      await open("/settings/danger");
      expect(await page.locator(".counts li").allTextContents()).toEqual([
        "1 category",
        "2 entries",
        "0 2FA",
        "0 env projects with 0 files",
        "0 access keys",
      ]);
      expect(await page.getByRole("button", { name: "Delete everything" }).count()).toBe(0);
      await page.getByRole("link", { name: "Continue with your password" }).click();
      await confirm(page);
      await page.getByLabel("Type DELETE to confirm").fill("delete");
      await page.getByRole("button", { name: "Delete everything" }).click();
      await page.locator("#field-word-error").waitFor();
      await expectFocus(page.getByLabel("Type DELETE to confirm"));
      await page.getByLabel("Type DELETE to confirm").fill("DELETE");
      await page.getByRole("button", { name: "Delete everything" }).click();
      await page.getByRole("heading", { name: "Your vault was emptied" }).waitFor();
      expect((await page.locator(".counts li").allTextContents()).slice(0, 2)).toEqual(["1 category", "2 entries"]);
      await page.reload();
      await page.getByRole("heading", { name: "Your vault was emptied" }).waitFor();
      await open("/settings/danger");
      await page.getByText("There is nothing in your vault to delete.").waitFor();
    },
    { javaScriptEnabled },
  );
}

test("everything in the settings is reached by keyboard", async (stage) => {
  const { page, open } = stage;
  await ownSession(stage);
  await open("/settings/export/env?project=Shop");
  // The one field of the confirmation has the focus by itself.
  await typeText(page, PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Nothing to export" }).waitFor();
  await open("/settings/danger");
  await page.getByText("There is nothing in your vault to delete.").waitFor();
});

test(
  "a theme is chosen in words, and says which it is",
  async ({ page, open }) => {
    await open("/settings");
    expect(await page.getByRole("button", { name: "System" }).getAttribute("aria-pressed")).toBe("true");
    await page.getByRole("button", { name: "Light", exact: true }).click();
    await page.locator("html[data-theme=light]").waitFor();
    expect(await page.getByRole("button", { name: "Light", exact: true }).getAttribute("aria-pressed")).toBe("true");
    await page.getByRole("button", { name: "Dark theme" }).click();
    await page.locator("html[data-theme=dark]").waitFor();
    expect(await page.getByRole("button", { name: "Dark", exact: true }).getAttribute("aria-pressed")).toBe("true");
    await page.getByRole("button", { name: "System" }).click();
    await page.locator("html:not([data-theme])").waitFor();
  },
  { colorScheme: "dark" },
);
