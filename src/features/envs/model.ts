import { type Static, t } from "elysia";
import { VALUE_MIB } from "../../limits.ts";
import { Id, NAME_LENGTH, nullable, oneOf, Paging, Search, Timestamp } from "../../schema.ts";
import { type Category, DESCRIPTION_LENGTH, EnvVarName } from "../categories/model.ts";
import { EnvironmentSchema } from "../entries/model.ts";

/** The files that a project may have, in the order in which they are shown. On disk each has a dot before its name. */
export const FILE_TYPES = ["env", "env.local", "env.production", "env.development"] as const;
export type FileType = (typeof FILE_TYPES)[number];

/** Earlier contents of a file that are kept. */
export const FILE_VERSIONS = 20;
/** Variables that one import takes. Far above any real file, low enough that nobody waits for it. */
export const IMPORT_COUNT = 500;

export const FileTypeSchema = oneOf(FILE_TYPES, {
  description: "Which file of the project: the name without its first dot",
  examples: ["env"],
});

const Name = t.String({ minLength: 1, maxLength: NAME_LENGTH, examples: ["Shop"] });
const Description = t.String({ maxLength: DESCRIPTION_LENGTH, examples: ["The web shop and its worker"] });
const Content = t.String({
  description: `The file, byte for byte: line ends, a byte order mark and a missing last newline stay. At most ${VALUE_MIB} MiB as UTF-8, no NUL.`,
  examples: ["DATABASE_URL=postgres://localhost/shop\n"],
});

export const EnvProject = t.Object(
  {
    id: Id,
    userId: Id,
    name: Name,
    description: nullable(Description),
    fileCount: t.Integer({ minimum: 0, maximum: FILE_TYPES.length, examples: [2] }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  { additionalProperties: false },
);
export type EnvProject = Static<typeof EnvProject>;

/** A file without its content. */
export const EnvFile = t.Object(
  { id: Id, fileType: FileTypeSchema, createdAt: Timestamp, updatedAt: Timestamp },
  { additionalProperties: false },
);
export type EnvFile = Static<typeof EnvFile>;

/** A project with the files that it has, in the order of `FILE_TYPES`. */
export const EnvProjectWithFiles = t.Object(
  { ...EnvProject.properties, files: t.Array(EnvFile) },
  { additionalProperties: false },
);
export type EnvProjectWithFiles = Static<typeof EnvProjectWithFiles>;

export const EnvProjectInput = t.Object(
  { name: Name, description: t.Optional(nullable(Description)) },
  { additionalProperties: false },
);
export type EnvProjectInput = Static<typeof EnvProjectInput>;

export const EnvProjectChange = t.Partial(EnvProjectInput, { additionalProperties: false });
export type EnvProjectChange = Static<typeof EnvProjectChange>;

export const EnvProjectQuery = t.Object(
  { ...Paging.properties, search: t.Optional(Search) },
  { additionalProperties: false },
);
export type EnvProjectQuery = Static<typeof EnvProjectQuery>;

export const EnvFileInput = t.Object({ fileType: FileTypeSchema, content: Content }, { additionalProperties: false });
export type EnvFileInput = Static<typeof EnvFileInput>;

export const RevealedEnvFile = t.Object(
  { id: Id, projectId: Id, fileType: FileTypeSchema, content: Content },
  { additionalProperties: false },
);
export type RevealedEnvFile = Static<typeof RevealedEnvFile>;

/** What the pages know besides: the version to say with the next save, and when it was written. */
export type OpenedEnvFile = RevealedEnvFile & Readonly<{ version: number; updatedAt: string }>;

/** The answer to a save. `version` is that of the file as it is now; an unchanged content keeps the one it had. */
export type SavedEnvFile = Readonly<{ file: EnvFile; version: number; created: boolean }>;

/** One content that the file has or had. `writtenBy` is `session`, or the prefix of an access key. */
export type EnvFileVersion = Readonly<{ version: number; writtenAt: string; writtenBy: string; current: boolean }>;
export type OpenedEnvFileVersion = EnvFileVersion & RevealedEnvFile;

export const EXAMPLE = "example";
/** A file of the project, or the text that was pasted to compare with. */
export type Column = FileType | typeof EXAMPLE;
/**
 * Beside `.env`, which programs read before a file of one environment, a variable has the `same` value or one that
 * `differs`, or is `inherited` when the file lacks it. Of an example, whose values are made up, it is `set` or `missing`.
 * `extra`: not in the column that is compared with. `absent`: here as little as there.
 */
export type KeyState = "set" | "same" | "differs" | "inherited" | "empty" | "missing" | "absent" | "extra";
/** Names of variables, where they are, and whether two values are one; never a value. */
export type Comparison = Readonly<{
  columns: readonly Column[];
  /** What the others are compared with: the example, else `.env`, else nothing, and then nothing is `extra`. */
  reference: Column | null;
  /** Variables that are not among `rows`. */
  more: number;
  /** In the order of the reference; what it lacks follows. */
  rows: readonly Readonly<{ key: string; states: Readonly<Partial<Record<Column, KeyState>>> }>[];
}>;

/** Where the entries of an import go: the name that entries have in common (a project's), and the environment. */
export const ImportTarget = t.Object(
  { name: t.String({ minLength: 1, maxLength: NAME_LENGTH }), environment: EnvironmentSchema },
  { additionalProperties: false },
);
export type ImportTarget = Static<typeof ImportTarget>;

/** `version` and `plan` are the version and digest of the plan which was looked at, `keys` what was ticked there. */
export const ImportInput = t.Object(
  {
    ...ImportTarget.properties,
    keys: t.Array(EnvVarName, { minItems: 1, maxItems: IMPORT_COUNT, uniqueItems: true }),
    version: t.Integer({ minimum: 1, maximum: 2_147_483_647 }),
    plan: t.String({ pattern: "^[0-9a-f]{64}$" }),
  },
  { additionalProperties: false },
);
export type ImportInput = Static<typeof ImportInput>;

/** What one variable of the file would become. */
export type ImportRow = Readonly<{
  key: string;
  /** Every line that sets it, counted from 1. */
  lines: readonly number[];
  /** The line whose value counts when there are several, else null. */
  duplicateOf: number | null;
  /** The category that it goes to; rows of one group make one entry. */
  target:
    | Readonly<{ kind: "existing"; category: Pick<Category, "id" | "name" | "keyType" | "icon" | "color"> }>
    | Readonly<{ kind: "new"; name: string }>
    /** Nothing to be made of it. */
    | null;
  /** That category has an entry of this name and environment already, which is left as it is. */
  exists: boolean;
  /** Why it cannot be imported, as a sentence's end after the key; null when it can. */
  skip: string | null;
  /** What programs do not agree on, for people; null when they do. */
  warning: string | null;
}>;

export type ImportPlan = Readonly<{
  version: number;
  /** Changes with where any of the variables would go. */
  digest: string;
  rows: readonly ImportRow[];
  /** Lines that are no assignment to a variable. */
  unread: readonly Readonly<{ line: number; message: string }>[];
  counts: Readonly<{ keys: number; ambiguous: number; duplicates: number; importable: number }>;
}>;

/** `token` is what `undoImport` takes. */
export type Imported = Readonly<{ created: readonly string[]; categories: readonly string[]; token: string }>;

/** A line that is in both, in one only, or a run of lines in both that is left out. */
export type DifferenceLine =
  | Readonly<{ kind: "same" | "added" | "removed"; text: string; line: number }>
  | Readonly<{ kind: "skipped"; count: number }>;

export type Difference = Readonly<{
  /** null when the two are too far apart to be set against each other. */
  lines: readonly DifferenceLine[] | null;
  added: number;
  removed: number;
  /** What differs besides the lines: how they end, a byte order mark. */
  notes: readonly string[];
}>;
