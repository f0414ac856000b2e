import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { expectFocus, pageTests, type Stage } from "./browser.ts";
import { converted, exportLink, type Picture, qrPicture, withPictures } from "./qr-pictures.ts";
import { card, codeOf, codesOf, independentCode, newTwoFactor, SECRET, twoFactors } from "./two-factor.ts";
import type { Vault } from "./vault.ts";

const test = pageTests();
const testPictures = withPictures(test);

const add = (page: Page) => page.getByRole("button", { name: "Add 2FA" }).last().click();
const linkOf = (service: string, secret = SECRET, more = "") =>
  `otpauth://totp/${encodeURIComponent(service)}:ada%40example.com?secret=${secret}&issuer=${encodeURIComponent(service)}${more}`;

/** Whether the stored one makes the codes of `secret`, in this period or the one that has begun meanwhile. */
async function expectCodes(vault: Vault, service: string, kind: Parameters<typeof independentCode>[0]): Promise<void> {
  const [stored] = await twoFactors(vault, service);
  const before = Date.now();
  const code = await codeOf(vault, stored?.id);
  expect([await independentCode(kind, before), await independentCode(kind, Date.now())]).toContain(code);
}

test("by hand: a printed key with spaces, an account, recovery codes", async ({ page, open, vault }) => {
  await open("/2fa/new");
  await page.getByRole("textbox", { name: "Key or link" }).fill("mzxw 6ytb-OJUW u23m nu4t smrs gm2d knrx");
  await page.getByLabel("Service").fill("By hand");
  await page.getByRole("textbox", { name: "Account" }).fill("ada");
  await page.getByText("Codes: SHA1, 6 digits, every 30 s").click();
  await page.getByRole("radio", { name: "SHA256" }).check();
  await page.getByRole("radio", { name: "8", exact: true }).check();
  await page.getByLabel("Seconds for which a code is good").fill("60");
  await page.getByRole("textbox", { name: "Codes" }).fill(codesOf("b", 4).join("\n"));
  await page.getByText("4 codes understood").waitFor();
  await page.getByLabel("Notes").fill("spare phone");
  await add(page);
  await page.getByText("2FA added.").waitFor();
  expect((await twoFactors(vault, "By hand"))[0]).toMatchObject({
    accountName: "ada",
    algorithm: "SHA256",
    digits: 8,
    period: 60,
    notes: "spare phone",
    recoveryCodesTotal: 4,
    recoveryCodesUsed: 0,
  });
  await expectCodes(vault, "By hand", { secret: SECRET, algorithm: "SHA256", digits: 8, period: 60 });
});

test("what cannot be right gets its message at its field, and nothing is stored", async ({ page, open, vault }) => {
  const before = (await twoFactors(vault)).length;
  await open("/2fa/new");
  const key = page.getByRole("textbox", { name: "Key or link" });
  for (const [text, message] of [
    ["", "Give a key, a link, a picture or recovery codes."],
    ["not!base32", "must be base32"],
    ["JBSWY3", "too short"],
    ["otpauth://hotp/Bank:ada?secret=JBSWY3DPEHPK3PXP&counter=1", "HOTP"],
    ["otpauth://totp/Bank:ada", "without a secret"],
  ] as const) {
    await page.getByLabel("Service").fill("Wrong");
    await page.getByRole("textbox", { name: "Account" }).fill("ada");
    await key.fill(text);
    await add(page);
    await page.locator("#field-secret-error").getByText(message).waitFor();
    await expectFocus(key);
    expect(await page.getByLabel("Service").inputValue()).toBe("Wrong");
    if (text !== "") expect(await page.content()).not.toContain(text);
  }
  // A right key is kept through the refusal of something else, and never repeated.
  await key.fill(SECRET);
  await page.getByRole("textbox", { name: "Account" }).fill("");
  await add(page);
  await page.locator("#field-accountName-error").waitFor();
  expect(await page.content()).not.toContain(SECRET);
  await page.getByText("The key is read.").waitFor();
  expect(await twoFactors(vault)).toHaveLength(before);
  await page.getByRole("textbox", { name: "Account" }).fill("ada");
  await add(page);
  await page.getByText("2FA added.").waitFor();
  await expectCodes(vault, "Wrong", { secret: SECRET });
});

for (const javaScriptEnabled of [true, false]) {
  test(
    `a link fills in the fields, and its secret is not repeated, ${javaScriptEnabled ? "with" : "without"} script`,
    async ({ page, open, vault }) => {
      const service = `Linked ${javaScriptEnabled}`;
      await open("/2fa/new");
      const link = linkOf(service, SECRET.toLowerCase(), "&algorithm=SHA512&digits=7&period=45");
      await page.getByRole("textbox", { name: "Key or link" }).fill(link);
      await page.getByRole("button", { name: "Read the link" }).click();
      await page.getByText("The key is read.").waitFor();
      expect(await page.getByLabel("Service").inputValue()).toBe(service);
      expect(await page.getByRole("textbox", { name: "Account" }).inputValue()).toBe("ada@example.com");
      await page.getByText("Codes: SHA512, 7 digits, every 45 s").waitFor();
      expect((await page.content()).toUpperCase()).not.toContain(SECRET);
      expect(page.url()).toBe(`${vault.url}/2fa/new`);
      await page.getByRole("textbox", { name: "Account" }).fill("grace");
      await add(page);
      await page.getByText("2FA added.").waitFor();
      expect((await twoFactors(vault, service))[0]).toMatchObject({ service, accountName: "grace" });
      await expectCodes(vault, service, { secret: SECRET, algorithm: "SHA512", digits: 7, period: 45 });
    },
    { javaScriptEnabled },
  );
}

test("a link that is saved unread says itself how its codes are made", async ({ page, open, vault }) => {
  await open("/2fa/new");
  await page.getByRole("textbox", { name: "Key or link" }).fill(linkOf("Unread", SECRET, "&digits=8&period=60"));
  await add(page);
  await page.getByText("2FA added.").waitFor();
  await expectCodes(vault, "Unread", { secret: SECRET, digits: 8, period: 60 });
});

test("what an earlier step kept is asked for again once it is tampered with, and can be forgotten", async ({
  page,
  open,
  vault,
}) => {
  await open("/2fa/new");
  await page.getByRole("textbox", { name: "Key or link" }).fill(linkOf("Forgotten"));
  await page.getByRole("button", { name: "Read the link" }).click();
  await page.getByText("The key is read.").waitFor();
  await page.locator("input[name=kept]").evaluate((input) => {
    const field = input as HTMLInputElement;
    field.value = field.value.replace(/:(.)/, (_, first) => (first === "A" ? ":B" : ":A"));
  });
  await add(page);
  await expectFocus(page.getByText("Enter the key and the recovery codes again."));
  expect(await page.getByLabel("Service").inputValue()).toBe("Forgotten");
  await page.getByRole("textbox", { name: "Key or link" }).fill(SECRET);
  await page.getByRole("button", { name: "Read the link" }).click();
  await page.getByRole("checkbox", { name: "Forget it" }).check();
  await add(page);
  await page.getByText("Give a key, a link, a picture or recovery codes.").waitFor();
  expect(await twoFactors(vault, "Forgotten")).toHaveLength(0);
});

const PRINTED = `Save these codes somewhere safe!
 1. a1b2c-3d4e5    6. p6q7r-8s9t0
 2. f1g2h-3i4j5    7. u1v2w-3x4y5
Generated on 2026-01-02`;
const UNDERSTOOD = ["a1b2c-3d4e5", "f1g2h-3i4j5", "p6q7r-8s9t0", "u1v2w-3x4y5"];

for (const javaScriptEnabled of [true, false]) {
  test(
    `pasted recovery codes are shown as understood, without showing them, ${javaScriptEnabled ? "with" : "without"} script`,
    async ({ page, open, vault }) => {
      const service = `Pasted ${javaScriptEnabled}`;
      await open("/2fa/new");
      await page.getByLabel("Service").fill(service);
      await page.getByRole("textbox", { name: "Account" }).fill("ada");
      const box = page.getByRole("textbox", { name: "Codes" });
      await box.fill(PRINTED);
      if (!javaScriptEnabled) await page.getByRole("button", { name: "Check the codes" }).click();
      await page.getByText("4 codes understood").waitFor();
      expect(await page.locator(".masked li").allTextContents()).toEqual(
        UNDERSTOOD.map((code) => `${code.slice(0, 2)}•••••••${code.slice(-2)}`),
      );
      await page.getByText("Left out: 2 other parts of the text.").waitFor();
      for (const code of UNDERSTOOD) expect(await page.content()).not.toContain(code);
      expect(await twoFactors(vault, service)).toHaveLength(0);
      await add(page);
      await page.getByText("2FA added.").waitFor();
      const [stored] = await twoFactors(vault, service);
      expect(stored).toMatchObject({ hasSecret: false, recoveryCodesTotal: 4 });
      for (const code of UNDERSTOOD) {
        const taken = await vault.owner.post<{ code: string }>(`/api/2fa/${stored?.id}/recovery-codes/reveal`);
        expect(taken.body.code).toBe(code);
      }
    },
    { javaScriptEnabled },
  );
}

test("a text without a recovery code is told, and not stored", async ({ page, open, vault }) => {
  await open("/2fa/new");
  await page.getByLabel("Service").fill("Codeless");
  await page.getByRole("textbox", { name: "Account" }).fill("ada");
  await page.getByRole("textbox", { name: "Codes" }).fill("nothing here");
  await page.getByText("No recovery code was found").waitFor();
  await add(page);
  await page.locator("#field-recoveryCodes-error").waitFor();
  expect(await twoFactors(vault, "Codeless")).toHaveLength(0);
});

/** Opens the page and notes all that is sent, so that a picture among it would be seen. */
async function watched({ page, open }: Stage, path = "/2fa/new") {
  const sent: { url: string; type: string; bytes: number }[] = [];
  page.on("request", (request) => {
    const type = request.headers()["content-type"] ?? "";
    if (request.method() === "POST")
      sent.push({ url: request.url(), type, bytes: request.postDataBuffer()?.length ?? 0 });
  });
  await open(path);
  return sent;
}

const choose = (page: Page, pictures: Picture[]) => page.getByLabel("Pictures of QR codes").setInputFiles(pictures);

const LOOKS: readonly [words: string, look: Parameters<typeof qrPicture>[1]][] = [
  ["one pixel a module", { module: 1 }],
  ["3 pixels a module", { module: 3 }],
  ["12 pixels a module", { module: 12, level: "H" }],
  ["on its side", { degrees: 90 }],
  ["upside down", { degrees: 180 }],
  ["askew", { degrees: 17 }],
  ["askew, as a JPEG", { degrees: -32, ending: "jpg" }],
  ["light on dark", { more: ["-negate"] }],
  ["without its ground", { more: ["-transparent", "white"] }],
  [
    "small in a photograph of 12 megapixels",
    {
      module: 8,
      degrees: 17,
      ending: "jpg",
      more: ["-gravity", "center", "-background", "#8899aa", "-extent", "4000x3000"],
    },
  ],
];

for (const [words, look] of LOOKS) {
  testPictures(`a QR code is read, ${words}`, async (stage) => {
    const { page, vault } = stage;
    const service = `QR ${words}`;
    const sent = await watched(stage);
    await choose(page, [qrPicture(linkOf(service), look)]);
    await page.getByText("The key is read.").waitFor();
    expect(await page.getByLabel("Service").inputValue()).toBe(service);
    expect(await page.content()).not.toContain(SECRET);
    await add(page);
    await page.getByText("2FA added.").waitFor();
    await expectCodes(vault, service, { secret: SECRET });
    // The link went, and no picture.
    expect(sent.every(({ type, bytes }) => type.startsWith("application/x-www-form-urlencoded") && bytes < 3_000)).toBe(
      true,
    );
  });
}

for (const way of ["dropped", "dropped beside", "pasted"] as const) {
  testPictures(`a picture is ${way}`, async (stage) => {
    const { page } = stage;
    await watched(stage);
    const { name, mimeType, buffer } = qrPicture(linkOf(`Way ${way}`));
    await page.evaluate(
      ([way, name, type, base64]) => {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], name, { type }));
        const shared = { bubbles: true, cancelable: true };
        if (way === "pasted") {
          document.body.dispatchEvent(new ClipboardEvent("paste", { ...shared, clipboardData: data }));
          return;
        }
        const onto = document.querySelector(way === "dropped" ? ".drop" : "h1");
        for (const type of ["dragover", "drop"]) {
          const event = new DragEvent(type, { ...shared, dataTransfer: data });
          // What is not prevented takes the page's place.
          if (onto?.dispatchEvent(event)) throw new Error(`${type} was left to the browser`);
        }
      },
      [way, name, mimeType, buffer.toString("base64")] as const,
    );
    await page.getByText("The key is read.").waitFor();
    expect(await page.getByLabel("Service").inputValue()).toBe(`Way ${way}`);
  });
}

testPictures("what is no QR code for 2FA gets a clear message, and what was typed stays", async (stage) => {
  const { page } = stage;
  const sent = await watched(stage);
  await page.getByLabel("Service").fill("Typed before");
  const status = page.locator("#qr-status");
  await choose(page, [converted(["-size", "400x300", "gradient:", "-rotate", "20"])]);
  await status.getByText("No QR code was found in").waitFor();
  await choose(page, [qrPicture("https://example.com/secret-menu")]);
  await status.getByText("is not one for 2FA").waitFor();
  expect(await page.content()).not.toContain("secret-menu");
  await choose(page, [{ name: "notes.png", mimeType: "image/png", buffer: Buffer.from("no picture at all") }]);
  await status.getByText("notes.png could not be opened.").waitFor();
  expect(await page.getByLabel("Service").inputValue()).toBe("Typed before");
  expect(sent).toEqual([]);
});

testPictures("several pictures at once become an import, and those without a code are named", async (stage) => {
  const { page, vault } = stage;
  await watched(stage);
  const nothing = converted(["-size", "200x200", "xc:white"]);
  await choose(page, [qrPicture(linkOf("First of two")), nothing, qrPicture(linkOf("Second of two"))]);
  await page.getByRole("heading", { name: "2 accounts understood" }).waitFor();
  expect(page.url()).toBe(`${vault.url}/2fa/import`);
  expect(await page.title()).toBe("Import 2FA · Kagi");
  expect(await page.content()).not.toContain(SECRET);
  await page.getByRole("button", { name: "Add the ticked accounts" }).last().click();
  await page.getByText("Accounts added.").waitFor();
  expect((await twoFactors(vault, "of two")).map(({ service }) => service).sort()).toEqual([
    "First of two",
    "Second of two",
  ]);
});

const bytes = (text: string) => new TextEncoder().encode(text);
const PAGES = [
  exportLink(
    [
      { secret: bytes("12345678901234567890"), name: "ada@example.com", issuer: "Export A" },
      { secret: bytes("counter-based-secret"), name: "bob", issuer: "Old bank", type: 1 },
    ],
    { size: 3, index: 0 },
  ),
  exportLink([{ secret: bytes("abcdefghijabcdefghij"), name: "Export B:ada" }], { size: 3, index: 1 }),
  exportLink([{ secret: bytes("ABCDEFGHIJABCDEFGHIJ"), name: "ada", issuer: "Export C", algorithm: 2, digits: 2 }], {
    size: 3,
    index: 2,
  }),
] as const;

testPictures(
  "an export in three QR codes: what is missing, what is skipped, and only what is ticked is added",
  async (stage) => {
    const { page, vault } = stage;
    await newTwoFactor(vault, { service: "Export A", secret: SECRET });
    const before = (await twoFactors(vault)).length;
    await watched(stage, "/2fa/import");
    await choose(page, [qrPicture(PAGES[2], { degrees: 17 }), qrPicture(PAGES[0])]);
    await page.getByRole("heading", { name: "2 accounts understood" }).waitFor();
    await page.getByText("QR code 2 of 3 is missing.").waitFor();
    await page.getByText("Old bank, bob is of the counter-based kind (HOTP)").waitFor();
    const box = (name: string) => page.getByRole("checkbox", { name });
    // One of its name is there already: it is offered, and not ticked.
    expect(await box("Export A").isChecked()).toBe(false);
    await box("Export C").uncheck();

    await choose(page, [qrPicture(PAGES[1], { degrees: 180 })]);
    await page.getByRole("heading", { name: "3 accounts understood" }).waitFor();
    expect(await page.getByText("is missing").count()).toBe(0);
    expect(await Promise.all(["Export A", "Export B", "Export C"].map((name) => box(name).isChecked()))).toEqual([
      false,
      true,
      false,
    ]);
    await box("Export C").check();
    expect(await twoFactors(vault)).toHaveLength(before);
    await page.getByRole("button", { name: "Add the ticked accounts" }).last().click();
    await page.getByText("Accounts added.").waitFor();
    expect(await twoFactors(vault)).toHaveLength(before + 2);
    await card(page, "Export B").waitFor();
    await expectCodes(vault, "Export C", {
      secret: "IFBEGRCFIZDUQSKKIFBEGRCFIZDUQSKK",
      algorithm: "SHA256",
      digits: 8,
    });
  },
);

test(
  "without script an export is pasted, looked at and added",
  async ({ page, open, vault }) => {
    await open("/2fa/new");
    expect(await page.getByLabel("Pictures of QR codes").isVisible()).toBe(false);
    // The form of one account knows an export when it sees one.
    await page.getByRole("textbox", { name: "Key or link" }).fill(PAGES[0]);
    await page.getByRole("button", { name: "Read the link" }).click();
    await page.getByRole("heading", { level: 1, name: "Import 2FA" }).waitFor();
    await page.getByText("QR codes 2 and 3 of 3 are missing.").waitFor();
    await page.getByRole("textbox", { name: "More links" }).fill(`${PAGES[1]}\n${PAGES[2]}`);
    // What nobody has seen is shown before it is stored.
    await page.getByRole("button", { name: "Add the ticked accounts" }).last().click();
    await page.getByRole("heading", { name: "3 accounts understood" }).waitFor();
    expect(await twoFactors(vault)).toHaveLength(0);
    expect(await page.content()).not.toContain(PAGES[1]);
    await page.getByRole("checkbox", { name: "Export A" }).uncheck();
    await page.getByRole("button", { name: "Add the ticked accounts" }).last().click();
    await page.getByText("Accounts added.").waitFor();
    expect((await twoFactors(vault)).map(({ service }) => service).sort()).toEqual(["Export B", "Export C"]);
  },
  { javaScriptEnabled: false, fresh: true },
);

test("an export that cannot be read gets its message, and what was read before stays", async ({
  page,
  open,
  vault,
}) => {
  await open("/2fa/import");
  const box = page.getByRole("textbox", { name: /links/ });
  const before = (await twoFactors(vault)).length;
  const wrong = page.locator("#field-links-error");
  const read = (name: string) => page.getByRole("button", { name }).last().click();
  await read("Read the links");
  await wrong.getByText("Add a picture or a link first").waitFor();
  await box.fill("hello");
  await read("Read the links");
  await wrong.getByText("must begin with otpauth-migration://").waitFor();
  await box.fill(exportLink([{ secret: bytes("12345678901234567890"), name: "ada", issuer: "Stays" }], { id: 1 }));
  await read("Read the links");
  await page.getByRole("heading", { name: "1 account understood" }).waitFor();
  for (const [text, message] of [
    ["otpauth-migration://offline?data=%%%", "damaged"],
    [exportLink([{ secret: bytes("x".repeat(20)), name: "eve" }], { id: 2 }), "different exports"],
  ] as const) {
    await box.fill(text);
    await read("Read more links");
    await wrong.getByText(message).waitFor();
    await page.getByRole("checkbox", { name: "Stays" }).waitFor();
  }
  await page.getByRole("checkbox", { name: "Stays" }).uncheck();
  await read("Add the ticked accounts");
  await page.getByText("Tick at least one account.").waitFor();
  expect(await twoFactors(vault)).toHaveLength(before);
});

test("the reader of QR codes is loaded when there is a picture, and not before", async ({ page, open }) => {
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  for (const path of ["/2fa", "/2fa/new", "/2fa/import"]) await open(path);
  expect(loaded.filter((path) => path.includes("/qr."))).toEqual([]);
  const empty = { name: "empty.png", mimeType: "image/png", buffer: Buffer.from("nothing") };
  await page.getByLabel("Pictures of QR codes").setInputFiles([empty]);
  await page.getByText("could not be opened").waitFor();
  expect(loaded.filter((path) => path.includes("/qr."))).toHaveLength(1);
});

testPictures(
  "on a phone, a picture is chosen and saved, and nothing sticks out",
  async ({ page, open, vault }) => {
    await open("/2fa/new");
    await choose(page, [qrPicture(linkOf("Phone"), { degrees: 90 })]);
    await page.getByText("The key is read.").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page.getByRole("button", { name: "Add 2FA" }).last().tap();
    await page.getByText("2FA added.").waitFor();
    await expectCodes(vault, "Phone", { secret: SECRET });
  },
  { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
);

test("by keyboard alone: a link is pasted, read and saved", async ({ page, open, vault }) => {
  await open("/2fa/new");
  await page.getByRole("textbox", { name: "Key or link" }).focus();
  await page.keyboard.insertText(linkOf("Typed"));
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expectFocus(page.getByRole("button", { name: "Read the link" }));
  await page.keyboard.press("Enter");
  await page.getByText("The key is read.").waitFor();
  await expectFocus(page.getByLabel("Service"));
  // Enter in a field saves, and does not read the link once more.
  await page.keyboard.press("Enter");
  await page.getByText("2FA added.").waitFor();
  expect((await twoFactors(vault, "Typed"))[0]?.service).toBe("Typed");
});
