/**
 * The programs that `.env` text is written for, each as a function from many texts to what it read from each of them.
 * Texts reach a program as files, never as arguments, and one process reads as many of them as it can.
 */
import { test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse as parseDotenvx } from "@dotenvx/dotenvx";
import { processEnv as parseNext } from "@next/env";
import { parse as parseDotenv } from "dotenv";
import { readEnv } from "../../src/dotenv/read.ts";

export type Values = Record<string, string>;

export type Program = {
  name: string;
  /** Whether the program is on this machine. */
  present: boolean;
  read(texts: readonly string[]): Promise<Values[]>;
};

const PATH = process.env.PATH ?? "";

const withFiles = async <T>(
  texts: readonly string[],
  use: (folder: string, files: string[]) => Promise<T>,
): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), "kagi-dotenv-"));
  try {
    const files = texts.map((text, at) => {
      const file = join(folder, `${at}.env`);
      writeFileSync(file, text);
      return file;
    });
    return await use(folder, files);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const run = async (command: string[], cwd: string): Promise<string> => {
  const child = Bun.spawn(command, {
    cwd,
    env: { PATH, LC_ALL: "C.UTF-8" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  const [output] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  return output;
};

/** For parsers that run in this process. A parser that throws has read nothing. */
const inProcess = (name: string, parse: (text: string) => Values): Program => ({
  name,
  present: true,
  read: async (texts) =>
    texts.map((text) => {
      try {
        return parse(text);
      } catch {
        return {};
      }
    }),
});

/** For programs that read all the files in one process: the script lists them itself and answers with a JSON array. */
const oneProcess = (name: string, present: boolean, command: string[]): Program => ({
  name,
  present,
  read: (texts) =>
    withFiles(texts, async (folder) => JSON.parse(await run([...command, String(texts.length)], folder)) as Values[]),
});

/** For programs that start with the file's variables in their environment: one start a file, two at a time. */
const started = (name: string, present: boolean, program: string): Program => ({
  name,
  present,
  read: (texts) =>
    withFiles(texts, async (folder, files) => {
      const script = join(folder, "print.cjs");
      writeFileSync(script, "process.stdout.write(JSON.stringify(process.env))");
      const answers: Values[] = [];
      const worker = async (first: number) => {
        for (let at = first; at < files.length; at += 2) {
          const output = await run([program, `--env-file=${files[at]}`, script], folder);
          answers[at] = output === "" ? {} : (JSON.parse(output) as Values);
        }
      };
      await Promise.all([worker(0), worker(1)]);
      return answers;
    }),
});

/** `set -a; . file` in a subshell a file, so that a syntax error in one leaves the others alone. */
const shell = (name: string): Program => ({
  name,
  present: Bun.which(name) !== null,
  read: (texts) =>
    withFiles(texts, async (folder) => {
      const script = join(folder, "source.sh");
      writeFileSync(
        script,
        `at=0
while [ "$at" -lt ${texts.length} ]; do
  (set -a; . "./$at.env"; exec env -0)
  printf '=\\0'
  at=$((at + 1))
done
`,
      );
      const output = await run([name, script], folder);
      const blocks = output.split(/(?:^|(?<=\0))=\0/).slice(0, texts.length);
      return blocks.map((block) => Object.fromEntries(block.split("\0").map(splitPair)));
    }),
});

const splitPair = (pair: string): [string, string] => {
  const at = pair.indexOf("=");
  return [pair.slice(0, at), pair.slice(at + 1)];
};

const nextLog = { info: () => {}, error: () => {} };

/** Next expands against `process.env` and writes to it, so it gets a clean one and this process gets its own back. */
const readAsNext = (text: string): Values => {
  const own = { ...process.env };
  try {
    const file = { path: ".env", contents: text, env: {} as Record<string, string | undefined> };
    parseNext([file], "/", nextLog, true);
    return file.env as Values;
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in own)) delete process.env[name];
    Object.assign(process.env, own);
  }
};

const hasPythonDotenv = (): boolean =>
  Bun.which("python3") !== null && Bun.spawnSync(["python3", "-c", "import dotenv"], { stderr: "ignore" }).success;

const PYTHON = `
import json, logging, sys, dotenv
logging.disable(logging.CRITICAL)
read = lambda at: {k: v for k, v in dotenv.dotenv_values(f"{at}.env").items() if v is not None}
print(json.dumps([read(at) for at in range(int(sys.argv[1]))]))
`;

const NODE = `
const { readFileSync } = require("node:fs");
const { parseEnv } = require("node:util");
const answers = [];
for (let at = 0; at < Number(process.argv[1]); at++) answers.push(parseEnv(readFileSync(at + ".env", "utf8")));
process.stdout.write(JSON.stringify(answers));
`;

const hasNode = Bun.which("node") !== null;

export const OURS = inProcess("kagi", (text) =>
  Object.fromEntries(readEnv(text).entries.map(({ key, value }) => [key, value])),
);
export const DOTENV = inProcess("dotenv", (text) => parseDotenv(text));
export const DOTENV_FAST = inProcess("dotenv (fast)", (text) => parseDotenv(text, { fast: true }));
export const DOTENVX = inProcess("dotenvx", (text) => parseDotenvx(text, { processEnv: {} }));
export const NEXT = inProcess("next", readAsNext);
/** Node's parser by itself, and as Node starts with it; one file is enough to see that they are one. */
export const NODE_PARSER = oneProcess("node:util parseEnv", hasNode, ["node", "-e", NODE, "--"]);
export const NODE_STARTED = started("node", hasNode, "node");
export const BUN_STARTED = started("bun", true, process.execPath);
export const PYTHON_DOTENV = oneProcess("python-dotenv", hasPythonDotenv(), ["python3", "-c", PYTHON]);
export const SHELLS = [shell("bash"), shell("dash"), shell("zsh")];

/** A test that needs a program: skipped by name where the program is missing, and a failure where CI lost it. */
export const testWith = (program: Program, title: string, timeout: number, body: () => Promise<void>): void => {
  const required = Boolean(process.env.CI);
  const name = `${title}: ${program.name}${program.present ? "" : " (not on this machine)"}`;
  test.skipIf(!program.present && !required)(
    name,
    async () => {
      if (!program.present) throw new Error(`${program.name} is not on this machine`);
      await body();
    },
    timeout,
  );
};
