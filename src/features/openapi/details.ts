import type { ErrorDetails } from "../../errors.ts";
import type { OperationName } from "../../http/operations.ts";
import type { AccessKey, AccessKeyInput, AccessKeyRotation, CreatedAccessKey } from "../access-keys/model.ts";
import type { ExtractInput, Extraction } from "../ai/model.ts";
import type { Event } from "../audit/model.ts";
import type { ListedSession, SessionInfo, SignInInput, UsedCredential, User } from "../auth/model.ts";
import type { Category, CategoryChange, CategoryInput } from "../categories/model.ts";
import type { Entry, EntryChange, EntryInput, RevealedEntry } from "../entries/model.ts";
import type {
  EnvFile,
  EnvFileInput,
  EnvProject,
  EnvProjectChange,
  EnvProjectInput,
  EnvProjectWithFiles,
  RevealedEnvFile,
} from "../envs/model.ts";
import type { Export } from "../export/model.ts";
import type { MadeCredential, Passkey, SignInFactors } from "../sign-in-factors/model.ts";
import type { Stats } from "../stats/model.ts";
import type {
  RevealedCode,
  TakenRecoveryCode,
  TwoFactor,
  TwoFactorChange,
  TwoFactorInput,
} from "../two-factor/model.ts";

export type Examples = Readonly<Record<string, Readonly<{ summary: string; value: unknown }>>>;

/** What the document says of an operation besides its row in the table of operations and its schemas. */
export type Detail = Readonly<{
  operationId: string;
  request?: Examples;
  /** Examples of the answer; absent where it has no body. */
  answer?: Examples;
  /** Examples of answers that are neither a success nor an Error, by status. */
  otherAnswers?: Readonly<Record<number, Examples>>;
  /** The same answer as text, which is what a request gets that asks for nothing. */
  text?: Readonly<{ mediaType: string; text: Examples }>;
  /** Headers of the success, by their name in `components.headers`. */
  headers?: Readonly<Record<string, string>>;
  /** What the operation's own failures say where the general wording is too general. */
  failures?: Readonly<Record<string, Readonly<{ error: string } & Omit<ErrorDetails, "allow">>>>;
}>;

const USER_ID = "01936f5e-0b1d-7f31-8c44-0242ac120002";
const CATEGORY_ID = "01936f5e-6f2c-7c3a-9d51-0242ac120002";
const ENTRY_ID = "01936f60-1a2b-7d4e-8f90-0242ac120002";
const TWO_FACTOR_ID = "01936f61-2b3c-7d5e-8a11-0242ac120002";
const ACCESS_KEY_ID = "01936f62-77aa-7b1c-a3d2-0242ac120002";
const OLD_ACCESS_KEY_ID = "01936e10-2b3c-7d4e-8f50-0242ac120002";
const ENV_PROJECT_ID = "01936f65-1d2e-7f3a-8b4c-0242ac120002";
const ENV_FILE_ID = "01936f66-5e6f-7a8b-9c0d-0242ac120002";
const SESSION_ID = "01936f63-4c5d-7e6f-9a0b-0242ac120002";
const PASSKEY_ID = "01936f67-8c9d-7e0f-8a1b-0242ac120002";
const CREATED = "2026-01-15T10:00:00.000Z";
const EXPIRES = "2027-01-15T10:00:00.000Z";

const event: Event = {
  id: "01936f67-8b9c-7d0e-a1f2-0242ac120002",
  number: 1204,
  at: CREATED,
  action: "reveal",
  thing: "entry",
  thingId: ENTRY_ID,
  thingName: "Blog Project",
  detail: null,
  result: "ok",
  credential: "key",
  credentialId: ACCESS_KEY_ID,
  keyPrefix: "kagi_dGhp",
  address: "203.0.113.7",
  requestId: "01936f68-9c0d-7e1f-a2b3-0242ac120002",
  hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
};

const user: User = { id: USER_ID, name: "Ada", email: "ada@example.com" };

const listedSession: ListedSession = {
  id: SESSION_ID,
  device: "Firefox on Linux",
  address: "203.0.113.7",
  method: "password+totp",
  createdAt: CREATED,
  lastSeenAt: CREATED,
  expiresAt: "2026-01-29T10:00:00.000Z",
  current: true,
};
const CONFIRMED_UNTIL = "2026-01-15T10:10:00.000Z";
const CODE_REQUIRED = { error: "A code of your second factor is needed as well", field: "code" };
const CODE_INVALID = { error: "That code is wrong, or was used already", field: "code" };
const APP_IS_ON = { error: "An authenticator app is switched on already. Switch it off first to set up another" };
const TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const recoveryCodes = ["k7fm2x-qp9rdt-w4hsb6-ncv3ye", "0a1b2c-3d4e5f-6g7h8j-9kmnpq"];
const passkey: Passkey = { id: PASSKEY_ID, name: "Laptop", createdAt: CREATED, lastUsedAt: null };
const signInFactors: SignInFactors = { password: true, totp: true, passkeys: [passkey], recoveryCodesLeft: 10 };
const CHALLENGE = "q3hS1pJ2nq0mZr3c9XrZ0Zb1nB0yq1o2h3k4l5m6n7o";
const requestOptions = {
  rpId: "kagi.example.com",
  challenge: CHALLENGE,
  allowCredentials: [],
  timeout: 300_000,
  userVerification: "required",
};
const creationOptions = {
  challenge: CHALLENGE,
  rp: { name: "Kagi", id: "kagi.example.com" },
  user: { id: "MDE5MzZmNWU", name: "ada@example.com", displayName: "Ada" },
  pubKeyCredParams: [{ alg: -7, type: "public-key" }],
  timeout: 300_000,
  attestation: "none",
  authenticatorSelection: { residentKey: "required", userVerification: "required" },
};
const credential = {
  id: "dGhpcyBpcyBhIGNyZWRlbnRpYWw",
  rawId: "dGhpcyBpcyBhIGNyZWRlbnRpYWw",
  type: "public-key",
  clientExtensionResults: {},
} as const;
const madeCredential: MadeCredential = {
  ...credential,
  response: { clientDataJSON: "eyJ0eXBlIjoi", attestationObject: "o2NmbXRk", transports: ["internal"] },
};
const usedCredential: UsedCredential = {
  ...credential,
  response: { clientDataJSON: "eyJ0eXBlIjoi", authenticatorData: "SZYN5YgO", signature: "MEUCIQDm" },
};

const openAi: Category = {
  id: CATEGORY_ID,
  userId: USER_ID,
  name: "OpenAI",
  keyType: "simple",
  envVarName: "OPENAI_API_KEY",
  fieldDefinitions: null,
  icon: "openai",
  color: "#412991",
  description: "Used by the blog and the shop",
  entryCount: 1,
  createdAt: CREATED,
  updatedAt: CREATED,
};

const simpleCategory: CategoryInput = {
  name: "OpenAI",
  keyType: "simple",
  envVarName: "OPENAI_API_KEY",
  icon: "openai",
  color: "#412991",
  description: "Used by the blog and the shop",
};
const groupCategory: CategoryInput = {
  name: "AWS",
  keyType: "group",
  fieldDefinitions: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"],
};
const sshCategory: CategoryInput = { name: "Deploy keys", keyType: "ssh" };
const jsonCategory: CategoryInput = { name: "Google service accounts", keyType: "json" };

const blog: Entry = {
  id: ENTRY_ID,
  categoryId: CATEGORY_ID,
  name: "Blog Project",
  environment: "production",
  notes: "Rotate with the team",
  expiresAt: EXPIRES,
  fileName: null,
  sshKey: null,
  createdAt: CREATED,
  updatedAt: CREATED,
  category: {
    id: CATEGORY_ID,
    name: "OpenAI",
    keyType: "simple",
    envVarName: "OPENAI_API_KEY",
    fieldDefinitions: null,
    icon: "openai",
    color: "#412991",
  },
};

const simpleEntry: EntryInput = {
  categoryId: CATEGORY_ID,
  name: "Blog Project",
  value: "sk-live-example",
  environment: "production",
  notes: "Rotate with the team",
  expiresAt: EXPIRES,
};
const groupValue = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "example", AWS_REGION: "eu-central-1" };
const groupEntry: EntryInput = { categoryId: CATEGORY_ID, name: "Shop", value: groupValue };
const sshEntry: EntryInput = {
  categoryId: CATEGORY_ID,
  name: "Build server",
  value: "-----BEGIN OPENSSH PRIVATE KEY-----\n…\n-----END OPENSSH PRIVATE KEY-----\n",
  fileName: "id_ed25519",
};
const jsonEntry: EntryInput = {
  categoryId: CATEGORY_ID,
  name: "Blog Project",
  value: '{"type": "service_account", "project_id": "blog"}',
  fileName: "service-account.json",
};

const github: TwoFactor = {
  id: TWO_FACTOR_ID,
  userId: USER_ID,
  service: "GitHub",
  accountName: "ada@example.com",
  notes: "The team's account",
  algorithm: "SHA1",
  digits: 6,
  period: 30,
  hasSecret: true,
  recoveryCodesTotal: 2,
  recoveryCodesUsed: 0,
  createdAt: CREATED,
  updatedAt: CREATED,
};
const githubByHand: TwoFactorInput = {
  service: "GitHub",
  accountName: "ada@example.com",
  secret: "jbsw y3dp ehpk 3pxp",
  recoveryCodes: ["a1b2c-3d4e5", "f6a7b-8c9d0"],
  notes: "The team's account",
};
const githubByLink: TwoFactorInput = {
  secret: "otpauth://totp/GitHub:ada%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=GitHub",
};
const recoveryCodesOnly: TwoFactorInput = {
  service: "Google",
  accountName: "ada@example.com",
  recoveryCodes: ["1234 5678", "2345 6789"],
};

const accessKey: AccessKey = {
  id: ACCESS_KEY_ID,
  name: "deploy script",
  keyPrefix: "kagi_dGhp",
  scopes: ["entries:read", "entries:reveal"],
  addresses: ["192.0.2.0/24", "2001:db8::/32"],
  project: "Blog Project",
  environment: "production",
  expiresAt: EXPIRES,
  lastUsedAt: null,
  rotatedFrom: null,
  replacedBy: null,
  createdAt: CREATED,
};
const accessKeyInput: AccessKeyInput = {
  name: "deploy script",
  scopes: ["entries:read", "entries:reveal"],
  expiresAt: EXPIRES,
};
const limitedKeyInput: AccessKeyInput = {
  ...accessKeyInput,
  addresses: ["192.0.2.0/24", "2001:db8::/32"],
  project: "Blog Project",
  environment: "production",
};
const rotation: AccessKeyRotation = { endsAt: "2026-02-01T10:00:00.000Z" };
const createdAccessKey: CreatedAccessKey = {
  ...accessKey,
  key: "kagi_dGhpcyBpcyBhbiBleGFtcGxlLCBub3QgYSByZWFsIGs",
};

const shop: EnvProject = {
  id: ENV_PROJECT_ID,
  userId: USER_ID,
  name: "Shop",
  description: "The web shop and its worker",
  fileCount: 1,
  createdAt: CREATED,
  updatedAt: CREATED,
};
const shopInput: EnvProjectInput = { name: "Shop", description: "The web shop and its worker" };
const envFile: EnvFile = { id: ENV_FILE_ID, fileType: "env", createdAt: CREATED, updatedAt: CREATED };
const envFileInput: EnvFileInput = {
  fileType: "env",
  content: "# the shop\nDATABASE_URL=postgres://localhost/shop\n",
};

const stats: Stats = {
  totalCategories: 12,
  totalEntries: 47,
  total2fa: 8,
  byKeyType: { simple: 30, group: 10, ssh: 4, json: 3 },
  byEnvironment: { development: 15, staging: 10, production: 22 },
};

const exported: Export = {
  content: "# OpenAI — Blog Project (production)\nOPENAI_API_KEY=sk-live-example\n\n",
  notPortable: [],
  notWritten: [],
  repeated: [],
  unreadable: 0,
};

const extractInput: ExtractInput = {
  prompt: "The OpenAI key and a session secret",
  currentProjectName: "Blog Project",
};
const extraction: Extraction = {
  content:
    "# OpenAI — Blog Project (production): named in the prompt\nOPENAI_API_KEY=sk-live-example\n\n# generated, 32 random bytes as hex: asked for\nSESSION_SECRET=6c1f0a…\n",
  selectedKeys: [{ entryId: ENTRY_ID, envVarName: "OPENAI_API_KEY", reason: "named in the prompt" }],
  generatedSecrets: [{ envVarName: "SESSION_SECRET", format: "hex", bytes: 32, reason: "asked for" }],
  matchedBy: "model",
  alternatives: [],
  leftOut: [],
  dropped: 0,
  notPortable: [],
  notWritten: [],
};

const signIn: SignInInput = { email: "ada@example.com", password: "correct horse battery staple" };
const session: SessionInfo = {
  user,
  session: { id: SESSION_ID, createdAt: CREATED, expiresAt: "2026-01-29T10:00:00.000Z" },
};

const one = (summary: string, value: unknown): Examples => ({ example: { summary, value } });
const refused = (field: string, problem: string) => ({ error: `${field} ${problem}`, field });

const NO_LIMIT = { VALIDATION_ERROR: refused("limit", "must be a whole number from 1 to 1000") };
const LISTED = { Link: "NextPage" };

export const DETAILS: Readonly<Record<OperationName, Detail>> = {
  "GET /healthz": { operationId: "isAlive", answer: one("The process is up", { status: "ok" }) },
  "GET /readyz": {
    operationId: "isReady",
    answer: one("Ready", { status: "ok" }),
    otherAnswers: { 503: one("Not ready", { status: "unavailable" }) },
  },

  "GET /api/categories": {
    operationId: "listCategories",
    answer: one("One category", [openAi]),
    headers: LISTED,
    failures: NO_LIMIT,
  },
  "POST /api/categories": {
    operationId: "createCategory",
    request: {
      simple: { summary: "One variable", value: simpleCategory },
      group: { summary: "Several variables that belong together", value: groupCategory },
      ssh: { summary: "SSH keys", value: sshCategory },
      json: { summary: "Credential files", value: jsonCategory },
    },
    answer: one("The new category", { ...openAi, entryCount: 0 }),
    failures: {
      VALIDATION_ERROR: refused("name", "is required"),
      CONFLICT: { error: "A category with that name exists", field: "name" },
    },
  },
  "GET /api/categories/:id": { operationId: "getCategory", answer: one("The category", openAi) },
  "PUT /api/categories/:id": {
    operationId: "updateCategory",
    request: {
      rename: { summary: "Another name", value: { name: "OpenAI, team" } satisfies CategoryChange },
      clear: { summary: "Clear what may be null", value: { description: null, icon: null } satisfies CategoryChange },
      nothing: { summary: "Change nothing", value: {} satisfies CategoryChange },
    },
    answer: one("The category as it is now", { ...openAi, name: "OpenAI, team" }),
    failures: {
      VALIDATION_ERROR: refused("color", "must be a color such as #412991, or null"),
      CONFLICT: { error: "keyType cannot change while the category has entries", field: "keyType" },
    },
  },
  "DELETE /api/categories/:id": { operationId: "deleteCategory" },

  "GET /api/entries": {
    operationId: "listEntries",
    answer: one("One entry", [blog]),
    headers: LISTED,
    failures: NO_LIMIT,
  },
  "POST /api/entries": {
    operationId: "createEntry",
    request: {
      simple: { summary: "A value", value: simpleEntry },
      group: { summary: "Several fields", value: groupEntry },
      ssh: { summary: "An SSH key", value: sshEntry },
      json: { summary: "A credential file", value: jsonEntry },
    },
    answer: one("The new entry, without its value", blog),
    failures: {
      VALIDATION_ERROR: refused("value", "is required"),
      CONFLICT: { error: "This category has an entry with that name and environment", field: "name" },
    },
  },
  "GET /api/entries/project-names": {
    operationId: "listProjectNames",
    answer: one("Two projects", ["Blog Project", "Shop"]),
  },
  "GET /api/entries/:id": { operationId: "getEntry", answer: one("The entry, without its value", blog) },
  "PUT /api/entries/:id": {
    operationId: "updateEntry",
    request: {
      value: { summary: "Another value", value: { value: "sk-live-rotated" } satisfies EntryChange },
      clear: { summary: "Clear what may be null", value: { notes: null, expiresAt: null } satisfies EntryChange },
    },
    answer: one("The entry as it is now", blog),
    failures: {
      VALIDATION_ERROR: refused("expiresAt", "must be an ISO 8601 time such as 2027-01-15T10:00:00.000Z"),
      CONFLICT: { error: "An entry moves only between categories of one keyType", field: "categoryId" },
    },
  },
  "DELETE /api/entries/:id": { operationId: "deleteEntry" },
  "POST /api/entries/:id/reveal": {
    operationId: "revealEntry",
    answer: {
      simple: {
        summary: "A string",
        value: {
          id: ENTRY_ID,
          name: "Blog Project",
          value: "sk-live-example",
          environment: "production",
        } satisfies RevealedEntry,
      },
      group: {
        summary: "The fields of a group",
        value: { id: ENTRY_ID, name: "Shop", value: groupValue, environment: "staging" } satisfies RevealedEntry,
      },
    },
  },

  "GET /api/2fa": {
    operationId: "listTwoFactors",
    answer: one("One second factor", [github]),
    headers: LISTED,
    failures: NO_LIMIT,
  },
  "POST /api/2fa": {
    operationId: "createTwoFactor",
    request: {
      byHand: { summary: "A secret and recovery codes", value: githubByHand },
      byLink: { summary: "A whole otpauth:// link", value: githubByLink },
      codesOnly: { summary: "Recovery codes only", value: recoveryCodesOnly },
    },
    answer: one("The new second factor, without its secrets", github),
    failures: {
      VALIDATION_ERROR: refused(
        "secret",
        "must be base32 (the letters A to Z and the digits 2 to 7) or an otpauth:// link",
      ),
    },
  },
  "GET /api/2fa/:id": {
    operationId: "getTwoFactor",
    answer: one("The second factor, without its secrets", github),
  },
  "PUT /api/2fa/:id": {
    operationId: "updateTwoFactor",
    request: {
      codes: {
        summary: "Other recovery codes; those that stay keep their state",
        value: { recoveryCodes: ["f6a7b-8c9d0", "0f1e2-d3c4b"] } satisfies TwoFactorChange,
      },
      clear: { summary: "Clear what may be null", value: { notes: null, secret: null } satisfies TwoFactorChange },
      nothing: { summary: "Change nothing", value: {} satisfies TwoFactorChange },
    },
    answer: one("The second factor as it is now", github),
    failures: { VALIDATION_ERROR: refused("digits", "must be a whole number from 6 to 8") },
  },
  "DELETE /api/2fa/:id": { operationId: "deleteTwoFactor" },
  "POST /api/2fa/:id/reveal": {
    operationId: "revealCode",
    answer: one("A code that is good for 17 seconds more", {
      id: TWO_FACTOR_ID,
      service: "GitHub",
      accountName: "ada@example.com",
      code: "287082",
      remainingSeconds: 17,
    } satisfies RevealedCode),
  },
  "POST /api/2fa/:id/recovery-codes/reveal": {
    operationId: "takeRecoveryCode",
    answer: one("A code, and how many are left", {
      id: TWO_FACTOR_ID,
      service: "GitHub",
      code: "a1b2c-3d4e5",
      remaining: 1,
      total: 2,
    } satisfies TakenRecoveryCode),
  },

  "GET /api/envs": {
    operationId: "listEnvProjects",
    answer: one("One project", [shop]),
    headers: LISTED,
    failures: NO_LIMIT,
  },
  "POST /api/envs": {
    operationId: "createEnvProject",
    request: one("A project", shopInput),
    answer: one("The new project", { ...shop, fileCount: 0 }),
    failures: {
      VALIDATION_ERROR: refused("name", "is required"),
      CONFLICT: { error: "A project with that name exists", field: "name" },
    },
  },
  "GET /api/envs/:id": {
    operationId: "getEnvProject",
    answer: one("The project and its files", { ...shop, files: [envFile] } satisfies EnvProjectWithFiles),
  },
  "PUT /api/envs/:id": {
    operationId: "updateEnvProject",
    request: {
      rename: { summary: "Another name", value: { name: "Web shop" } satisfies EnvProjectChange },
      clear: { summary: "Clear the description", value: { description: null } satisfies EnvProjectChange },
    },
    answer: one("The project as it is now", { ...shop, name: "Web shop" }),
    failures: {
      VALIDATION_ERROR: refused("description", "must be a string of 0 to 1000 characters, or null"),
      CONFLICT: { error: "A project with that name exists", field: "name" },
    },
  },
  "DELETE /api/envs/:id": { operationId: "deleteEnvProject" },
  "POST /api/envs/:id/files": {
    operationId: "saveEnvFile",
    request: {
      create: { summary: "A file", value: envFileInput },
      windows: {
        summary: "With Windows line ends and no last one",
        value: { fileType: "env.local", content: "A=1\r\nB=2" } satisfies EnvFileInput,
      },
    },
    answer: one("The file, without its content", envFile),
    headers: { ETag: "Version" },
    failures: {
      VALIDATION_ERROR: refused("fileType", "must be one of env, env.local, env.production, env.development"),
      CONFLICT: { error: "The file has been changed since; nothing was done" },
    },
  },
  "DELETE /api/envs/:id/files/:fileId": {
    operationId: "deleteEnvFile",
    failures: { CONFLICT: { error: "The file has been changed since; nothing was done" } },
  },
  "POST /api/envs/:id/files/:fileId/reveal": {
    operationId: "revealEnvFile",
    answer: one("The file, byte for byte", {
      id: ENV_FILE_ID,
      projectId: ENV_PROJECT_ID,
      ...envFileInput,
    } satisfies RevealedEnvFile),
    headers: { ETag: "Version" },
  },

  "GET /api/stats": { operationId: "getStats", answer: one("Every count, zeros included", stats) },
  "GET /api/export": {
    operationId: "exportVault",
    answer: one("With Accept: application/json", exported),
    text: { mediaType: "text/plain", text: one("The .env file, in UTF-8", exported.content) },
    headers: { "Content-Disposition": "Download" },
    failures: {
      VALIDATION_ERROR: refused("environment", "must be one of development, staging, production"),
      CONFLICT: { error: "The dialect docker cannot hold the value of DB_PASSWORD", keys: ["DB_PASSWORD"] },
    },
  },

  "GET /api/audit": {
    operationId: "listEvents",
    answer: one("A key that read a value", [event]),
    headers: LISTED,
    failures: { VALIDATION_ERROR: refused("from", "must be an ISO 8601 time such as 2027-01-15T10:00:00.000Z") },
  },

  "POST /api/ai/extract": {
    operationId: "extractEnv",
    request: one("A file for one project", extractInput),
    answer: one("With Accept: application/json", extraction),
    text: { mediaType: "text/plain", text: one("The .env file, in UTF-8", extraction.content) },
    headers: { "Content-Disposition": "Download" },
    failures: {
      VALIDATION_ERROR: refused("prompt", "must not be empty"),
      AI_EXTRACTION_FAILED: {
        error: "The model gave no answer within 30 seconds. Try again, or set KAGI_AI_TIMEOUT",
        reason: "timeout",
      },
    },
  },

  "GET /api/access-keys": {
    operationId: "listAccessKeys",
    answer: one("One access key", [accessKey]),
    headers: LISTED,
    failures: NO_LIMIT,
  },
  "POST /api/access-keys": {
    operationId: "createAccessKey",
    request: {
      script: { summary: "A key for a script", value: accessKeyInput },
      limited: { summary: "From some addresses, for one project and environment", value: limitedKeyInput },
    },
    answer: one("The access key, with its key this once", createdAccessKey),
    failures: { VALIDATION_ERROR: refused("scopes", "must be a list of 1 or more distinct items") },
  },
  "POST /api/access-keys/:id/rotate": {
    operationId: "rotateAccessKey",
    request: {
      atOnce: { summary: "The old key ends now", value: {} },
      soon: { summary: "The old key lives until then", value: rotation },
    },
    answer: one("The new key, with its key this once", { ...createdAccessKey, rotatedFrom: OLD_ACCESS_KEY_ID }),
    failures: {
      VALIDATION_ERROR: refused("endsAt", "must lie in the future"),
      CONFLICT: { error: "The key has been replaced already" },
    },
  },
  "DELETE /api/access-keys/:id": { operationId: "revokeAccessKey" },

  "DELETE /api/account/data": { operationId: "deleteVault" },
  "POST /api/auth/sign-in/email": {
    operationId: "signIn",
    request: one("An account", signIn),
    answer: one("Who is signed in now", { user }),
    headers: { "Set-Cookie": "SessionCookie" },
    failures: {
      VALIDATION_ERROR: refused("email", "is required"),
      SECOND_FACTOR_REQUIRED: CODE_REQUIRED,
      SECOND_FACTOR_INVALID: CODE_INVALID,
    },
  },
  "GET /api/auth/keycloak": {
    operationId: "signInThroughKeycloak",
    headers: { Location: "Location", "Set-Cookie": "VisitCookie" },
    failures: { VALIDATION_ERROR: refused("next", "must be a string of 0 to 2000 characters") },
  },
  "GET /api/auth/callback/keycloak": {
    operationId: "finishKeycloak",
    headers: { Location: "Location", "Set-Cookie": "SessionCookie" },
    failures: { VALIDATION_ERROR: refused("state", "must be a string of 0 to 4096 characters") },
  },
  "POST /api/auth/backchannel-logout/keycloak": {
    operationId: "endKeycloakSessions",
    request: one("A logout token, signed by the realm", { logout_token: "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl" }),
    answer: one("Done", {}),
    failures: { VALIDATION_ERROR: refused("logout_token", "is required") },
  },
  "POST /api/auth/sign-out": { operationId: "signOut", headers: { "Set-Cookie": "SessionCookie" } },
  "GET /api/auth/session": { operationId: "getSession", answer: one("The session", session) },
  "POST /api/auth/confirm": {
    operationId: "confirm",
    request: {
      password: { summary: "Without a second factor", value: { password: "correct horse battery staple" } },
      code: { summary: "With one", value: { password: "correct horse battery staple", code: "492039" } },
    },
    answer: one("Until when it counts", { confirmedUntil: CONFIRMED_UNTIL }),
    headers: { "Set-Cookie": "SessionCookie" },
    failures: {
      VALIDATION_ERROR: refused("password", "is required"),
      AUTH_INVALID_CREDENTIALS: { error: "That is not your password", field: "password" },
      SECOND_FACTOR_REQUIRED: CODE_REQUIRED,
      SECOND_FACTOR_INVALID: CODE_INVALID,
    },
  },
  "POST /api/auth/confirm/passkey/options": {
    operationId: "beginConfirmWithPasskey",
    answer: one("A question", requestOptions),
  },
  "POST /api/auth/confirm/passkey": {
    operationId: "confirmWithPasskey",
    request: one("What a passkey signed", { response: usedCredential }),
    answer: one("Until when it counts", { confirmedUntil: CONFIRMED_UNTIL }),
    headers: { "Set-Cookie": "SessionCookie" },
    failures: { VALIDATION_ERROR: refused("response.id", "must be base64url") },
  },
  "POST /api/auth/sign-in/passkey/options": {
    operationId: "beginSignInWithPasskey",
    answer: one("A question", requestOptions),
  },
  "POST /api/auth/sign-in/passkey": {
    operationId: "signInWithPasskey",
    request: one("What a passkey signed", { response: usedCredential }),
    answer: one("Who is signed in now", { user }),
    headers: { "Set-Cookie": "SessionCookie" },
    failures: { VALIDATION_ERROR: refused("response.id", "must be base64url") },
  },
  "GET /api/auth/sessions": { operationId: "listSessions", answer: one("This one", [listedSession]) },
  "DELETE /api/auth/sessions": { operationId: "endOtherSessions" },
  "DELETE /api/auth/sessions/:id": { operationId: "endSession" },
  "GET /api/auth/factors": { operationId: "getSignInFactors", answer: one("An app and a passkey", signInFactors) },
  "POST /api/auth/totp": {
    operationId: "beginAuthenticatorApp",
    answer: one("A secret", {
      secret: TOTP_SECRET,
      uri: `otpauth://totp/Kagi:ada%40example.com?issuer=Kagi&secret=${TOTP_SECRET}&algorithm=SHA1&digits=6&period=30`,
    }),
    failures: { CONFLICT: APP_IS_ON },
  },
  "POST /api/auth/totp/confirm": {
    operationId: "confirmAuthenticatorApp",
    request: one("The code of this moment", { code: "492039" }),
    answer: {
      first: { summary: "The first factor", value: { recoveryCodes } },
      another: { summary: "Another one", value: { recoveryCodes: null } },
    },
    failures: {
      VALIDATION_ERROR: refused("code", "is required"),
      SECOND_FACTOR_INVALID: { error: "That is not the app's code of this moment", field: "code" },
      CONFLICT: { error: "No authenticator app is being set up: begin with it" },
    },
  },
  "DELETE /api/auth/totp": {
    operationId: "removeAuthenticatorApp",
    failures: { CONFLICT: { error: "No authenticator app is switched on" } },
  },
  "POST /api/auth/recovery-codes": {
    operationId: "renewRecoveryCodes",
    answer: one("Ten codes", { recoveryCodes }),
    failures: {
      CONFLICT: { error: "Recovery codes come with an authenticator app or a passkey, and there is neither" },
    },
  },
  "POST /api/auth/passkeys/options": {
    operationId: "beginPasskey",
    answer: one("What to make", creationOptions),
    failures: { CONFLICT: { error: "There are 20 passkeys already. Delete one first" } },
  },
  "POST /api/auth/passkeys": {
    operationId: "addPasskey",
    request: one("What a browser made", { name: "Laptop", response: madeCredential }),
    answer: {
      first: { summary: "The first factor", value: { passkey, recoveryCodes } },
      another: { summary: "Another one", value: { passkey, recoveryCodes: null } },
    },
    failures: {
      VALIDATION_ERROR: refused("name", "is required"),
      CONFLICT: { error: "That passkey is known already", field: "response" },
    },
  },
  "PUT /api/auth/passkeys/:id": {
    operationId: "renamePasskey",
    request: one("Another name", { name: "Laptop" }),
    answer: one("The passkey", passkey),
    failures: { VALIDATION_ERROR: refused("name", "must be a string of 1 to 255 characters") },
  },
  "DELETE /api/auth/passkeys/:id": { operationId: "deletePasskey" },

  "GET /api/openapi": {
    operationId: "getOpenApi",
    answer: one("The beginning of this document", {
      openapi: "3.1.0",
      info: { title: "Kagi", version: "1.0.0" },
      paths: {},
      components: {},
    }),
  },
  "GET /api/docs": { operationId: "getDocs", answer: one("A page", "<!doctype html>…") },
};
