-- The ledger of releases.

-- name: latest_and_released
-- The newest revision, and the newest that is a release: a release is never older than the one before.
SELECT number, committed_at, cause, note, digest, (SELECT max(revision) FROM release) AS released
FROM revision ORDER BY number DESC LIMIT 1

-- name: releases
-- All releases, the newest first, each with the one before it.
SELECT l.name, l.revision, r.committed_at, lag(l.name) OVER (ORDER BY l.revision) AS previous
FROM release l JOIN revision r ON r.number = l.revision ORDER BY l.revision DESC

-- name: manifest_of_release
-- The SHA-256 of the manifest of a release.
SELECT manifest_sha256 FROM release WHERE name = $1

-- name: insert_release
-- Gives a revision a name. The manifest is null where the files are still to be made.
INSERT INTO release (name, revision, manifest_sha256) VALUES ($1, $2, $3)

-- name: fill_release
-- Says what the manifest of a release is whose files were made later.
UPDATE release SET manifest_sha256 = $2 WHERE name = $1 AND manifest_sha256 IS NULL
