import { EnvelopeError, open, type Place, seal } from "../../crypto/envelope.ts";
import { newId } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { derived } from "../../derived.ts";
import { AppError, conflict, invalid } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { describeCause } from "../../log.ts";
import { type Page, pageOf } from "../../schema.ts";
import { record } from "../audit/actions.ts";
import type { Thing } from "../audit/model.ts";
import {
  DEFAULTS,
  type LiveCode,
  RETURN_WITHIN_MS,
  type RecoveryCodeState,
  type TakenRecoveryCode,
  type TwoFactor,
  type TwoFactorChange,
  type TwoFactorInput,
  type TwoFactorQuery,
} from "./model.ts";
import { codeAt, isLink, type OtpAccount, readOtpauthUri, readSecret } from "./otpauth.ts";
import * as queries from "./queries.ts";

/** Newest first. */
export async function listTwoFactors(kagi: Kagi, actor: Actor, query: TwoFactorQuery): Promise<Page<TwoFactor>> {
  const { search = null, cursor = null, limit = null } = query;
  const rows = await kagi.db.all<queries.TwoFactorRow>(
    queries.listTwoFactors(actor.userId, { search: search || null, cursor, limit: limit === null ? null : limit + 1 }),
  );
  return pageOf(fromRows(rows, undefined), limit);
}

/** Throws TWO_FACTOR_NOT_FOUND. */
export async function getTwoFactor(kagi: Kagi, actor: Actor, id: string): Promise<TwoFactor> {
  return await find(kagi.db, actor, id);
}

export async function countTwoFactors(kagi: Kagi, actor: Actor): Promise<number> {
  return (await kagi.db.get<{ count: number }>(queries.countTwoFactors(actor.userId)))?.count ?? 0;
}

/** Throws VALIDATION_ERROR. */
export async function createTwoFactor(kagi: Kagi, actor: Actor, input: TwoFactorInput): Promise<TwoFactor> {
  const [made] = await createTwoFactors(kagi, actor, [input]);
  return made as TwoFactor;
}

/** All of them or none, in the order given. Throws VALIDATION_ERROR. */
export async function createTwoFactors(
  kagi: Kagi,
  actor: Actor,
  inputs: readonly TwoFactorInput[],
): Promise<TwoFactor[]> {
  const fresh = inputs.map((input) => freshTwoFactor(kagi, actor, input));
  await kagi.db.transaction(async (tx) => {
    for (const { values, secret, codes } of fresh) {
      const sealed = secret === null ? null : seal(kagi.keyring, placeOf(values.id), secret);
      await tx.run(queries.insertTwoFactor(values, sealed));
      for (const [at, code] of codes.entries()) await insertCode(kagi, tx, actor, values.id, at + 1, code);
      await record(kagi, tx, actor, "create", thing(values));
    }
  });
  return fresh.map(({ values, secret, codes }) =>
    fromRow({
      ...values,
      hasSecret: secret === null ? 0 : 1,
      recoveryCodesTotal: codes.length,
      recoveryCodesUsed: 0,
    }),
  );
}

/**
 * Only what `change` has changes; a link as the secret brings its names and parameters, unless they are sent. Of new
 * recovery codes, those that were there before keep their state. Throws TWO_FACTOR_NOT_FOUND, VALIDATION_ERROR.
 */
export async function updateTwoFactor(
  kagi: Kagi,
  actor: Actor,
  id: string,
  change: TwoFactorChange,
): Promise<TwoFactor> {
  if (Object.keys(change).length === 0) return await getTwoFactor(kagi, actor, id);
  const { secret, ...said } = readLinked(change);
  const codes = change.recoveryCodes === undefined ? undefined : readCodes(change.recoveryCodes);
  return await kagi.db.transaction(async (tx) => {
    await tx.get(queries.holdTwoFactor(actor.userId, id));
    const before = await find(tx, actor, id);
    const keepsSecret = secret === undefined ? before.hasSecret : secret !== null;
    if (!keepsSecret && (codes === undefined ? before.recoveryCodesTotal : codes.length) === 0) throw nothingKept();
    const after: queries.TwoFactorValues = {
      ...before,
      service: said.service ?? before.service,
      accountName: said.accountName ?? before.accountName,
      notes: change.notes === undefined ? before.notes : change.notes || null,
      algorithm: said.algorithm ?? before.algorithm,
      digits: said.digits ?? before.digits,
      period: said.period ?? before.period,
      updatedAt: kagi.now().toISOString(),
    };
    await tx.run(queries.updateTwoFactor(after));
    if (secret !== undefined) {
      const sealed = secret === null ? null : seal(kagi.keyring, placeOf(id), secret);
      await tx.run(queries.putSecret(actor.userId, id, sealed));
    }
    if (codes !== undefined) await replaceCodes(kagi, tx, actor, id, codes);
    await record(kagi, tx, actor, "change", thing(after));
    return await find(tx, actor, id);
  });
}

/** Deletes its recovery codes with it. Throws TWO_FACTOR_NOT_FOUND. */
export async function deleteTwoFactor(kagi: Kagi, actor: Actor, id: string): Promise<void> {
  await kagi.db.transaction(async (tx) => {
    await tx.get(queries.holdTwoFactor(actor.userId, id));
    const before = await find(tx, actor, id);
    await tx.run(queries.deleteTwoFactor(actor.userId, id));
    await record(kagi, tx, actor, "delete", thing(before), { detail: `recovery-codes=${before.recoveryCodesTotal}` });
  });
}

/**
 * The one-time code of this moment, and the row of the trail that says who got it.
 * Throws TWO_FACTOR_NOT_FOUND, also for a secret that does not open, which is logged, and TWO_FACTOR_NO_SECRET.
 */
export async function revealCode(kagi: Kagi, actor: Actor, id: string): Promise<LiveCode> {
  return await kagi.db.transaction(async (tx) => {
    const row = await tx.get<queries.SecretRow>(queries.findSecret(actor.userId, id));
    if (!row) throw new AppError("TWO_FACTOR_NOT_FOUND");
    if (row.sealedSecret === null) throw new AppError("TWO_FACTOR_NO_SECRET");
    const secret = openLogged(kagi, actor, { twoFactorId: id }, placeOf(id), row.sealedSecret);
    if (secret === undefined) throw new AppError("TWO_FACTOR_NOT_FOUND");
    await record(kagi, tx, actor, "reveal", thing(row));
    const { service, accountName, period } = row;
    // One reading for the code, what is left of it, and the time that a page counts from.
    const serverTime = kagi.now().getTime();
    return { id, service, accountName, ...codeAt(secret, row, serverTime), period, serverTime };
  });
}

/**
 * Hands out the next unused recovery code that opens, once: however many ask at the same time, they come one after the
 * other. Codes that do not open are logged and stay unused. With `left`, only while so many are unused, those included.
 * Throws TWO_FACTOR_NOT_FOUND, also when none opens, NO_RECOVERY_CODES_LEFT, and CONFLICT when others are left.
 */
export async function takeRecoveryCode(
  kagi: Kagi,
  actor: Actor,
  id: string,
  left?: number,
): Promise<TakenRecoveryCode & { codeId: string }> {
  return await kagi.db.transaction(async (tx) => {
    const held = await tx.get<queries.HeldTwoFactor>(queries.holdTwoFactor(actor.userId, id));
    if (!held) throw new AppError("TWO_FACTOR_NOT_FOUND");
    const unused = await tx.all<queries.SealedCodeRow>(queries.unusedCodes(actor.userId, id));
    if (unused.length === 0) throw new AppError("NO_RECOVERY_CODES_LEFT");
    if (left !== undefined && left !== unused.length) throw conflict("A recovery code was used meanwhile");
    const taken = firstThatOpens(kagi, actor, id, unused);
    if (taken === undefined) throw new AppError("TWO_FACTOR_NOT_FOUND");
    const { code } = taken;
    const at = kagi.now().toISOString();
    if (!(await tx.get(queries.takeCode(actor.userId, taken.id, at, credentialOf(actor))))) {
      throw conflict("A recovery code was used meanwhile");
    }
    const { service, recoveryCodesTotal: total, recoveryCodesUsed } = await find(tx, actor, id);
    await record(kagi, tx, actor, "take-recovery-code", thing(held), { detail: `recovery-code=${taken.position}` });
    return { id, service, code, remaining: total - recoveryCodesUsed, total, codeId: taken.id };
  });
}

/**
 * Makes a recovery code unused again that the same credential took by mistake in the last quarter of an hour.
 * Throws TWO_FACTOR_NOT_FOUND, CONFLICT.
 */
export async function returnRecoveryCode(kagi: Kagi, actor: Actor, id: string, codeId: string): Promise<TwoFactor> {
  return await kagi.db.transaction(async (tx) => {
    const held = await tx.get<queries.HeldTwoFactor>(queries.holdTwoFactor(actor.userId, id));
    if (!held) throw new AppError("TWO_FACTOR_NOT_FOUND");
    const since = new Date(kagi.now().getTime() - RETURN_WITHIN_MS).toISOString();
    const by = credentialOf(actor);
    const returned =
      by !== null && (await tx.get<{ position: number }>(queries.returnCode(actor.userId, id, codeId, by, since)));
    if (!returned) throw conflict("This recovery code cannot be put back any more");
    await record(kagi, tx, actor, "return-recovery-code", thing(held), {
      detail: `recovery-code=${returned.position}`,
    });
    return await find(tx, actor, id);
  });
}

/** Which recovery codes are used, and when; never the codes. In their order. Throws TWO_FACTOR_NOT_FOUND. */
export async function listRecoveryCodes(kagi: Kagi, actor: Actor, id: string): Promise<RecoveryCodeState[]> {
  await find(kagi.db, actor, id);
  return [...(await kagi.db.all<RecoveryCodeState>(queries.recoveryCodes(actor.userId, id)))];
}

/** Deletes all of the owner's second factors and so all recovery codes; the count of second factors. */
export async function deleteAllTwoFactors(tx: Db, actor: Actor): Promise<number> {
  return (await tx.all(queries.deleteTwoFactorsOf(actor.userId))).length;
}

function freshTwoFactor(kagi: Kagi, actor: Actor, input: TwoFactorInput) {
  const { secret = null, ...said } = readLinked(input);
  if (!said.service) throw invalid("service", "is required");
  if (!said.accountName) throw invalid("accountName", "is required");
  const codes = readCodes(input.recoveryCodes ?? null);
  if (secret === null && codes.length === 0) throw nothingKept();
  const at = kagi.now().toISOString();
  const values: queries.TwoFactorValues = {
    id: newId(),
    userId: actor.userId,
    service: said.service,
    accountName: said.accountName,
    notes: input.notes || null,
    algorithm: said.algorithm ?? DEFAULTS.algorithm,
    digits: said.digits ?? DEFAULTS.digits,
    period: said.period ?? DEFAULTS.period,
    createdAt: at,
    updatedAt: at,
  };
  return { values, secret, codes };
}

/** What was sent, with what the link says that may stand in the secret's place where nothing was sent. */
function readLinked(input: TwoFactorInput): Partial<Omit<OtpAccount, "secret">> & { secret?: string | null } {
  const { service, accountName, algorithm, digits, period, secret } = input;
  const sent = Object.entries({ service, accountName, algorithm, digits, period }).filter(([, value]) => value != null);
  if (secret == null) return { ...Object.fromEntries(sent), ...(secret === undefined ? {} : { secret }) };
  if (!isLink(secret)) return { ...Object.fromEntries(sent), secret: readSecret(secret) };
  const link = readOtpauthUri(secret);
  const said = Object.entries(link).filter(([, value]) => value !== "");
  return { ...Object.fromEntries([...said, ...sent]), secret: link.secret };
}

/** Trimmed, in their order. Throws VALIDATION_ERROR. */
function readCodes(codes: readonly string[] | null): string[] {
  const trimmed = (codes ?? []).map((code) => code.trim());
  if (trimmed.includes("")) throw invalid("recoveryCodes", "must not have an empty code");
  if (new Set(trimmed).size < trimmed.length) throw invalid("recoveryCodes", "must be distinct");
  return trimmed;
}

/** What stays keeps its row, and what does not open goes; the order is that of `codes`. The second factor is held. */
async function replaceCodes(kagi: Kagi, tx: Db, actor: Actor, id: string, codes: readonly string[]): Promise<void> {
  const stored = await tx.all<queries.SealedCodeRow>(queries.sealedCodes(actor.userId, id));
  const known = new Map(stored.map((row) => [openCode(kagi, actor, id, row), row]));
  for (const row of stored) {
    const kept = codes.some((code) => known.get(code) === row);
    if (!kept) await tx.run(queries.deleteCode(actor.userId, row.id));
  }
  for (const [at, code] of codes.entries()) {
    const row = known.get(code);
    if (row === undefined) await insertCode(kagi, tx, actor, id, at + 1, code);
    else if (row.position !== at + 1) await tx.run(queries.moveCode(actor.userId, row.id, at + 1));
  }
}

async function insertCode(
  kagi: Kagi,
  tx: Db,
  actor: Actor,
  twoFactorId: string,
  position: number,
  code: string,
): Promise<void> {
  const id = newId();
  const sealedCode = seal(kagi.keyring, placeOfCode(id), code);
  await tx.run(queries.insertCode(actor.userId, twoFactorId, { id, position, sealedCode }));
}

async function find(db: Db, actor: Actor, id: string): Promise<TwoFactor> {
  const row = await db.get<queries.TwoFactorRow>(queries.findTwoFactor(actor.userId, id));
  if (!row) throw new AppError("TWO_FACTOR_NOT_FOUND");
  return fromRow(row);
}

function firstThatOpens(kagi: Kagi, actor: Actor, twoFactorId: string, rows: readonly queries.SealedCodeRow[]) {
  for (const row of rows) {
    const code = openCode(kagi, actor, twoFactorId, row);
    if (code !== undefined) return { ...row, code };
  }
  return undefined;
}

function openCode(kagi: Kagi, actor: Actor, twoFactorId: string, row: queries.SealedCodeRow): string | undefined {
  return openLogged(kagi, actor, { twoFactorId, recoveryCodeId: row.id }, placeOfCode(row.id), row.sealedCode);
}

/** Undefined for what does not open, which is logged. */
function openLogged(
  kagi: Kagi,
  { requestId }: Actor,
  { twoFactorId, ...more }: { twoFactorId: string; recoveryCodeId?: string },
  place: Place,
  sealed: string,
): string | undefined {
  try {
    return open(kagi.keyring, place, sealed);
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    kagi.log.error("a sealed value does not open", { twoFactorId, requestId, ...more, ...describeCause(error) });
    return undefined;
  }
}

function credentialOf({ credential }: Actor): string | null {
  if (credential.kind === "operator") return null;
  return credential.kind === "session" ? credential.sessionId : credential.keyId;
}

function nothingKept(): AppError {
  return invalid("secret", "is required where there are no recoveryCodes");
}

const fromRows = derived((rows: readonly queries.TwoFactorRow[]) => rows.map(fromRow));

function fromRow(row: queries.TwoFactorRow): TwoFactor {
  return { ...row, hasSecret: row.hasSecret === 1 };
}

function thing({ id, service }: { id: string; service: string }): Thing {
  return { kind: "two-factor", id, name: service };
}

function placeOf(id: string): Place {
  return { table: "two_factors", column: "sealed_secret", id };
}

function placeOfCode(id: string): Place {
  return { table: "recovery_codes", column: "sealed_code", id };
}
