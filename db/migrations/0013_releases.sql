-- Releases: revisions with a name, whose bulk files are published once and never change.

CREATE TABLE release (
    name            text COLLATE "C" PRIMARY KEY CHECK (name ~ '^[0-9]{4}\.(1[0-2]|[1-9])\.[1-9][0-9]{0,3}$'),
    revision        integer NOT NULL UNIQUE REFERENCES revision,
    published_at    timestamptz NOT NULL DEFAULT now(),
    manifest_sha256 text CHECK (manifest_sha256 ~ '^[0-9a-f]{64}$')
);
COMMENT ON TABLE release IS 'A named revision. A release is never older than the one before it.';
COMMENT ON COLUMN release.manifest_sha256 IS
    'SHA-256 of index.json among its files; null where the release came with the dataset and has no files here yet.';

CREATE FUNCTION check_release() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last release%ROWTYPE;
BEGIN
    SELECT * INTO last FROM release ORDER BY revision DESC LIMIT 1;
    IF NEW.revision <= last.revision THEN
        RAISE EXCEPTION 'release % of revision % would come after release % of revision %',
            NEW.name, NEW.revision, last.name, last.revision
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_release BEFORE INSERT ON release FOR EACH ROW EXECUTE FUNCTION check_release();

CREATE FUNCTION allow_first_manifest_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.manifest_sha256 IS NOT NULL
       OR to_jsonb(NEW) - 'manifest_sha256' IS DISTINCT FROM to_jsonb(OLD) - 'manifest_sha256' THEN
        RAISE EXCEPTION 'a release stays as it is: only its manifest may be added, once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER manifest_only BEFORE UPDATE ON release FOR EACH ROW EXECUTE FUNCTION allow_first_manifest_only();
CREATE TRIGGER keep BEFORE DELETE ON release FOR EACH ROW EXECUTE FUNCTION refuse_change();

GRANT SELECT ON release TO cunzhao_reader, cunzhao_writer;
GRANT INSERT, UPDATE (manifest_sha256) ON release TO cunzhao_writer;
