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
  all<T = Row>(query: Sql): Promise<T[]>;
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

/** `(a, b, c)` for IN; an empty list matches nothing. */
export function list(values: readonly SqlParameter[]): Sql {
  if (values.length === 0) return { strings: ["(NULL)"], values: [] };
  return { strings: ["(", ...values.slice(1).map(() => ", "), ")"], values };
}

/** Conditions joined by AND; none is always true. */
export function all(conditions: readonly (Sql | false | null | undefined)[]): Sql {
  const present = conditions.filter((condition) => typeof condition === "object" && condition !== null);
  if (present.length === 0) return { strings: ["1 = 1"], values: [] };
  return { strings: ["(", ...present.slice(1).map(() => ") AND ("), ")"], values: present };
}

/** A LIKE pattern that finds `text` anywhere, with `%`, `_` and `\` as themselves (ESCAPE '\'). */
export function contains(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}

/**
 * Text folded for search and order, the same on every engine: SQLite's lower() knows ASCII only, PostgreSQL's depends
 * on the locale. Stored beside the text it folds.
 */
export function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

const rendered = new WeakMap<readonly string[], string>();

/** The text with `$1, $2 …`, which both engines take, and the parameters in that order. */
export function render(query: Sql): { text: string; parameters: SqlParameter[] } {
  if (query.values.every((value) => !isSql(value))) {
    let text = rendered.get(query.strings);
    if (text === undefined) {
      text = query.strings.reduce((before, part, index) => `${before}$${index}${part}`);
      rendered.set(query.strings, text);
    }
    return { text, parameters: query.values as SqlParameter[] };
  }
  const parameters: SqlParameter[] = [];
  const write = (part: Sql): string =>
    part.strings.reduce((before, string, index) => {
      const value = part.values[index - 1] as SqlParameter | Sql;
      if (isSql(value)) return before + write(value) + string;
      parameters.push(value);
      return `${before}$${parameters.length}${string}`;
    });
  return { text: write(query), parameters };
}

function isSql(value: unknown): value is Sql {
  return typeof value === "object" && value !== null;
}
