import { type Static, t } from "elysia";
import { Id, NAME_LENGTH, oneOf } from "../../schema.ts";
import { EnvVarName, type KeyType } from "../categories/model.ts";
import type { Environment } from "../entries/model.ts";

export const PROMPT_LENGTH = 2000;

/** What a request may tell a model at most: so many entries, and so many bytes of JSON about them. */
export const MOST_CANDIDATES = 200;
export const MOST_CANDIDATE_BYTES = 48 * 1024;

/** A longer reason is no reason but an essay. */
export const REASON_LENGTH = 200;

export const SECRET_FORMATS = ["hex", "base64", "base64url", "alphanumeric"] as const;
export type SecretFormat = (typeof SECRET_FORMATS)[number];

/** Random bytes in a generated secret. An alphanumeric one has as many characters as it takes to hold them. */
export const SECRET_BYTES = { least: 16, usual: 32, most: 64 } as const;

/** Lines that a page offers to tick; a form takes few more. */
export const MOST_TICKS = 800;

/** Generated secrets that one answer may bring. */
export const MOST_GENERATED = 20;

/** The programs whose public variables have a name of their own, and those that have none. */
export const FRAMEWORKS = [
  "nextjs",
  "vite",
  "create-react-app",
  "expo",
  "nuxt",
  "sveltekit",
  "gatsby",
  "astro",
  "electron",
  "node",
  "react-native",
] as const;
export type Framework = (typeof FRAMEWORKS)[number];

export const ExtractInput = t.Object(
  {
    prompt: t.String({
      minLength: 1,
      maxLength: PROMPT_LENGTH,
      description: "What is wanted, in plain words of any language",
      examples: ["The OpenAI and S3 keys of the blog for a Next.js app, and a session secret"],
    }),
    currentProjectName: t.Optional(
      t.String({
        minLength: 1,
        maxLength: NAME_LENGTH,
        description: 'What "this project" means; entries of that name are preferred',
        examples: ["Blog Project"],
      }),
    ),
  },
  { additionalProperties: false },
);
export type ExtractInput = Static<typeof ExtractInput>;

const Reason = t.String({ maxLength: REASON_LENGTH, examples: ["The blog's OpenAI key"] });

export const Extraction = t.Object(
  {
    content: t.String({
      examples: ["# OpenAI — Blog Project (production): the blog's OpenAI key\nOPENAI_API_KEY=sk-live-example\n"],
    }),
    selectedKeys: t.Array(
      t.Object({ entryId: Id, envVarName: EnvVarName, reason: Reason }, { additionalProperties: false }),
      { description: "What `content` holds of the vault, in its order; a group is one of each of its fields" },
    ),
    generatedSecrets: t.Array(
      t.Object(
        {
          envVarName: EnvVarName,
          format: oneOf(SECRET_FORMATS),
          bytes: t.Integer({
            minimum: SECRET_BYTES.least,
            maximum: SECRET_BYTES.most,
            description: "Of randomness",
            examples: [SECRET_BYTES.usual],
          }),
          reason: Reason,
        },
        { additionalProperties: false },
      ),
    ),
    matchedBy: oneOf(["model", "names"], {
      description:
        "`model`: a language model chose among names; `names`: no model is configured, and Kagi itself matched the prompt's words with names",
      examples: ["model"],
    }),
    alternatives: t.Array(
      t.Object(
        {
          entryId: Id,
          envVarName: EnvVarName,
          reason: Reason,
        },
        { additionalProperties: false },
      ),
      {
        description:
          "What would have fitted less, such as another environment's value of a variable, and is not written",
      },
    ),
    leftOut: t.Array(
      t.Object(
        { entryId: Id, name: t.String({ examples: ["Deploy key — Blog Project"] }), reason: Reason },
        { additionalProperties: false },
      ),
      { description: "What was asked for and has no place in such a file, such as SSH keys and JSON files" },
    ),
    dropped: t.Integer({
      minimum: 0,
      description: "Parts of the model's answer that were no entry it had been told of, or otherwise not to be used",
      examples: [0],
    }),
    notPortable: t.Array(
      t.Object(
        { key: t.String({ examples: ["DB_PASSWORD"] }), misreadBy: t.Array(t.String({ examples: ["python"] })) },
        { additionalProperties: false },
      ),
    ),
    notWritten: t.Array(t.String({ examples: ["ODD_PASSWORD"] }), {
      description: "Variables whose value has no form that is safe for every reader",
    }),
  },
  { additionalProperties: false },
);
export type Extraction = Static<typeof Extraction>;

/**
 * One entry as a model or the built-in matcher sees it: names only. `id` means nothing outside of the question that
 * holds it.
 */
export type Candidate = Readonly<{
  id: string;
  category: string;
  keyType: KeyType;
  /** A simple key's variable, a group's fields, nothing for the rest. */
  variables: readonly string[];
  project: string;
  environment: Environment;
}>;

/** What somebody asked, and what there is to choose from, nearest first. */
export type Question = Readonly<{
  prompt: string;
  currentProject: string | null;
  /** Where the file that is asked for is used, null when that is not known. */
  environment: Environment | null;
  candidates: readonly Candidate[];
}>;

/** What a model, or the matcher, would have. Nothing of it is believed before `propose` has looked at it. */
export type Answer = Readonly<{
  /** `variable` is the name it shall have in the file; null for the entry's own. Of a group it says nothing. */
  selected: readonly Readonly<{ id: string; variable: string | null; reason: string }>[];
  /** What fits less well, and is shown for somebody to choose. */
  offered: readonly Readonly<{ id: string; reason: string }>[];
  generated: readonly Readonly<{ variable: string; format: SecretFormat; bytes: number; reason: string }>[];
  framework: Framework | null;
  /** Parts of the answer that were of no shape at all. */
  malformed: number;
}>;

/** What the words of a prompt say besides which keys. */
export type Wishes = Readonly<{
  framework: Framework | null;
  /** In the order in which they are named. */
  environments: readonly Environment[];
  /** The name of entries that is meant, as they have it; null when no project is named. */
  project: string | null;
}>;
