import { Elysia } from "elysia";
import { ComparePage } from "../../../views/envs/compare.tsx";
import {
  DeleteEnvFile,
  DeleteEnvFilePage,
  DeleteEnvProject,
  DeleteEnvProjectPage,
} from "../../../views/envs/delete.tsx";
import type { Outcome } from "../../../views/envs/editor.tsx";
import { EditEnvProjectPage, EnvProjectForm, NewEnvProjectPage, type ProjectDraft } from "../../../views/envs/form.tsx";
import { DifferencePage, EnvHistoryPage, ShownDifference } from "../../../views/envs/history.tsx";
import {
  ImportedPage,
  ImportedResult,
  ImportPage,
  PlanResults,
  type PlanView,
  UndonePage,
  UndoneResult,
} from "../../../views/envs/import.tsx";
import { EnvProjectResults, EnvProjectsPage } from "../../../views/envs/list.tsx";
import { AfterSave, EnvProjectPage, FilePanel, type FileView } from "../../../views/envs/project-page.tsx";
import { fileName } from "../../../views/envs/words.ts";
import type { Frame } from "../../../views/layout/frame.ts";
import { query, urls } from "../../../views/urls.ts";
import { joinLines, layOut, withMark } from "../../dotenv/layout.ts";
import { AppError, invalid } from "../../errors.ts";
import type { Form } from "../../http/body.ts";
import { doneCookie } from "../../http/done.ts";
import { download } from "../../http/downloads.ts";
import { type Refusal, refusalOf } from "../../http/failures.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { cursorOf, environmentOf, searchText } from "../../http/query.ts";
import { html, plainText, redirect } from "../../http/responses.ts";
import { asset } from "../../http/static.ts";
import { parse } from "../../http/validate.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { NAME_LENGTH } from "../../schema.ts";
import { chooserOf } from "../ai/actions.ts";
import type { Environment } from "../entries/model.ts";
import {
  createEnvProject,
  deleteEnvFile,
  deleteEnvProject,
  getEnvFile,
  getEnvProject,
  listEnvFileVersions,
  listEnvProjects,
  restoreEnvFileVersion,
  revealEnvFile,
  revealEnvFileVersion,
  saveEnvFile,
  updateEnvProject,
} from "./actions.ts";
import { compareEnvFiles } from "./compare.ts";
import { differenceOf } from "./difference.ts";
import { importEntries, planImport, undoImport } from "./import.ts";
import {
  EnvFileInput,
  EnvProjectChange,
  EnvProjectInput,
  type EnvProjectWithFiles,
  FILE_TYPES,
  type FileType,
  ImportInput,
  ImportTarget,
} from "./model.ts";
import { openedFrom } from "./opened.ts";

const PAGE_SIZE = 100;

export const envPages = (kagi: Kagi) =>
  new Elysia()
    .use(projectPages(kagi))
    .use(filePages(kagi))
    .use(historyPages(kagi))
    .use(comparePages(kagi))
    .use(importPages(kagi));

const projectPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.envProjects, async ({ request, actor, htmx }) => {
      const asked = new URL(request.url).searchParams;
      const filter = { search: searchText(asked.get("search")), cursor: cursorOf(asked.get("cursor")) };
      const found = await listEnvProjects(kagi, actor, {
        search: filter.search,
        limit: PAGE_SIZE,
        ...(filter.cursor === null ? {} : { cursor: filter.cursor }),
      });
      const list = { projects: found.items, filter, next: found.next };
      if (htmx)
        return html(EnvProjectResults(list), { headers: { "HX-Replace-Url": urls.envProjects + query(filter) } });
      return await page(kagi, { request, actor }, (frame) => EnvProjectsPage({ frame, ...list }));
    })

    .get(urls.newEnvProject, async ({ request, actor }) =>
      page(kagi, { request, actor }, (frame) =>
        NewEnvProjectPage({ frame, draft: EMPTY, problem: null, project: null }),
      ),
    )
    .post(urls.newEnvProject, async ({ request, actor, form, htmx }) => {
      const draft = draftFrom(form);
      let created: { id: string } | undefined;
      const refusal = await refusalOf(async () => {
        created = await createEnvProject(kagi, actor, parse(EnvProjectInput, inputOf(draft)));
      });
      if (created)
        return redirect(urls.envProject(created.id), { htmx, cookies: [doneCookie(kagi, "env-project-created")] });
      const props = { draft, problem: refusal?.problem ?? null, project: null };
      if (htmx) return html(EnvProjectForm(props), { status: refusal?.status });
      const view = (frame: Frame) => NewEnvProjectPage({ frame, ...props });
      return await page(kagi, { request, actor }, view, { status: refusal?.status });
    })

    .get(urls.editEnvProject(":id"), async ({ request, actor, params }) => {
      const project = await getEnvProject(kagi, actor, params.id);
      const draft = { name: project.name, description: project.description ?? "" };
      return await page(kagi, { request, actor }, (frame) =>
        EditEnvProjectPage({ frame, draft, problem: null, project }),
      );
    })
    .post(urls.editEnvProject(":id"), async ({ request, actor, params, form, htmx }) => {
      const project = await getEnvProject(kagi, actor, params.id);
      const draft = draftFrom(form);
      const refusal = await refusalOf(() =>
        updateEnvProject(kagi, actor, project.id, parse(EnvProjectChange, inputOf(draft))),
      );
      if (!refusal)
        return redirect(urls.envProject(project.id), { htmx, cookies: [doneCookie(kagi, "env-project-changed")] });
      const props = { draft, problem: refusal.problem, project };
      if (htmx) return html(EnvProjectForm(props), { status: refusal.status });
      const view = (frame: Frame) => EditEnvProjectPage({ frame, ...props });
      return await page(kagi, { request, actor }, view, { status: refusal.status });
    })

    .get(urls.deleteEnvProject(":id"), async ({ request, actor, params, htmx }) => {
      const project = await getEnvProject(kagi, actor, params.id);
      if (htmx) return html(DeleteEnvProject({ project, inDialog: true }));
      return await page(kagi, { request, actor }, (frame) => DeleteEnvProjectPage({ frame, project }));
    })
    .post(urls.deleteEnvProject(":id"), async ({ actor, params, htmx }) => {
      await deleteEnvProject(kagi, actor, params.id);
      return redirect(urls.envProjects, { htmx, cookies: [doneCookie(kagi, "env-project-deleted")] });
    })

    .get(urls.envProject(":id"), async ({ request, actor, params }) => {
      const asked = new URL(request.url).searchParams;
      const project = await getEnvProject(kagi, actor, params.id);
      const fileType = fileTypeOf(asked.get("file")) ?? project.files[0]?.fileType ?? "env";
      const isThere = project.files.some((file) => file.fileType === fileType);
      const opened = asked.get("new") === "yes" && !isThere ? openedFrom("", null) : null;
      const view = { ...viewOf(kagi, project, fileType), opened };
      return await page(kagi, { request, actor }, (frame) => EnvProjectPage({ frame, ...view }));
    });

const filePages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .post(urls.saveEnvFile(":id"), async ({ request, actor, params, form, htmx }) => {
      const project = await getEnvProject(kagi, actor, params.id);
      const fileType = fileTypeOf(form.get("fileType"));
      if (fileType === null) throw invalid("fileType", `must be one of ${FILE_TYPES.join(", ")}`);
      const content = await contentOf(form);
      const expected = versionOf(form.names().includes("over") ? form.get("over") : form.get("version"));
      let saved: { version: number; created: boolean } | undefined;
      const refusal = await refusalOf(async () => {
        saved = await saveEnvFile(kagi, actor, project.id, parse(EnvFileInput, { fileType, content }), expected);
      });
      if (saved && !htmx)
        return redirect(urls.envTab(project.id, fileType), { cookies: [doneCookie(kagi, "env-file-saved")] });
      const outcome: Outcome = saved
        ? { kind: "saved", as: saved.created ? "new" : saved.version === expected ? "same" : "changed" }
        : await outcomeOf(kagi, actor, project.id, fileType, content, refusal);
      const status = refusal?.status ?? 200;
      const view = { ...viewOf(kagi, await getEnvProject(kagi, actor, project.id), fileType), outcome };
      if (htmx) {
        const headers: Record<string, string> = saved ? { ETag: `"${saved.version}"` } : {};
        return html(AfterSave(view), { status, headers, secret: true });
      }
      // A file that was sent as one is not shown: whoever sent it has it.
      const isTyped = form.names().includes("content");
      const opened = isTyped || outcome.kind === "conflict" ? openedFrom(content, expected) : null;
      return await page(kagi, { request, actor }, (frame) => EnvProjectPage({ frame, ...view, opened }), {
        status,
        secret: true,
      });
    })

    .post(urls.revealEnvFile(":id", ":file"), async ({ request, actor, params, htmx }) => {
      const project = await getEnvProject(kagi, actor, params.id);
      const { fileType, content, version } = await revealEnvFile(kagi, actor, project.id, params.file);
      const view = { ...viewOf(kagi, project, fileType), opened: openedFrom(content, version) };
      if (htmx) return html(FilePanel(view), { secret: true });
      return await page(kagi, { request, actor }, (frame) => EnvProjectPage({ frame, ...view }), { secret: true });
    })
    .post(urls.copyEnvFile(":id", ":file"), async ({ actor, params }) => {
      const { content } = await revealEnvFile(kagi, actor, params.id, params.file);
      return plainText(content);
    })
    .post(urls.downloadEnvFile(":id", ":file"), async ({ actor, params, form }) => {
      const { content, fileType } = await revealEnvFile(kagi, actor, params.id, params.file);
      return download(kagi, form, fileName(fileType), "application/octet-stream", content);
    })

    .get(urls.deleteEnvFile(":id", ":file"), async ({ request, actor, params, htmx }) => {
      const asked = await getEnvFile(kagi, actor, params.id, params.file);
      if (htmx) return html(DeleteEnvFile({ ...asked, inDialog: true }));
      return await page(kagi, { request, actor }, (frame) => DeleteEnvFilePage({ frame, ...asked }));
    })
    .post(urls.deleteEnvFile(":id", ":file"), async ({ actor, params, form, htmx }) => {
      const { project, file } = await getEnvFile(kagi, actor, params.id, params.file);
      // A form without a version asks for nothing that is there, and so deletes nothing.
      await deleteEnvFile(kagi, actor, project.id, file.id, versionOf(form.get("version")));
      const cookies = [doneCookie(kagi, "env-file-deleted")];
      return redirect(urls.envTab(project.id, file.fileType), { htmx, cookies });
    })

    // Where a reload, or the way back from signing in, asks for what only a button does.
    .get(urls.saveEnvFile(":id"), async ({ params }) => redirect(urls.envProject(params.id)))
    .get(urls.revealEnvFile(":id", ":file"), async ({ actor, params }) => redirect(await placeOf(kagi, actor, params)))
    .get(urls.copyEnvFile(":id", ":file"), async ({ actor, params }) => redirect(await placeOf(kagi, actor, params)))
    .get(urls.downloadEnvFile(":id", ":file"), async ({ actor, params }) =>
      redirect(await placeOf(kagi, actor, params)),
    );

const historyPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.envHistory(":id", ":file"), async ({ request, actor, params }) =>
      historyPage(kagi, { request, actor }, params),
    )
    .post(urls.envDifference(":id", ":file", ":version"), async ({ request, actor, params, htmx }) => {
      const { project, file } = await getEnvFile(kagi, actor, params.id, params.file);
      const then = await revealEnvFileVersion(kagi, actor, project.id, file.id, Number(params.version));
      const now = await revealEnvFile(kagi, actor, project.id, file.id);
      const difference = differenceOf(then.content, now.content);
      const shown = { version: then.version, current: now.version, difference };
      if (htmx) return html(ShownDifference(shown), { secret: true });
      const view = (frame: Frame) => DifferencePage({ frame, project, file, ...shown });
      return await page(kagi, { request, actor }, view, { secret: true });
    })
    .post(urls.restoreEnvVersion(":id", ":file", ":version"), async ({ request, actor, params, form, htmx }) => {
      const { project, file } = await getEnvFile(kagi, actor, params.id, params.file);
      const expected = versionOf(form.get("expected"));
      const refusal = await refusalOf(() =>
        restoreEnvFileVersion(kagi, actor, project.id, file.id, Number(params.version), expected),
      );
      if (refusal) return await historyPage(kagi, { request, actor }, params, refusal);
      const cookies = [doneCookie(kagi, "env-version-restored")];
      return redirect(urls.envTab(project.id, file.fileType), { htmx, cookies });
    })
    .get(urls.envDifference(":id", ":file", ":version"), async ({ params }) =>
      redirect(urls.envHistory(params.id, params.file)),
    )
    .get(urls.restoreEnvVersion(":id", ":file", ":version"), async ({ params }) =>
      redirect(urls.envHistory(params.id, params.file)),
    );

async function historyPage(
  kagi: Kagi,
  visit: { request: Request; actor: Actor },
  params: FileParams,
  refusal?: Refusal,
): Promise<Response> {
  const { project, file } = await getEnvFile(kagi, visit.actor, params.id, params.file);
  const versions = await listEnvFileVersions(kagi, visit.actor, project.id, file.id);
  const props = { project, file, versions, problem: refusal?.problem ?? null, now: kagi.now() };
  return await page(kagi, visit, (frame) => EnvHistoryPage({ frame, ...props }), { status: refusal?.status });
}

const comparePages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.compareEnvFiles(":id"), async ({ request, actor, params }) => {
      const project = await getEnvProject(kagi, actor, params.id);
      const comparison = await compareEnvFiles(kagi, actor, project.id, null);
      return await page(kagi, { request, actor }, (frame) => ComparePage({ frame, project, comparison, example: "" }));
    })
    .post(urls.compareEnvFiles(":id"), async ({ request, actor, params, form }) => {
      const project = await getEnvProject(kagi, actor, params.id);
      const example = form.get("example");
      const comparison = await compareEnvFiles(kagi, actor, project.id, example.trim() === "" ? null : example);
      return await page(kagi, { request, actor }, (frame) => ComparePage({ frame, project, comparison, example }));
    });

const importPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.importEnvFile(":id", ":file"), async ({ request, actor, params, htmx }) => {
      const { project, file } = await getEnvFile(kagi, actor, params.id, params.file);
      const asked = new URL(request.url).searchParams;
      const name = asked.has("name") ? searchText(asked.get("name")) : project.name.slice(0, NAME_LENGTH);
      const environment = environmentOf(asked.get("environment")) ?? environmentFor(file.fileType);
      const view = await planView(kagi, actor, { project, file, name, environment, ticked: null, problem: null });
      if (htmx) {
        const address = urls.importEnvFile(project.id, file.id) + query({ name, environment });
        return html(PlanResults(view), { headers: { "HX-Replace-Url": address } });
      }
      return await page(kagi, { request, actor }, (frame) => ImportPage({ frame, ...view }));
    })
    .post(urls.importEnvFile(":id", ":file"), async ({ request, actor, params, form, htmx }) => {
      const { project, file } = await getEnvFile(kagi, actor, params.id, params.file);
      const name = form.get("name").trim();
      const environment = environmentOf(form.get("environment")) ?? environmentFor(file.fileType);
      const keys = form.getAll("keys");
      let imported: Awaited<ReturnType<typeof importEntries>> | undefined;
      const refusal = await refusalOf(async () => {
        if (keys.length === 0) throw new AppError("VALIDATION_ERROR", "Nothing is ticked; tick what to import");
        const input = { name, environment, keys, version: Number(form.get("version")), plan: form.get("plan") };
        imported = await importEntries(kagi, actor, project.id, file.id, parse(ImportInput, input));
      });
      if (imported) {
        const { created, categories, token } = imported;
        const made = { entries: created.length, categories: categories.length, token };
        const props = { project, file, name, ...made, problem: null };
        if (htmx) return html(ImportedResult(props));
        return await page(kagi, { request, actor }, (frame) => ImportedPage({ frame, ...props }));
      }
      const { status, problem } = refusal as Refusal;
      const ticked = new Set(keys);
      const view = await planView(kagi, actor, { project, file, name, environment, ticked, problem });
      if (htmx) return html(PlanResults(view), { status });
      return await page(kagi, { request, actor }, (frame) => ImportPage({ frame, ...view }), { status });
    })
    .post(urls.undoImport(":id"), async ({ request, actor, params, form, htmx }) => {
      const project = await getEnvProject(kagi, actor, params.id);
      // What was made of a file that is gone by now can be undone all the same.
      const file = project.files.find(({ id }) => id === form.get("file")) ?? null;
      const token = form.get("token");
      const refusal = await refusalOf(() => undoImport(kagi, actor, token));
      if (refusal) {
        const { status, problem } = refusal;
        const made = { entries: countOf(form.get("entries")), categories: countOf(form.get("categories")), token };
        const props = { project, file, name: form.get("name"), ...made, problem };
        if (htmx) return html(ImportedResult(props), { status });
        return await page(kagi, { request, actor }, (frame) => ImportedPage({ frame, ...props }), { status });
      }
      if (htmx) return html(UndoneResult({ project, file }));
      return await page(kagi, { request, actor }, (frame) => UndonePage({ frame, project, file }));
    })
    .get(urls.undoImport(":id"), async ({ params }) => redirect(urls.envProject(params.id)));

async function planView(kagi: Kagi, actor: Actor, view: Omit<PlanView, "plan">): Promise<PlanView> {
  const { project, file, name, environment } = view;
  // While a name is being typed there may be none; the plan is that of a name which nothing has.
  const target = parse(ImportTarget, { name: name === "" ? " " : name, environment });
  return { ...view, plan: await planImport(kagi, actor, project.id, file.id, target) };
}

function viewOf(kagi: Kagi, project: EnvProjectWithFiles, fileType: FileType): FileView {
  const generator = chooserOf(kagi);
  return { project, fileType, opened: null, outcome: null, generator, script: asset("editor.js"), now: kagi.now() };
}

/** What was sent: a file byte for byte, or typed lines that get the endings back which the form took from them. */
async function contentOf(form: Form): Promise<string> {
  const file = await form.file("file");
  if (file !== null) return file.text;
  return joinLines(form.get("content"), withMark(form.get("layout"), form.get("mark") === "yes"));
}

/** Why nothing was saved, with what somebody else saved meanwhile when that is the reason. */
async function outcomeOf(
  kagi: Kagi,
  actor: Actor,
  projectId: string,
  fileType: FileType,
  content: string,
  refusal: Refusal | undefined,
): Promise<Outcome> {
  if (refusal?.status !== 409) {
    const message = refusal?.problem.message.replace(/^content /, "The file ") ?? "";
    return { kind: "refused", message: `Not saved. ${message}.` };
  }
  const { files } = await getEnvProject(kagi, actor, projectId);
  const file = files.find((one) => one.fileType === fileType);
  if (file === undefined) return { kind: "conflict", theirs: null, difference: differenceOf("", content) };
  const theirs = await revealEnvFile(kagi, actor, projectId, file.id);
  const { text, layout } = layOut(theirs.content);
  return {
    kind: "conflict",
    theirs: { fileId: file.id, version: theirs.version, text, layout },
    difference: differenceOf(theirs.content, content),
  };
}

type FileParams = { id: string; file: string };

async function placeOf(kagi: Kagi, actor: Actor, params: FileParams): Promise<string> {
  const { project, file } = await getEnvFile(kagi, actor, params.id, params.file);
  return urls.envTab(project.id, file.fileType);
}

const EMPTY: ProjectDraft = { name: "", description: "" };

function draftFrom(form: Form): ProjectDraft {
  return { name: form.get("name").trim(), description: form.get("description") };
}

function inputOf({ name, description }: ProjectDraft): EnvProjectInput {
  return { name, description: description.trim() || null };
}

function fileTypeOf(text: string | null): FileType | null {
  return FILE_TYPES.find((type) => type === text) ?? null;
}

/** "" is that of a file which is not there. */
function versionOf(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function countOf(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : 0;
}

/** Where a file of this name is mostly used. */
function environmentFor(fileType: FileType): Environment {
  return fileType === "env.local" || fileType === "env.development" ? "development" : "production";
}
