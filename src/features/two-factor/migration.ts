import { BinaryReader } from "@bufbuild/protobuf/wire";
import { AppError, invalid } from "../../errors.ts";
import { type Algorithm, DEFAULTS } from "./model.ts";
import { names, type OtpAccount, secretOf } from "./otpauth.ts";

/**
 * What several codes of one export say together. Positions of QR codes begin with 1. An account that cannot be kept is
 * `skipped`, with a reason that follows its name in a sentence.
 */
export type Migration = Readonly<{
  accounts: readonly OtpAccount[];
  skipped: readonly { name: string; reason: string }[];
  batch: Readonly<{ size: number; present: readonly number[]; missing: readonly number[] }>;
}>;

/** Far more than an app shows on its pages of QR codes. */
const LINK_COUNT = 100;
/** Of one import. Each is a field of its form, which with its other fields has at most FORM_FIELDS (`http/body.ts`). */
export const ACCOUNT_COUNT = 990;

/**
 * The accounts of an export of Google Authenticator (`otpauth-migration://offline?data=…`), out of texts that each hold
 * one or more of its links, in any order; a link that is there twice counts once. Throws VALIDATION_ERROR, which names
 * `links` and never repeats any of them.
 */
export function readMigration(texts: readonly string[]): Migration {
  const links = new Set(
    texts.flatMap((text) => text.split(/(?=otpauth-migration:)/i).map((link) => link.trim())).filter(Boolean),
  );
  if (links.size === 0) throw invalid("links", "must not be empty");
  if (links.size > LINK_COUNT) throw invalid("links", `must be at most ${LINK_COUNT}`);
  const pages = new Map<number, Page>();
  let first: Page | undefined;
  for (const page of [...links].map(readLink)) {
    first ??= page;
    if (page.batchId !== first.batchId || page.size !== first.size) {
      throw invalid("links", "are of different exports; import one export at a time");
    }
    const known = pages.get(page.index);
    if (known !== undefined && known.data !== page.data) {
      throw invalid("links", "are of different exports: two of them are the same part");
    }
    pages.set(page.index, page);
  }
  const present = [...pages.keys()].sort((a, b) => a - b);
  const size = Math.max(first?.size ?? 1, (present.at(-1) ?? 0) + 1);
  const found = present.flatMap((index) => pages.get(index)?.accounts ?? []);
  if (found.length > ACCOUNT_COUNT) throw tooManyAccounts();
  const accounts: OtpAccount[] = [];
  const skipped: { name: string; reason: string }[] = [];
  for (const account of found) {
    const kept = keep(account);
    if ("reason" in kept) skipped.push(kept);
    else accounts.push(kept);
  }
  const everyIndex = Array.from({ length: size }, (_, index) => index);
  return {
    accounts,
    skipped,
    batch: {
      size,
      present: present.map((index) => index + 1),
      missing: everyIndex.filter((index) => !pages.has(index)).map((index) => index + 1),
    },
  };
}

/** One account, as the message holds it. */
type Raw = { secret: Uint8Array; name: string; issuer: string; algorithm: number; digits: number; type: number };
type Page = { data: string; accounts: Raw[]; size: number; index: number; batchId: number };

function readLink(link: string): Page {
  const [, query] = /^otpauth-migration:\/\/[^?]*\?(.*)$/is.exec(link) ?? [];
  if (query === undefined)
    throw invalid("links", "must be otpauth-migration:// links, as Google Authenticator exports");
  const data = /(?:^|&)data=([^&#]*)/i.exec(query)?.[1] ?? "";
  const written = unescapeData(data).replace(/\s/g, "+").replace(/-/g, "+").replace(/_/g, "/");
  if (!/^[A-Za-z0-9+/]+=*$/.test(written)) throw damaged();
  const [base64 = ""] = written.split("=", 1);
  try {
    return { data: base64, ...readPayload(new Uint8Array(Buffer.from(base64, "base64"))) };
  } catch (error) {
    throw error instanceof AppError ? error : damaged();
  }
}

/**
 * Field numbers of Google Authenticator's MigrationPayload, which has no official description: 1 the accounts, 3 the
 * number of QR codes, 4 which one this is, 5 what they have in common.
 */
function readPayload(bytes: Uint8Array): Omit<Page, "data"> {
  const page: Omit<Page, "data"> = { accounts: [], size: 1, index: 0, batchId: 0 };
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) page.accounts.push(readAccount(reader.bytes()));
    else if (field === 3) page.size = reader.int32();
    else if (field === 4) page.index = reader.int32();
    else if (field === 5) page.batchId = reader.int32();
    else reader.skip(wireType, field);
  }
  const { size, index } = page;
  if (size < 0 || size > LINK_COUNT || index < 0 || index >= LINK_COUNT) throw damaged();
  return { ...page, size: Math.max(size, 1) };
}

function readAccount(bytes: Uint8Array): Raw {
  const raw: Raw = { secret: new Uint8Array(), name: "", issuer: "", algorithm: 0, digits: 0, type: 0 };
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) raw.secret = reader.bytes();
    else if (field === 2) raw.name = reader.string();
    else if (field === 3) raw.issuer = reader.string();
    else if (field === 4) raw.algorithm = reader.int32();
    else if (field === 5) raw.digits = reader.int32();
    else if (field === 6) raw.type = reader.int32();
    else reader.skip(wireType, field);
  }
  return raw;
}

/** 0 stands for what was not said. 4 is MD5. */
const ALGORITHM_NUMBERS: Readonly<Record<number, Algorithm>> = { 0: "SHA1", 1: "SHA1", 2: "SHA256", 3: "SHA512" };
const DIGIT_NUMBERS: Readonly<Record<number, number>> = { 0: 6, 1: 6, 2: 8, 3: 7 };
const HOTP = 1;

function keep(raw: Raw): OtpAccount | { name: string; reason: string } {
  const issuer = raw.issuer.trim();
  const prefix = `${issuer}:`.toLowerCase();
  const divided = issuer === "" ? /^([^:]*):(.*)$/s.exec(raw.name) : null;
  const service = divided?.[1] ?? issuer;
  const account =
    divided?.[2] ??
    (issuer !== "" && raw.name.toLowerCase().startsWith(prefix) ? raw.name.slice(prefix.length) : raw.name);
  const shown = [service, account].map((text) => text.trim()).filter((text) => text !== "");
  const skip = (reason: string) => ({ name: shown.join(", ").slice(0, 255).toWellFormed() || "An account", reason });
  const algorithm = ALGORITHM_NUMBERS[raw.algorithm];
  const digits = DIGIT_NUMBERS[raw.digits];
  if (raw.type === HOTP) return skip("is of the counter-based kind (HOTP); only time-based ones (TOTP) can be kept");
  if (algorithm === undefined) return skip("uses an algorithm that is none of SHA1, SHA256, SHA512");
  if (digits === undefined) return skip("has codes of a length that is not 6 to 8");
  try {
    return { ...names(service, account), secret: secretOf(raw.secret), algorithm, digits, period: DEFAULTS.period };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return skip(error.message.replace(/^secret (?=is|must)/, "has a secret that ").replace(/^secret /, ""));
  }
}

function unescapeData(data: string): string {
  try {
    return decodeURIComponent(data);
  } catch {
    throw damaged();
  }
}

export function tooManyAccounts(): AppError {
  return invalid(
    "links",
    `must hold at most ${ACCOUNT_COUNT} accounts, as many as one form can add: export fewer at once`,
  );
}

function damaged(): AppError {
  return invalid("links", "are damaged: scan or copy the export again");
}
