-- Few records are transcribed, whatever the store holds: they are found, in the order of lists, without reading the rest.

CREATE INDEX transcribed_action ON action_version (acted_on DESC NULLS LAST, id) WHERE basis = 'transcribed';
CREATE INDEX transcribed_figure ON figure_version (period_end DESC NULLS LAST, id) WHERE basis = 'transcribed';
CREATE INDEX transcribed_document ON document_version (published_on DESC NULLS LAST, id) WHERE basis = 'transcribed';
