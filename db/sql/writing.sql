-- What ingest, corrections and the shipped dataset write. Every value is a bound parameter.

-- name: insert_revision
-- Opens a revision.
INSERT INTO revision (number, committed_at, cause, note, digest) VALUES ($1, $2, $3, $4, $5)

-- name: insert_code
-- Makes a code known, once.
INSERT INTO code (list, code) VALUES ($1, $2) ON CONFLICT DO NOTHING

-- name: close_code
-- Ends the version of a code that stands now.
UPDATE code_version SET revision_to = $3 WHERE list = $1 AND code = $2 AND revision_to IS NULL

-- name: insert_code_version
-- What a code means from a revision on.
INSERT INTO code_version (list, code, revision_from, position, label_zh, label_en, definition, parent, replaced_by,
                          legal_nature, kind, region)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)

-- name: insert_text_layer
-- Makes a text layer known; a body is added where it was not held before.
INSERT INTO text_layer (sha256, length, body) VALUES ($1, $2, $3)
ON CONFLICT (sha256) DO UPDATE SET body = excluded.body WHERE text_layer.body IS NULL AND excluded.body IS NOT NULL

-- name: insert_known_text
-- Makes text layers known whose bodies are not at hand.
INSERT INTO text_layer (sha256, length) SELECT * FROM unnest($1::text[], $2::integer[]) ON CONFLICT DO NOTHING

-- name: upsert_sketch
-- By what the reprints of a document are known, made anew where the text is another.
INSERT INTO sketch (document, sha256, body) VALUES ($1, $2, $3)
ON CONFLICT (document) DO UPDATE SET sha256 = excluded.sha256, body = excluded.body
WHERE sketch.body <> excluded.body

-- name: delete_sketch_keys
-- Forgets the keys of documents.
DELETE FROM sketch_key WHERE document = ANY($1::text[])

-- name: insert_sketch_key
-- A key under which a document is found.
INSERT INTO sketch_key (document, key) VALUES ($1, $2) ON CONFLICT DO NOTHING

-- name: insert_document
-- Makes documents known, each once.
INSERT INTO document (id, url) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT (id) DO NOTHING

-- name: insert_document_text
-- Ties text layers to documents, each once.
INSERT INTO document_text (document, sha256) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING

-- name: insert_id
-- Makes records of a kind known, each once.
INSERT INTO {kind} (id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING

-- name: next_versions
-- Numbers for new versions of a kind.
SELECT array_agg(nextval('{kind}_version_version_seq')) FROM generate_series(1, $1::integer)

-- name: texts_of_documents
-- The texts that documents have now.
SELECT id, sha256 FROM document_version WHERE id = ANY($1::text[]) AND revision_to IS NULL

-- name: close_versions
-- Ends the versions of records that stand now.
UPDATE {kind}_version SET revision_to = $2 WHERE id = ANY($1::text[]) AND revision_to IS NULL

-- name: close_action_links
-- Ends what ties the standing versions of actions to codes, entities and words.
WITH ended AS (SELECT version FROM action_version WHERE id = ANY($1::text[]) AND revision_to IS NULL),
     codes AS (UPDATE action_code SET revision_to = $2 WHERE version IN (SELECT version FROM ended)),
     words AS (UPDATE action_words SET revision_to = $2 WHERE version IN (SELECT version FROM ended))
UPDATE action_entity SET revision_to = $2 WHERE version IN (SELECT version FROM ended)

-- name: insert_latin_words
-- Makes Latin words known, each once.
INSERT INTO latin_word (word) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING

-- name: insert_correction
-- What a person set right in a record.
INSERT INTO correction (revision, kind, id, document, body) VALUES ($1, $2, $3, $4, $5)
