"""Compares two copies by their sketches: what agrees, and what cannot be said of one announcement."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from db.sketches import MASK, Count, Sketch
from schema.codes import vocabulary_source

_ROUNDING = 1.1
"""近100万 and 96万余 are one number told twice: how far apart two may be where one of them is not exact."""
_SURE_TEXT = 0.8
"""With so much of the words in common a different count in the title may be one of another part of the list."""
_SURE_COUNTS = 5.0
"""With so many digits of counts in common other names are of another part of the announcement, or of the page."""
_LONG_ENOUGH = 100
"""Letters below which a text is a title and page furniture, and its overlap says nothing."""
_GENERIC_KINDS = frozenset(("system", "local", "ministry_line", "provincial_line", "private", "association"))
"""Authorities of these kinds are many bodies under one code: the code alone identifies none."""
_ONE_BODY = {"occac": "cac"}
"""One body with two names on its door."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two copies have in common."""

    days: int | None
    """Between the two publications; None where one is not dated."""
    issuer: bool
    """Whether the same one body issued both, as far as each names one."""
    page: bool
    batch: str | None
    title: float
    """Share of the shorter title that stands in the other, in pairs of letters."""
    overlap: float
    """Share of the pieces of the shorter text that stand in the other."""
    alike: float
    """Share of the pieces of both that both have."""
    figures: tuple[Count, ...]
    names: int
    amounts: tuple[int, ...]
    phrase: int
    """Length of the longest words for a masked party that both have, such as 某省某软件公司."""
    campaign: bool
    contradictions: tuple[str, ...]
    """What the two say of which only one can be true of one announcement."""


def compare(one: Sketch, other: Sketch) -> Agreement:
    """What two copies have in common. The order of the two makes no difference."""
    overlap, alike = _overlap(one, other)
    batches = sorted(set(one.batches) & set(other.batches))
    amounts = tuple(sorted(set(one.amounts) & set(other.amounts)))
    names = _shared_names(one.names, other.names)
    made = Agreement(
        days=_days(one, other),
        issuer=_body(one) is not None and _body(one) == _body(other),
        page=bool({one.page, one.origin} & {other.page, other.origin} - {None}),
        batch=batches[-1] if batches else None,
        title=_contained(_pairs(one.title), _pairs(other.title)),
        overlap=overlap,
        alike=alike,
        figures=tuple(_counts_of_both(one, other)),
        names=names,
        amounts=amounts,
        phrase=max((len(phrase) for phrase in set(one.unnamed) & set(other.unnamed) if MASK in phrase), default=0),
        campaign=bool(one.campaign and other.campaign) and _contained(one.campaign, other.campaign) == 1,
        contradictions=(),
    )
    return _with_contradictions(made, one, other)


def compatible(one: Count, other: Count) -> bool:
    """Whether two counts of the same thing may be one number."""
    if one.of != other.of:
        return False
    if one.exact and other.exact:
        return one.value == other.value
    low, high = sorted((one.value, other.value))
    return high <= low * _ROUNDING


def has_body(sketch: Sketch) -> bool:
    """Whether a copy has more than its title: pages saved too late have lost the rest."""
    return sketch.letters >= _LONG_ENOUGH


def information(counts: Iterable[Count]) -> float:
    """How little chance there is that two announcements state the same counts: digits, four at most of each."""
    return sum(min(math.log10(max(count.value, 1)), 4) for count in counts)


def _with_contradictions(made: Agreement, one: Sketch, other: Sketch) -> Agreement:
    return replace(made, contradictions=tuple(_contradictions(made, one, other)))


def _contradictions(made: Agreement, one: Sketch, other: Sketch) -> Iterator[str]:
    if made.batch is None and one.batches and other.batches and _same_series(one, other):
        yield "batch"
    if one.phases and other.phases and not set(one.phases) & set(other.phases):
        yield "phase"
    same_words = made.overlap >= _SURE_TEXT and has_body(one) and has_body(other)
    if made.batch is None and not same_words and _other_headline(one.headline, other.headline):
        yield "headline"
    if len(made.amounts) < min(len(one.amounts), len(other.amounts)):
        yield "amounts"
    if one.names and other.names and not made.names and information(made.figures) < _SURE_COUNTS:
        yield "names"
    if one.places and other.places and not set(one.places) & set(other.places):
        yield "place"
    if one.period and other.period and (one.period.end < other.period.start or other.period.end < one.period.start):
        yield "period"
    if _body(one) and _body(other) and not made.issuer and not same_words:
        yield "issuer"


def _same_series(one: Sketch, other: Sketch) -> bool:
    return any(("-" in a) == ("-" in b) for a in one.batches for b in other.batches)


def _other_headline(one: Iterable[Count], other: Iterable[Count]) -> bool:
    """Whether the titles count the same kind of thing, and never the same number of it."""
    pairs = [(a, b) for a in one for b in other if a.of == b.of]
    return bool(pairs) and not any(compatible(a, b) for a, b in pairs)


def _body(sketch: Sketch) -> str | None:
    """The one body that issued it, where its code is of one."""
    issuer = sketch.issuer
    return None if issuer is None or issuer in _generic() else _ONE_BODY.get(issuer, issuer)


@cache
def _generic() -> frozenset[str]:
    return frozenset(item["code"] for item in vocabulary_source("authorities") if item["kind"] in _GENERIC_KINDS)


def _days(one: Sketch, other: Sketch) -> int | None:
    if one.published_on is None or other.published_on is None:
        return None
    return abs((one.published_on - other.published_on).days)


def _pairs(letters: str) -> frozenset[str]:
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


def _contained(one: Iterable[str], other: Iterable[str]) -> float:
    """Share of the smaller set that is in the other."""
    small, large = sorted((frozenset(one), frozenset(other)), key=len)
    return len(small & large) / len(small) if small else 0.0


def _overlap(one: Sketch, other: Sketch) -> tuple[float, float]:
    first, second = one.hashes, other.hashes
    # Where one was cut off, only what lies below the cut can be compared.
    cuts = [cut for cut in (one.cut, other.cut) if cut is not None]
    if cuts:
        cut = min(cuts)
        first, second = (frozenset(h for h in hashes if h <= cut) for hashes in (first, second))
    both = len(first & second)
    smaller, union = min(len(first), len(second)), len(first | second)
    return (both / smaller if smaller else 0.0), (both / union if union else 0.0)


def _counts_of_both(one: Sketch, other: Sketch) -> Iterator[Count]:
    """The counts of both, and those of both titles, which say less of what was counted."""
    figures = [count for count in _shared_counts(one.figures, other.figures) if count.value > 1]
    known = {count.value for count in figures}
    yield from figures
    yield from (count for count in _shared_counts(one.headline, other.headline) if count.value not in known | {0, 1})


def _shared_counts(one: Iterable[Count], other: Iterable[Count]) -> Iterator[Count]:
    there = list(other)
    return (count for count in one if any(compatible(count, o) for o in there))


def _shared_names(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many names both have; a longer form of a name (某某科技) counts as the name."""
    exact = set(one) & set(other)
    if exact or len(one) * len(other) > 10_000:
        return len(exact)
    return sum(any(len(min(a, b, key=len)) > 1 and (a in b or b in a) for b in other) for a in one)
