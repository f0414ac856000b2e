-- Where an access key may be used from (a JSON list of CIDR ranges), and how far it reaches; NULL is anywhere.
ALTER TABLE access_keys ADD COLUMN addresses TEXT;
ALTER TABLE access_keys ADD COLUMN project TEXT;
ALTER TABLE access_keys ADD COLUMN environment TEXT;

-- The key that this one took the place of. A key is replaced once, which the index decides.
ALTER TABLE access_keys ADD COLUMN rotated_from TEXT REFERENCES access_keys (id) ON DELETE SET NULL;
CREATE UNIQUE INDEX access_keys_rotated_from ON access_keys (rotated_from);
