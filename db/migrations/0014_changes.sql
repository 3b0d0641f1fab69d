-- What a revision opened and what it closed: the feed of changes and the differences between two revisions are found
-- here, in the order in which they are told, without a look at what stayed as it was.

CREATE INDEX document_opened ON document_version (revision_from, id);
CREATE INDEX entity_opened ON entity_version (revision_from, id);
CREATE INDEX action_opened ON action_version (revision_from, id);
CREATE INDEX figure_opened ON figure_version (revision_from, id);
CREATE INDEX document_closed ON document_version (revision_to, id) WHERE revision_to IS NOT NULL;
CREATE INDEX entity_closed ON entity_version (revision_to, id) WHERE revision_to IS NOT NULL;
CREATE INDEX action_closed ON action_version (revision_to, id) WHERE revision_to IS NOT NULL;
CREATE INDEX figure_closed ON figure_version (revision_to, id) WHERE revision_to IS NOT NULL;
