-- Annotations: what is said about figures as they stand on record, such as breaks of series and contradictions.
-- They are versioned as records are. They are few, and read whole.

CREATE TABLE annotation (
    kind text COLLATE "C" NOT NULL CHECK (kind ~ '^[a-z][a-z_]{1,40}$'),
    id   text COLLATE "C" NOT NULL CHECK (id ~ '^[a-z][a-z0-9_-]{0,99}$'),
    PRIMARY KEY (kind, id)
);
COMMENT ON TABLE annotation IS 'Every annotation there ever was. Ids are never used for anything else.';

CREATE TABLE annotation_version (
    version       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text COLLATE "C" NOT NULL,
    id            text COLLATE "C" NOT NULL,
    revision_from integer NOT NULL REFERENCES revision,
    revision_to   integer REFERENCES revision,
    body          text NOT NULL CHECK (body::json IS NOT NULL),
    FOREIGN KEY (kind, id) REFERENCES annotation,
    CHECK (revision_to > revision_from),
    UNIQUE (kind, id, revision_from)
);
CREATE UNIQUE INDEX ON annotation_version (kind, id) WHERE revision_to IS NULL;

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON annotation FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER close_only AFTER UPDATE ON annotation_version FOR EACH ROW EXECUTE FUNCTION allow_closing_only();
CREATE TRIGGER keep BEFORE DELETE ON annotation_version FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT ON annotation, annotation_version TO cunzhao_reader, cunzhao_writer;
GRANT INSERT ON annotation, annotation_version TO cunzhao_writer;
GRANT UPDATE (revision_to) ON annotation_version TO cunzhao_writer;
