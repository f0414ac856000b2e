import { Elysia } from "elysia";
import { type CatalogueOffer, type ServiceOffer, ServiceResults } from "../../../views/categories/catalogue.tsx";
import { DeleteCategory, DeleteCategoryPage } from "../../../views/categories/delete.tsx";
import {
  type CategoryDraft,
  CategoryForm,
  EditCategoryPage,
  type IconOffer,
  NewCategoryPage,
} from "../../../views/categories/form.tsx";
import { IconChoices } from "../../../views/categories/icons.tsx";
import {
  CATEGORY_SORTS,
  CategoriesPage,
  CategoryCards,
  type CategoryList,
  CategoryResults,
  type CategorySort,
  keysAddress,
} from "../../../views/categories/list.tsx";
import type { Frame } from "../../../views/layout/frame.ts";
import { query, urls } from "../../../views/urls.ts";
import { fold } from "../../fold.ts";
import { doneCookie } from "../../http/done.ts";
import { type Refusal, refusalOf } from "../../http/failures.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { searchText } from "../../http/query.ts";
import { html, redirect } from "../../http/responses.ts";
import { sendAsset, toAsset } from "../../http/static.ts";
import { parse } from "../../http/validate.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { once } from "../../once.ts";
import { listEntries } from "../entries/actions.ts";
import type { Entry } from "../entries/model.ts";
import { findIcon, findIcons, searchIcons } from "../icons/actions.ts";
import { createCategory, deleteCategory, getCategory, listCategories, updateCategory } from "./actions.ts";
import { categoriesOfServices, findServices, serviceOf } from "./catalogue.ts";
import { type Category, CategoryChange, CategoryInput, KEY_TYPES, type KeyType } from "./model.ts";
import { GROUPS, SERVICES, type Service } from "./services.ts";

const ICONS_OFFERED = 24;
/** Cards that come at once, and those that a page brings back for somebody who comes back to it. */
const CARDS = 60;
const MOST_CARDS = 1_200;
const SERVICES_OFFERED = 60;
const ENTRIES_SHOWN = 50;
/** How far the matching entries are counted. */
const ENTRIES_COUNTED = 1000;

export const categoryPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.keys, async ({ request, actor, htmx }) => {
      const asked = new URL(request.url).searchParams;
      const filter = { search: searchText(asked.get("search")), type: keyTypeOf(asked.get("type")) };
      const list = await listFor(kagi, actor, asked, filter);
      if (htmx && asked.has("rows")) {
        const shown = String(Math.min(list.cards, MOST_CARDS));
        const address = keysAddress(list, { cursor: list.from, shown });
        return html(CategoryCards(list), { headers: { "HX-Replace-Url": address } });
      }
      if (htmx) return html(CategoryResults(list), { headers: { "HX-Replace-Url": keysAddress(list) } });
      return await page(kagi, { request, actor }, (frame) => CategoriesPage({ frame, ...list }));
    })

    .get(urls.newCategory, async ({ request, actor, htmx }) => {
      const asked = new URL(request.url).searchParams;
      const service = SERVICES.find(({ id }) => id === asked.get("service"));
      const search = searchText(asked.get("search"));
      if (htmx && asked.has("search")) {
        const headers = { "HX-Replace-Url": urls.findServices(search) };
        return html(ServiceResults({ offer: await offerServices(kagi, actor, search), chosen: null }), { headers });
      }
      const draft = service ? startingFrom(service, asked) : draftFrom(asked, EMPTY);
      const form = { ...NEW, draft, ...(await helpFor(draft, asked.get("iconSearch"))), problem: null };
      if (htmx) {
        // What was typed is in the form again, and not in the address.
        const headers = { "HX-Replace-Url": service ? urls.newCategoryFor(service.id) : urls.newCategory };
        return html(CategoryForm({ ...form, focused: true }), { headers });
      }
      const isBegun = service !== undefined || isTyped(asked);
      const props = { ...form, focused: isBegun, searching: !isBegun, chosen: service?.id ?? null };
      const offer = await offerServices(kagi, actor, search);
      return await page(kagi, { request, actor }, (frame) => NewCategoryPage({ frame, offer, ...props }));
    })
    .post(urls.newCategory, async ({ request, actor, form, htmx }) => {
      const draft = draftFrom(form, EMPTY);
      let created: Category | undefined;
      const refusal = await refusalOf(async () => {
        created = await createCategory(kagi, actor, parse(CategoryInput, inputOf(draft)));
      });
      if (created) {
        return redirect(urls.category(created.id), { htmx, cookies: [doneCookie(kagi, "category-created")] });
      }
      const props = { ...NEW, draft, ...(await refused(draft, form.get("iconSearch"), refusal)) };
      if (htmx) return html(CategoryForm(props), { status: refusal?.status });
      const offer = await offerServices(kagi, actor, "");
      const view = (frame: Frame) => NewCategoryPage({ frame, offer, chosen: null, searching: false, ...props });
      return await page(kagi, { request, actor }, view, { status: refusal?.status });
    })

    .get(urls.editCategory(":id"), async ({ request, actor, params }) => {
      const category = await getCategory(kagi, actor, params.id);
      const asked = new URL(request.url).searchParams;
      const draft = draftFrom(asked, draftOf(category));
      const props = {
        ...editing(category),
        draft,
        ...(await helpFor(draft, asked.get("iconSearch"))),
        problem: null,
      };
      return await page(kagi, { request, actor }, (frame) => EditCategoryPage({ frame, category, ...props }));
    })
    .post(urls.editCategory(":id"), async ({ request, actor, params, form, htmx }) => {
      const category = await getCategory(kagi, actor, params.id);
      const draft = draftFrom(form, draftOf(category));
      const refusal = await refusalOf(() =>
        updateCategory(kagi, actor, category.id, parse(CategoryChange, inputOf(draft))),
      );
      if (!refusal)
        return redirect(urls.category(category.id), { htmx, cookies: [doneCookie(kagi, "category-changed")] });
      const props = { ...editing(category), draft, ...(await refused(draft, form.get("iconSearch"), refusal)) };
      if (htmx) return html(CategoryForm(props), { status: refusal.status });
      const view = (frame: Frame) => EditCategoryPage({ frame, category, ...props });
      return await page(kagi, { request, actor }, view, { status: refusal.status });
    })

    .get(urls.deleteCategory(":id"), async ({ request, actor, params, htmx }) => {
      const category = await getCategory(kagi, actor, params.id);
      const { items } = await listEntries(kagi, actor, { categoryId: category.id });
      const entries = items.map(({ name, environment }) => ({ name, environment }));
      if (htmx) return html(DeleteCategory({ category, entries, inDialog: true }));
      return await page(kagi, { request, actor }, (frame) => DeleteCategoryPage({ frame, category, entries }));
    })
    .post(urls.deleteCategory(":id"), async ({ actor, params, htmx }) => {
      await deleteCategory(kagi, actor, params.id);
      return redirect(urls.keys, { htmx, cookies: [doneCookie(kagi, "category-deleted")] });
    })

    .get(`${ICONS_FOLDER}/:file`, async ({ request, params }) => {
      const drawings = await commonDrawings();
      return sendAsset(request, drawings.path === `${ICONS_FOLDER}/${params.file}` ? drawings : undefined);
    })
    .get(urls.icons, async ({ request, htmx }) => {
      const asked = new URL(request.url).searchParams;
      if (!htmx) return redirect(urls.newCategory + query({ iconSearch: asked.get("iconSearch") }));
      return html(IconChoices({ icons: await offerIcons(asked.get("icon") ?? "", asked.get("iconSearch")) }));
    });

type Filter = Readonly<{ search: string; type: KeyType | null }>;

/** The cards of a page, or those that come next on one that has some. */
async function listFor(kagi: Kagi, actor: Actor, asked: URLSearchParams, filter: Filter): Promise<CategoryList> {
  const { items } = await listCategories(kagi, actor, {});
  const sort = CATEGORY_SORTS.find((one) => one === asked.get("sort")) ?? "recent";
  const found = items.filter((category) => isFound(category, filter)).sort(ORDERS[sort]);
  const after = placeOf(asked.get("cursor"));
  const rest = after === null ? found : found.filter((category) => ORDERS[sort](after, category) < 0);
  const before = asked.has("rows") ? numberOf(asked.get("rows")) : null;
  const most = before === null ? Math.max(CARDS, Math.min(numberOf(asked.get("shown")), MOST_CARDS)) : CARDS;
  const categories = rest.slice(0, most);
  const last = rest.length > most ? categories.at(-1) : undefined;
  const { entries, more } = before === null ? await findEntries(kagi, actor, filter) : { entries: [], more: 0 };
  const shown = [...categories, ...entries.map((entry) => entry.category)];
  return {
    categories,
    found: found.length,
    entries,
    more,
    drawings: await findIcons(shown.flatMap((category) => category.icon ?? [])),
    filter,
    sort,
    from: asked.get(before === null ? "cursor" : "from"),
    next: last === undefined ? null : cursorOf(last),
    cards: (before ?? 0) + categories.length,
  };
}

type Place = Pick<Category, "id" | "name" | "entryCount">;

/** No two categories are at the same place. */
const ORDERS: Readonly<Record<CategorySort, (one: Place, other: Place) => number>> = {
  recent: (one, other) => (one.id > other.id ? -1 : one.id < other.id ? 1 : 0),
  name: (one, other) => byName(one, other) || ORDERS.recent(one, other),
  entries: (one, other) => other.entryCount - one.entryCount || ORDERS.name(one, other),
};

function byName(one: Place, other: Place): number {
  const [left, right] = [fold(one.name), fold(other.name)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The place of the last card that was shown: it leads on from there even when that category is gone. */
function cursorOf({ id, name, entryCount }: Place): string {
  return Buffer.from(JSON.stringify([id, name, entryCount])).toString("base64url");
}

function placeOf(cursor: string | null): Place | null {
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(cursor ?? "", "base64url").toString());
  } catch {
    return null;
  }
  const [id, name, entryCount] = Array.isArray(place) ? (place as unknown[]) : [];
  if (typeof id !== "string" || typeof name !== "string" || typeof entryCount !== "number") return null;
  return { id, name, entryCount };
}

function numberOf(text: string | null): number {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : 0;
}

/** By all that its card shows. */
function isFound(category: Category, { search, type }: Filter): boolean {
  if (type !== null && category.keyType !== type) return false;
  const { name, description, envVarName, fieldDefinitions } = category;
  const wanted = fold(search);
  return [name, description ?? "", envVarName ?? "", ...(fieldDefinitions ?? [])].some((text) =>
    fold(text).includes(wanted),
  );
}

/** Entries whose project or notes match, newest first; `more` is how many are left out, null beyond counting. */
async function findEntries(
  kagi: Kagi,
  actor: Actor,
  { search, type }: Filter,
): Promise<{ entries: Entry[]; more: number | null }> {
  if (search === "") return { entries: [], more: 0 };
  const { items, next } = await listEntries(kagi, actor, { search, limit: ENTRIES_COUNTED });
  const found = items.filter(({ category }) => type === null || category.keyType === type);
  const entries = found.slice(0, ENTRIES_SHOWN);
  return { entries, more: next === null ? found.length - entries.length : null };
}

const EMPTY: CategoryDraft = {
  name: "",
  keyType: "simple",
  envVarName: "",
  fieldDefinitions: "",
  icon: "",
  color: "",
  description: "",
};

/** A service over what was typed: it leaves the description alone, and a name of somebody's own. */
function startingFrom(service: Service, typed: URLSearchParams): CategoryDraft {
  const name = (typed.get("name") ?? "").trim();
  const isOwn = name !== "" && !SERVICES.some((other) => other.name === name);
  const description = (typed.get("description") ?? "").replace(/\r\n/g, "\n");
  return { ...draftOf({ ...service, description }), ...(isOwn ? { name } : {}) };
}

const NEW = { action: urls.newCategory, typeIsFixed: false, submit: "Create category", back: urls.keys };

function editing(category: Category) {
  return {
    action: urls.editCategory(category.id),
    typeIsFixed: category.entryCount > 0,
    submit: "Save changes",
    back: urls.category(category.id),
  };
}

type Stored = Pick<Category, "name" | "keyType" | "envVarName" | "icon" | "color" | "description"> & {
  fieldDefinitions: readonly string[] | null;
};

function draftOf(category: Stored): CategoryDraft {
  return {
    name: category.name,
    keyType: category.keyType,
    envVarName: category.envVarName ?? "",
    fieldDefinitions: category.fieldDefinitions?.join("\n") ?? "",
    icon: category.icon ?? "",
    color: category.color ?? "",
    description: category.description ?? "",
  };
}

type Typed = { get: (name: string) => string | null };

/** What was typed, over what was there before. */
function draftFrom(typed: Typed, before: CategoryDraft): CategoryDraft {
  const isForm = isTyped(typed);
  const text = (name: keyof CategoryDraft) => (isForm ? (typed.get(name) ?? "").replace(/\r\n/g, "\n") : before[name]);
  return {
    name: text("name"),
    keyType: keyTypeOf(typed.get("keyType")) ?? before.keyType,
    envVarName: text("envVarName"),
    fieldDefinitions: text("fieldDefinitions"),
    icon: text("icon"),
    color: text("color"),
    description: text("description"),
  };
}

function isTyped(typed: Typed): boolean {
  return Boolean(typed.get("name") || typed.get("keyType") || typed.get("iconSearch"));
}

/** Fields of another type than the one chosen stay in the form and are not sent. */
function inputOf(draft: CategoryDraft): CategoryInput {
  const { keyType } = draft;
  const fields = draft.fieldDefinitions.split(/[\s,;]+/).filter((name) => name !== "");
  return {
    name: draft.name.trim(),
    keyType,
    envVarName: keyType === "simple" ? draft.envVarName.trim() || null : null,
    fieldDefinitions: keyType === "group" && fields.length > 0 ? fields : null,
    icon: draft.icon || null,
    color: draft.color.trim() || null,
    description: draft.description.trim() || null,
  };
}

async function refused(draft: CategoryDraft, search: string, refusal: Refusal | undefined) {
  return { ...(await helpFor(draft, search)), problem: refusal?.problem ?? null };
}

/** What the form offers besides its fields: icons, and where such a key comes from. */
async function helpFor(draft: CategoryDraft, iconSearch: string | null) {
  const { name, icon = null, envVarName = null, fieldDefinitions = null } = inputOf(draft);
  const known = serviceOf({ name, icon, envVarName, fieldDefinitions });
  return { icons: await offerIcons(draft.icon, iconSearch), known };
}

async function offerIcons(chosen: string, search: string | null): Promise<IconOffer> {
  const text = searchText(search);
  const [drawing, found] = await Promise.all([findIcon(chosen), searchIcons(text, ICONS_OFFERED + 1)]);
  const more = found.length > ICONS_OFFERED;
  return { search: text, chosen: drawing ?? null, found: found.slice(0, ICONS_OFFERED), more };
}

/** What the catalogue finds, marked with what the vault has of it. */
async function offerServices(kagi: Kagi, actor: Actor, search: string): Promise<CatalogueOffer> {
  const { items } = await listCategories(kagi, actor, {});
  const own = categoriesOfServices(items);
  const found = search === "" ? COMMON : findServices(search, SERVICES_OFFERED + 1);
  const shown = found.slice(0, search === "" ? found.length : SERVICES_OFFERED);
  const [common, drawings] = await Promise.all([
    commonDrawings(),
    findIcons(shown.flatMap(({ inGallery, icon }) => (inGallery ? [] : (icon ?? [])))),
  ]);
  const offers = shown.map((service): ServiceOffer => {
    const { id, name, color, icon, keyType, inGallery, envVarName, fieldDefinitions } = service;
    const drawing =
      inGallery && icon !== null ? { hex: color, href: `${common.path}#${icon}` } : (drawings.get(icon ?? "") ?? null);
    const variables = fieldDefinitions ?? (envVarName === null ? [] : [envVarName]);
    return { id, name, color, keyType, variables, drawing, categoryId: own.get(id)?.id ?? null };
  });
  const groups =
    search === ""
      ? Object.keys(GROUPS).map((name) => ({
          name,
          services: offers.filter((_, index) => shown[index]?.group === name),
        }))
      : [{ name: "", services: offers }];
  return { search, groups, more: found.length > shown.length, all: SERVICES.length };
}

const COMMON = SERVICES.filter(({ inGallery }) => inGallery);
const ICONS_FOLDER = "/icons";

/**
 * The drawings of the common services in one file that browsers keep: written into the page they would be most of what
 * it weighs, and one by one they would be as many requests.
 */
const commonDrawings = once(async () => {
  const drawings = await findIcons(COMMON.flatMap(({ icon }) => icon ?? []));
  const paths = [...drawings.values()].map(({ slug, path }) => `<path id="${slug}" d="${path}"/>`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">${paths.join("")}</svg>`;
  return toAsset(ICONS_FOLDER, "services.svg", new TextEncoder().encode(svg));
});

function keyTypeOf(text: string | null): KeyType | null {
  return KEY_TYPES.find((type) => type === text) ?? null;
}
