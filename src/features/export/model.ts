import { type Static, t } from "elysia";
import { DIALECTS, type Dialect } from "../../dotenv/write.ts";
import { NAME_LENGTH, oneOf } from "../../schema.ts";
import { EnvironmentSchema } from "../entries/model.ts";

export type { Dialect };

export const EXPORT_FILE = "kagi-export.env";
export const METADATA_FILE = "kagi-metadata.json";

export const ExportQuery = t.Object(
  {
    environment: t.Optional(EnvironmentSchema),
    project: t.Optional(
      t.String({
        minLength: 1,
        maxLength: NAME_LENGTH,
        description: "Entries of this name only",
        examples: ["Blog Project"],
      }),
    ),
    dialect: t.Optional(
      oneOf(DIALECTS, { description: "Who will read it; default `portable`: every program that can" }),
    ),
  },
  { additionalProperties: false },
);
export type ExportQuery = Static<typeof ExportQuery>;

export const Export = t.Object(
  {
    content: t.String({ examples: ["# OpenAI — Blog Project (production)\nOPENAI_API_KEY=sk-live-example\n\n"] }),
    notPortable: t.Array(
      t.Object(
        { key: t.String({ examples: ["DB_PASSWORD"] }), misreadBy: t.Array(t.String({ examples: ["python"] })) },
        { additionalProperties: false },
      ),
    ),
    notWritten: t.Array(t.String({ examples: ["ODD_PASSWORD"] }), {
      description: "Keys whose value has no form that is safe for every reader; ask for the dialect of yours",
    }),
    repeated: t.Array(t.String({ examples: ["DATABASE_URL"] }), {
      description: "Keys that are written more than once, of which a reader keeps the last; ask for one environment",
    }),
    unreadable: t.Integer({ minimum: 0, description: "Values that could not be decrypted", examples: [0] }),
  },
  { additionalProperties: false },
);
export type Export = Static<typeof Export>;

/** What an export would hold, without a value. `lines` are those that set a variable. */
export type ExportPreview = Readonly<Omit<Export, "content"> & { entries: number; lines: number }>;

/** One way in which an export would not hold what is stored; `names` are of variables, none where nobody knows them. */
export type Finding<Kind extends Lacking = Lacking> = Readonly<{
  kind: Kind;
  names: readonly Readonly<{ name: string; why: string | null }>[];
  total: number;
}>;
type Lacking = Exclude<keyof ExportPreview, "entries" | "lines">;

/** What has to be said before it is downloaded; none says that it is whole. */
export function findingsOf({ repeated, notPortable, notWritten, unreadable }: ExportPreview): Finding[] {
  const named = (name: string) => ({ name, why: null });
  const misread = notPortable.map(({ key, misreadBy }) => ({ name: key, why: `misread by ${misreadBy.join(", ")}` }));
  const all: { readonly [Kind in Lacking]: Finding<Kind> } = {
    repeated: { kind: "repeated", names: repeated.map(named), total: repeated.length },
    notPortable: { kind: "notPortable", names: misread, total: misread.length },
    notWritten: { kind: "notWritten", names: notWritten.map(named), total: notWritten.length },
    unreadable: { kind: "unreadable", names: [], total: unreadable },
  };
  return Object.values(all).filter(({ total }) => total > 0);
}
