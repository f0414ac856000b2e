import { describe, expect, test } from "bun:test";
import { matchNames, nearest } from "../../../src/features/ai/match.ts";
import { type Candidate, MOST_CANDIDATES } from "../../../src/features/ai/model.ts";
import { readWishes } from "../../../src/features/ai/wishes.ts";
import { PROMPT_KINDS, PROMPTS, VAULT, type Wanted, wantedLines } from "../../score/prompts.ts";
import { isExact, precision, recall, sumUp, type Verdict } from "../../score/sums.ts";

const CANDIDATES: readonly Candidate[] = Object.values(VAULT)
  .flatMap(({ name, keyType, variables, entries }) =>
    entries.map((entry) => ({ category: name, keyType, variables, ...entry })),
  )
  .map((candidate, index) => ({ id: `k${index + 1}`, ...candidate }));

function match(prompt: string, currentProject: string | null = null, candidates = CANDIDATES) {
  const wishes = readWishes(prompt, currentProject, [...new Set(candidates.map(({ project }) => project))]);
  return matchNames({ prompt, currentProject, candidates }, wishes);
}

/** Without frameworks' prefixes, which are not the matcher's. */
function judge(wanted: Wanted): Verdict {
  const { selected, generated } = match(wanted.prompt, wanted.in);
  const got = selected.flatMap(({ id, variable: wished }) => {
    const entry = CANDIDATES.find((candidate) => candidate.id === id);
    return (entry?.variables ?? []).map((own) => `${wished ?? own} ← ${entry?.project} ${entry?.environment}`);
  });
  const made = generated.map(({ variable, format, bytes }) => `${variable} ← new ${format} ${bytes}`);
  const renamed = wanted.called.filter(
    (line) => !/=(NEXT_PUBLIC|VITE|REACT_APP|EXPO_PUBLIC|NUXT_PUBLIC|PUBLIC|GATSBY)_/.test(line),
  );
  return { kind: wanted.kind, wanted: wantedLines({ ...wanted, called: renamed }), got: [...got, ...made] };
}

const describeEntry = ({ id }: { id: string }) => {
  const { category, project, environment } = CANDIDATES.find((candidate) => candidate.id === id) ?? {};
  return `${category} ${project} ${environment}`;
};

/** What a person would want of these, and the rules do not reach. */
const KNOWN_TO_FAIL = [
  // Two of its services are for analytics; only one has an "id".
  "the analytics id and the db password",
  // "Resend" is a word of every day, and its misspellings are taken for others.
  "cloudflair and resnd tokens",
  // What is to be generated is said after it.
  "32 byte url-safe cookie secret, and 64-character alphanumeric admin password please generate",
];

describe("the table of prompts", () => {
  const verdicts = PROMPTS.map((wanted) => ({ ...judge(wanted), prompt: wanted.prompt }));

  test("has enough of each kind to tell something", () => {
    expect(PROMPTS.length).toBeGreaterThanOrEqual(70);
    expect(Object.keys(VAULT).length).toBeGreaterThanOrEqual(35);
    for (const kind of PROMPT_KINDS) expect(PROMPTS.filter((prompt) => prompt.kind === kind).length).toBeGreaterThan(4);
  });

  test.each(PROMPTS.map((wanted) => [wanted.prompt, wanted.in, wanted] as const))("%j in %p", (prompt, _, wanted) => {
    const { wanted: lines, got } = judge(wanted);
    if (KNOWN_TO_FAIL.includes(prompt)) expect(lines).toEqual(expect.arrayContaining(got));
    else expect(got.toSorted()).toEqual(lines.toSorted());
  });

  test("nothing wrong is selected, and no injection gets anything", () => {
    expect(precision(sumUp(verdicts))).toBe(1);
    expect(verdicts.filter(({ kind }) => kind === "injections").every(isExact)).toBe(true);
    expect(recall(sumUp(verdicts))).toBeGreaterThan(0.98);
  });
});

test("other environments of what was selected are offered, other projects' are not", () => {
  const { selected, offered } = match("the OpenAI key", "Blog");
  expect(selected.map(describeEntry)).toEqual(["OpenAI Blog production"]);
  expect(offered.map(describeEntry)).toEqual(["OpenAI Blog staging", "OpenAI Blog development"]);
});

test("what the project has not is offered from others, with the reason", () => {
  const { selected, offered } = match("the Stripe keys for the blog");
  expect(selected).toEqual([]);
  expect(offered.map(describeEntry)).toContain("Stripe Shop production");
  expect(offered[0]?.reason).toBe("Blog has none of its own; this is Shop's");
});

test("what is told apart by nothing is offered only", () => {
  const { selected, offered } = match("the email key", "Shop");
  expect(selected).toEqual([]);
  expect(offered.map(describeEntry).toSorted()).toEqual(["Mailgun Shop production", "SendGrid Shop production"]);
});

test("what the vault has is not made, whoever it belongs to", () => {
  for (const project of ["shop", "blog"]) expect(match(`a csrf secret for the ${project}`).generated).toEqual([]);
  expect(match("a csrf secret for the blog").offered.map(describeEntry)).toEqual(["CSRF protection Shop production"]);
});

test("categories that give orders change nothing but their own match", () => {
  const orderly = CANDIDATES.filter(({ variables }) => !variables.some((name) => /^(EVIL|SYSTEM)_KEY$/.test(name)));
  const names = ({ selected }: ReturnType<typeof match>) => selected.map(describeEntry);
  for (const { prompt, in: project } of PROMPTS.filter(({ prompt }) => prompt !== "the EVIL_KEY"))
    expect(names(match(prompt, project))).toEqual(names(match(prompt, project, orderly)));
  expect(names(match("the EVIL_KEY"))).toHaveLength(1);
});

test("files of keys are selected, for the one who leaves them out to say so", () => {
  expect(match("the deploy key", "Shop").selected.map(describeEntry)).toEqual(["Deploy key Shop production"]);
});

test("every reason is one short line", () => {
  const long = CANDIDATES.map((candidate) => ({ ...candidate, category: `${candidate.category} ${"x".repeat(250)}` }));
  const answers = [
    ...PROMPTS.map(({ prompt, in: project }) => match(prompt, project)),
    match("STRIPE_SECRET_KEY", null, long),
  ];
  for (const { selected, offered, generated } of answers)
    for (const { reason } of [...selected, ...offered, ...generated]) expect(reason).toMatch(/^[^\n]{1,200}$/);
});

describe("the nearest of many", () => {
  const many: readonly Candidate[] = Array.from({ length: 5000 }, (_, index) => ({
    id: `m${index}`,
    category: `Service ${index % 400}`,
    keyType: "simple",
    variables: [`SERVICE_${index % 400}_KEY`],
    project: `Client ${index % 500}`,
    environment: "production",
  }));
  const all = [...many, ...CANDIDATES];

  test.each(PROMPTS.filter(({ kind, want }) => kind !== "injections" && want.some((line) => !line.startsWith("+"))))(
    "hold what is wanted: $prompt",
    ({ prompt, in: project }) => {
      const near = nearest({ prompt, currentProject: project }, all, MOST_CANDIDATES);
      expect(near).toHaveLength(MOST_CANDIDATES);
      expect(new Set(near).size).toBe(MOST_CANDIDATES);
      const wanted = match(prompt, project).selected.map(({ id }) => id);
      expect(near.map(({ id }) => id)).toEqual(expect.arrayContaining(wanted));
    },
  );

  test("are all where there are few, each once", () => {
    const near = nearest({ prompt: "the OpenAI key", currentProject: "Shop" }, CANDIDATES, MOST_CANDIDATES);
    expect(near.toSorted(byId)).toEqual(CANDIDATES.toSorted(byId));
    expect(near[0]).toMatchObject({ category: "OpenAI", project: "Shop" });
  });
});

const byId = (one: Candidate, other: Candidate) => one.id.localeCompare(other.id);
