import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { codeOf } from "../support/factors.ts";
import { addSession, pageTests, type Stage } from "./browser.ts";
import { EMAIL, PASSWORD } from "./vault.ts";

const test = pageTests({ fresh: true });

/** A confirmation replaces the session's token, so whoever confirms has a session of their own. */
async function ownSession({ context, vault }: Stage): Promise<void> {
  await context.clearCookies();
  await addSession(context, vault, await vault.signIn());
}

async function confirm(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Is it still you?" }).waitFor();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel("E-mail").fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

for (const javaScriptEnabled of [true, false]) {
  test(
    `an authenticator app is set up, signs in, and its recovery codes as well, ${javaScriptEnabled ? "with" : "without"} script`,
    async (stage) => {
      const { page, open, context } = stage;
      await ownSession(stage);
      await open("/settings/sign-in");
      await page.getByRole("link", { name: "Set up an app" }).click();
      await confirm(page);
      await page.getByRole("button", { name: "Show the QR code" }).click();
      await page.getByRole("img", { name: "QR code for your authenticator app" }).waitFor();
      const secret = ((await page.locator("#totp-secret").textContent()) ?? "").replaceAll(" ", "");
      await page.getByRole("textbox", { name: "Code" }).fill("000000x");
      await page.getByRole("button", { name: "Switch on" }).click();
      await page.locator("#field-code-error").waitFor();
      await page.getByRole("textbox", { name: "Code" }).fill(codeOf(secret));
      await page.getByRole("button", { name: "Switch on" }).click();
      await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
      const codes = ((await page.locator("#new-recovery-codes").textContent()) ?? "").trim().split("\n");
      expect(codes).toHaveLength(10);

      for (const code of [codeOf(secret, 1), codes[0] ?? ""]) {
        await context.clearCookies();
        await open("/keys");
        await signIn(page);
        await page.getByRole("heading", { name: "One more step" }).waitFor();
        await page.getByRole("textbox", { name: "Code" }).fill(code);
        await page.getByRole("button", { name: "Sign in", exact: true }).click();
        await page.waitForURL(({ pathname }) => pathname === "/keys");
      }
      await open("/settings/sign-in");
      await page.getByText("9 codes left").waitFor();
      expect(await page.content()).not.toContain(secret);
    },
    { javaScriptEnabled },
  );
}

/** Browsers have passkeys at localhost by that name, which is the same server. */
const LOCALHOST = { expected: /^request to http:\/\/localhost:\d+$/ };

test(
  "a passkey is added by Chromium, signs in alone and as the second step, proves, and is deleted",
  async (stage) => {
    const { page, context, vault } = stage;
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
    const problems: string[] = [];
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));

    await context.clearCookies();
    await page.goto(`${here}/settings/sign-in`);
    await signIn(page);
    await page.waitForURL(({ pathname }) => pathname === "/settings/sign-in");
    await page.getByRole("link", { name: "Add a passkey" }).click();
    await confirm(page);
    await page.getByLabel("Name").fill("Test key");
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();

    await context.clearCookies();
    await page.goto(`${here}/sign-in?next=/keys`);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.waitForURL(({ pathname }) => pathname === "/keys");

    await context.clearCookies();
    await page.goto(`${here}/sign-in?next=/entries`);
    await signIn(page);
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await page.waitForURL(({ pathname }) => pathname === "/entries");

    await page.goto(`${here}/settings/sessions`);
    await page.getByText("Password and passkey").waitFor();
    await page.getByRole("link", { name: "End all others" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "End all others" }).click();
    await page.getByText(/other sessions? ha(s|ve) ended/).waitFor();
    expect(await page.getByText("this one").count()).toBe(1);

    await page.goto(`${here}/settings/sign-in`);
    await page.goto(`${here}/confirm?next=/settings/sign-in`);
    await page.getByRole("button", { name: "Confirm with a passkey" }).click();
    await page.waitForURL(({ pathname }) => pathname === "/settings/sign-in");
    await page.getByRole("link", { name: "Delete Test key" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete passkey" }).click();
    await page.getByText("Passkey deleted.").waitFor();
    expect(problems).toEqual([]);
  },
  LOCALHOST,
);
