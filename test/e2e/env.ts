import type { Locator, Page } from "playwright-core";
import type { EnvFile, EnvProject, EnvProjectWithFiles, FileType } from "../../src/features/envs/model.ts";
import type { Vault } from "./vault.ts";

/** Env projects and files that tests put into a vault, and find there, past the pages. */

export async function newProject(vault: Vault, name: string, files: Partial<Record<FileType, string>> = {}) {
  const { status, body, text } = await vault.owner.post<EnvProject>("/api/envs", { name });
  if (status !== 201) throw new Error(`no project: ${status} ${text}`);
  for (const [fileType, content] of Object.entries(files)) await putFile(vault, body, fileType as FileType, content);
  return body;
}

export async function putFile(vault: Vault, project: EnvProject, fileType: FileType, content: string) {
  const { status, body, text } = await vault.owner.post<EnvFile>(`/api/envs/${project.id}/files`, {
    fileType,
    content,
  });
  if (status > 201) throw new Error(`no file: ${status} ${text}`);
  return body;
}

/** What a file holds, or undefined when it is not there. */
export async function contentOf(vault: Vault, project: EnvProject, fileType: FileType): Promise<string | undefined> {
  const { body } = await vault.owner.get<EnvProjectWithFiles>(`/api/envs/${project.id}`);
  const file = body.files.find((one) => one.fileType === fileType);
  if (file === undefined) return undefined;
  return (await vault.owner.post<{ content: string }>(`/api/envs/${project.id}/files/${file.id}/reveal`)).body.content;
}

export function editor(page: Page): Locator {
  return page.locator(".cm-content");
}

/** Opens a file in the editor and waits until it can be typed into. */
export async function openFile(page: Page, vault: Vault, project: EnvProject, fileType: FileType = "env") {
  await page.goto(`${vault.url}/envs/${project.id}?file=${fileType}`);
  await page.getByRole("button", { name: "Reveal to edit" }).click();
  await editor(page).waitFor();
  await editor(page).click();
}

/** Types at the file's beginning or end, and waits until the editor has it. */
export async function typeAt(page: Page, where: "Home" | "End", text: string) {
  await editor(page).focus();
  await page.keyboard.press(`Control+${where}`);
  await page.keyboard.insertText(text);
  await page.getByText("Unsaved changes").waitFor();
}

export async function save(page: Page) {
  await page.keyboard.press("Control+s");
  await page.locator("#env-state .good").waitFor();
}

/** The lines of a project as people have them: comments, sections, quotes of each kind, several lines, things to warn of. */
export function realFile(lines = 200): string {
  const made = [
    "# Shop. Copy to .env and fill in.",
    "",
    "NODE_ENV=production",
    'APP_URL="https://shop.example.com/?a=1&b=2#top"',
    "export AWS_REGION=eu-north-1",
    "AWS_SECRET_ACCESS_KEY='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'",
    `GOOGLE_KEY='{"type":"service_account","id":"1"}'`,
    'PRIVATE_KEY="-----BEGIN PRIVATE KEY-----',
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7",
    '-----END PRIVATE KEY-----"',
    "PASSWORD_HASH='$2b$12$KIXQeO3jZp0L0uQ1'",
    "SESSION_SECRET=abc#def",
    "GREETING=hello world",
    "EMPTY=",
    "DUPLICATE=one",
    "DUPLICATE=two",
  ];
  while (made.length < lines) {
    const number = made.length;
    made.push(
      number % 12 === 0 ? "" : number % 12 === 1 ? `# Section ${number}` : `SERVICE_${number}_TOKEN=tok_${number}`,
    );
  }
  return `${made.join("\n")}\n`;
}
