import type { LastSeen } from "../../src/features/audit/model.ts";
import type { Category } from "../../src/features/categories/model.ts";
import type { Entry, EntryListFilter, EntrySort, ExpiryFilter } from "../../src/features/entries/model.ts";
import { whoShortly } from "../audit/words.ts";
import { attribute } from "../components/attribute.ts";
import { Badge, type Drawing, eachOnce, type Shown } from "../components/badge.tsx";
import { Ago, count, Empty, Expiry, Tag } from "../components/bits.tsx";
import { FilterBar, FilterChoice } from "../components/filter-bar.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, query, urls } from "../urls.ts";
import { ENVIRONMENT_OPTIONS, ENVIRONMENT_WORDS, KEY_TYPE_OPTIONS, KEY_TYPE_WORDS } from "../words.ts";
import { BulkButtons } from "./selection.tsx";
import { HiddenValue, UnsetValue } from "./value.tsx";

/**
 * An entry as the list shows it; `fields` are the names of a group's fields that are set, empty for other types; `seen`
 * is who last got the value.
 */
export type ListedEntry = Readonly<{ entry: Entry; fields: readonly string[]; seen: LastSeen | null }>;

/** A list of entries, from its beginning or from a cursor on, and what it is narrowed down to. */
export type EntryList = Readonly<{
  /** The category on whose page it is, null for the list of all. */
  category: Category | null;
  entries: readonly ListedEntry[];
  drawings: ReadonlyMap<string, Drawing>;
  /** How many entries there are under the filter, shown or not. */
  found: number;
  filter: EntryListFilter;
  /** The name of the category that it is narrowed down to, null when there is none. */
  categoryName: string | null;
  sort: EntrySort;
  /** The cursor of the first row of the page, null at the beginning. */
  from: string | null;
  /** The cursor after the last one, null at the end. */
  next: string | null;
  /** How many rows are on the page, those loaded before included. */
  rows: number;
  now: Date;
}>;

const SORT_WORDS: Readonly<Record<EntrySort, string>> = {
  recent: "Newest first",
  project: "By project",
  category: "By category",
  expiry: "By expiry",
  updated: "Last changed first",
};
const EXPIRY_WORDS: Readonly<Record<ExpiryFilter, string>> = {
  expired: "Expired",
  month: "This month",
  "7": "Within 7 days",
  "30": "Within 30 days",
  "90": "Within 90 days",
};

/** Where the list is with a filter and an order, and whatever else its address says. */
export function addressOf(
  { category, filter, sort }: Pick<EntryList, "category" | "filter" | "sort">,
  more: Readonly<Record<string, string | null>> = {},
): string {
  const onPage = category !== null;
  return (
    (onPage ? urls.category(category.id) : urls.entries) +
    query({
      ...filter,
      category: onPage ? null : filter.category,
      sort: sort === orderOf(filter) ? null : sort,
      ...more,
    })
  );
}

/** The order of a list for which none is chosen: of what expires, what does so first comes first. */
export function orderOf({ expires }: Pick<EntryListFilter, "expires">): EntrySort {
  return expires === null ? "recent" : "expiry";
}

/** Where the list is with another filter, in the order that was chosen for it, if one was. */
function addressWith(list: Pick<EntryList, "category" | "filter" | "sort">, filter: EntryListFilter): string {
  const { category, sort } = list;
  return addressOf({ category, filter, sort: sort === orderOf(list.filter) ? orderOf(filter) : sort });
}

/** Every entry of the vault. */
export const EntriesPage = ({ frame, ...list }: EntryList & { frame: Frame }): JSX.Element => {
  const isEmpty = list.found === 0 && chosenOf(list).length === 0;
  const { project } = list.filter;
  return (
    <Page frame={frame} title={project === null ? "Entries" : `Entries of ${project}`} section="entries">
      <div class="head">
        <div>
          <h1>Entries</h1>
        </div>
        {isEmpty ? null : (
          <div class="actions">
            <a class="button primary" href={urls.newEntryOf(project)}>
              New entry
            </a>
          </div>
        )}
        {project === null || list.found === 0 ? null : (
          <div class="actions">
            <a class="button" href={urls.exportsOf({ project, environment: list.filter.environment ?? "" })}>
              Export
              <span class="visually-hidden"> project</span>
            </a>
            <RenameProject project={project} />
          </div>
        )}
      </div>
      {isEmpty ? (
        <Empty title="No entries yet">
          <p>
            An entry is the key of one project in one environment, and lies in the category of the service that gave it.
            All of them are listed here.
          </p>
          <div class="actions">
            <a class="button primary" href={urls.keys}>
              Choose a category
            </a>
          </div>
        </Empty>
      ) : (
        <>
          <EntryFilters {...list} />
          <EntryResults {...list} />
        </>
      )}
    </Page>
  );
};

const RenameProject = ({ project }: { project: string }): JSX.Element => (
  <form method="post" action={urls.selected} hx-post={urls.selected} hx-target={`#${ids.dialog}`}>
    <input type="hidden" name="all" value="yes" />
    <input type="hidden" name="project" value={attribute(project)} />
    <button class="button" type="submit" name="verb" value="rename">
      Rename project
    </button>
  </form>
);

const EntryFilters = ({ filter, sort }: EntryList): JSX.Element => {
  const fields: Readonly<Record<keyof EntryListFilter, JSX.Element | null>> = {
    // The bar's own field.
    search: null,
    project: filter.project === null ? null : <input type="hidden" name="project" value={attribute(filter.project)} />,
    category: filter.category === null ? null : <input type="hidden" name="category" value={filter.category} />,
    type: <FilterChoice name="type" label="Type" all="Any type" options={KEY_TYPE_OPTIONS} chosen={filter.type} />,
    environment: (
      <FilterChoice
        name="environment"
        label="Environment"
        all="Any environment"
        options={ENVIRONMENT_OPTIONS}
        chosen={filter.environment}
      />
    ),
    expires: <ExpiryAndOrder filter={filter} sort={sort} />,
  };
  return (
    <FilterBar
      action={urls.entries}
      label="Search entries"
      placeholder="Search by project, category, variable or notes"
      search={filter.search}
    >
      {Object.values(fields) as "safe"[]}
    </FilterBar>
  );
};

/** The filter and the order that every list of entries has. */
export const ExpiryAndOrder = ({ filter, sort }: Pick<EntryList, "filter" | "sort">): JSX.Element => (
  <>
    <FilterChoice
      name="expires"
      label="Expires"
      all="Any expiry"
      options={Object.entries(EXPIRY_WORDS)}
      chosen={filter.expires}
    />
    <FilterChoice name="sort" label="Order" options={Object.entries(SORT_WORDS)} chosen={sort} />
  </>
);

type Chosen = Readonly<{ what: string; value: string; without: string }>;

/** What the list is narrowed down to, each with the address without it. */
function chosenOf(list: Pick<EntryList, "category" | "filter" | "sort" | "categoryName">): Chosen[] {
  const { search, type, environment, project, category, expires } = list.filter;
  const words: Readonly<Record<keyof EntryListFilter, string | null>> = {
    search: search || null,
    type: type && KEY_TYPE_WORDS[type].name,
    environment: environment && ENVIRONMENT_WORDS[environment],
    project,
    // On its own page it is no choice.
    category: list.category === null && category !== null ? (list.categoryName ?? "unknown") : null,
    expires: expires && EXPIRY_WORDS[expires].toLowerCase(),
  };
  return Object.entries(words).flatMap(([what, value]) =>
    value === null
      ? []
      : [{ what, value, without: addressWith(list, { ...list.filter, [what]: what === "search" ? "" : null }) }],
  );
}

/** The entries that the filter leaves; swapped while somebody types. */
export const EntryResults = (list: EntryList): JSX.Element => {
  const { category, found, from, entries, next } = list;
  const chosen = chosenOf(list);
  const whole = from === null ? "" : `, ${count(entries.length, "entry", "entries")} on this page`;
  return (
    <div id={ids.results} class="stack fades entry-list">
      {chosen.length === 0 ? null : <Chips chosen={chosen} all={addressWith(list, NO_FILTER)} />}
      {found === 0 ? (
        <NoMatch {...list} />
      ) : (
        <>
          <p class="muted small" data-announce safe>
            {count(found, "entry", "entries") + whole}
          </p>
          {from === null ? null : (
            <nav class="actions" aria-label="Earlier entries">
              <a class="button small" href={addressOf(list)}>
                From the beginning
              </a>
              {next === null ? <span class="muted small">These are the last.</span> : null}
            </nav>
          )}
          <SelectionBar {...list} />
          <table class={category === null ? "table rows all" : "table rows"} aria-label="Entries">
            <thead>
              <tr>
                <th scope="col">
                  <span class="visually-hidden">Select</span>
                </th>
                <th scope="col">Project</th>
                {category === null ? <th scope="col">Category</th> : null}
                <th scope="col">Environment</th>
                <th scope="col">Value</th>
                <th scope="col">Expires</th>
                <th scope="col">Updated</th>
                <th scope="col">
                  <span class="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              <EntryRows {...list} />
            </tbody>
          </table>
        </>
      )}
    </div>
  );
};

const NO_FILTER: EntryListFilter = {
  search: "",
  type: null,
  environment: null,
  project: null,
  category: null,
  expires: null,
};

const Chips = ({ chosen, all }: { chosen: readonly Chosen[]; all: string }): JSX.Element => (
  <ul class="chips" aria-label="Filters">
    {chosen.map(({ what, value, without }) => (
      <li>
        <a class="chip" href={without}>
          <span class="visually-hidden">Clear </span>
          <span class="what" safe>
            {what}
          </span>{" "}
          <span class="is" safe>
            {value}
          </span>
          <span aria-hidden="true">✕</span>
        </a>
      </li>
    ))}
    {chosen.length === 1 ? null : (
      <li>
        <a href={all}>Clear filters</a>
      </li>
    )}
  </ul>
);

const NoMatch = (list: EntryList): JSX.Element => (
  <div class="empty">
    <h2 data-announce>No entry matches</h2>
    <p>
      {list.category === null
        ? "No project, category, variable or notes match the search, under the chosen filters."
        : "No project or notes in this category match the search, under the chosen filters."}
    </p>
    <div class="actions">
      <a class="button" href={addressWith(list, NO_FILTER)}>
        Clear filters
      </a>
      {list.category === null ? null : (
        <a class="button" href={urls.newEntry(list.category.id)}>
          New entry
        </a>
      )}
    </div>
  </div>
);

/** What can be done with the entries that are ticked; the boxes stand in the rows. */
const SelectionBar = (list: EntryList): JSX.Element => {
  const { category, filter, sort, found, from, next } = list;
  const isWhole = from === null && next === null;
  return (
    <form
      id={ids.selection}
      class="selection"
      method="post"
      action={urls.selected}
      hx-post={urls.selected}
      hx-target={`#${ids.dialog}`}
      aria-label="Selected entries"
    >
      {Object.entries({ ...filter, sort, on: category?.id ?? "" })
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <input type="hidden" name={name} value={attribute(value ?? "")} />
        ))}
      <label class="check needs-script">
        <input type="checkbox" data-pick-shown />
        All shown
      </label>
      {isWhole ? null : (
        <label class="check">
          <input type="checkbox" name="all" value="yes" />
          <span safe>{`All ${count(found, "entry", "entries")} that match`}</span>
        </label>
      )}
      <output class="muted small" data-picked></output>
      <BulkButtons />
    </form>
  );
};

/** Rows, and behind them what fetches more of them once it is seen. */
export const EntryRows = (list: EntryList): JSX.Element => {
  const { entries, next, from, rows } = list;
  const drawingOf = eachOnce(list.drawings, String(rows));
  return (
    <>
      {entries.map((listed) => (
        <EntryRow {...listed} list={list} drawing={drawingOf(listed.entry.category.icon)} />
      ))}
      {next === null ? null : (
        <tr
          class="more"
          hx-get={addressOf(list, { cursor: next, from, rows: String(rows) })}
          hx-trigger="revealed rootMargin:1000px"
          hx-swap="outerHTML"
          hx-target="this"
        >
          <td>
            <a class="button" href={addressOf(list, { cursor: next })}>
              More entries
            </a>
          </td>
        </tr>
      )}
    </>
  );
};

type RowProps = ListedEntry & { list: EntryList; drawing: Shown | null };

const EntryRow = ({ entry, fields, seen, list, drawing }: RowProps): JSX.Element => {
  const { category, now } = list;
  const of = ` ${entry.name}, ${ENVIRONMENT_WORDS[entry.environment]}`;
  return (
    <tr id={ids.entry(entry.id)}>
      <td class="pick">
        <input
          type="checkbox"
          name="id"
          value={entry.id}
          form={ids.selection}
          aria-label={attribute(`Select${of}${category === null ? `, ${entry.category.name}` : ""}`)}
        />
      </td>
      <th scope="row">
        {category === null ? (
          <a href={addressWith(list, { ...NO_FILTER, project: entry.name })} safe>
            {entry.name}
          </a>
        ) : (
          <>
            <span safe>{entry.name}</span>
            {entry.notes === null ? null : <Notes text={entry.notes} />}
          </>
        )}
      </th>
      {category === null ? (
        <td class="in">
          <Badge name={entry.category.name} color={entry.category.color} drawing={drawing} small />
          <a href={urls.category(entry.categoryId)} safe>
            {entry.category.name}
          </a>
          <code class="variable" safe>
            {entry.category.envVarName ?? KEY_TYPE_WORDS[entry.category.keyType].name}
          </code>
        </td>
      ) : null}
      <td>
        <Tag text={ENVIRONMENT_WORDS[entry.environment]} kind={entry.environment} />
      </td>
      <td>
        <Values entry={entry} fields={fields} folded={category === null} />
      </td>
      <td data-label="Expires">
        <Expiry at={entry.expiresAt} now={now} />
      </td>
      <td data-label="Updated" class="small">
        <div>
          <Ago at={entry.updatedAt} now={now} />
          {category === null ? null : (
            <>
              <br />
              <a href={urls.entryHistory(entry.id)}>
                History
                <span class="visually-hidden" safe>
                  {of}
                </span>
              </a>
            </>
          )}
          <SeenBy entry={entry} seen={seen} now={now} />
        </div>
      </td>
      <td class="end">
        <div class="actions">
          <a class="button small" href={urls.editEntry(entry.id)}>
            Edit
            <span class="visually-hidden" safe>
              {of}
            </span>
          </a>
          {category === null ? null : (
            <a
              class="button small warns"
              href={urls.deleteEntry(entry.id)}
              hx-get={urls.deleteEntry(entry.id)}
              hx-target={`#${ids.dialog}`}
            >
              Delete
              <span class="visually-hidden" safe>
                {of}
              </span>
            </a>
          )}
        </div>
      </td>
    </tr>
  );
};

/** Who has seen the value last; nothing while nobody has. */
const SeenBy = ({ entry, seen, now }: Pick<ListedEntry, "entry" | "seen"> & { now: Date }): JSX.Element =>
  seen === null ? (
    ""
  ) : (
    <p class="muted seen-by">
      {"Seen "}
      <Ago at={seen.at} now={now} />
      {" by "}
      <a href={urls.activityOf({ item: entry.id })}>
        <span safe>{whoShortly(seen)}</span>
        <span class="visually-hidden" safe>{` (activity of ${entry.name})`}</span>
      </a>
    </p>
  );

/** A value, or the fields of a group, which a dense list folds away. */
const Values = ({ entry, fields, folded }: Omit<ListedEntry, "seen"> & { folded: boolean }): JSX.Element => {
  if (entry.category.keyType !== "group") return <HiddenValue entry={entry} field={null} />;
  const names = namesOf(entry, fields);
  const values = (
    <ul class="values">
      {names.map((field) => (
        <li>{fields.includes(field) ? <HiddenValue entry={entry} field={field} /> : <UnsetValue field={field} />}</li>
      ))}
    </ul>
  );
  if (!folded) return values as "safe";
  return (
    <details class="fields">
      <summary safe>{count(names.length, "field")}</summary>
      {values as "safe"}
    </details>
  );
};

/** The fields that the category defines, and those the entry has besides. */
function namesOf({ category }: Entry, fields: readonly string[]): string[] {
  return [...new Set([...(category.fieldDefinitions ?? []), ...fields])];
}

const LONG_NOTES = 140;

const Notes = ({ text }: { text: string }): JSX.Element =>
  text.length <= LONG_NOTES ? (
    <p class="clip sans" safe>
      {text}
    </p>
  ) : (
    <details class="clip sans">
      <summary safe>{`${text.slice(0, LONG_NOTES / 2).trimEnd()}…`}</summary>
      <p safe>{text}</p>
    </details>
  );
