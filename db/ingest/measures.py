"""Which measure each act word of a clause is, once its object is seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from db.ingest import words
from db.ingest.clauses import Clause
from db.ingest.evidence import Evidence
from db.ingest.lexicon import Spot
from db.ingest.quantities import counted_phrase, filler_words
from db.ingest.reading import REACH, Act, Reading, between
from db.ingest.subjects import head_kind, kind_at, own_kind
from schema.codes import vocabulary_source

_NO_OBJECT = re.compile("(?:处置|处理|处罚|措施|了)*(?:$|[，。；、并和及与])")
"""A verb that this follows has no object after it."""


class Measure(NamedTuple):
    """One measure word in place."""

    code: str
    start: int
    end: int
    region_end: int
    """Where the words that may be its object end."""
    verb: str | None = None
    """The verb whose object made it this measure."""


@cache
def _before_noun() -> re.Pattern[str]:
    return re.compile(f"(?:了|\\s)*(?:{counted_phrase()}|{words.pattern('quantifiers').pattern})?")


@cache
def _tail() -> re.Pattern[str]:
    """What may follow the noun at the end of a verb's object: its number, and what joins the next verb."""
    return re.compile(f"(?:等|{filler_words()}|\\s)*(?:{counted_phrase()})?[、并和及\\s]*$")


@cache
def _passive() -> re.Pattern[str]:
    return re.compile(f"(?:{words.pattern('passives').pattern})(?:{words.genre()['adverbs']})*$")


@cache
def _items() -> dict[str, tuple[str, frozenset[str]]]:
    return {
        item["code"]: (item["legal_nature"], frozenset(item.get("components", ())))
        for item in vocabulary_source("measures")
    }


@cache
def _umbrellas() -> frozenset[str]:
    return frozenset(item["code"] for item in vocabulary_source("measures") if item["kind"] == "umbrella")


def is_umbrella(code: str) -> bool:
    """Whether a measure is a general word for others."""
    return code in _umbrellas()


def is_referral(code: str) -> bool:
    """Whether a measure hands a case on to other authorities."""
    return nature(code) == nature("case_referral")


def nature(code: str) -> str:
    """The legal nature of a measure."""
    return _items()[code][0]


def measures_in(reading: Reading, clause: Clause, spoken_of: str | None = None) -> Sequence[Measure]:
    """The measures of a clause in order; a verb whose object no measure fits is left out.

    `spoken_of` is the kind of whom the sentence speaks: what a verb without any object is done to.
    """
    if not reading.acts:
        return ()
    if spoken_of is not None:
        return _read_measures(reading, clause, spoken_of)
    known = reading.measures.get((clause.start, clause.end))
    if known is None:
        known = reading.measures[clause.start, clause.end] = _read_measures(reading, clause, None)
    return known


def _read_measures(reading: Reading, clause: Clause, spoken_of: str | None) -> Sequence[Measure]:
    acts = between(reading.acts, clause.start, clause.end)
    found = []
    for index, act in enumerate(acts):
        region_end = acts[index + 1].start if index + 1 < len(acts) else clause.end
        code = act.code or _by_object(reading, act, clause, region_end)
        if code == "circular_notice" and words.pattern("not_circulars").match(reading.text, act.end, clause.end):
            continue
        if code is None and spoken_of is not None and not _has_object(reading, act, region_end):
            code = words.frames().by_kind.get((act.verb or "", spoken_of))
        if code is not None:
            found.append(Measure(code, act.start, act.end, region_end, act.verb))
    return found


def _by_object(reading: Reading, act: Act, clause: Clause, region_end: int) -> str | None:
    frames = words.frames()
    verb = act.verb or ""
    # A verb inside the phrase that is the object of an earlier verb has no object of its own,
    # but then it finds the same noun; only what it may be done to is asked here.
    stated = False
    for noun in _objects(reading, act, clause, region_end):
        if (verb, noun.code) in frames.by_kind:
            return frames.by_kind[verb, noun.code]
        stated = True
    return None if stated else frames.bare.get(verb)


def _has_object(reading: Reading, act: Act, region_end: int) -> bool:
    return _NO_OBJECT.match(reading.text, act.end, region_end) is None


def _objects(reading: Reading, act: Act, clause: Clause, region_end: int) -> Iterable[Spot]:
    """The noun a verb is done to: right after it, else the last before the clause moves on, else the one before."""
    counted = _before_noun().match(reading.text, act.end, region_end)
    direct = kind_at(reading, counted.end() if counted else act.end)
    if direct is not None and direct.end <= region_end:
        yield direct
        return
    if head := _head(reading, act.end, region_end):
        yield Spot(own_kind(reading, act.end, head), head.start, head.end)
        return
    first = max(clause.start, act.start - REACH)
    before = _nouns_before(reading, act, first)
    others = between(reading.acts, first, act.start)
    # 暂停频道更新、下架: what another act is done to is not what this one is done to.
    if before and not any(other.start <= before[-1].start < other.end for other in others):
        yield before[-1]


def _nouns_before(reading: Reading, act: Act, first: int) -> Sequence[Spot]:
    """The nouns that 对 puts before a verb, or those before 被."""
    if (preposed := words.pattern("preposers").search(reading.text, first, act.start)) and (
        nouns := reading.kinds_between(preposed.end(), act.start)
    ):
        return nouns
    passive = _passive().search(reading.text, first, act.start)
    return reading.kinds_between(first, passive.start()) if passive else ()


def _head(reading: Reading, start: int, end: int) -> Spot | None:
    """The noun that the words after a verb end in, else the last one before they turn to something else."""
    tail = _tail().search(reading.text, start, end)
    head = head_kind(reading, start, tail.start() if tail else end)
    if head is not None and (
        reading.text[head.start - 1] == "的" or not words.pattern("breaks").search(reading.text, start, head.start)
    ):
        return head
    pause = reading.text.find("、", start, end)
    before = reading.kinds_between(start, pause if pause >= 0 else end)
    return before[-1] if before else None


def settle(measures: Iterable[Evidence]) -> list[Evidence]:
    """Without the umbrella codes that a narrower one of the same action makes idle (rule r4)."""
    found = list(measures)
    present = {one.value for one in found}
    return [one for one in found if not _is_idle(one.value, present)]


def _is_idle(code: str, present: set[str]) -> bool:
    if code not in _umbrellas():
        return False
    components = _items()[code][1]
    # The umbrella without components means "something was done": any other measure says more.
    return bool(present & components) if components else len(present) > 1
