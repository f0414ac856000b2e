import { endingOf, hasMark, layOut } from "../../dotenv/layout.ts";
import { readEnv } from "../../dotenv/read.ts";

/** A content as the editor gets it. `version` is that of the file which it comes from, null when there is none yet. */
export function openedFrom(content: string, version: number | null) {
  const { text, layout } = layOut(content);
  const warnings = readEnv(content).problems;
  return { text, layout, hasMark: hasMark(layout), ending: endingOf(layout), version, warnings, draft: null };
}
