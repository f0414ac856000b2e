import { type Owner, ownEnvFiles, ownEnvProjects } from "../../db/owned.ts";
import { all, contains, fold, type Sql, sql } from "../../db/sql.ts";
import type { EnvProject, FileType } from "./model.ts";

const projectOf = (owner: Owner): Sql => sql`
  p.id, p.user_id AS "userId", p.name, p.description,
  (SELECT CAST(count(*) AS INTEGER) FROM env_files f
    WHERE f.project_id = p.id AND ${ownEnvFiles(owner)}) AS "fileCount",
  p.created_at AS "createdAt", p.updated_at AS "updatedAt"`;

export const listProjects = (
  owner: Owner,
  filter: { search: string | null; cursor: string | null; limit: number | null },
): Sql => {
  const pattern = filter.search === null ? null : contains(fold(filter.search));
  const conditions = all([
    ownEnvProjects(owner),
    pattern !== null &&
      sql`p.name_folded LIKE ${pattern} ESCAPE '\\' OR coalesce(p.description_folded, '') LIKE ${pattern} ESCAPE '\\'`,
    filter.cursor !== null && sql`p.id < ${filter.cursor}`,
  ]);
  const limit = filter.limit === null ? sql`` : sql`LIMIT ${filter.limit}`;
  return sql`SELECT ${projectOf(owner)} FROM env_projects p WHERE ${conditions} ORDER BY p.id DESC ${limit}`;
};

export const findProject = (owner: Owner, id: string): Sql => sql`
  SELECT ${projectOf(owner)} FROM env_projects p WHERE p.id = ${id} AND ${ownEnvProjects(owner)}`;

export const countProjects = (owner: Owner): Sql => sql`
  SELECT CAST(count(*) AS INTEGER) AS "count" FROM env_projects p WHERE ${ownEnvProjects(owner)}`;

export const insertProject = (project: EnvProject): Sql => sql`
  INSERT INTO env_projects (
    id, user_id, name, name_folded, description, description_folded, created_at, updated_at)
  VALUES (
    ${project.id}, ${project.userId}, ${project.name}, ${fold(project.name)}, ${project.description},
    ${foldedDescription(project)}, ${project.createdAt}, ${project.updatedAt})`;

export const updateProject = (owner: Owner, project: EnvProject): Sql => sql`
  UPDATE env_projects AS p SET
    name = ${project.name}, name_folded = ${fold(project.name)}, description = ${project.description},
    description_folded = ${foldedDescription(project)}, updated_at = ${project.updatedAt}
  WHERE p.id = ${project.id} AND ${ownEnvProjects(owner)}`;

export const deleteProject = (owner: Owner, id: string): Sql => sql`
  DELETE FROM env_projects AS p WHERE p.id = ${id} AND ${ownEnvProjects(owner)}`;

export const deleteProjectsOf = (owner: Owner): Sql =>
  sql`DELETE FROM env_projects AS p WHERE ${ownEnvProjects(owner)} RETURNING id`;

/** Holds the project until the transaction ends, so that whatever happens to its files happens one after the other. */
export const holdProject = (owner: Owner, id: string): Sql => sql`
  UPDATE env_projects AS p SET updated_at = p.updated_at WHERE p.id = ${id} AND ${ownEnvProjects(owner)}
  RETURNING id, name, deleted_version AS "deletedVersion"`;
export type HeldProjectRow = { id: string; name: string; deletedVersion: number };

export const rememberDeleted = (owner: Owner, id: string, version: number): Sql => sql`
  UPDATE env_projects AS p SET deleted_version = ${version}
  WHERE p.id = ${id} AND ${ownEnvProjects(owner)} AND p.deleted_version < ${version}`;

/** A file without its secret; listing never touches the sealed column. */
export type FileRow = {
  id: string;
  projectId: string;
  fileType: FileType;
  version: number;
  writtenBy: string;
  createdAt: string;
  updatedAt: string;
};
export type SealedFileRow = FileRow & { sealedContent: string };

const FILE = sql`
  f.id, f.project_id AS "projectId", f.file_type AS "fileType", f.version, f.written_by AS "writtenBy",
  f.created_at AS "createdAt", f.updated_at AS "updatedAt"`;

export const listFiles = (owner: Owner, projectId: string): Sql => sql`
  SELECT ${FILE} FROM env_files f WHERE f.project_id = ${projectId} AND ${ownEnvFiles(owner)}`;

export const listAllFiles = (owner: Owner): Sql => sql`
  SELECT ${FILE} FROM env_files f WHERE ${ownEnvFiles(owner)} ORDER BY f.id`;

/** A query for one file, which says what its row is. */
export type FindFile<Row> = ((owner: Owner, projectId: string, id: string) => Sql) & { row?: Row };

export const findFile: FindFile<FileRow> = (owner, projectId, id) => sql`
  SELECT ${FILE} FROM env_files f WHERE f.id = ${id} AND f.project_id = ${projectId} AND ${ownEnvFiles(owner)}`;

export const findSealedFile: FindFile<SealedFileRow> = (owner, projectId, id) => sql`
  SELECT ${FILE}, f.sealed_content AS "sealedContent"
  FROM env_files f WHERE f.id = ${id} AND f.project_id = ${projectId} AND ${ownEnvFiles(owner)}`;

export const findSealedFileOf = (owner: Owner, projectId: string, fileType: FileType): Sql => sql`
  SELECT ${FILE}, f.sealed_content AS "sealedContent"
  FROM env_files f WHERE f.project_id = ${projectId} AND f.file_type = ${fileType} AND ${ownEnvFiles(owner)}`;

export const insertFile = (owner: Owner, file: SealedFileRow): Sql => sql`
  INSERT INTO env_files (
    id, user_id, project_id, file_type, sealed_content, version, written_by, created_at, updated_at)
  VALUES (
    ${file.id}, ${owner.userId}, ${file.projectId}, ${file.fileType}, ${file.sealedContent}, ${file.version},
    ${file.writtenBy}, ${file.createdAt}, ${file.updatedAt})`;

export const updateFile = (owner: Owner, file: SealedFileRow): Sql => sql`
  UPDATE env_files AS f SET
    sealed_content = ${file.sealedContent}, version = ${file.version}, written_by = ${file.writtenBy},
    updated_at = ${file.updatedAt}
  WHERE f.id = ${file.id} AND ${ownEnvFiles(owner)}`;

export const deleteFile = (owner: Owner, id: string): Sql => sql`
  DELETE FROM env_files AS f WHERE f.id = ${id} AND ${ownEnvFiles(owner)}`;

export type VersionRow = { id: string; version: number; writtenAt: string; writtenBy: string };
export type SealedVersionRow = VersionRow & { sealedContent: string };

export const listVersions = (owner: Owner, fileId: string): Sql => sql`
  SELECT v.id, v.version, v.written_at AS "writtenAt", v.written_by AS "writtenBy"
  FROM env_file_versions v WHERE v.file_id = ${fileId} AND v.user_id = ${owner.userId} ORDER BY v.version DESC`;

export const findSealedVersion = (owner: Owner, fileId: string, version: number): Sql => sql`
  SELECT v.id, v.version, v.written_at AS "writtenAt", v.written_by AS "writtenBy",
    v.sealed_content AS "sealedContent"
  FROM env_file_versions v
  WHERE v.file_id = ${fileId} AND v.version = ${version} AND v.user_id = ${owner.userId}`;

export const insertVersion = (owner: Owner, fileId: string, row: SealedVersionRow): Sql => sql`
  INSERT INTO env_file_versions (id, user_id, file_id, version, sealed_content, written_at, written_by)
  VALUES (
    ${row.id}, ${owner.userId}, ${fileId}, ${row.version}, ${row.sealedContent}, ${row.writtenAt}, ${row.writtenBy})`;

export const deleteVersionsBefore = (owner: Owner, fileId: string, version: number): Sql => sql`
  DELETE FROM env_file_versions WHERE file_id = ${fileId} AND user_id = ${owner.userId} AND version < ${version}`;

function foldedDescription(project: EnvProject): string | null {
  return project.description === null ? null : fold(project.description);
}
