import type { Category, KeyType } from "../../src/features/categories/model.ts";
import type { Entry } from "../../src/features/entries/model.ts";
import { Badge, type Drawing, eachOnce, type Shown } from "../components/badge.tsx";
import { count, Empty, Excerpt, Tag } from "../components/bits.tsx";
import { FilterBar, FilterChoice } from "../components/filter-bar.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, query, urls } from "../urls.ts";
import { ENVIRONMENT_WORDS, KEY_TYPE_OPTIONS, KEY_TYPE_WORDS } from "../words.ts";

export type Drawings = ReadonlyMap<string, Drawing>;

type Filter = Readonly<{ search: string; type: KeyType | null }>;

export const CATEGORY_SORTS = ["recent", "name", "entries"] as const;
export type CategorySort = (typeof CATEGORY_SORTS)[number];
const SORT_OPTIONS = [
  ["recent", "Newest first"],
  ["name", "By name"],
  ["entries", "Most entries first"],
] as const;

export type CategoryList = Readonly<{
  categories: readonly Category[];
  /** How many categories there are under the filter, shown or not. */
  found: number;
  sort: CategorySort;
  /** The cursor of the first card of the page, null at the beginning. */
  from: string | null;
  /** The cursor after the last one, null at the end. */
  next: string | null;
  /** How many cards are on the page, those loaded before included. */
  cards: number;
  /** The entries that a search finds. */
  entries: readonly Entry[];
  /** How many more it finds, null when nobody has counted. */
  more: number | null;
  drawings: Drawings;
  filter: Filter;
}>;

/** Where the list is with a filter and an order, and whatever else its address says. */
export function keysAddress(
  { filter, sort }: Pick<CategoryList, "filter" | "sort">,
  more: Readonly<Record<string, string | null>> = {},
): string {
  return urls.keys + query({ ...filter, sort: sort === "recent" ? null : sort, ...more });
}

export const CategoriesPage = ({ frame, ...list }: CategoryList & { frame: Frame }): JSX.Element => {
  const isEmpty = list.filter.search === "" && list.filter.type === null && list.found === 0;
  return (
    <Page frame={frame} title="Keys" section="keys">
      <div class="head">
        <div>
          <h1>Keys</h1>
        </div>
        {isEmpty ? null : (
          <div class="actions">
            <a class="button primary" href={urls.newCategory}>
              New category
            </a>
          </div>
        )}
      </div>
      {isEmpty ? <FirstStep /> : <FilteredList {...list} />}
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
    <p class="aside small">
      Before the first secret goes in, copy the encryption key of this server to another safe place: without it nobody
      can open what is stored here. <code>kagi doctor</code> says where it is, and the README how to back up.
    </p>
  </Empty>
);

const FilteredList = (list: CategoryList): JSX.Element => (
  <>
    <FilterBar
      action={urls.keys}
      label="Search categories and projects"
      placeholder="Search by name, description, project or notes"
      search={list.filter.search}
      choice={{ name: "type", legend: "Type", options: KEY_TYPE_OPTIONS, chosen: list.filter.type ?? "" }}
    >
      <FilterChoice name="sort" label="Order" options={SORT_OPTIONS} chosen={list.sort} />
    </FilterBar>
    <CategoryResults {...list} />
  </>
);

/** What the search finds; swapped while somebody types. */
export const CategoryResults = (list: CategoryList): JSX.Element => {
  const { categories, found, entries, more, filter, from } = list;
  const drawingOf = eachOnce(list.drawings, String(list.cards));
  return (
    <div id={ids.results} class="stack fades">
      {found + entries.length === 0 ? (
        <NoMatch filter={filter} />
      ) : (
        <p class="muted small" data-announce safe>
          {[
            found === 0 ? "" : count(found, "category", "categories"),
            entries.length === 0 ? "" : foundEntries(entries.length, more),
          ]
            .filter((words) => words !== "")
            .join(", ")}
        </p>
      )}
      {categories.length === 0 ? null : (
        <ul class="cards">
          <CategoryCards {...list} drawingOf={drawingOf} />
        </ul>
      )}
      {from === null ? null : (
        <nav class="actions" aria-label="Earlier categories">
          <a class="button" href={keysAddress(list)}>
            From the beginning
          </a>
        </nav>
      )}
      {entries.length === 0 ? null : (
        <section class="stack" aria-labelledby="found-entries">
          <h2 id="found-entries">Entries</h2>
          <ul class="found">
            {entries.map((entry) => (
              <li>
                <FoundEntry entry={entry} drawing={drawingOf(entry.category.icon)} search={filter.search} />
              </li>
            ))}
          </ul>
          {more === 0 ? null : (
            <p>
              <a href={urls.entries + query(filter)} safe>
                {more === null ? "All entries that match" : `${more} more`}
              </a>
            </p>
          )}
        </section>
      )}
    </div>
  );
};

/** Cards, and behind them what fetches more of them once it is seen. */
export const CategoryCards = (list: CategoryList & { drawingOf?: ReturnType<typeof eachOnce> }): JSX.Element => {
  const { categories, next, from, cards } = list;
  const { drawingOf = eachOnce(list.drawings, String(cards)) } = list;
  return (
    <>
      {categories.map((category) => (
        <li class="card" id={ids.card(category.id)}>
          <CategoryCard category={category} drawing={drawingOf(category.icon)} />
        </li>
      ))}
      {next === null ? null : (
        <li
          class="more"
          hx-get={keysAddress(list, { cursor: next, from, rows: String(cards) })}
          hx-trigger="revealed rootMargin:1000px"
          hx-swap="outerHTML"
          hx-target="this"
        >
          <a class="button" href={keysAddress(list, { cursor: next })}>
            More categories
          </a>
        </li>
      )}
    </>
  );
};

function foundEntries(shown: number, more: number | null): string {
  return more === null ? `more than ${count(shown, "entry", "entries")}` : count(shown + more, "entry", "entries");
}

const NoMatch = ({ filter: { search, type } }: { filter: Filter }): JSX.Element => {
  const kind = type === null ? "" : ` of type ${KEY_TYPE_WORDS[type].name}`;
  return (
    <div class="empty">
      <h2 data-announce safe>
        {search === "" ? `No category${kind} yet` : `Nothing${kind} matches “${search}”`}
      </h2>
      <p safe>
        {search === ""
          ? "Choose another type, or make the first one."
          : `No category${kind} is called or described so, and no entry${type === null ? "" : " in one"} has such a project or notes.`}
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
};

const CategoryCard = ({ category, drawing }: { category: Category; drawing: Shown | null }): JSX.Element => (
  <>
    <Badge name={category.name} color={category.color} drawing={drawing} />
    <h2>
      <a class="cover" href={urls.category(category.id)} safe>
        {category.name}
      </a>
    </h2>
    <Tag text={KEY_TYPE_WORDS[category.keyType].name} />
    <Holds category={category} />
    <p class="count" safe>
      {category.entryCount === 0 ? "no entries yet" : count(category.entryCount, "entry", "entries")}
    </p>
  </>
);

/** What an entry of the category holds: its variable, its fields, a file. */
const Holds = ({ category: { keyType, envVarName, fieldDefinitions } }: { category: Category }): JSX.Element =>
  fieldDefinitions === null ? (
    <p class="names" title={envVarName ?? undefined} safe>
      {
        { simple: envVarName ?? "", group: "each entry brings its own", ssh: "private key file", json: "JSON file" }[
          keyType
        ]
      }
    </p>
  ) : (
    <p class="names" title={fieldDefinitions.join(", ")}>
      {fieldDefinitions.map((name) => (
        <>
          <span safe>{name}</span>{" "}
        </>
      ))}
    </p>
  );

type FoundProps = { entry: Entry; drawing: Shown | null; search: string };

const FoundEntry = ({ entry, drawing, search }: FoundProps): JSX.Element => (
  <>
    <Badge name={entry.category.name} color={entry.category.color} drawing={drawing} small />
    <span class="project">
      <a class="cover" href={urls.entryIn(entry.categoryId, entry.id)} safe>
        {entry.name}
      </a>
      <Excerpt text={entry.notes ?? ""} around={search} />
    </span>
    <span class="in" safe>
      {entry.category.name}
    </span>
    <Tag text={ENVIRONMENT_WORDS[entry.environment]} kind={entry.environment} />
  </>
);
