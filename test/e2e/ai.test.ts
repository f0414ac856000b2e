import { afterAll, expect } from "bun:test";
import type { Page } from "playwright-core";
import { ModelServer, pick } from "../support/openai.ts";
import { looksRight } from "./axe.ts";
import { expectFocus, pageTests, typeText } from "./browser.ts";
import { contentOf, editor, newProject, save } from "./env.ts";
import type { Vault } from "./vault.ts";

/* A model's server of the test's own, which records what arrives there. */

const model = new ModelServer({ key: "sk-of-the-model" });
const opening = model.open();
const environment = async () => ({ OPENAI_BASE_URL: await opening, OPENAI_API_KEY: "sk-of-the-model" });
const test = pageTests({ environment });

afterAll(() => model.close());

const SECRETS = ["planted-openai-value", "planted-staging-value", "planted-stripe-value", "planted-note"];

/** A vault with two environments of one key, a group, and a key that has no place in a file. */
async function fill(vault: Vault) {
  model.reset({ key: "sk-of-the-model" });
  const openai = await named(vault, { name: "OpenAI", envVarName: "OPENAI_API_KEY" });
  const stripe = await named(vault, {
    name: "Stripe",
    keyType: "group",
    fieldDefinitions: ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"],
  });
  const name = `Shop ${crypto.randomUUID().slice(0, 8)}`;
  await vault.entry(openai, { name, value: "planted-openai-value", notes: "planted-note" });
  await vault.entry(openai, { name, value: "planted-staging-value", environment: "staging" });
  const STRIPE = { STRIPE_SECRET_KEY: "planted-stripe-value", STRIPE_WEBHOOK_SECRET: "planted-hook-value" };
  await vault.entry(stripe, { name, value: STRIPE });
  const project = await newProject(vault, name, { env: "PORT=3000\nOPENAI_API_KEY=old-value\n" });
  model.choose = (told) => ({
    selected: pick(told, (_, entry) => entry.project === name).map((one) => ({ ...one, reason: "the shop's own" })),
    generated: [{ variable: "SESSION_SECRET", format: "hex", bytes: 32 }],
  });
  return { project, name, path: `/envs/${project.id}/generate?file=env` };
}

async function named(vault: Vault, input: Parameters<Vault["category"]>[0]) {
  return (await vault.categories(input.name))[0] ?? (await vault.category(input));
}

const prompt = (page: Page) => page.getByRole("textbox", { name: "What does the file need?" });
const generate = (page: Page) => page.getByRole("button", { name: "Generate", exact: true });
const request = (page: Page) => page.getByRole("region", { name: "The request as JSON" });
const tick = (page: Page, name: RegExp) => page.getByRole("checkbox", { name });

/** Types, and waits until the request with it is shown. */
async function type(page: Page, text: string) {
  await prompt(page).fill(text);
  await request(page).getByText(text).waitFor();
}

async function generated(page: Page, text = "All the keys of the shop") {
  await type(page, text);
  await generate(page).click();
  await page.getByRole("button", { name: "Put into the editor" }).waitFor();
}

test("what is shown while typing is what arrives, and nothing is sent before", async ({ page, open, vault }) => {
  const { path, project } = await fill(vault);
  await open(`/envs/${project.id}`);
  await page.getByRole("link", { name: "AI generate" }).click();
  await expectFocus(prompt(page));
  await type(page, "Keys for the shop, please");
  await page.getByText(`gpt-4o-mini`).first().waitFor();
  const shown = (await request(page).textContent()) ?? "";
  expect(model.heard).toHaveLength(0);
  await generate(page).click();
  await page.getByRole("heading", { name: /^\d+ variables/ }).waitFor();
  expect(model.heard).toHaveLength(1);
  expect(JSON.parse(model.last.body)).toEqual(JSON.parse(shown));
  expect(model.last.body).toBe(JSON.stringify(JSON.parse(shown)));
  for (const secret of SECRETS) expect(model.bytes).not.toContain(secret);
  expect(page.url()).toBe(vault.url + path);
});

test("another request than the one that was seen is shown first, and not sent", async ({ page, open, vault }) => {
  const { path, name } = await fill(vault);
  await open(path);
  await type(page, "Everything of the shop");
  await vault.entry(await named(vault, { name: "OpenAI" }), { name: `${name} two`, value: "planted-openai-value" });
  await generate(page).click();
  await page.getByText("Nothing is sent yet").waitFor();
  await request(page).getByText(`${name} two`).waitFor();
  expect(model.heard).toHaveLength(0);
  await generate(page).click();
  await page.getByRole("button", { name: "Put into the editor" }).waitFor();
  expect(model.heard).toHaveLength(1);
});

test("a submit right behind the last letter waits for the request with it, and sends that", async ({
  page,
  open,
  vault,
}) => {
  const { path } = await fill(vault);
  await open(path);
  const held = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await page.route("**/generate/preview**", async (route) => {
    asked.resolve();
    await held.promise;
    await route.continue();
  });
  await prompt(page).fill("Everything of the shop");
  await page.keyboard.press("Control+Enter");
  await asked.promise;
  await page.keyboard.press("Control+Enter");
  expect(model.heard).toHaveLength(0);
  held.resolve();
  await page.getByRole("button", { name: "Put into the editor" }).waitFor();
  expect(model.heard).toHaveLength(1);
  expect(JSON.parse(model.last.body)).toEqual(JSON.parse((await request(page).textContent()) ?? ""));
  expect(model.last.body).toContain("Everything of the shop");
  expect(await page.getByText("Nothing is sent yet").count()).toBe(0);
});

test("whoever types on while a submit waits has not sent", async ({ page, open, vault }) => {
  const { path } = await fill(vault);
  await open(path);
  const held = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await page.route("**/generate/preview**", async (route) => {
    asked.resolve();
    await held.promise;
    await route.continue();
  });
  await prompt(page).fill("Everything of the shop");
  await generate(page).click();
  await asked.promise;
  await prompt(page).fill("Everything of the shop but Stripe");
  held.resolve();
  await request(page).getByText("Everything of the shop but Stripe").waitFor();
  expect(model.heard).toHaveLength(0);
  await generate(page).click();
  await page.getByRole("button", { name: "Put into the editor" }).waitFor();
  expect(model.heard).toHaveLength(1);
  expect(model.last.body).toContain("Everything of the shop but Stripe");
});

test(
  "a blank prompt is asked for what it lacks, and sent nowhere",
  async ({ page, open, vault }) => {
    const { path } = await fill(vault);
    await open(path);
    await prompt(page).fill("   ");
    await generate(page).click();
    await page.getByText("Write what the file needs.").waitFor();
    expect(model.heard).toHaveLength(0);
  },
  { expected: /400/ },
);

test("a slow model shows that it is asked, once, and cancelling ends the request at its server", async ({
  page,
  open,
  vault,
}) => {
  const { path } = await fill(vault);
  await open(path);
  await type(page, "Something slow");
  model.next({ connection: "left open" });
  await page.keyboard.press("Control+Enter");
  await page.getByText(/^Asking gpt-4o-mini at .* Up to 30 s, and once more if the server fails\.$/).waitFor();
  await page.getByRole("timer").getByText("1 s").waitFor();
  await model.hears(1);
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: "Cancel" }).focus();
  await page.keyboard.press("Enter");
  await model.last.closed;
  await page.getByText("Cancelled. Your prompt is kept.").waitFor();
  await expectFocus(prompt(page));
  expect(await prompt(page).inputValue()).toBe("Something slow");
  expect(await page.getByRole("button", { name: "Cancel" }).count()).toBe(0);
  expect(model.heard).toHaveLength(1);
  await generate(page).click();
  await page.getByRole("button", { name: "Put into the editor" }).waitFor();
});

test(
  "a failure says what to do in its place, and the same prompt is matched without AI",
  async ({ page, open, vault }) => {
    const { path } = await fill(vault);
    await open(path);
    await type(page, "OpenAI and Stripe of this project");
    model.next({ status: 401, error: { message: "Incorrect API key provided: sk-of-the-model" } });
    await generate(page).click();
    const alert = page.getByRole("alert");
    await alert.getByText("Check OPENAI_API_KEY").waitFor();
    await expectFocus(alert);
    expect(await page.content()).not.toContain("sk-of-the-model");
    expect(await prompt(page).inputValue()).toBe("OpenAI and Stripe of this project");
    await page.getByRole("button", { name: "Match without AI instead" }).click();
    await page.getByText("Matched without AI").waitFor();
    await tick(page, /^OPENAI_API_KEY of OpenAI — .* \(production\)/).waitFor();
    expect(model.heard).toHaveLength(1);
  },
  { expected: /502/ },
);

test("ticks: all, none, and one of a variable, which the server looks at again", async ({ page, open, vault }) => {
  const { path } = await fill(vault);
  await open(path);
  await generated(page);
  const production = tick(page, /^OPENAI_API_KEY .*production/);
  const staging = tick(page, /^OPENAI_API_KEY .*staging/);
  expect([await production.isChecked(), await staging.isChecked()]).toEqual([true, false]);
  await staging.check();
  expect(await production.isChecked()).toBe(false);
  await page.getByText("A file has OPENAI_API_KEY once").waitFor();
  await page.getByRole("button", { name: "Tick none" }).click();
  expect(await page.locator("input[name=ticks]:checked").count()).toBe(0);
  await page.getByRole("button", { name: "Put into the editor" }).click();
  await page.getByRole("alert").getByText("Nothing is ticked").waitFor();
  expect(await prompt(page).inputValue()).toBe("All the keys of the shop");
  // Both, as only a page without script would send them.
  await page.locator("[name=ticks][data-variable=OPENAI_API_KEY]").evaluateAll((boxes) => {
    for (const box of boxes) (box as HTMLInputElement).checked = true;
  });
  await page.getByRole("button", { name: "Put into the editor" }).click();
  await page.getByRole("alert").getByText("OPENAI_API_KEY is ticked twice").waitFor();
  expect([await production.isChecked(), await staging.isChecked()]).toEqual([true, true]);
  await page.getByRole("button", { name: "Tick none" }).click();
  await page.getByRole("button", { name: "Tick all" }).click();
  expect([await production.isChecked(), await staging.isChecked()]).toEqual([true, false]);
  expect(await page.content()).not.toContain("planted-");
});

test("the draft is saved by saving alone: its difference, leaving, saving, going back", async ({
  page,
  open,
  vault,
}) => {
  const { path, project } = await fill(vault);
  await open(path);
  await generated(page);
  await tick(page, /^STRIPE_WEBHOOK_SECRET/).uncheck();
  await page.getByRole("button", { name: "Put into the editor" }).click();
  await editor(page).waitFor();
  await page.getByRole("heading", { name: "Unsaved draft" }).waitFor();
  expect(page.url()).toBe(`${vault.url}/envs/${project.id}?file=env`);
  const difference = page.getByRole("region", { name: "Difference to what is saved" });
  expect(await difference.locator("del").allTextContents()).toEqual(["OPENAI_API_KEY=old-value"]);
  expect(await difference.locator("ins").allTextContents()).toContain("OPENAI_API_KEY=planted-openai-value");
  expect(await contentOf(vault, project, "env")).toBe("PORT=3000\nOPENAI_API_KEY=old-value\n");

  const asked = page.waitForEvent("dialog").then(async (dialog) => {
    await dialog.dismiss();
    return dialog.type();
  });
  await page.getByRole("link", { name: "Close" }).click();
  expect(await asked).toBe("beforeunload");
  await page.getByRole("heading", { name: "Unsaved draft" }).waitFor();

  await save(page);
  expect(await page.locator(".env-draft").count()).toBe(0);
  const saved = (await contentOf(vault, project, "env")) ?? "";
  expect(saved).toStartWith("PORT=3000\nOPENAI_API_KEY=planted-openai-value\n");
  expect(saved).toContain("STRIPE_SECRET_KEY=planted-stripe-value\n");
  expect(saved).toMatch(/\nSESSION_SECRET=[0-9a-f]{64}\n/);
  expect(saved).not.toContain("planted-hook-value");
  await page.goto(`${vault.url}/keys`);
  await page.goBack();
  await page.getByRole("button", { name: "Reveal to edit" }).waitFor();
  expect(await page.content()).not.toContain("planted-");
});

test("a file can be generated from wherever it is open, and a new one has no difference to show", async ({
  page,
  open,
  vault,
}) => {
  const { project, path } = await fill(vault);
  const link = page.getByRole("link", { name: "AI generate" });
  await open(`/envs/${project.id}?file=env`);
  await page.getByRole("button", { name: "Reveal to edit" }).click();
  await editor(page).waitFor();
  expect(new URL((await link.getAttribute("href")) ?? "", page.url()).href).toBe(vault.url + path);
  await open(`/envs/${project.id}?file=env.local`);
  await link.click();
  await generated(page);
  expect(await page.getByRole("radio").count()).toBe(0);
  await page.getByRole("button", { name: "Put into the editor" }).click();
  await editor(page).waitFor();
  await page.getByRole("heading", { name: "Unsaved draft" }).waitFor();
  expect(await page.getByRole("region", { name: "Difference to what is saved" }).count()).toBe(0);
  expect(await page.locator("main").textContent()).not.toContain("saved file stands below");
  await link.waitFor();
  await save(page);
  await page.getByText(/\.env\.local, saved /).waitFor();
  await link.waitFor();
});

test("what would take another's place says so once for all of its variables", async ({ page, open, vault }) => {
  const { path, name } = await fill(vault);
  const STRIPE = { STRIPE_SECRET_KEY: "planted-stripe-staging", STRIPE_WEBHOOK_SECRET: "planted-hook-staging" };
  await vault.entry(await named(vault, { name: "Stripe" }), { name, environment: "staging", value: STRIPE });
  await open(path);
  await generated(page, "All the production keys of the shop");
  const others = page.getByRole("region", { name: "Other keys that may fit" });
  const stripe = others.getByRole("listitem").filter({ hasText: "STRIPE_SECRET_KEY" });
  expect(((await stripe.textContent()) ?? "").match(/Instead of [^.]*\./g)).toEqual([
    `Instead of Stripe — ${name} (production).`,
  ]);
  expect(await others.textContent()).not.toMatch(/Not of production/);
  await page.getByRole("heading", { name: "New secrets" }).waitFor();
});

test(
  "a proposal that cannot be opened any more is said, and is no failure of the model",
  async ({ page, open, vault }) => {
    const { path } = await fill(vault);
    await open(path);
    await generated(page);
    await page.locator("[name=ticket]").evaluate((field) => {
      (field as HTMLInputElement).value = "of another day";
    });
    await page.getByRole("button", { name: "Put into the editor" }).click();
    await page.getByRole("alert").getByText("Generate again").waitFor();
    expect(await page.getByRole("button", { name: "Match without AI instead" }).count()).toBe(0);
    expect(await prompt(page).inputValue()).toBe("All the keys of the shop");
  },
  { expected: /400/ },
);

for (const [size, below] of [
  [{ width: 390, height: 844 }, true],
  [{ width: 1440, height: 900 }, false],
] as const) {
  test(`at ${size.width} px the way on is in sight, and what was told ${below ? "below" : "beside"} the result`, async ({
    page,
    open,
    vault,
  }) => {
    const { path, name } = await fill(vault);
    for (let number = 1; number <= 12; number++) {
      const category = await vault.category({ name: `Service ${number} ${name}`, envVarName: `SERVICE_${number}` });
      await vault.entry(category, { name, value: "planted-service-value" });
    }
    await page.setViewportSize(size);
    await open(path);
    await generated(page);
    const put = page.getByRole("button", { name: "Put into the editor" });
    const { y = size.height, height = 0 } = (await put.boundingBox()) ?? {};
    expect(y).toBeGreaterThan(0);
    expect(y + height).toBeLessThanOrEqual(size.height);
    const top = async (id: string) => (await page.locator(id).boundingBox())?.y ?? 0;
    expect((await top("#told")) > (await top("#generated"))).toBe(below);
  });
}

test("a file that was saved meanwhile is a conflict, and replacing leaves nothing else", async ({
  page,
  open,
  vault,
}) => {
  const { path, project } = await fill(vault);
  await open(path);
  await generated(page);
  await page.getByRole("radio", { name: /^Replace the file/ }).check();
  await page.getByRole("button", { name: "Put into the editor" }).click();
  await editor(page).waitFor();
  await vault.owner.post(`/api/envs/${project.id}/files`, { fileType: "env", content: "THEIRS=1\n" });
  await page.keyboard.press("Control+s");
  await page.getByRole("heading", { name: "Changed meanwhile" }).waitFor();
  await page.getByRole("heading", { name: "Unsaved draft" }).waitFor();
  await page.getByRole("button", { name: "Save mine over theirs" }).click();
  await page.locator("#env-state .good").waitFor();
  const saved = (await contentOf(vault, project, "env")) ?? "";
  expect(saved).toContain("OPENAI_API_KEY=planted-openai-value");
  expect(saved).not.toMatch(/PORT|THEIRS/);
});

test("an example fills the prompt in place, and nothing found says what to try", async ({ page, open, vault }) => {
  const { path } = await fill(vault);
  model.choose = () => ({});
  await open(path);
  const example = page.getByRole("link", { name: "A JWT secret of 64 bytes as hex" });
  await example.click();
  expect(await prompt(page).inputValue()).toBe("A JWT secret of 64 bytes as hex");
  expect(page.url()).toBe(vault.url + path);
  await request(page).getByText("A JWT secret of 64 bytes as hex").waitFor();
  await generate(page).click();
  const heading = page.getByRole("heading", { name: "Nothing fits" }).first();
  await heading.waitFor();
  await expectFocus(heading);
  await page.getByRole("link", { name: "New category" }).waitFor();
});

test("text is text: names, the prompt, and what a model says", async ({ page, open, vault }) => {
  const { path, name } = await fill(vault);
  const hostile = `"><img src=x onerror="window.pwned=1"></textarea></pre><script>window.pwned=1</script>`;
  const category = await vault.category({ name: `C ${hostile}`, envVarName: "HOSTILE" });
  await vault.entry(category, { name: `E ${hostile}`, value: "harmless" });
  model.choose = (told) => ({
    selected: pick(told, (one) => one.category.startsWith("C ")).map((one) => ({ ...one, reason: `R ${hostile}` })),
    generated: [{ variable: `X ${hostile}`, format: "hex", bytes: 32, reason: hostile }],
  });
  await open(path);
  await type(page, `${name} P`);
  await prompt(page).fill(`P ${hostile}`);
  await request(page).getByText('P \\\\\\"><img').waitFor();
  await generate(page).click();
  await page.getByRole("button", { name: "Put into the editor" }).waitFor();
  const text = (await page.locator("main").textContent()) ?? "";
  for (const part of [`C ${hostile}`, `E ${hostile}`, `R ${hostile}`]) expect(text).toContain(part);
  await page.getByRole("button", { name: "Tick none" }).click();
  await page.getByRole("button", { name: "Put into the editor" }).click();
  await page.getByRole("alert").waitFor();
  expect(await prompt(page).inputValue()).toBe(`P ${hostile}`);
  expect(await page.evaluate(() => (window as { pwned?: number }).pwned)).toBeUndefined();
  expect(await page.evaluate(() => document.images.length)).toBe(0);
});

test(
  "without script: the request is shown by the first submit and sent by the second, and the draft is saved",
  async ({ page, open, vault }) => {
    const { path, project } = await fill(vault);
    await open(path);
    await page.getByRole("link", { name: "Everything this project has, for production" }).click();
    expect(await prompt(page).inputValue()).toBe("Everything this project has, for production");
    await prompt(page).fill("All the keys of the shop");
    await generate(page).click();
    await page.getByText("Nothing is sent yet").waitFor();
    expect(await request(page).textContent()).toContain("All the keys of the shop");
    expect(model.heard).toHaveLength(0);
    await generate(page).click();
    await tick(page, /^STRIPE_SECRET_KEY/).uncheck();
    await page.getByRole("button", { name: "Put into the editor" }).click();
    await page.getByRole("heading", { name: "Unsaved draft" }).waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("File saved.").waitFor();
    const saved = await contentOf(vault, project, "env");
    expect(saved).toContain("OPENAI_API_KEY=planted-openai-value");
    expect(saved).not.toContain("STRIPE_SECRET_KEY");
  },
  { javaScriptEnabled: false },
);

test("with keys alone, from the prompt to the saved file", async ({ page, open, vault }) => {
  const { path, project } = await fill(vault);
  await open(path);
  await expectFocus(prompt(page));
  await typeText(page, "All the keys of the shop");
  await request(page).getByText("All the keys of the shop").waitFor();
  await page.keyboard.press("Control+Enter");
  await expectFocus(page.getByRole("heading", { name: /^\d+ variables/ }));
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate(() => document.activeElement?.textContent)) === "Put into the editor") break;
  }
  await page.keyboard.press("Enter");
  await expectFocus(page.locator(".env-editor"));
  await save(page);
  expect(await contentOf(vault, project, "env")).toContain("OPENAI_API_KEY=planted-openai-value");
});

const STATES: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  "the prompt": (page) => prompt(page).waitFor(),
  "a model that is asked": async (page) => {
    model.next({ connection: "left open" });
    await type(page, "Something slow");
    await generate(page).click();
    await page.getByRole("button", { name: "Cancel" }).waitFor();
  },
  "what was chosen": (page) => generated(page),
  "nothing found": async (page) => {
    model.choose = () => ({});
    await type(page, "Nothing there");
    await generate(page).click();
    await page.getByRole("link", { name: "New category" }).waitFor();
  },
  "a draft": async (page) => {
    await generated(page);
    await page.getByRole("button", { name: "Put into the editor" }).click();
    await editor(page).waitFor();
  },
};

for (const [name, arrive] of Object.entries(STATES)) {
  test(
    `${name}: axe finds nothing in both themes, wide and narrow, and nothing sticks out`,
    async ({ page, open, vault }) => {
      const { path } = await fill(vault);
      await open(path);
      await arrive(page);
      await looksRight(page);
    },
    { reducedMotion: "reduce" },
  );
}

test(
  "without a model the page says that it matches without AI, and asks nobody",
  async ({ page, open, vault }) => {
    const { project, path } = await fill(vault);
    await open(`/envs/${project.id}`);
    await page.getByRole("link", { name: "Generate", exact: true }).click();
    await page.getByRole("heading", { name: "Matched without AI" }).waitFor();
    expect(await page.locator("main").textContent()).not.toContain("AI generate");
    await prompt(page).fill("OpenAI of this project");
    await generate(page).click();
    await tick(page, /^OPENAI_API_KEY .*production/).waitFor();
    expect(model.heard).toHaveLength(0);
    await open(path);
    await looksRight(page);
  },
  { fresh: true, environment: () => ({}), reducedMotion: "reduce" },
);

test(
  "switched off there is no trace of it",
  async ({ page, open, vault }) => {
    const { project, path } = await fill(vault);
    for (const file of ["env", "env.local"]) {
      await open(`/envs/${project.id}?file=${file}`);
      expect(await page.content()).not.toMatch(/generate|\bAI\b/i);
    }
    for (const place of [path, `/envs/${project.id}/generate/draft`]) {
      const answer = await vault.owner.post(place, undefined, { accept: "text/html" });
      expect({ place, status: answer.status }).toEqual({ place, status: 404 });
    }
    await open(path);
    await page.getByRole("heading", { name: /not found/i }).waitFor();
    await open("/settings/access-keys/new?preset=everything");
    await page.getByRole("checkbox", { name: /^export:read/ }).waitFor();
    expect(await page.content()).not.toContain("ai:extract");
  },
  { fresh: true, confirmed: true, environment: async () => ({ ...(await environment()), KAGI_AI: "off" }) },
);
