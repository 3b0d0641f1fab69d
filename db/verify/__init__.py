"""Checks a whole store against itself and against the texts it was read from."""
