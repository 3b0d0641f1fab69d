-- What ingest asks of the store before it writes.

-- name: document_by_url
-- The document with an address.
SELECT id FROM document WHERE url = $1

-- name: document_by_text
-- A document that has or had a text, the oldest first.
SELECT t.document FROM document_text t JOIN document_version v ON v.id = t.document AND v.sha256 = t.sha256
WHERE t.sha256 = $1 ORDER BY v.version LIMIT 1

-- name: standing_document
-- What is known of a document now.
SELECT body FROM document_version WHERE id = $1 AND revision_to IS NULL

-- name: standing_actions
-- The actions a document states, as they stand now.
SELECT body FROM action_version WHERE document = $1 AND revision_to IS NULL ORDER BY id

-- name: standing_figures
-- The figures a document states, as they stand now.
SELECT body FROM figure_version WHERE document = $1 AND revision_to IS NULL ORDER BY id

-- name: entities_by_name
-- The entities that have one of these names now, with the name that matched. Sounds are no names: many share one.
SELECT n.match_key, v.body FROM entity_name n JOIN entity_version v USING (version)
WHERE n.match_key = ANY($1::text[]) AND n.kind <> 'transliteration' AND v.revision_to IS NULL ORDER BY v.id

-- name: entities_by_id
-- Some entities as they stand now.
SELECT body FROM entity_version WHERE id = ANY($1::text[]) AND revision_to IS NULL

-- name: corrections
-- What people have set right in a document, in what it states and in some entities, the oldest first.
SELECT body FROM correction WHERE document = $1 OR (kind = 'entity' AND id = ANY($2::text[])) ORDER BY revision, id
