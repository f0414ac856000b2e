import { afterAll, describe, expect, test } from "bun:test";
import { heldProposal, propose } from "../../../src/features/ai/actions.ts";
import { MOST_TICKS } from "../../../src/features/ai/model.ts";
import { urls } from "../../../views/urls.ts";
import type { Answer, Client } from "../../support/client.ts";
import { type Inside, inside } from "../../support/inside.ts";
import { marked } from "../../support/secrets.ts";
import { fresh, newCategory, newEntry, newEnvProject, onEachEngine } from "../../support/vault.ts";

type Fields = readonly (readonly [name: string, value: string])[];

const post = (by: Client, path: string, fields: Fields) =>
  by.send("POST", path, { raw: new URLSearchParams(fields.map(([name, value]) => [name, value])) });

/** What a page offers to tick, and whether it is ticked. */
async function ticksOf({ text }: Answer) {
  const ticks: { key: string; variable: string; isTicked: boolean }[] = [];
  let ticket = "";
  const reader = new HTMLRewriter()
    .on("input[name=ticks]", {
      element: (input) => {
        ticks.push({
          key: input.getAttribute("value") ?? "",
          variable: input.getAttribute("data-variable") ?? "",
          isTicked: input.hasAttribute("checked"),
        });
      },
    })
    .on("input[name=ticket]", {
      element: (input) => {
        ticket = input.getAttribute("value") ?? "";
      },
    });
  await reader.transform(new Response(text)).text();
  return { ticks, ticket, ticked: ticks.filter(({ isTicked }) => isTicked).map(({ variable }) => variable) };
}

onEachEngine("generating on the page, by names", (vault) => {
  let seen: Inside | undefined;
  const behind = () => {
    seen ??= inside(vault);
    return seen;
  };
  afterAll(() => seen?.close());

  const generate = async (project: { id: string }, file: string, prompt: string) => {
    const answer = await post(vault.owner, `${urls.generateEnvFile(project.id)}?file=${file}`, [
      ["prompt", prompt],
      ["by", "names"],
    ]);
    return { ...answer, ...(await ticksOf(answer)) };
  };
  const draft = (project: { id: string }, ticket: string, keys: readonly string[], by = vault.owner) =>
    post(by, `${urls.draftEnvFile(project.id)}?file=env`, [
      ["prompt", "again"],
      ["ticket", ticket],
      ...keys.map((key) => ["ticks", key] as const),
    ]);

  /** Sentry in production alone, PostgreSQL in two environments. */
  const small = async (name = fresh("Small")) => {
    const project = await newEnvProject(vault.owner, { name });
    const sentry = await newCategory(vault.owner, { name: fresh("Sentry"), envVarName: "SENTRY_DSN" });
    const postgres = await newCategory(vault.owner, { name: fresh("PostgreSQL"), envVarName: "DATABASE_URL" });
    const secret = marked("sentry");
    const entry = await newEntry(vault.owner, { categoryId: sentry.id, name, value: secret });
    await newEntry(vault.owner, { categoryId: postgres.id, name, value: marked("production-db") });
    const local = marked("development-db");
    await newEntry(vault.owner, { categoryId: postgres.id, name, environment: "development", value: local });
    return { project, name, entry, secret, local };
  };

  test("is for the file's environment where none is named, and what is only for production is offered", async () => {
    const { project, secret, local } = await small();
    for (const file of ["env.development", "env.local"]) {
      const { status, ticks, ticked, ticket } = await generate(project, file, "sentry and the database");
      expect(status).toBe(200);
      expect(ticked).toEqual(["DATABASE_URL"]);
      const offered = ticks.filter(({ isTicked }) => !isTicked).map(({ variable }) => variable);
      expect(offered.toSorted()).toEqual(["DATABASE_URL", "SENTRY_DSN"]);
      const keys = ticks.filter(({ isTicked }) => isTicked).map(({ key }) => key);
      const { status: drafted, text } = await draft(project, ticket, keys);
      expect(drafted).toBe(200);
      expect(text).toContain(local);
      expect(text).not.toContain(secret);
    }
    expect((await generate(project, "env", "sentry and the database")).ticked).toEqual(["SENTRY_DSN", "DATABASE_URL"]);
    const named = await generate(project, "env.development", "sentry and the database of production");
    expect(named.ticked).toEqual(["SENTRY_DSN", "DATABASE_URL"]);
  });

  test("offers as many lines as a form takes, and says how many more there are", async () => {
    const name = fresh("Endless");
    const project = await newEnvProject(vault.owner, { name });
    const groups = 9;
    for (let at = 0; at < groups; at += 1) {
      const fieldDefinitions = Array.from({ length: 100 }, (_, field) => `ENDLESS_${at}_${field}_KEY`);
      const { id: categoryId } = await newCategory(vault.owner, { keyType: "group", fieldDefinitions });
      const value = Object.fromEntries(fieldDefinitions.map((field) => [field, "x"]));
      await newEntry(vault.owner, { categoryId, name, value });
    }
    const { status, ticks, ticked, text } = await generate(project, "env", "everything");
    expect(status).toBe(200);
    expect(ticks).toHaveLength(MOST_TICKS);
    expect(ticked).toHaveLength(MOST_TICKS);
    expect(text).toContain(`${groups * 100 - MOST_TICKS} more fit; ask for less at once.`);
    const { project: other } = await small();
    expect((await generate(other, "env", "everything")).text).not.toMatch(/more fits?;/);
  });

  describe("what was proposed", () => {
    test("is refused with the variable's name when its value has changed since", async () => {
      const { project, entry, secret } = await small();
      const { ticks, ticket } = await generate(project, "env", "sentry");
      const keys = ticks.filter(({ isTicked }) => isTicked).map(({ key }) => key);
      expect((await draft(project, ticket, keys)).text).toContain(secret);
      const next = marked("next");
      expect((await vault.owner.put(`/api/entries/${entry.id}`, { value: next })).status).toBe(200);
      const answer = await draft(project, ticket, keys);
      expect(answer.status).toBe(409);
      expect(answer.text).toContain("SENTRY_DSN changed in the vault meanwhile");
      for (const value of [secret, next]) expect(answer.text).not.toContain(value);
    });

    test("is opened for nobody else, and neither damaged nor when it is an hour old", async () => {
      const { project, secret } = await small();
      const { ticks, ticket } = await generate(project, "env", "sentry");
      const keys = ticks.filter(({ isTicked }) => isTicked).map(({ key }) => key);
      const other = await vault.other;
      const theirs = await newEnvProject(other);
      for (const [by, at, text] of [
        [other, theirs, ticket],
        [vault.owner, project, `${ticket.slice(0, -8)}${ticket.at(-8) === "A" ? "B" : "A"}${ticket.slice(-7)}`],
        [vault.owner, project, ticket.slice(0, 40)],
        [vault.owner, project, ""],
        [vault.owner, project, "nothing of the kind"],
      ] as const) {
        const answer = await draft(at, text, keys, by);
        expect(answer.status).toBe(400);
        expect(answer.text).toContain("cannot be opened any more");
        expect(answer.text).not.toContain(secret);
      }

      const { kagi, actorOf } = behind();
      const actor = await actorOf(vault.owner);
      const asking = { prompt: "sentry", currentProject: project.name, environment: null };
      const proposal = await propose(kagi, actor, asking, { by: "names" });
      const in59 = { ...kagi, now: () => new Date(Date.now() + 59 * 60_000) };
      const in61 = { ...kagi, now: () => new Date(Date.now() + 61 * 60_000) };
      expect(heldProposal(in59, actor, proposal.ticket).picks).toEqual(proposal.picks);
      expect(proposal.picks.map(({ variable }) => variable)).toEqual(["SENTRY_DSN"]);
      expect(() => heldProposal(in61, actor, proposal.ticket)).toThrow("cannot be opened any more");
      const stranger = { ...actor, userId: "01936f64-0a1b-7c2d-8e3f-0242ac120009" };
      expect(() => heldProposal(kagi, stranger, proposal.ticket)).toThrow("cannot be opened any more");
    });

    test("holds no value, sealed as it is", async () => {
      const { name, secret } = await small();
      const { kagi, actorOf } = behind();
      const asking = { prompt: "sentry", currentProject: name, environment: null };
      const proposal = await propose(kagi, await actorOf(vault.owner), asking, { by: "names" });
      expect(proposal.picks).toHaveLength(1);
      expect(JSON.stringify(proposal)).not.toContain(secret);
    });
  });
});
