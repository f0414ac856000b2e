import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { pageTests } from "./browser.ts";
import { newTwoFactor, SECRET } from "./two-factor.ts";
import { unharmed } from "./unharmed.ts";

const test = pageTests({ confirmed: true });

const ATTEMPTS = [
  `<img src=x onerror="window.pwned=1">`,
  `"><script>window.pwned=1</script>`,
  `'><svg onload=window.pwned=1>`,
  `</textarea></pre></title><script>window.pwned=1</script>`,
  `\${window.pwned=1}{{constructor.constructor('window.pwned=1')()}}`,
  "javascript:window.pwned=1",
  `x" onfocus="window.pwned=1" autofocus="`,
  `x' hx-on:click='window.pwned=1' hx-get='/keys`,
  "&lt;b&gt; &amp;amp; \u202e reversed",
];
/** Three at a time, because each round looks at every page. */
const HOSTILE = [0, 3, 6].map((from) => ATTEMPTS.slice(from, from + 3).join(" "));

const text = (page: Page) => page.locator("body").evaluate((body) => body.textContent ?? "");

for (const [index, hostile] of HOSTILE.entries()) {
  test(`text is text: ${JSON.stringify(hostile)}`, async ({ page, open, vault }) => {
    const simple = await vault.category({ name: `S ${hostile}`, description: `D ${hostile}` });
    const ssh = await vault.category({ name: `F ${hostile}`, keyType: "ssh" });
    const entry = await vault.entry(simple, { name: `E ${hostile}`, notes: `N ${hostile}`, value: `V ${hostile}` });
    const fileName = `n ${hostile}`.replace(/[/\\]/g, "_");
    const file = await vault.entry(ssh, { name: `E ${hostile}`, value: `K ${hostile}`, fileName });
    const twoFactor = await newTwoFactor(vault, {
      service: `T ${hostile}`,
      accountName: `A ${hostile}`,
      notes: `N ${hostile}`,
      secret: SECRET,
      recoveryCodes: [`R ${hostile}`, "a1b2c3"],
    });
    const key = await vault.accessKey({ name: `K ${hostile}`, scopes: ["stats:read"] });

    const pages: [path: string, shows: string[]][] = [
      ["/keys", [`S ${hostile}`, `F ${hostile}`]],
      [`/keys?search=${encodeURIComponent(hostile)}`, [`S ${hostile}`]],
      [`/keys?search=${encodeURIComponent(`none ${hostile}`)}`, [`none ${hostile}`]],
      [`/keys?search=${encodeURIComponent(`N ${hostile}`)}`, [`E ${hostile}`, `S ${hostile}`]],
      [`/keys/new?iconSearch=${encodeURIComponent(`none ${hostile}`)}`, [`none ${hostile}`]],
      [`/keys/${simple.id}`, [`S ${hostile}`, `D ${hostile}`, `E ${hostile}`, `N ${hostile}`]],
      [`/keys/${simple.id}/edit`, [`S ${hostile}`, `D ${hostile}`]],
      [`/keys/${simple.id}/delete`, [`S ${hostile}`]],
      [`/keys/${simple.id}/entries/new`, [`S ${hostile}`]],
      [`/keys/${ssh.id}`, [fileName]],
      [`/entries/${entry.id}/edit`, [`E ${hostile}`, `N ${hostile}`]],
      [`/entries/${entry.id}/delete`, [`E ${hostile}`]],
      [`/entries/${file.id}/edit`, [`E ${hostile}`]],
      ["/2fa", [`T ${hostile}`, `A ${hostile}`, `N ${hostile}`]],
      [`/2fa?search=${encodeURIComponent(`none ${hostile}`)}`, [`none ${hostile}`]],
      [`/2fa/${twoFactor.id}/edit`, [`T ${hostile}`]],
      [`/2fa/${twoFactor.id}/delete`, [`T ${hostile}`, `A ${hostile}`]],
      [`/2fa/${twoFactor.id}/recovery`, [`T ${hostile}`]],
      [`/2fa/${twoFactor.id}/recovery/use`, [`T ${hostile}`, `A ${hostile}`]],
      ["/settings/access-keys", [`K ${hostile}`]],
      [`/settings/access-keys/${key.id}/rotate`, [`K ${hostile}`]],
      [`/settings/access-keys/${key.id}/revoke`, [`K ${hostile}`]],
    ];
    for (const [path, shows] of pages) {
      await open(path);
      await unharmed(page);
      const all = await text(page);
      for (const shown of shows) expect({ path, has: all.includes(shown), shown }).toEqual({ path, has: true, shown });
    }

    // In a form it is what was stored, so that saving changes nothing.
    await open(`/entries/${file.id}/edit`);
    expect(await page.getByLabel("File name").inputValue()).toBe(fileName);
    expect(await page.getByLabel("Project").inputValue()).toBe(`E ${hostile}`);
    await open(`/keys/${simple.id}/edit`);
    expect(await page.getByRole("textbox", { name: "Name", exact: true }).inputValue()).toBe(`S ${hostile}`);
    await open(`/keys?search=${encodeURIComponent(hostile)}`);
    expect(await page.getByRole("searchbox").inputValue()).toBe(hostile);
    await open(`/keys/${simple.id}/entries/new`);
    const offered = await page
      .locator("datalist option")
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    expect(offered).toContain(`E ${hostile}`);

    // What htmx puts in: the dialog, the value, a refused form.
    await open(`/keys/${simple.id}`);
    await page.getByRole("button", { name: "Reveal" }).click();
    await page.locator("pre").waitFor();
    expect(await page.locator("pre").textContent()).toBe(`V ${hostile}`);
    await page.getByRole("link", { name: "Delete category" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await page.getByRole("dialog").textContent()).toContain(`S ${hostile}`);
    await unharmed(page);

    await open(`/2fa?search=${encodeURIComponent(hostile)}`);
    await page.getByRole("button", { name: "Reveal" }).click();
    await page.locator(".digits").waitFor();
    await page.getByRole("link", { name: "Use next code" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Use next code" }).click();
    await page.locator("#taken-code").waitFor();
    expect((await page.locator("#taken-code").textContent())?.trim()).toBe(`R ${hostile}`);
    await unharmed(page);
    await open("/2fa/new");
    await page.getByRole("textbox", { name: "Codes" }).fill(`a1b2c-3d4e5\n${hostile}`);
    await page.locator(".masked li").first().waitFor();
    await unharmed(page);

    await open("/keys/new");
    await page.getByRole("textbox", { name: "Name", exact: true }).fill(`S ${hostile}`);
    await page.getByLabel("Environment variable").fill(hostile);
    await page.getByLabel("Description").fill(`D ${hostile}`);
    await page.getByRole("button", { name: "Create category" }).last().click();
    await page.locator(".error").first().waitFor();
    expect(await page.getByLabel("Description").inputValue()).toBe(`D ${hostile}`);
    await unharmed(page);

    if (index > 0) return;
    // Names of accounts and keys that are made in the pages.
    await open("/settings/access-keys/new");
    await page.getByRole("textbox", { name: "Name" }).fill(`M ${hostile}`);
    await page.getByRole("checkbox", { name: /^stats:read/ }).check();
    await page.getByRole("button", { name: "Create access key" }).click();
    await page.getByText(`M ${hostile}`).waitFor();
    await unharmed(page);
  });
}

test(
  "what stands in an address is text as well",
  async ({ page, open }) => {
    for (const hostile of ATTEMPTS) {
      for (const path of ["/sign-in?next=/", "/settings/access-keys/new?preset=", "/keys/new?service=", "/nowhere/"]) {
        await open(path + encodeURIComponent(hostile));
        await unharmed(page);
      }
    }
  },
  { signedIn: false },
);

test(
  "the name of an account is text",
  async ({ page, open }) => {
    const [hostile = ""] = HOSTILE;
    await open("/setup");
    await page.getByLabel("E-mail").fill("ada@example.com");
    await page.getByLabel("Name").fill(hostile);
    await page.getByLabel("Password", { exact: true }).fill("tuba-lantern-moss-42");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    expect(await text(page)).toContain(hostile);
    await unharmed(page);
  },
  { account: false },
);
