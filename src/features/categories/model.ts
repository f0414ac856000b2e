import { type Static, t } from "elysia";
import { VARIABLE_NAME } from "../../dotenv/write.ts";
import { Id, NAME_LENGTH, nullable, oneOf, Paging, PROBLEM, Search, Timestamp } from "../../schema.ts";

export const KEY_TYPES = ["simple", "group", "ssh", "json"] as const;
export type KeyType = (typeof KEY_TYPES)[number];

export const ENV_VAR_LENGTH = 255;
export const DESCRIPTION_LENGTH = 1000;
/** Fields that one group may define. Far above any real credential, low enough that a form stays a form. */
export const FIELD_COUNT = 100;
/** What a shell and every `.env` parser accept as a variable's name (POSIX.1-2024, 8.1, lower case included). */
export const ENV_VAR = VARIABLE_NAME.source;
export const COLOR = "^#[0-9a-fA-F]{6}$";

export const KeyTypeSchema = oneOf(KEY_TYPES);

const Name = t.String({ minLength: 1, maxLength: NAME_LENGTH, examples: ["OpenAI"] });
export const EnvVarName = t.String({
  pattern: ENV_VAR,
  maxLength: ENV_VAR_LENGTH,
  examples: ["OPENAI_API_KEY"],
  [PROBLEM]: "must be a variable name: letters, digits and _, not beginning with a digit",
});
const FieldDefinitions = t.Array(EnvVarName, { minItems: 1, maxItems: FIELD_COUNT, uniqueItems: true });
const Icon = t.String({
  pattern: "^[a-z0-9_]{1,100}$",
  description: "A Simple Icons slug",
  examples: ["openai"],
  [PROBLEM]: "must be the slug of a Simple Icons icon",
});
const Color = t.String({
  pattern: COLOR,
  examples: ["#412991"],
  [PROBLEM]: "must be a color such as #412991",
});
const Description = t.String({ maxLength: DESCRIPTION_LENGTH, examples: ["Used by the blog and the shop"] });

export const Category = t.Object(
  {
    id: Id,
    userId: Id,
    name: Name,
    keyType: KeyTypeSchema,
    envVarName: nullable(EnvVarName),
    fieldDefinitions: nullable(FieldDefinitions),
    icon: nullable(Icon),
    color: nullable(Color),
    description: nullable(Description),
    entryCount: t.Integer({ minimum: 0, examples: [3] }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  { additionalProperties: false },
);
export type Category = Static<typeof Category>;

export const CategoryInput = t.Object(
  {
    name: Name,
    keyType: KeyTypeSchema,
    envVarName: t.Optional(nullable(EnvVarName)),
    fieldDefinitions: t.Optional(nullable(FieldDefinitions)),
    icon: t.Optional(nullable(Icon)),
    color: t.Optional(nullable(Color)),
    description: t.Optional(nullable(Description)),
  },
  { additionalProperties: false },
);
export type CategoryInput = Static<typeof CategoryInput>;

export const CategoryChange = t.Partial(CategoryInput, { additionalProperties: false });
export type CategoryChange = Static<typeof CategoryChange>;

export const CategoryQuery = t.Object(
  { ...Paging.properties, search: t.Optional(Search) },
  { additionalProperties: false },
);
export type CategoryQuery = Static<typeof CategoryQuery>;
