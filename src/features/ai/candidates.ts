import { derived } from "../../derived.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { fieldNames, listEntries } from "../entries/actions.ts";
import type { Entry } from "../entries/model.ts";
import { nearest } from "./match.ts";
import { type Candidate, MOST_CANDIDATE_BYTES, MOST_CANDIDATES, type Question } from "./model.ts";

/** A question, and the entries behind its candidates' ids. */
export type Asked = Readonly<{
  question: Question;
  entries: ReadonlyMap<string, Entry>;
  /** Everything that the vault has, of which the question holds the nearest. */
  all: readonly Entry[];
}>;

/**
 * The question that a prompt makes: of all entries the names of those that may be meant, at most `MOST_CANDIDATES` and
 * `MOST_CANDIDATE_BYTES` of JSON, under ids of their own.
 */
export async function askAbout(
  kagi: Kagi,
  actor: Actor,
  prompt: string,
  currentProject: string | null,
): Promise<Asked> {
  const { items: all } = await listEntries(kagi, actor, {});
  const { candidates: every, byId } = namesOf(all, undefined);
  const near = nearest({ prompt, currentProject }, every, MOST_CANDIDATES);
  const found = near.flatMap((candidate) => byId.get(candidate.id) ?? []);
  const ownFields = await fieldsOf(kagi, actor, found);
  const entries = new Map<string, Entry>();
  const candidates: Candidate[] = [];
  let bytes = 0;
  for (const entry of found) {
    const id = `k${candidates.length + 1}`;
    const candidate = nameEntry(id, entry, ownFields.get(entry.id));
    bytes += Buffer.byteLength(JSON.stringify(candidate));
    if (bytes > MOST_CANDIDATE_BYTES) break;
    entries.set(id, entry);
    candidates.push(candidate);
  }
  return { question: { prompt, currentProject, candidates }, entries, all };
}

/** The same list as long as the entries are, so that an index made of it lives as long. */
const namesOf = derived((all: readonly Entry[]) => {
  const candidates = all.map((entry) => nameEntry(entry.id, entry));
  return { candidates, byId: new Map(all.map((entry) => [entry.id, entry])) };
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
  const byCategory = Map.groupBy(free, ({ categoryId }) => categoryId);
  const lists = await Promise.all([...byCategory.values()].map((of) => fieldNames(kagi, actor, of)));
  return new Map(lists.flatMap((list) => [...list]));
}
