import { type TSchema, t } from "elysia";
import { AccessKey, AccessKeyInput, AccessKeyRotation, CreatedAccessKey, ScopeSchema } from "../access-keys/model.ts";
import { ExtractInput, Extraction } from "../ai/model.ts";
import { Event } from "../audit/model.ts";
import {
  Confirmation,
  Confirmed,
  ListedSession,
  PasskeyProof,
  SessionInfo,
  SignInInput,
  UsedCredential,
  User,
} from "../auth/model.ts";
import { Category, CategoryChange, CategoryInput, KeyTypeSchema } from "../categories/model.ts";
import { Entry, EntryChange, EntryInput, EnvironmentSchema, RevealedEntry, SshKey } from "../entries/model.ts";
import {
  EnvFile,
  EnvFileInput,
  EnvProject,
  EnvProjectChange,
  EnvProjectInput,
  EnvProjectWithFiles,
  FileTypeSchema,
  RevealedEnvFile,
} from "../envs/model.ts";
import { Export } from "../export/model.ts";
import {
  AddedFactor,
  AddedPasskey,
  BegunTotp,
  CreationOptions,
  MadeCredential,
  Passkey,
  PasskeyChange,
  PasskeyInput,
  RecoveryCodes,
  RequestOptions,
  SignInFactors,
  TotpConfirmation,
} from "../sign-in-factors/model.ts";
import { Stats } from "../stats/model.ts";
import {
  AlgorithmSchema,
  RevealedCode,
  TakenRecoveryCode,
  TwoFactor,
  TwoFactorChange,
  TwoFactorInput,
} from "../two-factor/model.ts";

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
  AccessKeyRotation,
  AddedFactor,
  AddedPasskey,
  Algorithm: AlgorithmSchema,
  ApiDocument,
  BegunTotp,
  Category,
  CategoryChange,
  CategoryInput,
  Confirmation,
  Confirmed,
  CreatedAccessKey,
  CreationOptions,
  Entry,
  EntryChange,
  EntryInput,
  EnvFile,
  EnvFileInput,
  EnvFileType: FileTypeSchema,
  EnvProject,
  EnvProjectChange,
  EnvProjectInput,
  EnvProjectWithFiles,
  Environment: EnvironmentSchema,
  Event,
  Export,
  ExtractInput,
  Extraction,
  KeyType: KeyTypeSchema,
  MadeCredential,
  Passkey,
  PasskeyChange,
  PasskeyInput,
  PasskeyProof,
  RecoveryCodes,
  RequestOptions,
  RevealedCode,
  RevealedEntry,
  RevealedEnvFile,
  Scope: ScopeSchema,
  Session: ListedSession,
  SessionInfo,
  SignInFactors,
  SignInInput,
  SshKey,
  Stats,
  TakenRecoveryCode,
  TotpConfirmation,
  TwoFactor,
  TwoFactorChange,
  TwoFactorInput,
  UsedCredential,
  User,
};
