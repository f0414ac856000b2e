import { type Sql, sql } from "../../db/sql.ts";
import type { Purpose } from "./model.ts";

export type VisitRow = { purpose: Purpose; sessionId: string | null; next: string; createdAt: string };

export const insertVisit = (visit: {
  stateHash: string;
  browserHash: string;
  purpose: Purpose;
  sessionId: string | null;
  next: string;
  at: string;
  expiresAt: string;
}): Sql => sql`
  INSERT INTO keycloak_visits (state_hash, browser_hash, purpose, session_id, next, created_at, expires_at)
  VALUES (
    ${visit.stateHash}, ${visit.browserHash}, ${visit.purpose}, ${visit.sessionId}, ${visit.next}, ${visit.at},
    ${visit.expiresAt})`;

/** Takes a visit, once, by the browser that began it. */
export const takeVisit = (stateHash: string, browserHash: string, now: string): Sql => sql`
  DELETE FROM keycloak_visits
  WHERE state_hash = ${stateHash} AND browser_hash = ${browserHash} AND expires_at > ${now}
  RETURNING purpose, session_id AS "sessionId", next, created_at AS "createdAt"`;

export const deleteOldVisits = (now: string): Sql => sql`DELETE FROM keycloak_visits WHERE expires_at <= ${now}`;

export type UserRow = {
  id: string;
  email: string;
  name: string;
  passwordHash: string | null;
  disabledAt: string | null;
};

const USER = sql`u.id, u.email, u.name, u.password_hash AS "passwordHash", u.disabled_at AS "disabledAt"`;

/** The account of an identity. */
export const findPerson = (issuer: string, subject: string): Sql => sql`
  SELECT ${USER}, i.id AS "identityId" FROM identities i JOIN users u ON u.id = i.user_id
  WHERE i.issuer = ${issuer} AND i.subject = ${subject}`;

export const findUserByEmail = (email: string): Sql => sql`SELECT ${USER} FROM users u WHERE u.email = ${email}`;

/** Holds an account, active or not, until the transaction ends, so that what is decided about it stays true. */
export const holdActiveOrNot = (id: string): Sql => sql`
  UPDATE users SET updated_at = updated_at WHERE id = ${id}
  RETURNING id, email, name, password_hash AS "passwordHash", disabled_at AS "disabledAt"`;

export const insertIdentity = (identity: {
  id: string;
  userId: string;
  issuer: string;
  subject: string;
  label: string;
  at: string;
}): Sql => sql`
  INSERT INTO identities (id, user_id, issuer, subject, label, created_at, last_used_at)
  VALUES (
    ${identity.id}, ${identity.userId}, ${identity.issuer}, ${identity.subject}, ${identity.label}, ${identity.at},
    ${identity.at})`;

export const useIdentity = (id: string, label: string, at: string): Sql => sql`
  UPDATE identities SET label = ${label}, last_used_at = ${at} WHERE id = ${id} RETURNING id`;

export const identitiesOf = (userId: string): Sql => sql`
  SELECT id, label, issuer, created_at AS "createdAt", last_used_at AS "lastUsedAt" FROM identities
  WHERE user_id = ${userId} ORDER BY id`;

export const deleteIdentity = (userId: string, id: string): Sql => sql`
  DELETE FROM identities WHERE id = ${id} AND user_id = ${userId} RETURNING label`;

/** Notes a logout token, or returns no row for one that was obeyed before. */
export const insertLogout = (idHash: string, expiresAt: string): Sql => sql`
  INSERT INTO keycloak_logouts (id_hash, expires_at) VALUES (${idHash}, ${expiresAt})
  ON CONFLICT (id_hash) DO NOTHING RETURNING id_hash AS "idHash"`;

export const deleteOldLogouts = (now: string): Sql => sql`DELETE FROM keycloak_logouts WHERE expires_at <= ${now}`;

/** Whose sessions a logout token speaks of: those of a subject, or of one session at Keycloak, or both. */
export const identitiesLoggedOut = (issuer: string, subject: string | null, sid: string | null): Sql =>
  subject !== null
    ? sql`
        SELECT i.id, u.id AS "userId", u.email FROM identities i JOIN users u ON u.id = i.user_id
        WHERE i.issuer = ${issuer} AND i.subject = ${subject}`
    : sql`
        SELECT DISTINCT i.id, u.id AS "userId", u.email
        FROM identities i JOIN users u ON u.id = i.user_id JOIN sessions s ON s.identity_id = i.id
        WHERE i.issuer = ${issuer} AND s.keycloak_sid = ${sid}`;
export type LoggedOutRow = { id: string; userId: string; email: string };
