import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compactJson } from "../../src/dotenv/json.ts";
import { readEnv } from "../../src/dotenv/read.ts";
import { writeComment, writeEnv } from "../../src/dotenv/write.ts";
import { BUN_STARTED, DOTENV, DOTENVX, NEXT, NODE_PARSER, OURS, PYTHON_DOTENV, SHELLS, testWith } from "./programs.ts";
import { SERVICE_ACCOUNT } from "./values.ts";

let folder: string;
let canary: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kagi-canary-"));
  canary = join(folder, "ran");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every way to get at a command: in quotes, out of them, behind a line break, and by way of another variable. */
const attacks = () => {
  const command = `touch ${canary}`;
  const openings = ["", "'", '"', "`", "\\", "'\"", "'\\", "\n", "'\n", '"\n', "' ", "x'y\"z`", "\r"];
  const bodies = [
    `$(${command})`,
    `\`${command}\``,
    `; ${command} ;`,
    `\n${command}\n`,
    `\${x:=$(${command})}`,
    `$((a[$(${command})]))`,
    `a[$(${command})]`,
    "$[KEY_6]",
    `\${KEY_6@P}`,
    "$KEY_0[KEY_6]",
  ];
  return openings.flatMap((opening) =>
    bodies.flatMap((body) => [opening + body, opening + body + opening, body + opening]),
  );
};
/** None of them may end a comment, or start a line. */
const names = () => [
  `x\ntouch ${canary}`,
  `x\r\ntouch ${canary} #`,
  `it's "$(touch ${canary})" \`touch ${canary}\` \\`,
  `\u2028touch ${canary}\u0085touch ${canary}\v\f\0`,
  "'",
  '"',
  "# ## \\ \\",
];

for (const shell of SHELLS) {
  testWith(shell, "a command in double quotes runs: the canary works", 10_000, async () => {
    await shell.read([`K="$(touch ${canary})"\n`]);
    expect(existsSync(canary)).toBeTrue();
    rmSync(canary);
  });
}

for (const program of [...SHELLS, DOTENVX]) {
  for (const dialect of ["portable", "shell"] as const) {
    if (program === DOTENVX && dialect === "shell") continue;
    testWith(program, `nothing runs from a ${dialect} file`, 20_000, async () => {
      const items = attacks().map((value, at) => ({ key: `KEY_${at}`, value }));
      const comments = names().map((comment) => ({ comment }));
      const whole = writeEnv([...comments, ...items, ...comments], dialect);
      const alone = items.map((item) => writeEnv([...comments, item], dialect).text);
      const [read = {}] = await program.read([whole.text, ...alone]);
      expect(existsSync(canary)).toBeFalse();
      const told = new Set([...whole.refused, ...whole.notPortable.map(({ key }) => key)]);
      expect(items.filter(({ key, value }) => !told.has(key) && read[key] !== value)).toEqual([]);
    });
  }
}

for (const program of [OURS, DOTENV, DOTENVX, NEXT, NODE_PARSER, BUN_STARTED, PYTHON_DOTENV, ...SHELLS]) {
  testWith(program, "hostile names in comments leave the keys between them alone", 10_000, async () => {
    const around = (value: string) =>
      names().flatMap((name, at) => [
        { comment: `${name} — ${name} (production)` },
        { key: `KEY_${at}`, value },
        { comment: `${name}\nINJECTED=1` },
      ]);
    const last = { key: "LAST", value: "is here" };
    const texts = ["a value", "ends in \\"].map((value) => writeEnv([...around(value), last]).text);
    const [read = {}, afterBackslash = {}] = await program.read(texts);
    for (const at of names().keys()) expect(read[`KEY_${at}`]).toBe("a value");
    for (const got of [read, afterBackslash]) {
      expect(got.LAST).toBe("is here");
      expect(got.INJECTED).toBeUndefined();
    }
  });

  testWith(program, "a value defines no other variable", 10_000, async () => {
    const values = [
      "a\nINJECTED=1\nb",
      "a'b\nINJECTED=1\n",
      "a\"b\nINJECTED=1\n'",
      "'a\"b`\nINJECTED='1'\n",
      "\\\nINJECTED=1\n\\",
    ];
    const texts = values.map(
      (value) =>
        writeEnv([
          { key: "KEY", value },
          { key: "NEXT_KEY", value: "is here" },
        ]).text,
    );
    for (const read of await program.read(texts)) {
      expect(read.INJECTED).toBeUndefined();
      expect(read.NEXT_KEY).toBe("is here");
    }
  });
}

test("messages carry names and never values", () => {
  const secret = "s3cret-value";
  const source = `A='${secret}\nB=a#${secret}\nC="$(${secret})"\nD=1 ${secret}\n${secret}\n1X=${secret}\nC=2\n`;
  const { problems } = readEnv(source);
  expect(problems.length).toBeGreaterThan(5);
  expect(JSON.stringify(problems)).not.toContain(secret);
  expect(() => compactJson(`{"a": ${secret}`)).toThrow("Not a JSON document");
});

// Work that grew with the square of a length, let alone faster, would not end before the runner gives up.
test("long runs of one sign are read and written in time", () => {
  for (const sign of [" ", "$", "${", "\\", "'", '"', "`", " #", "A='x\n", 'A="x\n', "A=1\n", "\n"]) {
    const text = sign.repeat(200_000 / sign.length);
    expect(readEnv(`A=${text}x`).values.size).toBeGreaterThanOrEqual(0);
    expect(readEnv(text).values.has("B")).toBe(false);
    const written = writeEnv([{ key: "A", value: `'${text}x` }]);
    expect(written.text.length).toBeGreaterThanOrEqual(written.refused.length === 0 ? text.length : 0);
    expect(
      writeComment(`${text}x`)
        .split("\n")
        .filter((line) => !/^(#|$)/.test(line)),
    ).toEqual([]);
  }
});

test("a JSON document is portable whatever its strings hold", () => {
  const value = compactJson(SERVICE_ACCOUNT);
  expect(JSON.parse(value)).toEqual(JSON.parse(SERVICE_ACCOUNT));
  expect(writeEnv([{ key: "K", value }])).toEqual({ text: `K='${value}'\n`, notPortable: [], refused: [] });
});
