-- The vault, from the first day. Ids are UUIDv7 (RFC 9562) made in code, times ISO 8601 text in UTC, booleans a nullable
-- "..._at". Columns named "..._folded" hold text folded for search and order; those named "sealed_..." hold ciphertext.

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT,
  disabled_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  address TEXT NOT NULL,
  user_agent TEXT,
  created_at TEXT NOT NULL,
  last_seen_at TEXT NOT NULL,
  expires_at TEXT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE throttles (
  key TEXT PRIMARY KEY,
  tries INTEGER NOT NULL,
  window_started_at TEXT NOT NULL
);

CREATE TABLE categories (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  key_type TEXT NOT NULL,
  env_var_name TEXT,
  field_definitions TEXT,
  icon TEXT,
  color TEXT,
  description TEXT,
  description_folded TEXT,
  -- How many entries it has of each environment, counted by whoever files, moves or deletes one.
  development_count INTEGER NOT NULL DEFAULT 0,
  staging_count INTEGER NOT NULL DEFAULT 0,
  production_count INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (user_id, name_folded)
);

CREATE TABLE entries (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  category_id TEXT NOT NULL REFERENCES categories (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  environment TEXT NOT NULL,
  sealed_value TEXT NOT NULL,
  file_name TEXT,
  ssh_key_type TEXT,
  ssh_key_fingerprint TEXT,
  notes TEXT,
  notes_folded TEXT,
  expires_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (category_id, name_folded, environment)
);
CREATE INDEX entries_user ON entries (user_id, id);

CREATE TABLE access_keys (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  key_prefix TEXT NOT NULL,
  key_hash TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  expires_at TEXT,
  last_used_at TEXT,
  created_at TEXT NOT NULL
);
CREATE INDEX access_keys_user ON access_keys (user_id, id);

-- Who did what, when, from where, to which thing, with what result. Never a value. No foreign keys: the trail outlives
-- the things it speaks of.
CREATE TABLE audit_events (
  id TEXT PRIMARY KEY,
  user_id TEXT,
  at TEXT NOT NULL,
  credential TEXT NOT NULL,
  credential_id TEXT,
  key_prefix TEXT,
  address TEXT NOT NULL,
  verb TEXT NOT NULL,
  thing TEXT,
  thing_id TEXT,
  thing_name TEXT,
  detail TEXT,
  result TEXT NOT NULL,
  request_id TEXT NOT NULL
);
CREATE INDEX audit_events_user ON audit_events (user_id, id);
