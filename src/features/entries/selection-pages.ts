import { Elysia } from "elysia";
import { addressOf } from "../../../views/entries/list.tsx";
import { AskAboutSelection, type Asked, SelectionPage } from "../../../views/entries/selection.tsx";
import { urls } from "../../../views/urls.ts";
import { KEY_TYPE_WORDS } from "../../../views/words.ts";
import { DIALECTS } from "../../dotenv/write.ts";
import { AppError, invalid } from "../../errors.ts";
import { Form } from "../../http/body.ts";
import { type Done, doneCookie } from "../../http/done.ts";
import { download } from "../../http/downloads.ts";
import { type Refusal, refusalOf } from "../../http/failures.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { environmentOf } from "../../http/query.ts";
import { html, redirect } from "../../http/responses.ts";
import { parse } from "../../http/validate.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { isUuid } from "../../schema.ts";
import { hasFreshProof, requireFreshProof } from "../auth/proof.ts";
import { categoriesById, getCategory } from "../categories/actions.ts";
import { entriesToJoin, envProjectCalled, renameWithEnvProject, wholeProject } from "../envs/rename.ts";
import { type Prepared, prepareExport } from "../export/actions.ts";
import { FILTER_NAMES, filterOf, sortOf } from "./list-pages.ts";
import { type BulkChange, type BulkVerb, EntryChange, type Selection } from "./model.ts";
import { changeSelection, markedEntries, marksOf, type Outcome, readSelection, type Selected } from "./selection.ts";

const FILE = "kagi-selection.env";
const MEANWHILE =
  "The selection is not as it was: entries were added, changed or deleted meanwhile. Nothing was done. These are the entries now";
const NOTHING_TO_WRITE = "None of them is a simple or group entry of that environment, so there is nothing to write";

type Visit = Readonly<{ request: Request; actor: Actor; htmx: boolean }>;

export const selectionPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .post(urls.selected, async ({ request, actor, form, htmx }) => {
      const verb = verbOf(form);
      // Asked here and not at the end, so that nobody chooses in vain.
      if (verb === "export" && !hasFreshProof(kagi, actor)) return await askForProof(kagi, actor, form, htmx);
      const selected = await readSelection(kagi, actor, selectionOf(form));
      return await ask(kagi, { request, actor, htmx }, form, verb, selected);
    })
    .post(urls.changeSelected, async ({ request, actor, form, htmx }) => {
      const visit = { request, actor, htmx };
      const verb = verbOf(form);
      const selection = selectionOf(form);
      const to = form.get("to").trim();
      if (verb === "rename" && to !== "" && form.get("joins") !== to) {
        const selected = await readSelection(kagi, actor, selection);
        const from = await wholeProject(kagi, actor, selected);
        const joins = from === null ? 0 : await entriesToJoin(kagi, actor, from, to);
        if (joins > 0) return await ask(kagi, visit, form, verb, selected, { joins });
      }
      let change: BulkChange | undefined;
      let outcome: Outcome | undefined;
      const refusal = await refusalOf(async () => {
        change = await changeOf(kagi, actor, verb, to);
        const envProjectId = form.get("envProject");
        outcome =
          change.verb === "rename" && envProjectId !== ""
            ? await renameWithEnvProject(kagi, actor, selection, form.get("digest"), { to: change.to, envProjectId })
            : await changeSelection(kagi, actor, selection, form.get("digest"), change);
      });
      if (change !== undefined && outcome?.kind === "done") {
        const cookies = [doneCookie(kagi, DONE[change.verb], outcome.changed)];
        return redirect(await placeAfter(kagi, actor, form, change), { htmx, cookies });
      }
      const selected = await readSelection(kagi, actor, selection);
      const more = outcome?.kind === "refused" ? { obstacles: outcome.obstacles } : {};
      const other = outcome?.kind === "other entries" ? MEANWHILE_REFUSED : undefined;
      return await ask(kagi, visit, form, verb, selected, { ...more, refusal: refusal ?? other, status: 409 });
    })
    .post(urls.exportSelected, async ({ request, actor, form, htmx }) => {
      if (!hasFreshProof(kagi, actor)) return await askForProof(kagi, actor, form, htmx);
      const visit = { request, actor, htmx };
      const selected = await readSelection(kagi, actor, selectionOf(form));
      if (selected.digest !== form.get("digest"))
        return await ask(kagi, visit, form, "export", selected, { refusal: MEANWHILE_REFUSED });
      const wish = { ...exportOf(form), ids: selected.entries.map(({ id }) => id) };
      let prepared: Prepared | undefined;
      const refusal = await refusalOf(async () => {
        prepared = await prepareExport(kagi, actor, wish);
        if (prepared.preview.entries === 0) throw new AppError("CONFLICT", NOTHING_TO_WRITE);
      });
      if (prepared === undefined || refusal) return await ask(kagi, visit, form, "export", selected, { refusal });
      const told = [wish.environment ?? "all", wish.dialect ?? "any", selected.digest].join(".");
      const { findings } = prepared;
      if (findings.length > 0 && form.get("told") !== told)
        return await ask(kagi, visit, form, "export", selected, { findings, told });
      return download(kagi, form, FILE, "text/plain; charset=utf-8", await prepared.handOut());
    })
    // The way back from the password. The question names entries and shows no value, so an address may ask it.
    .get(urls.selected, async ({ request, actor }) => {
      const fields = new URL(request.url).searchParams;
      if (fields.get("verb") !== "export") return redirect(urls.entries);
      requireFreshProof(kagi, actor);
      const marks = fields.get("marks");
      const marked = marks === null ? [] : await markedEntries(kagi, actor, marks);
      if (marked !== null) fields.append("ids", marked.join(" "));
      const form = new Form(fields);
      const selected = await readSelection(kagi, actor, selectionOf(form));
      const more = marked === null ? { refusal: MEANWHILE_REFUSED } : {};
      return await ask(kagi, { request, actor, htmx: false }, form, "export", selected, more);
    })
    // Where a reload, or the way back from signing in, asks for what only a button does.
    .get(urls.changeSelected, () => redirect(urls.entries))
    .get(urls.exportSelected, () => redirect(urls.entries));

const MEANWHILE_REFUSED: Refusal = { problem: { field: null, message: MEANWHILE }, status: 409, headers: {} };

/** Leads to the password and from there to the question about the same entries. */
async function askForProof(kagi: Kagi, actor: Actor, form: Form, htmx: boolean): Promise<Response> {
  const selection = selectionOf(form);
  const choices = (["only", "dialect"] as const).map((name) => [name, form.get(name)] as const);
  const marks = "ids" in selection ? [["marks", await marksOf(kagi, actor, selection.ids)] as const] : [];
  const next = urls.exportOf([...fieldsOf(form).filter(([name]) => name !== "ids"), ...marks, ...choices]);
  return redirect(urls.confirm(next), { htmx });
}

type More = {
  obstacles?: Asked["obstacles"];
  refusal?: Refusal;
  findings?: Prepared["findings"];
  told?: string;
  joins?: number;
  status?: number;
};

/** The question, with what the last answer to it has met. */
async function ask(
  kagi: Kagi,
  { request, actor, htmx }: Visit,
  form: Form,
  verb: BulkVerb,
  { entries, digest, missing }: Selected,
  { obstacles = [], refusal, findings = [], told = "", joins = 0, status = 200 }: More = {},
): Promise<Response> {
  const types = [...new Set(entries.map(({ category }) => category.keyType))];
  const [type] = types;
  const targets =
    verb === "move" && types.length === 1
      ? [...(await categoriesById(kagi.db, actor)).values()]
          .filter(({ keyType }) => keyType === type)
          .sort((one, other) => one.name.localeCompare(other.name, "en"))
      : [];
  const { environment = "", dialect = "" } = exportOf(form);
  const files = entries.filter(({ category }) => category.keyType === "ssh" || category.keyType === "json").length;
  const project = verb === "rename" ? await wholeProject(kagi, actor, { entries, digest, missing }) : null;
  const envProject = project === null ? null : await envProjectCalled(kagi, actor, project);
  const asked: Omit<Asked, "inDialog"> = {
    verb,
    entries,
    missing,
    fields: [...fieldsOf(form), ["digest", digest]],
    back: await placeOf(kagi, actor, form),
    to: form.get("to") || (verb === "rename" ? onlyName(entries) : ""),
    problem: refusal?.problem ?? null,
    obstacles,
    targets,
    types: types.map((one) => KEY_TYPE_WORDS[one].name),
    renaming: { joins, envProject, alsoEnvProject: form.get("envProject") !== "" },
    exporting: verb === "export" ? { environment, dialect, files, findings, told } : null,
  };
  const answer = { status: refusal?.status ?? status };
  if (htmx) return html(AskAboutSelection({ ...asked, inDialog: true }), answer);
  const view = (frame: Parameters<typeof SelectionPage>[0]["frame"]) =>
    SelectionPage({ frame, ...asked, inDialog: false });
  return await page(kagi, { request, actor }, view, answer);
}

/** What is said when it is done. */
const DONE: Readonly<Record<BulkChange["verb"], Done>> = {
  environment: "entries-changed",
  move: "entries-changed",
  rename: "entries-changed",
  delete: "entries-deleted",
};

function verbOf(form: Form): BulkVerb {
  const verb = form.get("verb");
  if (isVerb(verb)) return verb;
  throw new AppError("VALIDATION_ERROR", "Choose what to do with the entries");
}

function isVerb(verb: string): verb is BulkVerb {
  return verb === "export" || Object.hasOwn(DONE, verb);
}

/** All that match go by their filter, and those that were ticked by their ids; many of them in one field. */
function selectionOf(form: Form): Selection {
  const without = idsIn(form, "without");
  if (form.get("all") !== "") return { filter: scopeOf(form), without };
  return { ids: [...idsIn(form, "id"), ...idsIn(form, "ids")], without };
}

function idsIn(form: Form, name: string): string[] {
  return form.getAll(name).flatMap((text) => text.split(/\s+/).filter((id) => isUuid(id)));
}

/** The page of a category is a filter, too. */
function scopeOf(form: Form) {
  return filterOf({ get: (name) => (name === "category" ? form.get("on") || form.get("category") : form.get(name)) });
}

function fieldsOf(form: Form): (readonly [string, string])[] {
  const selection = selectionOf(form);
  const list = ["on", ...FILTER_NAMES, "sort"]
    .map((name) => [name, form.get(name)] as const)
    .filter(([, value]) => value !== "");
  const without = selection.without.length === 0 ? [] : [["without", selection.without.join(" ")] as const];
  return [...list, ...without, "ids" in selection ? ["ids", selection.ids.join(" ")] : ["all", "yes"]];
}

async function changeOf(kagi: Kagi, actor: Actor, verb: BulkVerb, to: string): Promise<BulkChange> {
  switch (verb) {
    case "environment": {
      const environment = environmentOf(to);
      if (environment === null) throw invalid("to", "must be chosen");
      return { verb, to: environment };
    }
    case "move":
      if (!(await categoriesById(kagi.db, actor)).has(to)) throw invalid("to", "must be chosen");
      return { verb, to };
    case "rename":
      if (to === "") throw invalid("to", "must have a name");
      return { verb, to: parse(EntryChange, { name: to }).name ?? to };
    case "delete":
      return { verb };
    case "export":
      throw new AppError("VALIDATION_ERROR", "An export changes nothing");
  }
}

function exportOf(form: Form) {
  const environment = environmentOf(form.get("only"));
  const dialect = DIALECTS.find((one) => one === form.get("dialect"));
  return { ...(environment === null ? {} : { environment }), ...(dialect === undefined ? {} : { dialect }) };
}

/** The name that all of them have, for somebody to change. */
function onlyName(entries: Selected["entries"]): string {
  const names = new Set(entries.map(({ name }) => name));
  return names.size === 1 ? ([...names][0] ?? "") : "";
}

/** The list that the selection was made in. */
async function placeOf(kagi: Kagi, actor: Actor, form: Form, filter = scopeOf(form)): Promise<string> {
  const on = form.get("on");
  const category = isUuid(on) ? await getCategory(kagi, actor, on) : null;
  return addressOf({ category, filter, sort: sortOf(form.get("sort"), filter) });
}

/** The same list; a project that was renamed under its new name. */
async function placeAfter(kagi: Kagi, actor: Actor, form: Form, change: BulkChange): Promise<string> {
  const filter = scopeOf(form);
  const renamed = change.verb === "rename" && filter.project !== null ? { ...filter, project: change.to } : filter;
  return await placeOf(kagi, actor, form, renamed);
}
