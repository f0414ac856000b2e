// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of env files, where ${NAME} is a matter of its own.
import { describe, expect, test } from "bun:test";
import { readEnv } from "../../src/dotenv/read.ts";

const valuesOf = (text: string) => Object.fromEntries(readEnv(text).values);
const problemsOf = (text: string) => readEnv(text).problems.map(({ line, kind }) => `${line} ${kind}`);
const entryOf = (text: string) => readEnv(text).entries[0];

describe("what is accepted", () => {
  const vectors: [text: string, values: Record<string, string>][] = [
    ["", {}],
    ["A=1", { A: "1" }],
    ["A=1\nB=2\n", { A: "1", B: "2" }],
    ["A=1\r\nB='2'\r\n", { A: "1", B: "2" }],
    ["A=1\rB=2\r", { A: "1", B: "2" }],
    ["\ufeffA=1\n", { A: "1" }],
    ["export A=1\n  export\tB = 2 \n", { A: "1", B: "2" }],
    ["export=1\n", { export: "1" }],
    ["A=\nB= \nC=''\n", { A: "", B: "", C: "" }],
    ["# comment\n  # another=1\n\n \nA=1", { A: "1" }],
    ["A=a # comment\nB= # comment\nC=a#b\nD=#x\n", { A: "a", B: "", C: "a#b", D: "#x" }],
    ["A='a # b' # c\nB=\"a#b\"\t# 'c'\nC=`it's \"x\"`\n", { A: "a # b", B: "a#b", C: 'it\'s "x"' }],
    ["A='  a  '\nB=\"\tb \"\n", { A: "  a  ", B: "\tb " }],
    ["A='one\ntwo'\nB=\"three\n\nfour\"\nC=1", { A: "one\ntwo", B: "three\n\nfour", C: "1" }],
    ["A='one\r\ntwo'\r\nB=1", { A: "one\ntwo", B: "1" }],
    ['A="\\n\\r\\t\\"\\\\\\$\\x"', { A: '\n\r\t"\\$\\x' }],
    ["A='\\n\\\\'\nB=`\\t\\``\nC=\\n", { A: "\\n\\\\", B: "`\\t\\``".slice(1, -1), C: "\\n" }],
    ["A=$HOME\nB=\"${HOME}\"\nC='$(id)'\nD=`id`\n", { A: "$HOME", B: "${HOME}", C: "$(id)", D: "id" }],
    ["a=1\nA=2\n_x9=3", { a: "1", A: "2", _x9: "3" }],
    ["A=a=b==\n", { A: "a=b==" }],
    ["__proto__=1\n", Object.fromEntries([["__proto__", "1"]])],
  ];
  for (const [text, values] of vectors) {
    test(JSON.stringify(text), () => expect(valuesOf(text)).toEqual(values));
  }
});

describe("what goes wrong is told, and the rest of the file is read", () => {
  test("an unclosed quote costs its own line", () => {
    const text = "A='open\nB=2\nC=\"open\nD='4'\nE=5\n";
    expect(valuesOf(text)).toMatchObject({ B: "2", D: "4", E: "5" });
    expect(problemsOf(text)).toEqual(["1 unclosed", "3 unclosed"]);
    expect(problemsOf("A=1\nB='")).toEqual(["2 unclosed"]);
  });

  test("a backslash in front of the closing quote", () => {
    const text = 'A="C:\\dir\\"\nB="b"\nC=1\n';
    expect(valuesOf(text)).toEqual({ A: "C:\\dir\\", B: "b", C: "1" });
    expect(problemsOf(text)).toEqual(["1 unclosed"]);
  });

  test("text behind the closing quote", () => {
    expect(valuesOf("A='it'\\''s'\nB=\"a\"b\nC=1\n")).toEqual({ A: "it'\\''s", B: '"a"b', C: "1" });
    expect(entryOf("A='it'\\''s'\n")?.ambiguous?.reasons).toEqual(["trailing"]);
  });

  test("lines that assign nothing, and names that are none", () => {
    expect(problemsOf("A=1\nnot an assignment\nB-C=1\n=x\nexport D\n1E=2\nF=3")).toEqual([
      "2 syntax",
      "3 key",
      "4 syntax",
      "5 syntax",
      "6 key",
    ]);
  });

  test("a name that is none keeps its quoted lines to itself", () => {
    expect(valuesOf("A-B='x\nC=1\n'\nD=2\n")).toEqual({ D: "2" });
  });

  test("duplicates: all lines are told, the last wins", () => {
    const { values, duplicates, entries, problems } = readEnv("A=1\nB='x\ny'\nA=2\nB=3\nA=4\n");
    expect(Object.fromEntries(values)).toEqual({ A: "4", B: "3" });
    expect(duplicates).toEqual([
      { key: "A", lines: [1, 4, 6] },
      { key: "B", lines: [2, 5] },
    ]);
    expect(entries).toHaveLength(5);
    expect(problems.filter(({ kind }) => kind === "duplicate").map(({ line }) => line)).toEqual([1, 2, 4]);
  });

  test("a byte order mark, spaces around =, and what docker refuses", () => {
    const { bom, problems } = readEnv("\ufeffexport A=1\nB = 2\nexport C=3\nD= 4\n");
    expect(bom).toBeTrue();
    expect(problems.map(({ line, kind, severity }) => [line, kind, severity])).toEqual([
      [1, "bom", "warning"],
      [1, "docker", "info"],
      [2, "spaces", "warning"],
      [4, "spaces", "warning"],
    ]);
    expect(readEnv("A=1\nB=\nC= \n").problems).toEqual([]);
  });
});

describe("what programs read differently is flagged", () => {
  const vectors: [text: string, reasons: string[], misreader: string][] = [
    ["K=a b", ["bare"], "shells"],
    ["K=a#b", ["hash"], "dotenv"],
    ["K='$NAME'", ["expansion"], "Next"],
    ["K='${NAME}'", ["expansion"], "python-dotenv"],
    ['K="$(cmd)"', ["command"], "shells"],
    ['K="`cmd`"', ["command"], "shells"],
    ['K="a\\"b"', ["escape"], "Node"],
    ["K='x\\'", ["escape"], "Compose"],
    ["K='a\\\\b'", ["escape"], "python-dotenv"],
    ['K="a\\nb"', ["escape"], "shells"],
    ["K=`a`", ["command"], "shells"],
    ["K='a\r\nb'", ["line-ending"], "shells"],
  ];
  for (const [text, reasons, misreader] of vectors) {
    test(JSON.stringify(text), () => {
      const { entries, problems } = readEnv(`${text}\n`);
      expect(entries[0]?.ambiguous?.reasons as string[]).toEqual(reasons);
      expect(entries[0]?.ambiguous?.misreadBy as string[]).toContain(misreader);
      expect(problems.map(({ line, kind }) => [line, kind])).toEqual([[1, "ambiguous"]]);
    });
  }

  test("and what they agree on is not", () => {
    for (const text of ["K=", "K=a", "K='a b'", 'K="it\'s"', "K='a#b'", "K='a\nb'", "K='$'", "K='a' # b", "K=a # b"]) {
      expect([text, entryOf(text)?.ambiguous]).toEqual([text, undefined]);
    }
  });
});

test("lines and quotes of an entry", () => {
  expect(readEnv("\n# x\nA='1\n2\n3'\r\nexport B=`4`\n\nC=5").entries).toMatchObject([
    { key: "A", line: 3, endLine: 5, quote: "'" },
    { key: "B", line: 6, endLine: 6, quote: "`" },
    { key: "C", line: 8, endLine: 8, quote: "" },
  ]);
});
