"""Loads the named SQL statements of `db/sql/*.sql`."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def _statements() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(resources.files("db.sql").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".sql"):
            _, *parts = _NAME.split(file.read_text(encoding="utf-8"))
            for name, text in zip(parts[::2], parts[1::2], strict=True):
                if name in found:
                    raise ValueError(f"two statements are named {name!r}")
                found[name] = text.strip()
    return found


def statement(name: str) -> str:
    """The text of a named statement. Raises `KeyError` if there is none."""
    return _statements()[name]


def statement_names() -> list[str]:
    """All names, for the test that reads every statement."""
    return list(_statements())
