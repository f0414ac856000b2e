import { EnvelopeError, open, seal } from "../../crypto/envelope.ts";
import { newId } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { AppError, conflict, invalid, uniquely } from "../../errors.ts";
import { type Actor, type Kagi, reachOf, writerOf } from "../../kagi.ts";
import { MIB, VALUE_MIB } from "../../limits.ts";
import { describeCause } from "../../log.ts";
import { environmentOf, requireWithin } from "../../reach.ts";
import { isUuid, type Page, pageOf } from "../../schema.ts";
import { record } from "../audit/actions.ts";
import type { Thing } from "../audit/model.ts";
import {
  type EnvFile,
  type EnvFileInput,
  type EnvFileVersion,
  type EnvProject,
  type EnvProjectChange,
  type EnvProjectInput,
  type EnvProjectQuery,
  type EnvProjectWithFiles,
  FILE_TYPES,
  FILE_VERSIONS,
  type OpenedEnvFile,
  type OpenedEnvFileVersion,
  type SavedEnvFile,
} from "./model.ts";
import * as queries from "./queries.ts";

const TAKEN = "A project with that name exists";
/** The member that says of which environment a file is. */
const FILE = { environment: "fileType" } as const;
const CHANGED = "The file has been changed since; nothing was done";

/** Newest first. */
export async function listEnvProjects(kagi: Kagi, actor: Actor, query: EnvProjectQuery): Promise<Page<EnvProject>> {
  const { search = null, cursor = null, limit = null } = query;
  const rows = await kagi.db.all<EnvProject>(
    queries.listProjects(actor, { search: search || null, cursor, limit: limit === null ? null : limit + 1 }),
  );
  return pageOf(rows, limit);
}

export async function countEnvProjects(kagi: Kagi, actor: Actor): Promise<number> {
  return (await kagi.db.get<{ count: number }>(queries.countProjects(actor)))?.count ?? 0;
}

/** With its files, in the order of `FILE_TYPES`. Throws ENV_PROJECT_NOT_FOUND. */
export async function getEnvProject(kagi: Kagi, actor: Actor, id: string): Promise<EnvProjectWithFiles> {
  const [project, rows] = await Promise.all([
    findProject(kagi.db, actor, id),
    kagi.db.all<queries.FileRow>(queries.listFiles(actor, id)),
  ]);
  const files = [...rows].sort((one, other) => place(one) - place(other)).map(fromRow);
  // What the two readings saw may differ by a file that came or went between them.
  return { ...project, fileCount: files.length, files };
}

/** All of them, each with its files. */
export async function listEnvProjectsWithFiles(kagi: Kagi, actor: Actor): Promise<EnvProjectWithFiles[]> {
  const [{ items }, rows] = await Promise.all([
    listEnvProjects(kagi, actor, {}),
    kagi.db.all<queries.FileRow>(queries.listAllFiles(actor)),
  ]);
  const byProject = Map.groupBy(rows, ({ projectId }) => projectId);
  return items.map((project) => {
    const files = (byProject.get(project.id) ?? []).sort((one, other) => place(one) - place(other)).map(fromRow);
    return { ...project, fileCount: files.length, files };
  });
}

/** A file without its content, and the version that it has. Throws ENV_PROJECT_NOT_FOUND, ENV_FILE_NOT_FOUND. */
export async function getEnvFile(
  kagi: Kagi,
  actor: Actor,
  projectId: string,
  fileId: string,
): Promise<{ project: EnvProject; file: EnvFile; version: number }> {
  const { project, file } = await find(kagi.db, actor, projectId, fileId, queries.findFile);
  return { project, file: fromRow(file), version: file.version };
}

/** Throws AUTH_KEY_LIMITED, CONFLICT for a taken name. */
export async function createEnvProject(kagi: Kagi, actor: Actor, input: EnvProjectInput): Promise<EnvProject> {
  requireWhole(actor, input.name);
  const at = kagi.now().toISOString();
  const project: EnvProject = {
    id: newId(),
    userId: actor.userId,
    name: input.name,
    description: input.description || null,
    fileCount: 0,
    createdAt: at,
    updatedAt: at,
  };
  await kagi.db.transaction(async (tx) => {
    await uniquely(tx.run(queries.insertProject(project)), TAKEN, "name");
    await record(kagi, tx, actor, "create", thingOfProject(project));
  });
  return project;
}

/** Only what `change` has changes. Throws ENV_PROJECT_NOT_FOUND, AUTH_KEY_LIMITED, CONFLICT for a taken name. */
export async function updateEnvProject(
  kagi: Kagi,
  actor: Actor,
  id: string,
  change: EnvProjectChange,
): Promise<EnvProject> {
  return await kagi.db.transaction(async (tx) => {
    await holdProject(tx, actor, id);
    const before = await findProject(tx, actor, id);
    if (Object.keys(change).length === 0) return before;
    requireWhole(actor, change.name ?? before.name);
    const project: EnvProject = {
      ...before,
      name: change.name ?? before.name,
      description: change.description === undefined ? before.description : change.description || null,
      updatedAt: kagi.now().toISOString(),
    };
    await uniquely(tx.run(queries.updateProject(actor, project)), TAKEN, "name");
    await record(kagi, tx, actor, "change", thingOfProject(project));
    return project;
  });
}

/** With its files and all that they were. Throws ENV_PROJECT_NOT_FOUND, AUTH_KEY_LIMITED. */
export async function deleteEnvProject(kagi: Kagi, actor: Actor, id: string): Promise<void> {
  await kagi.db.transaction(async (tx) => {
    await holdProject(tx, actor, id);
    const project = await findProject(tx, actor, id);
    requireWhole(actor, project.name);
    await tx.run(queries.deleteProject(actor, id));
    await record(kagi, tx, actor, "delete", thingOfProject(project), { detail: `files=${project.fileCount}` });
  });
}

/** Deletes all of the owner's projects and so all files; the count of projects. */
export async function deleteAllEnvProjects(tx: Db, actor: Actor): Promise<number> {
  return (await tx.all(queries.deleteProjectsOf(actor))).length;
}

/**
 * What a save or a deletion asks of the file as it is: undefined for nothing, null that there is none, `"some"` that
 * there is one, a number for its version, a list for one of several.
 */
export type Expected = undefined | null | "some" | number | readonly number[];

/**
 * Creates the file or replaces its content; what it held is kept with the last of its versions, in the same transaction.
 * The content that it has already makes no new version.
 * Throws ENV_PROJECT_NOT_FOUND, AUTH_KEY_LIMITED, VALIDATION_ERROR, CONFLICT when the file is not as expected.
 */
export async function saveEnvFile(
  kagi: Kagi,
  actor: Actor,
  projectId: string,
  { fileType, content }: EnvFileInput,
  expected?: Expected,
): Promise<SavedEnvFile> {
  checkContent(content);
  return await kagi.db.transaction(async (tx) => {
    const project = await holdProject(tx, actor, projectId);
    requireWithin(reachOf(actor), { project: project.name, environment: environmentOf(fileType) }, FILE);
    const before = await tx.get<queries.SealedFileRow>(queries.findSealedFileOf(actor, projectId, fileType));
    checkExpected(before, expected);
    if (before !== undefined) return await replaceContent(kagi, tx, actor, project, before, content, "change");
    const id = newId();
    const at = kagi.now().toISOString();
    const file: queries.SealedFileRow = {
      id,
      projectId,
      fileType,
      sealedContent: seal(kagi.keyring, placeOf(id), content),
      version: project.deletedVersion + 1,
      writtenBy: writerOf(actor),
      createdAt: at,
      updatedAt: at,
    };
    await tx.run(queries.insertFile(actor, file));
    await record(kagi, tx, actor, "create", thingOfFile(project, file));
    return { file: fromRow(file), version: file.version, created: true };
  });
}

/**
 * The content, and the row of the trail that says who got it.
 * Throws ENV_PROJECT_NOT_FOUND, ENV_FILE_NOT_FOUND, also for a content that does not open, which is logged.
 */
export async function revealEnvFile(
  kagi: Kagi,
  actor: Actor,
  projectId: string,
  fileId: string,
): Promise<OpenedEnvFile> {
  return await kagi.db.transaction(async (tx) => {
    const { project, file } = await find(tx, actor, projectId, fileId, queries.findSealedFile);
    const content = openContent(kagi, actor, file);
    await record(kagi, tx, actor, "reveal", thingOfFile(project, file));
    return {
      id: file.id,
      projectId,
      fileType: file.fileType,
      content,
      version: file.version,
      updatedAt: file.updatedAt,
    };
  });
}

/** With all that it was. Throws ENV_PROJECT_NOT_FOUND, ENV_FILE_NOT_FOUND, CONFLICT when it is not as expected. */
export async function deleteEnvFile(
  kagi: Kagi,
  actor: Actor,
  projectId: string,
  fileId: string,
  expected?: Expected,
): Promise<void> {
  await kagi.db.transaction(async (tx) => {
    await holdProject(tx, actor, projectId);
    const { project, file } = await find(tx, actor, projectId, fileId, queries.findFile);
    checkExpected(file, expected);
    await tx.run(queries.deleteFile(actor, file.id));
    await tx.run(queries.rememberDeleted(actor, projectId, file.version));
    await record(kagi, tx, actor, "delete", thingOfFile(project, file));
  });
}

/** What the file holds and what it held, newest first. Throws ENV_PROJECT_NOT_FOUND, ENV_FILE_NOT_FOUND. */
export async function listEnvFileVersions(
  kagi: Kagi,
  actor: Actor,
  projectId: string,
  fileId: string,
): Promise<EnvFileVersion[]> {
  const { file } = await find(kagi.db, actor, projectId, fileId, queries.findFile);
  const rows = await kagi.db.all<queries.VersionRow>(queries.listVersions(actor, file.id));
  const earlier = rows.filter(({ version }) => version < file.version);
  return [
    { version: file.version, writtenAt: file.updatedAt, writtenBy: file.writtenBy, current: true },
    ...earlier.map(({ version, writtenAt, writtenBy }) => ({ version, writtenAt, writtenBy, current: false })),
  ];
}

/** As a reveal, of what the file holds or held. Throws ENV_PROJECT_NOT_FOUND, ENV_FILE_NOT_FOUND. */
export async function revealEnvFileVersion(
  kagi: Kagi,
  actor: Actor,
  projectId: string,
  fileId: string,
  version: number,
): Promise<OpenedEnvFileVersion> {
  return await kagi.db.transaction(async (tx) => {
    const { project, file } = await find(tx, actor, projectId, fileId, queries.findSealedFile);
    const opened = await openVersion(kagi, tx, actor, file, version);
    await record(kagi, tx, actor, "reveal", thingOfFile(project, file), { detail: `version=${version}` });
    return { id: file.id, projectId, fileType: file.fileType, ...opened };
  });
}

/**
 * Saves what the file held once as its content now; what it holds is kept as any other save would.
 * Throws ENV_PROJECT_NOT_FOUND, ENV_FILE_NOT_FOUND, CONFLICT when the file is not as expected.
 */
export async function restoreEnvFileVersion(
  kagi: Kagi,
  actor: Actor,
  projectId: string,
  fileId: string,
  version: number,
  expected?: Expected,
): Promise<SavedEnvFile> {
  return await kagi.db.transaction(async (tx) => {
    const project = await holdProject(tx, actor, projectId);
    const { file } = await find(tx, actor, projectId, fileId, queries.findSealedFile);
    checkExpected(file, expected);
    const { content } = await openVersion(kagi, tx, actor, file, version);
    return await replaceContent(kagi, tx, actor, project, file, content, "restore-version", `version=${version}`);
  });
}

/** A file's content and version, for what shows names only: nothing is written down. Throws as `revealEnvFile`. */
export async function readEnvFile(kagi: Kagi, actor: Actor, projectId: string, fileId: string): Promise<OpenedEnvFile> {
  const { file } = await find(kagi.db, actor, projectId, fileId, queries.findSealedFile);
  const { id, fileType, version, updatedAt } = file;
  return { id, projectId, fileType, content: openContent(kagi, actor, file), version, updatedAt };
}

/** The file as it is until `tx` ends, which nobody changes meanwhile. Throws ENV_PROJECT_NOT_FOUND, ENV_FILE_NOT_FOUND. */
export async function holdEnvFile(
  tx: Db,
  actor: Actor,
  projectId: string,
  fileId: string,
): Promise<{ version: number; thing: Thing }> {
  await holdProject(tx, actor, projectId);
  const { project, file } = await find(tx, actor, projectId, fileId, queries.findFile);
  return { version: file.version, thing: thingOfFile(project, file) };
}

/** Another content for a file that is held. */
async function replaceContent(
  kagi: Kagi,
  tx: Db,
  actor: Actor,
  project: Named,
  before: queries.SealedFileRow,
  content: string,
  verb: "change" | "restore-version",
  detail: string | null = null,
): Promise<SavedEnvFile> {
  const held = tryOpen(kagi, actor, before);
  if (held === content) return { file: fromRow(before), version: before.version, created: false };
  const { version, updatedAt: writtenAt, writtenBy } = before;
  // What does not open could not be restored either, and must not keep its owner from writing something that does.
  if (held !== undefined) {
    const id = newId();
    const sealedContent = seal(kagi.keyring, placeOfVersion(id), held);
    await tx.run(queries.insertVersion(actor, before.id, { id, version, sealedContent, writtenAt, writtenBy }));
  }
  const after: queries.SealedFileRow = {
    ...before,
    sealedContent: seal(kagi.keyring, placeOf(before.id), content),
    version: version + 1,
    writtenBy: writerOf(actor),
    updatedAt: kagi.now().toISOString(),
  };
  await tx.run(queries.updateFile(actor, after));
  await tx.run(queries.deleteVersionsBefore(actor, after.id, after.version - FILE_VERSIONS));
  await record(kagi, tx, actor, verb, thingOfFile(project, after), { detail });
  return { file: fromRow(after), version: after.version, created: false };
}

async function openVersion(
  kagi: Kagi,
  tx: Db,
  actor: Actor,
  file: queries.SealedFileRow,
  version: number,
): Promise<EnvFileVersion & { content: string }> {
  if (version === file.version) {
    const { updatedAt: writtenAt, writtenBy } = file;
    return { version, writtenAt, writtenBy, current: true, content: openContent(kagi, actor, file) };
  }
  const known = Number.isInteger(version) && version > 0 && version < file.version;
  const row = known
    ? await tx.get<queries.SealedVersionRow>(queries.findSealedVersion(actor, file.id, version))
    : undefined;
  if (row === undefined) throw new AppError("ENV_FILE_NOT_FOUND");
  const content = opened(kagi, actor, file.id, () => open(kagi.keyring, placeOfVersion(row.id), row.sealedContent));
  if (content === undefined) throw new AppError("ENV_FILE_NOT_FOUND");
  const { writtenAt, writtenBy } = row;
  return { version, writtenAt, writtenBy, current: false, content };
}

async function findProject(db: Db, actor: Actor, id: string): Promise<EnvProject> {
  const project = await db.get<EnvProject>(queries.findProject(actor, id));
  if (!project) throw new AppError("ENV_PROJECT_NOT_FOUND");
  return project;
}

/** Holds a project until the transaction ends. Throws ENV_PROJECT_NOT_FOUND. */
export async function holdProject(tx: Db, actor: Actor, id: string): Promise<queries.HeldProjectRow> {
  const held = await tx.get<queries.HeldProjectRow>(queries.holdProject(actor, id));
  if (!held) throw new AppError("ENV_PROJECT_NOT_FOUND");
  return held;
}

/** A file as `query` reads it, and its project. Throws ENV_PROJECT_NOT_FOUND, ENV_FILE_NOT_FOUND. */
async function find<F extends queries.FileRow>(
  db: Db,
  actor: Actor,
  projectId: string,
  fileId: string,
  query: queries.FindFile<F>,
): Promise<{ project: EnvProject; file: F }> {
  const project = await findProject(db, actor, projectId);
  const file = isUuid(fileId) ? await db.get<F>(query(actor, projectId, fileId)) : undefined;
  if (!file) throw new AppError("ENV_FILE_NOT_FOUND");
  return { project, file };
}

/** A project as such is of every environment: a key for one makes, changes and deletes none. Throws AUTH_KEY_LIMITED. */
function requireWhole(actor: Actor, name: string): void {
  requireWithin(reachOf(actor), { project: name, environment: null }, { project: "name" });
}

function checkContent(content: string): void {
  if (content.includes("\0")) throw invalid("content", "must not contain a NUL character");
  if (!content.isWellFormed()) throw invalid("content", "must be well-formed Unicode, without lone surrogates");
  if (Buffer.byteLength(content) > VALUE_MIB * MIB) throw invalid("content", `must be at most ${VALUE_MIB} MiB`);
}

function checkExpected(file: { version: number } | undefined, expected: Expected): void {
  if (expected === undefined) return;
  if (expected === null) {
    if (file !== undefined) throw conflict("The file exists already; nothing was done");
    return;
  }
  if (file === undefined) throw conflict("The file is not there; nothing was done");
  if (expected === "some") return;
  const versions = typeof expected === "number" ? [expected] : expected;
  if (!versions.includes(file.version)) throw conflict(CHANGED);
}

/** Throws ENV_FILE_NOT_FOUND. */
function openContent(kagi: Kagi, actor: Actor, file: queries.SealedFileRow): string {
  const content = tryOpen(kagi, actor, file);
  if (content === undefined) throw new AppError("ENV_FILE_NOT_FOUND");
  return content;
}

function tryOpen(kagi: Kagi, actor: Actor, file: queries.SealedFileRow): string | undefined {
  return opened(kagi, actor, file.id, () => open(kagi.keyring, placeOf(file.id), file.sealedContent));
}

/** Undefined for what does not open, which is logged. */
function opened(kagi: Kagi, actor: Actor, envFileId: string, work: () => string): string | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    const { requestId } = actor;
    kagi.log.error("a sealed value does not open", { envFileId, requestId, ...describeCause(error) });
    return undefined;
  }
}

function fromRow({ id, fileType, createdAt, updatedAt }: queries.FileRow): EnvFile {
  return { id, fileType, createdAt, updatedAt };
}

function place({ fileType }: queries.FileRow): number {
  return FILE_TYPES.indexOf(fileType);
}

function placeOf(id: string) {
  return { table: "env_files", column: "sealed_content", id };
}

function placeOfVersion(id: string) {
  return { table: "env_file_versions", column: "sealed_content", id };
}

type Named = { id: string; name: string };

function thingOfProject({ id, name }: Named): Thing {
  return { kind: "env-project", id, name };
}

function thingOfFile(project: Named, { id, fileType }: Pick<queries.FileRow, "id" | "fileType">): Thing {
  return { kind: "env-file", id, name: `${project.name} .${fileType}` };
}
