import { fold } from "../../fold.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { entriesNamed } from "../entries/actions.ts";
import type { Selection } from "../entries/model.ts";
import { changeSelection, type Outcome, type Selected } from "../entries/selection.ts";
import { holdProject, listEnvProjects, updateEnvProject } from "./actions.ts";
import type { EnvProject } from "./model.ts";

/** The project that all of a selection are of, and all whose entries are selected; null for any other selection. */
export async function wholeProject(kagi: Kagi, actor: Actor, { entries }: Selected): Promise<string | null> {
  const [first] = entries;
  if (first === undefined || entries.some(({ name }) => fold(name) !== fold(first.name))) return null;
  const all = await entriesNamed(kagi.db, actor, first.name);
  return all.length === entries.length ? first.name : null;
}

/** How many entries of another project already have the name that one is to get. */
export async function entriesToJoin(kagi: Kagi, actor: Actor, from: string, to: string): Promise<number> {
  return fold(from) === fold(to) ? 0 : (await entriesNamed(kagi.db, actor, to)).length;
}

/** The env project of that name, which is a thing of its own beside the entries. */
export async function envProjectCalled(kagi: Kagi, actor: Actor, name: string): Promise<EnvProject | null> {
  const { items } = await listEnvProjects(kagi, actor, { search: name });
  return items.find((project) => fold(project.name) === fold(name)) ?? null;
}

/** Renames the entries of a selection and an env project, or neither. Throws CONFLICT, ENV_PROJECT_NOT_FOUND. */
export async function renameWithEnvProject(
  kagi: Kagi,
  actor: Actor,
  selection: Selection,
  digest: string,
  { to, envProjectId }: Readonly<{ to: string; envProjectId: string }>,
): Promise<Outcome> {
  return await kagi.db.transaction(async (tx) => {
    const inside: Kagi = { ...kagi, db: tx };
    // The project before categories and the trail, as an import and a change of the project alone hold them.
    await holdProject(tx, actor, envProjectId);
    const outcome = await changeSelection(inside, actor, selection, digest, { verb: "rename", to });
    if (outcome.kind === "done") await updateEnvProject(inside, actor, envProjectId, { name: to });
    return outcome;
  });
}
