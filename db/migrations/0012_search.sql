-- Whoever searches for a word finds it only where all its characters are. An index of single characters is small and
-- right for words of any length in any script but Latin, whose letters are everywhere and tell nothing.

CREATE FUNCTION characters(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN string_to_array(
    translate(words, E'abcdefghijklmnopqrstuvwxyz0123456789 !"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~\n', ''), NULL);

CREATE INDEX action_characters ON action_version USING gin (characters(search_key)) WITH (fastupdate = off);
CREATE INDEX figure_characters ON figure_version USING gin (characters(search_key)) WITH (fastupdate = off);
