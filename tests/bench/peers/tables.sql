-- The records that stand now, as a service without history would keep them: plain tables, keys on everything that is
-- joined, and the index that our own lists walk. Code lists are arrays beside the record too, which spares REST joins.

DROP SCHEMA IF EXISTS peer CASCADE;
CREATE SCHEMA peer;
SET search_path = peer;

CREATE TABLE measure AS SELECT code AS id, label_zh, label_en FROM cunzhao.code_version WHERE list = 'measures' AND revision_to IS NULL;
CREATE TABLE category AS SELECT code AS id, label_zh, label_en FROM cunzhao.code_version WHERE list = 'categories' AND revision_to IS NULL;
CREATE TABLE authority AS SELECT code AS id, label_zh, label_en FROM cunzhao.code_version WHERE list = 'authorities' AND revision_to IS NULL;
CREATE TABLE document AS SELECT v.id, d.url, v.title, v.published_on FROM cunzhao.document_version v JOIN cunzhao.document d ON d.id = v.id WHERE v.revision_to IS NULL;
CREATE TABLE entity AS SELECT id, kind, name, name_en FROM cunzhao.entity_version WHERE revision_to IS NULL;

CREATE TABLE action AS
SELECT v.id, v.acted_on, v.date_basis, v.decided_on, v.period_start, v.period_end, v.unnamed_subject, v.open_ended,
       v.amount_cny, v.gist_zh, v.gist_en, v.confidence, v.extractor, v.revision_from AS revision,
       v.document AS document_id,
       c.measures, c.categories, c.authorities, c.instruments, c.campaigns, c.regions, c.subject_kinds
FROM cunzhao.action_version v
JOIN (
    SELECT version,
           coalesce(array_agg(code ORDER BY position) FILTER (WHERE list = 'measures'), '{}') AS measures,
           coalesce(array_agg(code ORDER BY position) FILTER (WHERE list = 'categories'), '{}') AS categories,
           coalesce(array_agg(code ORDER BY position) FILTER (WHERE list = 'authorities'), '{}') AS authorities,
           coalesce(array_agg(code ORDER BY position) FILTER (WHERE list = 'instruments'), '{}') AS instruments,
           coalesce(array_agg(code ORDER BY position) FILTER (WHERE list = 'campaigns'), '{}') AS campaigns,
           coalesce(array_agg(code ORDER BY position) FILTER (WHERE list = 'regions'), '{}') AS regions,
           coalesce(array_agg(code ORDER BY position) FILTER (WHERE list = 'subject_kinds'), '{}') AS subject_kinds
    FROM cunzhao.action_code GROUP BY version
) c USING (version)
WHERE v.revision_to IS NULL;

CREATE TABLE action_measure AS
SELECT id AS action_id, position::int, code AS measure_id FROM action, unnest(measures) WITH ORDINALITY u(code, position);
CREATE TABLE action_category AS
SELECT id AS action_id, position::int, code AS category_id, acted_on
FROM action, unnest(categories) WITH ORDINALITY u(code, position);
CREATE TABLE action_authority AS
SELECT id AS action_id, position::int, code AS authority_id
FROM action, unnest(authorities) WITH ORDINALITY u(code, position);
CREATE TABLE action_entity AS
SELECT v.id AS action_id, e.position, e.entity AS entity_id, e.name, e.kind, v.acted_on
FROM cunzhao.action_entity e JOIN cunzhao.action_version v USING (version) WHERE v.revision_to IS NULL;
CREATE TABLE anchor AS
SELECT v.id AS action_id, a.position, a.field, a.value, a.start, a."end", a.exact
FROM cunzhao.anchor a JOIN cunzhao.action_version v ON v.version = a.action_version WHERE v.revision_to IS NULL;

ALTER TABLE measure ADD PRIMARY KEY (id);
ALTER TABLE category ADD PRIMARY KEY (id);
ALTER TABLE authority ADD PRIMARY KEY (id);
ALTER TABLE document ADD PRIMARY KEY (id);
ALTER TABLE entity ADD PRIMARY KEY (id);
ALTER TABLE action ADD PRIMARY KEY (id), ADD FOREIGN KEY (document_id) REFERENCES document;
ALTER TABLE action_measure ADD PRIMARY KEY (action_id, position),
    ADD FOREIGN KEY (action_id) REFERENCES action, ADD FOREIGN KEY (measure_id) REFERENCES measure;
ALTER TABLE action_category ADD PRIMARY KEY (action_id, position),
    ADD FOREIGN KEY (action_id) REFERENCES action, ADD FOREIGN KEY (category_id) REFERENCES category;
ALTER TABLE action_authority ADD PRIMARY KEY (action_id, position),
    ADD FOREIGN KEY (action_id) REFERENCES action, ADD FOREIGN KEY (authority_id) REFERENCES authority;
ALTER TABLE action_entity ADD PRIMARY KEY (action_id, position),
    ADD FOREIGN KEY (action_id) REFERENCES action, ADD FOREIGN KEY (entity_id) REFERENCES entity;
ALTER TABLE anchor ADD PRIMARY KEY (action_id, position), ADD FOREIGN KEY (action_id) REFERENCES action;
CREATE INDEX ON action (acted_on DESC NULLS LAST, id);
CREATE INDEX ON action (acted_on DESC, id);
CREATE INDEX ON action (document_id);
CREATE INDEX ON action_category (category_id, acted_on DESC, action_id);
CREATE INDEX ON action_entity (entity_id, acted_on DESC, action_id);
CREATE INDEX ON action_measure (measure_id);
