-- A document whose text is not held has none that an anchor could lie in. Since anchors are checked a statement at a
-- time, which is after their columns are, the refusal did not say so.

CREATE FUNCTION refuse_anchor_without_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was transcribed has no anchors'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'transcribed_has_no_anchor';
END $$;

CREATE TRIGGER anchor_needs_text BEFORE INSERT ON anchor
    FOR EACH ROW WHEN (NEW.sha256 IS NULL) EXECUTE FUNCTION refuse_anchor_without_text();
