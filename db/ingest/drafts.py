"""Actions in the making: what is gathered clause by clause before a record is made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from db.ingest import words
from db.ingest.attribution import NOBODY, Attribution
from db.ingest.clauses import Clause, Sentence
from db.ingest.evidence import Evidence
from db.ingest.figures import Count
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
    clauses: list[Clause] = field(default_factory=list)
    """The clauses it was read from."""
    reach: int = 0
    """From how far away its categories or its subject were read."""
    how: Literal["sentence", "case", "list", "introduced"] = "sentence"
    """What kind of passage it was read from."""
    acts: Reading | None = None
    """Where its first measure stands, if that may be another segment than its subject's."""

    def take_over(self, topic: Draft) -> None:
        """Take the subject, and the ground where none is stated, of an earlier sentence, or of the paragraph before."""
        self.acts, self.reading = self.acts or self.reading, topic.reading
        self.subject = topic.subject
        self.start = topic.start
        self.categories = self.categories or list(topic.categories)
        self.clauses.extend(topic.clauses)
        self.reach = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A count with all that belongs to it."""

    reading: Reading
    sentence: Sentence
    clause: Clause
    count: Count
    attribution: Attribution


@dataclass(slots=True)
class Result:
    """What the statements of an announcement gave."""

    drafts: list[Draft] = field(default_factory=list)
    counts: list[Found] = field(default_factory=list)
    announced: set[tuple[int | None, int | None]] = field(default_factory=set)
    """How many the circulars were about, as counts have their bounds."""
    used: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """By segment, the stretches that gave a record or a part of one."""
    unread: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """By segment, the stretches of grounds that gave none, though measures fell on them."""

    def add(self, draft: Draft) -> None:
        kind = draft.subject.kind if draft.subject is not None else None
        never = words.genre()["never_done_to"]
        draft.measures = [one for one in draft.measures if kind not in never.get(one.value, ())]
        if draft.measures:
            self.drafts.append(draft)
        for clause in draft.clauses:
            self.use(draft.reading, clause)

    def leave(self, draft: Draft) -> None:
        """Note a ground that measures fell on, but whose subject could not be read."""
        self.unread.setdefault(draft.reading.index, []).extend((one.start, one.end) for one in draft.clauses)

    def count(self, found: Found) -> None:
        self.counts.append(found)
        if found.count.measure.code == "circular_notice":
            self.announced.add(found.count.quantity.bounds)
        self.use(found.reading, found.clause)

    def counts_of(self, reading: Reading, sentence: Sentence) -> list[Found]:
        """The counts read from a sentence, which is the last one that any were read from."""
        found: list[Found] = []
        for one in reversed(self.counts):
            if one.reading is not reading or one.sentence.start != sentence.start:
                break
            found.append(one)
        return found

    def use(self, reading: Reading, clause: Clause) -> None:
        self.used.setdefault(reading.index, []).append((clause.start, clause.end))


@cache
def _leaves() -> dict[str, tuple[str | None, str | None, str | None]]:
    return {
        item["code"]: (item.get("parent"), item.get("fallback"), item.get("nature"))
        for item in vocabulary_source("categories")
    }


def violations(reading: Reading, start: int, end: int, subject: Subject | None) -> list[Evidence]:
    """The categories that a stretch of text states, general ones only where nothing says more."""
    spots = reading.categories_between(start, end)
    if not spots:
        return []
    names = subject.names if subject is not None else ()
    found = [
        Evidence(spot.code, reading.segment, spot.start, spot.end)
        for spot in spots
        # A name says nothing of what its bearer did.
        if not any(name.start <= spot.start and spot.end <= name.end for name in names)
    ]
    return narrowed(found)


def narrowed(categories: list[Evidence]) -> list[Evidence]:
    """Without the general categories that a narrower one beside them makes idle."""
    if len(categories) < 2:
        return categories
    present = {one.value for one in categories}
    return [one for one in categories if not _says_less(one.value, present)]


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
