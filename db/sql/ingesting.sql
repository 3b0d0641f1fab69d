-- What ingest asks of the store before it writes.

-- name: document_by_url
-- The document with an address.
SELECT id FROM document WHERE url = $1

-- name: document_by_text
-- A document that has or had a text, the oldest first.
SELECT t.document FROM document_text t JOIN document_version v ON v.id = t.document AND v.sha256 = t.sha256
WHERE t.sha256 = $1 ORDER BY v.version LIMIT 1

-- name: document_by_page
-- The document with an address of a page, where several addresses lead to it.
SELECT s.document FROM sketch_key k JOIN sketch s USING (document)
WHERE k.key = 'page ' || $1 AND s.body::json->>'page' = $1 ORDER BY s.document LIMIT 1

-- name: standing_documents
-- What is known of some documents now.
SELECT body FROM document_version WHERE id = ANY($1::text[]) AND revision_to IS NULL ORDER BY id

-- name: standing_actions
-- The actions that some documents state, as they stand now.
SELECT body FROM action_version WHERE document = ANY($1::text[]) AND revision_to IS NULL ORDER BY id

-- name: standing_figures
-- The figures that some documents state, as they stand now.
SELECT body FROM figure_version WHERE document = ANY($1::text[]) AND revision_to IS NULL ORDER BY id

-- name: held_texts
-- The texts of these hashes, where they are held.
SELECT sha256, body FROM text_layer WHERE sha256 = ANY($1::text[]) AND body IS NOT NULL ORDER BY sha256

-- name: reprint_candidates
-- The standing documents that have most keys in common with what is read now.
SELECT s.document, s.body FROM sketch s JOIN (
    SELECT k.document, count(*) AS shared FROM sketch_key k
    WHERE k.key = ANY($1::text[]) AND k.document <> $2
    AND EXISTS (SELECT FROM document_version v WHERE v.id = k.document AND v.revision_to IS NULL)
    GROUP BY k.document ORDER BY shared DESC, k.document LIMIT $3
) found USING (document)
ORDER BY found.shared DESC, s.document

-- name: family_members
-- All copies of the announcements that some documents are copies of.
SELECT id, reprint_of FROM document_version
WHERE revision_to IS NULL AND coalesce(reprint_of, id) IN (
    SELECT coalesce(reprint_of, id) FROM document_version WHERE revision_to IS NULL AND id = ANY($1::text[]))
ORDER BY id

-- name: sketches
-- The sketches of some documents.
SELECT document, body FROM sketch WHERE document = ANY($1::text[]) ORDER BY document

-- name: document_corrections
-- What people have set right in some documents themselves, the oldest first.
SELECT id, revision, body FROM correction WHERE kind = 'document' AND id = ANY($1::text[]) ORDER BY revision

-- name: first_revisions
-- Since when some documents have been on record.
SELECT id, min(revision_from) AS revision FROM document_version WHERE id = ANY($1::text[]) GROUP BY id ORDER BY id

-- name: entities_by_name
-- The entities that have one of these names now, with the name that matched. Sounds are no names: many share one.
SELECT n.match_key, v.body FROM entity_name n JOIN entity_version v USING (version)
WHERE n.match_key = ANY($1::text[]) AND n.kind <> 'transliteration' AND v.revision_to IS NULL ORDER BY v.id

-- name: entities_by_id
-- Some entities as they stand now.
SELECT body FROM entity_version WHERE id = ANY($1::text[]) AND revision_to IS NULL

-- name: corrections
-- What people have set right in some documents, in what they state and in some entities, the oldest first.
SELECT body FROM correction WHERE document = ANY($1::text[]) OR (kind = 'entity' AND id = ANY($2::text[])) ORDER BY revision, id
