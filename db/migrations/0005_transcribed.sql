-- Facts transcribed from a list that somebody read off a page whose text is not held. They have no anchors, and are
-- marked so that nobody takes them for evidenced ones; what was read from a text must have its evidence as before.

ALTER TABLE document_version
    ADD COLUMN basis text NOT NULL DEFAULT 'text' CHECK (basis IN ('text', 'transcribed')),
    ALTER COLUMN sha256 DROP NOT NULL,
    ALTER COLUMN source_sha256 DROP NOT NULL,
    ALTER COLUMN clauses_extracted DROP NOT NULL,
    ALTER COLUMN clauses_ignored DROP NOT NULL,
    ALTER COLUMN clauses_unhandled DROP NOT NULL,
    ADD CONSTRAINT measured_as_text_is_held CHECK (
        num_nonnulls(sha256, source_sha256, clauses_extracted, clauses_ignored, clauses_unhandled)
        = CASE basis WHEN 'text' THEN 5 ELSE 0 END);
ALTER TABLE action_version
    ADD COLUMN basis text NOT NULL DEFAULT 'text' CHECK (basis IN ('text', 'transcribed'));
ALTER TABLE figure_version
    ADD COLUMN basis text NOT NULL DEFAULT 'text' CHECK (basis IN ('text', 'transcribed'));

-- A default was needed for the rows on record only: whoever writes says what a record rests on.
ALTER TABLE document_version ALTER COLUMN basis DROP DEFAULT;
ALTER TABLE action_version ALTER COLUMN basis DROP DEFAULT;
ALTER TABLE figure_version ALTER COLUMN basis DROP DEFAULT;

-- What a document rests on, its records rest on too: looked at as of the revision, since a dataset is applied as one
-- transaction of many revisions.
CREATE FUNCTION check_basis(document_id text, revision integer, wanted text, what text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM document_version d WHERE d.id = document_id AND d.basis = wanted
                   AND d.revision_from <= revision AND (d.revision_to IS NULL OR d.revision_to > revision)) THEN
        RAISE EXCEPTION '% rests on %, which its document does not', what, wanted
            USING ERRCODE = 'check_violation', CONSTRAINT = 'basis_is_that_of_document';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION check_action_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.basis = 'text' AND NOT EXISTS (SELECT FROM anchor WHERE action_version = NEW.version) THEN
        RAISE EXCEPTION 'action % has no evidence', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_has_evidence';
    END IF;
    IF NOT EXISTS (SELECT FROM action_code WHERE version = NEW.version AND list = 'measures') THEN
        RAISE EXCEPTION 'action % has no measure', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_has_measure';
    END IF;
    PERFORM check_basis(NEW.document, NEW.revision_from, NEW.basis, 'action ' || NEW.id);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION check_figure_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.basis = 'text' AND NOT EXISTS (SELECT FROM anchor WHERE figure_version = NEW.version) THEN
        RAISE EXCEPTION 'figure % has no evidence', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'figure_has_evidence';
    END IF;
    PERFORM check_basis(NEW.document, NEW.revision_from, NEW.basis, 'figure ' || NEW.id);
    RETURN NULL;
END $$;

-- Once the text of a page is held, nothing that was transcribed from it may stand beside what was read from it.
CREATE FUNCTION check_document_basis() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM action_version r WHERE r.document = NEW.id AND r.basis <> NEW.basis
        AND r.revision_from <= NEW.revision_from AND (r.revision_to IS NULL OR r.revision_to > NEW.revision_from)
        UNION ALL
        SELECT FROM figure_version r WHERE r.document = NEW.id AND r.basis <> NEW.basis
        AND r.revision_from <= NEW.revision_from AND (r.revision_to IS NULL OR r.revision_to > NEW.revision_from)
    ) THEN
        RAISE EXCEPTION 'document % rests on %, which some of its records do not', NEW.id, NEW.basis
            USING ERRCODE = 'check_violation', CONSTRAINT = 'basis_is_that_of_document';
    END IF;
    IF NEW.basis = 'transcribed' AND NOT EXISTS (SELECT FROM document WHERE id = NEW.id AND url IS NOT NULL) THEN
        RAISE EXCEPTION 'document % has neither a text nor an address', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transcribed_has_address';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER document_basis AFTER INSERT ON document_version
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_document_basis();

-- An anchor belongs to a record that rests on a text.
CREATE OR REPLACE FUNCTION check_anchor() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    layer text_layer%ROWTYPE;
BEGIN
    IF EXISTS (SELECT FROM action_version WHERE version = NEW.action_version AND basis = 'transcribed')
       OR EXISTS (SELECT FROM figure_version WHERE version = NEW.figure_version AND basis = 'transcribed') THEN
        RAISE EXCEPTION 'what was transcribed has no anchors'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transcribed_has_no_anchor';
    END IF;
    SELECT * INTO layer FROM text_layer WHERE sha256 = NEW.sha256;
    IF NEW."end" > layer.length THEN
        RAISE EXCEPTION 'anchor %–% lies outside its document of % code points', NEW.start, NEW."end", layer.length
            USING ERRCODE = 'check_violation', CONSTRAINT = 'anchor_inside_document';
    END IF;
    IF layer.body IS NOT NULL AND substr(layer.body, NEW.start + 1, NEW."end" - NEW.start) <> NEW.exact THEN
        RAISE EXCEPTION 'anchor %–% does not hold the words it quotes', NEW.start, NEW."end"
            USING ERRCODE = 'check_violation', CONSTRAINT = 'anchor_quotes_document';
    END IF;
    RETURN NEW;
END $$;
