import { writeEnv } from "../../dotenv/write.ts";
import { AppError } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { record } from "../audit/actions.ts";
import { VAULT } from "../audit/model.ts";
import { openForExport } from "../entries/actions.ts";
import type { Export, ExportQuery } from "./model.ts";

/**
 * `simple` and `group` values as `.env` text, ordered by category, entry and environment. The trail says so in the same
 * transaction. Throws CONFLICT that names the keys which the asked dialect cannot hold.
 */
export async function exportVault(kagi: Kagi, actor: Actor, query: ExportQuery): Promise<Export> {
  const { environment = null, project = null, dialect = "portable" } = query;
  return await kagi.db.transaction(async (tx) => {
    const { entries, unreadable } = await openForExport(kagi, tx, actor, { environment, project });
    const document = writeEnv(
      entries.flatMap(({ categoryName, name, environment: of, keyType, envVarName, value }) => [
        { comment: `${categoryName} — ${name} (${of})` },
        ...(keyType === "simple"
          ? [{ key: envVarName as string, value: value as string }]
          : Object.entries(value).map(([key, field]) => ({ key, value: field }))),
        { blank: true as const },
      ]),
      dialect,
    );
    const keys = [...new Set(document.refused)];
    // Whoever asks for a dialect is told; the default stays a whole export, which says what it had to leave out.
    if (keys.length > 0 && query.dialect !== undefined) {
      throw new AppError("CONFLICT", `The dialect ${dialect} cannot hold the value of ${keys.join(", ")}`, { keys });
    }
    await record(kagi, tx, actor, "export", { ...VAULT, name: project });
    return { content: document.text, notPortable: document.notPortable, notWritten: keys, unreadable };
  });
}
