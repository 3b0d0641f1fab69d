"""Counts that an announcement gives of its measures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from db.ingest import words
from db.ingest.evidence import Evidence
from db.ingest.lexicon import Spot
from db.ingest.measures import Measure
from db.ingest.quantities import Quantity, filler_words
from db.ingest.reading import TAIL, Reading, between, last_until, next_from, overlaps
from db.ingest.subjects import head_kind, kind_at
from schema.codes import vocabulary_source

_PEOPLE = ("人", "名")
_OTHER_NOUN = re.compile(
    "(?:次|的)?(?!已|被|予以|进行|因|存在|未|经|涉|均|并|和|及|与|以及|等|违|左右|以上|，)[\u4e00-\u9fffa-z]"
)
_NEAR_NOUN = re.compile("[^，。；、\\d：]{1,18}")
_MODIFIER = re.compile("[^，。；、\\d]{0,24}?的")


@dataclass(frozen=True, slots=True)
class Count:
    """A count bound to what was counted and what was done to it."""

    quantity: Quantity
    measure: Measure
    subject: str
    noun: Spot | None
    """The noun counted, or None where only the unit tells."""


@cache
def _fillers() -> re.Pattern[str]:
    return re.compile(f"(?:{filler_words()}|等|\\s)*$")


@cache
def _usual_subjects() -> dict[str, tuple[str, ...]]:
    return {item["code"]: tuple(item.get("typical_subject_kinds", ())) for item in vocabulary_source("measures")}


@cache
def _units() -> dict[str, frozenset[str]]:
    return {item["code"]: frozenset(item.get("measure_words", ())) for item in vocabulary_source("subject_kinds")}


def counts_in(
    reading: Reading, start: int, end: int, measures: Sequence[Measure], before: Count | None = None
) -> list[Count]:
    """The counts of a clause that say how many a measure was taken against.

    `before` is the last count of the sentence so far: 约谈网站平台14家，警告3家 counts the same twice.
    """
    # A number within a quoted name (“678人”) counts nothing.
    quantities = [
        one for one in between(reading.counts, start, end) if not overlaps(reading.quoted, one.start, one.end)
    ]
    found = []
    for index, quantity in enumerate(quantities):
        after = quantities[index - 1].end if index else start
        measure = _measure_of(reading, quantity, measures, after)
        if measure is None:
            continue
        noun = _noun(reading, quantity, start, end)
        subject = noun.code if noun else None
        if noun is None and not _counts_something_else(reading, quantity, end):
            subject = _same_subject(measure.code, quantity.unit, before) or _usual_subject(measure.code, quantity.unit)
            if subject is None:
                noun = _later_noun(reading, quantity, quantities[index + 1 :], start, end)
                subject = noun.code if noun else None
        if subject is not None:
            measure = _fitting(measure, subject)
            found.append(Count(quantity, measure, subject, noun))
    return found


def _counts_something_else(reading: Reading, quantity: Quantity, end: int) -> bool:
    """Whether a noun that is no subject follows the number: 61个漏洞, 13个省."""
    after = _OTHER_NOUN.match(reading.text, quantity.end, end)
    act = next_from(reading.acts, quantity.end)
    return after is not None and (act is None or act.start != quantity.end)


def _same_subject(measure: str, unit: str, before: Count | None) -> str | None:
    """What the sentence counted last, where the measure is one that is taken against it."""
    if before is None or before.quantity.unit != unit or before.subject not in _usual_subjects()[measure]:
        return None
    return before.subject


def _fitting(measure: Measure, subject: str) -> Measure:
    """The measure that its verb is when done to what was counted: 关闭账号3个、群组2个 are two measures."""
    code = words.frames().by_kind.get((measure.verb, subject)) if measure.verb else None
    return measure._replace(code=code) if code is not None else measure


def _measure_of(reading: Reading, quantity: Quantity, measures: Sequence[Measure], after: int) -> Measure | None:
    """The last measure between the count before and this one, else the first that follows."""
    if before := last_until(measures, after, quantity.start):
        return before
    following = next_from(measures, quantity.end)
    if following is not None or not measures or reading.text[after] not in "、和及":
        return following
    # A row of counts goes on: what its verb was done to first, it was done to all.
    return measures[-1] if measures[-1].verb and measures[-1].end <= after else None


def _noun(reading: Reading, quantity: Quantity, start: int, end: int) -> Spot | None:
    """What was counted: the noun before the number (网站10646家), else the one after it (11159家网站平台)."""
    filled = _fillers().search(reading.text, max(start, quantity.start - TAIL), quantity.start)
    before = head_kind(reading, start, filled.start() if filled else quantity.start)
    if before is not None:
        return before
    direct = kind_at(reading, quantity.end)
    if direct is not None and direct.end <= end:
        return direct
    modified = _MODIFIER.match(reading.text, quantity.end, end)
    noun = kind_at(reading, modified.end()) if modified else None
    return noun if noun is not None and noun.end <= end else _near_noun(reading, quantity, end)


def _near_noun(reading: Reading, quantity: Quantity, end: int) -> Spot | None:
    """The first noun that the unit goes with, soon after the number: 38款侵害用户权益App, 3家物业公司."""
    if (reach := _NEAR_NOUN.match(reading.text, quantity.end, end)) is None:
        return None
    for spot in reading.kinds_between(quantity.end, reach.end()):
        if quantity.unit in _units().get(spot.code, ()):
            return spot
    return None


def _later_noun(reading: Reading, quantity: Quantity, later: Sequence[Quantity], start: int, end: int) -> Spot | None:
    """The noun that a row of counts shares: 整改12款、通报5款App."""
    alike = (_noun(reading, one, start, end) for one in later if one.unit == quantity.unit)
    return next((noun for noun in alike if noun is not None), None)


def _usual_subject(measure: str, unit: str) -> str | None:
    """What a bare number of a measure most likely counts; people are people whatever was done to them."""
    usual = (*_usual_subjects()[measure], *(("person",) if unit in _PEOPLE else ()))
    return next((kind for kind in usual if unit in _units().get(kind, ())), None)


def evidence(reading: Reading, count: Count) -> Iterable[tuple[str, Evidence]]:
    """The evidence of number, measure and subject, by field."""
    quantity, segment = count.quantity, reading.segment
    yield "value", Evidence(str(quantity.value), segment, quantity.start, quantity.end)
    yield "measure", Evidence(count.measure.code, segment, count.measure.start, count.measure.end)
    place = count.noun or Spot(count.subject, quantity.start, quantity.end)
    yield "subject", Evidence(count.subject, segment, place.start, place.end)
