import { type Category, ENV_VAR_LENGTH } from "../../src/features/categories/model.ts";
import { type Entry, type Environment, NOTES_LENGTH } from "../../src/features/entries/model.ts";
import { NAME_LENGTH } from "../../src/schema.ts";
import { attribute } from "../components/attribute.ts";
import { Choices, type Problem, SecretField, TextArea, TextField, TogetherProblem } from "../components/field.tsx";
import { Form, Sheet } from "../components/form.tsx";
import { GetKey, type KeySource } from "../components/get-key.tsx";
import { Segments } from "../components/segments.tsx";
import type { Frame } from "../layout/frame.ts";
import { ids, urls } from "../urls.ts";
import { ENVIRONMENT_OPTIONS } from "../words.ts";
import { titleOf } from "./value.tsx";

/** The form as it was typed, secrets aside: those are never sent back. */
export type EntryDraft = Readonly<{
  name: string;
  /** null for one that there is not. */
  environment: Environment | null;
  notes: string;
  /** A day, `2027-01-15`. */
  expiresAt: string;
  fileName: string;
  /** Names of the fields of a group that defines its own. */
  ownFields: readonly string[];
  /** Names of stored fields that are to be removed. */
  removed: readonly string[];
}>;

type Shape = Pick<Category, "id" | "name" | "keyType" | "envVarName" | "fieldDefinitions">;

type FormProps = {
  category: Shape;
  draft: EntryDraft;
  projects: readonly string[];
  problem: Problem | null;
  action: string;
  /** Where Cancel leads. */
  back: string;
  /** Names of the fields of a stored group that may be kept one by one; null for an entry that does not exist yet. */
  stored: readonly string[] | null;
};

type NewProps = FormProps & { frame: Frame; service: KeySource | null };

export const NewEntryPage = ({ frame, service, ...form }: NewProps): JSX.Element => (
  <Sheet
    frame={frame}
    title={`New ${form.category.name} entry`}
    section="keys"
    steps={[
      { name: "Keys", href: urls.keys },
      { name: form.category.name, href: urls.category(form.category.id) },
      { name: "New entry" },
    ]}
  >
    {service === null ? null : <GetKey source={service} />}
    <EntryForm {...form} />
  </Sheet>
);

export const EditEntryPage = ({ frame, entry, ...form }: FormProps & { frame: Frame; entry: Entry }): JSX.Element => (
  <Sheet
    frame={frame}
    title={`Edit ${titleOf(entry)}`}
    section="keys"
    steps={[
      { name: "Keys", href: urls.keys },
      { name: form.category.name, href: urls.category(form.category.id) },
      { name: entry.name },
      { name: "Edit" },
    ]}
    aside={{ name: "History", href: urls.entryHistory(entry.id) }}
  >
    <EntryForm {...form} />
  </Sheet>
);

const FIELDS = ["name", "environment", "value", "fileName", "notes", "expiresAt", "file"];

export const EntryForm = (form: FormProps): JSX.Element => {
  const { draft, problem, projects, action, stored } = form;
  return (
    <Form
      action={action}
      problem={problem}
      shows={FIELDS}
      submit={stored === null ? "Create entry" : "Save changes"}
      back={form.back}
      files
    >
      <input type="hidden" name="back" value={attribute(form.back)} />
      <TextField
        name="name"
        label="Project"
        hint="The name of what uses this key, such as your shop's. Entries of one project carry the same name in every category."
        value={draft.name}
        problem={problem}
        maxlength={NAME_LENGTH}
        list="projects"
        required
        autofocus={stored === null}
      />
      <datalist id="projects">
        {projects.map((project) => (
          <option value={attribute(project)}></option>
        ))}
      </datalist>
      <Choices name="environment" legend="Environment" problem={problem}>
        <Segments name="environment" options={ENVIRONMENT_OPTIONS} chosen={draft.environment} />
      </Choices>
      {problem === null ? null : (
        <p class="notice" role="note">
          Enter the value again: Kagi sends no secret back to a page, not even one that was just typed.
        </p>
      )}
      <ValueFields {...form} />
      <TextField
        name="expiresAt"
        label="Expires on"
        type="date"
        hint="When the credential itself ends, as its issuer says."
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
        maxlength={NOTES_LENGTH}
        optional
      />
    </Form>
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
    placeholder={stored === null ? undefined : "unchanged"}
    required={stored === null}
    optional={stored !== null}
    line
  />
);

const DefinedFields = (form: FormProps & { definitions: readonly string[] }): JSX.Element => {
  const { definitions, problem, stored } = form;
  return (
    <fieldset class="stack">
      <legend>{stored === null ? "Values" : "New values"}</legend>
      <p class="muted small">
        {stored === null
          ? "A field that you leave empty is not set."
          : stored.length > 0
            ? KEEPS_FIELDS
            : "The category has other fields by now. What you fill in replaces what is stored; fill in none to keep it."}
      </p>
      <TogetherProblem name="value" called="The value" problem={problem} />
      {definitions.map((name) =>
        stored?.includes(name) ? (
          <StoredField {...form} name={name} />
        ) : (
          <SecretField
            name={`value.${name}`}
            label={name}
            problem={problem}
            placeholder={stored && stored.length > 0 ? "not set" : undefined}
            code
            line
          />
        ),
      )}
    </fieldset>
  );
};

const KEEPS_FIELDS = "A field that you leave empty stays as it is.";

/** A field that has a value: a new one takes its place, none keeps it, and it can be taken away. */
const StoredField = ({ name, draft, problem }: FormProps & { name: string }): JSX.Element => (
  <div class="stored">
    <SecretField name={`value.${name}`} label={name} problem={problem} placeholder="unchanged" code line />
    <label class="check">
      <input type="checkbox" name="remove" value={name} checked={draft.removed.includes(name)} />
      <span>
        Remove
        <span class="visually-hidden" safe>{` ${name}`}</span>
      </span>
    </label>
  </div>
);

const OwnFields = (form: FormProps): JSX.Element => {
  const { draft, problem, stored } = form;
  const kept = stored ?? [];
  const own = [...draft.ownFields, ...(stored === null ? ["", "", ""] : [""])].slice(
    0,
    Math.max(draft.ownFields.length + 1, 3),
  );
  return (
    <fieldset class="stack">
      <legend>{stored === null ? "Fields" : "New values"}</legend>
      <p class="muted small">{stored === null ? "A variable without a value is not stored." : KEEPS_FIELDS}</p>
      <TogetherProblem name="value" called="The value" problem={problem} />
      {kept.map((name) => (
        <StoredField {...form} name={name} />
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
              maxlength={ENV_VAR_LENGTH}
              placeholder={index === 0 && stored === null ? "DB_USER" : undefined}
              mono
              literal
            />
            <SecretField name="fieldValue" id={`field-value-${index + 1}`} label={`Value ${index + 1}`} line />
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
        maxlength={NAME_LENGTH}
        placeholder={isSsh ? "id_ed25519" : "service-account.json"}
        mono
        literal
        optional
      />
    </fieldset>
  );
};
