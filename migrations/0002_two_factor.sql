-- Second factors: what an authenticator app holds of a service, its recovery codes, or both.

CREATE TABLE two_factors (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  service TEXT NOT NULL,
  service_folded TEXT NOT NULL,
  account_name TEXT NOT NULL,
  account_name_folded TEXT NOT NULL,
  notes TEXT,
  notes_folded TEXT,
  algorithm TEXT NOT NULL,
  digits INTEGER NOT NULL,
  period INTEGER NOT NULL,
  sealed_secret TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX two_factors_user ON two_factors (user_id, id);

-- One row a code, with a state of its own. "used_by" is the id of the session or access key that was handed the code.
CREATE TABLE recovery_codes (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  two_factor_id TEXT NOT NULL REFERENCES two_factors (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  sealed_code TEXT NOT NULL,
  used_at TEXT,
  used_by TEXT
);
CREATE INDEX recovery_codes_two_factor ON recovery_codes (two_factor_id, position);
