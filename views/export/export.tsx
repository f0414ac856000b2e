import type { Environment } from "../../src/features/entries/model.ts";
import type { Dialect, ExportPreview, Finding } from "../../src/features/export/model.ts";
import { NAME_LENGTH } from "../../src/schema.ts";
import { attribute } from "../components/attribute.ts";
import { count, Path } from "../components/bits.tsx";
import { SelectField, TextField } from "../components/field.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { Matter, Settings } from "../settings/layout.tsx";
import { ids, urls } from "../urls.ts";
import { DIALECT_OPTIONS, ENVIRONMENT_OPTIONS, ENVIRONMENT_WORDS } from "../words.ts";
import { Findings } from "./findings.tsx";

/** As they stand in the address; "" is everything, and any program. */
export type Choices = Readonly<{ project: string; environment: Environment | ""; dialect: Dialect | "" }>;

type Props = { choices: Choices; projects: readonly string[] };

export const ExportsPage = ({ frame, ...form }: Props & { frame: Frame }): JSX.Element => (
  <Settings frame={frame} title="Export" place="export">
    <div class="head">
      <div>
        <h1>Export</h1>
        <p class="muted">Take your keys along, or an inventory of them.</p>
      </div>
    </div>
    <div class="matters">
      <Matter
        title=".env file"
        about={
          <>
            Values of simple and group entries, as plain text. SSH keys, JSON files and second factors are not in it.
            Asks for your password.
          </>
        }
      >
        <ExportForm {...form} />
      </Matter>
      <Matter
        title="Metadata"
        about={
          <>
            One JSON file of names, notes, environments and dates: categories, entries, 2FA, env projects and access
            keys. No values. <code>docs/metadata-export.md</code> has its format.
          </>
        }
      >
        <form method="post" action={urls.exportMetadata} data-download>
          <button class="button" type="submit">
            Download metadata
          </button>
        </form>
      </Matter>
    </div>
  </Settings>
);

/** A form of its address alone, so that the way through the password and the back button keep what was chosen. */
const ExportForm = ({ choices, projects }: Props): JSX.Element => (
  <form class="form" method="get" action={urls.exportEnv()}>
    <TextField
      name="project"
      label="Project"
      hint="The name that its entries have. Empty for all of them."
      value={choices.project}
      list={ids.projectNames}
      maxlength={NAME_LENGTH}
      optional
    />
    <datalist id={ids.projectNames}>
      {projects.map((name) => (
        <option value={attribute(name)}></option>
      ))}
    </datalist>
    <SelectField
      name="environment"
      label="Environment"
      options={[["", "All"], ...ENVIRONMENT_OPTIONS]}
      chosen={choices.environment}
    />
    <SelectField
      name="dialect"
      label="Program that reads the file"
      hint="Programs do not agree on quotes and line breaks. Choose yours, and it reads what you have stored."
      options={DIALECT_OPTIONS}
      chosen={choices.dialect}
    />
    <div class="actions">
      <button class="button primary" type="submit">
        Continue
      </button>
    </div>
  </form>
);

type PreviewProps = {
  choices: Choices;
  /** null when the dialect cannot hold the values of `refusedKeys`. */
  preview: ExportPreview | null;
  findings: readonly Finding[];
  refusedKeys: readonly string[];
};

/** What would be in the download and what would not, and the download. */
export const ExportPreviewPage = ({
  frame,
  choices,
  preview,
  findings,
  refusedKeys,
}: PreviewProps & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title="Export .env" section="settings">
    <Path
      steps={[
        { name: "Settings", href: urls.settings },
        { name: "Export", href: urls.exportsOf(choices) },
        { name: ".env" },
      ]}
    />
    <div class="head">
      <div>
        <h1>
          {preview === null ? "Not for this program" : preview.lines === 0 ? "Nothing to export" : "Ready to download"}
        </h1>
        <p class="muted" safe>
          {chosenWords(choices)}
        </p>
      </div>
    </div>
    <div class="form-width stack loose">
      {preview === null ? <Refused keys={refusedKeys} /> : <Report preview={preview} findings={findings} />}
      <div class="actions">
        {preview === null || preview.lines === 0 ? null : (
          <form method="post" action={urls.exportEnv(choices)} data-download>
            <button class="button primary" type="submit">
              Download kagi-export.env
            </button>
          </form>
        )}
        <a class="button" href={urls.exportsOf(choices)}>
          Choose again
        </a>
      </div>
    </div>
  </Page>
);

const Refused = ({ keys }: { keys: readonly string[] }): JSX.Element => (
  <section class="notice bad">
    <div class="stack tight">
      <p>
        <strong>There is no way to write these for the program that you chose.</strong> Choose another, or leave it at
        any program, which writes everything else.
      </p>
      <Names names={keys} />
    </div>
  </section>
);

const Report = ({ preview, findings }: { preview: ExportPreview; findings: readonly Finding[] }): JSX.Element => (
  <>
    {preview.lines === 0 ? (
      <p class="panel">No simple or group entry goes with what you chose.</p>
    ) : (
      <p class="panel">
        <strong safe>{count(preview.lines, "variable")}</strong> of{" "}
        <span safe>{count(preview.entries, "entry", "entries")}</span>. The file is plain text: keep it out of
        repositories, and delete it when it has done its work.
      </p>
    )}
    <Findings findings={findings} />
  </>
);

const Names = ({ names }: { names: readonly string[] }): JSX.Element => (
  <ul class="name-list">
    {names.map((name) => (
      <li>
        <code safe>{name}</code>
      </li>
    ))}
  </ul>
);

function chosenWords({ project, environment, dialect }: Choices): string {
  const where = environment === "" ? "All environments" : ENVIRONMENT_WORDS[environment];
  const reader = dialect === "" ? "any program" : DIALECT_OPTIONS.find(([id]) => id === dialect)?.[1];
  return [project === "" ? "All projects" : project, where, `for ${reader}`].join(" · ");
}
