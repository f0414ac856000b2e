import {
  type Category,
  COLOR,
  DESCRIPTION_LENGTH,
  ENV_VAR_LENGTH,
  type KeyType,
} from "../../src/features/categories/model.ts";
import { NAME_LENGTH } from "../../src/schema.ts";
import { attribute } from "../components/attribute.ts";
import type { Drawing } from "../components/badge.tsx";
import { Choices, type Problem, TextArea, TextField } from "../components/field.tsx";
import { Form, Sheet } from "../components/form.tsx";
import { GetKey, type KeySource } from "../components/get-key.tsx";
import type { Frame } from "../layout/frame.ts";
import { ids, urls } from "../urls.ts";
import { KEY_TYPE_ORDER, KEY_TYPE_WORDS } from "../words.ts";
import { Catalogue, type CatalogueOffer } from "./catalogue.tsx";
import { IconChoices } from "./icons.tsx";

/** The form as it was typed; `fieldDefinitions` has a name a line. */
export type CategoryDraft = Readonly<{
  name: string;
  keyType: KeyType;
  envVarName: string;
  fieldDefinitions: string;
  icon: string;
  color: string;
  description: string;
}>;

/** The icons that are offered: the one chosen, and what a search found. */
export type IconOffer = Readonly<{
  search: string;
  chosen: Drawing | null;
  found: readonly Drawing[];
  /** Whether there are more than those. */
  more: boolean;
}>;

type FormProps = {
  draft: CategoryDraft;
  icons: IconOffer;
  /** The service that it is of, as far as it is known. */
  known: KeySource | null;
  problem: Problem | null;
  action: string;
  /** Why the type can no longer change, or null. */
  typeIsFixed: boolean;
  submit: string;
  back: string;
  /** Whether it has just come into the page, and takes the focus. */
  focused?: boolean;
};

type NewProps = { offer: CatalogueOffer; chosen: string | null; searching: boolean };

/** The catalogue, and the form that a service of it fills in. */
export const NewCategoryPage = ({
  frame,
  offer,
  chosen,
  searching,
  ...form
}: FormProps & NewProps & { frame: Frame }): JSX.Element => (
  <Sheet frame={frame} title="New category" section="keys" steps={[{ name: "Keys", href: urls.keys }, { name: "New" }]}>
    <div class="split">
      <Catalogue offer={offer} chosen={chosen} searching={searching} />
      <div id={ids.form}>
        <CategoryForm {...form} />
      </div>
    </div>
  </Sheet>
);

export const EditCategoryPage = ({
  frame,
  category,
  ...form
}: FormProps & { frame: Frame; category: Category }): JSX.Element => (
  <Sheet
    frame={frame}
    title={`Edit ${category.name}`}
    section="keys"
    steps={[
      { name: "Keys", href: urls.keys },
      { name: category.name, href: urls.category(category.id) },
      { name: "Edit" },
    ]}
  >
    <CategoryForm {...form} />
  </Sheet>
);

const FIELDS = ["name", "keyType", "envVarName", "fieldDefinitions", "icon", "color", "description"];

export const CategoryForm = ({
  draft,
  icons,
  known,
  problem,
  action,
  typeIsFixed,
  submit,
  back,
  focused,
}: FormProps): JSX.Element => (
  <Form action={action} problem={problem} shows={FIELDS} submit={submit} back={back} otherButtons>
    {known === null ? null : <GetKey source={known} />}
    <TextField
      name="name"
      label="Name"
      value={draft.name}
      problem={problem}
      maxlength={NAME_LENGTH}
      required
      autofocus={focused}
    />
    <Choices
      name="keyType"
      legend="Type"
      problem={problem}
      hint={typeIsFixed ? "The type stays as it is while the category has entries." : undefined}
    >
      <div class="choices">
        {KEY_TYPE_ORDER.map((type) => (
          <label class="choice">
            <input
              type="radio"
              name="keyType"
              value={type}
              checked={draft.keyType === type}
              disabled={typeIsFixed && draft.keyType !== type}
            />
            <span>
              <span safe>{KEY_TYPE_WORDS[type].name}</span>
              <small safe>{KEY_TYPE_WORDS[type].help}</small>
            </span>
          </label>
        ))}
      </div>
    </Choices>
    <TextField
      class="for-simple"
      name="envVarName"
      label="Environment variable"
      hint="The name that your projects read it by."
      value={draft.envVarName}
      problem={problem}
      maxlength={ENV_VAR_LENGTH}
      placeholder="STRIPE_SECRET_KEY"
      mono
      literal
    />
    <TextArea
      class="for-group"
      name="fieldDefinitions"
      label="Fields"
      hint="One environment variable a line. Leave it empty when each entry brings fields of its own."
      value={draft.fieldDefinitions}
      problem={problem}
      rows={4}
      placeholder={"AWS_ACCESS_KEY_ID\nAWS_SECRET_ACCESS_KEY"}
      mono
      optional
    />
    <Choices name="icon" legend="Icon" problem={problem}>
      <div class="stack">
        <div class="secret-row">
          <label class="visually-hidden" for="icon-search">
            Search icons
          </label>
          <input
            class="input"
            id="icon-search"
            type="search"
            name="iconSearch"
            value={attribute(icons.search) || undefined}
            placeholder="Search 3,400 brand icons"
            autocomplete="off"
            maxlength={NAME_LENGTH}
            hx-get={urls.icons}
            hx-include="closest fieldset"
            hx-trigger="input changed delay:200ms"
            hx-target={`#${ids.iconChoices}`}
            hx-swap="outerHTML"
            hx-sync="this:replace"
          />
          <button class="button without-script" type="submit" formmethod="get" formnovalidate>
            Search icons
          </button>
        </div>
        <IconChoices icons={icons} />
      </div>
    </Choices>
    <TextField
      name="color"
      label="Color"
      hint="Behind the icon, as #rrggbb. Empty takes the brand's own."
      value={draft.color}
      problem={problem}
      pattern={COLOR}
      placeholder="#635bff"
      mono
      literal
      optional
    />
    <TextArea
      name="description"
      label="Description"
      value={draft.description}
      problem={problem}
      maxlength={DESCRIPTION_LENGTH}
      rows={2}
      optional
    />
  </Form>
);
