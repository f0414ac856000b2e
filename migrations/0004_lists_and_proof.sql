-- When the person of a session last proved in it who they are, beyond signing in.
ALTER TABLE sessions ADD COLUMN confirmed_at TEXT;

-- Most entries never expire, and cost nothing here.
CREATE INDEX entries_expiry ON entries (user_id, expires_at, id) WHERE expires_at IS NOT NULL;

-- What happened to one thing, without a look at all that ever happened.
CREATE INDEX audit_events_thing ON audit_events (thing_id, at);
