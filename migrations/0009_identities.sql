-- Whom an account is elsewhere: a subject of an issuer, never an e-mail address, which moves from one person to another.
CREATE TABLE identities (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  -- How to call it before people.
  label TEXT NOT NULL,
  created_at TEXT NOT NULL,
  last_used_at TEXT NOT NULL,
  UNIQUE (issuer, subject)
);
CREATE INDEX identities_user ON identities (user_id);

-- Ways to Keycloak that have been begun and not come back, each good once, for the browser that began it.
CREATE TABLE keycloak_visits (
  state_hash TEXT PRIMARY KEY,
  browser_hash TEXT NOT NULL,
  purpose TEXT NOT NULL,
  session_id TEXT,
  next TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL
);

-- Logout tokens that have been obeyed, for as long as they are good.
CREATE TABLE keycloak_logouts (
  id_hash TEXT PRIMARY KEY,
  expires_at TEXT NOT NULL
);

-- The session at Keycloak that a session here began from, and the token by which it is ended there.
ALTER TABLE sessions ADD COLUMN identity_id TEXT;
ALTER TABLE sessions ADD COLUMN keycloak_sid TEXT;
ALTER TABLE sessions ADD COLUMN sealed_id_token TEXT;
CREATE INDEX sessions_identity ON sessions (identity_id) WHERE identity_id IS NOT NULL;

-- The same of one who came through Keycloak and owes a second factor, until the session begins.
ALTER TABLE pending_sign_ins ADD COLUMN identity_id TEXT;
ALTER TABLE pending_sign_ins ADD COLUMN keycloak_sid TEXT;
ALTER TABLE pending_sign_ins ADD COLUMN sealed_id_token TEXT;
