import type { Column, FileType } from "../../src/features/envs/model.ts";

/** What the file is called on disk. */
export function fileName(type: FileType): string {
  return `.${type}`;
}

export function columnName(column: Column): string {
  return column === "example" ? "pasted example" : fileName(column);
}

/** Who wrote a version or replaced a value: `session`, or the first characters of an access key. */
export function writerWords(writer: string): string {
  return writer === "session" ? "in the browser" : `with the access key ${writer}…`;
}
