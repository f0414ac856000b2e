import type { Category } from "../../src/features/categories/model.ts";
import type { Entry, Environment } from "../../src/features/entries/model.ts";
import { attribute } from "../components/attribute.ts";
import { Path } from "../components/bits.tsx";
import { Choices, FormProblem, type Problem, SecretField, TextArea, TextField } from "../components/field.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";
import { ENVIRONMENT_ORDER, ENVIRONMENT_WORDS } from "../words.ts";

/** The form as it was typed, secrets aside: those are never sent back. */
export type EntryDraft = Readonly<{
  name: string;
  environment: Environment;
  notes: string;
  /** A day, `2027-01-15`. */
  expiresAt: string;
  fileName: string;
  /** Names of the fields of a group that defines its own. */
  ownFields: readonly string[];
}>;

type Shape = Pick<Category, "id" | "name" | "keyType" | "envVarName" | "fieldDefinitions">;

type FormProps = {
  category: Shape;
  draft: EntryDraft;
  projects: readonly string[];
  problem: Problem | null;
  action: string;
  /** Names of the fields of a stored group that may be kept one by one; null for an entry that does not exist yet. */
  stored: readonly string[] | null;
};

export const NewEntryPage = ({ frame, ...form }: FormProps & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`New ${form.category.name} entry`} section="keys">
    <Path
      steps={[
        { name: "keys", href: urls.keys },
        { name: form.category.name, href: urls.category(form.category.id) },
        { name: "new" },
      ]}
    />
    <div class="head">
      <div>
        <h1 safe>{`New ${form.category.name} entry`}</h1>
      </div>
    </div>
    <EntryForm {...form} />
  </Page>
);

export const EditEntryPage = ({ frame, entry, ...form }: FormProps & { frame: Frame; entry: Entry }): JSX.Element => (
  <Page frame={frame} title={`Edit ${entry.name}`} section="keys">
    <Path
      steps={[
        { name: "keys", href: urls.keys },
        { name: form.category.name, href: urls.category(form.category.id) },
        { name: entry.name },
        { name: "edit" },
      ]}
    />
    <div class="head">
      <div>
        <h1 safe>{`Edit ${entry.name}`}</h1>
      </div>
    </div>
    <EntryForm {...form} />
  </Page>
);

export const EntryForm = (form: FormProps): JSX.Element => {
  const { category, draft, problem, projects, action, stored } = form;
  return (
    <form class="form" method="post" enctype="multipart/form-data" action={action} hx-post={action} hx-swap="outerHTML">
      <FormProblem
        problem={problem}
        shown={["name", "environment", "value", "fileName", "notes", "expiresAt", "file"]}
      />
      <TextField
        name="name"
        label="Project"
        hint="What uses this key. Entries of one project carry the same name in every category."
        value={draft.name}
        problem={problem}
        maxlength={255}
        list="projects"
        placeholder="Blog"
        required
        autofocus={stored === null}
      />
      <datalist id="projects">
        {projects.map((project) => (
          <option value={attribute(project)}></option>
        ))}
      </datalist>
      <Choices name="environment" legend="Environment" problem={problem}>
        <div class="segments">
          {ENVIRONMENT_ORDER.map((name) => (
            <label>
              <input type="radio" name="environment" value={name} checked={draft.environment === name} />
              <span safe>{ENVIRONMENT_WORDS[name]}</span>
            </label>
          ))}
        </div>
      </Choices>
      <ValueFields {...form} />
      <TextField
        name="expiresAt"
        label="Expires on"
        type="date"
        hint="When the credential itself ends, by its issuer's word."
        value={draft.expiresAt}
        problem={problem}
        optional
      />
      <TextArea
        name="notes"
        label="Notes"
        hint="Not a place for secrets: notes are searched and listed."
        value={draft.notes}
        problem={problem}
        maxlength={10_000}
        optional
      />
      <div class="actions">
        <button class="button primary" type="submit">
          {stored === null ? "Create entry" : "Save changes"}
        </button>
        <a class="button" href={urls.category(category.id)}>
          Cancel
        </a>
      </div>
    </form>
  );
};

const ValueFields = (form: FormProps): JSX.Element => {
  switch (form.category.keyType) {
    case "simple":
      return <SimpleValue {...form} />;
    case "group":
      return form.category.fieldDefinitions === null ? (
        <OwnFields {...form} />
      ) : (
        <DefinedFields {...form} definitions={form.category.fieldDefinitions} />
      );
    case "ssh":
    case "json":
      return <FileValue {...form} />;
  }
};

const KEEPS = "Leave it empty to keep the stored value.";

const SimpleValue = ({ category, problem, stored }: FormProps): JSX.Element => (
  <SecretField
    name="value"
    label={stored === null ? "Value" : "New value"}
    hint={stored === null ? `The secret behind ${category.envVarName ?? "it"}. Several lines are fine.` : KEEPS}
    problem={problem}
    required={stored === null}
    optional={stored !== null}
  />
);

const DefinedFields = ({
  definitions,
  problem,
  stored,
}: FormProps & { definitions: readonly string[] }): JSX.Element => (
  <fieldset class="stack">
    <legend>{stored === null ? "Values" : "New values"}</legend>
    {stored === null ? null : (
      <p class="muted small">
        {stored.length > 0
          ? "A field that you leave empty keeps its stored value."
          : "The category has other fields by now. Fill in all of them to replace what is stored, or none to keep it."}
      </p>
    )}
    <GroupProblem problem={problem} />
    {definitions.map((name) => (
      <SecretField
        name={`value.${name}`}
        label={name}
        problem={problem}
        optional={stored?.includes(name) === true}
        code
      />
    ))}
  </fieldset>
);

/** What is wrong with a group as a whole. */
const GroupProblem = ({ problem }: { problem: Problem | null }): JSX.Element =>
  problem?.field === "value" ? (
    <p class="error" role="alert" tabindex="-1" autofocus safe>
      {`The value ${problem.message.replace(/^value /, "")}.`}
    </p>
  ) : (
    ""
  );

const OwnFields = ({ draft, problem, stored }: FormProps): JSX.Element => {
  const kept = stored ?? [];
  const own = [...draft.ownFields, ...(stored === null ? ["", "", ""] : [""])].slice(
    0,
    Math.max(draft.ownFields.length + 1, 3),
  );
  return (
    <fieldset class="stack">
      <legend>{stored === null ? "Fields" : "New values"}</legend>
      {stored === null ? null : <p class="muted small">A field that you leave empty keeps its stored value.</p>}
      <GroupProblem problem={problem} />
      {kept.map((name) => (
        <SecretField name={`value.${name}`} label={name} problem={problem} optional code />
      ))}
      {stored === null ? null : <p class="muted small">More fields:</p>}
      <ul class="field-rows" id={ids.groupRows}>
        {own.map((name, index) => (
          <li>
            <TextField
              name="fieldName"
              id={`field-name-${index + 1}`}
              label={`Variable ${index + 1}`}
              value={name}
              maxlength={255}
              placeholder={index === 0 && stored === null ? "DB_USER" : undefined}
              mono
              literal
            />
            <SecretField name="fieldValue" id={`field-value-${index + 1}`} label={`Value ${index + 1}`} />
          </li>
        ))}
      </ul>
      <div class="needs-script">
        <button class="button small" type="button" data-add-row={ids.groupRows}>
          Add a field
        </button>
      </div>
      <SecretField
        name="pasted"
        label="Or paste lines of a .env file"
        hint="NAME=value, one a line. Each becomes a field."
        rows={2}
        optional
      />
    </fieldset>
  );
};

const FileValue = ({ category, draft, problem, stored }: FormProps): JSX.Element => {
  const isSsh = category.keyType === "ssh";
  return (
    <fieldset class="stack">
      <legend>{isSsh ? "Private key" : "JSON credential"}</legend>
      {stored === null ? null : <p class="muted small">Leave both empty to keep what is stored.</p>}
      <div class="drop">
        <label for={ids.field("file")}>
          File
          <span class="muted needs-script">, chosen or dropped here</span>
        </label>
        <input
          id={ids.field("file")}
          name="file"
          type="file"
          accept={isSsh ? undefined : ".json,application/json"}
          aria-describedby={problem?.field === "file" ? "field-file-error" : undefined}
          aria-invalid={problem?.field === "file" ? "true" : undefined}
        />
        {problem?.field === "file" ? (
          <p class="error" id="field-file-error" safe>
            {`The file ${problem.message.replace(/^file /, "")}.`}
          </p>
        ) : null}
      </div>
      <SecretField
        name="value"
        label={isSsh ? "Or paste the key" : "Or paste the JSON"}
        called={isSsh ? "The key" : "The credential"}
        problem={problem}
        rows={4}
        placeholder={isSsh ? "-----BEGIN OPENSSH PRIVATE KEY-----" : '{ "type": "service_account", … }'}
        orFile
      />
      <TextField
        name="fileName"
        label="File name"
        hint="The name of the download. A chosen file brings its own."
        value={draft.fileName}
        problem={problem}
        maxlength={255}
        placeholder={isSsh ? "id_ed25519" : "service-account.json"}
        mono
        literal
        optional
      />
    </fieldset>
  );
};
