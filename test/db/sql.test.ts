import { describe, expect, test } from "bun:test";
import { all, contains, fold, render, type Sql, sql } from "../../src/db/sql.ts";

describe("a query", () => {
  const name = "x'; DROP TABLE users; --";
  const CASES: [Sql, string, unknown[]][] = [
    [sql`SELECT 1`, "SELECT 1", []],
    [sql`SELECT ${1}, ${"a"}, ${null}`, "SELECT $1, $2, $3", [1, "a", null]],
    [sql`WHERE name = ${name}`, "WHERE name = $1", [name]],
    [sql`WHERE ${sql`a = ${1}`} AND b = ${2}`, "WHERE a = $1 AND b = $2", [1, 2]],
    [sql`WHERE ${sql`a = ${1} OR ${sql`b = ${2}`}`} AND c = ${3}`, "WHERE a = $1 OR b = $2 AND c = $3", [1, 2, 3]],
    [sql`${sql`SELECT`} ${1}`, "SELECT $1", [1]],
    [
      sql`WHERE ${all([sql`a = ${1}`, false, null, sql`b = 2 OR c = ${3}`])}`,
      "WHERE (a = $1) AND (b = 2 OR c = $2)",
      [1, 3],
    ],
    [sql`WHERE ${all([])}`, "WHERE 1 = 1", []],
  ];
  test.each(CASES)("is text and parameters, never the one in the other (%#)", (query, text, parameters) => {
    expect(render(query)).toEqual({ text, isRead: text.startsWith("SELECT"), parameters: parameters as string[] });
  });

  test("of one place may be rendered again with other parameters", () => {
    const query = (id: string) => sql`SELECT ${id}`;
    expect([render(query("a")), render(query("b"))]).toEqual([
      { text: "SELECT $1", isRead: true, parameters: ["a"] },
      { text: "SELECT $1", isRead: true, parameters: ["b"] },
    ]);
  });

  test("of one place may be put together from other pieces", () => {
    const query = (first: Sql | number, second: Sql | number) => sql`UPDATE a SET b = ${first}, c = ${second}`;
    const now = sql`now()`;
    const texts = [query(1, now), query(now, 1), query(1, 1), query(now, now), query(1, now)].map(
      (q) => render(q).text,
    );
    expect(texts).toEqual([
      "UPDATE a SET b = $1, c = now()",
      "UPDATE a SET b = now(), c = $1",
      "UPDATE a SET b = $1, c = $2",
      "UPDATE a SET b = now(), c = now()",
      "UPDATE a SET b = $1, c = now()",
    ]);
  });
});

test("a pattern contains signs as themselves", () => {
  expect(contains("50%_\\")).toBe("%50\\%\\_\\\\%");
});

test("folding is the same for every way to write a letter", () => {
  expect(fold("A\u0308PFEL")).toBe(fold("äpfel"));
  expect(fold("ＫＡＧＩ")).toBe("kagi");
});
