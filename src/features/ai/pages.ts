import { Elysia } from "elysia";
import { Answered, type Into } from "../../../views/ai/generated.tsx";
import { GeneratePage, type GenerateView, type Place } from "../../../views/ai/page.tsx";
import { Told } from "../../../views/ai/told.tsx";
import { listed } from "../../../views/ai/words.ts";
import { EnvProjectPage } from "../../../views/envs/project-page.tsx";
import { urls } from "../../../views/urls.ts";
import { AppError } from "../../errors.ts";
import type { Form } from "../../http/body.ts";
import { refusalOf } from "../../http/failures.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { waitPatiently } from "../../http/patience.ts";
import { html, redirect } from "../../http/responses.ts";
import { asset } from "../../http/static.ts";
import { parse } from "../../http/validate.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import type { Environment } from "../entries/model.ts";
import { getEnvProject, revealEnvFile } from "../envs/actions.ts";
import { differenceOf } from "../envs/difference.ts";
import type { FileType } from "../envs/model.ts";
import { openedFrom } from "../envs/opened.ts";
import {
  chooserOf,
  draftFrom,
  heldProposal,
  type Preview,
  type Proposal,
  previewRequest,
  propose,
  type Ticked,
  tick,
} from "./actions.ts";
import { longestWait } from "./ask.ts";
import type { Asking } from "./candidates.ts";
import type { DraftText } from "./draft.ts";
import { ExtractInput, PROMPT_LENGTH } from "./model.ts";

export const aiPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.generateEnvFile(":id"), async ({ request, actor, params }) => {
      const place = await placeOf(kagi, actor, params.id, request);
      const example = new URL(request.url).searchParams.get("prompt") ?? "";
      const view = await viewOf(kagi, actor, place, { prompt: example.slice(0, PROMPT_LENGTH) });
      return await page(kagi, { request, actor }, (frame) => GeneratePage({ frame, ...view }));
    })
    .post(urls.generateEnvFile(":id"), async ({ request, actor, params, form, htmx }) => {
      waitPatiently(request);
      const place = await placeOf(kagi, actor, params.id, request);
      const prompt = promptOf(form);
      const by = form.get("by") === "names" ? "names" : place.generator;
      const { signal } = request;
      const answer = async (more: Partial<GenerateView>, status?: number) => {
        const view = await viewOf(kagi, actor, place, { prompt, ...more });
        if (!htmx || view.problem !== null)
          return await page(kagi, { request, actor }, (frame) => GeneratePage({ frame, ...view }), { status });
        return html(Answered(view), { status });
      };
      try {
        const refusal = await refusalOf(async () => {
          if (prompt === "") throw new AppError("VALIDATION_ERROR", "Write what the file needs", { field: "prompt" });
          parse(ExtractInput, { prompt });
        });
        if (refusal) return await answer({ problem: refusal.problem }, refusal.status);
        const proposal = await propose(kagi, actor, askingOf(place, prompt), {
          by,
          digest: form.get("digest"),
          signal,
        });
        return await answer({ outcome: { kind: "proposed", proposal, ticked: null, into: "add", problem: null } });
      } catch (error) {
        // Nobody is there any more to read an answer.
        if (signal.aborted) return html("");
        if (!(error instanceof AppError)) throw error;
        if (error.code === "CONFLICT") return await answer({ outcome: { kind: "held" } }, error.status);
        if (error.code !== "AI_EXTRACTION_FAILED") throw error;
        return await answer({ outcome: { kind: "failed", message: error.message, byModel: true } }, error.status);
      }
    })
    .post(urls.previewGenerate(":id"), async ({ request, actor, params, form }) => {
      const place = await placeOf(kagi, actor, params.id, request);
      const prompt = promptOf(form).slice(0, PROMPT_LENGTH);
      return html(Told({ preview: await previewRequest(kagi, actor, askingOf(place, prompt)), prompt }));
    })
    .post(urls.draftEnvFile(":id"), async ({ request, actor, params, form }) => {
      const place = await placeOf(kagi, actor, params.id, request);
      const prompt = promptOf(form);
      const ticks = form.getAll("ticks");
      const into: Into = form.get("into") === "replace" ? "replace" : "add";
      let proposal: Proposal | undefined;
      let drafted: Awaited<ReturnType<typeof draftInto>> | undefined;
      const refusal = await refusalOf(async () => {
        proposal = heldProposal(kagi, actor, form.get("ticket"));
        drafted = await draftInto(kagi, actor, place, tick(proposal, ticks), into);
      });
      if (drafted !== undefined) {
        const { project, fileType, generator } = place;
        const view = { project, fileType, generator, opened: drafted, script: asset("editor.js"), now: kagi.now() };
        return await page(kagi, { request, actor }, (frame) => EnvProjectPage({ frame, ...view, outcome: null }), {
          secret: true,
        });
      }
      const message = refusal?.problem.message ?? "";
      const outcome =
        proposal === undefined
          ? ({ kind: "failed", message, byModel: false } as const)
          : ({ kind: "proposed", proposal, ticked: new Set(ticks), into, problem: message } as const);
      const view = await viewOf(kagi, actor, place, { prompt, outcome });
      return await page(kagi, { request, actor }, (frame) => GeneratePage({ frame, ...view }), {
        status: refusal?.status,
      });
    })

    // Where a reload, or the way back from signing in, asks for what only a button does.
    .get(urls.previewGenerate(":id"), async ({ request, actor, params }) => back(kagi, actor, params.id, request))
    .get(urls.draftEnvFile(":id"), async ({ request, actor, params }) => back(kagi, actor, params.id, request));

async function back(kagi: Kagi, actor: Actor, id: string, request: Request): Promise<Response> {
  const { project, fileType } = await placeOf(kagi, actor, id, request);
  return redirect(urls.generateFor(project.id, fileType));
}

/** Which file of which project is asked for. Throws NOT_FOUND where nothing generates, and ENV_PROJECT_NOT_FOUND. */
async function placeOf(kagi: Kagi, actor: Actor, id: string, request: Request): Promise<Place> {
  const generator = chooserOf(kagi);
  if (generator === "off") throw new AppError("NOT_FOUND");
  const asked = new URL(request.url).searchParams.get("file");
  const project = await getEnvProject(kagi, actor, id);
  return { project, fileType: asked !== null && Object.hasOwn(USUAL, asked) ? (asked as FileType) : "env", generator };
}

async function viewOf(
  kagi: Kagi,
  actor: Actor,
  place: Place,
  { prompt = "", ...more }: Partial<GenerateView>,
): Promise<GenerateView> {
  const preview: Preview | null =
    place.generator === "names"
      ? null
      : await previewRequest(kagi, actor, askingOf(place, prompt.slice(0, PROMPT_LENGTH)));
  const patience = { once: kagi.config.aiTimeoutSeconds, atMost: longestWait(kagi.config) };
  return { ...place, prompt, preview, patience, outcome: null, problem: null, ...more };
}

function askingOf({ project, fileType }: Place, prompt: string): Asking {
  return { prompt, currentProject: project.name, environment: USUAL[fileType] };
}

/** Where each file is mostly used. */
const USUAL: Readonly<Record<FileType, Environment | null>> = {
  env: null,
  "env.local": "development",
  "env.production": "production",
  "env.development": "development",
};

/** What the editor gets: the file with what was ticked in it, or that alone. Throws as `draftFrom` and `revealEnvFile`. */
async function draftInto(kagi: Kagi, actor: Actor, { project, fileType }: Place, ticked: Ticked, into: Into) {
  const file = project.files.find((one) => one.fileType === fileType);
  const saved = file === undefined ? null : await revealEnvFile(kagi, actor, project.id, file.id);
  const thing =
    file === undefined
      ? ({ kind: "env-project", id: project.id, name: project.name } as const)
      : ({ kind: "env-file", id: file.id, name: `${project.name} .${fileType}` } as const);
  const draft = await draftFrom(kagi, actor, {
    ...ticked,
    content: into === "add" ? (saved?.content ?? "") : "",
    file: thing,
  });
  const content = draft.text;
  const difference = saved === null ? null : differenceOf(saved.content, content);
  return { ...openedFrom(content, saved?.version ?? null), draft: { difference, notes: notesOn(draft) } };
}

function notesOn({ replaced, beside, notWritten, notPortable }: DraftText): string[] {
  return [
    ...(replaced.length === 0 ? [] : [`New values in place of old ones: ${listed(replaced)}.`]),
    ...(beside.length === 0
      ? []
      : [`Beside them stays, as it was: ${listed(beside)}. See that it is of the same environment.`]),
    ...(notWritten.length === 0
      ? []
      : [`Not written, because no form of the value is safe for every program: ${listed(notWritten)}.`]),
    ...notPortable.map(({ key, misreadBy }) => `${key} is read differently by ${listed(misreadBy)}.`),
  ];
}

function promptOf(form: Form): string {
  return form.get("prompt").trim();
}
