"""Accounts for every clause: extracted, ignored for a named reason, or unhandled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from db.ingest import words
from db.ingest.clauses import Clause
from db.ingest.drafts import Result
from db.ingest.measures import measures_in
from db.ingest.reading import Reading, between, overlaps
from db.ingest.reasons import Reasons

EXTRACTED = "extracted"
UNHANDLED = "unhandled"
_Stretches = list[tuple[int, int]]
_OF_THE_CLAUSE = frozenset({"how", "conduct"})


class Verdict(NamedTuple):
    """What became of one clause, and why."""

    reading: Reading
    clause: Clause
    outcome: str
    """`extracted`, `unhandled`, or the class of reason it was ignored for."""
    reason: str = ""


def audit(readings: Sequence[Reading], result: Result) -> Iterator[Verdict]:
    """The verdict on every clause, in order."""
    for reading in readings:
        used = sorted(set(result.used.get(reading.index, ())))
        unread = sorted(set(result.unread.get(reading.index, ())))
        alike = _alike(reading) if not used and not unread else None
        for sentence in reading.sentences:
            if alike is not None:
                yield from (Verdict(reading, clause, alike) for clause in sentence.clauses)
                continue
            reasons = Reasons(reading.text, sentence)
            for clause in sentence.clauses:
                yield _judge(reading, reasons, clause, used, unread)


def _alike(reading: Reading) -> str | None:
    """The outcome of all clauses of a segment that gave no record, where it has to be the same."""
    if reading.segment.kind in ("title", "heading"):
        return "heading"
    return None if reading.acts or reading.counts else "no_act"


def _judge(reading: Reading, reasons: Reasons, clause: Clause, used: _Stretches, unread: _Stretches) -> Verdict:
    if overlaps(used, clause.start, clause.end):
        return Verdict(reading, clause, EXTRACTED)
    if overlaps(unread, clause.start, clause.end):
        return Verdict(reading, clause, UNHANDLED, "states a ground, but of no subject that could be read")
    if reading.segment.kind in ("title", "heading"):
        return Verdict(reading, clause, "heading")
    measures = measures_in(reading, clause)
    if not measures:
        counts = between(reading.counts, clause.start, clause.end)
        return Verdict(reading, clause, "count_of_something_else" if counts else "no_act")
    reason = _reason(reading.text, reasons, clause)
    if reason is not None:
        return Verdict(reading, clause, reason)
    named = ", ".join(dict.fromkeys(measure.code for measure in measures))
    return Verdict(reading, clause, UNHANDLED, f"states {named}, but on no subject that could be read")


def _reason(text: str, reasons: Reasons, clause: Clause) -> str | None:
    """The first class of reason that fits: of the clause itself for how and conduct, else of its sentence."""
    for reason, pattern in words.ignored_patterns().items():
        if reason in _OF_THE_CLAUSE:
            if pattern.search(text, clause.start, clause.end):
                return reason
        elif reasons.says(reason, clause.end):
            return reason
    return None
