import type { Category } from "../../src/features/categories/model.ts";
import type { Entry } from "../../src/features/entries/model.ts";
import { countByEnvironment } from "../components/bits.tsx";
import { Confirm } from "../components/confirm.tsx";
import { Few } from "../entries/few.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";

type Props = { category: Category; entries: readonly Pick<Entry, "name" | "environment">[] };

export const DeleteCategoryPage = ({ frame, ...props }: Props & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`Delete ${props.category.name}`} section="keys">
    <div class="narrow panel">
      <DeleteCategory {...props} inDialog={false} />
    </div>
  </Page>
);

export const DeleteCategory = ({ category, entries, inDialog }: Props & { inDialog: boolean }): JSX.Element => (
  <Confirm
    title={`Delete ${category.name}?`}
    action={urls.deleteCategory(category.id)}
    verb="Delete category"
    back={urls.category(category.id)}
    inDialog={inDialog}
  >
    {entries.length === 0 ? (
      <p>
        The category <strong safe>{category.name}</strong> has no entries. It cannot be brought back.
      </p>
    ) : (
      <>
        <p>
          The category <strong safe>{category.name}</strong> goes, and with it{" "}
          <strong safe>{countByEnvironment(entries)}</strong>, with the secret{" "}
          {entries.length === 1 ? "value" : "values"} inside and their history. They cannot be brought back.
        </p>
        <Few entries={entries} />
      </>
    )}
  </Confirm>
);
