"""Whom the measures of one clause are done to."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from operator import attrgetter

from db.ingest import words
from db.ingest.clauses import Clause
from db.ingest.lexicon import Spot
from db.ingest.measures import Measure, nature
from db.ingest.names import named_subjects
from db.ingest.quantities import counted_phrase
from db.ingest.reading import REACH, Reading
from db.ingest.subjects import Subject, head_kind, kind_chain, unnamed

_BEFORE = 8
_start = attrgetter("start")
_LONGEST_CALL = 10


@dataclass(frozen=True, slots=True)
class Deed:
    """A subject and the measures of one clause that fall on it."""

    subject: Subject | None
    measures: tuple[Measure, ...]


@cache
def _at_end(name: str) -> re.Pattern[str]:
    return re.compile(f"(?:{words.pattern(name).pattern})(?:{words.genre()['adverbs']})*$", re.IGNORECASE)


@cache
def _counted() -> re.Pattern[str]:
    return re.compile(f"\\d|{counted_phrase()}")


@cache
def _adverbs() -> re.Pattern[str]:
    return re.compile(f"(?:{words.genre()['adverbs']}|\\s)*")


def deeds(reading: Reading, clause: Clause, measures: Sequence[Measure]) -> list[Deed]:
    """Part the measures of a clause by the subjects it names; without any there is one deed on nobody."""
    subjects = _objects(reading, clause, measures)
    if len(subjects) < 2:
        return [Deed(subjects[0] if subjects else None, tuple(measures))]
    shares: list[list[Measure]] = [[] for _ in subjects]
    for measure in measures:
        shares[_owner(measure, subjects)].append(measure)
    return [Deed(subject, tuple(share)) for subject, share in zip(subjects, shares, strict=True) if share]


def _owner(measure: Measure, subjects: Sequence[Subject]) -> int:
    """A measure belongs to the subject in the words after it, else to the last one before it."""
    index = bisect_left(subjects, measure.start, key=_start)
    if index < len(subjects) and subjects[index].start < measure.region_end:
        return index
    while index > 0 and subjects[index - 1].end > measure.start:
        index -= 1
    return max(0, index - 1)


def _objects(reading: Reading, clause: Clause, measures: Sequence[Measure]) -> list[Subject]:
    named = [
        subject
        for subject in named_subjects(reading, clause.start, clause.end, _assumed(reading, clause))
        if _is_object(reading, clause, measures, subject)
    ]
    if named:
        return named
    found = [_preposed(reading, clause, measures[0])] if measures else []
    found.extend(_quantified(reading, measure) for measure in measures)
    return [subject for subject in found if subject is not None]


def _is_object(reading: Reading, clause: Clause, measures: Sequence[Measure], subject: Subject) -> bool:
    """Whether any measure of the clause falls on a subject: the one whose words it stands in, or one after it."""
    index = bisect_right(measures, subject.start, key=_start)
    if index > 0 and _is_governed(reading, measures[index - 1], subject):
        return True
    if index == len(measures):
        return False
    start = _with_call(reading, clause, subject)
    before = max(clause.start, start - _BEFORE)
    if words.pattern("orders").search(reading.text, before, start):
        # Who is told to deal with accounts is not the one dealt with.
        return any(nature(measure.code) != "platform_action_urged" for measure in islice(measures, index, None))
    if _at_end("preposers").search(reading.text, before, start):
        return True
    reach = min(measures[-1].start, subject.end + REACH)
    return words.pattern("passives").search(reading.text, subject.end, reach) is not None


def _assumed(reading: Reading, clause: Clause) -> str | None:
    """What bearers of names are where nothing says it, but 对 before them that they are acted on."""
    return "platform" if words.pattern("acted_on_by_name").search(reading.text, clause.start, clause.end) else None


def _with_call(reading: Reading, clause: Clause, subject: Subject) -> int:
    """Where a subject begins, with what it is called before its name: 对旗下账号“…”."""
    noun = head_kind(reading, max(clause.start, subject.start - _LONGEST_CALL), subject.start)
    if noun is None or not subject.names:
        return subject.start
    lead = words.pattern("call_leads").search(reading.text, clause.start, noun.start)
    return lead.start() if lead else noun.start


def _is_governed(reading: Reading, measure: Measure, subject: Subject) -> bool:
    """Whether a subject stands in the words after a measure."""
    between = reading.text[measure.end : subject.start] if measure.end <= subject.start else ""
    return subject.start < measure.region_end and not words.pattern("place_words").search(between)


def _preposed(reading: Reading, clause: Clause, measure: Measure) -> Subject | None:
    """The phrase between 对 and the verb, where it is a group of its own and not a pointer back."""
    start = _preposition_end(reading, clause, measure)
    noun = _noun_before(reading, start, measure) if start is not None else None
    if start is None or noun is None:
        return None
    phrase = reading.text[start : noun.end]
    # What is lifted is a group of its own even where it only points back (相关App).
    if _points_back(phrase) and nature(measure.code) != "lifting":
        return None
    if _counted().search(phrase) or words.pattern("passives").match(phrase):
        return None
    batch = words.pattern("batch_words").search(reading.text, start, noun.end)
    return Subject(start, kind_chain(reading, noun).end, kind=noun.code, opening=batch.span() if batch else None)


def _preposition_end(reading: Reading, clause: Clause, measure: Measure) -> int | None:
    """Where the phrase after 对 begins; 将依法对 is one preposition, not two."""
    at: int | None = None
    first = max(clause.start, measure.start - REACH)
    for found in words.pattern("preposers").finditer(reading.text, first, measure.start):
        if at is not None and not _adverbs().fullmatch(reading.text, at, found.start()):
            return at
        at = found.end()
    return at


def _noun_before(reading: Reading, start: int, measure: Measure) -> Spot | None:
    """The first noun that only adverbs part from the measure."""
    for noun in reading.kinds_between(start, measure.start):
        if _adverbs().fullmatch(reading.text, kind_chain(reading, noun).end, measure.start):
            return noun
    return None


def _points_back(phrase: str) -> bool:
    return words.pattern("anaphors").match(phrase) is not None and "的" not in phrase


def _quantified(reading: Reading, measure: Measure) -> Subject | None:
    """The object right after the verb that begins with a quantity word: 关闭一批…的网站."""
    subject = unnamed(reading, measure.end, measure.region_end, whole=True)
    if subject is None or not _adverbs().fullmatch(reading.text, measure.end, subject.start):
        return None
    return subject
