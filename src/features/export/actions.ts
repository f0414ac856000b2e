import { type EnvItem, writeEnv } from "../../dotenv/write.ts";
import { AppError } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { record } from "../audit/actions.ts";
import { VAULT } from "../audit/model.ts";
import { openForExport } from "../entries/actions.ts";
import type { Export, ExportQuery } from "./model.ts";

/**
 * `simple` and `group` values as `.env` text, ordered by category, entry and environment. The trail says so before
 * anybody gets it; nobody else's writing waits for it. Throws CONFLICT that names the keys which the asked dialect
 * cannot hold.
 */
export async function exportVault(kagi: Kagi, actor: Actor, query: ExportQuery): Promise<Export> {
  const { environment = null, project = null, dialect = "portable" } = query;
  const { entries, unreadable } = await openForExport(kagi, actor, { environment, project });
  const items: EnvItem[] = entries.flatMap<EnvItem>(
    ({ categoryName, name, environment: of, keyType, envVarName, value }) => [
      { comment: `${categoryName} — ${name} (${of})` },
      ...(keyType === "simple"
        ? [{ key: envVarName as string, value: value as string }]
        : Object.entries(value).map(([key, field]) => ({ key, value: field }))),
      { blank: true as const },
    ],
  );
  const document = writeEnv(items, dialect);
  const keys = [...new Set(document.refused)];
  // Whoever asks for a dialect is told; the default stays a whole export, which says what it had to leave out.
  if (keys.length > 0 && query.dialect !== undefined) {
    throw new AppError("CONFLICT", `The dialect ${dialect} cannot hold the value of ${keys.join(", ")}`, { keys });
  }
  const detail = `entries=${entries.length} environment=${environment ?? "all"} unreadable=${unreadable}`;
  await kagi.db.transaction((tx) => record(kagi, tx, actor, "export", { ...VAULT, name: project }, { detail }));
  const repeated = repeatedOf(items);
  return { content: document.text, notPortable: document.notPortable, notWritten: keys, repeated, unreadable };
}

/** The keys of more than one line. */
function repeatedOf(items: readonly EnvItem[]): string[] {
  const times = new Map<string, number>();
  for (const item of items) if ("key" in item) times.set(item.key, (times.get(item.key) ?? 0) + 1);
  return [...times].filter(([, count]) => count > 1).map(([key]) => key);
}
