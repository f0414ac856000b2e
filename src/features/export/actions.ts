import { type EnvItem, writeEnv } from "../../dotenv/write.ts";
import { AppError } from "../../errors.ts";
import { type Actor, type Kagi, reachOf } from "../../kagi.ts";
import { record, recordEach } from "../audit/actions.ts";
import { type Thing, VAULT } from "../audit/model.ts";
import { requireFreshProof, requireRecentProof } from "../auth/proof.ts";
import { openForExport } from "../entries/actions.ts";
import { type Export, type ExportPreview, type ExportQuery, type Finding, findingsOf } from "./model.ts";

/** `ids` are those of entries that somebody has selected; without it, all. */
type ExportWish = ExportQuery & Readonly<{ ids?: readonly string[] }>;

/**
 * `simple` and `group` values as `.env` text, ordered by category, entry and environment. The trail says so before
 * anybody gets it; nobody else's writing waits for it. Throws CONFLICT that names the keys which the asked dialect
 * cannot hold.
 */
export async function exportVault(kagi: Kagi, actor: Actor, query: ExportQuery): Promise<Export> {
  const { preview, written, content } = await write(kagi, actor, query);
  await tell(kagi, actor, query, preview, written);
  const { entries: _, lines: __, ...exported } = preview;
  return { ...exported, content };
}

/** The same at the API, where a sign-in of just now is proof enough. Throws FRESH_PROOF_REQUIRED, CONFLICT. */
export async function exportForProgram(kagi: Kagi, actor: Actor, query: ExportQuery): Promise<Export> {
  requireRecentProof(kagi, actor);
  return await exportVault(kagi, actor, query);
}

/** An export that nobody has got yet. */
export type Prepared = Readonly<{
  /** What it holds and what it could not, in names and numbers. */
  preview: ExportPreview;
  /** What has to be said before; none says that it is whole. */
  findings: readonly Finding[];
  /** The text; the trail says so before. */
  handOut: () => Promise<string>;
}>;

/** For a person at a page, opened once for both. Throws FRESH_PROOF_REQUIRED, CONFLICT. */
export async function prepareExport(kagi: Kagi, actor: Actor, query: ExportWish): Promise<Prepared> {
  requireFreshProof(kagi, actor);
  const { preview, written, content } = await write(kagi, actor, query);
  const handOut = async () => {
    await tell(kagi, actor, query, preview, written);
    return content;
  };
  return { preview, findings: findingsOf(preview), handOut };
}

async function tell(
  kagi: Kagi,
  actor: Actor,
  query: ExportWish,
  { entries, unreadable }: ExportPreview,
  written: readonly Thing[],
): Promise<void> {
  const reach = reachOf(actor);
  const { environment = reach?.environment ?? null, project = reach?.project ?? null, ids } = query;
  const told = `entries=${entries} environment=${environment ?? "all"} unreadable=${unreadable}`;
  const selected = `selected=${written.length}`;
  const detail = ids === undefined ? told : `${told} ${selected}`;
  await kagi.db.transaction(async (tx) => {
    await record(kagi, tx, actor, "export", { ...VAULT, name: project }, { detail });
    // What is chosen one by one is told of one by one; a filter says by itself what it left.
    if (ids !== undefined) await recordEach(kagi, tx, actor, "export", written, { detail: selected });
  });
}

type Written = Readonly<{ content: string; preview: ExportPreview; written: readonly Thing[] }>;

async function write(kagi: Kagi, actor: Actor, query: ExportWish): Promise<Written> {
  const { environment = null, project = null, dialect = "portable", ids = null } = query;
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
  const preview = {
    notPortable: document.notPortable,
    notWritten: keys,
    repeated: repeatedOf(items),
    unreadable,
    entries: entries.length,
    lines: items.filter((item) => "key" in item).length - document.refused.length,
  };
  const written = entries.map(({ id, name }) => ({ kind: "entry", id, name }) as const);
  return { content: document.text, preview, written };
}

/** The keys of more than one line. */
function repeatedOf(items: readonly EnvItem[]): string[] {
  const times = new Map<string, number>();
  for (const item of items) if ("key" in item) times.set(item.key, (times.get(item.key) ?? 0) + 1);
  return [...times].filter(([, count]) => count > 1).map(([key]) => key);
}
