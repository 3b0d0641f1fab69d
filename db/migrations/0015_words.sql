-- Whoever searches for words finds them in an index of what they are made of, whatever their length and script: single
-- characters and pairs of neighbours of any script but Latin, and the Latin words. The last are found by any part of
-- them, since all that were ever written stand in a list of their own.

CREATE FUNCTION pieces(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000
RETURN (
    SELECT s || ARRAY(SELECT a || b FROM unnest(s, s[2:]) AS pair (a, b) WHERE a <> E'\n' AND b <> E'\n')
           || string_to_array(regexp_replace(words, '[^a-z0-9]+', ' ', 'g'), ' ')
    FROM string_to_array(regexp_replace(words, '[\x01-\x7f]+', E'\n', 'g'), NULL) AS s
);

CREATE TABLE latin_word (word text COLLATE "C" PRIMARY KEY);
COMMENT ON TABLE latin_word IS 'Every word of Latin letters and digits that was ever among the words of a record.';
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON latin_word FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The words of actions stand apart from their JSON, which is many times as long: looking through them reads little else.
CREATE TABLE action_words (
    version       bigint NOT NULL,
    id            text COLLATE "C" NOT NULL,
    newest_first  integer NOT NULL,
    revision_from integer NOT NULL,
    revision_to   integer CHECK (revision_to > revision_from),
    basis         text NOT NULL,
    search_key    text COLLATE "C" NOT NULL
);
INSERT INTO action_words
SELECT version, id, newest_first(acted_on), revision_from, revision_to, basis, search_key
FROM action_version ORDER BY newest_first(acted_on), id;
ALTER TABLE action_words
    ADD PRIMARY KEY (version),
    ADD FOREIGN KEY (version) REFERENCES action_version;
CREATE INDEX action_words_place ON action_words (newest_first, id);
COMMENT ON TABLE action_words IS 'What search looks at in the versions of actions.';
CREATE TRIGGER close_only AFTER UPDATE ON action_words FOR EACH ROW EXECUTE FUNCTION allow_closing_only();
CREATE TRIGGER keep BEFORE DELETE ON action_words FOR EACH ROW EXECUTE FUNCTION refuse_change();

DROP INDEX action_characters, figure_characters;
DROP FUNCTION characters;
ALTER TABLE action_version DROP COLUMN search_key;

INSERT INTO latin_word
SELECT DISTINCT word
FROM (
    SELECT search_key FROM action_words
    UNION ALL SELECT search_key FROM figure_version
    UNION ALL SELECT search_key FROM entity_version
    UNION ALL SELECT search_key FROM document_version
) AS written, string_to_table(regexp_replace(search_key, '[^a-z0-9]+', ' ', 'g'), ' ') AS word
WHERE word <> '';

-- New rows wait in a short list until they are sorted in together: searching it takes no time that can be measured, and
-- sorting in the pieces of each row by themselves would take many times as long as all else that is written of it.
CREATE INDEX action_pieces ON action_words USING gin (pieces(search_key)) WITH (gin_pending_list_limit = 512);
CREATE INDEX figure_pieces ON figure_version USING gin (pieces(search_key)) WITH (gin_pending_list_limit = 512);
CREATE INDEX entity_pieces ON entity_version USING gin (pieces(search_key)) WITH (gin_pending_list_limit = 512);
CREATE INDEX document_pieces ON document_version USING gin (pieces(search_key)) WITH (gin_pending_list_limit = 512);

-- How a name is read, in the letters that are left when nothing parts its syllables: the whole of it, and whatever part
-- of up to twelve syllables stands in it.
CREATE FUNCTION unparted(reading text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(reading, 'ü ', 'v');
CREATE FUNCTION spoken(reading text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000
RETURN (
    SELECT unparted(reading) || ARRAY(
        SELECT unparted(array_to_string(s[first:last], ''))
        FROM generate_series(1, cardinality(s)) AS first, generate_series(first, least(first + 11, cardinality(s))) AS last
    )
    FROM string_to_array(reading, ' ') AS s
);
CREATE INDEX entity_spoken ON entity_name USING gin (spoken(match_key)) WITH (gin_pending_list_limit = 512)
    WHERE language = 'zh-Latn-pinyin';

GRANT SELECT ON action_words, latin_word TO cunzhao_reader, cunzhao_writer;
GRANT INSERT, UPDATE (revision_to) ON action_words TO cunzhao_writer;
GRANT INSERT ON latin_word TO cunzhao_writer;
