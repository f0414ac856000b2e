import { type TSchema, t } from "elysia";
import { AccessKey, AccessKeyInput, CreatedAccessKey, ScopeSchema } from "../access-keys/model.ts";
import { SessionInfo, SignInInput, User } from "../auth/model.ts";
import { Category, CategoryChange, CategoryInput, KeyTypeSchema } from "../categories/model.ts";
import { Entry, EntryChange, EntryInput, EnvironmentSchema, RevealedEntry, SshKey } from "../entries/model.ts";
import { Export } from "../export/model.ts";
import { Stats } from "../stats/model.ts";

export const ApiDocument = t.Object(
  {
    openapi: t.Literal("3.1.0"),
    info: t.Object(
      { title: t.String({ examples: ["Kagi"] }), version: t.String({ examples: ["1.0.0"] }) },
      { additionalProperties: true },
    ),
    paths: t.Object({}, { additionalProperties: true }),
    components: t.Object({}, { additionalProperties: true }),
  },
  { additionalProperties: true, description: "An OpenAPI 3.1 document" },
);

/** The schemas that the document names. Wherever one of them occurs in an operation, it is referred to by its name. */
export const NAMED_SCHEMAS: Readonly<Record<string, TSchema>> = {
  AccessKey,
  AccessKeyInput,
  ApiDocument,
  Category,
  CategoryChange,
  CategoryInput,
  CreatedAccessKey,
  Entry,
  EntryChange,
  EntryInput,
  Environment: EnvironmentSchema,
  Export,
  KeyType: KeyTypeSchema,
  RevealedEntry,
  Scope: ScopeSchema,
  SessionInfo,
  SignInInput,
  SshKey,
  Stats,
  User,
};
