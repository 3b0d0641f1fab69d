"""Everything with HTTP or a terminal in it."""
