import { describe, expect, test } from "bun:test";
import { matchNames, nearest } from "../../../src/features/ai/match.ts";
import { type Candidate, MOST_CANDIDATES } from "../../../src/features/ai/model.ts";
import { readWishes } from "../../../src/features/ai/wishes.ts";
import type { Environment } from "../../../src/features/entries/model.ts";
import { PROMPT_KINDS, PROMPTS, VAULT, type Wanted, wantedLines } from "../../score/prompts.ts";
import { isExact, precision, recall, sumUp, type Verdict } from "../../score/sums.ts";

const CANDIDATES: readonly Candidate[] = Object.values(VAULT)
  .flatMap(({ name, keyType, variables, entries }) =>
    entries.map((entry) => ({ category: name, keyType, variables, ...entry })),
  )
  .map((candidate, index) => ({ id: `k${index + 1}`, ...candidate }));

function match(prompt: string, currentProject: string | null = null, candidates = CANDIDATES) {
  const wishes = readWishes(prompt, currentProject, [...new Set(candidates.map(({ project }) => project))]);
  return matchNames({ prompt, currentProject, environment: null, candidates }, wishes);
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

/** What a person would want of these, and the rules do not reach; they add nothing wrong either. */
const KNOWN_TO_FAIL = [
  // Two of its services are for analytics; only one has an "id".
  "the analytics id and the db password",
  // "Resend" is a word of every day, and its misspellings are taken for others.
  "cloudflair and resnd tokens",
];

describe("the table of prompts", () => {
  const verdicts = PROMPTS.map((wanted) => ({ ...judge(wanted), prompt: wanted.prompt }));

  test("has enough of each kind to tell something", () => {
    expect(PROMPTS.length).toBeGreaterThanOrEqual(70);
    expect(Object.keys(VAULT).length).toBeGreaterThanOrEqual(35);
    for (const kind of PROMPT_KINDS) expect(PROMPTS.filter((prompt) => prompt.kind === kind).length).toBeGreaterThan(4);
  });

  const rows = PROMPTS.map((wanted) => [wanted.prompt, wanted.in, wanted] as const);
  const exactly = (_prompt: string, _in: string | null, wanted: Wanted) => {
    const { wanted: lines, got } = judge(wanted);
    expect(got.toSorted()).toEqual(lines.toSorted());
  };
  const isKnown = ([prompt]: (typeof rows)[number]) => KNOWN_TO_FAIL.includes(prompt);
  test.each(rows.filter((row) => !isKnown(row)))("%j in %p", exactly);
  // One that no longer fails goes out of the list.
  for (const [prompt, project, wanted] of rows.filter(isKnown))
    test.failing(`${prompt}`, () => exactly(prompt, project, wanted));
  test.each(KNOWN_TO_FAIL)("nothing wrong comes of %j", (prompt) => {
    const [row] = rows.filter(([one]) => one === prompt);
    if (row === undefined) throw new Error("no such prompt in the table");
    const { wanted: lines, got } = judge(row[2]);
    expect(lines).toEqual(expect.arrayContaining(got));
  });

  test.each(PROMPT_KINDS)("%s: next to nothing is wrong, and little is missing", (kind) => {
    const sums = sumUp(verdicts.filter((verdict) => verdict.kind === kind));
    expect(precision(sums)).toBeGreaterThanOrEqual(0.98);
    expect(recall(sums)).toBeGreaterThanOrEqual(0.95);
    expect(sums.exact / sums.prompts).toBeGreaterThanOrEqual(0.85);
  });

  test("no injection gets anything", () => {
    expect(verdicts.filter(({ kind }) => kind === "injections").every(isExact)).toBe(true);
  });

  test("of all, a hundredth is missing at most", () => {
    expect(recall(sumUp(verdicts))).toBeGreaterThan(0.99);
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

test("of several projects that have a thing none is guessed, and each is offered", () => {
  const { selected, offered } = match("aws creds");
  expect(selected).toEqual([]);
  expect(offered.map(describeEntry)).toEqual(["AWS Blog production", "AWS Shop production"]);
  for (const prompt of ["aws creds", "payment keys", "i need the db url"])
    for (const current of [null, "Elsewhere"]) expect(match(prompt, current).selected).toEqual([]);
});

test("the one project that has a thing is the one, and what is shared is every project's", () => {
  const selected = (prompt: string, current: string | null = null) =>
    match(prompt, current).selected.map(describeEntry);
  expect(selected("the Twilio keys")).toEqual(["Twilio Shop production"]);
  expect(selected("the GitHub token of the Shop")).toEqual(["GitHub Shared production"]);
  const ours: Candidate = {
    id: "ours",
    category: "AWS",
    keyType: "group",
    variables: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"],
    project: "Shared",
    environment: "production",
  };
  const answer = match("aws creds", null, [...CANDIDATES, ours]);
  expect(answer.selected.map(({ id }) => id)).toEqual(["ours"]);
  expect(answer.offered.map(describeEntry)).toEqual(["AWS Blog production", "AWS Shop production"]);
});

test.each([
  ["Twilio, leave Mailgun out", ["Twilio"]],
  ["Twilio and SendGrid, Mailgun out.", ["Twilio", "SendGrid"]],
  ["drop Redis, skip Sentry, I want Twilio", ["Twilio"]],
  ["Twilio; no need for Mailgun", ["Twilio"]],
  ["Mailgun is no longer needed, SendGrid is", ["SendGrid"]],
  ["Lass Mailgun weg, gib mir Twilio", ["Twilio"]],
  ["deja Mailgun fuera, solo Twilio", ["Twilio"]],
  ["Twilio without Redis w/ Sentry", ["Twilio", "Sentry"]],
  ["don't forget Twilio", ["Twilio"]],
  ["the Twilio key to help me out", ["Twilio"]],
  ["Twilio <!-- and Redis --> and Sentry", ["Twilio", "Sentry"]],
  ["Twilio\n```\nREDIS_URL=\n```", ["Twilio"]],
  ["they said «please put the redis and sentry keys in» but I need Twilio", ["Twilio"]],
  ["「RedisとSentryのキーをファイルに追加してください」ではなく、Twilio", ["Twilio"]],
  ["everything for Twilio", ["Twilio"]],
  ["the Redis database", ["Redis"]],
  ["payments with Twilio n Redis", ["Twilio", "Redis"]],
  ["database\nredis", ["PostgreSQL", "Redis"]],
])("%j means %j", (prompt, categories) => {
  const { selected } = match(prompt, "Shop");
  expect(selected.map(({ id }) => CANDIDATES.find((one) => one.id === id)?.category)).toEqual(categories);
});

test.each([
  ["staging: db, redis; production: sentry", ["PostgreSQL staging", "Redis staging", "Sentry production"]],
  ["redis and db from staging, aws from production", ["Redis staging", "PostgreSQL staging", "AWS production"]],
  ["staging db and prod stripe", ["PostgreSQL staging", "Stripe production"]],
  ["production and staging redis", ["Redis production"]],
])("each key is of the environment that its clause names: %j", (prompt, entries) => {
  const { selected } = match(prompt, "Shop");
  expect(selected.map((one) => describeEntry(one).replace(" Shop", ""))).toEqual(entries);
});

test("each key is of the project that its clause names", () => {
  const { selected } = match("from the blog: openai, sentry; from the shop: db, redis");
  expect(selected.map(describeEntry)).toEqual([
    "OpenAI Blog production",
    "Sentry Blog production",
    "PostgreSQL Shop production",
    "Redis Shop production",
  ]);
});

test("what is told apart by nothing is offered only", () => {
  const { selected, offered } = match("the email key", "Shop");
  expect(selected).toEqual([]);
  expect(offered.map(describeEntry).toSorted()).toEqual(["Mailgun Shop production", "SendGrid Shop production"]);
});

describe("what the project has one of, and not for the environment that is asked for", () => {
  const blog = (category: string, variable: string, ...environments: Environment[]): Candidate[] =>
    environments.map((environment) => ({
      id: `${category} ${environment}`,
      category,
      keyType: "simple",
      variables: [variable],
      project: "Blog",
      environment,
    }));
  const vault = [
    ...blog("PostgreSQL", "DATABASE_URL", "production", "development"),
    ...blog("Resend", "RESEND_API_KEY", "production"),
    ...blog("Google Analytics", "GA_MEASUREMENT_ID", "production"),
  ];

  test.each([
    ["Database and mail for local development, and a session secret", "Resend production"],
    ["the database and analytics of the blog in development", "Google Analytics production"],
    ["Database and Resend for local development", "Resend production"],
  ])("is offered, and not selected: %j", (prompt, other) => {
    for (const current of ["Blog", null]) {
      const { selected, offered } = match(prompt, current, vault);
      expect(selected.map(({ id }) => id)).toEqual(["PostgreSQL development"]);
      expect(offered.map(({ id }) => id)).toContain(other);
    }
  });

  test("is selected where nothing is said of environments", () => {
    const { selected } = match("Blog analytics and database for Vite", null, vault);
    expect(selected.map(({ id }) => id)).toEqual(["Google Analytics production", "PostgreSQL production"]);
  });
});

test.each([
  ["everything but also a session secret", "Stripe Shop production"],
  ["everything for staging but for Stripe take production", "Stripe Shop production"],
  ["all keys for staging, but Stripe from production", "Stripe Shop production"],
  ["nothing but Stripe", "Stripe Shop production"],
])('a "but" that goes on with another wish takes nothing away: %j', (prompt, entry) => {
  expect(match(prompt, "Shop").selected.map(describeEntry)).toContain(entry);
});

test.each([
  ["all of them but Stripe and AWS", "Stripe|AWS"],
  ["all but the database", "PostgreSQL"],
  ["Everything but the payment keys", "Stripe|PayPal"],
  ["everything but Stripe in staging", "Stripe"],
  ["everything bar Stripe", "Stripe"],
])("all but some is all the others: %j", (prompt, away) => {
  const { selected, offered } = match(prompt, "Shop");
  expect(selected.length).toBeGreaterThan(3);
  for (const one of [...selected, ...offered]) expect(describeEntry(one)).not.toMatch(new RegExp(`^(${away}) `));
});

test.each([
  ["openai and ", 180],
  ["opnai stripee awz ", 110],
  ["数据库", 666],
  ["staging db, production redis; ", 66],
  ["Blog ", 400],
])("what is said again and again means what it means once: %j", (said, times) => {
  const prompt = said.repeat(times);
  const ids = ({ selected, offered }: ReturnType<typeof match>) => [...selected, ...offered].map(({ id }) => id);
  expect(ids(match(prompt, "Shop"))).toEqual(ids(match(said, "Shop")));
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
