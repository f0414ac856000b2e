import type { Environment } from "../../src/features/entries/model.ts";
import type { ExportPreview } from "../../src/features/export/model.ts";
import { attribute } from "../components/attribute.ts";
import { count } from "../components/bits.tsx";
import { Choices, FormProblem, type Problem, SelectField, TextField } from "../components/field.tsx";
import { Segments } from "../components/segments.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";
import { DIALECT_OPTIONS, ENVIRONMENT_OPTIONS, ENVIRONMENT_WORDS } from "../words.ts";

export type BulkVerb = "environment" | "move" | "rename" | "export" | "delete";

type SelectedEntry = Readonly<{ id: string; name: string; environment: Environment; category: { name: string } }>;

/** What is asked about a selection before it is done. */
export type Asked = Readonly<{
  verb: BulkVerb;
  entries: readonly SelectedEntry[];
  /** How many of the chosen are gone, or were never there. */
  missing: number;
  /** What brings the same selection back. */
  fields: readonly (readonly [name: string, value: string])[];
  /** Where Cancel leads. */
  back: string;
  /** What was chosen or typed before, "" at first. */
  to: string;
  problem: Problem | null;
  /** Entries in the way, of which nothing was changed for. */
  obstacles: readonly Readonly<{ entry: SelectedEntry; why: string }>[];
  /** Where the entries can be moved to. */
  targets: readonly Readonly<{ id: string; name: string }>[];
  /** Of which types they are, in words. */
  types: readonly string[];
  exporting: Readonly<{
    environment: string;
    dialect: string;
    /** Skipped, because they are files. */
    files: number;
    preview: ExportPreview | null;
    told: string;
  }> | null;
  inDialog: boolean;
}>;

export const SelectionPage = ({ frame, ...asked }: Asked & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={titleOf(asked)} section="entries">
    <div class="narrow panel">
      <AskAboutSelection {...asked} />
    </div>
  </Page>
);

/** Asks once: what is done to how many, and to which. */
export const AskAboutSelection = (asked: Asked): JSX.Element => {
  if (asked.entries.length === 0) return <NothingSelected {...asked} />;
  if (asked.verb === "move" && asked.types.length > 1) return <SeveralTypes {...asked} />;
  const { verb, fields, problem } = asked;
  const action = verb === "export" ? urls.exportSelected : urls.changeSelected;
  const swaps = asked.inDialog && verb !== "export";
  return (
    <form
      class="stack"
      method="post"
      action={action}
      hx-post={swaps ? action : undefined}
      hx-target={swaps ? `#${ids.dialog}` : undefined}
      data-dialog-body={asked.inDialog}
      data-download={verb === "export"}
    >
      <Title asked={asked} />
      {fields.map(([name, value]) => (
        <input type="hidden" name={name} value={attribute(value)} />
      ))}
      <input type="hidden" name="verb" value={verb} />
      <FormProblem problem={problem} shown={["to"]} />
      <Obstacles {...asked} />
      {verb === "delete" ? (
        <p>
          <strong safe>{count(asked.entries.length, "entry", "entries")}</strong>{" "}
          {asked.entries.length === 1 ? "goes" : "go"}, with notes, secret values and their histories. They cannot be
          brought back here; what uses the keys elsewhere keeps working until their issuers revoke them.
        </p>
      ) : null}
      <Few entries={asked.entries} />
      {asked.missing === 0 ? null : (
        <p class="muted small" safe>
          {`${count(asked.missing, "chosen entry is", "chosen entries are")} not there any more, and left out.`}
        </p>
      )}
      <Target {...asked} />
      <div class="actions">
        <a class="button" href={asked.back} data-close-dialog>
          Cancel
        </a>
        <button class={verb === "delete" ? "button danger" : "button primary"} type="submit" safe>
          {submitOf(asked)}
        </button>
        <LeaveOut {...asked} />
      </div>
    </form>
  );
};

const Title = ({ asked }: { asked: Asked }): JSX.Element =>
  asked.inDialog ? (
    <h2 id="dialog-title" safe>
      {titleOf(asked)}
    </h2>
  ) : (
    <h1 safe>{titleOf(asked)}</h1>
  );

function titleOf({ verb, entries }: Pick<Asked, "verb" | "entries">): string {
  if (entries.length === 0) return "Nothing is selected";
  const what = count(entries.length, "entry", "entries");
  return {
    environment: `Set the environment of ${what}`,
    move: `Move ${what}`,
    rename: `Rename the project of ${what}`,
    export: `Export ${what}`,
    delete: `Delete ${what}?`,
  }[verb];
}

function submitOf({ verb, entries, exporting }: Asked): string {
  const what = count(entries.length, "entry", "entries");
  if (exporting?.told) return "Export anyway";
  return {
    environment: `Set for ${what}`,
    move: `Move ${what}`,
    rename: `Rename in ${what}`,
    export: "Export",
    delete: `Delete ${what}`,
  }[verb];
}

const NAMED = 5;

/** The first of them by name, and how many there are besides. */
const Few = ({ entries }: Pick<Asked, "entries">): JSX.Element => (
  <ul class="few">
    {entries.slice(0, NAMED).map((entry) => (
      <li safe>{nameOf(entry)}</li>
    ))}
    {entries.length <= NAMED ? null : (
      <li class="muted" safe>
        {`and ${count(entries.length - NAMED, "other")}`}
      </li>
    )}
  </ul>
);

function nameOf({ name, environment, category }: SelectedEntry): string {
  return `${name}, ${ENVIRONMENT_WORDS[environment].toLowerCase()}, in ${category.name}`;
}

const OBSTACLES_NAMED = 20;

const Obstacles = ({ entries, obstacles }: Asked): JSX.Element =>
  obstacles.length === 0 ? (
    ""
  ) : (
    <div class="notice bad" role="alert" tabindex="-1" autofocus>
      <div class="stack">
        <p safe>
          {`Nothing was changed: ${count(obstacles.length, "entry stands", "entries stand")} in the way. Choose differently${obstacles.length === entries.length ? "." : `, or leave ${obstacles.length === 1 ? "it" : "them"} out.`}`}
        </p>
        <ul class="few">
          {obstacles.slice(0, OBSTACLES_NAMED).map(({ entry, why }) => (
            <li safe>{`${nameOf(entry)}: ${why}`}</li>
          ))}
          {obstacles.length <= OBSTACLES_NAMED ? null : (
            <li safe>{`and ${count(obstacles.length - OBSTACLES_NAMED, "other")}`}</li>
          )}
        </ul>
      </div>
    </div>
  );

/** Asks anew about all but those in the way. It comes last: the first button is the one that Enter presses. */
const LeaveOut = ({ entries, obstacles, inDialog }: Asked): JSX.Element =>
  obstacles.length === 0 || obstacles.length === entries.length ? (
    ""
  ) : (
    <button
      class="button"
      type="submit"
      name="without"
      value={attribute(obstacles.map(({ entry }) => entry.id).join(" "))}
      formaction={urls.selected}
      formnovalidate
      hx-post={inDialog ? urls.selected : undefined}
      hx-target={inDialog ? `#${ids.dialog}` : undefined}
      safe
    >
      {`Leave ${obstacles.length === 1 ? "it" : `${obstacles.length} of them`} out`}
    </button>
  );

/** What they become. */
const Target = (asked: Asked): JSX.Element => {
  const { verb, to, problem } = asked;
  if (verb === "environment")
    return (
      <Choices name="to" legend="New environment" problem={problem}>
        <Segments name="to" options={ENVIRONMENT_OPTIONS} chosen={to || null} />
      </Choices>
    );
  if (verb === "move")
    return (
      <SelectField
        name="to"
        label="To the category"
        options={[["", "Choose one"], ...asked.targets.map(({ id, name }) => [id, name] as const)]}
        chosen={to}
        problem={problem}
      />
    );
  if (verb === "rename")
    return (
      <TextField
        name="to"
        label="New name of the project"
        value={to}
        problem={problem}
        required
        autofocus
        literal
        mono
        maxlength={255}
      />
    );
  return asked.exporting === null ? "" : <ExportChoices {...asked.exporting} />;
};

const ExportChoices = ({
  environment,
  dialect,
  files,
  preview,
  told,
}: NonNullable<Asked["exporting"]>): JSX.Element => (
  <>
    {files === 0 ? null : (
      <p
        safe
      >{`${count(files, "of them is a file", "of them are files")} (SSH, JSON), which .env text has no place for.`}</p>
    )}
    {preview === null ? null : (
      <div class="notice warns" role="alert" tabindex="-1" autofocus>
        <ul class="stack">
          {preview.repeated.length === 0 ? null : (
            <li safe>{`Written more than once, of which a reader keeps the last: ${preview.repeated.join(", ")}`}</li>
          )}
          {preview.notPortable.length === 0 ? null : (
            <li
              safe
            >{`Not read alike by every program: ${preview.notPortable.map(({ key, misreadBy }) => `${key} (misread by ${misreadBy.join(", ")})`).join("; ")}`}</li>
          )}
          {preview.notWritten.length === 0 ? null : (
            <li safe>{`Not written, because no form of it is safe: ${preview.notWritten.join(", ")}`}</li>
          )}
          {preview.unreadable === 0 ? null : (
            <li safe>{`${count(preview.unreadable, "value does", "values do")} not open, and will be missing.`}</li>
          )}
        </ul>
      </div>
    )}
    <SelectField
      name="only"
      label="Environment"
      options={[["", "All that are selected"], ...ENVIRONMENT_OPTIONS]}
      chosen={environment}
    />
    <SelectField name="dialect" label="Who reads it" options={DIALECT_OPTIONS} chosen={dialect} />
    {told === "" ? null : <input type="hidden" name="told" value={told} />}
  </>
);

const NothingSelected = (asked: Asked): JSX.Element => (
  <div class="stack" data-dialog-body={asked.inDialog}>
    <Title asked={asked} />
    <p safe>
      {asked.missing === 0
        ? "Tick the entries that it is about, then choose again what to do with them."
        : `${count(asked.missing, "chosen entry is", "chosen entries are")} not there any more.`}
    </p>
    <Back href={asked.back} />
  </div>
);

const SeveralTypes = (asked: Asked): JSX.Element => (
  <div class="stack" data-dialog-body={asked.inDialog}>
    <Title asked={asked} />
    <p safe>
      {`They are of different types: ${asked.types.join(", ")}. A category takes entries of its own type only, so filter by one type and move those.`}
    </p>
    <Back href={asked.back} />
  </div>
);

const Back = ({ href }: { href: string }): JSX.Element => (
  <div class="actions">
    <a class="button" href={href} data-close-dialog>
      Back to the list
    </a>
  </div>
);
