-- New rows are sorted into the indexes of words four times as many together, which takes less time for each; nothing
-- else that is written of a record takes as much. A search looks through the list in which they wait: half a millisecond
-- to one where it is full.

ALTER INDEX action_pieces SET (gin_pending_list_limit = 2048);
ALTER INDEX figure_pieces SET (gin_pending_list_limit = 2048);
ALTER INDEX entity_pieces SET (gin_pending_list_limit = 2048);
ALTER INDEX document_pieces SET (gin_pending_list_limit = 2048);
ALTER INDEX entity_spoken SET (gin_pending_list_limit = 2048);

-- What is checked together is looked up by key, one after the other: a bitmap for each costs more than the look.
ALTER FUNCTION check_action_version() SET enable_bitmapscan = off;
ALTER FUNCTION check_action_words() SET enable_bitmapscan = off;
ALTER FUNCTION check_action_code() SET enable_bitmapscan = off;
ALTER FUNCTION check_action_entity() SET enable_bitmapscan = off;
ALTER FUNCTION check_figure_version() SET enable_bitmapscan = off;
ALTER FUNCTION check_figure_code() SET enable_bitmapscan = off;
ALTER FUNCTION check_anchors() SET enable_bitmapscan = off;
ALTER FUNCTION check_evidence() SET enable_bitmapscan = off;
