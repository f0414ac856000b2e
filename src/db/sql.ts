export { fold } from "../fold.ts";

/**
 * SQL as values. `sql` makes an inert query of text and parameters; nothing that is interpolated ever becomes SQL text
 * unless it is itself such a value.
 */
export type Sql = Readonly<{ strings: readonly string[]; values: readonly (SqlParameter | Sql)[] }>;
export type SqlParameter = string | number | null;

export type Row = Record<string, string | number | null>;

/** What a query runs on: the database itself, or one open transaction. */
export interface Db {
  readonly engine: "sqlite" | "postgres";
  /** Every row. Whoever asks the same before something is written may be given the same array, so nobody changes it. */
  all<T = Row>(query: Sql): Promise<readonly T[]>;
  /** The first row, or undefined. */
  get<T = Row>(query: Sql): Promise<T | undefined>;
  run(query: Sql): Promise<void>;
  /**
   * All or nothing, and on disk when the promise resolves. `work` uses the handle it is given and nothing else of the
   * database, and waits for nothing but it: other writers wait meanwhile. PostgreSQL may run it again after
   * a deadlock, of which nothing was written.
   */
  transaction<T>(work: (tx: Db) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function sql(strings: TemplateStringsArray, ...values: (SqlParameter | Sql)[]): Sql {
  return { strings, values };
}

/** Conditions joined by AND; none is always true. */
export function all(conditions: readonly (Sql | false | null | undefined)[]): Sql {
  const present = conditions.filter((condition) => typeof condition === "object" && condition !== null);
  if (present.length === 0) return NO_CONDITION;
  const strings = CONJUNCTIONS[present.length] ?? ["(", ...present.slice(1).map(() => ") AND ("), ")"];
  CONJUNCTIONS[present.length] = strings;
  return { strings, values: present };
}

/** Values or rows side by side, as `IN (…)` and `VALUES …` take them; at least one. */
export function listed(items: readonly Sql[]): Sql {
  const strings = LISTS[items.length] ?? ["", ...items.slice(1).map(() => ", "), ""];
  LISTS[items.length] = strings;
  return { strings, values: items };
}

const NO_CONDITION: Sql = { strings: ["1 = 1"], values: [] };
/** What stands between so many conditions. */
const CONJUNCTIONS: (readonly string[])[] = [];
const LISTS: (readonly string[])[] = [];

/** A LIKE pattern that finds `text` anywhere, with `%`, `_` and `\` as themselves (ESCAPE '\'). */
export function contains(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}

export type Rendered = Readonly<{ text: string; isRead: boolean; parameters: SqlParameter[] }>;

/**
 * The text with `$1, $2 …`, which both engines take, and the parameters in that order. A text is written once for each
 * way in which pieces of SQL were put together; the next time, following the pieces leads to it.
 */
export function render(query: Sql): Rendered {
  const parameters: SqlParameter[] = [];
  const shape = follow(SHAPES, query, parameters);
  shape.text ??= write(query, { count: 0 });
  shape.isRead ??= /^\s*SELECT\b/.test(shape.text);
  return { text: shape.text, isRead: shape.isRead, parameters };
}

/** What queries look like that begin alike: by the next piece's text, or a parameter in its place. */
type Shape = { pieces: WeakMap<readonly string[], Shape>; parameter?: Shape; text?: string; isRead?: boolean };

const SHAPES: Shape = { pieces: new WeakMap() };

function follow(from: Shape, query: Sql, parameters: SqlParameter[]): Shape {
  let shape = from.pieces.get(query.strings);
  if (shape === undefined) {
    shape = { pieces: new WeakMap() };
    from.pieces.set(query.strings, shape);
  }
  for (const value of query.values) {
    if (isSql(value)) shape = follow(shape, value, parameters);
    else {
      parameters.push(value);
      shape.parameter ??= { pieces: new WeakMap() };
      shape = shape.parameter;
    }
  }
  return shape;
}

function write(query: Sql, parameters: { count: number }): string {
  return query.strings.reduce((before, string, index) => {
    const value = query.values[index - 1] as SqlParameter | Sql;
    return `${before}${isSql(value) ? write(value, parameters) : `$${++parameters.count}`}${string}`;
  });
}

function isSql(value: unknown): value is Sql {
  return typeof value === "object" && value !== null;
}
