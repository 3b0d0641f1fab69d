-- What ties a record to its codes and names carries its place in the order of lists, and when it stood: a page is found
-- in one index, wherever it begins and as of any revision, without a look at the records that are not on it.

-- Dates turned into a number that grows as they get older, so that "newest first, undated last, then by id" is one
-- ascending order, and all that follows a place in it is one comparison of rows.
CREATE FUNCTION newest_first(day date) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce('2200-01-01'::date - day, 2147483647);

-- The rows are copied rather than updated: an update of every row of a large store would take many times as long.

CREATE TABLE placed_code (
    version       bigint NOT NULL,
    list          text COLLATE "C" NOT NULL,
    code          text COLLATE "C" NOT NULL,
    position      integer NOT NULL CHECK (position >= 0),
    id            text COLLATE "C" NOT NULL,
    newest_first  integer NOT NULL,
    revision_from integer NOT NULL,
    revision_to   integer CHECK (revision_to > revision_from)
);
INSERT INTO placed_code
SELECT c.version, c.list, c.code, c.position, v.id, newest_first(v.acted_on), v.revision_from, v.revision_to
FROM action_code c JOIN action_version v USING (version);

CREATE TABLE placed_entity (
    version       bigint NOT NULL,
    position      integer NOT NULL CHECK (position >= 0),
    entity        text COLLATE "C" NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    kind_list     text COLLATE "C" NOT NULL GENERATED ALWAYS AS ('subject_kinds') STORED,
    kind          text COLLATE "C" NOT NULL,
    operator      text COLLATE "C",
    operator_name text,
    id            text COLLATE "C" NOT NULL,
    newest_first  integer NOT NULL,
    revision_from integer NOT NULL,
    revision_to   integer CHECK (revision_to > revision_from),
    CHECK ((operator IS NULL) = (operator_name IS NULL))
);
INSERT INTO placed_entity (version, position, entity, name, kind, operator, operator_name, id, newest_first,
                           revision_from, revision_to)
SELECT e.version, e.position, e.entity, e.name, e.kind, e.operator, e.operator_name, v.id, newest_first(v.acted_on),
       v.revision_from, v.revision_to
FROM action_entity e JOIN action_version v USING (version);

DROP TABLE action_code, action_entity;
ALTER TABLE placed_code RENAME TO action_code;
ALTER TABLE placed_entity RENAME TO action_entity;

ALTER TABLE action_code
    ADD PRIMARY KEY (version, list, code),
    ADD FOREIGN KEY (version) REFERENCES action_version,
    ADD FOREIGN KEY (list, code) REFERENCES code;
CREATE INDEX action_code_place ON action_code (list, code, newest_first, id)
    INCLUDE (version, revision_from, revision_to);
COMMENT ON TABLE action_code IS 'The codes of an action: measures, categories, authorities and the rest.';

ALTER TABLE action_entity
    ADD PRIMARY KEY (version, position),
    ADD FOREIGN KEY (version) REFERENCES action_version,
    ADD FOREIGN KEY (entity) REFERENCES entity,
    ADD FOREIGN KEY (operator) REFERENCES entity,
    ADD FOREIGN KEY (kind_list, kind) REFERENCES code;
CREATE INDEX action_entity_place ON action_entity (entity, newest_first, id)
    INCLUDE (version, revision_from, revision_to);
CREATE INDEX action_operator_place ON action_entity (operator, newest_first, id)
    INCLUDE (version, revision_from, revision_to) WHERE operator IS NOT NULL;
COMMENT ON TABLE action_entity IS 'The named subjects of an action, each with the name as the text states it.';

CREATE TRIGGER close_only AFTER UPDATE ON action_code FOR EACH ROW EXECUTE FUNCTION allow_closing_only();
CREATE TRIGGER keep BEFORE DELETE ON action_code FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER close_only AFTER UPDATE ON action_entity FOR EACH ROW EXECUTE FUNCTION allow_closing_only();
CREATE TRIGGER keep BEFORE DELETE ON action_entity FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT ON action_code, action_entity TO cunzhao_reader, cunzhao_writer;
GRANT INSERT, UPDATE (revision_to) ON action_code, action_entity TO cunzhao_writer;

-- The date stands in the indexes once more: Postgres reads the index alone only if it holds every column that is named.
DROP INDEX action_version_acted_on_id_idx, figure_version_period_end_id_idx, document_version_published_on_id_idx,
    transcribed_action, transcribed_figure, transcribed_document;
CREATE INDEX action_place ON action_version (newest_first(acted_on), id)
    INCLUDE (version, acted_on, revision_from, revision_to);
CREATE INDEX figure_place ON figure_version (newest_first(period_end), id)
    INCLUDE (version, period_end, revision_from, revision_to);
CREATE INDEX document_place ON document_version (newest_first(published_on), id)
    INCLUDE (version, published_on, revision_from, revision_to);
CREATE INDEX transcribed_action ON action_version (newest_first(acted_on), id) WHERE basis = 'transcribed';
CREATE INDEX transcribed_figure ON figure_version (newest_first(period_end), id) WHERE basis = 'transcribed';
CREATE INDEX transcribed_document ON document_version (newest_first(published_on), id) WHERE basis = 'transcribed';
