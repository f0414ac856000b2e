import { afterAll, beforeAll, expect, test } from "bun:test";
import { sealTicket } from "../../../src/crypto/ticket.ts";
import type { Category } from "../../../src/features/categories/model.ts";
import type { Entry } from "../../../src/features/entries/model.ts";
import { importEntries, planImport, undoImport } from "../../../src/features/envs/import.ts";
import type { ImportInput, ImportPlan } from "../../../src/features/envs/model.ts";
import type { Actor } from "../../../src/kagi.ts";
import { type Inside, inside } from "../../support/inside.ts";
import { expectNoneIn, expectNoneLeftBy, marked } from "../../support/secrets.ts";
import {
  fresh,
  newCategory,
  newEntry,
  newEnvFile,
  onEachEngine,
  PATIENCE_MS,
  reveal,
  snapshot,
} from "../../support/vault.ts";

const failureOf = async (work: Promise<unknown>) =>
  (await work.then(
    () => undefined,
    (error: unknown) => error,
  )) as { code?: string; message?: string; details?: { field?: string } } | undefined;

onEachEngine("an import", (vault) => {
  let within: Inside;
  let owner: Actor;
  let other: Actor;
  beforeAll(async () => {
    within = inside(vault);
    owner = await within.actorOf(vault.owner);
    other = await within.actorOf(await vault.other);
  }, PATIENCE_MS);
  afterAll(() => within.close());

  type Place = { projectId: string; id: string };
  const plan = ({ projectId, id }: Place, name = "Shop", environment: Entry["environment"] = "production") =>
    planImport(within.kagi, owner, projectId, id, { name, environment });
  /** As whoever looks at the plan and imports right after. */
  const run = async (place: Place, input: Partial<ImportInput> & { keys: string[] }, actor = owner) => {
    const { name = "Shop", environment = "production" } = input;
    const { digest } = await plan(place, name, environment);
    const sent = { name, environment, version: 1, plan: digest, ...input };
    return await importEntries(within.kagi, actor, place.projectId, place.id, sent);
  };
  const file = (content: string) => newEnvFile(vault.owner, { content });
  const rowOf = ({ rows }: ImportPlan, key: string) => rows.find((row) => row.key === key);
  const entries = async () => (await vault.owner.get<Entry[]>("/api/entries")).body;
  const empty = () => vault.owner.delete("/api/account/data");
  const importable = ({ rows }: ImportPlan) =>
    rows.filter(({ skip, exists }) => skip === null && !exists).map(({ key }) => key);

  test("is planned: known names in their categories, the rest in new ones, and no value is told", async () => {
    await empty();
    const secret = marked("planned");
    const openai = await newCategory(vault.owner, { name: "OpenAI", envVarName: "OPENAI_API_KEY", icon: "openai" });
    await newCategory(vault.owner, { name: "Lower", envVarName: "openai_api_key" });
    const aws = await newCategory(vault.owner, {
      name: "AWS",
      keyType: "group",
      fieldDefinitions: ["AWS_ID", "AWS_SECRET", "AWS_REGION"],
    });
    await newCategory(vault.owner, {
      name: "Half",
      keyType: "group",
      fieldDefinitions: ["STRIPE_SECRET_KEY", "NOT_THERE"],
    });
    const { id: vendor } = await newCategory(vault.owner, { name: "A group of its own", keyType: "group" });
    const made = await file(
      [
        "OPENAI_API_KEY=first",
        "# a comment",
        `STRIPE_SECRET_KEY=${secret}`,
        "AWS_ID=1",
        "AWS_SECRET='2'",
        "AWS_REGION=",
        "EMPTY=",
        "2BAD=x",
        "no assignment here",
        `OPENAI_API_KEY=${secret}`,
        "SPACED=a b",
        'OPEN="never closed',
        "NEXT_PUBLIC_API_URL=https://x",
        "databaseUrl=1",
      ].join("\n"),
    );
    const planned = await plan(made);
    expect(planned).toMatchObject({ version: 1, counts: { keys: 10, duplicates: 1, importable: 8 } });
    expect(rowOf(planned, "OPENAI_API_KEY")).toMatchObject({
      lines: [1, 10],
      duplicateOf: 10,
      target: { kind: "existing", category: { id: openai.id, name: "OpenAI", icon: "openai" } },
      exists: false,
      skip: null,
      warning: null,
    });
    expect(rowOf(planned, "STRIPE_SECRET_KEY")).toMatchObject({
      lines: [3],
      duplicateOf: null,
      target: { kind: "new", name: "Stripe secret key" },
    });
    for (const key of ["AWS_ID", "AWS_SECRET", "AWS_REGION"]) {
      expect(rowOf(planned, key)).toMatchObject({ target: { kind: "existing", category: { id: aws.id } }, skip: null });
    }
    expect(rowOf(planned, "EMPTY")).toMatchObject({ target: null, skip: "is empty" });
    expect(rowOf(planned, "OPEN")).toMatchObject({ target: null, skip: "opens a quote that is not closed" });
    expect(rowOf(planned, "SPACED")?.warning).toContain("has spaces or shell signs without quotes");
    expect(rowOf(planned, "NEXT_PUBLIC_API_URL")?.target).toEqual({ kind: "new", name: "Next public API URL" });
    expect(rowOf(planned, "databaseUrl")?.target).toEqual({ kind: "new", name: "Database URL" });
    expect(planned.unread.map(({ line }) => line)).toEqual([8, 9]);
    expect(JSON.stringify(planned)).not.toContain(vendor);
    expectNoneIn(JSON.stringify(planned), [secret], "plan");
    expect(await entries()).toEqual([]);
    const reads = await vault.storage.rows(
      `SELECT id FROM audit_events WHERE thing_id = '${made.id}' AND verb <> 'create'`,
    );
    expect(reads).toEqual([]);
  });

  test("makes what was planned, with the last of duplicate values, and says so in the trail", async () => {
    await empty();
    const openai = await newCategory(vault.owner, { envVarName: "OPENAI_API_KEY" });
    const aws = await newCategory(vault.owner, { keyType: "group", fieldDefinitions: ["AWS_SECRET", "AWS_ID"] });
    const made = await file(
      "OPENAI_API_KEY=first\nNEW='a b'\nAWS_ID=1\nAWS_SECRET=\nOPENAI_API_KEY=last\nNOT_TICKED=x\n",
    );
    const result = await run(made, {
      keys: ["AWS_ID", "AWS_SECRET", "NEW", "OPENAI_API_KEY"],
      name: " Web shop ",
      environment: "staging",
    });
    expect(result.created).toHaveLength(3);
    expect(result.categories).toHaveLength(1);
    const all = await entries();
    expect(all.map(({ id }) => id).sort()).toEqual([...result.created].sort());
    const valueIn = async (categoryId: string) => {
      const entry = all.find((one) => one.categoryId === categoryId) as Entry;
      expect(entry).toMatchObject({ name: "Web shop", environment: "staging" });
      return await reveal(vault.owner, entry);
    };
    expect(await valueIn(openai.id)).toBe("last");
    expect(await valueIn(aws.id)).toEqual({ AWS_SECRET: "", AWS_ID: "1" });
    expect(await valueIn(result.categories[0] as string)).toBe("a b");
    const { body } = await vault.owner.get<Category>(`/api/categories/${result.categories[0]}`);
    expect(body).toMatchObject({ name: "New", keyType: "simple", envVarName: "NEW", entryCount: 1 });
    expect(await vault.storage.rows("SELECT * FROM audit_events WHERE verb = 'import' ORDER BY id DESC")).toMatchObject(
      [{ thing: "env-file", thing_id: made.id, detail: "entries=3 categories=1" }],
    );
    // The same again finds all of it there.
    const again = await plan(made, "WEB SHOP", "staging");
    expect(importable(again)).toEqual(["NOT_TICKED"]);
    expect(importable(await plan(made, "Web shop", "production"))).toHaveLength(5);
  });

  test("leaves what is there already as it is", async () => {
    await empty();
    const { id: categoryId } = await newCategory(vault.owner, { envVarName: "TOKEN" });
    const there = await newEntry(vault.owner, { categoryId, name: "Shop", value: "theirs" });
    const made = await file("TOKEN=mine\nNEW=1\n");
    expect(rowOf(await plan(made), "TOKEN")).toMatchObject({ exists: true, skip: null });
    const before = await snapshot(vault.owner);
    const failure = await failureOf(run(made, { keys: ["TOKEN", "NEW"] }));
    expect(failure).toMatchObject({ code: "CONFLICT", details: { field: "keys" } });
    expect(await snapshot(vault.owner)).toEqual(before);
    await run(made, { keys: ["NEW"] });
    expect(await reveal(vault.owner, there)).toBe("theirs");
  });

  test("chooses of several categories the one that the project uses, else the oldest; a group before a single one", async () => {
    await empty();
    const [first, second] = [
      await newCategory(vault.owner, { envVarName: "TOKEN" }),
      await newCategory(vault.owner, { envVarName: "TOKEN" }),
    ];
    await newEntry(vault.owner, { categoryId: second.id, name: "Blog", environment: "staging" });
    await newCategory(vault.owner, { keyType: "group", fieldDefinitions: ["A", "B"] });
    const larger = await newCategory(vault.owner, { keyType: "group", fieldDefinitions: ["A", "B", "C"] });
    await newCategory(vault.owner, { envVarName: "A" });
    const made = await file("TOKEN=1\nA=1\nB=2\nC=3");
    const home = (planned: ImportPlan, key: string) => {
      const target = rowOf(planned, key)?.target;
      return target?.kind === "existing" ? target.category.id : target;
    };
    expect(home(await plan(made, "Shop"), "TOKEN")).toBe(first.id);
    expect(home(await plan(made, "blog"), "TOKEN")).toBe(second.id);
    for (const key of ["A", "B", "C"]) expect(home(await plan(made), key)).toBe(larger.id);
    const fewer = await file("A=1\nB=2");
    expect(home(await plan(fewer), "A")).not.toBe(larger.id);
  });

  test("names new categories apart from each other and from those that are there", async () => {
    await empty();
    await newCategory(vault.owner, { name: "STRIPE secret key", envVarName: "OTHER" });
    const made = await file("STRIPE_SECRET_KEY=1\nstripe_secret_key=2\nstripeSecretKey=3\n___=4\n");
    const planned = await plan(made);
    const names = planned.rows.map(({ target }) => (target?.kind === "new" ? target.name : target));
    expect(names).toEqual(["Stripe secret key 2", "Stripe secret key 3", "Stripe secret key 4", "___"]);
    const { categories } = await run(made, { keys: importable(planned) });
    expect(categories).toHaveLength(4);
    const all = (await vault.owner.get<Category[]>("/api/categories")).body;
    expect(all.map(({ envVarName }) => envVarName).sort()).toEqual(
      ["OTHER", "STRIPE_SECRET_KEY", "___", "stripeSecretKey", "stripe_secret_key"].sort(),
    );
  });

  const REFUSED: [what: string, input: Partial<ImportInput> & { keys: string[] }, code: string][] = [
    ["a key that the file lacks", { keys: ["A", "MISSING"] }, "CONFLICT"],
    ["an empty one", { keys: ["A", "EMPTY"] }, "CONFLICT"],
    ["one whose quote is not closed", { keys: ["A", "OPEN"] }, "CONFLICT"],
    ["nothing of the file", { keys: ["MISSING"] }, "VALIDATION_ERROR"],
    ["an older version of the file", { keys: ["A"], version: 7 }, "CONFLICT"],
  ];
  test.each(REFUSED)("of %s makes nothing", async (_what, input, code) => {
    const made = await file('A=1\nEMPTY=\nOPEN="x');
    const before = await snapshot(vault.owner);
    expect(await failureOf(run(made, input))).toMatchObject({ code });
    expect(await snapshot(vault.owner)).toEqual(before);
  });

  test("that fails in its middle leaves nothing, and the trail tells nothing", async () => {
    await empty();
    const name = fresh("Shop");
    const made = await file(Array.from({ length: 50 }, (_, at) => `MIDDLE_${at}=${at}`).join("\n"));
    const keys = importable(await plan(made, name));
    expect(keys).toHaveLength(50);
    const before = await snapshot(vault.owner);
    // The database itself refuses one of the categories, after others were written, with entries in them.
    const trigger = {
      sqlite: [
        "CREATE TRIGGER no_entry BEFORE INSERT ON categories WHEN NEW.env_var_name = 'MIDDLE_25' BEGIN SELECT RAISE(ABORT, 'no'); END",
        "DROP TRIGGER no_entry",
      ],
      postgres: [
        "ALTER TABLE categories ADD CONSTRAINT no_entry CHECK (env_var_name <> 'MIDDLE_25') NOT VALID",
        "ALTER TABLE categories DROP CONSTRAINT no_entry",
      ],
    }[within.kagi.db.engine] as [string, string];
    await vault.storage.rows(trigger[0]);
    expect(await failureOf(run(made, { name, keys }))).toBeDefined();
    await vault.storage.rows(trigger[1]);
    expect(await snapshot(vault.owner)).toEqual(before);
    expect(await vault.storage.rows(`SELECT id FROM audit_events WHERE thing_name = '${name}'`)).toEqual([]);
    // Nothing of the failed one is in the way of another try.
    expect((await run(made, { name, keys })).created).toHaveLength(50);
  });

  test("whose file, or whose names, somebody changes meanwhile is made once or not at all", async () => {
    await empty();
    const made = await file("ONE=1\nTWO=2\n");
    const racing = await Promise.allSettled(Array.from({ length: 6 }, () => run(made, { keys: ["ONE", "TWO"] })));
    expect(racing.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await entries()).toHaveLength(2);
    expect((await vault.owner.get<Category[]>("/api/categories")).body).toHaveLength(2);
    await vault.owner.post(`/api/envs/${made.projectId}/files`, { fileType: "env", content: "THREE=3" });
    expect(await failureOf(run(made, { keys: ["ONE"] }))).toMatchObject({ code: "CONFLICT" });
    expect(await failureOf(run(made, { keys: ["ONE"], name: "Blog" }))).toMatchObject({
      details: { field: "version" },
    });
  });

  const MOVED: [what: string, move: () => Promise<unknown>][] = [
    ["a category for it was made", () => newCategory(vault.owner, { envVarName: "NEW" })],
    ["a category of its name was made", () => newCategory(vault.owner, { name: "New", envVarName: "OTHER" })],
    [
      "a group for it was made",
      () => newCategory(vault.owner, { keyType: "group", fieldDefinitions: ["KNOWN", "NEW"] }),
    ],
    [
      "its category was renamed to another variable",
      async () => {
        const [known] = (await vault.owner.get<Category[]>("/api/categories?search=Known")).body;
        return await vault.owner.put(`/api/categories/${known?.id}`, { envVarName: "ANOTHER" });
      },
    ],
    [
      "an entry of it was made",
      async () => {
        const [known] = (await vault.owner.get<Category[]>("/api/categories?search=Known")).body;
        return await newEntry(vault.owner, { categoryId: known?.id ?? "", name: "Shop" });
      },
    ],
  ];
  test.each(MOVED)("planned before %s makes nothing", async (_what, move) => {
    await empty();
    await newCategory(vault.owner, { name: "Known", envVarName: "KNOWN" });
    const made = await file("KNOWN=1\nNEW=2\n");
    const { digest } = await plan(made);
    await move();
    const before = await snapshot(vault.owner);
    expect(await failureOf(run(made, { keys: ["KNOWN", "NEW"], plan: digest }))).toMatchObject({ code: "CONFLICT" });
    expect(await failureOf(run(made, { keys: ["NEW"], plan: digest }))).toMatchObject({ code: "CONFLICT" });
    expect(await snapshot(vault.owner)).toEqual(before);
  });

  test("and the undoing of another end without a deadlock, each whole or not at all", async () => {
    await empty();
    const names = Array.from({ length: 12 }, (_, at) => `RACED_${at}`);
    for (const envVarName of names) await newCategory(vault.owner, { envVarName });
    const linesOf = (keys: readonly string[]) => [...keys, "NEW"].map((key) => `${key}=1`).join("\n");
    const [here, there] = [await file(linesOf(names)), await file(linesOf(names.toReversed()))];
    const keys = [...names, "NEW"];
    for (let round = 0; round < 6; round += 1) {
      const first = await run(here, { keys });
      const place = round % 2 === 0 ? here : there;
      const { digest } = await plan(place, "Shop", "staging");
      const [undone, imported] = await Promise.allSettled([
        undoImport(within.kagi, owner, first.token),
        run(place, { keys, environment: "staging", plan: digest }),
      ]);
      // Whoever came second finds the new category used, or gone.
      expect([undone.status, imported.status].toSorted()).toEqual(["fulfilled", "rejected"]);
      const failed = [undone, imported].find(({ status }) => status === "rejected") as PromiseRejectedResult;
      expect(failed.reason).toMatchObject({ code: "CONFLICT" });
      const left = (await entries()).map(({ id }) => id).toSorted();
      const expected = imported.status === "fulfilled" ? [...first.created, ...imported.value.created].toSorted() : [];
      expect(left).toEqual(expected);
      if (imported.status === "rejected") continue;
      await undoImport(within.kagi, owner, imported.value.token);
      await undoImport(within.kagi, owner, first.token);
    }
    if (vault.engine.name === "sqlite") return;
    const [{ deadlocks } = { deadlocks: -1 }] = await vault.storage.rows<{ deadlocks: number }>(
      "SELECT CAST(deadlocks AS INTEGER) AS deadlocks FROM pg_stat_database WHERE datname = current_database()",
    );
    expect(deadlocks).toBe(0);
  });

  test("is undone whole, in one step, once", async () => {
    await empty();
    const kept = await newEntry(vault.owner, { value: "kept" });
    const aws = await newCategory(vault.owner, { keyType: "group", fieldDefinitions: ["X", "Y"] });
    const made = await file("NEW=1\nX=2\nY=3");
    const before = await snapshot(vault.owner);
    const { token, created } = await run(made, { keys: ["NEW", "X", "Y"] });
    expect((await vault.owner.get<Category>(`/api/categories/${aws.id}`)).body.entryCount).toBe(1);
    // Looking changes nothing.
    await reveal(vault.owner, { id: created[0] as string });
    await undoImport(within.kagi, owner, token);
    expect(await snapshot(vault.owner)).toEqual(before);
    expect(await reveal(vault.owner, kept)).toBe("kept");
    const trail = await vault.storage.rows(
      `SELECT * FROM audit_events WHERE verb = 'undo-import' AND thing_id = '${made.id}'`,
    );
    expect(trail).toMatchObject([{ thing: "env-file", thing_id: made.id, detail: "entries=2 categories=1" }]);
    expect(await failureOf(undoImport(within.kagi, owner, token))).toMatchObject({ code: "CONFLICT" });
    // And may be done again.
    expect((await run(made, { keys: ["NEW", "X", "Y"] })).created).toHaveLength(2);
  });

  const TOUCHED: [what: string, touch: (made: { entry: string; category: string }) => Promise<unknown>][] = [
    ["changed", ({ entry }) => vault.owner.put(`/api/entries/${entry}`, { notes: "mine now" })],
    ["given another value", ({ entry }) => vault.owner.put(`/api/entries/${entry}`, { value: "mine now" })],
    [
      "moved",
      async ({ entry }) =>
        vault.owner.put(`/api/entries/${entry}`, { categoryId: (await newCategory(vault.owner)).id }),
    ],
    ["deleted", ({ entry }) => vault.owner.delete(`/api/entries/${entry}`)],
    [
      "put into a category that has been changed",
      ({ category }) => vault.owner.put(`/api/categories/${category}`, { color: "#123456" }),
    ],
    [
      "put into a category that has more in it now",
      ({ category }) => newEntry(vault.owner, { categoryId: category, name: "Another" }),
    ],
  ];
  test.each(TOUCHED)("is not undone, not even in part, when something of it has been %s", async (_what, touch) => {
    await empty();
    const made = await file("ONE=1\nTWO=2\nTHREE=3");
    const { token, created, categories } = await run(made, { keys: ["ONE", "TWO", "THREE"] });
    await touch({ entry: created[2] as string, category: categories[2] as string });
    const before = await snapshot(vault.owner);
    const failure = await failureOf(undoImport(within.kagi, owner, token));
    expect(failure).toMatchObject({ code: "CONFLICT", message: expect.stringContaining("nothing was undone") });
    expect(await snapshot(vault.owner)).toEqual(before);
  });

  test("is undone by nobody else, and by no token that is none", async () => {
    await empty();
    const made = await file("ONE=1");
    const { token } = await run(made, { keys: ["ONE"] });
    const before = await snapshot(vault.owner);
    const trail = (await vault.storage.rows("SELECT id FROM audit_events WHERE verb = 'undo-import'")).length;
    expect(await failureOf(undoImport(within.kagi, other, token))).toMatchObject({ code: "VALIDATION_ERROR" });
    expect(await failureOf(run(made, { keys: ["ONE"] }, other))).toMatchObject({ code: "ENV_PROJECT_NOT_FOUND" });
    const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const ids = [crypto.randomUUID()];
    const whole = { at: "", projectId: ids[0], fileId: ids[0], created: ids, categories: [] };
    const purpose = "undo-import";
    const sealed = (holder: Parameters<typeof sealTicket>[1], until = new Date(Date.now() + 60_000)) =>
      sealTicket(within.kagi.keyring, holder, until, { ...whole, created: [] });
    for (const bad of [
      "",
      "x",
      "%00",
      forged(whole),
      forged({ ...whole, created: [] }),
      sealed({ purpose, userId: owner.userId }, new Date(Date.now() - 1)),
      sealed({ purpose, userId: other.userId }),
      sealed({ purpose: "another", userId: owner.userId }),
    ]) {
      const failure = await failureOf(undoImport(within.kagi, owner, bad));
      expect([bad, failure?.code]).toEqual([bad, "VALIDATION_ERROR"]);
    }
    expect(await snapshot(vault.owner)).toEqual(before);
    expect(await vault.storage.rows("SELECT id FROM audit_events WHERE verb = 'undo-import'")).toHaveLength(trail);
    const later = { ...within.kagi, now: () => new Date(Date.now() + 25 * 60 * 60 * 1000) };
    expect(await failureOf(undoImport(later, owner, token))).toMatchObject({ code: "VALIDATION_ERROR" });
  });

  test("of a real file of 200 lines is made and undone", async () => {
    await empty();
    const lines = Array.from({ length: 200 }, (_, at) =>
      at % 10 === 0 ? `# section ${at}` : at % 17 === 0 ? `EMPTY_${at}=` : `SERVICE_${at}_KEY="value ${at}"`,
    );
    const made = await file(`${lines.join("\r\n")}\r\n`);
    const before = await snapshot(vault.owner);
    const keys = importable(await plan(made));
    expect(keys.length).toBeGreaterThan(160);
    const { created, token } = await run(made, { keys });
    expect(created).toHaveLength(keys.length);
    const all = await entries();
    const last = all.find(({ category }) => category.envVarName === "SERVICE_199_KEY") as Entry;
    expect(await reveal(vault.owner, last)).toBe("value 199");
    await undoImport(within.kagi, owner, token);
    expect(await snapshot(vault.owner)).toEqual(before);
  });

  test("leaves no value where none may be", async () => {
    const secret = marked("imported");
    const made = await file(`SECRET_ONE=${secret}\nSECRET_TWO=${secret}`);
    const { token } = await run(made, { keys: ["SECRET_ONE", "SECRET_TWO"], name: fresh("Shop") });
    expectNoneIn(token, [secret], "token");
    const failure = await failureOf(run(made, { keys: ["SECRET_ONE", "GONE"] }));
    expectNoneIn(JSON.stringify(failure) + failure?.message, [secret], "failure");
    expectNoneIn(await vault.storage.dump(), [secret], "database");
    await expectNoneLeftBy(vault, [secret]);
  });
});
