import type { Entry } from "../../src/features/entries/model.ts";
import { Confirm } from "../components/confirm.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";
import { ENVIRONMENT_WORDS } from "../words.ts";
import { titleOf } from "./value.tsx";

type Props = { entry: Entry };

export const DeleteEntryPage = ({ frame, entry }: Props & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`Delete ${titleOf(entry)}`} section="keys">
    <div class="narrow panel">
      <DeleteEntry entry={entry} inDialog={false} />
    </div>
  </Page>
);

export const DeleteEntry = ({ entry, inDialog }: Props & { inDialog: boolean }): JSX.Element => (
  <Confirm
    title={`Delete ${entry.name}?`}
    action={urls.deleteEntry(entry.id)}
    verb="Delete entry"
    back={urls.entryIn(entry.categoryId, entry.id)}
    inDialog={inDialog}
  >
    <p>
      The <span safe>{entry.category.name}</span> entry <strong safe>{entry.name}</strong> (
      <span safe>{ENVIRONMENT_WORDS[entry.environment].toLowerCase()}</span>) goes, with its notes and its secret value.
      It cannot be brought back here; what uses the key elsewhere keeps working until its issuer revokes it.
    </p>
  </Confirm>
);
