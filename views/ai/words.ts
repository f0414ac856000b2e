import type { FileType } from "../../src/features/envs/model.ts";
import { fileName } from "../envs/words.ts";

/** What chooses keys for a file: a model, Kagi by the words of their names, or nothing. */
export type Generator = "model" | "names" | "off";

/** What the page and the way to it are called. */
export function generatorName(generator: Generator): string {
  return generator === "model" ? "AI generate" : "Generate";
}

export function titleOf(generator: Generator, fileType: FileType): string {
  return `${generatorName(generator)} ${fileName(fileType)}`;
}

/** A number as people read it: 5,000. */
export function figure(number: number): string {
  return number.toLocaleString("en-US");
}

/** A size in decimal units, as for what goes over a wire. */
export function size(bytes: number): string {
  return bytes < 1000 ? `${bytes} bytes` : `${(bytes / 1000).toFixed(1)} kB`;
}

export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
