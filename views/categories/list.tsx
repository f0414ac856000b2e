import type { Category, KeyType } from "../../src/features/categories/model.ts";
import { attribute } from "../components/attribute.ts";
import { Badge, type Drawing } from "../components/badge.tsx";
import { count, Empty, Tag } from "../components/bits.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";
import { KEY_TYPE_ORDER, KEY_TYPE_WORDS } from "../words.ts";

export type Drawings = ReadonlyMap<string, Drawing>;

type Filter = Readonly<{ search: string; type: KeyType | null }>;
type Props = { categories: readonly Category[]; drawings: Drawings; filter: Filter };

export const CategoriesPage = ({ frame, ...list }: Props & { frame: Frame }): JSX.Element => {
  const unfiltered = list.filter.search === "" && list.filter.type === null;
  return (
    <Page frame={frame} title="Keys" section="keys">
      <div class="head">
        <div>
          <h1>Keys</h1>
        </div>
        <div class="actions">
          <a class="button primary" href={urls.newCategory}>
            New category
          </a>
        </div>
      </div>
      {unfiltered && list.categories.length === 0 ? <FirstStep /> : <FilteredList {...list} />}
    </Page>
  );
};

const FirstStep = (): JSX.Element => (
  <Empty title="An empty vault">
    <p>
      A category is a service that gives you keys, such as Stripe or OpenAI. Inside it, each entry is the key of one
      project in one environment.
    </p>
    <div class="actions">
      <a class="button primary" href={urls.newCategory}>
        Create the first category
      </a>
    </div>
  </Empty>
);

const FilteredList = (list: Props): JSX.Element => (
  <>
    <search>
      <form
        class="filter"
        method="get"
        action={urls.keys}
        hx-get={urls.keys}
        hx-target={`#${ids.results}`}
        hx-trigger="input delay:150ms, submit"
        hx-sync="this:replace"
        hx-swap="outerHTML"
      >
        <div class="search">
          <label class="visually-hidden" for="search">
            Search categories
          </label>
          <input
            class="input"
            id="search"
            type="search"
            name="search"
            value={attribute(list.filter.search) || undefined}
            placeholder="Search by name or description"
            autocomplete="off"
            maxlength={255}
          />
        </div>
        <fieldset class="segments">
          <legend class="visually-hidden">Type</legend>
          <TypeChoice value="" label="All" chosen={list.filter.type === null} />
          {KEY_TYPE_ORDER.map((type) => (
            <TypeChoice value={type} label={KEY_TYPE_WORDS[type].name} chosen={list.filter.type === type} />
          ))}
        </fieldset>
        <button class="button without-script" type="submit">
          Filter
        </button>
      </form>
    </search>
    <CategoryResults {...list} />
  </>
);

const TypeChoice = ({ value, label, chosen }: { value: string; label: string; chosen: boolean }): JSX.Element => (
  <label>
    <input type="radio" name="type" value={value} checked={chosen} />
    <span safe>{label}</span>
  </label>
);

/** What the search finds; swapped while somebody types. */
export const CategoryResults = ({ categories, drawings, filter }: Props): JSX.Element => (
  <div id={ids.results} class="stack fades">
    {categories.length === 0 ? (
      <NoMatch filter={filter} />
    ) : (
      <>
        <p class="muted small" data-announce safe>
          {count(categories.length, "category", "categories")}
        </p>
        <ul class="cards">
          {categories.map((category) => (
            <li class="card">
              <CategoryCard category={category} drawing={drawings.get(category.icon ?? "") ?? null} />
            </li>
          ))}
        </ul>
      </>
    )}
  </div>
);

const NoMatch = ({ filter }: { filter: Filter }): JSX.Element => (
  <div class="empty">
    <h2 data-announce>No category matches</h2>
    <p>
      {filter.search === "" ? null : (
        <>
          Nothing is called or described as <code safe>{filter.search}</code>
          {filter.type === null ? "." : " in this type."}
        </>
      )}
      {filter.search === "" ? "There is none of this type yet." : null}
    </p>
    <div class="actions">
      <a class="button" href={urls.keys}>
        Show all
      </a>
      <a class="button" href={urls.newCategory}>
        New category
      </a>
    </div>
  </div>
);

const CategoryCard = ({ category, drawing }: { category: Category; drawing: Drawing | null }): JSX.Element => (
  <>
    <Badge name={category.name} color={category.color} drawing={drawing} />
    <h2>
      <a class="cover" href={urls.category(category.id)} safe>
        {category.name}
      </a>
    </h2>
    <Tag text={KEY_TYPE_WORDS[category.keyType].name} />
    <p class="names" title={namesOf(category)} safe>
      {namesOf(category)}
    </p>
    <p class="count" safe>
      {category.entryCount === 0 ? "no entries yet" : count(category.entryCount, "entry", "entries")}
    </p>
  </>
);

function namesOf(category: Category): string {
  switch (category.keyType) {
    case "simple":
      return category.envVarName ?? "";
    case "group":
      return category.fieldDefinitions?.join(", ") ?? "each entry brings its own";
    case "ssh":
      return "private key file";
    case "json":
      return "JSON file";
  }
}
