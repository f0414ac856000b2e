import { Elysia } from "elysia";
import { ChooseCategoryPage } from "../../../views/entries/choose-category.tsx";
import { DeleteEntry, DeleteEntryPage } from "../../../views/entries/delete.tsx";
import { EditEntryPage, type EntryDraft, EntryForm, NewEntryPage } from "../../../views/entries/form.tsx";
import { EntryHistoryPage, RevealedVersion, RevealedVersionPage } from "../../../views/entries/history.tsx";
import { nameOf, RevealedPage, RevealedValue } from "../../../views/entries/value.tsx";
import type { Frame } from "../../../views/layout/frame.ts";
import { urls } from "../../../views/urls.ts";
import { readEnv } from "../../dotenv/read.ts";
import { AppError, invalid } from "../../errors.ts";
import type { Form } from "../../http/body.ts";
import { doneCookie } from "../../http/done.ts";
import { download } from "../../http/downloads.ts";
import { type Refusal, refusalOf } from "../../http/failures.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { environmentOf, localPath, searchText } from "../../http/query.ts";
import { html, plainText, redirect } from "../../http/responses.ts";
import { parse } from "../../http/validate.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { getCategory, listCategories } from "../categories/actions.ts";
import { serviceOf } from "../categories/catalogue.ts";
import type { Category } from "../categories/model.ts";
import { findIcons } from "../icons/actions.ts";
import {
  createEntry,
  deleteEntry,
  fieldNames,
  getEntry,
  listProjectNames,
  revealEntry,
  updateEntry,
} from "./actions.ts";
import { describeEntry, restoreEntryVersion, revealEntryVersion } from "./history.ts";
import { entryListPages } from "./list-pages.ts";
import { type Entry, EntryChange, EntryInput, type RevealedEntry } from "./model.ts";
import { selectionPages } from "./selection-pages.ts";

export const entryPages = (kagi: Kagi) =>
  new Elysia()
    .use(entryListPages(kagi))
    .use(selectionPages(kagi))
    .use(deletePages(kagi))
    .use(formPages(kagi))
    .use(valuePages(kagi))
    .use(historyPages(kagi));

const deletePages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.deleteEntry(":id"), async ({ request, actor, params, htmx }) => {
      const entry = await getEntry(kagi, actor, params.id);
      if (htmx) return html(DeleteEntry({ entry, inDialog: true }));
      return await page(kagi, { request, actor }, (frame) => DeleteEntryPage({ frame, entry }));
    })
    .post(urls.deleteEntry(":id"), async ({ actor, params, htmx }) => {
      const { categoryId } = await getEntry(kagi, actor, params.id);
      await deleteEntry(kagi, actor, params.id);
      return redirect(urls.category(categoryId), { htmx, cookies: [doneCookie(kagi, "entry-deleted")] });
    });

const formPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.chooseCategory, async ({ request, actor }) => {
      const project = searchText(new URL(request.url).searchParams.get("project")) || null;
      const { items } = await listCategories(kagi, actor, {});
      const categories = items.toSorted((one, other) => one.name.localeCompare(other.name, "en"));
      const drawings = await findIcons(categories.flatMap(({ icon }) => icon ?? []));
      return await page(kagi, { request, actor }, (frame) =>
        ChooseCategoryPage({ frame, categories, drawings, project }),
      );
    })
    .get(urls.newEntry(":id"), async ({ request, actor, params }) => {
      const category = await getCategory(kagi, actor, params.id);
      const projects = await listProjectNames(kagi, actor);
      const name = searchText(new URL(request.url).searchParams.get("project"));
      const form = {
        category,
        projects,
        back: listBefore(request) ?? urls.category(category.id),
        draft: { ...EMPTY, name },
        problem: null,
        action: urls.newEntry(category.id),
        stored: null,
      };
      return await page(kagi, { request, actor }, (frame) =>
        NewEntryPage({ frame, service: serviceOf(category), ...form }),
      );
    })
    .post(urls.newEntry(":id"), async ({ request, actor, params, form, htmx }) => {
      const category = await getCategory(kagi, actor, params.id);
      const draft = draftFrom(form);
      let value: EntryInput["value"] = "";
      const refusal = await refusalOf(async () => {
        value = await newValueOf(form, category);
        const input = { categoryId: category.id, ...(await membersOf(form, draft, category)), value };
        await createEntry(kagi, actor, parse(EntryInput, input), { someFields: true });
      });
      if (!refusal) {
        const done = hasStrayBreak(value, category) ? "entry-created-with-break" : "entry-created";
        return redirect(urls.category(category.id), { htmx, cookies: [doneCookie(kagi, done)] });
      }
      const { status, problem } = refusal;
      const projects = await listProjectNames(kagi, actor);
      const back = backOf(form, urls.category(category.id));
      const props = { category, projects, draft, problem, action: urls.newEntry(category.id), back, stored: null };
      if (htmx) return html(EntryForm(props), { status });
      const view = (frame: Frame) => NewEntryPage({ frame, service: serviceOf(category), ...props });
      return await page(kagi, { request, actor }, view, { status });
    })

    .get(urls.editEntry(":id"), async ({ request, actor, params }) => {
      const edited = await editing(kagi, actor, params.id);
      const back = listBefore(request) ?? urls.category(edited.category.id);
      const props = { ...edited, back, problem: null };
      return await page(kagi, { request, actor }, (frame) =>
        EditEntryPage({ frame, draft: draftOf(props.entry), ...props }),
      );
    })
    .post(urls.editEntry(":id"), async ({ request, actor, params, form, htmx }) => {
      const edited = await editing(kagi, actor, params.id);
      const { entry, category, stored } = edited;
      const draft = draftFrom(form);
      let value: EntryInput["value"] | undefined;
      const refusal = await refusalOf(async () => {
        value = await changedValueOf(form, draft, category, stored);
        const { expiresAt, ...members } = await membersOf(form, draft, category);
        // The form knows the day only; the hour of a day that stays as it was stays too.
        const sameDay = expiresAt !== null && entry.expiresAt?.startsWith(expiresAt);
        const change = {
          ...members,
          ...(sameDay ? {} : { expiresAt }),
          ...(value === undefined ? {} : { value }),
        };
        const { removed } = draft;
        const options = stored.length > 0 ? { mergeGroup: { removed } } : { someFields: true };
        await updateEntry(kagi, actor, entry.id, parse(EntryChange, change), options);
      });
      if (!refusal) {
        const done = hasStrayBreak(value ?? "", category) ? "entry-changed-with-break" : "entry-changed";
        return redirect(urls.entryIn(entry.categoryId, entry.id), { htmx, cookies: [doneCookie(kagi, done)] });
      }
      const { status, problem } = refusal;
      const props = { ...edited, draft, problem, back: backOf(form, urls.category(category.id)) };
      if (htmx) return html(EntryForm(props), { status });
      const view = (frame: Frame) => EditEntryPage({ frame, ...props });
      return await page(kagi, { request, actor }, view, { status });
    });

const valuePages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .post(urls.revealEntry(":id"), async ({ request, actor, params, form, htmx }) => {
      const entry = await getEntry(kagi, actor, params.id);
      const field = form.get("field") || null;
      const values = valuesOf(entry, await revealEntry(kagi, actor, entry.id), field);
      const [first] = values;
      if (htmx && first) return html(RevealedValue(first), { secret: true });
      return await page(kagi, { request, actor }, (frame) => RevealedPage({ frame, entry, values }), { secret: true });
    })
    .post(urls.copyEntry(":id"), async ({ actor, params, form }) => {
      const entry = await getEntry(kagi, actor, params.id);
      const values = valuesOf(entry, await revealEntry(kagi, actor, entry.id), form.get("field") || null);
      return plainText(values[0]?.text);
    })
    .post(urls.downloadEntry(":id"), async ({ actor, params, form }) => {
      const entry = await getEntry(kagi, actor, params.id);
      if (entry.category.keyType !== "ssh" && entry.category.keyType !== "json") throw new AppError("NOT_FOUND");
      const { value } = await revealEntry(kagi, actor, entry.id);
      const content = typeof value === "string" ? value : JSON.stringify(value);
      return download(kagi, form, entry.fileName ?? fileNameOf(entry), "application/octet-stream", content);
    })
    // Where a reload, or the way back from signing in, asks for what only a button does.
    .get(urls.revealEntry(":id"), async ({ actor, params }) => redirect(await placeOf(kagi, actor, params.id)))
    .get(urls.copyEntry(":id"), async ({ actor, params }) => redirect(await placeOf(kagi, actor, params.id)))
    .get(urls.downloadEntry(":id"), async ({ actor, params }) => redirect(await placeOf(kagi, actor, params.id)));

const historyPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.entryHistory(":id"), async ({ request, actor, params }) =>
      historyPage(kagi, { request, actor }, params.id),
    )
    .post(urls.revealEntryVersion(":id", ":number"), async ({ request, actor, params, htmx }) => {
      const entry = await getEntry(kagi, actor, params.id);
      const number = Number(params.number);
      const values = valuesOf(entry, await revealEntryVersion(kagi, actor, entry.id, number), null);
      if (htmx) return html(RevealedVersion({ number, values }), { secret: true });
      const view = (frame: Frame) => RevealedVersionPage({ frame, entry, number, values });
      return await page(kagi, { request, actor }, view, { secret: true });
    })
    .post(urls.restoreEntryVersion(":id", ":number"), async ({ request, actor, params, htmx }) => {
      const refusal = await refusalOf(() => restoreEntryVersion(kagi, actor, params.id, Number(params.number)));
      if (refusal) return await historyPage(kagi, { request, actor }, params.id, refusal);
      return redirect(await placeOf(kagi, actor, params.id), { htmx, cookies: [doneCookie(kagi, "entry-restored")] });
    })
    .get(urls.revealEntryVersion(":id", ":number"), async ({ params }) => redirect(urls.entryHistory(params.id)))
    .get(urls.restoreEntryVersion(":id", ":number"), async ({ params }) => redirect(urls.entryHistory(params.id)));

async function historyPage(
  kagi: Kagi,
  visit: { request: Request; actor: Actor },
  id: string,
  refusal?: Refusal,
): Promise<Response> {
  const history = await describeEntry(kagi, visit.actor, id);
  const fields = (await fieldNames(kagi, visit.actor, [history.entry])).get(id) ?? [];
  const props = { ...history, fields, problem: refusal?.problem ?? null, now: kagi.now() };
  return await page(kagi, visit, (frame) => EntryHistoryPage({ frame, ...props }), { status: refusal?.status });
}

const PLACES_BEFORE = new Set<string>([urls.entries, urls.chooseCategory]);

/** The list of entries that somebody comes from, as its address was; null from elsewhere. */
function listBefore(request: Request): string | null {
  const before = request.headers.get("referer") ?? "";
  if (!URL.canParse(before)) return null;
  const { host, pathname, search } = new URL(before);
  return host === new URL(request.url).host && PLACES_BEFORE.has(pathname) ? localPath(pathname + search) : null;
}

/** Where a form that was sent came from. */
function backOf(form: Form, otherwise: string): string {
  return form.get("back") === "" ? otherwise : localPath(form.get("back"));
}

const EMPTY: EntryDraft = {
  name: "",
  environment: "production",
  notes: "",
  expiresAt: "",
  fileName: "",
  ownFields: [],
  removed: [],
};

function draftOf(entry: Entry): EntryDraft {
  return {
    name: entry.name,
    environment: entry.environment,
    notes: entry.notes ?? "",
    expiresAt: entry.expiresAt?.slice(0, "2027-01-15".length) ?? "",
    fileName: entry.fileName ?? "",
    ownFields: [],
    removed: [],
  };
}

function draftFrom(form: Form): EntryDraft {
  return {
    name: form.get("name").trim(),
    environment: environmentOf(form.get("environment")),
    notes: form.get("notes"),
    expiresAt: form.get("expiresAt"),
    fileName: form.get("fileName").trim(),
    ownFields: form
      .getAll("fieldName")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    removed: form.getAll("remove"),
  };
}

/** What the forms of every type have, as it was sent. */
async function membersOf(form: Form, draft: EntryDraft, { keyType }: Pick<Category, "keyType">) {
  const isFile = keyType === "ssh" || keyType === "json";
  const file = isFile ? await form.file("file") : null;
  return {
    name: draft.name,
    environment: form.get("environment"),
    notes: draft.notes.trim() || null,
    expiresAt: draft.expiresAt || null,
    ...(isFile ? { fileName: file?.name || draft.fileName || null } : {}),
  };
}

type Shape = Pick<Category, "keyType" | "fieldDefinitions">;

/** The value of a new entry. */
async function newValueOf(form: Form, { keyType, fieldDefinitions }: Shape): Promise<EntryInput["value"]> {
  if (keyType === "simple") return form.get("value");
  if (keyType !== "group") return (await form.file("file"))?.text ?? form.get("value");
  return oneAtLeast(fieldDefinitions === null ? ownFieldsOf(form) : fieldsOf(form, fieldDefinitions));
}

/** The value of a changed entry, or undefined to keep what is stored. */
async function changedValueOf(
  form: Form,
  { removed }: EntryDraft,
  shape: Shape,
  stored: readonly string[],
): Promise<EntryInput["value"] | undefined> {
  if (shape.keyType !== "group") return (await newValueOf(form, shape)) || undefined;
  const { fieldDefinitions } = shape;
  const typed = {
    ...fieldsOf(form, fieldDefinitions ?? stored),
    ...(fieldDefinitions === null ? ownFieldsOf(form) : {}),
  };
  const both = removed.find((name) => Object.hasOwn(typed, name));
  if (both !== undefined) throw invalid(`value.${both}`, "has a new value and is to be removed; choose one of the two");
  const kept = stored.filter((name) => !removed.includes(name));
  if (kept.length === stored.length && Object.keys(typed).length === 0) return undefined;
  if (kept.length === 0) oneAtLeast(typed);
  return typed;
}

/** Whether one line was sent with a line break behind it, which is mostly an accident. A file's belongs to it. */
function hasStrayBreak(value: EntryInput["value"], { keyType }: Pick<Category, "keyType">): boolean {
  if (keyType !== "simple" && keyType !== "group") return false;
  return (typeof value === "string" ? [value] : Object.values(value)).some((text) => /^[^\r\n]+[\r\n]+$/.test(text));
}

function oneAtLeast(fields: Record<string, string>): Record<string, string> {
  if (Object.keys(fields).length > 0) return fields;
  throw new AppError("VALIDATION_ERROR", "At least one field needs a value", { field: "value" });
}

/** The fields of a group that were filled in; one that was left empty is not set. */
function fieldsOf(form: Form, names: readonly string[]): Record<string, string> {
  return filled(names.map((name) => [name, form.get(`value.${name}`)]));
}

/** The fields of a group that names its own: rows of name and value, and pasted lines of a .env file. */
function ownFieldsOf(form: Form): Record<string, string> {
  const fields = new Map<string, string>();
  const values = form.getAll("fieldValue");
  for (const [index, typed] of form.getAll("fieldName").entries()) {
    const name = typed.trim();
    const value = values[index]?.replace(/\r\n/g, "\n") ?? "";
    if (name === "" && value === "") continue;
    if (name === "") throw invalid("value", "has a field without a variable name");
    if (fields.has(name)) throw invalid("value", `has ${name} twice`);
    fields.set(name, value);
  }
  for (const [name, value] of readEnv(form.get("pasted")).values) fields.set(name, value);
  return filled([...fields]);
}

function filled(fields: [name: string, value: string][]): Record<string, string> {
  return Object.fromEntries(fields.filter(([, value]) => value !== ""));
}

async function editing(kagi: Kagi, actor: Actor, id: string) {
  const entry = await getEntry(kagi, actor, id);
  const [category, projects, names] = await Promise.all([
    getCategory(kagi, actor, entry.categoryId),
    listProjectNames(kagi, actor),
    fieldNames(kagi, actor, [entry]),
  ]);
  // None when the value does not open: then the form asks for all of it anew.
  const fields = names.get(id) ?? [];
  const { fieldDefinitions } = category;
  const fits = fieldDefinitions === null || fields.every((name) => fieldDefinitions.includes(name));
  return { entry, category, projects, action: urls.editEntry(entry.id), stored: fits ? fields : [] };
}

/** What was asked for of a revealed value, each with its name. Throws NOT_FOUND for a field that is not there. */
function valuesOf(
  entry: Entry,
  { value }: Pick<RevealedEntry, "value">,
  field: string | null,
): { name: string; text: string }[] {
  if (typeof value === "string") return [{ name: nameOf(entry, null), text: value }];
  const fields = Object.entries(value).map(([name, text]) => ({ name, text }));
  if (field === null) return fields;
  const asked = fields.filter(({ name }) => name === field);
  if (asked.length === 0) throw new AppError("NOT_FOUND");
  return asked;
}

async function placeOf(kagi: Kagi, actor: Actor, id: string): Promise<string> {
  const entry = await getEntry(kagi, actor, id);
  return urls.entryIn(entry.categoryId, entry.id);
}

function fileNameOf({ name, category, sshKey }: Entry): string {
  if (category.keyType === "json") return `${name.replace(/[^\p{L}\p{N}._-]+/gu, "-")}.json`;
  return sshKey === null ? "private-key" : `id_${sshKey.type.replace(/^ssh-/, "").replace(/[^a-z0-9]+/gi, "_")}`;
}
