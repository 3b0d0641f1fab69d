"""Files of records: the same bytes whether they are streamed over HTTP or kept."""
