-- What `cunzhao verify` reads: the whole history, each time in one pass, nothing sorted in our memory.

-- name: verify_texts
-- Every text layer.
SELECT sha256, length, body FROM text_layer ORDER BY sha256

-- name: verify_text
-- One text layer.
SELECT body FROM text_layer WHERE sha256 = $1

-- name: verify_anchors
-- Every anchor with the record version it belongs to, text by text.
SELECT a.sha256, a.field, a.start, a."end", a.exact, coalesce(v.id, f.id) AS id,
       coalesce(v.revision_from, f.revision_from) AS revision
FROM anchor a
LEFT JOIN action_version v ON v.version = a.action_version
LEFT JOIN figure_version f ON f.version = a.figure_version
ORDER BY a.sha256, a.id

-- name: verify_transcribed
-- How many facts that stand now rest on pages whose text is not held.
SELECT (SELECT count(*) FROM action_version WHERE basis = 'transcribed' AND revision_to IS NULL)
     + (SELECT count(*) FROM figure_version WHERE basis = 'transcribed' AND revision_to IS NULL)

-- name: verify_places
-- The actions whose codes or entities say otherwise than they themselves when they stood, or where in lists.
SELECT DISTINCT v.id, v.revision_from FROM action_version v
JOIN (SELECT version, id, newest_first, revision_from, revision_to FROM action_code
      UNION ALL SELECT version, id, newest_first, revision_from, revision_to FROM action_entity) l USING (version)
WHERE (l.id, l.newest_first, l.revision_from, l.revision_to)
      IS DISTINCT FROM (v.id, newest_first(v.acted_on), v.revision_from, v.revision_to)
ORDER BY v.revision_from, v.id

-- name: verify_changes
-- What every revision opened, closed and set right. A version that gives way to the next one is not closed as such.
SELECT revision_from AS revision, 'document' AS kind, id, body FROM document_version
UNION ALL SELECT revision_from, 'entity', id, body FROM entity_version
UNION ALL SELECT revision_from, 'action', id, body FROM action_version
UNION ALL SELECT revision_from, 'figure', id, body FROM figure_version
UNION ALL SELECT revision, 'correction', id, body FROM correction
UNION ALL SELECT revision_from, 'annotation ' || kind, id, body FROM annotation_version
UNION ALL SELECT revision_to, 'annotation ' || kind, id, NULL FROM annotation_version v WHERE revision_to IS NOT NULL
    AND NOT EXISTS (SELECT FROM annotation_version n
                    WHERE (n.kind, n.id) = (v.kind, v.id) AND n.revision_from = v.revision_to)
UNION ALL SELECT revision_to, 'document', id, NULL FROM document_version v WHERE revision_to IS NOT NULL
    AND NOT EXISTS (SELECT FROM document_version n WHERE n.id = v.id AND n.revision_from = v.revision_to)
UNION ALL SELECT revision_to, 'entity', id, NULL FROM entity_version v WHERE revision_to IS NOT NULL
    AND NOT EXISTS (SELECT FROM entity_version n WHERE n.id = v.id AND n.revision_from = v.revision_to)
UNION ALL SELECT revision_to, 'action', id, NULL FROM action_version v WHERE revision_to IS NOT NULL
    AND NOT EXISTS (SELECT FROM action_version n WHERE n.id = v.id AND n.revision_from = v.revision_to)
UNION ALL SELECT revision_to, 'figure', id, NULL FROM figure_version v WHERE revision_to IS NOT NULL
    AND NOT EXISTS (SELECT FROM figure_version n WHERE n.id = v.id AND n.revision_from = v.revision_to)
ORDER BY revision

-- name: verify_document
-- Every document version beside its JSON, with what stands in other tables.
SELECT v.id, v.revision_from, d.url, v.original_url, v.title, v.publisher, v.issuer, v.published_on, v.period_start,
       v.period_end, v.sha256, v.source_sha256, t.length, v.reprint_of, v.clauses_extracted, v.clauses_ignored,
       v.clauses_unhandled, v.basis, v.extractor, v.body,
       (SELECT count(*) FROM unhandled_clause u WHERE u.version = v.version) AS unhandled
FROM document_version v JOIN document d ON d.id = v.id LEFT JOIN text_layer t ON t.sha256 = v.sha256
ORDER BY v.version

-- name: verify_entity
-- Every entity version beside its JSON.
SELECT v.id, v.revision_from, v.kind, v.name, v.name_en, v.body,
       (SELECT json_agg(json_build_array(n.name, n.language, n.kind) ORDER BY n.position)
        FROM entity_name n WHERE n.version = v.version) AS names
FROM entity_version v ORDER BY v.version

-- name: verify_action
-- Every action version beside its JSON.
SELECT v.id, v.revision_from, v.document, d.url AS document_url, v.acted_on, v.date_basis, v.decided_on,
       v.period_start, v.period_end, v.unnamed_subject, v.open_ended, v.amount_cny, v.confidence, v.basis, v.extractor,
       v.gist_zh, v.gist_en, v.body,
       (SELECT json_agg(json_build_array(c.list, c.code) ORDER BY c.list, c.position)
        FROM action_code c WHERE c.version = v.version) AS codes,
       (SELECT json_agg(json_build_array(e.entity, e.name, e.kind, e.operator, e.operator_name)
                        ORDER BY e.position)
        FROM action_entity e WHERE e.version = v.version) AS entities,
       (SELECT json_agg(json_build_array(a.document, a.field, a.value, a.start, a."end", a.exact, a.rule, a.confidence)
                        ORDER BY a.position)
        FROM anchor a WHERE a.action_version = v.version) AS anchors
FROM action_version v JOIN document d ON d.id = v.document ORDER BY v.version

-- name: verify_figure
-- Every figure version beside its JSON.
SELECT v.id, v.revision_from, v.document, d.url AS document_url, v.measure, v.subject_kind, v.campaign, v.value_min,
       v.value_max, v.qualifier, v.unit, v.wording, v.period_start, v.period_end, v.confidence, v.basis, v.extractor,
       v.gist_zh, v.gist_en, v.body,
       (SELECT json_agg(json_build_array(c.list, c.code) ORDER BY c.list, c.position)
        FROM figure_code c WHERE c.version = v.version) AS codes,
       (SELECT json_agg(json_build_array(a.document, a.field, a.value, a.start, a."end", a.exact, a.rule, a.confidence)
                        ORDER BY a.position)
        FROM anchor a WHERE a.figure_version = v.version) AS anchors
FROM figure_version v JOIN document d ON d.id = v.document ORDER BY v.version
