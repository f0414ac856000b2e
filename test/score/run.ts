/**
 * `bun run score`: asks a real server, on a folder of its own, for every prompt of prompts.ts, and prints what came beside
 * what was wanted. Without OPENAI_API_KEY or OPENAI_BASE_URL it scores the built-in matcher; with one of them the model
 * that KAGI_AI_MODEL names. `--only typos` narrows it, `--failed` prints only what went wrong.
 */
import { parseArgs } from "node:util";
import type { Extraction } from "../../src/features/ai/model.ts";
import type { Client } from "../support/client.ts";
import { ENGINES } from "../support/engines.ts";
import { newCategory, newEntry, Vault } from "../support/vault.ts";
import { PROMPT_KINDS, PROMPTS, type Sample, VAULT, type Wanted, wantedLines } from "./prompts.ts";
import { isExact, precision, recall, type Sums, sumUp, type Verdict } from "./sums.ts";

const { values: options } = parseArgs({
  options: { only: { type: "string" }, failed: { type: "boolean", default: false } },
});
const PASSED_ON = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "KAGI_AI_MODEL", "KAGI_AI_TIMEOUT"] as const;

const sqlite = ENGINES.find(({ name }) => name === "sqlite");
if (sqlite === undefined) throw new Error("there is no SQLite among the engines");
const model = Object.fromEntries(PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
const vault = new Vault(sqlite, model);
try {
  await vault.open();
  process.exitCode = await score(vault.owner);
} finally {
  await vault.close();
}

async function score(owner: Client): Promise<number> {
  const sources = await seed(owner);
  const verdicts: Verdict[] = [];
  const asked = PROMPTS.filter(({ kind }) => options.only === undefined || kind === options.only);
  const matchedBy = new Set<string>();
  let failures = 0;
  for (const wanted of asked) {
    const body = { prompt: wanted.prompt, ...(wanted.in === null ? {} : { currentProjectName: wanted.in }) };
    const answer = await owner.post<Extraction & { error?: string }>("/api/ai/extract", body, {
      accept: "application/json",
    });
    if (answer.status === 200) matchedBy.add(answer.body.matchedBy);
    else failures += 1;
    const verdict = {
      kind: wanted.kind,
      wanted: wantedLines(wanted),
      got: answer.status === 200 ? linesOf(answer.body, sources) : [`error ${answer.status}: ${answer.body.error}`],
    };
    verdicts.push(verdict);
    if (!options.failed || !isExact(verdict)) print(wanted, verdict);
  }
  const by = [...matchedBy].map((how) =>
    how === "model" ? (model.KAGI_AI_MODEL ?? "the default model") : "names, without AI",
  );
  console.log(`\nMatched by ${by.join(" and ") || "nothing"}: ${asked.length} prompts, ${sources.size} entries\n`);
  printSums(verdicts);
  return failures === 0 && asked.length > 0 ? 0 : 1;
}

/** The vault of prompts.ts through the API; whose each entry is, by its id. */
async function seed(owner: Client): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>();
  for (const sample of Object.values(VAULT)) {
    const { name, keyType, variables } = sample;
    const category = await newCategory(owner, {
      name,
      keyType,
      ...(keyType === "simple" ? { envVarName: variables[0] ?? null } : {}),
      ...(keyType === "group" ? { fieldDefinitions: [...variables] } : {}),
    });
    for (const { project, environment } of sample.entries) {
      const entry = await newEntry(owner, {
        categoryId: category.id,
        name: project,
        environment,
        value: exampleOf(sample),
      });
      sources.set(entry.id, `${project} ${environment}`);
    }
  }
  return sources;
}

function exampleOf({ keyType, variables }: Sample): string | Record<string, string> {
  if (keyType === "group") return Object.fromEntries(variables.map((name) => [name, "example"]));
  return keyType === "json" ? "{}" : "example";
}

/** What `content` holds, said as in `wantedLines`; what it holds and nothing accounts for is said to be from nowhere. */
function linesOf(
  { content, selectedKeys, generatedSecrets }: Extraction,
  sources: ReadonlyMap<string, string>,
): string[] {
  const names = content.split("\n").flatMap((line) => /^(?:export )?([A-Za-z_][A-Za-z0-9_]*)=/.exec(line)?.[1] ?? []);
  return names.map((name) => {
    const selected = selectedKeys.find(({ envVarName }) => envVarName === name);
    if (selected) return `${name} ← ${sources.get(selected.entryId) ?? "no entry"}`;
    const made = generatedSecrets.find(({ envVarName }) => envVarName === name);
    return made ? `${name} ← new ${made.format} ${made.bytes}` : `${name} ← nowhere`;
  });
}

function print({ prompt, in: project }: Wanted, verdict: Verdict): void {
  const { wanted, got } = verdict;
  console.log(
    `${isExact(verdict) ? "✓" : "✗"} ${JSON.stringify(prompt)}${project === null ? "" : `  (in ${project})`}`,
  );
  const right = got.filter((line) => wanted.includes(line));
  const rows: [string, readonly string[]][] = [
    ["    right    ", right],
    ["    missing  ", wanted.filter((line) => !got.includes(line))],
    ["    wrong    ", got.filter((line) => !wanted.includes(line))],
  ];
  for (const [label, lines] of rows) if (lines.length > 0) console.log(label + lines.join(", "));
  if (wanted.length + got.length === 0) console.log("    nothing, as it should be");
}

function printSums(verdicts: readonly Verdict[]): void {
  const percent = (part: number) => `${(100 * part).toFixed(1)} %`.padStart(8);
  const row = (label: string, sums: Sums) =>
    `${label.padEnd(18)}${`${sums.exact}/${sums.prompts}`.padStart(9)}${percent(sums.exact / sums.prompts)}${percent(precision(sums)).padStart(11)}${percent(recall(sums)).padStart(9)}`;
  console.log(`${"kind".padEnd(18)}${"exact".padStart(17)}${"precision".padStart(11)}${"recall".padStart(9)}`);
  for (const kind of PROMPT_KINDS) {
    const of = verdicts.filter((verdict) => verdict.kind === kind);
    if (of.length > 0) console.log(row(kind, sumUp(of)));
  }
  console.log(row("all", sumUp(verdicts)));
}
