"""A whole store as one file, and a store made of it: on any Postgres, by this version of the program or a later one."""


class BackupError(Exception):
    """A backup cannot be made or restored. The message says why, in one line."""
