import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { Client } from "../support/client.ts";
import { pageTests } from "./browser.ts";
import { EMAIL, PASSWORD } from "./vault.ts";

const test = pageTests({ javaScriptEnabled: false });

test(
  "the first account is made",
  async ({ page, open }) => {
    await open("/");
    await page.getByLabel("E-mail").fill(EMAIL);
    await page.getByLabel("Password", { exact: true }).fill("qwertyuiop1234567890");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.locator("#field-password-error").waitFor();
    expect(await page.getByLabel("E-mail").inputValue()).toBe(EMAIL);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("link", { name: "Create the first category" }).waitFor();
  },
  { account: false },
);

test(
  "sign in, file a key, reveal it, change it, delete it, sign out",
  async ({ page, open, vault }) => {
    await open("/keys");
    await page.getByLabel("E-mail").fill(EMAIL);
    await page.getByLabel("Password", { exact: true }).fill("not-the-password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL("**/keys");

    await page.getByRole("link", { name: "Create the first category" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Mail");
    await page.getByLabel("Environment variable").fill("MAIL_TOKEN");
    await page.getByRole("searchbox", { name: "Search icons" }).fill("mailgun");
    await page.getByRole("button", { name: "Search icons" }).click();
    // The search comes back with what was typed, and nothing was stored.
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Mail");
    expect(await vault.categories("Mail")).toHaveLength(0);
    await page.getByRole("radio", { name: "Mailgun", exact: true }).check();
    // Enter in a field saves, and does not search.
    await page.getByLabel("Environment variable").press("Enter");
    await page.getByRole("heading", { level: 1, name: "Mail" }).waitFor();
    await page.getByText("Category created.").waitFor();
    expect((await vault.categories("Mail"))[0]).toMatchObject({ icon: "mailgun", envVarName: "MAIL_TOKEN" });

    await page.getByRole("link", { name: "Add the first entry" }).click();
    await page.getByLabel("Project").fill("Blog");
    await page.getByLabel("Value", { exact: true }).fill("sk-without-script\nline two");
    await page.getByRole("button", { name: "Create entry" }).click();
    await page.getByText("Entry created.").waitFor();
    expect(await page.getByRole("button", { name: /^Copy/ }).count()).toBe(0);
    await page.getByRole("button", { name: "Reveal" }).click();
    expect(await page.locator("pre").textContent()).toBe("sk-without-script\nline two");
    await page.getByRole("link", { name: "Hide" }).click();
    expect(await page.content()).not.toContain("sk-without-script");

    await page.getByRole("link", { name: "Edit Blog" }).click();
    await page.getByLabel("Project").fill("Weblog");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("Entry saved.").waitFor();
    const [category] = await vault.categories("Mail");
    if (category === undefined) throw new Error("the category is gone");
    expect(await vault.reveal((await vault.entries(category))[0])).toBe("sk-without-script\nline two");

    await open("/keys");
    await page.getByRole("searchbox").fill("weblog");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL("**/keys?search=weblog*");
    expect(await page.locator(".cards").count()).toBe(0);
    await page.locator(".found").getByRole("link", { name: "Weblog" }).click();
    await page.waitForURL(/\?entry=[^#]+#entry-/);
    await page.getByRole("link", { name: "Edit Weblog" }).waitFor();
    await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "Keys" }).click();
    await page.getByRole("link", { name: "Mail" }).click();

    await page.getByRole("searchbox", { name: "Search entries" }).fill("weblog");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL("**?search=weblog*");
    await page.getByText("1 entry").waitFor();

    await page.getByRole("link", { name: "Delete Weblog" }).click();
    await page.getByRole("heading", { name: "Delete Weblog?" }).waitFor();
    await page.getByRole("button", { name: "Delete entry" }).click();
    await page.getByText("Entry deleted.").waitFor();
    await page.getByRole("link", { name: "Edit category" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Mailgun");
    await page.getByRole("button", { name: "Save changes" }).last().click();
    await page.getByRole("heading", { level: 1, name: "Mailgun" }).waitFor();
    await page.getByRole("link", { name: "Delete category" }).click();
    await page.getByRole("button", { name: "Delete category" }).click();
    await page.getByText("Category deleted.").waitFor();
    expect(await vault.categories()).toHaveLength(0);

    await page.getByLabel("Account").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/sign-in");
  },
  { signedIn: false, fresh: true },
);

test("keys of every other type are filed, revealed and downloaded", async ({ page, open, vault }) => {
  const group = await vault.category({ name: "Pair", keyType: "group", fieldDefinitions: ["ID", "SECRET"] });
  await open(`/keys/${group.id}/entries/new`);
  await page.getByLabel("Project").fill("Shop");
  await page.getByLabel("ID", { exact: true }).fill("the-id");
  await page.getByLabel("SECRET", { exact: true }).fill("the-secret");
  await page.getByRole("button", { name: "Create entry" }).click();
  await page.getByRole("button", { name: "Reveal SECRET" }).click();
  await page.locator("pre").waitFor();
  expect(await page.locator("pre").allTextContents()).toEqual(["the-secret"]);

  const json = await vault.category({ name: "File", keyType: "json" });
  const buffer = Buffer.from('{\r\n "a": 1 }');
  await open(`/keys/${json.id}/entries/new`);
  await page.getByLabel("Project").fill("Cloud");
  await page.locator("input[type=file]").setInputFiles({ name: "sa.json", mimeType: "application/json", buffer });
  await page.getByRole("button", { name: "Create entry" }).click();
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe("sa.json");
  expect(readFileSync(await download.path())).toEqual(buffer);

  const free = await vault.category({ name: "Own fields", keyType: "group" });
  await open(`/keys/${free.id}/entries/new`);
  await page.getByLabel("Project").fill("Lab");
  await page.getByRole("textbox", { name: "Variable 2" }).fill("DB_USER");
  await page.getByRole("textbox", { name: "Value 2" }).fill("ada");
  await page.getByRole("button", { name: "Create entry" }).click();
  await page.getByText("Entry created.").waitFor();
  expect(await vault.reveal((await vault.entries(free))[0])).toEqual({ DB_USER: "ada" });
});

test(
  "an access key is made and revoked",
  async ({ page, open, vault }) => {
    await open("/settings/access-keys/new");
    await page.getByRole("link", { name: "Pull secrets" }).click();
    await page.waitForURL("**?preset=pull");
    await page.getByRole("textbox", { name: "Name" }).fill("cron");
    await page.getByRole("button", { name: "Create access key" }).click();
    const key = (await page.locator("#new-key").textContent())?.trim() ?? "";
    const bearer = new Client(vault.url, { authorization: `Bearer ${key}` });
    expect((await bearer.get("/api/entries")).status).toBe(200);
    await page.getByRole("link", { name: "Done, to the list of keys" }).click();
    await page.getByRole("link", { name: "Revoke cron" }).click();
    await page.getByRole("heading", { name: "Revoke cron?" }).waitFor();
    await page.getByRole("button", { name: "Revoke key" }).click();
    await page.getByText("Access key revoked.").waitFor();
    expect((await bearer.get("/api/entries")).status).toBe(401);
  },
  { confirmed: true },
);

test(
  "an access key is limited, refused what goes beyond, and rotated",
  async ({ page, open, vault }) => {
    await open("/settings/access-keys/new?preset=everything");
    await page.getByRole("textbox", { name: "Name" }).fill("limited");
    await page.getByRole("combobox", { name: "Project" }).fill("Blog");
    await page.getByLabel("Addresses").fill("127.0.0.0/8\n::1");
    await page.getByRole("button", { name: "Create access key" }).click();
    await page.locator("#field-scopes-error").waitFor();
    expect(await page.getByLabel("Addresses").inputValue()).toBe("127.0.0.0/8\n::1");
    for (const box of await page.getByRole("checkbox").all()) await box.uncheck();
    await page.getByRole("checkbox", { name: /^entries:read/ }).check();
    await page.getByRole("button", { name: "Create access key" }).click();
    const old = (await page.locator("#new-key").textContent())?.trim() ?? "";
    const status = async (key: string) =>
      (await new Client(vault.url, { authorization: `Bearer ${key}` }).get("/api/entries")).status;
    expect(await status(old)).toBe(200);
    await page.getByRole("link", { name: "Done, to the list of keys" }).click();
    await page.getByRole("link", { name: "Rotate limited" }).click();
    await page.getByRole("radio", { name: /^Now/ }).check();
    await page.getByRole("button", { name: "Make the new key" }).click();
    const key = (await page.locator("#new-key").textContent())?.trim() ?? "";
    expect(key).not.toBe(old);
    expect([await status(old), await status(key)]).toEqual([401, 200]);
  },
  { confirmed: true },
);

test(
  "the theme is switched, and the page stays",
  async ({ page, open }) => {
    await open("/keys/new?service=openai");
    await page.getByRole("button", { name: "Light theme" }).click();
    expect(page.url()).toContain("/keys/new?service=openai");
    expect(await page.locator("html").getAttribute("data-theme")).toBe("light");
    await page.getByRole("button", { name: "Dark theme" }).click();
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
  },
  { colorScheme: "dark" },
);
