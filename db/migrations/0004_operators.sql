-- The company that an announcement says runs what it names. The anchors of the action are its evidence.

ALTER TABLE action_entity
    ADD COLUMN operator text COLLATE "C" REFERENCES entity,
    ADD COLUMN operator_name text,
    ADD CHECK ((operator IS NULL) = (operator_name IS NULL));
CREATE INDEX ON action_entity (operator, version) WHERE operator IS NOT NULL;
