"""Actions in the making: what is gathered clause by clause before a record is made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from db.ingest.attribution import NOBODY, Attribution
from db.ingest.evidence import Evidence
from db.ingest.reading import Reading
from db.ingest.subjects import Subject
from schema.codes import vocabulary_source


@dataclass(slots=True)
class Draft:
    """One subject group on one ground, and the measures that fell on it so far."""

    reading: Reading
    subject: Subject | None
    start: int
    categories: list[Evidence] = field(default_factory=list)
    measures: list[Evidence] = field(default_factory=list)
    attribution: Attribution = NOBODY
    instruments: list[Evidence] = field(default_factory=list)
    campaigns: list[Evidence] = field(default_factory=list)
    amounts: list[Evidence] = field(default_factory=list)
    dates: list[Evidence] = field(default_factory=list)
    reach: int = 0
    """From how far away its categories or its subject were read."""

    @property
    def is_complete(self) -> bool:
        return self.subject is not None and bool(self.measures)


@cache
def _leaves() -> dict[str, tuple[str | None, str | None, str | None]]:
    return {
        item["code"]: (item.get("parent"), item.get("fallback"), item.get("nature"))
        for item in vocabulary_source("categories")
    }


def violations(reading: Reading, start: int, end: int) -> list[Evidence]:
    """The categories that a stretch of text states, general ones only where nothing says more."""
    found = [
        Evidence(spot.code, reading.segment, spot.start, spot.end)
        for spot in reading.categories_between(start, end)
    ]
    present = {one.value for one in found}
    return [one for one in found if not _says_less(one.value, present)]


def _says_less(code: str, present: set[str]) -> bool:
    """Whether a general code is covered by a narrower one beside it."""
    parent, fallback, _ = _leaves()[code]
    if fallback is None:
        return False
    narrower = (other for other in present if other != code and _leaves()[other][1] is None)
    return any(fallback == "any" or _leaves()[other][0] == parent for other in narrower)


def inherited(categories: Iterable[Evidence]) -> list[Evidence]:
    """What another subject takes over of a ground: the breach itself, not the content that came of it."""
    found = list(categories)
    duties = [one for one in found if _leaves()[one.value][2] == "duty"]
    return duties or found
