import type { Column, FileType } from "../../src/features/envs/model.ts";

/** What the file is called on disk. */
export function fileName(type: FileType): string {
  return `.${type}`;
}

export function columnName(column: Column): string {
  return column === "example" ? "pasted example" : fileName(column);
}
