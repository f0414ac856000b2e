-- The search everywhere reads the names of all entries, and with this index nothing else of them.
CREATE INDEX entries_names ON entries (user_id, id, category_id, environment, name);
-- Those who look for a user's entries in their order find them there as well.
DROP INDEX entries_user;
