import type { Category } from "../../src/features/categories/model.ts";
import { count } from "../components/bits.tsx";
import { Confirm } from "../components/confirm.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";

type Props = { category: Category };

export const DeleteCategoryPage = ({ frame, category }: Props & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`Delete ${category.name}`} section="keys">
    <div class="narrow panel">
      <DeleteCategory category={category} inDialog={false} />
    </div>
  </Page>
);

export const DeleteCategory = ({ category, inDialog }: Props & { inDialog: boolean }): JSX.Element => (
  <Confirm
    title={`Delete ${category.name}?`}
    action={urls.deleteCategory(category.id)}
    verb="Delete category"
    back={urls.category(category.id)}
    inDialog={inDialog}
  >
    {category.entryCount === 0 ? (
      <p>
        The category <strong safe>{category.name}</strong> has no entries. It cannot be brought back.
      </p>
    ) : (
      <p>
        The category <strong safe>{category.name}</strong> goes, and with it{" "}
        <strong safe>{count(category.entryCount, "entry", "entries")}</strong> and the secret{" "}
        {category.entryCount === 1 ? "value" : "values"} inside. They cannot be brought back.
      </p>
    )}
  </Confirm>
);
