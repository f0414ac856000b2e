import { AppError, invalid } from "../../errors.ts";
import { MIB } from "../../limits.ts";
import { ACCOUNT_COUNT, readMigration, tooManyAccounts } from "./migration.ts";
import { isLink, type OtpAccount, readOtpauthUri } from "./otpauth.ts";

/** The links of an import, as they were pasted or found in pictures, and the accounts in them. */

/** Whether they may be more than one account: several links, or an export. */
export function isExport(links: readonly string[]): boolean {
  return links.length > 1 || links.some((link) => MIGRATION.test(link));
}

const MIGRATION = /^otpauth-migration:/i;

export function linksIn(text: string): string[] {
  return text
    .split(/(?=otpauth(?:-migration)?:\/\/)/i)
    .map((link) => link.trim())
    .filter(isLink);
}

/** What was read before, and with it the links of a text. Throws VALIDATION_ERROR for what cannot be read with it. */
export function addLinks(before: LinksRead, links: readonly string[], isEmpty = false): LinksRead {
  if (!isEmpty && links.length === 0) throw invalid("links", "must begin with otpauth-migration:// or otpauth://");
  const all = [...new Set([...before.links, ...links])];
  if (all.length === 0) throw new AppError("VALIDATION_ERROR", "Add a picture or a link first", { field: "links" });
  if (all.length === before.links.length) return before;
  // Before any of them is read.
  if (all.length > ACCOUNT_COUNT) throw invalid("links", `must be at most ${ACCOUNT_COUNT} at once`);
  if (Buffer.byteLength(JSON.stringify(all)) > MIB) throw invalid("links", "must be at most 1 MiB together");
  return readLinks(all);
}

/** Links, and what is in them. */
export type LinksRead = ReturnType<typeof readLinks>;

/** Throws VALIDATION_ERROR for a damaged export; a link of one account that cannot be kept is skipped. */
export function readLinks(links: readonly string[]) {
  const exported = links.filter((link) => MIGRATION.test(link));
  const single = links.filter((link) => !MIGRATION.test(link));
  const { accounts, skipped, batch } = exported.length === 0 ? NO_EXPORT : readMigration(exported);
  const found = new Map(accounts.map((account) => [keyOf(account), account]));
  const left = [...skipped];
  for (const [at, link] of single.entries()) {
    try {
      const account = readOtpauthUri(link);
      found.set(keyOf(account), named(account));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      left.push({ name: `Link ${at + 1}`, reason: error.message.replace(/^secret /, "") });
    }
  }
  if (found.size > ACCOUNT_COUNT) throw tooManyAccounts();
  return { links, accounts: [...found.values()].map(named), skipped: left, batch };
}

const NO_EXPORT = { accounts: [] as OtpAccount[], skipped: [] as { name: string; reason: string }[], batch: null };

/** Of an export nobody is asked for a name that it does not have. */
function named(account: OtpAccount): OtpAccount {
  return { ...account, service: account.service || "Unnamed", accountName: account.accountName || "Unnamed" };
}

export function keyOf({ service, accountName, secret }: OtpAccount): string {
  return JSON.stringify([service, accountName, secret]);
}
