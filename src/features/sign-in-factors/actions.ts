import { open, seal } from "../../crypto/envelope.ts";
import { newId } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { AppError, conflict } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { record } from "../audit/actions.ts";
import type { Thing } from "../audit/model.ts";
import { endAll, mustFindUser, recordOperator } from "../auth/actions.ts";
import { sessionOf } from "../auth/proof.ts";
import { factorsOf, hasSecondFactor, recoveryHash, totpPlace } from "../auth/second-factor.ts";
import { endOthersAndTell } from "../auth/sessions.ts";
import { forgiveTries, takeSessionTry } from "../auth/throttle.ts";
import { newTotpSecret, stepOf, totpUri } from "../auth/totp.ts";
import type { BegunTotp, SignInFactors } from "./model.ts";
import * as queries from "./queries.ts";
import { newRecoveryCodes } from "./recovery.ts";

/*
 * Which factors an account has. Whoever calls a verb here has had the proof asked for that its door wants: a fresh one at
 * the pages, a recent one at the API.
 */

export async function describeFactors(kagi: Kagi, actor: Actor): Promise<SignInFactors> {
  sessionOf(actor);
  const { password, totp, recoveryCodes } = await factorsOf(kagi.db, actor.userId);
  const rows = await kagi.db.all<queries.PasskeyRow>(queries.listPasskeys(actor.userId));
  const passkeys = rows.map(({ id, name, createdAt, lastUsedAt }) => ({ id, name, createdAt, lastUsedAt }));
  return { password, totp, passkeys, recoveryCodesLeft: recoveryCodes };
}

/** Begins with a secret in the place of one that was never confirmed. Throws CONFLICT when an app is in use already. */
export async function beginTotp(kagi: Kagi, actor: Actor): Promise<BegunTotp> {
  const { user } = sessionOf(actor);
  const secret = newTotpSecret();
  const id = newId();
  await kagi.db.transaction(async (tx) => {
    await hold(tx, actor);
    const row = await tx.get<queries.TotpRow>(queries.findTotp(actor.userId));
    if (row !== undefined && row.confirmedAt !== null) throw alreadyOn();
    await tx.run(queries.deleteUnconfirmedTotp(actor.userId));
    const sealedSecret = seal(kagi.keyring, totpPlace(id), secret);
    await tx.run(queries.insertTotp({ id, userId: actor.userId, sealedSecret, at: kagi.now().toISOString() }));
  });
  return { secret, uri: totpUri(secret, user.email) };
}

/** What was begun and not confirmed yet, to be shown once more to whoever mistyped a code; null when there is none. */
export async function begunTotp(kagi: Kagi, actor: Actor): Promise<BegunTotp | null> {
  const { user } = sessionOf(actor);
  const row = await kagi.db.get<queries.TotpRow>(queries.findTotp(actor.userId));
  if (row === undefined || row.confirmedAt !== null) return null;
  const secret = open(kagi.keyring, totpPlace(row.id), row.sealedSecret);
  return { secret, uri: totpUri(secret, user.email) };
}

/**
 * Switches the app on that was begun, by one of its codes, which is thereby used up. The recovery codes that come with an
 * account's first factor, null where it has some. Throws CONFLICT, SECOND_FACTOR_INVALID, RATE_LIMITED.
 */
export async function confirmTotp(kagi: Kagi, actor: Actor, text: string): Promise<string[] | null> {
  const { sessionId } = sessionOf(actor);
  const recordRefusal = (tx: Db, id: string | null, why: string) =>
    record(kagi, tx, actor, "enable", appOf(id), { result: "refused", detail: `why=${why}` });
  const tries = await takeSessionTry(kagi, sessionId, (tx) => recordRefusal(tx, null, "throttled"));
  const confirmed = await kagi.db.transaction(async (tx) => {
    await hold(tx, actor);
    const row = await tx.get<queries.TotpRow>(queries.findTotp(actor.userId));
    if (row === undefined) throw conflict("No authenticator app is being set up: begin with it");
    if (row.confirmedAt !== null) throw alreadyOn();
    const now = kagi.now();
    const step = stepOf(open(kagi.keyring, totpPlace(row.id), row.sealedSecret), text.replace(/[\s-]/g, ""), now);
    if (step === null) {
      await recordRefusal(tx, row.id, "code");
      return null;
    }
    if (!(await tx.get(queries.confirmTotp(row.id, step, now.toISOString())))) throw alreadyOn();
    await record(kagi, tx, actor, "enable", appOf(row.id));
    return { recoveryCodes: await beginSecondFactor(kagi, tx, actor) };
  });
  if (confirmed === null) {
    throw new AppError("SECOND_FACTOR_INVALID", "That is not the app's code of this moment", { field: "code" });
  }
  await forgiveTries(kagi, tries);
  return confirmed.recoveryCodes;
}

/** Throws CONFLICT when no app is switched on. */
export async function removeTotp(kagi: Kagi, actor: Actor): Promise<void> {
  await kagi.db.transaction(async (tx) => {
    await hold(tx, actor);
    const removed = await tx.get<{ id: string }>(queries.deleteTotp(actor.userId));
    if (removed === undefined) throw conflict("No authenticator app is switched on");
    await record(kagi, tx, actor, "disable", appOf(removed.id));
    await removeLastCodes(kagi, tx, actor);
  });
}

/** Ten new ones in the place of all that there are. Throws CONFLICT without a second factor. */
export async function renewRecoveryCodes(kagi: Kagi, actor: Actor): Promise<string[]> {
  return await kagi.db.transaction(async (tx) => {
    await hold(tx, actor);
    if (!hasSecondFactor(await factorsOf(tx, actor.userId))) {
      throw conflict("Recovery codes come with an authenticator app or a passkey, and there is neither");
    }
    await tx.all(queries.deleteRecoveryCodes(actor.userId));
    const codes = await addCodes(kagi, tx, actor);
    await record(kagi, tx, actor, "renew-recovery-codes", CODES);
    return codes;
  });
}

/** The operator's way out for somebody who has lost all factors: only the password remains, and every session ends. */
export async function resetSecondFactor(kagi: Kagi, email: string): Promise<{ had: boolean }> {
  const user = await mustFindUser(kagi, email);
  return await kagi.db.transaction(async (tx) => {
    const removed = [
      ...(await tx.all(queries.deleteTotpOf(user.id))),
      ...(await tx.all(queries.deletePasskeysOf(user.id))),
      ...(await tx.all(queries.deleteRecoveryCodes(user.id))),
    ];
    await endAll(tx, user.id);
    await recordOperator(kagi, tx, user, "reset-second-factor");
    return { had: removed.length > 0 };
  });
}

/**
 * With the first factor come recovery codes, and the other sessions end: whoever has one gave a password alone, which is
 * too little from now on. Null, and nothing, for an account that has a factor. The account is held.
 */
export async function beginSecondFactor(kagi: Kagi, tx: Db, actor: Actor): Promise<string[] | null> {
  if (await tx.get(queries.anyRecoveryCode(actor.userId))) return null;
  await endOthersAndTell(kagi, tx, actor);
  return await addCodes(kagi, tx, actor);
}

/** Without a factor there is nothing to recover. */
export async function removeLastCodes(kagi: Kagi, tx: Db, actor: Actor): Promise<void> {
  if (hasSecondFactor(await factorsOf(tx, actor.userId))) return;
  const removed = await tx.all(queries.deleteRecoveryCodes(actor.userId));
  if (removed.length > 0) await record(kagi, tx, actor, "delete", CODES, { detail: `codes=${removed.length}` });
}

/** Throws AUTH_REQUIRED for an account that is disabled meanwhile. */
export async function hold(tx: Db, actor: Actor): Promise<void> {
  if (!(await tx.get(queries.holdActive(actor.userId)))) throw new AppError("AUTH_REQUIRED");
}

async function addCodes(kagi: Kagi, tx: Db, actor: Actor): Promise<string[]> {
  const codes = newRecoveryCodes();
  const at = kagi.now().toISOString();
  for (const code of codes) await tx.run(queries.insertRecoveryCode(newId(), actor.userId, recoveryHash(code), at));
  return codes;
}

function alreadyOn(): AppError {
  return conflict("An authenticator app is switched on already. Switch it off first to set up another");
}

function appOf(id: string | null): Thing {
  return { kind: "authenticator-app", id, name: null };
}

const CODES: Thing = { kind: "sign-in-recovery-codes", id: null, name: null };
