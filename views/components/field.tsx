import type { PropsWithChildren } from "@elysiajs/html";
import { ids } from "../urls.ts";
import { attribute } from "./attribute.ts";

/** What was wrong with a form. `field` is the name of the one to mend, null when it is none in particular. */
export type Problem = Readonly<{ field: string | null; message: string }>;

type FieldProps = {
  name: string;
  label: string;
  hint?: string;
  problem?: Problem | null;
  optional?: boolean;
  /** Tells fields of the same name apart. */
  id?: string;
  class?: string;
  /** What the field is called in a sentence, where the label is no name. */
  called?: string;
  /** The label is a name that programs use. */
  code?: boolean;
};

/** One of a few, of which there are too many to stand side by side. */
export const SelectField = (
  props: FieldProps & { options: readonly (readonly [value: string, label: string])[]; chosen: string },
): JSX.Element => {
  const control = controlOf(props);
  return (
    <Labelled {...props} control={control}>
      <select {...control} class="input">
        {props.options.map(([value, label]) => (
          <option value={attribute(value)} selected={value === props.chosen} safe>
            {label}
          </option>
        ))}
      </select>
    </Labelled>
  );
};

type TextFieldProps = FieldProps & {
  value?: string;
  type?: "text" | "email" | "password" | "date" | "search";
  autocomplete?: string;
  placeholder?: string;
  maxlength?: number;
  minlength?: number;
  pattern?: string;
  list?: string;
  mono?: boolean;
  required?: boolean;
  autofocus?: boolean;
  /** Names and codes are not words. */
  literal?: boolean;
};

/** A line of text with its label, its hint and what was wrong with it. */
export const TextField = (props: TextFieldProps): JSX.Element => {
  const control = controlOf(props);
  return (
    <Labelled {...props} control={control}>
      <input
        {...control}
        class={props.mono ? "input mono" : "input"}
        type={props.type ?? "text"}
        value={props.value ? attribute(props.value) : undefined}
        autocomplete={props.autocomplete ?? "off"}
        placeholder={props.placeholder}
        maxlength={props.maxlength}
        minlength={props.minlength}
        pattern={props.pattern}
        list={props.list}
        required={props.required}
        spellcheck={props.literal ? "false" : undefined}
        autocapitalize={props.literal ? "none" : undefined}
        autofocus={control.autofocus || (props.autofocus === true && !props.problem)}
      />
    </Labelled>
  );
};

/** Text of several lines. */
export const TextArea = (
  props: FieldProps & { value?: string; rows?: number; maxlength?: number; mono?: boolean; placeholder?: string },
): JSX.Element => {
  const control = controlOf(props);
  return (
    <Labelled {...props} control={control}>
      <textarea
        {...control}
        class={props.mono ? "input mono" : "input"}
        rows={String(props.rows ?? 3)}
        maxlength={props.maxlength}
        placeholder={props.placeholder}
        autocomplete="off"
        spellcheck={props.mono ? "false" : undefined}
        autocapitalize={props.mono ? "none" : undefined}
        safe
      >
        {/* The first line break of a textarea is not part of it. */ `\n${props.value ?? ""}`}
      </textarea>
    </Labelled>
  );
};

/**
 * A secret as it is typed or pasted: of any number of lines, masked unless asked otherwise, and nothing that the
 * browser checks, completes or remembers. Never filled in by the server.
 */
export const SecretField = (
  props: FieldProps & {
    required?: boolean;
    rows?: number;
    placeholder?: string;
    orFile?: boolean;
    /** Mostly one line, so that a line break behind it is pointed out. */
    line?: boolean;
  },
): JSX.Element => {
  const control = controlOf(props);
  return (
    <Labelled {...props} control={control}>
      <div class="secret-row">
        <textarea
          {...control}
          class="input mono secret"
          rows={String(props.rows ?? 1)}
          placeholder={props.placeholder}
          required={props.required}
          autocomplete="off"
          autocorrect="off"
          autocapitalize="none"
          spellcheck="false"
          data-1p-ignore
          data-lpignore="true"
          data-or-file={props.orFile}
          data-line={props.line}
        ></textarea>
        <ShowButton id={control.id} label={props.label} />
      </div>
    </Labelled>
  );
};

/** A password of an account. */
export const PasswordField = (
  props: FieldProps & { autocomplete: "current-password" | "new-password"; minlength?: number; autofocus?: boolean },
): JSX.Element => {
  const control = controlOf(props);
  return (
    <Labelled {...props} control={control}>
      <div class="secret-row">
        <input
          {...control}
          class="input"
          type="password"
          required
          minlength={props.minlength}
          autocomplete={props.autocomplete}
          autofocus={control.autofocus || props.autofocus}
        />
        <ShowButton id={control.id} label={props.label} />
      </div>
    </Labelled>
  );
};

const ShowButton = ({ id, label }: { id: string; label: string }): JSX.Element => (
  <button class="button needs-script" type="button" data-show={id} aria-pressed="false">
    Show
    <span class="visually-hidden" safe>{` ${label}`}</span>
  </button>
);

/** A group of choices under one name. */
export const Choices = (
  props: PropsWithChildren<{ name: string; legend: string; hint?: string; problem?: Problem | null }>,
): JSX.Element => {
  const { id, autofocus, "aria-describedby": describedBy } = controlOf(props);
  return (
    <fieldset
      class="field"
      id={id}
      aria-describedby={describedBy}
      tabindex={autofocus ? "-1" : undefined}
      autofocus={autofocus}
    >
      <legend safe>{props.legend}</legend>
      <Hint id={id} hint={props.hint} />
      <Wrong id={id} bad={autofocus} problem={props.problem} label={props.legend} />
      {props.children}
    </fieldset>
  );
};

/** What is wrong with a form as a whole, or with a field that the page does not show. */
export const FormProblem = ({ problem, shown }: { problem: Problem | null; shown: readonly string[] }): JSX.Element =>
  problem === null || (problem.field !== null && shown.some((name) => isAt(problem, name))) ? (
    ""
  ) : (
    <p class="notice bad" role="alert" tabindex="-1" autofocus safe>
      {sentence(problem, null)}
    </p>
  );

/** What is wrong with several fields together, such as those of a group. */
export const TogetherProblem = (props: { name: string; called: string; problem: Problem | null }): JSX.Element =>
  props.problem?.field === props.name ? (
    <p class="error" role="alert" tabindex="-1" autofocus safe>
      {sentence(props.problem, props.called)}
    </p>
  ) : (
    ""
  );

/** What stands around every control: its label above, and what is wrong below. */
const Labelled = (props: PropsWithChildren<FieldProps & { control: Control }>): JSX.Element => {
  const { id, autofocus: bad } = props.control;
  return (
    <div class={props.class ? `field ${props.class}` : "field"}>
      <Label id={id} label={props.label} optional={props.optional} code={props.code} />
      <Hint id={id} hint={props.hint} />
      {props.children}
      <Wrong id={id} bad={bad} problem={props.problem} label={props.called ?? props.label} />
    </div>
  );
};

type Control = ReturnType<typeof controlOf>;

/** The attributes by which a control, its label, its hint and its message know each other. */
function controlOf(props: Pick<FieldProps, "id" | "name" | "hint" | "problem">) {
  const id = props.id ?? ids.field(props.name);
  const bad = isAt(props.problem, props.name);
  return {
    id,
    name: props.name,
    "aria-invalid": bad ? ("true" as const) : undefined,
    "aria-describedby": describedBy(id, props.hint, bad),
    // Where the message is, the person goes on.
    autofocus: bad,
  };
}

type LabelProps = { id: string; label: string; optional?: boolean; code?: boolean };

const Label = ({ id, label, optional, code = false }: LabelProps): JSX.Element => (
  <label for={id} class={code ? "mono" : undefined}>
    <span safe>{label}</span>
    {optional ? <span class="optional"> (optional)</span> : null}
  </label>
);

const Hint = ({ id, hint }: { id: string; hint?: string }): JSX.Element =>
  hint === undefined ? (
    ""
  ) : (
    <p class="hint" id={`${id}-hint`} safe>
      {hint}
    </p>
  );

type WrongProps = { id: string; bad: boolean; problem?: Problem | null; label: string };

const Wrong = ({ id, bad, problem, label }: WrongProps): JSX.Element =>
  bad && problem ? (
    <p class="error" id={`${id}-error`} safe>
      {sentence(problem, label)}
    </p>
  ) : (
    ""
  );

/** A problem of `fieldDefinitions.2` is shown at `fieldDefinitions`. */
function isAt(problem: Problem | null | undefined, name: string): boolean {
  return problem?.field === name || problem?.field?.startsWith(`${name}.`) === true;
}

function describedBy(id: string, hint: string | undefined, bad: boolean): string | undefined {
  const parts = [hint === undefined ? "" : `${id}-hint`, bad ? `${id}-error` : ""].filter((part) => part !== "");
  return parts.length === 0 ? undefined : parts.join(" ");
}

/** The API names the member (`envVarName must …`), people know its label. */
function sentence(problem: Problem, label: string | null): string {
  const { field, message } = problem;
  const named = field !== null && label !== null && message.startsWith(`${field} `);
  const told = named ? `${label} ${message.slice(field.length + 1)}` : message;
  const text = told.replace("must be a string of", "must have").replace(/, or null$/, "");
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
