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
-- Makes a document known, once.
INSERT INTO document (id, url) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING

-- name: insert_document_text
-- Ties a text layer to a document, once.
INSERT INTO document_text (document, sha256) VALUES ($1, $2) ON CONFLICT DO NOTHING

-- name: insert_entity
-- Makes entities known, each once.
INSERT INTO entity (id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING

-- name: insert_action
-- Makes actions known, each once.
INSERT INTO action (id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING

-- name: insert_figure
-- Makes figures known, each once.
INSERT INTO figure (id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING

-- name: close_version
-- Ends the version of a record that stands now.
UPDATE {kind}_version SET revision_to = $2 WHERE id = $1 AND revision_to IS NULL

-- name: close_action_links
-- Ends what ties the standing versions of actions to codes, entities and words.
WITH ended AS (SELECT version FROM action_version WHERE id = ANY($1::text[]) AND revision_to IS NULL),
     codes AS (UPDATE action_code SET revision_to = $2 WHERE version IN (SELECT version FROM ended)),
     words AS (UPDATE action_words SET revision_to = $2 WHERE version IN (SELECT version FROM ended))
UPDATE action_entity SET revision_to = $2 WHERE version IN (SELECT version FROM ended)

-- name: insert_document_version
-- What is known of a document from a revision on.
INSERT INTO document_version (id, revision_from, original_url, title, publisher, issuer, published_on, period_start,
                              period_end, sha256, source_sha256, reprint_of, clauses_extracted, clauses_ignored,
                              clauses_unhandled, basis, extractor, search_key, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
RETURNING version

-- name: insert_entity_version
-- What is known of an entity from a revision on.
INSERT INTO entity_version (id, revision_from, kind, name, name_en, search_key, body)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING version

-- name: insert_action_version
-- What is known of an action from a revision on.
INSERT INTO action_version (id, revision_from, document, acted_on, date_basis, decided_on, period_start, period_end,
                            unnamed_subject, open_ended, amount_cny, confidence, basis, extractor, gist_zh, gist_en,
                            body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
RETURNING version

-- name: insert_latin_words
-- Makes Latin words known, each once.
INSERT INTO latin_word (word) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING

-- name: insert_figure_version
-- What is known of a figure from a revision on.
INSERT INTO figure_version (id, revision_from, document, measure, subject_kind, campaign, value_min, value_max,
                            qualifier, unit, wording, period_start, period_end, confidence, basis, extractor, gist_zh,
                            gist_en, search_key, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
RETURNING version

-- name: insert_anchors
-- The evidence of many values, in the texts their documents have now.
INSERT INTO anchor (action_version, figure_version, position, document, sha256, field, value, start, "end", exact,
                    rule, confidence)
SELECT added.action_version, added.figure_version, added.position, added.document, stands.sha256, added.field,
       added.value, added.start, added."end", added.exact, added.rule, added.confidence
FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::integer[],
            $8::integer[], $9::text[], $10::text[], $11::double precision[])
     AS added (action_version, figure_version, position, document, field, value, start, "end", exact, rule, confidence)
LEFT JOIN document_version AS stands ON stands.id = added.document AND stands.revision_to IS NULL

-- name: insert_correction
-- What a person set right in a record.
INSERT INTO correction (revision, kind, id, document, body) VALUES ($1, $2, $3, $4, $5)
