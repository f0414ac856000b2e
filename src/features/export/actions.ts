import { type EnvItem, writeEnv } from "../../dotenv/write.ts";
import { AppError } from "../../errors.ts";
import { type Actor, type Kagi, reachOf } from "../../kagi.ts";
import { record, recordEach } from "../audit/actions.ts";
import { type Thing, VAULT } from "../audit/model.ts";
import { requireFreshProof, requireRecentProof } from "../auth/proof.ts";
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
  const reach = reachOf(actor);
  const { environment = reach?.environment ?? null, project = reach?.project ?? null, ids } = query;
  const { entries, written, lines: _, ...exported } = await write(kagi, actor, query);
  const told = `entries=${entries} environment=${environment ?? "all"} unreadable=${exported.unreadable}`;
  const selected = `selected=${written.length}`;
  const detail = ids === undefined ? told : `${told} ${selected}`;
  await kagi.db.transaction(async (tx) => {
    await record(kagi, tx, actor, "export", { ...VAULT, name: project }, { detail });
    // What is chosen one by one is told of one by one; a filter says by itself what it left.
    if (ids !== undefined) await recordEach(kagi, tx, actor, "export", written, { detail: selected });
  });
  return exported;
}

/** The same at the API, where a sign-in of just now is proof enough. Throws FRESH_PROOF_REQUIRED, CONFLICT. */
export async function exportForProgram(kagi: Kagi, actor: Actor, query: ExportQuery): Promise<Export> {
  requireRecentProof(kagi, actor);
  return await exportVault(kagi, actor, query);
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
  const { content: _, written: _things, ...preview } = await write(kagi, actor, query);
  return preview;
}

type Written = Export & Pick<ExportPreview, "entries" | "lines"> & { written: Thing[] };

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
    written: entries.map(({ id, name }) => ({ kind: "entry", id, name })),
    lines: items.filter((item) => "key" in item).length - document.refused.length,
  };
}

/** The keys of more than one line. */
function repeatedOf(items: readonly EnvItem[]): string[] {
  const times = new Map<string, number>();
  for (const item of items) if ("key" in item) times.set(item.key, (times.get(item.key) ?? 0) + 1);
  return [...times].filter(([, count]) => count > 1).map(([key]) => key);
}
