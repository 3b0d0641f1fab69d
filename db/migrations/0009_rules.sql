-- By which rule a value was read, and what that rule had been found to be worth.

ALTER TABLE anchor
    ADD COLUMN rule text COLLATE "C" CHECK (rule <> ''),
    ADD COLUMN confidence double precision CHECK (confidence BETWEEN 0 AND 1),
    ADD CHECK (confidence IS NULL OR rule IS NOT NULL);
COMMENT ON COLUMN anchor.rule IS
    'Code of the extraction rule. Null where a person stated the value, and in what was read before rules were kept.';
COMMENT ON COLUMN anchor.confidence IS
    'Share of right values that the rule gave on labelled announcements, as calibrated when it was read.';
