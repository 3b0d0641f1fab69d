"""Fetching releases: where they come from (`source`), and the folder they go to (`folder`)."""


class CannotDownload(Exception):
    """What was asked for cannot be had. The message says what and why."""
