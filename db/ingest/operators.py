"""Who runs what is named: published only where the announcement itself says so."""

from __future__ import annotations

import re
from functools import cache

from db.ingest import words

_CLOSERS = "[”’》]?"


@cache
def _said() -> re.Pattern[str]:
    """The company right after a name: behind the word for its role, or in brackets with or without that word."""
    role, company = (words.genre()[key] for key in ("operator_roles", "operator_companies"))
    return re.compile(f"{_CLOSERS}(?:{role}(?P<after>{company})|（(?:{role})?(?P<within>{company})[），；])")


def is_company(text: str, start: int, end: int) -> bool:
    """Whether a stretch of folded text is the full name of a company and nothing else."""
    return words.pattern("operator_companies").fullmatch(text, start, end) is not None


def operator_after(text: str, end: int) -> tuple[int, int] | None:
    """Where the company stands that the folded text says runs what was named up to `end`, if it does."""
    found = _said().match(text, end)
    if found is None:
        return None
    return found.span("after" if found["after"] else "within")
