"""Releases: the ledger of them, and how their files are made, published and checked."""
