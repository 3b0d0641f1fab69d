"""Feeds of what is new on record, for readers of feeds: Atom and JSON Feed, each for any filter."""
