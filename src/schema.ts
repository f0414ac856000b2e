import { type Static, type TSchema, t } from "elysia";
import { invalid } from "./errors.ts";

/** Pieces that the models of several nouns share. */

export const NAME_LENGTH = 255;

export const Id = t.String({ format: "uuid", examples: ["01936f5e-6f2c-7c3a-9d51-0242ac120002"] });

/** Lower case, as all ids are. */
export function isUuid(id: string | null | undefined): boolean {
  return typeof id === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
}

export const Timestamp = t.String({ format: "date-time", examples: ["2026-01-15T10:00:00.000Z"] });
export const Search = t.String({
  maxLength: NAME_LENGTH,
  description: "Case-insensitive; `%` and `_` are themselves",
  examples: ["blog"],
});

export const nullable = <T extends TSchema>(schema: T) => t.Union([schema, t.Null()]);

/** One of a few words. (Elysia's own UnionEnum fills in its first word for a missing member, which would be a change.) */
export function oneOf<T extends string>(words: readonly T[], options: { description?: string; examples?: T[] } = {}) {
  return t.Unsafe<T>(
    t.Union(
      words.map((word) => t.Literal(word)),
      { examples: [words[0]], ...options },
    ),
  );
}

/** A schema's own words for what it wants, where its pattern would not tell people: the end of a sentence. */
export const PROBLEM = "x-problem";

/** Elysia reports what is wrong with a number in a query without the number's name; so the schema carries it. */
export const NAME_OF_QUERY = "x-name";

/** The query of a list. Without `limit` a list is whole. */
export const Paging = t.Object(
  {
    limit: t.Optional(
      t.Integer({
        minimum: 1,
        maximum: 1000,
        description: "At most so many; without it the list is whole",
        examples: [100],
        [NAME_OF_QUERY]: "limit",
      }),
    ),
    cursor: t.Optional(
      t.String({
        maxLength: 36,
        description: "From the `Link` header of the page before",
        examples: ["01936f60-1a2b-7d4e-8f90-0242ac120002"],
      }),
    ),
  },
  { additionalProperties: false },
);
export type Paging = Static<typeof Paging>;

/** A page of a list. `next` is the cursor of the one after, null at the end. */
export type Page<T> = Readonly<{ items: readonly T[]; next: string | null }>;

/** The page out of `limit + 1` rows that were asked for; the one too many only tells that there are more. */
export function pageOf<T extends { id: string }>(rows: readonly T[], limit: number | null): Page<T> {
  if (limit === null || rows.length <= limit) return { items: rows, next: null };
  const items = rows.slice(0, limit);
  return { items, next: items.at(-1)?.id ?? null };
}

/** A credential that ends outside this span is a slip of the keyboard. */
const YEARS = { first: 2000, last: 2199 } as const;
const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** ISO 8601 (RFC 3339, or a date alone as its first moment in UTC) as the text that rows hold. Throws VALIDATION_ERROR. */
export function parseTime(field: string, text: string): string {
  const match = TIME.exec(text);
  const time = new Date(text);
  if (!match || Number.isNaN(time.getTime()))
    throw invalid(field, "must be an ISO 8601 time such as 2027-01-15T10:00:00.000Z");
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) throw invalid(field, "is not a day of the calendar");
  if (time.getUTCFullYear() < YEARS.first || time.getUTCFullYear() > YEARS.last) {
    throw invalid(field, `must lie between the years ${YEARS.first} and ${YEARS.last}`);
  }
  return time.toISOString();
}
