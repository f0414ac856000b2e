-- How people sign in to their own account beyond a password. Other services' codes, which the vault keeps for people, are
-- elsewhere: two_factors and recovery_codes.

-- The authenticator app of an account. "last_step" is the 30-second step of the newest code that was taken: that one and
-- older ones are worth nothing any more. Not in use before it is confirmed by a code.
CREATE TABLE totp_factors (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
  sealed_secret TEXT NOT NULL,
  last_step INTEGER NOT NULL DEFAULT 0,
  confirmed_at TEXT,
  created_at TEXT NOT NULL
);

-- One row a code; each has 120 random bits, of which only the SHA-256 is here.
CREATE TABLE sign_in_recovery_codes (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  code_hash TEXT NOT NULL UNIQUE,
  used_at TEXT,
  created_at TEXT NOT NULL
);
CREATE INDEX sign_in_recovery_codes_user ON sign_in_recovery_codes (user_id);

-- Public keys (COSE, in base64url). A signature counter has 32 bits without a sign.
CREATE TABLE passkeys (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  credential_id TEXT NOT NULL UNIQUE,
  public_key TEXT NOT NULL,
  sign_count BIGINT NOT NULL,
  transports TEXT NOT NULL,
  created_at TEXT NOT NULL,
  last_used_at TEXT
);
CREATE INDEX passkeys_user ON passkeys (user_id, id);

-- What a passkey was asked to sign, until it has; "bound_to" is the session that asked, or empty.
CREATE TABLE ceremonies (
  challenge_hash TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  bound_to TEXT NOT NULL,
  expires_at TEXT NOT NULL
);

-- Those who have given a right password and now owe a second factor.
CREATE TABLE pending_sign_ins (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  method TEXT NOT NULL,
  expires_at TEXT NOT NULL
);
CREATE INDEX pending_sign_ins_user ON pending_sign_ins (user_id);

-- By what its person signed in, as in "password+totp"; unknown for sessions of before.
ALTER TABLE sessions ADD COLUMN method TEXT;
