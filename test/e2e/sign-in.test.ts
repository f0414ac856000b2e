import { expect } from "bun:test";
import { addSession, expectFocus, pageTests } from "./browser.ts";
import { EMAIL, PASSWORD, SESSION_COOKIE } from "./vault.ts";

const test = pageTests();

const signIn = async (page: import("playwright-core").Page, email: string, password: string) => {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
};

test(
  "a wrong password and an unknown address get the same words",
  async ({ page, open }) => {
    const messages: string[] = [];
    for (const email of [EMAIL, "nobody@example.com"]) {
      await open("/sign-in");
      await signIn(page, email, "not-the-password");
      const message = page.getByRole("alert");
      await message.waitFor();
      messages.push((await message.textContent()) ?? "");
      await expectFocus(message);
      expect(await page.getByLabel("E-mail").inputValue()).toBe(email);
      expect(await page.getByLabel("Password", { exact: true }).inputValue()).toBe("");
    }
    expect(messages[0]).toMatch(/\w/);
    expect(messages[1]).toBe(messages[0] as string);
  },
  { signedIn: false },
);

test(
  "too many tries are told how long to wait",
  async ({ page, open, vault }) => {
    for (let tries = 0; tries < 10; tries++) {
      await fetch(`${vault.url}/sign-in`, {
        method: "POST",
        body: new URLSearchParams({ email: "throttled@example.com", password: "not-the-password" }),
      });
    }
    await open("/sign-in");
    await signIn(page, "throttled@example.com", PASSWORD);
    const message = page.getByRole("alert");
    await message.waitFor();
    expect(await message.textContent()).toMatch(/Try again in 1[45] minutes/);
  },
  { signedIn: false, fresh: true },
);

test("when the session has ended, a person signs in and returns to the same place", async ({
  page,
  open,
  vault,
  context,
}) => {
  const category = await vault.category({ name: "Returning" });
  await vault.entry(category, { name: "Blog" });
  const path = `/keys/${category.id}?search=blog&environment=production`;
  await open(path);
  await context.clearCookies({ name: SESSION_COOKIE });
  await page.reload();
  await page.waitForURL("**/sign-in?next=*");
  await page.getByText("Then you go on where you were.").waitFor();
  await signIn(page, EMAIL, PASSWORD);
  await page.waitForURL(`**${path}`);
  await page.getByRole("heading", { name: "Returning" }).waitFor();

  // The same from inside a page, where htmx asks.
  await context.clearCookies({ name: SESSION_COOKIE });
  await page.getByRole("button", { name: "Reveal" }).click();
  await page.waitForURL("**/sign-in?next=*");
  expect(new URL(page.url()).searchParams.get("next")).toBe(path);
  await signIn(page, EMAIL, PASSWORD);
  await page.waitForURL(`**${path}`);
  await page.getByRole("heading", { level: 1, name: "Returning" }).waitFor();
});

for (const javaScriptEnabled of [true, false]) {
  test(
    `a form that is sent after the session has ended does nothing, and leads back to its page${javaScriptEnabled ? "" : ", without script"}`,
    async ({ page, open, vault, context }) => {
      const name = `Too late ${javaScriptEnabled}`;
      const before = await vault.category({ name: `Kept ${javaScriptEnabled}` });
      for (const path of ["/keys/new", `/keys/${before.id}/edit`]) {
        await open(path);
        await page.getByRole("textbox", { name: "Name", exact: true }).fill(name);
        await page.getByLabel("Environment variable").fill("TOO_LATE_KEY");
        await context.clearCookies({ name: SESSION_COOKIE });
        await page
          .getByRole("button", { name: /^(Create category|Save changes|Save)$/ })
          .last()
          .click();
        await page.waitForURL(`**/sign-in?next=${encodeURIComponent(path)}`);
        expect(await page.content()).not.toContain("TOO_LATE_KEY");
        await signIn(page, EMAIL, PASSWORD);
        await page.waitForURL(`**${path}`);
      }
      expect((await vault.categories()).map((category) => category.name)).not.toContain(name);
    },
    { javaScriptEnabled },
  );
}

test("copying after the session has ended leads to signing in, and writes nothing to the clipboard", async ({
  page,
  open,
  vault,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: vault.url });
  const category = await vault.category({ name: "Ended copy" });
  await vault.entry(category, { name: "Blog" });
  await open(`/keys/${category.id}`);
  await page.evaluate(() => navigator.clipboard.writeText("what was there"));
  await context.clearCookies({ name: SESSION_COOKIE });
  await page.getByRole("button", { name: "Copy" }).click();
  await page.waitForURL("**/sign-in?next=*");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("what was there");
});

test(
  "signing in leads home when the place to return to is another host's",
  async ({ page, open, vault }) => {
    await open("/sign-in?next=//evil.example/");
    await signIn(page, EMAIL, PASSWORD);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    expect(page.url()).toBe(`${vault.url}/`);
    const evil = [
      "/\\evil.example",
      "https://evil.example/",
      "javascript:alert(1)",
      "/\t/evil.example",
      "\\\\evil.example",
    ];
    for (const next of evil) {
      // Signed in already, the page leads on by itself; a form that was tampered with is answered by a redirect.
      await open(`/sign-in?next=${encodeURIComponent(next)}`);
      expect(page.url()).toBe(`${vault.url}/`);
      const answer = await fetch(`${vault.url}/sign-in`, {
        method: "POST",
        body: new URLSearchParams({ email: EMAIL, password: PASSWORD, next }),
        redirect: "manual",
      });
      expect({ next, location: answer.headers.get("location") }).toEqual({ next, location: "/" });
    }
  },
  { signedIn: false },
);

test(
  "signing out ends the session, and going back shows no secret",
  async ({ page, open, vault, context }) => {
    const session = await vault.signIn();
    await addSession(context, vault, session);
    const category = await vault.category({ name: "Left behind" });
    await vault.entry(category, { name: "Blog", value: "sk-left-behind-on-screen" });
    await open(`/keys/${category.id}`);
    await page.getByRole("button", { name: "Reveal" }).click();
    await page.getByText("sk-left-behind-on-screen").waitFor();
    await page.getByLabel("Account").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/sign-in");
    expect((await context.cookies()).map(({ name }) => name)).not.toContain(SESSION_COOKIE);
    const asked = await fetch(`${vault.url}/api/auth/session`, { headers: { Cookie: `${SESSION_COOKIE}=${session}` } });
    expect(asked.status).toBe(401);

    await page.goBack();
    expect(await page.content()).not.toContain("sk-left-behind-on-screen");
    await page.reload();
    await page.waitForURL("**/sign-in?next=*");
    expect(await page.content()).not.toContain("Left behind");
  },
  { signedIn: false },
);

test(
  "without a session every page leads to signing in, and none shows an empty vault",
  async ({ page, open, vault }) => {
    const category = await vault.category({ name: "Behind the door" });
    const entry = await vault.entry(category, { name: "Blog" });
    for (const path of [
      "/",
      "/keys",
      "/keys/new",
      `/keys/${category.id}`,
      `/keys/${category.id}/edit`,
      `/keys/${category.id}/entries/new`,
      `/entries/${entry.id}/edit`,
      "/entries",
      "/search?q=Behind",
      "/2fa",
      "/envs",
      "/settings",
      "/settings/encryption",
      "/settings/export",
      "/settings/danger",
      "/settings/access-keys",
      "/settings/access-keys/new",
    ]) {
      await open(path);
      const { pathname, searchParams } = new URL(page.url());
      expect(pathname).toBe("/sign-in");
      expect(searchParams.get("next")).toBe(path === "/" ? null : path);
      expect(await page.content()).not.toContain("Behind the door");
    }
  },
  { signedIn: false },
);
