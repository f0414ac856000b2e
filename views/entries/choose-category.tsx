import type { Category } from "../../src/features/categories/model.ts";
import { Badge, type Drawing, eachOnce } from "../components/badge.tsx";
import { Empty, Tag } from "../components/bits.tsx";
import { Sheet } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { urls } from "../urls.ts";
import { KEY_TYPE_WORDS } from "../words.ts";

type Props = {
  frame: Frame;
  /** By name. */
  categories: readonly Category[];
  drawings: ReadonlyMap<string, Drawing>;
  /** What the entry is to be of, null when that is typed later. */
  project: string | null;
};

/** A new entry that begins elsewhere than in its category: which one is asked first. */
export const ChooseCategoryPage = ({ frame, categories, drawings, project }: Props): JSX.Element => {
  const drawingOf = eachOnce(drawings, "choose");
  return (
    <Sheet
      frame={frame}
      title={project === null ? "New entry" : `New entry of ${project}`}
      section="entries"
      steps={[{ name: "Entries", href: urls.entries }, { name: "New entry" }]}
    >
      {categories.length === 0 ? (
        <Empty title="No categories yet">
          <p>An entry lies in the category of the service that gave the key. Make that first.</p>
          <div class="actions">
            <a class="button primary" href={urls.newCategory}>
              New category
            </a>
          </div>
        </Empty>
      ) : (
        <div class="stack">
          <p class="muted">
            Which service is the key of? One that is not here is <a href={urls.newCategory}>a new category</a>.
          </p>
          <ul class="cards">
            {categories.map((category) => (
              <li class="card">
                <Badge name={category.name} color={category.color} drawing={drawingOf(category.icon)} />
                <h2>
                  <a class="cover" href={urls.newEntryIn(category.id, project)} safe>
                    {category.name}
                  </a>
                </h2>
                <Tag text={KEY_TYPE_WORDS[category.keyType].name} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Sheet>
  );
};
