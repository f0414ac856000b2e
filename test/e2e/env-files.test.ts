import { expect } from "bun:test";
import { addSession, expectFocus, newContext, pageTests } from "./browser.ts";
import { contentOf, editor, newProject, openFile, putFile, realFile, save, typeAt } from "./env.ts";

const test = pageTests();

test("a project and its first file are made in the page", async ({ page, open, vault }) => {
  await open("/envs");
  await page.getByRole("link", { name: /New project|Create the first project/ }).click();
  await page.getByLabel("Name").fill("Made here");
  await page.getByRole("button", { name: "Create project" }).click();
  await page.getByRole("heading", { level: 1, name: "Made here" }).waitFor();
  await page.getByRole("navigation", { name: "Files" }).getByRole("link", { name: ".env.local" }).click();
  await page.getByRole("link", { name: "Write it here" }).click();
  await editor(page).waitFor();
  await typeAt(page, "End", "TOKEN=made-in-the-page\n");
  await save(page);
  expect(page.url()).not.toContain("new=");
  await page.getByRole("link", { name: ".env.local stored" }).waitFor();
  await page.getByRole("link", { name: "History" }).waitFor();
  const [project] = (await vault.owner.get<[{ id: string }]>("/api/envs?search=Made+here")).body;
  expect(await contentOf(vault, project as never, "env.local")).toBe("TOKEN=made-in-the-page\n");
  // The second save goes on from the first.
  await typeAt(page, "End", "MORE=1\n");
  await save(page);
  expect(await contentOf(vault, project as never, "env.local")).toBe("TOKEN=made-in-the-page\nMORE=1\n");
});

test("a name that is taken is told at the field, and what was typed stays", async ({ page, open, vault }) => {
  await newProject(vault, "Taken");
  await open("/envs/new");
  await page.getByLabel("Name").fill("Taken");
  await page.getByLabel("Description").fill("kept while mending");
  await page.getByRole("button", { name: "Create project" }).click();
  await page.locator(".error").waitFor();
  await expectFocus(page.getByLabel("Name"));
  expect(await page.getByLabel("Description").inputValue()).toBe("kept while mending");
});

test("deleting asks once and says what goes with it", async ({ page, open, vault }) => {
  const project = await newProject(vault, "To be deleted", { env: "A=1\n", "env.local": "B=2\n" });
  await open(`/envs/${project.id}?file=env.local`);
  await page.getByRole("link", { name: "Delete file" }).click();
  expect(await page.getByRole("dialog").textContent()).toContain(".env.local");
  await page.getByRole("button", { name: "Delete file" }).click();
  await page.getByText("File deleted.").waitFor();
  expect(await contentOf(vault, project, "env.local")).toBeUndefined();
  await page.getByRole("link", { name: "Delete project" }).click();
  expect(await page.getByRole("dialog").textContent()).toContain("1 file");
  await page.getByRole("button", { name: "Delete project" }).click();
  await page.getByText("Project deleted.").waitFor();
  expect((await vault.owner.get(`/api/envs/${project.id}`)).status).toBe(404);
});

test("nothing of a file is in the page before it is revealed, or after it is closed", async ({ page, vault }) => {
  const project = await newProject(vault, "Closed", { env: "TOKEN=planted-env-secret\n" });
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(`${vault.url}/envs/${project.id}`);
  expect(await page.content()).not.toContain("planted-env-secret");
  expect(requests.some((url) => url.includes("editor"))).toBe(false);
  await page.getByRole("button", { name: "Reveal to edit" }).click();
  await editor(page).waitFor();
  expect(requests.some((url) => /\/static\/editor\.\w+\.js$/.test(url))).toBe(true);
  // One copy, in the editor: the field that it stands for is empty.
  expect(await page.locator("textarea[name=content]").inputValue()).toBe("");
  expect(page.url()).toBe(`${vault.url}/envs/${project.id}`);
  await page.reload();
  expect(await page.content()).not.toContain("planted-env-secret");
  await page.getByRole("button", { name: "Reveal to edit" }).waitFor();
});

test("a download comes by a POST, and its address alone leads to the closed file", async ({ page, vault }) => {
  const project = await newProject(vault, "Downloaded", { "env.production": "TOKEN=for-the-download\n" });
  await openFile(page, vault, project, "env.production");
  const arriving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  const download = await arriving;
  expect(download.suggestedFilename()).toMatch(/env\.production$/);
  expect(await Bun.file(await download.path()).text()).toBe("TOKEN=for-the-download\n");
  // Asked for by its address alone, it leads to the closed file.
  const answer = await vault.owner.get(new URL(download.url()).pathname);
  expect(answer.status).toBe(303);
  expect(answer.text).not.toContain("for-the-download");
});

test("copying takes the saved content past the page", async ({ page, vault, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: vault.url });
  const project = await newProject(vault, "Copied", { env: "TOKEN=copied-env\r\n" });
  await page.goto(`${vault.url}/envs/${project.id}`);
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied .env").waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("TOKEN=copied-env");
  expect(await page.content()).not.toContain("copied-env");
});

const SHAPES: readonly (readonly [name: string, content: string])[] = [
  ["CRLF", "A=1\r\nB=2\r\n"],
  ["no final newline", "A=1\nB=2"],
  ["a byte order mark", "\ufeffA=1\nB=2\n"],
  ["a mark, CRLF and no final newline", "\ufeffA=1\r\nB=2"],
  ["mixed line endings", "A=1\r\nB=2\nC=3\r\nD=4"],
  ["old line endings", "A=1\rB=2\r"],
  ["line breaks in front", "\n\n\r\nA=1\n"],
  ["tabs, spaces, other scripts", "  A = 1\t\nÄ=鍵 🔑\u2028x\n"],
];

test("what was not touched is saved byte for byte, whatever the file is like", async ({ page, vault }) => {
  for (const [name, content] of SHAPES) {
    const project = await newProject(vault, `Bytes, ${name}`, { env: content });
    await openFile(page, vault, project);
    await typeAt(page, "End", "X");
    await save(page);
    expect({ name, content: await contentOf(vault, project, "env") }).toEqual({ name, content: `${content}X` });
    await page.keyboard.press("Backspace");
    await save(page);
    expect({ name, content: await contentOf(vault, project, "env") }).toEqual({ name, content });
  }
});

test("new lines end as the others do, and a byte order mark goes when it is no longer wanted", async ({
  page,
  vault,
}) => {
  const project = await newProject(vault, "New lines", { env: "\ufeffA=1\r\nB=2\r\n" });
  await openFile(page, vault, project);
  await typeAt(page, "End", "C=3\nD=4");
  await save(page);
  expect(await contentOf(vault, project, "env")).toBe("\ufeffA=1\r\nB=2\r\nC=3\r\nD=4");
  await page.getByLabel("Keep the byte order mark").uncheck();
  await page.getByText("Unsaved changes", { exact: true }).waitFor();
  await save(page);
  expect(await contentOf(vault, project, "env")).toBe("A=1\r\nB=2\r\nC=3\r\nD=4");
});

test("a conflict shows both sides, and mine can go over theirs", async ({ page, vault }) => {
  const project = await newProject(vault, "Conflict, mine", { env: "A=1\nB=2\n" });
  await openFile(page, vault, project);
  const other = await newContext(vault);
  try {
    const theirs = await other.newPage();
    await openFile(theirs, vault, project);
    await typeAt(theirs, "End", "THEIRS=saved-first\n");
    await save(theirs);
  } finally {
    await other.close();
  }
  await typeAt(page, "End", "MINE=typed-second\n");
  await page.keyboard.press("Control+s");
  await page.getByRole("heading", { name: "Changed meanwhile" }).waitFor();
  expect(await contentOf(vault, project, "env")).toBe("A=1\nB=2\nTHEIRS=saved-first\n");
  expect(await editor(page).textContent()).toContain("MINE=typed-second");
  expect(await page.locator(".difference del").allTextContents()).toEqual(["THEIRS=saved-first"]);
  expect(await page.locator(".difference ins").allTextContents()).toEqual(["MINE=typed-second"]);
  expect(await page.locator("[data-theirs]").inputValue()).toBe("A=1\nB=2\nTHEIRS=saved-first\n");
  // Saving as before does not win either.
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "Changed meanwhile" }).waitFor();
  expect(await contentOf(vault, project, "env")).toContain("THEIRS");
  await page.getByRole("button", { name: "Save mine over theirs" }).click();
  await page.locator("#env-state .good").waitFor();
  expect(await contentOf(vault, project, "env")).toBe("A=1\nB=2\nMINE=typed-second\n");
});

test("theirs can be taken, and one undo brings mine back", async ({ page, vault }) => {
  const project = await newProject(vault, "Conflict, theirs", { env: "A=1\n" });
  await openFile(page, vault, project);
  await typeAt(page, "End", "MINE=1\n");
  await putFile(vault, project, "env", "A=1\nTHEIRS=1\n");
  await page.keyboard.press("Control+s");
  await page.getByRole("button", { name: "Take theirs into the editor" }).click();
  expect(await editor(page).textContent()).toContain("THEIRS=1");
  expect(await editor(page).textContent()).not.toContain("MINE=1");
  expect(await page.locator(".env-dirty").isVisible()).toBe(false);
  await page.keyboard.press("Control+z");
  expect(await editor(page).textContent()).toContain("MINE=1");
  await save(page);
  expect(await contentOf(vault, project, "env")).toBe("A=1\nMINE=1\n");
});

const THEIRS: readonly (readonly [name: string, mine: string, theirs: string])[] = [
  ["mixed endings", "A=1\n", "A=1\r\nB=2\nC=3\r\n"],
  ["a mark", "A=1\n", "\ufeffA=1\nB=2\n"],
  ["no mark", "\ufeffA=1\n", "A=1\nB=2\n"],
  ["other endings alone", "A=1\nB=2\n", "A=1\r\nB=2\r\n"],
  ["one way of ending", "A=1\r\nB=2\n", "A=1\r\nB=2\r\n"],
  ["a mark and mixed endings", "\ufeffA=1\rB=2\n", "\ufeffA=1\r\nB=2\n"],
];

test("theirs, once taken, is saved byte for byte, and mine after an undo as well", async ({ page, vault }) => {
  for (const [name, mine, theirs] of THEIRS) {
    const project = await newProject(vault, `Taken, ${name}`, { env: mine });
    await openFile(page, vault, project);
    await typeAt(page, "End", "X");
    await putFile(vault, project, "env", theirs);
    await page.keyboard.press("Control+s");
    await page.getByRole("button", { name: "Take theirs into the editor" }).click();
    expect({ name, dirty: await page.locator(".env-dirty").isVisible() }).toEqual({ name, dirty: false });
    const mark = page.getByLabel("Keep the byte order mark");
    if (theirs.startsWith("\ufeff")) expect(await mark.isChecked()).toBe(true);
    const isMixed = name.includes("mixed");
    expect(await page.getByText("The line endings are mixed, and stay so.").isVisible()).toBe(isMixed);
    await typeAt(page, "End", "Y=1");
    await page.locator(".env-dirty").waitFor();
    await save(page);
    expect({ name, content: await contentOf(vault, project, "env") }).toEqual({ name, content: `${theirs}Y=1` });
    // Back by the edit, and by what was taken.
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
    await save(page);
    expect({ name, content: await contentOf(vault, project, "env") }).toEqual({ name, content: `${mine}X` });
    await page.keyboard.press("Control+y");
    await save(page);
    expect({ name, content: await contentOf(vault, project, "env") }).toEqual({ name, content: theirs });
  }
});

test("a file that was deleted meanwhile is a conflict, too, and can be saved anew", async ({ page, vault }) => {
  const project = await newProject(vault, "Conflict, deleted", { env: "A=1\n" });
  await openFile(page, vault, project);
  await typeAt(page, "End", "MINE=1\n");
  const { files } = (await vault.owner.get<{ files: { id: string }[] }>(`/api/envs/${project.id}`)).body;
  await vault.owner.delete(`/api/envs/${project.id}/files/${files[0]?.id}`);
  await page.keyboard.press("Control+s");
  await page.getByRole("heading", { name: "Deleted meanwhile" }).waitFor();
  await page.getByRole("button", { name: "Save mine as a new file" }).click();
  await page.locator("#env-state .good").waitFor();
  expect(await contentOf(vault, project, "env")).toBe("A=1\nMINE=1\n");
});

test("leaving with unsaved changes asks: tabs, links, closing; and without them it does not", async ({
  page,
  vault,
}) => {
  const project = await newProject(vault, "Leaving", { env: "A=1\n" });
  await openFile(page, vault, project);
  const asked: string[] = [];
  let stay = true;
  page.on("dialog", async (dialog) => {
    asked.push(dialog.type());
    await (stay ? dialog.dismiss() : dialog.accept());
  });
  await typeAt(page, "End", "UNSAVED=1\n");
  const tab = page.getByRole("link", { name: /^\.env\.local/ });
  await tab.click();
  await page.getByRole("link", { name: "Keys" }).click();
  await page.getByRole("link", { name: "Close" }).click();
  expect(asked).toEqual(["beforeunload", "beforeunload", "beforeunload"]);
  expect(await editor(page).textContent()).toContain("UNSAVED=1");
  // A download is no leaving.
  const arriving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  await arriving;
  expect(asked).toHaveLength(3);
  await editor(page).focus();
  await save(page);
  await tab.click();
  await page.getByRole("heading", { name: "No .env.local yet" }).waitFor();
  expect(asked).toHaveLength(3);
  stay = false;
  await openFile(page, vault, project);
  await typeAt(page, "End", "UNSAVED=2\n");
  await tab.click();
  await page.getByRole("heading", { name: "No .env.local yet" }).waitFor();
  expect(asked).toHaveLength(4);
  expect(await contentOf(vault, project, "env")).toBe("A=1\nUNSAVED=1\n");
});

test(
  "a save that does not arrive says so and keeps the text",
  async ({ page, vault, context }) => {
    const project = await newProject(vault, "Unreachable", { env: "A=1\n" });
    await openFile(page, vault, project);
    await typeAt(page, "End", "KEPT=1\n");
    await page.route("**/files", (route) => route.abort());
    await page.keyboard.press("Control+s");
    await page.getByText("Not saved: Kagi did not answer.").waitFor();
    expect(await editor(page).textContent()).toContain("KEPT=1");
    expect(await page.locator("[aria-busy]").count()).toBe(0);
    await page.unroute("**/files");
    // The session ends while somebody writes: they sign in elsewhere and go on.
    await context.clearCookies();
    await page.keyboard.press("Control+s");
    await page.getByText("you are signed out").waitFor();
    await page.getByRole("link", { name: "Sign in again in another tab" }).waitFor();
    expect(await editor(page).textContent()).toContain("KEPT=1");
    await addSession(context, vault, vault.session);
    await save(page);
    expect(await contentOf(vault, project, "env")).toBe("A=1\nKEPT=1\n");
  },
  { expected: /^console error: Failed to load resource: net::ERR_FAILED/ },
);

test("what is too large is refused in words, and stays in the editor", async ({ page, vault }) => {
  const project = await newProject(vault, "Too large", { env: `A=${"x".repeat(1_048_573)}\n` });
  expect(await contentOf(vault, project, "env")).toHaveLength(1_048_576);
  await openFile(page, vault, project);
  await typeAt(page, "End", "y");
  await page.keyboard.press("Control+s");
  await page.getByText("Not saved. The file must be at most 1 MiB.").waitFor();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Backspace");
  await save(page);
  expect(await contentOf(vault, project, "env")).toHaveLength(1_048_575);
});

test("a file of 1 MiB in many lines opens, is edited and is saved whole", async ({ page, vault }) => {
  let content = "";
  for (let number = 0; content.length < 1_048_000; number++)
    content += `SERVICE_${number}_TOKEN=tok_${number}_abcdef\n`;
  const project = await newProject(vault, "Large", { env: content });
  await openFile(page, vault, project);
  await typeAt(page, "End", "LAST=1\n");
  await save(page);
  expect(await contentOf(vault, project, "env")).toBe(`${content}LAST=1\n`);
});

test("a real file of 200 lines has its warnings in the margin and in words that lead to their lines", async ({
  page,
  vault,
}) => {
  const project = await newProject(vault, "Real", { env: realFile() });
  await openFile(page, vault, project);
  await page.locator(".cm-lint-marker-warning").first().waitFor();
  const warnings = page.getByRole("region", { name: "Warnings" });
  const told = await warnings.getByRole("listitem").allTextContents();
  expect(told.some((text) => /Line 12\s+SESSION_SECRET has a # without quotes/.test(text))).toBe(true);
  expect(told.some((text) => /Line 15\s+DUPLICATE is set again in line 16/.test(text))).toBe(true);
  expect(told.join(" ")).not.toContain("abc#def");
  await warnings.getByRole("button", { name: /DUPLICATE/ }).click();
  await page.keyboard.insertText("# ");
  await warnings.getByRole("button", { name: /DUPLICATE/ }).waitFor({ state: "detached" });
  await typeAt(page, "End", 'OPEN="not closed\n');
  await page.locator(".cm-lint-marker-error").waitFor();
  await warnings.getByRole("button", { name: /OPEN opens a quote that is not closed/ }).waitFor();
  await save(page);
  expect(await contentOf(vault, project, "env")).toBe(
    `${realFile().replace("DUPLICATE=one", "# DUPLICATE=one")}OPEN="not closed\n`,
  );
});

test("a file that was out of sight for 30 seconds is covered, and nothing typed is lost", async ({ page, vault }) => {
  const project = await newProject(vault, "Covered", { env: "TOKEN=covered-secret\n" });
  await page.clock.install();
  await openFile(page, vault, project);
  await typeAt(page, "End", "UNSAVED=still-here\n");
  const turn = (hidden: boolean) =>
    page.evaluate((state) => {
      Object.defineProperty(document, "hidden", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await turn(true);
  await page.clock.fastForward(20_000);
  await turn(false);
  expect(await editor(page).isVisible()).toBe(true);
  await turn(true);
  await page.clock.fastForward(31_000);
  await turn(false);
  await page.getByText("Hidden while nobody was looking.").waitFor();
  expect(await editor(page).count()).toBe(0);
  // What somebody else saved is a secret just as well.
  await putFile(vault, project, "env", "TOKEN=their-secret\n");
  await page.keyboard.press("Control+s");
  await page.locator(".env-conflict").waitFor({ state: "attached" });
  expect(await page.locator(".env-conflict").isVisible()).toBe(false);
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByRole("heading", { name: "Changed meanwhile" }).waitFor();
  await putFile(vault, project, "env", "TOKEN=covered-secret\n");
  await page.getByRole("button", { name: "Save mine over theirs" }).click();
  await page.getByRole("heading", { name: "Changed meanwhile" }).waitFor();
  await page.getByRole("button", { name: "Take theirs into the editor" }).click();
  await page.keyboard.press("Control+z");
  expect(await editor(page).textContent()).toContain("UNSAVED=still-here");
  await save(page);
  expect(await contentOf(vault, project, "env")).toBe("TOKEN=covered-secret\nUNSAVED=still-here\n");
});

test("a file is stored as it is when it is chosen", async ({ page, open, vault }) => {
  const project = await newProject(vault, "Chosen");
  const content = "\ufeffA=1\r\nB=2\n\rC=3";
  await open(`/envs/${project.id}?file=env.development`);
  await page.getByLabel("Or take the file as it is").setInputFiles({
    name: ".env",
    mimeType: "text/plain",
    buffer: Buffer.from(content),
  });
  await page.getByRole("button", { name: "Store the file" }).click();
  await page.getByText("File saved.").waitFor();
  expect(await contentOf(vault, project, "env.development")).toBe(content);
});

test("everything goes by keyboard, and Tab leaves the editor", async ({ page, open, vault }) => {
  const project = await newProject(vault, "Keyboard", { env: "A=1\n" });
  await open(`/envs/${project.id}`);
  await page.getByRole("button", { name: "Reveal to edit" }).focus();
  await page.keyboard.press("Enter");
  await editor(page).waitFor();
  await page.waitForFunction(() => document.activeElement?.shadowRoot?.activeElement?.matches(".cm-content"));
  await page.keyboard.press("Control+End");
  await page.keyboard.type("B=2");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expectFocus(page.getByRole("button", { name: "Save", exact: true }));
  await page.keyboard.press("Enter");
  await page.locator("#env-state .good").waitFor();
  expect(await contentOf(vault, project, "env")).toBe("A=1\nB=2\n");
  await page.keyboard.press("Shift+Tab");
  await page.waitForFunction(() => document.activeElement?.shadowRoot?.activeElement?.matches(".cm-content"));
});

test(
  "a phone edits as well",
  async ({ page, vault }) => {
    const project = await newProject(vault, "Phone", { env: realFile() });
    await page.goto(`${vault.url}/envs/${project.id}`);
    await page.getByRole("button", { name: "Reveal to edit" }).tap();
    await editor(page).waitFor();
    await editor(page).tap();
    await typeAt(page, "End", "PHONE=1\n");
    await page.getByRole("button", { name: "Save", exact: true }).tap();
    await page.locator("#env-state .good").waitFor();
    expect(await contentOf(vault, project, "env")).toBe(`${realFile()}PHONE=1\n`);
  },
  { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
);
