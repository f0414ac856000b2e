import { AppError } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { record } from "../audit/actions.ts";
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

/** Ends all sessions but the one that asks; how many there were. */
export async function endOtherSessions(kagi: Kagi, actor: Actor): Promise<number> {
  const { sessionId } = sessionOf(actor);
  return await kagi.db.transaction(async (tx) => {
    const ended = await tx.all<Omit<queries.EndedSession, "sealedIdToken">>(
      queries.deleteOtherSessions(actor.userId, sessionId),
    );
    for (const { id, userAgent } of ended) {
      await record(kagi, tx, actor, "revoke", { kind: "session", id, name: deviceOf(userAgent) });
    }
    return ended.length;
  });
}
