"""Fetching releases: where they come from (`source`), and the folder they go to (`folder`)."""
