-- Copies of one announcement: how they are found, and that they point to the canonical copy only.

CREATE TABLE sketch (
    document text COLLATE "C" PRIMARY KEY REFERENCES document,
    sha256   text COLLATE "C" NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    body     text NOT NULL CHECK (body::json IS NOT NULL)
);
COMMENT ON TABLE sketch IS
    'What a document announces and hashes of some of its words. It follows from the text and may be made anew.';

CREATE TABLE sketch_key (
    key      text COLLATE "C" NOT NULL,
    document text COLLATE "C" NOT NULL REFERENCES sketch,
    PRIMARY KEY (key, document)
);
CREATE INDEX ON sketch_key (document);
COMMENT ON TABLE sketch_key IS 'Under which keys a document is found when a copy of the same announcement comes.';

GRANT SELECT ON sketch, sketch_key TO cunzhao_reader, cunzhao_writer;
GRANT INSERT, UPDATE ON sketch TO cunzhao_writer;
GRANT INSERT, DELETE ON sketch_key TO cunzhao_writer;

CREATE INDEX document_version_family ON document_version (coalesce(reprint_of, id)) INCLUDE (id);

-- Looked for at commit, and at every revision that the version stands at.
CREATE FUNCTION check_reprint() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    made document_version%ROWTYPE;
BEGIN
    SELECT * INTO made FROM document_version WHERE version = NEW.version;
    IF made.reprint_of IS NULL THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM document_version other
        WHERE other.id = made.reprint_of AND other.reprint_of IS NOT NULL
        AND int4range(other.revision_from, other.revision_to) && int4range(made.revision_from, made.revision_to)
    ) OR EXISTS (
        SELECT FROM document_version other
        WHERE coalesce(other.reprint_of, other.id) = made.id AND other.id <> made.id
        AND int4range(other.revision_from, other.revision_to) && int4range(made.revision_from, made.revision_to)
    ) THEN
        RAISE EXCEPTION 'document % cannot be a reprint of %: a reprint points to the canonical copy, never to a reprint',
            made.id, made.reprint_of
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reprint_of_canonical_copy';
    END IF;
    IF made.revision_to IS NULL
       AND NOT EXISTS (SELECT FROM document_version WHERE id = made.reprint_of AND revision_to IS NULL) THEN
        RAISE EXCEPTION 'document % is said to be a reprint of %, which does not stand', made.id, made.reprint_of
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reprint_of_standing_copy';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER reprint_of_canonical_copy AFTER INSERT ON document_version
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_reprint();
