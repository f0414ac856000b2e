-- Each event is linked to the one before it by a hash: per user, and one chain for what is nobody's ("vault").
ALTER TABLE audit_events ADD COLUMN number INTEGER;
ALTER TABLE audit_events ADD COLUMN hash TEXT;

-- The events of somebody in their order. In the place of the index by id, so that a row costs as much as before.
DROP INDEX audit_events_user;
CREATE UNIQUE INDEX audit_events_chain ON audit_events (user_id, number);

-- An export takes many entries and names none; who looks at an entry asks for the last few.
CREATE INDEX audit_events_exports ON audit_events (user_id, number) WHERE verb = 'export';

-- Where each chain begins and ends. "anchor" is the hash before the first event that is kept, "position" the place among
-- all chains, "chains" (of the vault's own) how many others there are; "mac" is made of all of it with the vault's key.
CREATE TABLE audit_chains (
  chain TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  chains INTEGER NOT NULL,
  first_number INTEGER NOT NULL,
  anchor TEXT NOT NULL,
  last_number INTEGER NOT NULL,
  last_hash TEXT NOT NULL,
  mac TEXT NOT NULL
);
