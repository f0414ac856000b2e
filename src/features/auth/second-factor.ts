import { open } from "../../crypto/envelope.ts";
import { sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import type { Kagi } from "../../kagi.ts";
import type { Factors, SecondStep } from "./model.ts";
import * as queries from "./queries.ts";
import { stepOf } from "./totp.ts";

/** Which factors an account has. */
export async function factorsOf(db: Db, userId: string): Promise<Factors> {
  const row = await db.get<queries.FactorsRow>(queries.findFactors(userId));
  if (row === undefined) throw new Error("counting gave no row");
  return { password: row.passwords > 0, totp: row.totps > 0, passkeys: row.passkeys, recoveryCodes: row.recoveryCodes };
}

/** Whether a password alone does not let in. */
export function hasSecondFactor({ totp, passkeys }: Pick<Factors, "totp" | "passkeys">): boolean {
  return totp || passkeys > 0;
}

/**
 * Uses a code of the account up, whichever kind it is; null when it is none, or was used before. However many tries race
 * with one code, one of them has it: the database decides, in one statement.
 */
export async function useCode(kagi: Kagi, db: Db, userId: string, text: string): Promise<SecondStep | null> {
  const code = text.replace(/[\s-]/g, "");
  if (/^\d{6}$/.test(code)) return (await useTotp(kagi, db, userId, code)) ? "totp" : null;
  const hash = recoveryHash(code);
  const taken = await db.get(queries.takeRecoveryCode(userId, hash, kagi.now().toISOString()));
  return taken === undefined ? null : "recovery-code";
}

async function useTotp(kagi: Kagi, db: Db, userId: string, code: string): Promise<boolean> {
  const row = await db.get<queries.TotpRow>(queries.findConfirmedTotp(userId));
  if (row === undefined) return false;
  const secret = open(kagi.keyring, totpPlace(row.id), row.sealedSecret);
  const step = stepOf(secret, code, kagi.now());
  return step !== null && (await db.get(queries.takeStep(row.id, step))) !== undefined;
}

/** Where the secret of an authenticator app is sealed. */
export function totpPlace(id: string) {
  return { table: "totp_factors", column: "sealed_secret", id } as const;
}

/** What is stored of a recovery code, in whatever way it was typed: Crockford's letters are read as they look. */
export function recoveryHash(text: string): string {
  const code = text.toLowerCase().replace(/[\s-]/g, "").replace(/o/g, "0").replace(/[il]/g, "1");
  return sha256(`kagi recovery code ${code}`);
}
