-- What a backup has to know of the tables.

-- name: stored_columns
-- The columns of every table that are stored as they were given.
SELECT c.relname, a.attname
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r' AND c.relname <> $2
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY c.relname, a.attnum

-- name: references_of_tables
-- Which table refers to which.
SELECT DISTINCT f.relname, t.relname
FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
WHERE k.contype = 'f' AND f.relnamespace = $1::regnamespace

-- name: stored_sequences
-- Where every sequence stands; null where no number was taken.
SELECT sequencename::text, last_value, start_value FROM pg_sequences WHERE schemaname = $1 ORDER BY sequencename

-- name: applied_migrations
-- The steps that the tables have gone through.
SELECT number, sha256 FROM migration ORDER BY number
