-- What corrections and retractions ask of the store before they write.

-- name: standing_version
-- What is known of a record now.
SELECT body FROM {kind}_version WHERE id = $1 AND revision_to IS NULL

-- name: standing_codes
-- The code lists as they stand now.
SELECT list, code, label_zh, label_en, definition, parent, replaced_by, legal_nature, kind, region
FROM code_version WHERE revision_to IS NULL ORDER BY list, position, code

-- name: standing_unhandled
-- The clauses of some documents that no rule could read, as they stand now.
SELECT v.id, u.start, u."end", u.reason
FROM unhandled_clause u JOIN document_version v USING (version)
WHERE v.id = ANY($1::text[]) AND v.revision_to IS NULL ORDER BY v.id, u.position

-- name: refers_to_entity
-- The standing actions that name an entity, or name it as an operator.
SELECT DISTINCT v.id FROM action_entity e JOIN action_version v USING (version)
WHERE $1 IN (e.entity, e.operator) AND v.revision_to IS NULL ORDER BY v.id

-- name: refers_to_document
-- What stands on a document: its actions and figures, and the copies said to be reprints of it.
SELECT id FROM action_version WHERE document = $1 AND revision_to IS NULL
UNION ALL SELECT id FROM figure_version WHERE document = $1 AND revision_to IS NULL
UNION ALL SELECT id FROM document_version WHERE reprint_of = $1 AND revision_to IS NULL
ORDER BY id

-- name: standing_text
-- The hash of the text a document has now.
SELECT sha256 FROM document_version WHERE id = $1 AND revision_to IS NULL

-- name: has_correction
-- Whether a correction is on record, made here or made again.
SELECT true FROM correction WHERE body::json->>'key' = $1 LIMIT 1
