import { type Sql, sql } from "../../db/sql.ts";
import type { Environment } from "../entries/model.ts";
import type { FileType } from "../envs/model.ts";

/** The names of all entries and nothing else of them. */
export const entryNames = (userId: string): Sql => sql`
  SELECT id, category_id AS "categoryId", name, environment FROM entries WHERE user_id = ${userId}`;
export type EntryNameRow = { id: string; categoryId: string; name: string; environment: Environment };

export const envFiles = (userId: string): Sql => sql`
  SELECT id, project_id AS "projectId", file_type AS "fileType" FROM env_files WHERE user_id = ${userId}`;
export type EnvFileRow = { id: string; projectId: string; fileType: FileType };

/** What was done last, newest first; whether a thing is still there is not said. */
export const lastEvents = (userId: string, limit: number): Sql => sql`
  SELECT thing, thing_id AS "thingId", credential, verb
  FROM audit_events WHERE user_id = ${userId} ORDER BY number DESC LIMIT ${limit}`;
export type EventRow = { thing: string | null; thingId: string | null; credential: string; verb: string };
