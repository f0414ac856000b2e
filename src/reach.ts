import { AppError } from "./errors.ts";
import { fold } from "./fold.ts";

/**
 * How far an access key reaches, where it does not reach everywhere: entries and the env project of one name, those of
 * one environment, or both. What lies beyond is for the key as if it were not there (`db/owned.ts` says so to the
 * database); what would get there is refused here.
 */
export type Reach = Readonly<{ project: string | null; environment: string | null }>;

/** What is about to be written. Without an environment it is of all of them. */
type Place = Readonly<{ project: string; environment: string | null }>;

/**
 * The env file of each environment. `.env` and `.env.local` are of no single one: programs read them in every
 * environment, so that a key for one sees neither.
 */
export const FILE_TYPE_OF: Readonly<Record<string, string>> = {
  production: "env.production",
  development: "env.development",
};

export function environmentOf(fileType: string): string | null {
  return Object.keys(FILE_TYPE_OF).find((environment) => FILE_TYPE_OF[environment] === fileType) ?? null;
}

/** `fields` are the members of a request that say where. Throws AUTH_KEY_LIMITED. */
export function requireWithin(
  reach: Reach | null,
  place: Place,
  fields: Readonly<{ project?: string; environment?: string }> = {},
): void {
  if (reach === null) return;
  if (reach.project !== null && fold(reach.project) !== fold(place.project)) throw beyond("project", fields.project);
  if (reach.environment !== null && reach.environment !== place.environment) {
    throw beyond("environment", fields.environment);
  }
}

function beyond(kind: string, field: string | undefined): AppError {
  const details = field === undefined ? {} : { field };
  return new AppError("AUTH_KEY_LIMITED", `This access key is limited to one ${kind}`, details);
}
