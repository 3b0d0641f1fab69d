"""Reconciliation: matches names in the tables of others against the entities on record, as OpenRefine does."""
