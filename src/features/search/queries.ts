import { type Sql, sql } from "../../db/sql.ts";
import type { FileType } from "../envs/model.ts";

/**
 * The names of all entries and nothing else of them, as one text: ten thousand rows take several times as long to read.
 * A line each, in no order: id, id of the category, environment, a space, name. A line break in a name becomes a space.
 */
export const entryNames = (userId: string): Sql => sql`
  SELECT string_agg(id || category_id || environment || ' ' || replace(name, ${LINE_END}, ' '), ${LINE_END}) AS lines
  FROM entries WHERE user_id = ${userId}`;
export type EntryNamesRow = { lines: string | null };
export const LINE_END = "\n";

export const envFiles = (userId: string): Sql => sql`
  SELECT id, project_id AS "projectId", file_type AS "fileType" FROM env_files WHERE user_id = ${userId}`;
export type EnvFileRow = { id: string; projectId: string; fileType: FileType };

/** What was done last, newest first; whether a thing is still there is not said. */
export const lastEvents = (userId: string, limit: number): Sql => sql`
  SELECT thing, thing_id AS "thingId", credential, verb
  FROM audit_events WHERE user_id = ${userId} ORDER BY number DESC LIMIT ${limit}`;
export type EventRow = { thing: string | null; thingId: string | null; credential: string; verb: string };
