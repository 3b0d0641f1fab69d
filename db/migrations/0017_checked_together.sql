-- What refers to something is looked at a statement at a time. A record brings a dozen rows that hang on it, each with
-- one to four references: looked up row by row, as foreign keys are, they took more time than all else that is written.
-- The same is refused as before, under the same names. That nothing referred to goes away was never left to the foreign
-- keys: what is on record cannot be changed or deleted, and from here on not emptied either.

CREATE FUNCTION refuse_unknown(reference text, missing text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION '% is referred to, but not on record', missing
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = reference;
    END IF;
END $$;

-- A plan made for few rows must do for many, and one made for many for few: all are looked up by their keys, and each
-- that occurs often only once.

ALTER TABLE action_version
    DROP CONSTRAINT action_version_id_fkey,
    DROP CONSTRAINT action_version_document_fkey,
    DROP CONSTRAINT action_version_revision_from_fkey;
CREATE FUNCTION check_action_version() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    PERFORM refuse_unknown('action_version_id_fkey', (
        SELECT id FROM added WHERE NOT EXISTS (SELECT FROM action WHERE id = added.id) LIMIT 1));
    PERFORM refuse_unknown('action_version_document_fkey', (
        SELECT document FROM (SELECT DISTINCT document FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM document WHERE id = a.document) LIMIT 1));
    PERFORM refuse_unknown('action_version_revision_from_fkey', (
        SELECT 'revision ' || revision_from FROM (SELECT DISTINCT revision_from FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM revision WHERE number = a.revision_from) LIMIT 1));
    RETURN NULL;
END $$;
CREATE TRIGGER refer AFTER INSERT ON action_version REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_action_version();

ALTER TABLE action_words DROP CONSTRAINT action_words_version_fkey;
CREATE FUNCTION check_action_words() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    PERFORM refuse_unknown('action_words_version_fkey', (
        SELECT 'action version ' || version FROM added
        WHERE NOT EXISTS (SELECT FROM action_version WHERE version = added.version) LIMIT 1));
    RETURN NULL;
END $$;
CREATE TRIGGER refer AFTER INSERT ON action_words REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_action_words();

ALTER TABLE action_code
    DROP CONSTRAINT action_code_version_fkey,
    DROP CONSTRAINT action_code_list_code_fkey;
CREATE FUNCTION check_action_code() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    PERFORM refuse_unknown('action_code_version_fkey', (
        SELECT 'action version ' || version FROM (SELECT DISTINCT version FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM action_version WHERE version = a.version) LIMIT 1));
    PERFORM refuse_unknown('action_code_list_code_fkey', (
        SELECT list || ' ' || code FROM (SELECT DISTINCT list, code FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM code WHERE (list, code) = (a.list, a.code)) LIMIT 1));
    RETURN NULL;
END $$;
CREATE TRIGGER refer AFTER INSERT ON action_code REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_action_code();

ALTER TABLE action_entity
    DROP CONSTRAINT action_entity_version_fkey,
    DROP CONSTRAINT action_entity_entity_fkey,
    DROP CONSTRAINT action_entity_operator_fkey,
    DROP CONSTRAINT action_entity_kind_list_kind_fkey;
CREATE FUNCTION check_action_entity() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    PERFORM refuse_unknown('action_entity_version_fkey', (
        SELECT 'action version ' || version FROM (SELECT DISTINCT version FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM action_version WHERE version = a.version) LIMIT 1));
    PERFORM refuse_unknown('action_entity_entity_fkey', (
        SELECT entity FROM (SELECT DISTINCT entity FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM entity WHERE id = a.entity) LIMIT 1));
    PERFORM refuse_unknown('action_entity_operator_fkey', (
        SELECT operator FROM (SELECT DISTINCT operator FROM added WHERE operator IS NOT NULL) AS a
        WHERE NOT EXISTS (SELECT FROM entity WHERE id = a.operator) LIMIT 1));
    PERFORM refuse_unknown('action_entity_kind_list_kind_fkey', (
        SELECT kind FROM (SELECT DISTINCT kind FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM code WHERE (list, code) = ('subject_kinds', a.kind)) LIMIT 1));
    RETURN NULL;
END $$;
CREATE TRIGGER refer AFTER INSERT ON action_entity REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_action_entity();

ALTER TABLE figure_version
    DROP CONSTRAINT figure_version_id_fkey,
    DROP CONSTRAINT figure_version_document_fkey,
    DROP CONSTRAINT figure_version_revision_from_fkey,
    DROP CONSTRAINT figure_version_measure_list_measure_fkey,
    DROP CONSTRAINT figure_version_subject_kind_list_subject_kind_fkey,
    DROP CONSTRAINT figure_version_campaign_list_campaign_fkey;
CREATE FUNCTION check_figure_version() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    PERFORM refuse_unknown('figure_version_id_fkey', (
        SELECT id FROM added WHERE NOT EXISTS (SELECT FROM figure WHERE id = added.id) LIMIT 1));
    PERFORM refuse_unknown('figure_version_document_fkey', (
        SELECT document FROM (SELECT DISTINCT document FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM document WHERE id = a.document) LIMIT 1));
    PERFORM refuse_unknown('figure_version_revision_from_fkey', (
        SELECT 'revision ' || revision_from FROM (SELECT DISTINCT revision_from FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM revision WHERE number = a.revision_from) LIMIT 1));
    PERFORM refuse_unknown('figure_version_measure_list_measure_fkey', (
        SELECT measure FROM (SELECT DISTINCT measure FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM code WHERE (list, code) = ('measures', a.measure)) LIMIT 1));
    PERFORM refuse_unknown('figure_version_subject_kind_list_subject_kind_fkey', (
        SELECT subject_kind FROM (SELECT DISTINCT subject_kind FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM code WHERE (list, code) = ('subject_kinds', a.subject_kind)) LIMIT 1));
    PERFORM refuse_unknown('figure_version_campaign_list_campaign_fkey', (
        SELECT campaign FROM (SELECT DISTINCT campaign FROM added WHERE campaign IS NOT NULL) AS a
        WHERE NOT EXISTS (SELECT FROM code WHERE (list, code) = ('campaigns', a.campaign)) LIMIT 1));
    RETURN NULL;
END $$;
CREATE TRIGGER refer AFTER INSERT ON figure_version REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_figure_version();

ALTER TABLE figure_code
    DROP CONSTRAINT figure_code_version_fkey,
    DROP CONSTRAINT figure_code_list_code_fkey;
CREATE FUNCTION check_figure_code() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    PERFORM refuse_unknown('figure_code_version_fkey', (
        SELECT 'figure version ' || version FROM (SELECT DISTINCT version FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM figure_version WHERE version = a.version) LIMIT 1));
    PERFORM refuse_unknown('figure_code_list_code_fkey', (
        SELECT list || ' ' || code FROM (SELECT DISTINCT list, code FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM code WHERE (list, code) = (a.list, a.code)) LIMIT 1));
    RETURN NULL;
END $$;
CREATE TRIGGER refer AFTER INSERT ON figure_code REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_figure_code();

-- Evidence. What is checked of it was checked together before, but each text was compared with every anchor of the
-- statement: a revision of many documents took a time that grew as their square.

DROP TRIGGER anchor_needs_text ON anchor;
DROP FUNCTION refuse_anchor_without_text();
ALTER TABLE anchor
    ALTER COLUMN sha256 DROP NOT NULL,
    ADD CONSTRAINT transcribed_has_no_anchor CHECK (sha256 IS NOT NULL),
    DROP CONSTRAINT anchor_action_version_fkey,
    DROP CONSTRAINT anchor_figure_version_fkey,
    DROP CONSTRAINT anchor_document_sha256_fkey;

CREATE FUNCTION check_quotations(layer text_layer, starts integer[], ends integer[], quoted text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    -- At least as long as a quotation may be, so that none lies in more than two pieces.
    size CONSTANT integer := 250;
    pieces text[];
BEGIN
    SELECT array_agg(piece[1] ORDER BY place) INTO pieces
    FROM regexp_matches(layer.body, format('.{1,%s}', size), 'g') WITH ORDINALITY AS cut (piece, place);
    FOR n IN 1 .. cardinality(starts) LOOP
        CONTINUE WHEN quoted[n] = substr(
            pieces[starts[n] / size + 1] || coalesce(pieces[starts[n] / size + 2], ''),
            starts[n] % size + 1, ends[n] - starts[n]);
        RAISE EXCEPTION 'anchor %–% does not hold the words it quotes', starts[n], ends[n]
            USING ERRCODE = 'check_violation', CONSTRAINT = 'anchor_quotes_document';
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION check_anchors() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    wrong record;
BEGIN
    PERFORM refuse_unknown('anchor_action_version_fkey', (
        SELECT 'action version ' || version
        FROM (SELECT DISTINCT action_version AS version FROM added WHERE action_version IS NOT NULL) AS a
        WHERE NOT EXISTS (SELECT FROM action_version WHERE version = a.version) LIMIT 1));
    PERFORM refuse_unknown('anchor_figure_version_fkey', (
        SELECT 'figure version ' || version
        FROM (SELECT DISTINCT figure_version AS version FROM added WHERE figure_version IS NOT NULL) AS a
        WHERE NOT EXISTS (SELECT FROM figure_version WHERE version = a.version) LIMIT 1));
    PERFORM refuse_unknown('anchor_document_sha256_fkey', (
        SELECT 'text ' || sha256 || ' of ' || document FROM (SELECT DISTINCT document, sha256 FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM document_text WHERE (document, sha256) = (a.document, a.sha256)) LIMIT 1));
    IF EXISTS (SELECT FROM (SELECT DISTINCT action_version AS version FROM added) AS a
               JOIN action_version USING (version) WHERE basis = 'transcribed')
       OR EXISTS (SELECT FROM (SELECT DISTINCT figure_version AS version FROM added) AS a
                  JOIN figure_version USING (version) WHERE basis = 'transcribed')
    THEN
        RAISE EXCEPTION 'what was transcribed has no anchors'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transcribed_has_no_anchor';
    END IF;
    SELECT a."end", layer.length INTO wrong
    FROM (SELECT sha256, max("end") AS "end" FROM added GROUP BY sha256) AS a JOIN text_layer AS layer USING (sha256)
    WHERE a."end" > layer.length LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'an anchor that ends at % lies outside its document of % code points', wrong."end", wrong.length
            USING ERRCODE = 'check_violation', CONSTRAINT = 'anchor_inside_document';
    END IF;
    PERFORM check_quotations(layer, a.starts, a.ends, a.quoted)
    FROM (SELECT sha256, array_agg(start) AS starts, array_agg("end") AS ends, array_agg(exact) AS quoted
          FROM added GROUP BY sha256) AS a
    JOIN text_layer AS layer USING (sha256) WHERE layer.body IS NOT NULL;
    RETURN NULL;
END $$;

-- Evidence and codes are written after the versions they belong to, so that these are looked at when all is written.
-- Postgres puts off triggers of single rows only: a row that stands for all that a statement added is one.

CREATE TABLE unchecked (
    kind  text NOT NULL CHECK (kind IN ('action', 'figure')),
    first bigint NOT NULL,
    last  bigint NOT NULL
);
COMMENT ON TABLE unchecked IS 'Versions that are looked at when their transaction ends. No row stays in it.';
GRANT INSERT, DELETE ON unchecked TO cunzhao_writer;

CREATE FUNCTION check_later() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO unchecked SELECT TG_ARGV[0], min(version), max(version) FROM added HAVING count(*) > 0;
    DELETE FROM unchecked;
    RETURN NULL;
END $$;

DROP TRIGGER action_has_evidence ON action_version;
DROP TRIGGER figure_has_evidence ON figure_version;
DROP FUNCTION check_action_evidence(), check_figure_evidence(), check_basis(text, integer, text, text);
CREATE TRIGGER check_later AFTER INSERT ON action_version REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_later('action');
CREATE TRIGGER check_later AFTER INSERT ON figure_version REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_later('figure');

-- What a document rests on, its records rest on too: looked at as of the revision, since a dataset is applied as one
-- transaction of many revisions.
CREATE FUNCTION rests_otherwise(document_id text, revision integer, wanted text) RETURNS boolean LANGUAGE sql STABLE
RETURN NOT EXISTS (
    SELECT FROM document_version d WHERE d.id = document_id AND d.basis = wanted
    AND d.revision_from <= revision AND (d.revision_to IS NULL OR d.revision_to > revision));

CREATE FUNCTION check_evidence() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    bare text;
    unmeasured text;
    mixed record;
BEGIN
    IF NEW.kind = 'action' THEN
        SELECT id INTO bare FROM action_version v
        WHERE version BETWEEN NEW.first AND NEW.last AND basis = 'text'
        AND NOT EXISTS (SELECT FROM anchor WHERE action_version = v.version) LIMIT 1;
        SELECT id INTO unmeasured FROM action_version v
        WHERE version BETWEEN NEW.first AND NEW.last
        AND NOT EXISTS (SELECT FROM action_code c WHERE c.version = v.version AND c.list = 'measures') LIMIT 1;
        SELECT id, basis INTO mixed FROM (
            SELECT min(id) AS id, document, revision_from, basis FROM action_version
            WHERE version BETWEEN NEW.first AND NEW.last GROUP BY document, revision_from, basis) AS v
        WHERE rests_otherwise(document, revision_from, basis) LIMIT 1;
    ELSE
        SELECT id INTO bare FROM figure_version v
        WHERE version BETWEEN NEW.first AND NEW.last AND basis = 'text'
        AND NOT EXISTS (SELECT FROM anchor WHERE figure_version = v.version) LIMIT 1;
        SELECT id, basis INTO mixed FROM (
            SELECT min(id) AS id, document, revision_from, basis FROM figure_version
            WHERE version BETWEEN NEW.first AND NEW.last GROUP BY document, revision_from, basis) AS v
        WHERE rests_otherwise(document, revision_from, basis) LIMIT 1;
    END IF;
    IF bare IS NOT NULL THEN
        RAISE EXCEPTION '% % has no evidence', NEW.kind, bare
            USING ERRCODE = 'check_violation', CONSTRAINT = NEW.kind || '_has_evidence';
    END IF;
    IF unmeasured IS NOT NULL THEN
        RAISE EXCEPTION 'action % has no measure', unmeasured
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_has_measure';
    END IF;
    IF mixed.id IS NOT NULL THEN
        RAISE EXCEPTION '% % rests on %, which its document does not', NEW.kind, mixed.id, mixed.basis
            USING ERRCODE = 'check_violation', CONSTRAINT = 'basis_is_that_of_document';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_evidence AFTER INSERT ON unchecked
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_evidence();

-- Foreign keys also refused that a table is emptied which others refer to.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['revision', 'code', 'document', 'document_text', 'entity', 'action', 'action_version',
                                'figure', 'figure_version'] LOOP
        EXECUTE format('CREATE TRIGGER keep_all BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
                       name);
    END LOOP;
END $$;

-- Versions are numbered before they are copied in.
GRANT USAGE ON SEQUENCE document_version_version_seq, entity_version_version_seq, action_version_version_seq,
    figure_version_version_seq TO cunzhao_writer;
