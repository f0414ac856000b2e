import { expect } from "bun:test";
import { looksRight } from "./axe.ts";
import { expectCount, newContext, pageTests, type Stage } from "./browser.ts";
import { editor, newProject, openFile, putFile, realFile, typeAt } from "./env.ts";
import type { Vault } from "./vault.ts";

const test = pageTests({ reducedMotion: "reduce" });

const filling = new WeakMap<Vault, Promise<Filled>>();
type Filled = Awaited<ReturnType<typeof fill>>;

async function fill(vault: Vault) {
  const project = await newProject(vault, "Shop", { env: "A=1\n", "env.production": "A=\nEXTRA=1\n" });
  await putFile(vault, project, "env", realFile());
  const { body } = await vault.owner.get<{ files: { id: string }[] }>(`/api/envs/${project.id}`);
  const category = await vault.category({ name: "OpenAI", envVarName: "OPENAI_API_KEY" });
  const entry = await vault.entry(category, { name: "Shop", value: "old" });
  await vault.owner.put(`/api/entries/${entry.id}`, { value: "new" });
  return { project, file: `/envs/${project.id}/files/${body.files[0]?.id}`, entry: `/entries/${entry.id}` };
}

function filledOnce(vault: Vault): Promise<Filled> {
  const known = filling.get(vault) ?? fill(vault);
  filling.set(vault, known);
  return known;
}

const STATES: Readonly<Record<string, (stage: Stage, filled: Filled) => Promise<unknown>>> = {
  projects: ({ open }) => open("/envs"),
  "projects, no match": ({ open }) => open("/envs?search=nothing+like+it"),
  "new project": ({ open }) => open("/envs/new"),
  "edit project": ({ open }, { project }) => open(`/envs/${project.id}/edit`),
  "delete project": ({ open }, { project }) => open(`/envs/${project.id}/delete`),
  "a closed file": ({ open }, { project }) => open(`/envs/${project.id}`),
  "no file": ({ open }, { project }) => open(`/envs/${project.id}?file=env.local`),
  "a new file": async ({ page, open }, { project }) => {
    await open(`/envs/${project.id}?file=env.local&new=yes`);
    await editor(page).waitFor();
  },
  "an open file": async ({ page, vault }, { project }) => {
    await openFile(page, vault, project);
    await page.locator(".cm-lint-marker-warning").first().waitFor();
  },
  "an open file, with its search": async ({ page, vault }, { project }) => {
    await openFile(page, vault, project);
    await page.keyboard.press("Control+f");
    await page.locator(".cm-search").waitFor();
  },
  "a conflict": async ({ page, vault }, { project }) => {
    await openFile(page, vault, project);
    await typeAt(page, "End", "MINE=1\n");
    await putFile(vault, project, "env", `${realFile()}THEIRS=1\n`);
    await page.keyboard.press("Control+s");
    await page.getByText("Theirs, whole").click();
  },
  "delete file": ({ open }, { file }) => open(`${file}/delete`),
  "history, with a difference": async ({ page, open }, { file }) => {
    await open(`${file}/history`);
    await page.getByRole("button", { name: "Show difference of version 1", exact: true }).click();
    await page.locator(".difference").waitFor();
  },
  compare: ({ open }, { project }) => open(`/envs/${project.id}/compare`),
  import: ({ open }, { file }) => open(`${file}/import`),
  "history of an entry": async ({ page, open }, { entry }) => {
    await open(`${entry}/history`);
    await page.getByRole("button", { name: "Reveal value 1", exact: true }).click();
    await page.locator("pre").waitFor();
  },
};

for (const [name, arrive] of Object.entries(STATES)) {
  test(`${name}: axe finds nothing in both themes, wide and narrow, and nothing sticks out`, async (stage) => {
    const { page, vault } = stage;
    await arrive(stage, await filledOnce(vault));
    await looksRight(page);
  });
}

test(
  "no projects: axe finds nothing in both themes, wide and narrow",
  async ({ page, open }) => {
    await open("/envs");
    await page.getByRole("link", { name: "Create the first project" }).waitFor();
    await looksRight(page);
  },
  { fresh: true },
);

test("the editor's styles are sheets in its shadow, and the policy refuses nothing", async ({ page, vault }) => {
  const { project } = await filledOnce(vault);
  await page.addInitScript(() => {
    const refused: string[] = [];
    Object.assign(window, { refused });
    document.addEventListener("securitypolicyviolation", (event) => refused.push(event.violatedDirective));
  });
  await openFile(page, vault, project);
  await page.locator(".cm-lint-marker-warning").first().hover();
  await page.locator(".cm-tooltip").waitFor();
  await page.keyboard.press("Control+Shift+M");
  await page.locator(".cm-panel-lint").waitFor();
  await editor(page).focus();
  await page.keyboard.press("Control+f");
  await page.locator(".cm-search").waitFor();
  const styles = await page.locator(".env-editor").evaluate((host) => ({
    adopted: host.shadowRoot?.adoptedStyleSheets.length,
    elements: host.shadowRoot?.querySelectorAll("style").length,
    inHead: document.querySelectorAll("style").length,
    color: getComputedStyle(host.shadowRoot?.querySelector(".cm-gutters") as Element).backgroundColor,
  }));
  expect(styles).toEqual({ adopted: 1, elements: 0, inHead: 0, color: "rgb(238, 242, 238)" });
  expect(await page.evaluate(() => (window as unknown as { refused: string[] }).refused)).toEqual([]);
});

test(
  "500 projects are found at once, page by page, within the budget",
  async ({ page, open, vault }) => {
    for (let number = 1; number <= 500; number++) await newProject(vault, `Project number ${number}`);
    await open("/envs");
    expect(await page.locator(".card").count()).toBe(100);
    for (let left = 4; left > 0; left--) await page.getByRole("link", { name: "Older projects" }).click();
    await page.getByRole("link", { name: "Project number 1", exact: true }).waitFor();
    await expectCount(page.locator(".card"), 100);
    await open("/envs");
    await page.getByRole("searchbox").fill("number 499");
    await page.getByText("1 project", { exact: true }).first().waitFor();
    expect(new URL(page.url()).searchParams.get("search")).toBe("number 499");
    await page.reload();
    expect(await page.locator(".card h2").allTextContents()).toEqual(["Project number 499"]);
    expect(await costOf(vault, "/envs")).toEqual({ isLight: true, isShort: true, editor: false });
  },
  { fresh: true },
);

test("only an opened file costs more than 60 kB and 8 requests", async ({ vault }) => {
  const { project, file, entry } = await filledOnce(vault);
  const closed = ["/envs", "/envs/new", ...["", "/compare", "/generate"].map((path) => `/envs/${project.id}${path}`)];
  for (const path of [...closed, `${file}/history`, `${file}/import`, `${entry}/history`]) {
    expect({ path, ...(await costOf(vault, path)) }).toEqual({ path, isLight: true, isShort: true, editor: false });
  }
});

async function costOf(vault: Vault, path: string) {
  const context = await newContext(vault);
  try {
    const page = await context.newPage();
    const wire = await context.newCDPSession(page);
    const urls: string[] = [];
    let bytes = 0;
    wire.on("Network.requestWillBeSent", ({ request }) => urls.push(request.url));
    wire.on("Network.loadingFinished", ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await wire.send("Network.enable");
    await page.goto(vault.url + path);
    return { isLight: bytes <= 60_000, isShort: urls.length <= 8, editor: urls.some((url) => url.includes("editor")) };
  } finally {
    await context.close();
  }
}

test("text is text: names, keys and contents of files", async ({ page, open, vault }) => {
  const hostile = `"><img src=x onerror="window.pwned=1"></textarea></pre></title><script>window.pwned=1</script>'`;
  const project = await newProject(vault, `P ${hostile}`, { env: `A=1\n${hostile}\nKEY=${hostile}\n` });
  const changed = `</textarea><script>window.pwned=1</script>\n${hostile}\nKEY=other ${hostile}\n`;
  await putFile(vault, project, "env", changed);
  const { body } = await vault.owner.get<{ files: { id: string }[] }>(`/api/envs/${project.id}`);
  const file = `/envs/${project.id}/files/${body.files[0]?.id}`;
  const unharmed = async () => {
    expect(await page.evaluate(() => (window as { pwned?: number }).pwned)).toBeUndefined();
    expect(await page.evaluate(() => document.images.length)).toBe(0);
  };
  const paths = ["", "/edit", "/delete", "/compare"].map((path) => `/envs/${project.id}${path}`);
  for (const path of ["/envs", ...paths, `${file}/delete`, `${file}/import`]) {
    await open(path);
    await unharmed();
    expect(await page.locator("main").textContent()).toContain("<img src=x");
  }
  await open(`${file}/history`);
  await page.getByRole("button", { name: "Show difference" }).click();
  await page.locator(".difference").waitFor();
  await unharmed();
  await openFile(page, vault, project);
  await unharmed();
  await typeAt(page, "End", "MINE=1\n");
  await putFile(vault, project, "env", `THEIRS ${hostile}\n`);
  await page.keyboard.press("Control+s");
  await page.getByText("Theirs, whole").click();
  expect(await page.locator("[data-theirs]").inputValue()).toBe(`THEIRS ${hostile}\n`);
  await unharmed();
});
