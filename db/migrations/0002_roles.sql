-- The roles: serving may only read, ingest may add records and close versions, neither may alter a table.
-- Roles belong to the whole server, so another database may have made them already.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['cunzhao_reader', 'cunzhao_writer'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        -- Whoever makes a role is its member, but from Postgres 16 on may not take it without this.
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', name);
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA cunzhao TO cunzhao_reader, cunzhao_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA cunzhao TO cunzhao_reader, cunzhao_writer;
GRANT INSERT ON ALL TABLES IN SCHEMA cunzhao TO cunzhao_writer;
REVOKE INSERT ON migration FROM cunzhao_writer;
GRANT UPDATE (revision_to) ON code_version, document_version, entity_version, action_version, figure_version
    TO cunzhao_writer;
GRANT UPDATE (body) ON text_layer TO cunzhao_writer;
