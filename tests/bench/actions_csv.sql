-- The columns of our CSV of actions, joined from the tables: what a person who knows psql would write.
-- Formulas are not guarded against, and words that are quoted twice stand there twice.
COPY (
    SELECT v.id, v.document, d.url, v.acted_on, v.date_basis, v.decided_on, v.period_start, v.period_end,
           e.ids, e.names, e.kinds, e.operators, e.operator_names, v.unnamed_subject, v.open_ended,
           c.subject_kinds, c.measures, c.categories, c.authorities, c.instruments, c.campaigns, c.regions,
           v.amount_cny, v.gist_zh, v.gist_en, v.basis, v.confidence, a.anchors, a.evidence, v.extractor,
           v.revision_from
    FROM cunzhao.action_version v
    JOIN cunzhao.document d ON d.id = v.document
    JOIN (
        SELECT version,
               string_agg(code, '|' ORDER BY position) FILTER (WHERE list = 'subject_kinds') AS subject_kinds,
               string_agg(code, '|' ORDER BY position) FILTER (WHERE list = 'measures') AS measures,
               string_agg(code, '|' ORDER BY position) FILTER (WHERE list = 'categories') AS categories,
               string_agg(code, '|' ORDER BY position) FILTER (WHERE list = 'authorities') AS authorities,
               string_agg(code, '|' ORDER BY position) FILTER (WHERE list = 'instruments') AS instruments,
               string_agg(code, '|' ORDER BY position) FILTER (WHERE list = 'campaigns') AS campaigns,
               string_agg(code, '|' ORDER BY position) FILTER (WHERE list = 'regions') AS regions
        FROM cunzhao.action_code WHERE revision_to IS NULL GROUP BY version
    ) c ON c.version = v.version
    LEFT JOIN (
        SELECT version,
               string_agg(entity, '|' ORDER BY position) AS ids,
               string_agg(name, '|' ORDER BY position) AS names,
               string_agg(kind, '|' ORDER BY position) AS kinds,
               string_agg(operator, '|' ORDER BY position) AS operators,
               string_agg(operator_name, '|' ORDER BY position) AS operator_names
        FROM cunzhao.action_entity WHERE revision_to IS NULL GROUP BY version
    ) e ON e.version = v.version
    LEFT JOIN (
        SELECT action_version, count(*) AS anchors, string_agg(exact, '|' ORDER BY position) AS evidence
        FROM cunzhao.anchor WHERE action_version IS NOT NULL GROUP BY action_version
    ) a ON a.action_version = v.version
    WHERE v.revision_to IS NULL
    ORDER BY v.acted_on DESC NULLS LAST, v.id
) TO STDOUT (FORMAT csv, HEADER)
