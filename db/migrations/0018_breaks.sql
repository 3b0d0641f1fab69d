-- A program that is older than the tables goes on reading them, unless a migration says that it cannot.

ALTER TABLE migration ADD COLUMN breaks boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN migration.breaks IS 'Whether programs that do not know this migration can no longer read the store.';
