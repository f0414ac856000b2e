import { type Static, t } from "elysia";
import { NAME_LENGTH } from "../../schema.ts";
import { Code, CurrentPassword, NewUserInput } from "../auth/model.ts";

const { email, password } = NewUserInput.properties;

export const NameChange = t.Object(
  { name: t.String({ minLength: 1, maxLength: NAME_LENGTH }) },
  { additionalProperties: false },
);
export type NameChange = Static<typeof NameChange>;

export const EmailChange = t.Object(
  { email, currentPassword: CurrentPassword, code: t.Optional(Code) },
  { additionalProperties: false },
);
export type EmailChange = Static<typeof EmailChange>;

export const PasswordChange = t.Object(
  { currentPassword: CurrentPassword, code: t.Optional(Code), password },
  { additionalProperties: false },
);
export type PasswordChange = Static<typeof PasswordChange>;
/** How much of what a vault holds. */
export type VaultCounts = Readonly<{
  categories: number;
  entries: number;
  twoFactors: number;
  envProjects: number;
  envFiles: number;
  accessKeys: number;
}>;

/** What somebody types who empties a vault. */
export const EMPTY_WORD = "DELETE";
