"""Accounts for every clause: extracted, ignored for a named reason, or unhandled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from db.ingest import words
from db.ingest.clauses import Clause, Sentence
from db.ingest.drafts import Result
from db.ingest.measures import measures_in
from db.ingest.reading import Reading

EXTRACTED = "extracted"
UNHANDLED = "unhandled"
_Stretches = Sequence[tuple[int, int]]
_OF_THE_CLAUSE = frozenset({"how", "conduct"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one clause, and why."""

    reading: Reading
    clause: Clause
    outcome: str
    """`extracted`, `unhandled`, or the class of reason it was ignored for."""
    reason: str = ""


def audit(readings: Sequence[Reading], result: Result) -> Iterator[Verdict]:
    """The verdict on every clause, in order."""
    for reading in readings:
        used, unread = result.used.get(reading.index, []), result.unread.get(reading.index, [])
        for sentence in reading.sentences:
            for clause in sentence.clauses:
                yield _judge(reading, sentence, clause, used, unread)


def _judge(reading: Reading, sentence: Sentence, clause: Clause, used: _Stretches, unread: _Stretches) -> Verdict:
    if any(start <= clause.start < end for start, end in used):
        return Verdict(reading, clause, EXTRACTED)
    if any(start <= clause.start < end for start, end in unread):
        return Verdict(reading, clause, UNHANDLED, "states a ground, but of no subject that could be read")
    if reading.segment.kind in ("title", "heading"):
        return Verdict(reading, clause, "heading")
    measures = measures_in(reading, clause)
    counts = [count for count in reading.counts if clause.start <= count.start < clause.end]
    if not measures:
        return Verdict(reading, clause, "count_of_something_else" if counts else "no_act")
    reason = _reason(reading.text, sentence, clause)
    if reason is not None:
        return Verdict(reading, clause, reason)
    named = ", ".join(dict.fromkeys(measure.code for measure in measures))
    return Verdict(reading, clause, UNHANDLED, f"states {named}, but on no subject that could be read")


def _reason(text: str, sentence: Sentence, clause: Clause) -> str | None:
    """The first class of reason that fits: of the clause itself for how and conduct, else of its sentence."""
    for reason, pattern in words.ignored_patterns().items():
        scope: Clause | Sentence = clause if reason in _OF_THE_CLAUSE else sentence
        if pattern.search(text, scope.start, clause.end):
            return reason
    return None
