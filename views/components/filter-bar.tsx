import type { PropsWithChildren } from "@elysiajs/html";
import { NAME_LENGTH } from "../../src/schema.ts";
import { ids } from "../urls.ts";
import { attribute } from "./attribute.ts";
import { Segments } from "./segments.tsx";

type Props = PropsWithChildren<{
  /** The address of the list, which answers htmx with its results alone. */
  action: string;
  label: string;
  placeholder: string;
  search: string;
  /** Whether the page begins here. */
  autofocus?: boolean;
  /** One more filter, of which "" is everything. */
  choice?: {
    name: string;
    legend: string;
    options: readonly (readonly [value: string, label: string])[];
    chosen: string;
  };
}>;

/** Search and filter of a list: at once while typing, by a button without script, and always in the address. */
export const FilterBar = ({ action, label, placeholder, search, autofocus, choice, children }: Props): JSX.Element => (
  <search>
    <form
      class="filter"
      method="get"
      autocomplete="off"
      action={action}
      hx-get={action}
      hx-target={`#${ids.results}`}
      hx-trigger="input delay:150ms, submit"
      hx-sync="this:replace"
      hx-swap="outerHTML"
    >
      <div class="search">
        <label class="visually-hidden" for={ids.search} safe>
          {label}
        </label>
        <input
          class="input"
          id={ids.search}
          type="search"
          name="search"
          value={attribute(search) || undefined}
          placeholder={placeholder}
          autocomplete="off"
          maxlength={NAME_LENGTH}
          autofocus={autofocus}
        />
      </div>
      {choice === undefined ? null : (
        <fieldset>
          <legend class="visually-hidden" safe>
            {choice.legend}
          </legend>
          <Segments name={choice.name} options={[["", "All"], ...choice.options]} chosen={choice.chosen} />
        </fieldset>
      )}
      {children}
      <button class="button without-script" type="submit">
        Filter
      </button>
    </form>
  </search>
);

type ChoiceProps = {
  name: string;
  label: string;
  /** What "no choice" is called, where there may be none. */
  all?: string;
  options: readonly (readonly [value: string, label: string])[];
  chosen: string | null;
};

/** One more filter, of many words, or an order. */
export const FilterChoice = ({ name, label, all, options, chosen }: ChoiceProps): JSX.Element => (
  <select class={chosen === null || all === undefined ? "input" : "input chosen"} name={name} aria-label={label}>
    {all === undefined ? null : (
      <option value="" safe>
        {all}
      </option>
    )}
    {options.map(([value, word]) => (
      <option value={value} selected={value === chosen} safe>
        {word}
      </option>
    ))}
  </select>
);
