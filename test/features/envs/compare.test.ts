import { afterAll, beforeAll, expect, test } from "bun:test";
import { compareEnvFiles } from "../../../src/features/envs/compare.ts";
import type { Comparison, FileType } from "../../../src/features/envs/model.ts";
import type { Actor } from "../../../src/kagi.ts";
import { type Inside, inside } from "../../support/inside.ts";
import { expectNoneIn, marked } from "../../support/secrets.ts";
import { newEnvFile, newEnvProject, onEachEngine, PATIENCE_MS } from "../../support/vault.ts";

onEachEngine("a comparison of env files", (vault) => {
  let within: Inside;
  let owner: Actor;
  beforeAll(async () => {
    within = inside(vault);
    owner = await within.actorOf(vault.owner);
  }, PATIENCE_MS);
  afterAll(() => within.close());

  const project = async (files: Partial<Record<FileType, string>>) => {
    const { id } = await newEnvProject(vault.owner);
    for (const [fileType, content] of Object.entries(files)) {
      await newEnvFile(vault.owner, { projectId: id, fileType: fileType as FileType, content });
    }
    return id;
  };
  const compare = (id: string, example: string | null = null) => compareEnvFiles(within.kagi, owner, id, example);
  const table = ({ columns, rows }: Comparison) =>
    Object.fromEntries(rows.map(({ key, states }) => [key, columns.map((column) => states[column]).join(" ")]));

  test("shows what is set, the same, different, inherited, and extra beside .env", async () => {
    const id = await project({
      "env.production": "C=3\nA=1\nEXTRA=9",
      env: "A=1\nB=\nexport C='x'\nDUP=1\nDUP=\n2BAD=1\n",
      "env.local": "\ufeffB=2\r\nA=",
    });
    const compared = await compare(id);
    expect(compared).toMatchObject({ columns: ["env", "env.local", "env.production"], reference: "env" });
    expect(table(compared)).toEqual({
      A: "set differs same",
      B: "empty differs inherited",
      C: "set inherited differs",
      DUP: "empty inherited inherited",
      EXTRA: "absent absent extra",
    });
    expect(compared.rows.map(({ key }) => key)).toEqual(["A", "B", "C", "DUP", "EXTRA"]);
  });

  test("compares with an example that is pasted, and keeps nothing of it", async () => {
    const secret = marked("pasted-example");
    const id = await project({ env: "A=1\nOLD=1", "env.local": "B=" });
    const compared = await compare(id, `# copy to .env\nB=${secret}\nA=\nNEW=`);
    expect(compared).toMatchObject({ columns: ["env", "env.local", "example"], reference: "example" });
    expect(table(compared)).toEqual({
      B: "missing empty set",
      A: "set missing empty",
      NEW: "missing missing empty",
      OLD: "extra absent absent",
    });
    expectNoneIn(JSON.stringify(compared) + (await vault.storage.dump()), [secret], "comparison or database");
  });

  test("knows nothing extra where there is nothing to compare with", async () => {
    const id = await project({ "env.local": "A=1", "env.production": "B=1" });
    expect(await compare(id)).toMatchObject({ reference: null });
    expect(table(await compare(id))).toEqual({ A: "set absent", B: "absent set" });
    expect(await compare(await project({}))).toEqual({ columns: [], reference: null, rows: [], more: 0 });
    expect(table(await compare(await project({}), "A=1"))).toEqual({ A: "set" });
  });

  test("shows as much as a page can, and says how much more there is", async () => {
    const lines = Array.from({ length: 2003 }, (_, at) => `KEY_${at}=`).join("\n");
    const { rows, more } = await compare(await project({ env: lines }));
    expect([rows.length, rows[0]?.key, more]).toEqual([2000, "KEY_0", 3]);
  });

  test("takes the names of an object's own parts for names", async () => {
    const id = await project({ env: "__proto__=1\nconstructor=\ntoString=1", "env.local": "hasOwnProperty=1" });
    expect((await compare(id)).rows).toMatchObject([
      { key: "__proto__", states: { env: "set", "env.local": "inherited" } },
      { key: "constructor", states: { env: "empty" } },
      { key: "toString", states: { env: "set" } },
      { key: "hasOwnProperty", states: { env: "absent", "env.local": "extra" } },
    ]);
  });

  test("has names and no values, is nobody else's, and is no reveal", async () => {
    const secret = marked("compared");
    const id = await project({ env: `A=${secret}` });
    expectNoneIn(JSON.stringify(await compare(id)), [secret], "comparison");
    const reveals = await vault.storage.rows(`SELECT id FROM audit_events WHERE verb = 'reveal'`);
    expect(reveals).toEqual([]);
    const stranger = await within.actorOf(await vault.other);
    await expect(compareEnvFiles(within.kagi, stranger, id, null)).rejects.toMatchObject({
      code: "ENV_PROJECT_NOT_FOUND",
    });
  });
});
