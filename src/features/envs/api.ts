import { Elysia, t } from "elysia";
import { AppError, invalid, PreconditionFailed } from "../../errors.ts";
import { apiDoor } from "../../http/guards.ts";
import { answers, created, json, listed, noContent } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import {
  createEnvProject,
  deleteEnvFile,
  deleteEnvProject,
  type Expected,
  getEnvProject,
  listEnvProjects,
  revealEnvFile,
  saveEnvFile,
  updateEnvProject,
} from "./actions.ts";
import {
  EnvFile,
  EnvFileInput,
  EnvProject,
  EnvProjectChange,
  EnvProjectInput,
  EnvProjectQuery,
  EnvProjectWithFiles,
  RevealedEnvFile,
} from "./model.ts";

export const envsApi = (kagi: Kagi) => new Elysia({ prefix: "/api/envs" }).use(projectsApi(kagi)).use(filesApi(kagi));

const projectsApi = (kagi: Kagi) =>
  new Elysia()
    .use(apiDoor(kagi))
    .get("", async ({ actor, query, request }) => listed(kagi, request, await listEnvProjects(kagi, actor, query)), {
      query: EnvProjectQuery,
      detail: answers(200, t.Array(EnvProject)),
    })
    .post("", async ({ actor, body }) => created(await createEnvProject(kagi, actor, body)), {
      body: EnvProjectInput,
      detail: answers(201, EnvProject),
    })
    .get("/:id", ({ actor, params }) => getEnvProject(kagi, actor, params.id), {
      detail: answers(200, EnvProjectWithFiles),
    })
    .put("/:id", ({ actor, params, body }) => updateEnvProject(kagi, actor, params.id, body), {
      body: EnvProjectChange,
      detail: answers(200, EnvProject),
    })
    .delete(
      "/:id",
      async ({ actor, params }) => {
        await deleteEnvProject(kagi, actor, params.id);
        return noContent();
      },
      { detail: answers(204) },
    );

const filesApi = (kagi: Kagi) =>
  new Elysia()
    .use(apiDoor(kagi))
    .post(
      "/:id/files",
      async ({ actor, params, body, request }) => {
        const saved = await onCondition(request, (expected) => saveEnvFile(kagi, actor, params.id, body, expected));
        return json(saved.file, { status: saved.created ? 201 : 200, headers: { ETag: entityTag(saved.version) } });
      },
      {
        body: EnvFileInput,
        detail: { responses: { ...answers(201, EnvFile).responses, ...answers(200, EnvFile).responses } },
      },
    )
    .delete(
      "/:id/files/:fileId",
      async ({ actor, params, request }) => {
        await onCondition(request, (expected) => deleteEnvFile(kagi, actor, params.id, params.fileId, expected));
        return noContent();
      },
      { detail: answers(204) },
    )
    .post(
      "/:id/files/:fileId/reveal",
      async ({ actor, params }) => {
        const { id, projectId, fileType, content, version } = await revealEnvFile(
          kagi,
          actor,
          params.id,
          params.fileId,
        );
        return json({ id, projectId, fileType, content }, { headers: { ETag: entityTag(version) } });
      },
      { detail: answers(200, RevealedEnvFile) },
    );

/**
 * Does what a request asks for on the condition that its head makes, if it makes one (RFC 9110, 13.1).
 * Throws PreconditionFailed when the file is not as expected, VALIDATION_ERROR for a condition that is none.
 */
async function onCondition<T>(request: Request, work: (expected: Expected) => Promise<T>): Promise<T> {
  try {
    return await work(expectedBy(request.headers));
  } catch (error) {
    if (error instanceof AppError && error.code === "CONFLICT") throw new PreconditionFailed(error.message);
    throw error;
  }
}

function expectedBy(headers: Headers): Expected {
  const match = headers.get("if-match");
  const noneMatch = headers.get("if-none-match");
  if (noneMatch !== null && noneMatch.trim() !== "*") throw invalid("If-None-Match", "can only be *");
  if (match === null) return noneMatch === null ? undefined : null;
  if (noneMatch !== null) throw invalid("If-None-Match", "does not go with If-Match");
  if (match.trim() === "*") return "some";
  if (!ENTITY_TAGS.test(match)) throw invalid("If-Match", 'must be an entity tag such as "3", or *');
  // A weak one never matches here, nor does one that Kagi has not given out.
  return match
    .split(",")
    .flatMap((tag) => /^"([1-9]\d{0,9})"$/.exec(tag.trim())?.[1] ?? [])
    .map(Number);
}

const ENTITY_TAGS = /^\s*(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*\s*$/;

function entityTag(version: number): string {
  return `"${version}"`;
}
