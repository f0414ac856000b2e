import { expect } from "bun:test";
import { expectCount, pageTests } from "./browser.ts";
import { contentOf, editor, newProject, openFile, putFile, realFile, save, typeAt } from "./env.ts";

const test = pageTests();

async function historyOf(vault: { owner: { get: (path: string) => Promise<unknown> } }, projectId: string) {
  const { body } = (await vault.owner.get(`/api/envs/${projectId}`)) as { body: { files: { id: string }[] } };
  return `/envs/${projectId}/files/${body.files[0]?.id}/history`;
}

test("each save is in the history, is shown as a difference and can be restored", async ({ page, vault }) => {
  const project = await newProject(vault, "History", { env: "A=first\nB=2\n" });
  await openFile(page, vault, project);
  await typeAt(page, "End", "C=third\n");
  await save(page);
  await page.getByRole("link", { name: "History" }).click();
  const versions = page.locator(".version");
  expect(await versions.count()).toBe(2);
  expect(await versions.first().textContent()).toMatch(/Version 2.*current.*in the browser/);
  expect(await page.content()).not.toContain("C=third");
  await page.getByRole("button", { name: "Show difference of version 1" }).click();
  await page.locator(".difference").waitFor();
  expect(await page.locator(".difference ins").allTextContents()).toEqual(["C=third"]);
  expect(await page.locator(".difference del").count()).toBe(0);
  await page.getByRole("button", { name: "Hide" }).click();
  expect(await page.content()).not.toContain("C=third");
  await page.getByRole("button", { name: "Restore version 1" }).click();
  await page.getByText("Version restored.").waitFor();
  expect(await contentOf(vault, project, "env")).toBe("A=first\nB=2\n");
  await page.getByRole("link", { name: "History" }).click();
  await expectCount(versions, 3);
});

test("a difference hides itself after 30 seconds", async ({ page, open, vault }) => {
  const project = await newProject(vault, "Hides", { env: "A=one-difference\n" });
  await putFile(vault, project, "env", "A=two-difference\n");
  await page.clock.install();
  await open(await historyOf(vault, project.id));
  await page.getByRole("button", { name: "Show difference" }).click();
  await page.locator(".difference").waitFor();
  await page.clock.fastForward(31_000);
  await page.locator(".difference").waitFor({ state: "detached" });
  expect(await page.content()).not.toContain("one-difference");
});

test("a difference of two real files shows what differs and leaves out what does not", async ({
  page,
  open,
  vault,
}) => {
  const project = await newProject(vault, "Long difference", { env: realFile() });
  const changed = realFile().replace("SERVICE_100_TOKEN=tok_100", "SERVICE_100_TOKEN=another").replaceAll("\n", "\r\n");
  await putFile(vault, project, "env", changed);
  await open(await historyOf(vault, project.id));
  await page.getByRole("button", { name: "Show difference" }).click();
  await page.locator(".difference").waitFor();
  expect(await page.locator(".difference del").allTextContents()).toEqual(["SERVICE_100_TOKEN=tok_100"]);
  expect(await page.locator(".difference ins").allTextContents()).toEqual(["SERVICE_100_TOKEN=another"]);
  expect(await page.locator(".difference .line").count()).toBe(10);
  await page.getByText("Line endings: LF before, CRLF now.").waitFor();
});

test("a restore that somebody got ahead of is refused, and says so", async ({ page, open, vault }) => {
  const project = await newProject(vault, "Ahead", { env: "A=1\n" });
  await putFile(vault, project, "env", "A=2\n");
  await open(await historyOf(vault, project.id));
  await putFile(vault, project, "env", "A=3\n");
  await page.getByRole("button", { name: "Restore version 1" }).click();
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("alert").textContent()).toContain("changed since");
  expect(await contentOf(vault, project, "env")).toBe("A=3\n");
  expect(await page.locator(".version").count()).toBe(3);
});

test("the table compares names across files, and against a pasted example, and shows no value", async ({
  page,
  open,
  vault,
}) => {
  const project = await newProject(vault, "Compared", {
    env: "SHARED=value-in-env\nONLY_HERE=value-only-here\n",
    "env.production": "SHARED=\nEXTRA=value-extra\n",
  });
  await open(`/envs/${project.id}`);
  await page.getByRole("link", { name: "Compare" }).click();
  const row = (name: string) => page.getByRole("row", { name: new RegExp(`^${name}\\b`) });
  const cells = async (name: string) =>
    (await row(name).getByRole("cell").allTextContents()).map((text) => text.replace(/\s+/g, " ").trim());
  expect(await cells("SHARED")).toEqual(["✓ set", "≠ differs"]);
  expect(await cells("ONLY_HERE")).toEqual(["✓ set", "↑ inherited"]);
  expect(await cells("EXTRA")).toEqual(["– not set", "+ not in .env"]);
  await page.getByLabel("Lines of a .env.example").fill("SHARED=\nNOWHERE=\n");
  await page.getByRole("button", { name: "Compare with it" }).click();
  await row("NOWHERE").waitFor();
  expect(await cells("NOWHERE")).toEqual(["✕ missing", "✕ missing", "○ empty"]);
  expect(await cells("ONLY_HERE")).toEqual(["+ not in the example", "– not set", "– not set"]);
  expect(await page.getByLabel("Lines of a .env.example").inputValue()).toBe("SHARED=\nNOWHERE=\n");
  for (const value of ["value-in-env", "value-only-here", "value-extra"])
    expect(await page.content()).not.toContain(value);
});

test("an import shows its plan, makes what is ticked, and can be undone while its page is open", async ({
  page,
  open,
  vault,
}) => {
  const known = await vault.category({ name: "Known for import", envVarName: "IMPORT_KNOWN_KEY" });
  const content = [
    "IMPORT_KNOWN_KEY=value-known",
    "IMPORT_NEW_TOKEN=value-new",
    "IMPORT_TWICE=value-first",
    "IMPORT_TWICE=value-second",
    "IMPORT_LEFT=value-left",
    "IMPORT_EMPTY=",
  ].join("\n");
  const project = await newProject(vault, "Imported shop", { env: content });
  const before = (await vault.categories()).length;
  await open(`/envs/${project.id}`);
  await page.getByRole("link", { name: "Import into entries" }).click();
  const row = (name: string) => page.getByRole("row", { name: new RegExp(name) });
  expect(await row("IMPORT_TWICE").textContent()).toContain("3, 4");
  expect(await row("IMPORT_TWICE").textContent()).toContain("set 2 times, line 4 counts");
  expect(await row("IMPORT_KNOWN_KEY").textContent()).toContain("Known for import");
  expect(await row("IMPORT_NEW_TOKEN").textContent()).toContain("new category");
  expect(await page.getByLabel("IMPORT_EMPTY").isDisabled()).toBe(true);
  expect(await page.content()).not.toContain("value-");
  await page.getByRole("radio", { name: "Staging" }).check();
  await page.getByRole("heading", { name: "For Imported shop, staging" }).waitFor();
  expect(page.url()).toContain("environment=staging");
  await page.getByLabel("IMPORT_LEFT").uncheck();
  await page.getByRole("button", { name: "Import what is ticked" }).click();
  await page.getByRole("heading", { name: "3 entries made, and 2 new categories" }).waitFor();
  const [made] = await vault.entries(known);
  expect([made?.name, made?.environment]).toEqual(["Imported shop", "staging"]);
  expect(await vault.reveal(made)).toBe("value-known");
  const [twice] = await vault.categories("Import twice");
  expect(await vault.reveal((await vault.entries(twice as never))[0])).toBe("value-second");
  expect((await vault.categories()).length).toBe(before + 2);
  expect(await vault.categories("Import left")).toEqual([]);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("heading", { name: "Undone" }).waitFor();
  expect(await vault.entries(known)).toEqual([]);
  expect((await vault.categories()).length).toBe(before);
});

test("an undo is refused whole when an entry has changed since", async ({ page, open, vault }) => {
  const project = await newProject(vault, "Undo refused", { env: "UNDO_ONE=1\nUNDO_TWO=2\n" });
  await open(`/envs/${project.id}`);
  await page.getByRole("link", { name: "Import into entries" }).click();
  await page.getByRole("button", { name: "Import what is ticked" }).click();
  await page.getByRole("button", { name: "Undo" }).waitFor();
  const [category] = await vault.categories("Undo one");
  const [entry] = await vault.entries(category as never);
  await vault.owner.put(`/api/entries/${entry?.id}`, { notes: "touched" });
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("alert").textContent()).toContain("nothing was undone");
  expect(await vault.categories("Undo")).toHaveLength(2);
});

test("an import with nothing ticked, or of a file that has changed, is refused in words", async ({
  page,
  open,
  vault,
}) => {
  const project = await newProject(vault, "Import refused", { env: "REFUSED_ONE=1\n" });
  await open(`/envs/${project.id}`);
  await page.getByRole("link", { name: "Import into entries" }).click();
  await page.getByLabel("REFUSED_ONE").uncheck();
  await page.getByRole("button", { name: "Import what is ticked" }).click();
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("alert").textContent()).toContain("Nothing is ticked");
  await page.getByLabel("REFUSED_ONE").check();
  await putFile(vault, project, "env", "REFUSED_ONE=1\nREFUSED_TWO=2\n");
  await page.getByRole("button", { name: "Import what is ticked" }).click();
  await page.getByText("The file has been changed since").waitFor();
  await page.getByLabel("REFUSED_TWO").waitFor();
  expect(await vault.categories("Refused")).toEqual([]);
});

test("the values that an entry had are listed, shown one by one and restored", async ({ page, open, vault }) => {
  const category = await vault.category({ name: "With a history" });
  const entry = await vault.entry(category, { name: "Blog", value: "sk-first-value" });
  await vault.owner.put(`/api/entries/${entry.id}`, { value: "sk-second-value" });
  await open(`/entries/${entry.id}/edit`);
  await page.getByRole("link", { name: "History", exact: true }).click();
  expect(await page.content()).not.toContain("sk-first-value");
  expect(await page.locator(".version").last().textContent()).toMatch(/replaced .* in the browser/);
  await page.getByRole("button", { name: "Reveal value 1", exact: true }).click();
  await page.getByText("sk-first-value").waitFor();
  await page.getByRole("button", { name: "Hide" }).click();
  expect(await page.content()).not.toContain("sk-first-value");
  await page.getByRole("button", { name: "Restore" }).click();
  await page.getByText("Value restored.").waitFor();
  expect(await vault.reveal(entry)).toBe("sk-first-value");
});

test(
  "without script: create, edit, save, warnings, conflict, history, import and undo",
  async ({ page, open, vault }) => {
    await open("/envs/new");
    await page.getByLabel("Name").fill("Plain");
    await page.getByRole("button", { name: "Create project" }).click();
    await page.getByRole("link", { name: /^\.env\.production/ }).click();
    await page.getByRole("link", { name: "Write it here" }).click();
    await page.getByLabel("Content of .env.production").fill("PLAIN_ONE=1\nPLAIN_ONE=2\n");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("File saved.").waitFor();
    const [project] = (await vault.owner.get<[{ id: string }]>("/api/envs?search=Plain")).body as never as [never];
    expect(await contentOf(vault, project, "env.production")).toBe("PLAIN_ONE=1\nPLAIN_ONE=2\n");

    await page.getByRole("button", { name: "Reveal to edit" }).click();
    await page.getByText("PLAIN_ONE is set again in line 2").waitFor();
    expect(await editor(page).count()).toBe(0);
    await page.getByLabel("Content of .env.production").fill("PLAIN_ONE=mine\n");
    await putFile(vault, project, "env.production", "PLAIN_ONE=theirs\n");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("heading", { name: "Changed meanwhile" }).waitFor();
    expect(await page.getByLabel("Content of .env.production").inputValue()).toBe("PLAIN_ONE=mine\n");
    expect(await page.locator(".difference del").allTextContents()).toEqual(["PLAIN_ONE=theirs"]);
    await page.getByRole("button", { name: "Save mine over theirs" }).click();
    await page.getByText("File saved.").waitFor();
    expect(await contentOf(vault, project, "env.production")).toBe("PLAIN_ONE=mine\n");

    await page.getByRole("link", { name: "History" }).click();
    await page.getByRole("button", { name: "Show difference of version 2" }).click();
    await page.locator(".difference del").waitFor();
    expect(await page.locator(".difference del").allTextContents()).toEqual(["PLAIN_ONE=theirs"]);
    await page.getByRole("button", { name: "Restore" }).click();
    await page.getByText("Version restored.").waitFor();
    expect(await contentOf(vault, project, "env.production")).toBe("PLAIN_ONE=theirs\n");

    await page.getByRole("link", { name: "Import into entries" }).click();
    await page.getByRole("button", { name: "Import what is ticked" }).click();
    await page.getByRole("heading", { name: "1 entry made, and 1 new category" }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("heading", { name: "Undone" }).waitFor();
    expect(await vault.categories("Plain one")).toEqual([]);
  },
  { javaScriptEnabled: false },
);

const PLAIN_SHAPES = [
  "A=1\r\nB=2\r\n",
  "A=1\nB=2",
  "\ufeffA=1\nB=2\n",
  "\ufeffA=1\r\nB=2",
  "A=1\r\nB=2\nC=3",
  "\n\nA=1\r",
];

test(
  "without script, too, what was not touched is saved byte for byte",
  async ({ page, open, vault }) => {
    for (const [index, content] of PLAIN_SHAPES.entries()) {
      const project = await newProject(vault, `Plain bytes ${index}`, { env: content });
      await open(`/envs/${project.id}`);
      await page.getByRole("button", { name: "Reveal to edit" }).click();
      const field = page.getByLabel("Content of .env");
      await field.fill((await field.inputValue()).replace("A=1", "A=changed"));
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByText("File saved.").waitFor();
      const expected = content.replace("A=1", "A=changed");
      expect({ content, saved: await contentOf(vault, project, "env") }).toEqual({ content, saved: expected });
    }
  },
  { javaScriptEnabled: false },
);
