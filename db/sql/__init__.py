"""Named SQL statements, a sentence above each."""
