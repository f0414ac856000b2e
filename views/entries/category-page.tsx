import type { Category } from "../../src/features/categories/model.ts";
import { Badge, type Drawing } from "../components/badge.tsx";
import { Empty, Path, Tag } from "../components/bits.tsx";
import { FilterBar } from "../components/filter-bar.tsx";
import { GetKey, type KeySource } from "../components/get-key.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";
import { ENVIRONMENT_OPTIONS, KEY_TYPE_WORDS } from "../words.ts";
import { type EntryList, EntryResults, ExpiryAndOrder } from "./list.tsx";

type Props = EntryList & { category: Category };

/** One category with its entries. */
export const CategoryPage = ({
  frame,
  drawing,
  service,
  ...list
}: Props & { frame: Frame; drawing: Drawing | null; service: KeySource | null }): JSX.Element => {
  const { category } = list;
  const isEmpty = category.entryCount === 0;
  return (
    <Page frame={frame} title={category.name} section="keys">
      <Path steps={[{ name: "Keys", href: urls.keys }, { name: category.name }]} />
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
    >
      <ExpiryAndOrder filter={list.filter} sort={list.sort} />
    </FilterBar>
    <EntryResults {...list} />
  </>
);
