import { type Actor, reachOf } from "../kagi.ts";
import { FILE_TYPE_OF } from "../reach.ts";
import { all, fold, type Sql, sql } from "./sql.ts";

/**
 * Whose rows a query is about, and, by an access key that does not reach everywhere, which of them. What a statement
 * returns goes without the alias, which SQLite does not know there.
 */
export type Owner = Pick<Actor, "userId" | "credential">;

export const seesAll = (owner: Owner): boolean => reachOf(owner) === null;

/** Of `entries e`, those that the owner has within reach. */
export const ownEntries = (owner: Owner): Sql => {
  const reach = reachOf(owner);
  if (reach === null) return sql`e.user_id = ${owner.userId}`;
  return all([
    sql`e.user_id = ${owner.userId}`,
    reach.project !== null && sql`e.name_folded = ${fold(reach.project)}`,
    reach.environment !== null && sql`e.environment = ${reach.environment}`,
  ]);
};

/** Of `env_projects p`. A project is of every environment. */
export const ownEnvProjects = (owner: Owner): Sql => {
  const reach = reachOf(owner);
  if (reach === null || reach.project === null) return sql`p.user_id = ${owner.userId}`;
  return sql`p.user_id = ${owner.userId} AND p.name_folded = ${fold(reach.project)}`;
};

/** Of `env_files f`, in projects that are within reach. */
export const ownEnvFiles = (owner: Owner): Sql => {
  const reach = reachOf(owner);
  if (reach === null) return sql`f.user_id = ${owner.userId}`;
  return all([
    sql`f.user_id = ${owner.userId}`,
    reach.project !== null && sql`f.project_id IN (SELECT p.id FROM env_projects p WHERE ${ownEnvProjects(owner)})`,
    reach.environment !== null && sql`f.file_type = ${FILE_TYPE_OF[reach.environment] ?? "none"}`,
  ]);
};
