"""Everything that touches Postgres or brings data to it."""
