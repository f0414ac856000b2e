import { expect } from "bun:test";
import { SCOPE_NAMES } from "../../src/scopes.ts";
import { Client } from "../support/client.ts";
import { pageTests } from "./browser.ts";

const test = pageTests({ confirmed: true });

const KEY = /kagi_[A-Za-z0-9_-]{43}/;

test("a key is made from a preset, shown once, works for what its scopes say, and is dead once revoked", async ({
  page,
  open,
  vault,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: vault.url });
  await open("/settings/access-keys/new");
  await page.getByRole("textbox", { name: "Name" }).fill("deploy script");
  await page.getByRole("link", { name: "Names only" }).click();
  // A preset ticks boxes and leaves the name that was typed.
  expect(await page.getByRole("textbox", { name: "Name" }).inputValue()).toBe("deploy script");
  expect(await page.getByRole("checkbox", { name: /^entries:read/ }).isChecked()).toBe(true);
  expect(await page.getByRole("checkbox", { name: /^entries:reveal/ }).isChecked()).toBe(false);
  await page.getByRole("combobox", { name: "Expires" }).selectOption("30 days");
  await page.getByRole("button", { name: "Create access key" }).click();
  await page.getByRole("heading", { name: "Access key created" }).waitFor();
  const key = KEY.exec((await page.locator("#new-key").textContent()) ?? "")?.[0] ?? "";
  expect(key).not.toBe("");
  expect(page.url()).not.toContain(key);
  await page.getByRole("button", { name: "Copy key" }).click();
  await page.getByText("Copied", { exact: true }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key);
  const example = await page.locator("#curl-example").textContent();
  expect(example).toContain(`curl -H "Authorization: Bearer $KAGI_KEY" ${vault.url}/api/entries`);
  expect(example).not.toContain("kagi_");

  const bearer = new Client(vault.url, { authorization: `Bearer ${key}` });
  expect((await bearer.get("/api/entries")).status).toBe(200);
  expect((await bearer.post("/api/categories", { name: "No", keyType: "ssh" })).status).toBe(403);

  await page.reload();
  expect(await page.content()).not.toContain(key);
  await open("/settings/access-keys");
  expect(await page.content()).not.toContain(key);
  const row = page.getByRole("row").filter({ hasText: "deploy script" });
  expect(await row.textContent()).toContain(key.slice(0, 9));
  expect(await row.textContent()).toContain("in 30 days");
  const [made] = await vault.accessKeys();
  expect(Math.round((Date.parse(made?.expiresAt ?? "") - Date.now()) / 86_400_000)).toBe(30);

  await row.getByRole("link", { name: "Revoke deploy script" }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke deploy script?" });
  await dialog.waitFor();
  expect((await bearer.get("/api/entries")).status).toBe(200);
  await dialog.getByRole("button", { name: "Revoke key" }).click();
  await page.getByText("Access key revoked.").waitFor();
  expect((await bearer.get("/api/entries")).status).toBe(401);
});

test("a key may end on a date or never", async ({ page, open, vault }) => {
  for (const { name, expiry, date, expiresAt } of [
    { name: "on a date", expiry: "On a date", date: "2031-02-03", expiresAt: /^2031-02-03T/ },
    { name: "without end", expiry: "Never", date: null, expiresAt: /^null$/ },
  ]) {
    await open("/settings/access-keys/new");
    await page.getByRole("textbox", { name: "Name" }).fill(name);
    await page.getByRole("checkbox", { name: /^stats:read/ }).check();
    await page.getByRole("combobox", { name: "Expires" }).selectOption(expiry);
    if (date !== null) await page.getByRole("textbox", { name: "Date" }).fill(date);
    await page.getByRole("button", { name: "Create access key" }).click();
    await page.getByRole("heading", { name: "Access key created" }).waitFor();
    const made = (await vault.accessKeys()).find((key) => key.name === name);
    expect(String(made?.expiresAt)).toMatch(expiresAt);
    expect(made?.scopes).toEqual(["stats:read"]);
  }
});

test("a key without scopes, or with an end in the past, is told at the field", async ({ page, open, vault }) => {
  await open("/settings/access-keys/new");
  await page.getByRole("textbox", { name: "Name" }).fill("refused");
  await page.getByRole("button", { name: "Create access key" }).click();
  await page.locator("#field-scopes-error").waitFor();
  expect(await page.locator("#field-scopes").evaluate((field) => field.contains(document.activeElement))).toBe(true);
  expect(await page.getByRole("textbox", { name: "Name" }).inputValue()).toBe("refused");
  await page.getByRole("checkbox", { name: /^stats:read/ }).check();
  await page.getByRole("combobox", { name: "Expires" }).selectOption("On a date");
  await page.getByRole("textbox", { name: "Date" }).fill("2020-01-01");
  await page.getByRole("button", { name: "Create access key" }).click();
  await page.locator("#field-expiresOn-error").waitFor();
  expect(await page.locator("#field-expiresOn-error").textContent()).not.toContain("expiresOn");
  expect(await page.getByRole("checkbox", { name: /^stats:read/ }).isChecked()).toBe(true);
  expect((await vault.accessKeys()).map(({ name }) => name)).not.toContain("refused");
});

test("leaving the page of a new key takes the key out of it", async ({ page, open }) => {
  await open("/settings/access-keys/new?preset=pull");
  expect(await page.getByRole("checkbox", { name: /^entries:reveal/ }).isChecked()).toBe(true);
  await page.getByRole("textbox", { name: "Name" }).fill("left");
  await page.getByRole("button", { name: "Create access key" }).click();
  await page.getByRole("heading", { name: "Access key created" }).waitFor();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  expect(await page.content()).not.toMatch(KEY);
  await page.getByRole("link", { name: "Done, to the list of keys" }).click();
  await page.waitForURL("**/settings/access-keys");
  await page.goBack();
  expect(await page.content()).not.toMatch(KEY);
});

test("a key for a script that ends in a week is three choices away, and its example works as it stands", async ({
  page,
  open,
  vault,
}) => {
  await open("/settings/access-keys/new");
  expect(await page.getByRole("combobox", { name: "Expires" }).inputValue()).toBe("90");
  await page.getByRole("textbox", { name: "Name" }).fill("weekly script");
  await page.getByRole("link", { name: "Names only" }).click();
  await page.getByRole("combobox", { name: "Expires" }).selectOption("7 days");
  await page.getByRole("button", { name: "Create access key" }).click();
  await page.getByRole("heading", { name: "Access key created" }).waitFor();
  const key = (await page.locator("#new-key").textContent())?.trim() ?? "";
  const example = (await page.locator("#curl-example").textContent()) ?? "";
  const script = example.replace("paste the key here", key).replace("curl ", "curl -sS -w '%{http_code}' ");
  const run = Bun.spawn(["sh", "-c", script], { stdout: "pipe" });
  expect(await new Response(run.stdout).text()).toEndWith("]200");
  await open("/settings/access-keys");
  expect(await page.getByRole("row").filter({ hasText: "weekly script" }).textContent()).toContain("in 7 days");
  const [made] = await vault.accessKeys();
  expect(made?.scopes.every((scope) => scope.endsWith(":read"))).toBe(true);
});

test("every scope has an example that its key is let in with", async ({ open, page, vault }) => {
  for (const scope of SCOPE_NAMES.filter((name) => name !== "ai:extract")) {
    await open("/settings/access-keys/new");
    await page.getByRole("textbox", { name: "Name" }).fill(scope);
    await page.getByRole("checkbox", { name: new RegExp(`^${scope}`) }).check();
    await page.getByRole("button", { name: "Create access key" }).click();
    await page.getByRole("heading", { name: "Access key created" }).waitFor();
    const key = (await page.locator("#new-key").textContent())?.trim() ?? "";
    const example = (await page.locator("#curl-example").textContent()) ?? "";
    expect(example).toContain(vault.url);
    const script = example
      .replace("paste the key here", key)
      .replace("curl ", "curl -sS -o /dev/null -w '%{http_code}' ");
    const run = Bun.spawn(["sh", "-c", script], { stdout: "pipe" });
    const status = await new Response(run.stdout).text();
    // `ID` stands for a thing of one's own, which is looked for after the scope.
    expect([scope, status]).toEqual([scope, example.includes("ID") ? "404" : expect.stringMatching(/^20[01]$/)]);
  }
});

test("a key for one project, environment and some addresses says so, and ends there", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "Limited" });
  await vault.entry(category, { name: "Within", environment: "staging" });
  await vault.entry(category, { name: "Beyond", environment: "staging" });
  await open("/settings/access-keys/new?preset=pull");
  await page.getByRole("textbox", { name: "Name" }).fill("limited");
  // The names that there are, to choose from.
  const names = await page
    .locator("#project-names option")
    .evaluateAll((all) => all.map((one) => one.getAttribute("value")));
  expect(names).toContain("Within");
  await page.getByRole("combobox", { name: "Project" }).fill("Within");
  await page.getByRole("combobox", { name: "Environment" }).selectOption("staging");
  await page.getByLabel("Addresses").fill("127.0.0.1/8");
  await page.getByRole("button", { name: "Create access key" }).click();
  await page.locator("#field-addresses-error").waitFor();
  expect(await page.locator("#field-addresses-error").textContent()).toContain("must begin with its first address");
  expect(await page.getByLabel("Addresses").inputValue()).toBe("127.0.0.1/8");
  expect(await page.getByRole("combobox", { name: "Project" }).inputValue()).toBe("Within");
  expect(await page.getByRole("combobox", { name: "Environment" }).inputValue()).toBe("staging");
  await page.getByLabel("Addresses").fill("127.0.0.0/8, ::1\n10.0.0.0/8");
  await page.getByRole("button", { name: "Create access key" }).click();
  await page.getByRole("heading", { name: "Access key created" }).waitFor();
  const key = (await page.locator("#new-key").textContent())?.trim() ?? "";
  const bearer = new Client(vault.url, { authorization: `Bearer ${key}` });
  expect((await bearer.get("/api/entries")).text).toContain("Within");
  expect((await bearer.get("/api/entries")).text).not.toContain("Beyond");
  const [made] = await vault.accessKeys();
  expect(made).toMatchObject({
    project: "Within",
    environment: "staging",
    addresses: ["127.0.0.0/8", "::1", "10.0.0.0/8"],
  });
  for (const [width, colorScheme] of [
    [1440, "dark"],
    [1440, "light"],
    [390, "dark"],
    [390, "light"],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await open("/settings/access-keys");
    const row = page.getByRole("row").filter({ hasText: "limited" });
    expect(await row.textContent()).toContain("only project Within");
    expect(await row.textContent()).toContain("only staging");
    expect(await row.textContent()).toContain("only from 127.0.0.0/8, ::1 and 1 more");
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  }
});

test("a limited key's scopes are told at the field when they have no such end", async ({ page, open }) => {
  await open("/settings/access-keys/new?preset=read-only");
  await page.getByRole("textbox", { name: "Name" }).fill("too much");
  await page.getByRole("combobox", { name: "Environment" }).selectOption("production");
  await page.getByRole("button", { name: "Create access key" }).click();
  await page.locator("#field-scopes-error").waitFor();
  const told = await page.locator("#field-scopes-error").textContent();
  for (const scope of ["2fa:read", "stats:read"]) expect(told).toContain(scope);
  expect(told).not.toContain("entries:read");
});

test("a key is rotated by keyboard, the new one shown once, and the old one says when it ends", async ({
  page,
  open,
  vault,
}) => {
  const old = await vault.accessKey({ name: "rotated", scopes: ["entries:read"], environment: "staging" });
  await open("/settings/access-keys");
  await page.getByRole("link", { name: "Rotate rotated" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Rotate rotated" }).waitFor();
  // When the old one ends is the person's to say.
  expect(await page.getByRole("radio", { checked: true }).count()).toBe(0);
  await page.getByRole("radio", { name: /^Now/ }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  expect(await page.getByRole("radio", { name: /^In 1 day/ }).isChecked()).toBe(true);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Access key rotated" }).waitFor();
  expect(await page.locator("main").textContent()).toContain(`${old.keyPrefix}…, works until`);
  const key = (await page.locator("#new-key").textContent())?.trim() ?? "";
  expect(key).not.toBe(old.key);
  const status = async (one: string) =>
    (await new Client(vault.url, { authorization: `Bearer ${one}` }).get("/api/entries")).status;
  expect([await status(old.key), await status(key)]).toEqual([200, 200]);
  await open("/settings/access-keys");
  expect(await page.content()).not.toContain(key);
  const row = page.getByRole("row").filter({ hasText: old.keyPrefix });
  expect(await row.textContent()).toContain("in 1 day");
  expect(await row.textContent()).toContain("replaced");
  expect(await row.getByRole("link", { name: /^Rotate/ }).count()).toBe(0);
  // Twice is once too often, and says so.
  await open(`/settings/access-keys/${old.id}/rotate`);
  await page.getByRole("radio", { name: /^Now/ }).check();
  await page.getByRole("button", { name: "Make the new key" }).click();
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("alert").textContent()).toContain("replaced already");
  expect(await status(old.key)).toBe(200);
});
