-- Annotations: versioned as records are, read whole.

-- name: insert_annotation
-- Makes an annotation known, once.
INSERT INTO annotation (kind, id) VALUES ($1, $2) ON CONFLICT DO NOTHING

-- name: close_annotation
-- Ends the version of an annotation that stands now.
UPDATE annotation_version SET revision_to = $3 WHERE kind = $1 AND id = $2 AND revision_to IS NULL

-- name: insert_annotation_version
-- What an annotation says from a revision on.
INSERT INTO annotation_version (kind, id, revision_from, body) VALUES ($1, $2, $3, $4)

-- name: annotations
-- The annotations as of a revision.
SELECT kind, body FROM annotation_version v WHERE {where} ORDER BY kind, id

-- name: released_annotations
-- The JSON of the annotations of one kind that stand at a revision, by id.
SELECT body FROM annotation_version v WHERE {where} AND kind = $2 ORDER BY id

-- name: all_annotation_versions
-- Every version of every annotation.
SELECT kind, id, revision_from, revision_to, body FROM annotation_version ORDER BY revision_from, kind, id

-- name: annotation_rows
-- The versions of the annotations of one kind, in the shape of versions of records.
SELECT version, id, revision_from, revision_to, body FROM annotation_version WHERE kind = '{kind}'

-- name: annotated
-- The records of one kind that stand at a revision, of some.
SELECT id FROM {kind}_version v WHERE {where} AND id = ANY($2::text[])
