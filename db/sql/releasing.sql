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

-- name: digest_of_revision
-- The digest of a revision.
SELECT digest FROM revision WHERE number = $1

-- name: insert_release
-- Gives a revision a name. The manifest is null where the files are still to be made.
INSERT INTO release (name, revision, manifest_sha256) VALUES ($1, $2, $3)

-- name: fill_release
-- Says what the manifest of a release is whose files were made later.
UPDATE release SET manifest_sha256 = $2 WHERE name = $1 AND manifest_sha256 IS NULL

-- name: released
-- The JSON of the records that stand at a revision, in the order of lists, as they are exported. Of actions and figures
-- the hash of the text that their anchors lie in stands before it.
SELECT {text} (SELECT body FROM {kind}_version WHERE version = found.version)
FROM (SELECT v.version, newest_first({on}) AS place, v.id FROM {kind}_version v WHERE {where} ORDER BY place, v.id) found
ORDER BY found.place, found.id

-- name: text_of_anchors
-- The hash of the text that the anchors of a record lie in; dashes where it has none.
coalesce((SELECT a.sha256 FROM anchor a WHERE a.{kind}_version = found.version AND a.position = 0), repeat('-', 64)) ||

-- name: released_codes
-- The JSON of the items of the code lists that stand at a revision, by list and code.
SELECT v.body FROM ({code_rows}) v WHERE {where} ORDER BY v.id COLLATE "C"

-- name: released_counts
-- How many rows the tables have that are divided by years where they are long.
SELECT (SELECT count(*) FROM document_version v WHERE {where}) AS documents,
       (SELECT count(*) FROM entity_version v WHERE {where}) AS entities,
       (SELECT count(*) FROM action_version v WHERE {where}) AS actions,
       (SELECT count(*) FROM figure_version v WHERE {where}) AS figures,
       (SELECT coalesce(sum(measures.number * greatest(entities.number, 1)), 0)::bigint
        FROM (SELECT version, count(*) AS number FROM action_code v WHERE list = 'measures' AND {where}
              GROUP BY version) measures
        LEFT JOIN (SELECT version, count(*) AS number FROM action_entity v WHERE {where} GROUP BY version) entities
             USING (version)) AS actions_flat

-- name: check_codes
-- How many codes the records of a revision hold, and the first that stands in no list at that revision.
WITH used AS (
    SELECT 'action' AS kind, v.id, v.list, v.code FROM action_code v WHERE {where}
    UNION ALL SELECT 'action', v.id, v.kind_list, v.kind FROM action_entity v WHERE {where}
    UNION ALL SELECT 'figure', v.id, c.list, c.code FROM figure_version v JOIN figure_code c USING (version) WHERE {where}
    UNION ALL SELECT 'figure', v.id, v.measure_list, v.measure FROM figure_version v WHERE {where}
    UNION ALL SELECT 'figure', v.id, v.subject_kind_list, v.subject_kind FROM figure_version v WHERE {where}
    UNION ALL SELECT 'figure', v.id, v.campaign_list, v.campaign FROM figure_version v
        WHERE {where} AND v.campaign IS NOT NULL
    UNION ALL SELECT 'entity', v.id, v.kind_list, v.kind FROM entity_version v WHERE {where}
    UNION ALL SELECT 'document', v.id, v.issuer_list, v.issuer FROM document_version v
        WHERE {where} AND v.issuer IS NOT NULL
    UNION ALL SELECT 'code', v.list || '/' || v.code, v.list, other.code
        FROM code_version v CROSS JOIN LATERAL (VALUES (v.parent), (v.replaced_by)) other (code)
        WHERE {where} AND other.code IS NOT NULL
    UNION ALL SELECT 'code', v.list || '/' || v.code, 'regions', v.region FROM code_version v
        WHERE {where} AND v.region IS NOT NULL
)
SELECT count(*) AS checked,
       min(used.kind || ' ' || used.id || ' holds ' || used.code || ', which is not in the list ' || used.list)
           FILTER (WHERE standing.code IS NULL) AS fault
FROM used LEFT JOIN (SELECT list, code FROM code_version v WHERE {where}) standing USING (list, code)

-- name: check_references
-- How many records the records of a revision refer to, and the first of these that does not stand at that revision.
WITH used AS (
    SELECT 'action' AS kind, v.id, 'document' AS of, v.document AS other FROM action_version v WHERE {where}
    UNION ALL SELECT 'figure', v.id, 'document', v.document FROM figure_version v WHERE {where}
    UNION ALL SELECT 'action', v.id, 'entity', v.entity FROM action_entity v WHERE {where}
    UNION ALL SELECT 'action', v.id, 'entity', v.operator FROM action_entity v WHERE {where} AND v.operator IS NOT NULL
    UNION ALL SELECT 'document', v.id, 'document', other.id
        FROM document_version v
        CROSS JOIN LATERAL (VALUES (v.reprint_of), (v.body::json #>> '{{reprint_evidence,via}}')) other (id)
        WHERE {where} AND v.reprint_of IS NOT NULL AND other.id IS NOT NULL
)
SELECT count(*) AS checked,
       min(used.kind || ' ' || used.id || ' refers to the ' || used.of || ' ' || used.other || ', which does not stand')
           FILTER (WHERE standing.id IS NULL) AS fault
FROM used LEFT JOIN (
    SELECT 'document' AS of, v.id FROM document_version v WHERE {where}
    UNION ALL SELECT 'entity', v.id FROM entity_version v WHERE {where}
) standing ON (standing.of, standing.id) = (used.of, used.other)

-- name: check_anchors
-- The anchors of the records that stand at a revision whose texts are held, text by text.
SELECT * FROM (
    SELECT a.id AS place, a.sha256, a.field, a.start, a."end", a.exact, v.id, v.revision_from AS revision
    FROM anchor a JOIN action_version v ON v.version = a.action_version WHERE {where}
    UNION ALL
    SELECT a.id, a.sha256, a.field, a.start, a."end", a.exact, v.id, v.revision_from
    FROM anchor a JOIN figure_version v ON v.version = a.figure_version WHERE {where}
) v
WHERE EXISTS (SELECT FROM text_layer t WHERE t.sha256 = v.sha256 AND t.body IS NOT NULL)
ORDER BY v.sha256, v.place

-- name: count_anchors
-- How many anchors the records have that stand at a revision.
SELECT (SELECT count(*) FROM anchor a JOIN action_version v ON v.version = a.action_version WHERE {where})
     + (SELECT count(*) FROM anchor a JOIN figure_version v ON v.version = a.figure_version WHERE {where})
