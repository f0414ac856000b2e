import type { Db } from "../../db/sql.ts";
import { AppError } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { record, recordEach } from "../audit/actions.ts";
import { deviceOf } from "./device.ts";
import { type ListedSession, SESSION_IDLE_MS } from "./model.ts";
import { sessionOf } from "./proof.ts";
import * as queries from "./queries.ts";

/**
 * The sessions of whoever asks, the last used first. To end one takes no fresh proof: whoever has lost a device should
 * not have to look for a password first, and what is ended can be begun again.
 */
export async function listSessions(kagi: Kagi, actor: Actor): Promise<ListedSession[]> {
  const { sessionId } = sessionOf(actor);
  const now = kagi.now();
  const idleSince = new Date(now.getTime() - SESSION_IDLE_MS).toISOString();
  const rows = await kagi.db.all<queries.SessionRow>(queries.listSessions(actor.userId, now.toISOString(), idleSince));
  return rows.map(({ id, userAgent, address, method, createdAt, lastSeenAt, expiresAt }) => ({
    id,
    device: deviceOf(userAgent),
    address,
    method,
    createdAt,
    lastSeenAt,
    expiresAt,
    current: id === sessionId,
  }));
}

/** Throws SESSION_NOT_FOUND. */
export async function getSession(kagi: Kagi, actor: Actor, id: string): Promise<ListedSession> {
  const session = (await listSessions(kagi, actor)).find((candidate) => candidate.id === id);
  if (session === undefined) throw new AppError("SESSION_NOT_FOUND");
  return session;
}

/** Ends a session for every request that starts after this; one's own as well. Throws SESSION_NOT_FOUND. */
export async function endSession(kagi: Kagi, actor: Actor, id: string): Promise<void> {
  sessionOf(actor);
  await kagi.db.transaction(async (tx) => {
    const ended = await tx.get<queries.EndedSession>(queries.deleteSession(actor.userId, id));
    if (ended === undefined) throw new AppError("SESSION_NOT_FOUND");
    await record(kagi, tx, actor, "revoke", { kind: "session", id, name: deviceOf(ended.userAgent) });
  });
}

/** Ends all sessions but the one that asks, and what is half way to one; how many sessions there were. */
export async function endOtherSessions(kagi: Kagi, actor: Actor): Promise<number> {
  sessionOf(actor);
  return await kagi.db.transaction(async (tx) => {
    if (!(await tx.get(queries.holdActive(actor.userId)))) throw new AppError("AUTH_REQUIRED");
    return await endOthersAndTell(kagi, tx, actor);
  });
}

/** As `endOthers`, with an event about each; how many there were. */
export async function endOthersAndTell(kagi: Kagi, tx: Db, actor: Actor): Promise<number> {
  const ended = await endOthers(tx, actor);
  const things = ended.map(({ id, userAgent }) => ({ kind: "session", id, name: deviceOf(userAgent) }) as const);
  await recordEach(kagi, tx, actor, "revoke", things);
  return ended.length;
}

type Ended = Omit<queries.EndedSession, "sealedIdToken">;

/** Ends all of somebody's sessions but this one, and what is half way to one. The account is held. */
export async function endOthers(tx: Db, actor: Actor): Promise<readonly Ended[]> {
  await tx.run(queries.deletePendingOf(actor.userId));
  return await tx.all<Ended>(queries.deleteOtherSessions(actor.userId, sessionOf(actor).sessionId));
}
