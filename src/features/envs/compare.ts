import { setImmediate } from "node:timers/promises";
import { readEnv } from "../../dotenv/read.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { getEnvProject, readEnvFile } from "./actions.ts";
import { type Column, type Comparison, EXAMPLE, type KeyState } from "./model.ts";

/**
 * Which of a project's files, and of the example when there is one, set which variables. Names only: nothing is
 * revealed, so nothing is written down. Throws ENV_PROJECT_NOT_FOUND, ENV_FILE_NOT_FOUND for a file that does not open.
 */
export async function compareEnvFiles(
  kagi: Kagi,
  actor: Actor,
  projectId: string,
  example: string | null,
): Promise<Comparison> {
  const { files } = await getEnvProject(kagi, actor, projectId);
  const contents = new Map<Column, ReadonlyMap<string, string>>();
  if (example !== null) contents.set(EXAMPLE, readEnv(example).values);
  for (const { id, fileType } of files) {
    // A file of a mebibyte takes a while to read; others are served between one and the next.
    await setImmediate();
    contents.set(fileType, readEnv((await readEnvFile(kagi, actor, projectId, id)).content).values);
  }
  return compare(contents);
}

/** More than any project has, and few enough for one page. */
const ROWS = 2000;

function compare(contents: ReadonlyMap<Column, ReadonlyMap<string, string>>): Comparison {
  const reference = contents.has(EXAMPLE) ? EXAMPLE : contents.has("env") ? "env" : null;
  const expected = reference === null ? undefined : contents.get(reference);
  // The reference is the first of them, so its order comes first.
  const keys = new Set([...contents.values()].flatMap((values) => [...values.keys()]));
  const stateOf = (values: ReadonlyMap<string, string>, key: string): KeyState => {
    const value = values.get(key);
    if (value === undefined) return "missing";
    if (expected !== undefined && !expected.has(key)) return "extra";
    return value === "" ? "empty" : "set";
  };
  const columns = [...contents.keys()].sort((one, other) => Number(one === EXAMPLE) - Number(other === EXAMPLE));
  return {
    columns,
    reference,
    more: Math.max(0, keys.size - ROWS),
    rows: [...keys].slice(0, ROWS).map((key) => ({
      key,
      states: Object.fromEntries([...contents].map(([column, values]) => [column, stateOf(values, key)])),
    })),
  };
}
