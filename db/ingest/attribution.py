"""Which authorities act in each clause."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from db.ingest import words
from db.ingest.clauses import Clause, Sentence
from db.ingest.evidence import Evidence
from db.ingest.lexicon import Spot
from db.ingest.reading import Reading, between

_BEFORE = 6


class Attribution(NamedTuple):
    """The authorities of a clause, and from how far away they were read."""

    authorities: tuple[Evidence, ...]
    reach: int


NOBODY = Attribution((), 0)


@cache
def _ends_with(name: str) -> re.Pattern[str]:
    return re.compile(f"(?:{words.pattern(name).pattern})$", re.IGNORECASE)


def agents(reading: Reading, clause: Clause) -> list[Spot]:
    """The authorities that act in a clause, not those it only tells of."""
    return [
        spot
        for spot in between(reading.authorities, clause.start, clause.end)
        if not _ends_with("not_agents").search(reading.text, max(clause.start, spot.start - _BEFORE), spot.start)
        and not words.pattern("not_agents_before").match(reading.text, spot.end)
    ]


def is_joint(reading: Reading, spot: Spot) -> bool:
    """Whether an authority is brought in by another (会同, 联合)."""
    before = max(0, spot.start - _BEFORE)
    return _ends_with("joint_words").search(reading.text, before, spot.start) is not None


def attribute(reading: Reading, sentence: Sentence, before: Attribution) -> list[Attribution]:
    """The attribution of every clause of a sentence; `before` holds until one names its own authority."""
    if not reading.authorities:
        return [before] * len(sentence.clauses)
    current, directed, found = before, False, []
    for clause in sentence.clauses:
        spots = agents(reading, clause)
        leads = [spot for spot in spots if not is_joint(reading, spot)]
        own = _evidence(reading, spots)
        if leads:
            # The office in 在…指导下 acts together with the one named next.
            current = Attribution((*current.authorities, *own) if directed else own, 0)
            found.append(current)
        elif spots:
            # 会同… alone holds for its own clause and joins whoever leads.
            found.append(Attribution((*current.authorities, *own), current.reach))
        else:
            found.append(current)
        directed = bool(leads) and _directs(reading, clause)
    return found


def _directs(reading: Reading, clause: Clause) -> bool:
    return words.pattern("direction").search(reading.text, clause.end - _BEFORE, clause.end) is not None


def _evidence(reading: Reading, spots: Iterable[Spot]) -> tuple[Evidence, ...]:
    return tuple(Evidence(spot.code, reading.segment, spot.start, spot.end) for spot in spots)
