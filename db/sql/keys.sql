-- Keys that allow more requests.

-- name: good_keys
-- What the serving process may know of the keys that are not revoked.
SELECT id, sha256, requests, seconds FROM api_key WHERE revoked_at IS NULL

-- name: insert_key
-- A new key, by its hash.
INSERT INTO api_key (id, name, sha256, requests, seconds) VALUES ($1, $2, $3, $4, $5)

-- name: all_keys
-- All keys that were ever made, in the order they were made.
SELECT id, name, requests, seconds, created_at, revoked_at FROM api_key ORDER BY created_at, id

-- name: revoke_key
-- A key that is good no longer. Nothing comes back where there is no such key, or where it was revoked before.
UPDATE api_key SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING id
