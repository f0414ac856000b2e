// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of env files, where ${NAME} is a matter of its own.
import { describe, expect, test } from "bun:test";
import { compactJson } from "../../src/dotenv/json.ts";
import type { Parser } from "../../src/dotenv/parsers.ts";
import {
  DIALECTS,
  type Dialect,
  DialectError,
  formatLine,
  writeComment,
  writeEnv,
  writeValue,
} from "../../src/dotenv/write.ts";
import { BCRYPT, PEM, URL_VALUE } from "./values.ts";

describe("what every program reads alike is written alike in every dialect but docker's", () => {
  const vectors: [value: string, written: string][] = [
    ["", ""],
    ["plain", "plain"],
    ["https://example.com:443/a_b?", "'https://example.com:443/a_b?'"],
    ["postgres://u:p%40s@host:5432/db", "postgres://u:p%40s@host:5432/db"],
    ["a+b/c==", "a+b/c=="],
    ["-1,2.5@x", "-1,2.5@x"],
    ["=a", "'=a'"],
    ["a b", "'a b'"],
    [" a ", "' a '"],
    ["a#b", "'a#b'"],
    ['say "hi"', "'say \"hi\"'"],
    ["$(whoami) `id`", "'$(whoami) `id`'"],
    ["cost: 5$", "'cost: 5$'"],
    ["C:\\dir", "'C:\\dir'"],
    ["literal \\n", "'literal \\n'"],
    ["two\nlines\n", "'two\nlines\n'"],
    ["tab\t", "'tab\t'"],
    ["it's", '"it\'s"'],
    ["it's\n#1", '"it\'s\n#1"'],
    ["naïve 🔑", "'naïve 🔑'"],
    [URL_VALUE, `'${URL_VALUE}'`],
    [PEM, `'${PEM}'`],
  ];
  for (const [value, written] of vectors) {
    test(JSON.stringify(value).slice(0, 40), () => {
      for (const dialect of DIALECTS) {
        if (dialect !== "docker") expect(writeValue(value, dialect)).toBe(written);
      }
      expect(formatLine("KEY", value)).toEqual({ line: `KEY=${written}`, notPortable: [] });
      expect(writeValue(value, "docker")).toBe(value.includes("\n") ? null : value);
    });
  }
});

describe("what programs do not agree on", () => {
  type Written = Partial<Record<Dialect, string | null>>;
  const vectors: [value: string, written: Written][] = [
    [
      "a$NAME",
      {
        portable: "'a$NAME'",
        shell: "'a$NAME'",
        compose: '"a\\$NAME"',
        python: "'a$NAME'",
        node: "'a$NAME'",
        next: "'a\\$NAME'",
      },
    ],
    ["a${NAME}", { portable: "'a${NAME}'", compose: '"a\\${NAME}"', python: null, bun: "'a\\${NAME}'" }],
    [
      "ends in \\",
      { portable: "'ends in \\'", shell: "'ends in \\'", compose: '"ends in \\\\"', python: null, bun: null },
    ],
    ["a\\\\b", { portable: "'a\\\\b'", python: "'a\\\\\\\\b'", node: "'a\\\\b'", docker: "a\\\\b" }],
    [
      'it\'s "x"',
      { portable: '"it\'s \\"x\\""', shell: "'it'\\''s \"x\"'", python: "'it\\'s \"x\"'", node: '`it\'s "x"`' },
    ],
    [
      "it's $HOME",
      { portable: '"it\'s $HOME"', compose: '"it\'s \\$HOME"', vite: "`it's \\$HOME`", node: "`it's $HOME`" },
    ],
    ["it's `id`", { portable: '"it\'s \\`id\\`"', node: '"it\'s `id`"', shell: "'it'\\''s `id`'" }],
    ["it's $(id)", { portable: null, shell: "'it'\\''s $(id)'", compose: '"it\'s \\$(id)"', docker: "it's $(id)" }],
    [
      "'\"\nB=1",
      { portable: null, shell: "''\\''\"\nB=1'", compose: '"\'\\"\\nB=1"', node: "`'\"\nB=1`", docker: null },
    ],
    [
      "a\r\nb",
      { portable: '"a\\r\nb"', compose: '"a\\r\\nb"', python: '"a\\r\nb"', node: null, next: null, shell: "'a\r\nb'" },
    ],
    ["'`\"", { portable: '"\'\\`\\""', node: null, next: null, vite: null, bun: null, compose: '"\'`\\""' }],
    ["'`\\n", { node: null, bun: null, shell: "''\\''`\\n'" }],
    [
      BCRYPT,
      { portable: `'${BCRYPT}'`, next: `'${BCRYPT.replaceAll("$", "\\$")}'`, docker: BCRYPT, shell: `'${BCRYPT}'` },
    ],
  ];
  for (const [value, written] of vectors) {
    test(JSON.stringify(value).slice(0, 40), () => {
      for (const [dialect, text] of Object.entries(written)) {
        expect([dialect, writeValue(value, dialect as Dialect)]).toEqual([dialect, text]);
      }
    });
  }

  const misreaders: [value: string, names: Parser[]][] = [
    [BCRYPT, ["Next", "Vite", "Bun", "docker"]],
    ["a\\\\b", ["python-dotenv", "docker"]],
    ["ends in \\", ["Bun", "python-dotenv", "Compose", "godotenv", "ruby-dotenv", "docker"]],
    ["a${NAME}", ["Next", "Vite", "Bun", "python-dotenv", "docker"]],
    ["a\rb", ["Vite", "Node", "shells", "docker"]],
  ];
  for (const [value, names] of misreaders) {
    test(`who misreads ${JSON.stringify(value)}`, () => {
      const { line, notPortable } = formatLine("KEY", value);
      expect(notPortable).toEqual(names);
      expect(line.split("\n")[0]).toBe(`# not portable: ${names.join(", ")}`);
    });
  }

  test("only a portable file says so", () => {
    expect(formatLine("KEY", BCRYPT, "next").notPortable).toEqual([]);
    expect(formatLine("KEY", BCRYPT, "next").line).toBe(`KEY='${BCRYPT.replaceAll("$", "\\$")}'`);
  });

  test("a quote behind a backslash is followed by one that ends the search for another", () => {
    expect(formatLine("KEY", "x\\", "shell").line).toBe("KEY='x\\'\n# ' ends KEY");
  });
});

describe("what is refused", () => {
  test("names that are no variable names", () => {
    for (const key of ["", "1A", "A-B", "A B", "A\nB", "A=1", "é", "A.B", "export A"]) {
      expect(() => formatLine(key, "x")).toThrow(DialectError);
    }
    expect(formatLine("_a1", "x").line).toBe("_a1=x");
  });

  test("NUL and half a surrogate pair, everywhere", () => {
    for (const dialect of DIALECTS) {
      expect(writeValue("a\0b", dialect)).toBeNull();
      expect(writeValue("a\ud800b", dialect)).toBeNull();
    }
  });

  test("a line that is too long for docker", () => {
    expect(formatLine("K", "a".repeat(65_533), "docker").line).toHaveLength(65_535);
    expect(() => formatLine("K", "a".repeat(65_534), "docker")).toThrow(DialectError);
  });

  test("the error names the key, never the value", () => {
    expect(() => formatLine("KEY", "s3cret\\", "python")).toThrow("KEY cannot be written for python");
  });
});

describe("a document", () => {
  const left = (key: string) =>
    `# not written: ${key}, which has no safe form here; ask for the dialect of its reader\n`;

  test("comments, assignments and blank lines, one final line break", () => {
    const { text, notPortable, refused } = writeEnv([
      { comment: "OpenAI — Blog\nProject (production)" },
      { key: "OPENAI_API_KEY", value: "sk-123" },
      { key: "NOT-A-NAME", value: "x" },
      { blank: true },
      { key: "HASH", value: BCRYPT },
      { key: "NUL", value: "\0" },
    ]);
    expect(text).toBe(
      `# OpenAI — Blog Project (production)\nOPENAI_API_KEY=sk-123\n${left("NOT-A-NAME")}\n# not portable: Next, Vite, Bun, docker\nHASH='${BCRYPT}'\n${left("NUL")}`,
    );
    expect(notPortable).toEqual([{ key: "HASH", misreadBy: ["Next", "Vite", "Bun", "docker"] }]);
    expect(refused).toEqual(["NOT-A-NAME", "NUL"]);
    expect(writeEnv([])).toEqual({ text: "", notPortable: [], refused: [] });
  });

  test("a comment is one line and ends in no backslash", () => {
    expect(writeComment("a\r\nB=1\u2028C=1\u2029D=1\u0085E=1\0\x1b[31m")).toBe("# a  B=1 C=1 D=1 E=1  [31m");
    expect(writeComment("path C:\\ \\\\ ")).toBe("# path C:");
    expect(writeComment('# it\'s "quoted"')).toBe('# # it\'s "quoted"');
    expect(writeComment("left\u202eright")).toBe("# left right");
    expect(writeComment("\n")).toBe("#");
  });
});

describe("a JSON document as a value", () => {
  test("is compact, keeps numbers and order, and escapes what programs treat specially", () => {
    const source = `{ "b" : "it's $x \`y\` \\"q\\" \\\\ \\/ \\n",\n\t"a": [1.10, 12345678901234567890, true, null ], "é": "\\u0041\u2028" }`;
    const text = compactJson(source);
    expect(text).toBe(
      '{"b":"it\\u0027s \\u0024x \\u0060y\\u0060 \\u0022q\\u0022 \\u005c / \\u000a","a":[1.10,12345678901234567890,true,null],"é":"\\u0041\\u2028"}',
    );
    expect(JSON.parse(text)).toEqual(JSON.parse(source));
  });

  test("is refused when it is not JSON", () => {
    expect(() => compactJson("{'a': 1}")).toThrow(SyntaxError);
  });
});
