import type { Category } from "../categories/model.ts";
import type { Entry } from "../entries/model.ts";
import type { FileType } from "../envs/model.ts";

/** What search everywhere knows of a category; never its description. */
export type FoundCategory = Pick<Category, "id" | "name" | "keyType" | "icon" | "color" | "entryCount"> &
  Readonly<{ variables: readonly string[] }>;

/** An entry by its names; never its notes. */
export type FoundEntry = Pick<Entry, "id" | "name" | "environment"> & Readonly<{ category: FoundCategory }>;

export type FoundTwoFactor = Readonly<{ id: string; service: string; accountName: string; hasSecret: boolean }>;

export type FoundProject = Readonly<{
  id: string;
  name: string;
  files: readonly Readonly<{ id: string; type: FileType }>[];
}>;

/** Pages that have no thing of their own. */
export type PlaceName =
  | "overview"
  | "keys"
  | "entries"
  | "two-factors"
  | "env-projects"
  | "settings"
  | "sign-in-settings"
  | "sessions"
  | "access-keys"
  | "activity"
  | "api-docs";

/** What can be done without a thing. */
export type CommandName =
  | "new-category"
  | "new-two-factor"
  | "import-two-factors"
  | "new-env-project"
  | "new-access-key"
  | "dark"
  | "light"
  | "sign-out";

/** One line of an answer: where it leads, or what it does. */
export type Found =
  | Readonly<{ kind: "category"; category: FoundCategory }>
  | Readonly<{ kind: "entry"; entry: FoundEntry }>
  | Readonly<{ kind: "two-factor"; twoFactor: FoundTwoFactor }>
  | Readonly<{ kind: "project"; project: FoundProject }>
  | Readonly<{ kind: "file"; project: FoundProject; file: FileType }>
  | Readonly<{ kind: "place"; place: PlaceName; name: string }>
  | Readonly<{ kind: "command"; command: CommandName; name: string }>
  | Readonly<{ kind: "new-entry"; category: FoundCategory }>
  /** `field` is one field of a group, null the whole value. */
  | Readonly<{ kind: "copy"; entry: FoundEntry; field: string | null }>
  | Readonly<{ kind: "reveal"; entry: FoundEntry }>
  | Readonly<{ kind: "copy-code"; twoFactor: FoundTwoFactor }>;

export type GroupName = "recent" | "categories" | "entries" | "two-factors" | "env-files" | "actions" | "places";

/** Results of one sort, best first; `more` is how many others fit as well. */
export type Group = Readonly<{ name: GroupName; results: readonly Found[]; more: number }>;
