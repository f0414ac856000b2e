-- Env projects with their files, what a file was before, and what an entry's value was before.

CREATE TABLE env_projects (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  description TEXT,
  description_folded TEXT,
  -- The highest version of a file that is gone: one made in its place goes on from there, so that no version comes back.
  deleted_version INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (user_id, name_folded)
);
CREATE INDEX env_projects_user ON env_projects (user_id, id);

CREATE TABLE env_files (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL REFERENCES env_projects (id) ON DELETE CASCADE,
  file_type TEXT NOT NULL,
  sealed_content TEXT NOT NULL,
  version INTEGER NOT NULL,
  -- Who wrote this content: "session", or the prefix of an access key.
  written_by TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (project_id, file_type)
);
CREATE INDEX env_files_user ON env_files (user_id);

CREATE TABLE env_file_versions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  file_id TEXT NOT NULL REFERENCES env_files (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  sealed_content TEXT NOT NULL,
  written_at TEXT NOT NULL,
  written_by TEXT NOT NULL,
  UNIQUE (file_id, version)
);
CREATE INDEX env_file_versions_user ON env_file_versions (user_id);

CREATE TABLE entry_versions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  sealed_value TEXT NOT NULL,
  file_name TEXT,
  ssh_key_type TEXT,
  ssh_key_fingerprint TEXT,
  -- NULL for a value that was written before its history began.
  written_at TEXT,
  replaced_at TEXT NOT NULL,
  replaced_by TEXT NOT NULL,
  UNIQUE (entry_id, number)
);
CREATE INDEX entry_versions_user ON entry_versions (user_id);
