import { expect } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { sshKey } from "../support/secrets.ts";
import { addSession, expectFocus, launch, pageTests } from "./browser.ts";
import type { Vault } from "./vault.ts";

const test = pageTests();

const fresh = (kind: string) => `sk-${kind}-${crypto.randomUUID()}`;
const row = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name });
const create = (page: Page) => page.getByRole("button", { name: "Create entry" }).click();

/** A category with one entry of a value nobody else has. */
async function oneSecret(vault: Vault, name: string, value = fresh("one")) {
  const category = await vault.category({ name });
  const entry = await vault.entry(category, { name: "Blog", value });
  return { category, entry, value };
}

test("an entry of several lines is made, listed and revealed as it was typed", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "Simple" });
  const value = `first line\n  second, indented\n\n<b>fourth</b> & $HOME \${x} \`y\`\n`;
  await open(`/keys/${category.id}`);
  await page.getByRole("link", { name: "Add the first entry" }).click();
  await page.getByLabel("Project").fill("Blog Project");
  await page.getByRole("radio", { name: "Staging" }).check();
  await page.getByLabel("Value", { exact: true }).fill(value);
  await page.getByLabel("Expires on").fill("2031-05-06");
  await page.getByLabel("Notes").fill("Rotate with the team");
  await create(page);
  await page.getByText("Entry created.").waitFor();

  const entry = row(page, "Blog Project");
  expect(await entry.textContent()).toContain("Rotate with the team");
  expect(await entry.textContent()).toContain("2031-05-06");
  expect(await entry.textContent()).toContain("Staging");
  await entry.getByRole("button", { name: "Reveal" }).click();
  await entry.locator("pre").waitFor();
  expect(await entry.locator("pre").textContent()).toBe(value);
  const [stored] = await vault.entries(category);
  expect(stored?.environment).toBe("staging");
});

test("an entry of a group has one masked field a name", async ({ page, open, vault }) => {
  const category = await vault.category({
    name: "Group",
    keyType: "group",
    fieldDefinitions: ["KEY_ID", "KEY_SECRET"],
  });
  const [id, secret] = [fresh("id"), fresh("secret")];
  await open(`/keys/${category.id}/entries/new`);
  await page.getByLabel("Project").fill("Shop");
  await create(page);
  const problem = page.getByRole("alert");
  await problem.waitFor();
  expect(await problem.textContent()).toBe("At least one field needs a value.");
  await expectFocus(problem);
  expect(await page.getByLabel("Project").inputValue()).toBe("Shop");
  expect(await vault.entries(category)).toHaveLength(0);

  await page.getByLabel("KEY_ID", { exact: true }).fill(id);
  await page.getByLabel("KEY_SECRET", { exact: true }).fill(secret);
  await create(page);
  await page.getByText("Entry created.").waitFor();
  await page.getByRole("button", { name: "Reveal KEY_SECRET of Shop" }).click();
  await page.getByText(secret).waitFor();
  expect(await page.getByText(id).count()).toBe(0);

  // Editing one field keeps the other; editing none keeps both.
  await page.getByRole("link", { name: "Edit Shop" }).click();
  const renewed = fresh("renewed");
  await page.getByLabel("KEY_SECRET", { exact: true }).fill(renewed);
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Entry saved.").waitFor();
  const [entry] = await vault.entries(category);
  expect(await vault.reveal(entry)).toEqual({ KEY_ID: id, KEY_SECRET: renewed });
  await page.getByRole("link", { name: "Edit Shop" }).click();
  await page.getByLabel("Notes").fill("only a note");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Entry saved.").waitFor();
  expect(await vault.reveal(entry)).toEqual({ KEY_ID: id, KEY_SECRET: renewed });
});

test("a field of a group that is left empty is not set, and a stored one can be removed", async ({
  page,
  open,
  vault,
}) => {
  const fieldDefinitions = ["KEY_ID", "KEY_SECRET", "KEY_REGION"];
  const category = await vault.category({ name: "Some fields", keyType: "group", fieldDefinitions });
  const save = () => page.getByRole("button", { name: "Save changes" }).click();
  const field = (name: string) => page.getByLabel(name, { exact: true });
  const edit = async () => {
    await page.getByRole("link", { name: "Edit Shop" }).click();
    await page.getByRole("heading", { name: "Edit Some fields · Shop · production" }).waitFor();
  };
  await open(`/keys/${category.id}/entries/new`);
  await page.getByLabel("Project").fill("Shop");
  await field("KEY_ID").fill("the-id");
  await field("KEY_REGION").fill("the-region");
  await create(page);
  await page.getByText("Entry created.").waitFor();
  const [entry] = await vault.entries(category);
  expect(await vault.reveal(entry)).toEqual({ KEY_ID: "the-id", KEY_REGION: "the-region" });

  // Every field has its line, and only those that are set have something to reveal.
  expect(await page.locator(".values li").allTextContents()).toEqual([
    expect.stringContaining("KEY_ID"),
    expect.stringMatching(/^KEY_SECRET.*not set$/s),
    expect.stringContaining("KEY_REGION"),
  ]);
  expect(await page.getByText("not set").count()).toBe(1);
  expect(await page.getByRole("button", { name: "Reveal KEY_ID of Shop" }).count()).toBe(1);
  expect(await page.getByRole("button", { name: /KEY_SECRET/ }).count()).toBe(0);
  expect(await page.locator(".dots").count()).toBe(2);

  // Blank keeps, a new value sets, a tick removes.
  await edit();
  expect(await page.getByRole("checkbox", { name: /^Remove/ }).count()).toBe(2);
  expect(await page.getByRole("checkbox", { name: "Remove KEY_SECRET" }).count()).toBe(0);
  await field("KEY_SECRET").fill("the-secret");
  await page.getByRole("checkbox", { name: "Remove KEY_REGION" }).check();
  await save();
  await page.getByText("Entry saved.").waitFor();
  expect(await vault.reveal(entry)).toEqual({ KEY_ID: "the-id", KEY_SECRET: "the-secret" });
  expect(await page.getByRole("button", { name: /KEY_REGION/ }).count()).toBe(0);

  // Both at once is a slip, told at the field.
  await edit();
  await page.getByRole("checkbox", { name: "Remove KEY_ID" }).check();
  await field("KEY_ID").fill("another-id");
  await save();
  await page.locator('[id="field-value.KEY_ID-error"]').waitFor();
  await expectFocus(field("KEY_ID"));
  expect(await page.getByRole("checkbox", { name: "Remove KEY_ID" }).isChecked()).toBe(true);
  expect(await page.content()).not.toContain("another-id");

  // Something must remain.
  await page.getByRole("checkbox", { name: "Remove KEY_SECRET" }).check();
  await save();
  await page.getByRole("alert").filter({ hasText: "At least one field needs a value." }).waitFor();
  expect(await vault.reveal(entry)).toEqual({ KEY_ID: "the-id", KEY_SECRET: "the-secret" });
});

test("what the API stores as empty is set, and is revealed as such", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "Set empty", keyType: "group", fieldDefinitions: ["KEY", "REGION"] });
  const entry = await vault.entry(category, { name: "Shop", value: { KEY: "the-key", REGION: "" } });
  expect(await vault.reveal(entry)).toEqual({ KEY: "the-key", REGION: "" });
  await open(`/keys/${category.id}`);
  expect(await page.getByText("not set").count()).toBe(0);
  expect(await page.getByRole("button", { name: "Reveal REGION of Shop" }).count()).toBe(1);
});

test("an environment that there is not is told at its field, and nothing is stored", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "No such place" });
  const entry = await vault.entry(category, { name: "Blog", environment: "staging", value: "sk-kept" });
  for (const path of [`/keys/${category.id}/entries/new`, `/entries/${entry.id}/edit`]) {
    await open(path);
    await page.getByLabel("Project").fill("Moon");
    await page.getByLabel(/^(New v|V)alue/).fill("sk-of-the-moon");
    await page.locator("input[name=environment]").evaluateAll((choices) => {
      for (const choice of choices as HTMLInputElement[]) choice.value = "moon";
    });
    await page.getByRole("button", { name: /^(Create entry|Save changes)$/ }).click();
    const problem = page.locator("#field-environment-error");
    await problem.waitFor();
    expect(await problem.textContent()).toBe("Environment must be one of development, staging, production.");
    expect(await page.locator("input[name=environment]:checked").count()).toBe(0);
    expect(await page.getByLabel("Project").inputValue()).toBe("Moon");
    expect(await page.content()).not.toContain("sk-of-the-moon");
  }
  expect(await vault.entries(category)).toMatchObject([{ name: "Blog", environment: "staging" }]);
  expect(await vault.reveal(entry)).toBe("sk-kept");
});

test("an entry of a free group brings fields of its own, as rows and as pasted lines", async ({
  page,
  open,
  vault,
}) => {
  const category = await vault.category({ name: "Free group", keyType: "group" });
  await open(`/keys/${category.id}/entries/new`);
  await page.getByLabel("Project").fill("Lab");
  await page.getByRole("textbox", { name: "Variable 1" }).fill("DB_USER");
  await page.getByRole("textbox", { name: "Value 1" }).fill("ada");
  await page.getByRole("button", { name: "Add a field" }).click();
  await page.getByRole("textbox", { name: "Variable 4" }).fill("DB_HOST");
  await page.getByRole("textbox", { name: "Value 4" }).fill("db.internal");
  await page.getByLabel("Or paste lines of a .env file").fill("export DB_PASSWORD='p # w'\n# remark\nDB_PORT=5432\n");
  await create(page);
  await page.getByText("Entry created.").waitFor();
  const [entry] = await vault.entries(category);
  expect(await vault.reveal(entry)).toEqual({
    DB_USER: "ada",
    DB_HOST: "db.internal",
    DB_PASSWORD: "p # w",
    DB_PORT: "5432",
  });
  for (const name of ["DB_USER", "DB_HOST", "DB_PASSWORD", "DB_PORT"])
    expect(await page.getByRole("button", { name: `Reveal ${name} of Lab` }).count()).toBe(1);
});

test("an SSH key that is chosen as a file comes back byte for byte, with its name", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "Servers", keyType: "ssh" });
  const folder = mkdtempSync(join(tmpdir(), "kagi-e2e-file-"));
  try {
    const { text } = sshKey();
    // Windows line breaks and no last one: a form must not mend them.
    const content = text.trimEnd().replaceAll("\n", "\r\n");
    const file = join(folder, "id deploy (1).pem");
    writeFileSync(file, content);
    await open(`/keys/${category.id}/entries/new`);
    await page.getByLabel("Project").fill("Server");
    await page.getByLabel("File, chosen or dropped here").setInputFiles(file);
    await page.getByText("id deploy (1).pem will be stored").waitFor();
    await create(page);
    await page.getByText("Entry created.").waitFor();
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe("id deploy (1).pem");
    expect(readFileSync(await download.path(), "utf8")).toBe(content);
    expect(await row(page, "Server").textContent()).toContain("id deploy (1).pem");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an SSH key that is dropped is stored, and its type and fingerprint are shown", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "Dropped", keyType: "ssh" });
  const { text, type, fingerprint } = sshKey();
  await open(`/keys/${category.id}/entries/new`);
  await page.getByLabel("Project").fill("Bastion");
  const dataTransfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], "id_bastion"));
    return data;
  }, text);
  await page.locator(".drop").dispatchEvent("dragover", { dataTransfer });
  expect(await page.locator(".drop.over").count()).toBe(1);
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer });
  await page.getByText("id_bastion will be stored").waitFor();
  await create(page);
  await page.getByText("Entry created.").waitFor();
  const [entry] = await vault.entries(category);
  expect(await vault.reveal(entry)).toBe(text);
  const shown = await row(page, "Bastion").textContent();
  expect(shown).toContain(type);
  expect(shown).toContain(fingerprint);
});

test("text that is no JSON is refused at the field, without coming back", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "Credentials", keyType: "json" });
  await open(`/keys/${category.id}/entries/new`);
  await page.getByLabel("Project").fill("Cloud");
  const field = page.getByLabel("Or paste the JSON", { exact: true });
  await field.fill('{"private_key": "pk-not-closed"');
  await create(page);
  await page.locator("#field-value-error").waitFor();
  expect(await page.locator("#field-value-error").textContent()).toMatch(/JSON/);
  await expectFocus(field);
  expect(await field.inputValue()).toBe("");
  expect(await page.getByLabel("Project").inputValue()).toBe("Cloud");
  expect(await page.content()).not.toContain("pk-not-closed");

  const content = '{\n  "type": "service_account",\n  "n": 1.0\n}\n';
  await field.fill(content);
  await page.getByLabel("File name").fill("service-account.json");
  await create(page);
  await page.getByText("Entry created.").waitFor();
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe("service-account.json");
  expect(readFileSync(await download.path(), "utf8")).toBe(content);
});

test("a revealed value hides on demand, and the focus returns to its button", async ({ page, open, vault }) => {
  const { category, value } = await oneSecret(vault, "Hide by hand");
  await open(`/keys/${category.id}`);
  expect(await page.content()).not.toContain(value);
  await page.getByRole("button", { name: "Reveal" }).click();
  await page.getByText(value).waitFor();
  const hide = page.getByRole("button", { name: "Hide" });
  await expectFocus(hide);
  await hide.click();
  await page.getByText(value).waitFor({ state: "detached" });
  expect(await page.content()).not.toContain(value);
  await expectFocus(page.getByRole("button", { name: "Reveal" }));
});

test("a revealed value hides itself after 30 seconds", async ({ page, open, vault }) => {
  const { category, value } = await oneSecret(vault, "Hide in time");
  await page.clock.install();
  await open(`/keys/${category.id}`);
  await page.getByRole("button", { name: "Reveal" }).click();
  await page.getByText(value).waitFor();
  await page.clock.fastForward(25_000);
  expect(await page.getByText(value).isVisible()).toBe(true);
  await page.clock.fastForward(5_000);
  await page.getByText(value).waitFor({ state: "detached" });
  expect(await page.content()).not.toContain(value);
});

test("a revealed value hides when the tab is hidden, and what arrives meanwhile is not shown", async ({
  page,
  open,
  vault,
}) => {
  const { category, value } = await oneSecret(vault, "Hide with the tab");
  await open(`/keys/${category.id}`);
  await page.getByRole("button", { name: "Reveal" }).click();
  await page.getByText(value).waitFor();
  await hideTab(page);
  expect(await page.content()).not.toContain(value);

  const answered = page.waitForResponse("**/reveal");
  await page.getByRole("button", { name: "Reveal" }).dispatchEvent("click");
  await (await answered).finished();
  await page.locator("form[aria-busy]").waitFor({ state: "detached" });
  expect(await page.content()).not.toContain(value);
});

test("a secret that is being typed is masked again when the tab is hidden", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "Typed" });
  await open(`/keys/${category.id}/entries/new`);
  const field = page.getByLabel("Value", { exact: true });
  const masking = () =>
    field.evaluate((element) => getComputedStyle(element).getPropertyValue("-webkit-text-security"));
  await field.fill("sk-being-typed");
  expect(await masking()).toBe("disc");
  await page.getByRole("button", { name: "Show Value" }).click();
  expect(await masking()).toBe("none");
  await hideTab(page);
  expect(await masking()).toBe("disc");
});

test("a value is in no page, no address and no history, and revealing gets it anew", async ({ page, open, vault }) => {
  const { category, value } = await oneSecret(vault, "Nowhere else");
  const carriers: string[] = [];
  page.on("response", async (response) => {
    const text = response.request().resourceType() === "document" ? await response.text().catch(() => "") : "";
    if (text.includes(value) || response.url().includes(value)) carriers.push(response.url());
  });
  await open(`/keys/${category.id}`);
  await page.getByRole("button", { name: "Reveal" }).click();
  await page.getByText(value).waitFor();
  expect(page.url()).not.toContain(value);
  await page.getByRole("link", { name: "Edit Blog" }).click();
  await page.getByRole("heading", { name: /^Edit .* · Blog · production$/ }).waitFor();
  expect(await page.content()).not.toContain(value);
  await page.goBack();
  await page.getByRole("button", { name: "Reveal" }).waitFor();
  expect(await page.content()).not.toContain(value);
  await page.reload();
  expect(await page.content()).not.toContain(value);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]));
  expect(kept).not.toContain(value);
  expect(carriers).toEqual([]);
});

test("a page that the browser's cache brings back shows no value, typed or revealed", async ({ vault }) => {
  const { category, value } = await oneSecret(vault, "Restored");
  const browser = await launch({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  try {
    const context = await browser.newContext();
    await addSession(context, vault, vault.session);
    const page = await context.newPage();
    await page.goto(`${vault.url}/keys/${category.id}`);
    await page.getByRole("button", { name: "Reveal" }).click();
    await page.getByText(value).waitFor();
    await page.getByRole("link", { name: "Edit Blog" }).click();
    await page.getByLabel("New value").fill("sk-typed-and-left");
    await page.goBack({ waitUntil: "commit" });
    await page.getByRole("button", { name: "Reveal" }).waitFor();
    expect(await page.content()).not.toContain(value);
    await page.goForward({ waitUntil: "commit" });
    await page.getByLabel("New value").waitFor();
    expect(await page.getByLabel("New value").inputValue()).toBe("");
  } finally {
    await browser.close();
  }
});

test("leaving a page takes revealed and typed secrets out of it first", async ({ page, open, vault }) => {
  const { category, entry, value } = await oneSecret(vault, "Left");
  await open(`/keys/${category.id}`);
  await page.getByRole("button", { name: "Reveal" }).click();
  await page.getByText(value).waitFor();
  const leave = () => page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await leave();
  expect(await page.content()).not.toContain(value);
  await open(`/entries/${entry.id}/edit`);
  await page.getByLabel("New value").fill("sk-typed-and-left");
  await leave();
  expect(await page.getByLabel("New value").inputValue()).toBe("");
});

test("an earlier value is shown in the history, copied by its name, and hidden again", async (stage) => {
  const { page, open, vault, context } = stage;
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: vault.url });
  const { entry, value } = await oneSecret(vault, "Earlier", `${fresh("earlier")}\nsecond line\n`);
  const renewed = fresh("renewed");
  expect((await vault.owner.put(`/api/entries/${entry.id}`, { value: renewed })).status).toBe(200);
  await open(`/entries/${entry.id}/history`);
  await page.getByRole("button", { name: "Reveal value 1" }).click();
  await page.getByRole("button", { name: "Copy API_KEY, value 1" }).click();
  await page.getByText("Copied API_KEY", { exact: true }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(value);
  await page.getByRole("button", { name: "Hide" }).click();
  const content = await page.content();
  expect(content).not.toContain(value.split("\n")[0]);
  expect(content).not.toContain(renewed);
});

test("copying puts the value on the clipboard and never into the page", async ({ page, open, vault, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: vault.url });
  const value = `${fresh("copied")}\nsecond line\n`;
  const { category } = await oneSecret(vault, "Copied", value);
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    for (const kind of [HTMLInputElement, HTMLTextAreaElement]) {
      const value = Object.getOwnPropertyDescriptor(kind.prototype, "value");
      if (!value?.set) continue;
      const { set } = value;
      Object.defineProperty(kind.prototype, "value", {
        ...value,
        set(text: string) {
          seen.push(text);
          set.call(this, text);
        },
      });
    }
    new MutationObserver((records) => {
      for (const { target, addedNodes, attributeName } of records) {
        for (const node of addedNodes) seen.push(node instanceof Element ? node.outerHTML : (node.textContent ?? ""));
        seen.push(target instanceof Element && attributeName ? target.outerHTML : (target.nodeValue ?? ""));
      }
    }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await open(`/keys/${category.id}`);
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied API_KEY").waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(value);
  const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect(seen.length).toBeGreaterThan(10);
  expect(seen.filter((text) => text.includes(value.slice(0, 20)))).toEqual([]);
  expect(await page.content()).not.toContain(value.slice(0, 20));
});

test("where there is no clipboard API, copying still bypasses the page", async ({ page, open, vault, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: vault.url });
  const { category, value } = await oneSecret(vault, "Copied without API");
  await page.addInitScript(() => {
    Object.assign(window, { real: navigator.clipboard });
    Object.defineProperty(navigator, "clipboard", { value: undefined });
  });
  await open(`/keys/${category.id}`);
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied API_KEY").waitFor();
  expect(await page.evaluate(() => (window as unknown as { real: Clipboard }).real.readText())).toBe(value);
});

test("one field of a group is copied alone", async ({ page, open, vault, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: vault.url });
  const category = await vault.category({ name: "Copied group", keyType: "group", fieldDefinitions: ["ID", "SECRET"] });
  await vault.entry(category, { name: "Shop", value: { ID: "the-id", SECRET: "the-secret" } });
  await open(`/keys/${category.id}`);
  await page.getByRole("button", { name: "Copy SECRET of Shop" }).click();
  await page.getByText("Copied SECRET").waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("the-secret");
});

test("saving without a value keeps the stored one", async ({ page, open, vault }) => {
  const { category, entry, value } = await oneSecret(vault, "Kept");
  await open(`/keys/${category.id}`);
  await page.getByRole("link", { name: "Edit Blog" }).click();
  expect(await page.getByLabel("New value").inputValue()).toBe("");
  await page.getByLabel("Project").fill("Weblog");
  await page.getByRole("radio", { name: "Development" }).check();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Entry saved.").waitFor();
  const [changed] = await vault.entries(category);
  expect(changed).toMatchObject({ id: entry.id, name: "Weblog", environment: "development" });
  expect(await vault.reveal(entry)).toBe(value);
  await page.getByRole("link", { name: "Edit Weblog" }).click();
  await page.getByLabel("New value").fill("sk-renewed");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Entry saved.").waitFor();
  expect(await vault.reveal(entry)).toBe("sk-renewed");
});

test("deleting an entry asks once and names it", async ({ page, open, vault }) => {
  const { category } = await oneSecret(vault, "Deleted from");
  await vault.entry(category, { name: "Shop", environment: "staging" });
  await open(`/keys/${category.id}`);
  await page.getByRole("link", { name: "Delete Shop" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete Shop?" });
  await dialog.waitFor();
  expect(await dialog.textContent()).toMatch(/Deleted from.*Shop.*staging/s);
  await dialog.getByRole("button", { name: "Delete entry" }).click();
  await page.getByText("Entry deleted.").waitFor();
  expect((await vault.entries(category)).map(({ name }) => name)).toEqual(["Blog"]);
  expect(await row(page, "Shop").count()).toBe(0);
});

test("entries are searched and filtered in the address", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "Filtered" });
  await vault.entry(category, { name: "Blog", environment: "production" });
  await vault.entry(category, { name: "Blog", environment: "staging" });
  await vault.entry(category, { name: "Shop", environment: "staging", notes: "feeds the blog" });
  await open(`/keys/${category.id}`);
  await page.getByRole("searchbox", { name: "Search entries" }).fill("blog");
  await page.waitForURL("**?search=blog");
  await page.getByRole("radio", { name: "Staging" }).check();
  await page.waitForURL("**?search=blog&environment=staging");
  await page.getByText("2 entries").first().waitFor();
  await page.reload();
  expect(await page.getByRole("radio", { name: "Staging" }).isChecked()).toBe(true);
  expect(await page.locator("tbody tr").count()).toBe(2);
  await page.getByRole("searchbox", { name: "Search entries" }).fill("nothing like it");
  await page.getByRole("heading", { name: "No entry matches" }).waitFor();
  await page.getByRole("link", { name: "Clear filters" }).first().click();
  await page.getByText("3 entries").first().waitFor();
});

test("another person's entry is not found", async ({ page, open }) => {
  for (const path of [
    "/keys/01936f5e-6f2c-7c3a-9d51-0242ac120002",
    "/keys/nonsense",
    "/entries/nonsense/edit",
    "/nowhere",
  ]) {
    await open(path);
    await page.getByRole("heading", { name: "Not found" }).waitFor();
    await page.getByRole("link", { name: "Go to the overview" }).waitFor();
  }
});

async function hideTab(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
}
