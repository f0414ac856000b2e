import { ADDRESSES } from "../../src/features/access-keys/model.ts";
import { ENVIRONMENTS } from "../../src/features/entries/model.ts";
import { NAME_LENGTH } from "../../src/schema.ts";
import { attribute } from "../components/attribute.ts";
import { Choices, type Problem, SelectField, TextArea, TextField } from "../components/field.tsx";
import { Form, Sheet } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { ids, urls } from "../urls.ts";

export type AccessKeyDraft = Readonly<{
  name: string;
  scopes: readonly string[];
  /** A number of days, `date`, or `never`. */
  expiry: string;
  /** A day, for `date`. */
  expiresOn: string;
  /** "" for all of them. */
  project: string;
  environment: string;
  /** One a line. */
  addresses: string;
}>;

type Preset = Readonly<{ id: string; name: string; help: string; scopes: readonly string[] }>;

type Props = {
  draft: AccessKeyDraft;
  problem: Problem | null;
  /** Each scope with its sentence. */
  scopes: Readonly<Record<string, string>>;
  presets: readonly Preset[];
  chosenPreset: string | null;
  /** The names that there are. */
  projects: readonly string[];
};

export const NewAccessKeyPage = ({ frame, ...form }: Props & { frame: Frame }): JSX.Element => (
  <Sheet
    frame={frame}
    title="New access key"
    section="settings"
    steps={[{ name: "Settings", href: urls.settings }, { name: "Access keys", href: urls.accessKeys }, { name: "New" }]}
  >
    <AccessKeyForm {...form} />
  </Sheet>
);

const FIELDS = ["name", "scopes", "expiresAt", "project", "environment", "addresses"];

const LIMITS =
  "Each is optional. A key for one project or environment sees nothing else; it may have the scopes of entries, export and env files, and categories:read.";
const ANYWHERE = ["", "All environments"] as const;
/** What scopes are about, in the order of the navigation. */
const NOUNS = [
  ["categories", "Categories"],
  ["entries", "Entries"],
  ["2fa", "2FA"],
  ["envs", "Env files"],
  ["export", "Export"],
  ["ai", "Env files from a sentence"],
  ["stats", "Totals"],
  ["audit", "Activity"],
] as const;

const EXPIRIES = [
  ["7", "7 days"],
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "1 year"],
  ["date", "On a date"],
  ["never", "Never"],
] as const;

export const AccessKeyForm = ({ draft, problem, scopes, presets, chosenPreset, projects }: Props): JSX.Element => (
  <Form action={urls.newAccessKey} problem={problem} shows={FIELDS} submit="Create access key" back={urls.accessKeys}>
    <TextField
      name="name"
      label="Name"
      hint="What will hold the key, such as a deploy script, so that you know it when you revoke it."
      value={draft.name}
      problem={problem}
      maxlength={NAME_LENGTH}
      required
      autofocus
    />
    <Choices
      name="scopes"
      legend="Scopes"
      hint="What the key may do. Start from a set, or tick by hand."
      problem={problem}
    >
      <ul class="presets">
        {presets.map((preset) => (
          <li>
            <a
              class="button small"
              href={urls.newAccessKeyFrom(preset.id)}
              data-scopes={preset.scopes.join(" ")}
              aria-current={preset.id === chosenPreset ? "true" : undefined}
              safe
            >
              {preset.name}
            </a>
            <span class="muted small" safe>
              {preset.help}
            </span>
          </li>
        ))}
      </ul>
      {NOUNS.filter(([noun]) => Object.keys(scopes).some((scope) => scope.startsWith(`${noun}:`))).map(
        ([noun, heading]) => (
          <fieldset class="scopes">
            <legend class="noun">{heading}</legend>
            <div class="choices">
              {Object.entries(scopes)
                .filter(([scope]) => scope.startsWith(`${noun}:`))
                .map(([scope, sentence]) => (
                  <label class="choice">
                    <input type="checkbox" name="scopes" value={scope} checked={draft.scopes.includes(scope)} />
                    <span>
                      <code safe>{scope}</code>
                      <small safe>{sentence}</small>
                    </span>
                  </label>
                ))}
            </div>
          </fieldset>
        ),
      )}
    </Choices>
    <div class="pair">
      <div class="field">
        <label for="field-expiry">Expires</label>
        <select class="input" id="field-expiry" name="expiry">
          {EXPIRIES.map(([value, label]) => (
            <option value={value} selected={value === draft.expiry}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <TextField
        class="for-date"
        name="expiresOn"
        label="Date"
        type="date"
        value={draft.expiresOn}
        problem={
          problem?.field === "expiresAt"
            ? { field: "expiresOn", message: problem.message.replace(/^expiresAt/, "expiresOn") }
            : null
        }
      />
    </div>
    <Choices name="limits" legend="Limits" hint={LIMITS}>
      <div class="stack limits">
        <div class="pair">
          <TextField
            name="project"
            label="Project"
            optional
            hint="Entries and the env project of this name only."
            value={draft.project}
            problem={problem}
            maxlength={NAME_LENGTH}
            list={ids.projectNames}
            literal
          />
          <SelectField
            name="environment"
            label="Environment"
            hint="Of env files, the one that is named after it."
            options={[ANYWHERE, ...ENVIRONMENTS.map((name) => [name, name] as const)]}
            chosen={draft.environment}
            problem={problem}
          />
        </div>
        <datalist id={ids.projectNames}>
          {projects.map((name) => (
            <option value={attribute(name)} />
          ))}
        </datalist>
        <TextArea
          name="addresses"
          label="Addresses"
          optional
          hint={`Where the key may be used from: IP addresses or ranges, one a line, at most ${ADDRESSES}.`}
          value={draft.addresses}
          problem={problem}
          placeholder="192.0.2.0/24"
          mono
        />
      </div>
    </Choices>
  </Form>
);
