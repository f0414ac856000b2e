import { expect } from "bun:test";
import type { Page } from "playwright-core";
import type { TwoFactorInput } from "../../src/features/two-factor/model.ts";
import { expectFocus, pageTests } from "./browser.ts";
import { card, codesOf, hideTab, independentCode, newTwoFactor, SECRET, twoFactors } from "./two-factor.ts";

const test = pageTests();

const live = (page: Page) => page.locator(".live");
const reveal = async (page: Page, service: string) => {
  await card(page, service).getByRole("button", { name: "Reveal" }).click();
  await live(page).waitFor();
};

test(
  "an empty list says what belongs in it and offers the first step",
  async ({ page, open }) => {
    await open("/2fa");
    await page.getByRole("heading", { name: "No second factors yet" }).waitFor();
    await page.getByRole("link", { name: "Add the first service" }).click();
    await page.getByRole("heading", { level: 1, name: "Add 2FA" }).waitFor();
    const places = page.getByRole("navigation", { name: "Main" });
    expect(await places.getByRole("link", { name: "2FA", exact: true }).getAttribute("aria-current")).toBe("page");
  },
  { fresh: true },
);

const KINDS: readonly (TwoFactorInput & { service: string })[] = [
  { service: "Usual" },
  { service: "Longer", algorithm: "SHA256", digits: 8, period: 60 },
  { service: "Odd", algorithm: "SHA512", digits: 7, period: 45 },
];

for (const kind of KINDS) {
  test(`the code is the one that others make of the same secret at the same time: ${kind.service}`, async ({
    page,
    open,
    vault,
  }) => {
    await newTwoFactor(vault, { ...kind, secret: SECRET });
    await open("/2fa");
    await reveal(page, kind.service);
    const code = await page.locator(".digits").textContent();
    const at = Number(await live(page).getAttribute("data-server-time"));
    expect(Math.abs(at - Date.now())).toBeLessThan(60_000);
    expect(code).toBe(await independentCode({ ...kind, secret: SECRET }, at));
    const period = (kind.period ?? 30) * 1000;
    expect(Number(await live(page).getAttribute("data-left"))).toBe(period - (at % period));
    const half = Math.floor((kind.digits ?? 6) / 2);
    expect(await page.locator(".digits span").allTextContents()).toEqual([
      code?.slice(0, half),
      code?.slice(half),
    ] as string[]);
    // Marked by hand it is one number, too.
    await page.locator(".digits").click();
    expect(await page.evaluate(() => getSelection()?.toString())).toBe(code as string);
    await page.getByRole("button", { name: "Hide" }).click();
    expect(await page.content()).not.toContain(code as string);
    await expectFocus(card(page, kind.service).getByRole("button", { name: "Reveal" }));
  });
}

test("a code counts down by the server's clock, and is asked for anew when it ends", async ({ page, open, vault }) => {
  const { id } = await newTwoFactor(vault, { service: "Counted", secret: SECRET, period: 300 });
  await page.clock.install();
  await open("/2fa");
  let asked = 0;
  await page.route(`**/2fa/${id}/code`, async (route) => {
    asked += 1;
    const answer = await route.fetch();
    // Twenty seconds before its end, whatever the time is.
    const body = (await answer.text()).replace(/data-left="\d+"/, 'data-left="20000"');
    await route.fulfill({ response: answer, body });
  });
  await reveal(page, "Counted");
  const seconds = async () => Number(await page.locator("[data-seconds]").textContent());
  const share = async () =>
    Number.parseFloat((await page.locator("[data-ring]").getAttribute("stroke-dasharray")) ?? "");
  expect(await seconds()).toBeLessThanOrEqual(20);
  const before = await share();
  await page.clock.runFor(8_000);
  expect(await seconds()).toBeLessThanOrEqual(12);
  expect(await share()).toBeLessThan(before);
  expect(asked).toBe(1);
  await expectFocus(page.getByRole("button", { name: "Hide" }));
  const first = await live(page).elementHandle();
  await page.clock.runFor(12_500);
  await page.waitForFunction((old) => !old?.isConnected && document.querySelector(".live") !== null, first);
  expect(asked).toBe(2);
  // The new code counts as well, and the one who was at "Hide" still is.
  expect(await seconds()).toBeGreaterThan(12);
  await expectFocus(page.getByRole("button", { name: "Hide" }));
  // After half a minute it hides, and nothing is asked for any more.
  await page.clock.runFor(10_000);
  await live(page).waitFor({ state: "detached" });
  await page.clock.runFor(60_000);
  expect(asked).toBe(2);
});

test("a hidden tab hides the code, asks for none, and shows none that comes late", async ({ page, open, vault }) => {
  const { id } = await newTwoFactor(vault, { service: "Unseen", secret: SECRET, period: 15 });
  await page.clock.install();
  await open("/2fa");
  let asked = 0;
  const held = Promise.withResolvers<void>();
  await page.route(`**/2fa/${id}/code`, async (route) => {
    asked += 1;
    if (asked > 1) await held.promise;
    await route.continue();
  });
  await reveal(page, "Unseen");
  await page.getByRole("button", { name: "Hide" }).click();
  const answered = page.waitForResponse(`**/2fa/${id}/code`);
  await card(page, "Unseen").getByRole("button", { name: "Reveal" }).click();
  await hideTab(page);
  held.resolve();
  await (await answered).finished();
  await page.clock.runFor(60_000);
  expect(await live(page).count()).toBe(0);
  expect(asked).toBe(2);
});

test("a code that is shown goes when the tab is hidden", async ({ page, open, vault }) => {
  await newTwoFactor(vault, { service: "Glimpsed", secret: SECRET });
  await open("/2fa");
  await reveal(page, "Glimpsed");
  const code = (await page.locator(".digits").textContent()) ?? "?";
  await hideTab(page);
  expect(await live(page).count()).toBe(0);
  expect(await page.content()).not.toContain(code);
});

test(
  "a code that cannot be renewed is hidden, and the page says why",
  async ({ page, open, vault }) => {
    const { id } = await newTwoFactor(vault, { service: "Cut off", secret: SECRET, period: 15 });
    await page.clock.install();
    await open("/2fa");
    await reveal(page, "Cut off");
    await page.route(`**/2fa/${id}/code`, (route) => route.abort());
    // No longer than the code lives: the message goes by itself some seconds later.
    await page.clock.runFor(Number(await live(page).getAttribute("data-left")) + 500);
    await page.getByText("Kagi did not answer.").waitFor();
    expect(await live(page).count()).toBe(0);
  },
  { expected: /^console error: (Failed to load resource: net::ERR_FAILED|htmx: htmx:error)/ },
);

for (const [ahead, words] of [
  [0, ""],
  [4_000, ""],
  [90_000, "90 seconds ahead of the server's"],
  [-3_600_000, "60 minutes behind the server's"],
] as const) {
  test(`a browser whose clock is ${ahead / 1000} s off is ${words === "" ? "not warned" : "warned"}`, async ({
    page,
    open,
    vault,
  }) => {
    await newTwoFactor(vault, { service: "Clock", secret: SECRET });
    await page.clock.setSystemTime(Date.now() + ahead);
    await open("/2fa");
    await card(page, "Clock").first().getByRole("button", { name: "Reveal" }).click();
    await live(page).waitFor();
    const told = (await page.locator("[data-clock]").textContent()) ?? "";
    if (words === "") expect(told).toBe("");
    else expect(told).toContain(words);
    // Whatever the browser's clock says, the code and what is left of it are the server's.
    const code = (await page.locator(".digits").textContent()) ?? "";
    const at = Number(await live(page).getAttribute("data-server-time"));
    expect(code).toBe(await independentCode({ secret: SECRET }, at));
    expect(Number(await page.locator("[data-seconds]").textContent())).toBeLessThanOrEqual(30);
  });
}

test("a code is copied without being shown", async ({ page, open, vault, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: vault.url });
  await newTwoFactor(vault, { service: "Copied", secret: SECRET });
  await open("/2fa");
  const before = Date.now();
  await card(page, "Copied").getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied the code of Copied").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const possible = [before, Date.now()].map((at) => independentCode({ secret: SECRET }, at));
  expect(await Promise.all(possible)).toContain(copied);
  expect(await page.content()).not.toContain(copied);
});

test(
  "services are searched in the address",
  async ({ page, open, vault }) => {
    await newTwoFactor(vault, { service: "GitHub", secret: SECRET });
    await newTwoFactor(vault, { service: "GitLab", secret: SECRET, accountName: "grace" });
    await newTwoFactor(vault, { service: "Bank", secret: SECRET, notes: "not the 100%_ one" });
    await open("/2fa");
    const box = page.getByRole("searchbox", { name: "Search 2FA" });
    await box.fill("git");
    await page.waitForURL("**/2fa?search=git");
    await page.getByText("2 services").first().waitFor();
    await page.reload();
    expect(await page.locator(".two-factor h2").allTextContents()).toEqual(["GitLab", "GitHub"]);
    await box.fill("GRACE");
    await page.getByText("1 service", { exact: true }).first().waitFor();
    await box.fill("100%_");
    await page.waitForURL("**/2fa?search=100*");
    await card(page, "Bank").waitFor();
    await box.fill("nothing like it");
    await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
    await page.getByRole("link", { name: "Show all" }).click();
    await page.waitForURL(/\/2fa$/);
    expect(await page.locator(".two-factor").count()).toBe(3);
  },
  { fresh: true },
);

test("the next recovery code is asked about first, shown once, copied, and can be put back", async ({
  page,
  open,
  vault,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: vault.url });
  const codes = codesOf("q", 4);
  await newTwoFactor(vault, { service: "Recovered", recoveryCodes: codes });
  await open("/2fa");
  const at = card(page, "Recovered");
  const dialog = page.getByRole("dialog");
  const use = at.getByRole("link", { name: "Use next code" });
  expect(await at.textContent()).toContain("0 of 4");

  await use.click();
  await page.getByRole("dialog", { name: "Use a recovery code of Recovered?" }).waitFor();
  expect(await dialog.textContent()).toContain("3 more are left after it.");
  await dialog.getByRole("link", { name: "Cancel" }).click();
  expect((await twoFactors(vault, "Recovered"))[0]?.recoveryCodesUsed).toBe(0);

  await use.click();
  await dialog.getByRole("button", { name: "Use next code" }).click();
  await page.locator("#taken-code").waitFor();
  expect((await page.locator("#taken-code").textContent())?.trim()).toBe(codes[0] as string);
  await dialog.getByRole("button", { name: "Copy code" }).click();
  await page.locator("#toast").getByText("Copied", { exact: true }).waitFor();
  expect((await page.evaluate(() => navigator.clipboard.readText())).trim()).toBe(codes[0] as string);
  expect((await twoFactors(vault, "Recovered"))[0]?.recoveryCodesUsed).toBe(1);
  await dialog.getByRole("link", { name: "Done" }).click();
  await page.locator("#taken-code").waitFor({ state: "detached" });
  expect(await page.content()).not.toContain(codes[0] as string);
  await at.getByText("1 of 4").waitFor();

  // Within the visit it can be put back, and is then the next one again.
  await expectFocus(at.getByRole("button", { name: "Undo last use" }));
  await at.getByRole("button", { name: "Undo last use" }).click();
  await at.getByText("The code is unused again.").waitFor();
  expect(await at.getByRole("button", { name: "Undo last use" }).count()).toBe(0);
  expect((await twoFactors(vault, "Recovered"))[0]?.recoveryCodesUsed).toBe(0);

  // The same from where the code is shown.
  await use.click();
  await dialog.getByRole("button", { name: "Use next code" }).click();
  await page.locator("#taken-code").waitFor();
  expect((await page.locator("#taken-code").textContent())?.trim()).toBe(codes[0] as string);
  await dialog.getByRole("button", { name: "Undo last use" }).click();
  await at.getByText("The code is unused again.").waitFor();
  await dialog.waitFor({ state: "hidden" });
  expect((await twoFactors(vault, "Recovered"))[0]?.recoveryCodesUsed).toBe(0);
});

test("the card warns when two codes are left, and says when none is", async ({ page, open, vault }) => {
  await newTwoFactor(vault, { service: "Scarce", recoveryCodes: codesOf("s", 3) });
  await open("/2fa");
  const at = card(page, "Scarce");
  expect(await at.locator(".tag").count()).toBe(0);
  for (const words of ["2 codes left", "1 code left", "depleted"]) {
    await at.getByRole("link", { name: "Use next code" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Use next code" }).click();
    await page.locator("#taken-code").waitFor();
    await page.getByRole("dialog").getByRole("link", { name: "Done" }).click();
    await at.getByText(words, { exact: true }).waitFor();
  }
  expect(await at.getByRole("link", { name: "Use next code" }).count()).toBe(0);
  await page.reload();
  await at.getByText("depleted").waitFor();
  // The visit is over, and with it the way back.
  expect(await at.getByRole("button", { name: "Undo last use" }).count()).toBe(0);
  await at.getByRole("link", { name: /recovery codes used/ }).click();
  await page.getByRole("heading", { name: "Recovery codes" }).waitFor();
  expect(await page.locator(".codes li").count()).toBe(3);
  expect(await page.locator(".codes li").first().textContent()).toMatch(/Code 1\s*used/);
});

test("a card with the code of one moment and the count of another takes no second code", async ({
  page,
  open,
  vault,
}) => {
  const codes = codesOf("t", 3);
  const { id } = await newTwoFactor(vault, { service: "Twice taken", recoveryCodes: codes });
  await open("/2fa");
  await card(page, "Twice taken").getByRole("link", { name: "Use next code" }).click();
  await vault.owner.post(`/api/2fa/${id}/recovery-codes/reveal`);
  await page.getByRole("dialog").getByRole("button", { name: "Use next code" }).click();
  await page.getByText("Nothing was used now.").waitFor();
  expect((await twoFactors(vault, "Twice taken"))[0]?.recoveryCodesUsed).toBe(1);
  await page.getByRole("dialog").getByRole("button", { name: "Use next code" }).click();
  await page.locator("#taken-code").waitFor();
  expect((await page.locator("#taken-code").textContent())?.trim()).toBe(codes[1] as string);
});

test("by keyboard alone: reveal, hide, take a code, put it back", async ({ page, open, vault }) => {
  await newTwoFactor(vault, { service: "Keys only", secret: SECRET, recoveryCodes: codesOf("k", 3) });
  await open("/2fa?search=keys+only");
  const at = card(page, "Keys only");
  const tabTo = async (name: RegExp) => {
    for (let steps = 0; steps < 40; steps += 1) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => document.activeElement?.textContent ?? "");
      if (name.test(focused)) return;
    }
    throw new Error(`no way to ${name}`);
  };
  await tabTo(/^Reveal/);
  await page.keyboard.press("Enter");
  await live(page).waitFor();
  await expectFocus(page.getByRole("button", { name: "Hide" }));
  await page.keyboard.press("Enter");
  await expectFocus(at.getByRole("button", { name: "Reveal" }));
  await tabTo(/^Use next code/);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await tabTo(/^Use next code$/);
  await page.keyboard.press("Enter");
  await page.locator("#taken-code").waitFor();
  await page.keyboard.press("Escape");
  await expectFocus(at.getByRole("button", { name: "Undo last use" }));
  await page.keyboard.press("Enter");
  await at.getByText("The code is unused again.").waitFor();
  await expectFocus(at.getByText("The code is unused again."));
});

test("a changed one keeps what was not touched, and says when nothing would be left", async ({ page, open, vault }) => {
  const codes = codesOf("e", 3);
  const { id } = await newTwoFactor(vault, { service: "Before", secret: SECRET, recoveryCodes: codes });
  await vault.owner.post(`/api/2fa/${id}/recovery-codes/reveal`);
  await open("/2fa");
  await card(page, "Before").getByRole("link", { name: "Edit" }).click();
  const save = () => page.getByRole("button", { name: "Save changes" }).last().click();
  await page.getByLabel("Service").fill("After");
  expect(await page.content()).not.toContain(SECRET);
  await page.getByLabel("Notes").fill("of the team");
  await save();
  await page.getByText("2FA saved.").waitFor();
  expect((await twoFactors(vault, "After"))[0]).toMatchObject({
    service: "After",
    notes: "of the team",
    hasSecret: true,
    recoveryCodesTotal: 3,
    recoveryCodesUsed: 1,
  });

  // A new set in which an old code stays: it stays used.
  await card(page, "After").getByRole("link", { name: "Edit" }).click();
  await page.getByRole("textbox", { name: "New set of codes" }).fill(`${codes[0]}\n${codesOf("n", 4).join("\n")}`);
  await page.getByText("5 codes understood").waitFor();
  await save();
  await page.getByText("2FA saved.").waitFor();
  expect((await twoFactors(vault, "After"))[0]).toMatchObject({ recoveryCodesTotal: 5, recoveryCodesUsed: 1 });

  await card(page, "After").getByRole("link", { name: "Edit" }).click();
  await page.getByRole("checkbox", { name: "Remove the stored key" }).check();
  await page.getByRole("checkbox", { name: "Remove the 5 stored codes" }).check();
  await save();
  await page.locator(".error").first().waitFor();
  expect(await page.getByRole("checkbox", { name: "Remove the stored key" }).isChecked()).toBe(true);
  expect((await twoFactors(vault, "After"))[0]).toMatchObject({ hasSecret: true, recoveryCodesTotal: 5 });
  await page.getByRole("checkbox", { name: "Remove the stored key" }).uncheck();
  await save();
  await page.getByText("2FA saved.").waitFor();
  expect((await twoFactors(vault, "After"))[0]).toMatchObject({ hasSecret: true, recoveryCodesTotal: 0 });
});

test("deleting asks once and names what goes", async ({ page, open, vault }) => {
  await newTwoFactor(vault, { service: "Goes", secret: SECRET, recoveryCodes: codesOf("g", 2), notes: "n" });
  await open("/2fa");
  await card(page, "Goes").getByRole("link", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete 2FA of Goes?" });
  await dialog.waitFor();
  expect(await dialog.textContent()).toMatch(
    /ada@example\.com.*Goes.*its authenticator key, its 2 recovery codes and its notes/s,
  );
  await dialog.getByRole("button", { name: "Delete 2FA" }).click();
  await page.getByText("2FA deleted.").waitFor();
  expect(await twoFactors(vault, "Goes")).toHaveLength(0);
});

test("what is somebody else's, or nobody's, is not found", async ({ page, open }) => {
  for (const rest of ["edit", "delete", "recovery", "recovery/use"]) {
    await open(`/2fa/01936f5e-6f2c-7c3a-9d51-0242ac120002/${rest}`);
    await page.getByRole("heading", { name: "Not found" }).waitFor();
  }
});

test("no secret and no recovery code is in any page's source or address", async ({ vault }) => {
  const codes = codesOf("h", 5);
  const { id } = await newTwoFactor(vault, { service: "Hidden", secret: SECRET, recoveryCodes: codes });
  for (const path of ["/2fa", "/2fa?search=hidden", "/2fa/new", "/2fa/import"].concat(
    ["edit", "delete", "recovery", "recovery/use"].map((rest) => `/2fa/${id}/${rest}`),
  )) {
    const { text, status } = await vault.owner.get(path, { accept: "text/html" });
    expect({ path, status }).toEqual({ path, status: 200 });
    for (const secret of [SECRET, ...codes]) expect(text).not.toContain(secret);
  }
});

test(
  "without script: reveal, take a code, take none by loading again, put it back, delete",
  async ({ page, open, vault }) => {
    const codes = codesOf("w", 3);
    await newTwoFactor(vault, { service: "Plain", secret: SECRET, recoveryCodes: codes });
    await open("/2fa");
    const at = card(page, "Plain");
    expect(await at.getByRole("button", { name: "Copy" }).count()).toBe(0);
    await at.getByRole("button", { name: "Reveal" }).click();
    const code = (await page.locator(".digits").textContent()) ?? "";
    const time = Number(await live(page).getAttribute("data-server-time"));
    expect(code).toBe(await independentCode({ secret: SECRET }, time));
    await page.getByRole("button", { name: "Show the code of now" }).click();
    expect(await page.locator(".digits").textContent()).toMatch(/^\d{6}$/);
    await page.getByRole("link", { name: "Hide" }).click();
    await page.waitForURL("**/2fa#two-factor-*");

    await at.getByRole("link", { name: "Use next code" }).click();
    await page.getByRole("heading", { name: "Use a recovery code of Plain?" }).waitFor();
    await page.getByRole("button", { name: "Use next code" }).click();
    expect((await page.locator("#taken-code").textContent())?.trim()).toBe(codes[0] as string);
    await page.reload();
    await page.getByText("Nothing was used now.").waitFor();
    expect((await twoFactors(vault, "Plain"))[0]?.recoveryCodesUsed).toBe(1);
    await page.getByRole("button", { name: "Use next code" }).click();
    expect((await page.locator("#taken-code").textContent())?.trim()).toBe(codes[1] as string);
    await page.getByRole("button", { name: "Undo last use" }).click();
    await page.getByText("The code is unused again.").waitFor();
    expect(await page.locator(".codes .used.line").count()).toBe(1);
    expect((await twoFactors(vault, "Plain"))[0]?.recoveryCodesUsed).toBe(1);

    await open("/2fa");
    await at.getByRole("link", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete 2FA" }).click();
    await page.getByText("2FA deleted.").waitFor();
  },
  { javaScriptEnabled: false },
);

test(
  "on a phone a code is revealed and fits",
  async ({ page, open, vault }) => {
    await newTwoFactor(vault, { service: "Pocket", secret: SECRET, digits: 8, recoveryCodes: codesOf("p", 20) });
    await open("/2fa?search=pocket");
    await card(page, "Pocket").getByRole("button", { name: "Reveal" }).tap();
    await live(page).waitFor();
    const { width } = (await page.locator(".digits").boundingBox()) ?? { width: 0 };
    expect(width).toBeGreaterThan(100);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  },
  { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
);
