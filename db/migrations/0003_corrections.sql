-- What people have set right, so that reading an announcement again does not undo it.

CREATE TABLE correction (
    revision integer NOT NULL REFERENCES revision,
    kind     text COLLATE "C" NOT NULL CHECK (kind IN ('action', 'figure', 'entity', 'document')),
    id       text COLLATE "C" NOT NULL,
    document text COLLATE "C" REFERENCES document,
    body     text NOT NULL CHECK (body::json IS NOT NULL),
    PRIMARY KEY (id, revision)
);
CREATE INDEX ON correction (document);
COMMENT ON TABLE correction IS
    'One correction or retraction of one record by hand. document is null for entities, which belong to none.';

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON correction FOR EACH ROW EXECUTE FUNCTION refuse_change();

GRANT SELECT ON correction TO cunzhao_reader, cunzhao_writer;
GRANT INSERT ON correction TO cunzhao_writer;
