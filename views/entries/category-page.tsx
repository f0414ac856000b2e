import type { Category } from "../../src/features/categories/model.ts";
import type { Entry, Environment } from "../../src/features/entries/model.ts";
import { Badge, type Drawing } from "../components/badge.tsx";
import { Ago, count, Empty, Expiry, Path, Tag } from "../components/bits.tsx";
import { FilterBar } from "../components/filter-bar.tsx";
import { GetKey, type KeySource } from "../components/get-key.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, query, urls } from "../urls.ts";
import { ENVIRONMENT_OPTIONS, ENVIRONMENT_WORDS, KEY_TYPE_WORDS } from "../words.ts";
import { HiddenValue, UnsetValue } from "./value.tsx";

/** An entry as the list shows it; `fields` are the names of a group's fields that are set, empty for other types. */
export type ListedEntry = Readonly<{ entry: Entry; fields: readonly string[] }>;

type Filter = Readonly<{ search: string; environment: Environment | null; cursor: string | null }>;

type Props = {
  category: Category;
  entries: readonly ListedEntry[];
  /** Where the entries after these begin, null at the end. */
  next: string | null;
  filter: Filter;
  now: Date;
};

/** One category with its entries. */
export const CategoryPage = ({
  frame,
  drawing,
  service,
  ...list
}: Props & { frame: Frame; drawing: Drawing | null; service: KeySource | null }): JSX.Element => {
  const { category, filter } = list;
  const unfiltered = filter.search === "" && filter.environment === null && filter.cursor === null;
  const isEmpty = unfiltered && list.entries.length === 0;
  return (
    <Page frame={frame} title={category.name} section="keys">
      <Path steps={[{ name: "keys", href: urls.keys }, { name: category.name }]} />
      <div class="head">
        <div>
          <div class="title">
            <Badge name={category.name} color={category.color} drawing={drawing} />
            <h1 safe>{category.name}</h1>
          </div>
          <div class="facts">
            <Tag text={KEY_TYPE_WORDS[category.keyType].name} />
            {category.envVarName === null ? null : <code safe>{category.envVarName}</code>}
            {category.fieldDefinitions?.map((name) => (
              <code safe>{name}</code>
            ))}
            {service === null ? null : <GetKey source={service} />}
          </div>
          {category.description === null ? null : (
            <p class="clip" safe>
              {category.description}
            </p>
          )}
        </div>
        <div class="actions">
          {isEmpty ? null : (
            <a class="button primary" href={urls.newEntry(category.id)}>
              New entry
            </a>
          )}
          <a class="button" href={urls.editCategory(category.id)}>
            Edit<span class="visually-hidden"> category</span>
          </a>
          <a
            class="button warns"
            href={urls.deleteCategory(category.id)}
            hx-get={urls.deleteCategory(category.id)}
            hx-target={`#${ids.dialog}`}
          >
            Delete<span class="visually-hidden"> category</span>
          </a>
        </div>
      </div>
      {isEmpty ? <FirstEntry category={category} /> : <FilteredEntries {...list} />}
    </Page>
  );
};

const FirstEntry = ({ category }: { category: Category }): JSX.Element => (
  <Empty title="No entries yet">
    <p>
      An entry is the <span safe>{category.name}</span> key of one project in one environment, such as “Blog” in
      production. Its value is encrypted before it is stored.
    </p>
    <div class="actions">
      <a class="button primary" href={urls.newEntry(category.id)}>
        Add the first entry
      </a>
    </div>
  </Empty>
);

const FilteredEntries = (list: Props): JSX.Element => (
  <>
    <FilterBar
      action={urls.category(list.category.id)}
      label="Search entries"
      placeholder="Search by project or notes"
      search={list.filter.search}
      choice={{
        name: "environment",
        legend: "Environment",
        options: ENVIRONMENT_OPTIONS,
        chosen: list.filter.environment ?? "",
      }}
    />
    <EntryResults {...list} />
  </>
);

/** The entries that the filter leaves; swapped while somebody types. */
export const EntryResults = ({ category, entries, next, filter, now }: Props): JSX.Element => {
  const action = urls.category(category.id);
  const { search, environment } = filter;
  return (
    <div id={ids.results} class="stack fades">
      {entries.length === 0 ? (
        <NoMatch category={category} />
      ) : (
        <>
          <p class="muted small" data-announce safe>
            {next === null && filter.cursor === null
              ? count(entries.length, "entry", "entries")
              : `${count(entries.length, "entry", "entries")} on this page`}
          </p>
          <table class="table entries">
            <thead>
              <tr>
                <th scope="col" class="c-name">
                  Project
                </th>
                <th scope="col" class="c-env">
                  Environment
                </th>
                <th scope="col">Value</th>
                <th scope="col" class="c-dates">
                  Expires
                </th>
                <th scope="col" class="c-dates">
                  Updated
                </th>
                <th scope="col" class="c-acts">
                  <span class="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.map((listed) => (
                <EntryRow {...listed} now={now} />
              ))}
            </tbody>
          </table>
          {next === null && filter.cursor === null ? null : (
            <nav class="actions" aria-label="More entries">
              {filter.cursor === null ? null : (
                <a class="button" href={`${action}${query({ search, environment })}`}>
                  Newest entries
                </a>
              )}
              {next === null ? null : (
                <a class="button" href={`${action}${query({ search, environment, cursor: next })}`}>
                  Older entries
                </a>
              )}
            </nav>
          )}
        </>
      )}
    </div>
  );
};

const NoMatch = ({ category }: { category: Category }): JSX.Element => (
  <div class="empty">
    <h2 data-announce>No entry matches</h2>
    <p>Nothing in this category has such a project or such notes in the chosen environment.</p>
    <div class="actions">
      <a class="button" href={urls.category(category.id)}>
        Show all
      </a>
      <a class="button" href={urls.newEntry(category.id)}>
        New entry
      </a>
    </div>
  </div>
);

const EntryRow = ({ entry, fields, now }: ListedEntry & { now: Date }): JSX.Element => {
  const of = ` ${entry.name}, ${ENVIRONMENT_WORDS[entry.environment]}`;
  return (
    <tr id={ids.entry(entry.id)}>
      <th scope="row">
        <span safe>{entry.name}</span>
        {entry.notes === null ? null : <Notes text={entry.notes} />}
      </th>
      <td>
        <Tag text={ENVIRONMENT_WORDS[entry.environment]} kind={entry.environment} />
      </td>
      <td>
        {entry.category.keyType === "group" ? (
          <ul class="values">
            {namesOf(entry, fields).map((field) => (
              <li>
                {fields.includes(field) ? <HiddenValue entry={entry} field={field} /> : <UnsetValue field={field} />}
              </li>
            ))}
          </ul>
        ) : (
          <HiddenValue entry={entry} field={null} />
        )}
      </td>
      <td data-label="Expires">
        <Expiry at={entry.expiresAt} now={now} />
      </td>
      <td data-label="Updated" class="small">
        <Ago at={entry.updatedAt} now={now} />
      </td>
      <td class="end">
        <div class="actions">
          <a class="button small" href={urls.editEntry(entry.id)}>
            Edit
            <span class="visually-hidden" safe>
              {of}
            </span>
          </a>
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
        </div>
      </td>
    </tr>
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
