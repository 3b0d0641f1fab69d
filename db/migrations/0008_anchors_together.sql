-- Anchors are checked a statement at a time. To find one passage of a text, Postgres reads the text up to it;
-- a page of a hundred thousand names was read a hundred thousand times. Now it is cut into pieces once.

DROP TRIGGER check_anchor ON anchor;
DROP FUNCTION check_anchor();

CREATE FUNCTION check_anchors() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- At least as long as a quotation may be, so that none lies in more than two pieces.
    size CONSTANT integer := 250;
    layer text_layer%ROWTYPE;
    pieces text[];
    wrong record;
BEGIN
    IF EXISTS (SELECT FROM added JOIN action_version ON version = added.action_version WHERE basis = 'transcribed')
       OR EXISTS (SELECT FROM added JOIN figure_version ON version = added.figure_version WHERE basis = 'transcribed')
    THEN
        RAISE EXCEPTION 'what was transcribed has no anchors'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transcribed_has_no_anchor';
    END IF;
    FOR layer IN SELECT * FROM text_layer WHERE sha256 IN (SELECT sha256 FROM added) LOOP
        SELECT start, "end" INTO wrong FROM added WHERE sha256 = layer.sha256 AND "end" > layer.length LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'anchor %–% lies outside its document of % code points',
                wrong.start, wrong."end", layer.length
                USING ERRCODE = 'check_violation', CONSTRAINT = 'anchor_inside_document';
        END IF;
        CONTINUE WHEN layer.body IS NULL;
        SELECT array_agg(piece[1] ORDER BY place) INTO pieces
        FROM regexp_matches(layer.body, format('.{1,%s}', size), 'g') WITH ORDINALITY AS cut (piece, place);
        FOR wrong IN SELECT start, "end", exact FROM added WHERE sha256 = layer.sha256 LOOP
            CONTINUE WHEN wrong.exact = substr(
                pieces[wrong.start / size + 1] || coalesce(pieces[wrong.start / size + 2], ''),
                wrong.start % size + 1, wrong."end" - wrong.start);
            RAISE EXCEPTION 'anchor %–% does not hold the words it quotes', wrong.start, wrong."end"
                USING ERRCODE = 'check_violation', CONSTRAINT = 'anchor_quotes_document';
        END LOOP;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER check_anchors AFTER INSERT ON anchor REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_anchors();
