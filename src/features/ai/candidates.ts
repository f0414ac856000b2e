import { derived } from "../../derived.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { fieldNames, listEntries } from "../entries/actions.ts";
import type { Entry } from "../entries/model.ts";
import { nearest } from "./match.ts";
import { type Candidate, MOST_CANDIDATE_BYTES, MOST_CANDIDATES, type Question } from "./model.ts";
import { ownProject } from "./wishes.ts";

/** A question, and the entries behind its candidates' ids. */
export type Asked = Readonly<{
  question: Question;
  entries: ReadonlyMap<string, Entry>;
  /** Everything that the vault has, of which the question holds the nearest. */
  all: readonly Entry[];
  /** The names that entries have. */
  projects: readonly string[];
}>;

/** What is asked, before there is anything to choose from. */
export type Asking = Omit<Question, "candidates">;

/**
 * The question that a prompt makes: the names of all entries, under ids of their own, nearest first. One that is for a
 * model holds at most `MOST_CANDIDATES`, and of what is told of them `MOST_CANDIDATE_BYTES`.
 */
export async function questionFor(
  kagi: Kagi,
  actor: Actor,
  asking: Asking,
  { isTold }: { isTold: boolean },
): Promise<Asked> {
  const { items: all } = await listEntries(kagi, actor, {});
  const { candidates: every, byId, projects } = namesOf(all, undefined);
  // As the entries have it: "Blog" of an env project may be their "Blog Project".
  const currentProject = ownProject(asking.currentProject, projects) ?? asking.currentProject;
  const near = nearest({ prompt: asking.prompt, currentProject }, every, isTold ? MOST_CANDIDATES : every.length);
  const found = near.flatMap((candidate) => byId.get(candidate.id) ?? []);
  const ownFields = await fieldsOf(kagi, actor, found);
  const entries = new Map<string, Entry>();
  const candidates: Candidate[] = [];
  const told = new Set<string>();
  let bytes = 0;
  for (const entry of found) {
    const candidate = nameEntry(`k${candidates.length + 1}`, entry, ownFields.get(entry.id));
    const { id, project, environment, ...category } = candidate;
    const head = JSON.stringify(category);
    // As it will be sent: JSON within JSON, and what entries have in common once.
    const more = bytesOf({ id, project, environment }) + (told.has(head) ? 0 : bytesOf(category));
    if (isTold && bytes + more > MOST_CANDIDATE_BYTES) continue;
    bytes += more;
    told.add(head);
    entries.set(id, entry);
    candidates.push(candidate);
  }
  return { question: { ...asking, currentProject, candidates }, entries, all, projects };
}

function bytesOf(told: object): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(told)));
}

/** The same list as long as the entries are, so that an index made of it lives as long. */
const namesOf = derived((all: readonly Entry[]) => {
  const candidates = all.map((entry) => nameEntry(entry.id, entry));
  const projects = [...new Set(all.map(({ name }) => name))];
  return { candidates, projects, byId: new Map(all.map((entry) => [entry.id, entry])) };
});

function nameEntry(id: string, { category, name, environment }: Entry, ownFields: readonly string[] = []): Candidate {
  const { keyType, envVarName, fieldDefinitions } = category;
  const variables =
    keyType === "simple" ? [envVarName ?? ""] : keyType === "group" ? (fieldDefinitions ?? ownFields) : [];
  return { id, category: category.name, keyType, variables, project: name, environment };
}

/** The fields of groups whose category names none, by entry. */
async function fieldsOf(kagi: Kagi, actor: Actor, entries: readonly Entry[]): Promise<ReadonlyMap<string, string[]>> {
  const free = entries.filter(({ category }) => category.keyType === "group" && category.fieldDefinitions === null);
  return await fieldNames(kagi, actor, free);
}
