import { expect, test } from "bun:test";
import { compactJson } from "../../src/dotenv/json.ts";
import { misreadBy, type Parser } from "../../src/dotenv/parsers.ts";
import { type Dialect, DialectError, formatLine, writeEnv } from "../../src/dotenv/write.ts";
import {
  BUN_STARTED,
  DOTENV,
  DOTENV_FAST,
  DOTENVX,
  NEXT,
  NODE_PARSER,
  NODE_STARTED,
  OURS,
  type Program,
  PYTHON_DOTENV,
  SHELLS,
  testWith,
} from "./programs.ts";
import { BCRYPT, fuzzedValues, PEM, SERVICE_ACCOUNT, URL_VALUE } from "./values.ts";

const TIMEOUT = 30_000;

const REAL = ["", BCRYPT, PEM, PEM.replaceAll("\n", "\r\n"), SERVICE_ACCOUNT, compactJson(SERVICE_ACCOUNT), URL_VALUE];
const VALUES = [...REAL, ...fuzzedValues(6000, 20261121)];

const lineOf = (value: string) => {
  try {
    return formatLine("KEY", value);
  } catch (error) {
    if (error instanceof DialectError) return null;
    throw error;
  }
};
const PORTABLE = VALUES.filter((value) => lineOf(value)?.notPortable.length === 0);
const OTHERS = VALUES.filter((value) => lineOf(value)?.notPortable.length !== 0);

/** Writes all values to one file, as a real one has many, and names those that come back as something else. */
const misread = async (program: Program, values: readonly string[], dialect: Dialect) => {
  const items = values.map((value, at) => ({ key: `KEY_${at}`, value }));
  const { text, refused } = writeEnv(items, dialect);
  const [read = {}] = await program.read([text]);
  const left = items.filter(({ key }) => !refused.includes(key));
  return { count: left.length, wrong: left.filter(({ key, value }) => read[key] !== value) };
};

const EVERYONE = [
  OURS,
  DOTENV,
  DOTENV_FAST,
  DOTENVX,
  NEXT,
  NODE_PARSER,
  NODE_STARTED,
  BUN_STARTED,
  PYTHON_DOTENV,
  ...SHELLS,
];

test("the fuzzed values are enough of both kinds", () => {
  expect(PORTABLE.length).toBeGreaterThan(2500);
  expect(OTHERS.length).toBeGreaterThan(1500);
});

for (const program of EVERYONE) {
  testWith(program, "portable values come back exact", TIMEOUT, async () => {
    const { count, wrong } = await misread(program, PORTABLE, "portable");
    expect(wrong).toEqual([]);
    expect(count).toBe(PORTABLE.length);
  });
}

const OF_DIALECT: [Dialect, readonly Program[]][] = [
  ["shell", SHELLS],
  ["node", [NODE_PARSER, NODE_STARTED]],
  ["next", [NEXT]],
  ["bun", [BUN_STARTED]],
  ["python", [PYTHON_DOTENV]],
];
for (const [dialect, programs] of OF_DIALECT) {
  for (const program of programs) {
    testWith(program, `values written for ${dialect} come back exact`, TIMEOUT, async () => {
      const { count, wrong } = await misread(program, OTHERS, dialect);
      expect(wrong).toEqual([]);
      expect(count).toBeGreaterThan(1000);
    });
  }
}

/** Programs that are no package here: the model of what they read stands in, which was checked against them. */
const MODELLED: [Dialect, Parser][] = [
  ["compose", "Compose"],
  ["vite", "Vite"],
  ["docker", "docker"],
];
for (const [dialect, parser] of MODELLED) {
  test(`values written for ${dialect} come back exact: the model of ${parser}`, () => {
    const wrong = OTHERS.filter((value) => {
      const { text, refused } = writeEnv([{ key: "K", value }], dialect);
      if (refused.length > 0) return false;
      const [, quote, inner] = (dialect === "docker"
        ? /^K=()([^\r\n]*)\n$/
        : /^K=(['"`])([\s\S]*?)\1\n(?:# . ends K\n)?$/
      ).exec(text) ?? ["", "", "not the form of a line"];
      return misreadBy({ quote: quote as "" | "'", inner: inner ?? "" }, value).includes(parser);
    });
    expect(wrong).toEqual([]);
  });
}

const NAMED: [Parser, readonly Program[]][] = [
  ["dotenv", [DOTENV, DOTENV_FAST]],
  ["dotenvx", [DOTENVX]],
  ["Next", [NEXT]],
  ["Node", [NODE_PARSER]],
  ["Bun", [BUN_STARTED]],
  ["python-dotenv", [PYTHON_DOTENV]],
  ["shells", SHELLS],
  ["Kagi", [OURS]],
];
const WRITTEN = OTHERS.slice(0, 260).flatMap((value) => {
  const line = lineOf(value);
  return line === null ? [] : [{ value, ...line }];
});
for (const [parser, programs] of NAMED) {
  for (const program of programs) {
    testWith(
      program,
      "what is not portable names it, or comes back exact; the next key is there",
      TIMEOUT,
      async () => {
        const read = await program.read(WRITTEN.map(({ line }) => `${line}\nNEXT_KEY='here'\n`));
        for (const [at, { line, value, notPortable }] of WRITTEN.entries()) {
          if (!notPortable.includes(parser)) expect([line, read[at]?.KEY]).toEqual([line, value]);
          expect([line, read[at]?.NEXT_KEY]).toEqual([line, "here"]);
        }
      },
    );
  }
}
