import { afterAll, expect } from "bun:test";
import type { Page } from "playwright-core";
import { ADA, type Oidc, startOidc } from "../support/oidc.ts";
import { looksRight } from "./axe.ts";
import { pageTests } from "./browser.ts";
import { EMAIL, PASSWORD } from "./vault.ts";

/** Against a certified OpenID provider; test/keycloak has a Keycloak. */
const oidc = Promise.withResolvers<Oidc>();
let isStarted = false;
async function environment() {
  if (!isStarted) startOidc().then(oidc.resolve, oidc.reject);
  isStarted = true;
  return (await oidc.promise).environment;
}
afterAll(async () => {
  if (isStarted) (await oidc.promise).stop();
});

/** The provider is another site, which pages of the vault lead to; it knows one address of the vault, so each is alone. */
const test = pageTests({
  signedIn: false,
  fresh: true,
  environment,
  expected: /^request to http:\/\/127\.0\.0\.1:\d+$/,
});

test("the button leads to Keycloak's form, to a vault of one's own, and signing out to both ways out", async (stage) => {
  const { page, open, vault } = stage;
  await open("/keys/new");
  await looksRight(page);
  await page.getByRole("link", { name: "Sign in with Keycloak" }).click();
  expect(new URL(page.url()).origin).not.toBe(vault.url);
  await signInAtRealm(page);
  await page.waitForURL(`${vault.url}/keys/new`);
  await open("/settings/sign-in");
  await page.getByRole("main").getByText(ADA.email).waitFor();
  await looksRight(page);

  await page.getByLabel("Account").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL(`${vault.url}/sign-in`);
  // Both have forgotten the person.
  await open("/keys");
  await page.getByRole("link", { name: "Sign in with Keycloak" }).click();
  await page.getByLabel("Username").waitFor();
});

test(
  "a link on another site begins no sign-in: it leads to the button",
  async ({ page, vault }) => {
    // The page is of another site, because localhost is not 127.0.0.1.
    const elsewhere = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () =>
        new Response(
          `<!doctype html><title>x</title><link rel="icon" href="data:,"><a href="${vault.url}/api/auth/keycloak">win</a>`,
          {
            headers: { "Content-Type": "text/html" },
          },
        ),
    });
    try {
      await page.goto(`http://localhost:${elsewhere.port}/`);
      await page.getByRole("link", { name: "win" }).click();
      await page.waitForURL(`${vault.url}/sign-in`);
      await page.getByRole("link", { name: "Sign in with Keycloak" }).waitFor();
      expect((await page.context().cookies()).filter(({ name }) => name.includes("keycloak"))).toEqual([]);
    } finally {
      await elsewhere.stop(true);
    }
  },
  { expected: /^request to http:\/\/localhost:\d+$/ },
);

test("the pages of who comes that way are right in both themes, wide and narrow", async (stage) => {
  const { page, open, vault } = stage;
  // Of what went wrong.
  await open("/api/auth/callback/keycloak?state=x&code=y");
  await page.getByText("Begin again").waitFor();
  await looksRight(page);
  // Of an account with a password that links Keycloak, confirms, and unlinks.
  await open("/sign-in?next=%2Fsettings%2Fsign-in");
  await page.getByLabel("E-mail").fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name: "Link Keycloak" }).click();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
  await page.waitForURL(`${vault.url}/settings/sign-in`);
  await page.getByRole("button", { name: "Link Keycloak" }).click();
  await signInAtRealm(page);
  await page.getByText("Keycloak linked.").waitFor();
  await open("/confirm?next=%2Fsettings%2Fdanger");
  await page.getByRole("button", { name: "Confirm with Keycloak" }).waitFor();
  await looksRight(page);
  await page.getByRole("button", { name: "Confirm with Keycloak" }).click();
  await signInAtRealm(page);
  await page.waitForURL(`${vault.url}/settings/danger`);
  await open("/settings/sign-in");
  await page.getByRole("link", { name: `Unlink ${ADA.email}` }).click();
  await page.getByRole("heading", { name: `Unlink ${ADA.email}?` }).waitFor();
  await looksRight(page);
  await page.getByRole("button", { name: "Unlink" }).click();
  await page.getByText("Keycloak unlinked.").waitFor();
});

async function signInAtRealm(page: Page): Promise<void> {
  await page.getByLabel("Username").fill(ADA.username);
  await page.getByLabel("Password").fill(ADA.password);
  await page.getByRole("button", { name: "Sign In" }).click();
}
