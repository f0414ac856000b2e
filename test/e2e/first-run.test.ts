import { expect } from "bun:test";
import { expectFocus, pageTests } from "./browser.ts";
import { EMAIL, PASSWORD } from "./vault.ts";

const test = pageTests({ signedIn: false, account: false });

test("a new vault leads to the set-up page, and from there to an empty vault that says what to do", async ({
  page,
  open,
  vault,
}) => {
  await open("/");
  expect(new URL(page.url()).pathname).toBe("/setup");
  expect(await page.title()).toBe("Set up · Kagi");
  expect(await page.getByLabel("Set-up token").count()).toBe(0);
  await page.getByLabel("E-mail").fill(EMAIL);
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();

  await page.getByRole("heading", { name: "An empty vault" }).waitFor();
  expect(page.url()).toBe(`${vault.url}/`);
  await page.getByText("copy the encryption key").waitFor();
  await page.getByRole("link", { name: "Create the first category" }).click();
  await page.waitForURL("**/keys/new");

  await open("/setup");
  expect(new URL(page.url()).pathname).toBe("/");
  const signUp = await fetch(`${vault.url}/setup`, {
    method: "POST",
    body: new URLSearchParams({ email: "eve@example.com", password: PASSWORD }),
    redirect: "manual",
  });
  expect(signUp.status).toBe(303);
  expect(signUp.headers.get("set-cookie")).toBeNull();
});

for (const { kind, password, says } of [
  { kind: "short", password: "short-1", says: /10 .*characters/ },
  { kind: "common", password: "qwertyuiop1234567890", says: /common|guess/ },
]) {
  test(`a ${kind} password gets its message at the field, and the rest stays typed`, async ({ page, open }) => {
    await open("/setup");
    await page.getByLabel("E-mail").fill(EMAIL);
    await page.getByLabel("Name").fill("Ada Lovelace");
    const field = page.getByLabel("Password", { exact: true });
    // The browser's own check would hold a short one back; the server must answer it as well.
    await page.locator("form.form").evaluate((form: HTMLFormElement) => {
      form.noValidate = true;
    });
    await field.fill(password);
    await page.getByRole("button", { name: "Create account" }).click();

    const message = page.locator("#field-password-error");
    await message.waitFor();
    expect(await message.textContent()).toMatch(says);
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await field.getAttribute("aria-describedby")).toContain("field-password-error");
    await expectFocus(field);
    expect(await field.inputValue()).toBe("");
    expect(await page.getByLabel("E-mail").inputValue()).toBe(EMAIL);
    expect(await page.getByLabel("Name").inputValue()).toBe("Ada Lovelace");
    expect(await page.content()).not.toContain(password);
  });
}

test("from elsewhere the set-up page asks for the token that the log has", async ({ page, open, vault }) => {
  await page.setExtraHTTPHeaders({ "X-Forwarded-For": "203.0.113.9" });
  await open("/setup");
  const fill = async (token: string) => {
    await page.getByLabel("Set-up token").fill(token);
    await page.getByLabel("E-mail").fill(EMAIL);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
  };
  await fill("not-the-token");
  await page.locator("#field-token-error").waitFor();
  await expectFocus(page.getByLabel("Set-up token"));

  const token = /token=(\S+)/.exec(vault.log())?.[1] ?? "";
  expect(token.length).toBeGreaterThan(30);
  await fill(token);
  await page.getByRole("heading", { name: "An empty vault" }).waitFor();
});
