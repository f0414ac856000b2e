import { all, contains, fold, type Sql, sql } from "../../db/sql.ts";
import type { Algorithm } from "./model.ts";

/** A row without its secret; listing never reads a sealed column. `hasSecret` is 1 or 0. */
export type TwoFactorRow = {
  id: string;
  userId: string;
  service: string;
  accountName: string;
  notes: string | null;
  algorithm: Algorithm;
  digits: number;
  period: number;
  hasSecret: number;
  recoveryCodesTotal: number;
  recoveryCodesUsed: number;
  createdAt: string;
  updatedAt: string;
};

const COLUMNS = sql`
  t.id, t.user_id AS "userId", t.service, t.account_name AS "accountName", t.notes, t.algorithm, t.digits, t.period,
  CASE WHEN t.sealed_secret IS NULL THEN 0 ELSE 1 END AS "hasSecret",
  (SELECT CAST(count(*) AS INTEGER) FROM recovery_codes r WHERE r.two_factor_id = t.id) AS "recoveryCodesTotal",
  (SELECT CAST(count(r.used_at) AS INTEGER) FROM recovery_codes r WHERE r.two_factor_id = t.id) AS "recoveryCodesUsed",
  t.created_at AS "createdAt", t.updated_at AS "updatedAt"`;

export const listTwoFactors = (
  userId: string,
  filter: { search: string | null; cursor: string | null; limit: number | null },
): Sql => {
  const pattern = filter.search === null ? null : contains(fold(filter.search));
  const conditions = all([
    sql`t.user_id = ${userId}`,
    pattern !== null &&
      sql`t.service_folded LIKE ${pattern} ESCAPE '\\' OR t.account_name_folded LIKE ${pattern} ESCAPE '\\'
        OR coalesce(t.notes_folded, '') LIKE ${pattern} ESCAPE '\\'`,
    filter.cursor !== null && sql`t.id < ${filter.cursor}`,
  ]);
  const limit = filter.limit === null ? sql`` : sql`LIMIT ${filter.limit}`;
  return sql`SELECT ${COLUMNS} FROM two_factors t WHERE ${conditions} ORDER BY t.id DESC ${limit}`;
};

export const findTwoFactor = (userId: string, id: string): Sql => sql`
  SELECT ${COLUMNS} FROM two_factors t WHERE t.id = ${id} AND t.user_id = ${userId}`;

export const countTwoFactors = (userId: string): Sql => sql`
  SELECT CAST(count(*) AS INTEGER) AS "count" FROM two_factors WHERE user_id = ${userId}`;

/** As little as a one-time code takes. */
export const findSecret = (userId: string, id: string): Sql => sql`
  SELECT id, service, account_name AS "accountName", algorithm, digits, period, sealed_secret AS "sealedSecret"
  FROM two_factors WHERE id = ${id} AND user_id = ${userId}`;
export type SecretRow = Pick<TwoFactorRow, "id" | "service" | "accountName" | "algorithm" | "digits" | "period"> & {
  sealedSecret: string | null;
};

/** What is written of a second factor itself. */
export type TwoFactorValues = Omit<TwoFactorRow, "hasSecret" | "recoveryCodesTotal" | "recoveryCodesUsed">;

export const insertTwoFactor = (row: TwoFactorValues, sealedSecret: string | null): Sql => sql`
  INSERT INTO two_factors (
    id, user_id, service, service_folded, account_name, account_name_folded, notes, notes_folded, algorithm, digits,
    period, sealed_secret, created_at, updated_at)
  VALUES (
    ${row.id}, ${row.userId}, ${row.service}, ${fold(row.service)}, ${row.accountName}, ${fold(row.accountName)},
    ${row.notes}, ${foldedNotes(row)}, ${row.algorithm}, ${row.digits}, ${row.period}, ${sealedSecret},
    ${row.createdAt}, ${row.updatedAt})`;

export const updateTwoFactor = (row: TwoFactorValues): Sql => sql`
  UPDATE two_factors SET
    service = ${row.service}, service_folded = ${fold(row.service)}, account_name = ${row.accountName},
    account_name_folded = ${fold(row.accountName)}, notes = ${row.notes}, notes_folded = ${foldedNotes(row)},
    algorithm = ${row.algorithm}, digits = ${row.digits}, period = ${row.period}, updated_at = ${row.updatedAt}
  WHERE id = ${row.id} AND user_id = ${row.userId}`;

export const putSecret = (userId: string, id: string, sealedSecret: string | null): Sql => sql`
  UPDATE two_factors SET sealed_secret = ${sealedSecret} WHERE id = ${id} AND user_id = ${userId}`;

export const deleteTwoFactor = (userId: string, id: string): Sql => sql`
  DELETE FROM two_factors WHERE id = ${id} AND user_id = ${userId} RETURNING service`;

export const deleteTwoFactorsOf = (userId: string): Sql => sql`
  DELETE FROM two_factors WHERE user_id = ${userId} RETURNING id`;

/**
 * Holds the row, and with it the set of its recovery codes, until the transaction ends. PostgreSQL would otherwise choose
 * the next code as of before it waited for whoever is taking it.
 */
export const holdTwoFactor = (userId: string, id: string): Sql => sql`
  UPDATE two_factors SET updated_at = updated_at WHERE id = ${id} AND user_id = ${userId} RETURNING id, service`;
export type HeldTwoFactor = Pick<TwoFactorRow, "id" | "service">;

export type RecoveryCodeRow = { id: string; position: number; usedAt: string | null };
export type SealedCodeRow = { id: string; position: number; sealedCode: string };

export const recoveryCodes = (userId: string, twoFactorId: string): Sql => sql`
  SELECT id, position, used_at AS "usedAt" FROM recovery_codes
  WHERE two_factor_id = ${twoFactorId} AND user_id = ${userId} ORDER BY position`;

export const sealedCodes = (userId: string, twoFactorId: string): Sql => sql`
  SELECT id, position, sealed_code AS "sealedCode" FROM recovery_codes
  WHERE two_factor_id = ${twoFactorId} AND user_id = ${userId} ORDER BY position`;

export const insertCode = (userId: string, twoFactorId: string, code: SealedCodeRow): Sql => sql`
  INSERT INTO recovery_codes (id, user_id, two_factor_id, position, sealed_code)
  VALUES (${code.id}, ${userId}, ${twoFactorId}, ${code.position}, ${code.sealedCode})`;

export const moveCode = (userId: string, id: string, position: number): Sql => sql`
  UPDATE recovery_codes SET position = ${position} WHERE id = ${id} AND user_id = ${userId}`;

export const deleteCode = (userId: string, id: string): Sql => sql`
  DELETE FROM recovery_codes WHERE id = ${id} AND user_id = ${userId}`;

export const unusedCodes = (userId: string, twoFactorId: string): Sql => sql`
  SELECT id, position, sealed_code AS "sealedCode" FROM recovery_codes
  WHERE two_factor_id = ${twoFactorId} AND user_id = ${userId} AND used_at IS NULL ORDER BY position`;

/** Uses a code up; no row when it is used already. The second factor is held. */
export const takeCode = (userId: string, id: string, at: string, by: string | null): Sql => sql`
  UPDATE recovery_codes SET used_at = ${at}, used_by = ${by}
  WHERE id = ${id} AND user_id = ${userId} AND used_at IS NULL
  RETURNING id`;

/** Makes a code unused again that this credential took since then; no row otherwise. */
export const returnCode = (userId: string, twoFactorId: string, id: string, by: string, since: string): Sql => sql`
  UPDATE recovery_codes SET used_at = NULL, used_by = NULL
  WHERE id = ${id} AND two_factor_id = ${twoFactorId} AND user_id = ${userId} AND used_by = ${by} AND used_at > ${since}
    AND NOT EXISTS (
      SELECT 1 FROM recovery_codes later
      WHERE later.two_factor_id = recovery_codes.two_factor_id AND later.used_at IS NOT NULL
        AND later.position > recovery_codes.position)
  RETURNING id, position`;

function foldedNotes(row: Pick<TwoFactorRow, "notes">): string | null {
  return row.notes === null ? null : fold(row.notes);
}
