import { type EnvItem, writeEnv } from "../../dotenv/write.ts";
import { AppError } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { record, recordEach } from "../audit/actions.ts";
import { type Thing, VAULT } from "../audit/model.ts";
import { requireFreshProof } from "../auth/proof.ts";
import { openForExport } from "../entries/actions.ts";
import type { Export, ExportPreview, ExportQuery } from "./model.ts";

/** `ids` are those of entries that somebody has selected; without it, all. */
export type ExportWish = ExportQuery & Readonly<{ ids?: ReadonlySet<string> }>;

/**
 * `simple` and `group` values as `.env` text, ordered by category, entry and environment. The trail says so before
 * anybody gets it; nobody else's writing waits for it. Throws CONFLICT that names the keys which the asked dialect
 * cannot hold.
 */
export async function exportVault(kagi: Kagi, actor: Actor, query: ExportWish): Promise<Export> {
  const { environment = null, project = null } = query;
  const { entries, lines: _, things, ...exported } = await write(kagi, actor, query);
  const chosen = query.ids === undefined ? "" : ` selected=${query.ids.size}`;
  const detail = `entries=${entries}${chosen} environment=${environment ?? "all"} unreadable=${exported.unreadable}`;
  await kagi.db.transaction(async (tx) => {
    await record(kagi, tx, actor, "export", { ...VAULT, name: project }, { detail });
    // A project and an environment tell which entries these were; a choice has to name them.
    if (query.ids !== undefined)
      await recordEach(kagi, tx, actor, "export", things, { detail: `selected=${things.length}` });
  });
  return exported;
}

/** The same for a person at a page. Throws FRESH_PROOF_REQUIRED, CONFLICT. */
export async function exportForPerson(kagi: Kagi, actor: Actor, query: ExportWish): Promise<Export> {
  requireFreshProof(kagi, actor);
  return await exportVault(kagi, actor, query);
}

/**
 * What an export would hold and what it could not, in names and numbers. Nobody gets a value, so the trail stays as it
 * is. Throws FRESH_PROOF_REQUIRED, CONFLICT.
 */
export async function previewExport(kagi: Kagi, actor: Actor, query: ExportWish): Promise<ExportPreview> {
  requireFreshProof(kagi, actor);
  const { content: _, things: __, ...preview } = await write(kagi, actor, query);
  return preview;
}

type Written = Export & Pick<ExportPreview, "entries" | "lines"> & Readonly<{ things: readonly Thing[] }>;

async function write(kagi: Kagi, actor: Actor, query: ExportWish): Promise<Written> {
  const { environment = null, project = null, dialect = "portable", ids } = query;
  const { entries, unreadable } = await openForExport(kagi, actor, { environment, project, ids });
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
  return {
    content: document.text,
    notPortable: document.notPortable,
    notWritten: keys,
    repeated: repeatedOf(items),
    unreadable,
    entries: entries.length,
    things: entries.map(({ id, name }) => ({ kind: "entry", id, name })),
    lines: items.filter((item) => "key" in item).length - document.refused.length,
  };
}

/** The keys of more than one line. */
function repeatedOf(items: readonly EnvItem[]): string[] {
  const times = new Map<string, number>();
  for (const item of items) if ("key" in item) times.set(item.key, (times.get(item.key) ?? 0) + 1);
  return [...times].filter(([, count]) => count > 1).map(([key]) => key);
}
