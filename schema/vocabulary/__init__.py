"""The bilingual code lists and the gazetteer, as JSON files with one item a line."""
