"""Everything that the word lists find in one segment, before clauses are made sense of."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from db.ingest import quantities, words
from db.ingest.blocks import Segment
from db.ingest.clauses import Sentence, split
from db.ingest.lazy import lazy
from db.ingest.lexicon import Spot
from db.ingest.quantities import Quantity
from db.ingest.scan import Hits, scanner

if TYPE_CHECKING:
    from db.ingest.measures import Measure
    from db.ingest.parties import Parties
    from db.ingest.subjects import Subject

REACH = 300
"""So far from an act, at most, stands what belongs to it: a clause can be a whole page."""
TAIL = 40
"""So many characters hold a number with its measure word and the fillers around it."""
_NEGATION_REACH = 4
_BRACKETS = re.compile("（[^（）]*）")
_TITLED = re.compile("《[^《》]{1,60}》")
_QUOTED = re.compile("“[^“”]{1,40}”")


class Placed(Protocol):
    """Anything that stands from one position to another."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


P = TypeVar("P", bound=Placed)
_start = attrgetter("start")


class Reading:
    """One segment with its spots, each list in the order of the text; lists are made when asked for."""

    def __init__(self, segment: Segment, index: int = 0) -> None:
        self.segment = segment
        self.index = index
        self.text = segment.folded
        self.measures: dict[tuple[int, int], Sequence[Measure]] = {}
        """The measures of its clauses, once they have been asked for."""
        self.subjects: dict[tuple[int, int, str | None], tuple[Subject, ...]] = {}
        """The names between two positions, once they have been asked for."""
        self.parties: dict[tuple[int, int], tuple[Parties, ...]] = {}
        """The parties that are acted on between two positions, once they have been asked for."""
        self.phrase_heads: list[Spot] | None = None
        """The nouns that stand right after 的, once they have been asked for."""

    @lazy
    def sentences(self) -> tuple[Sentence, ...]:
        return split(self.segment)

    @lazy
    def hits(self) -> Hits:
        """What the one pass over the text found."""
        return scanner().scan(self.text)

    @lazy
    def kinds(self) -> list[Spot]:
        return self.hits.spots("kinds")

    @lazy
    def categories(self) -> list[Spot]:
        # The name of a law or an app tells of no breach.
        spots = self.hits.spots("categories")
        titled = self.titled if spots else ()
        return [one for one in spots if not overlaps(self.titled, one.start, one.end)] if titled else spots

    def kinds_between(self, start: int, end: int) -> Sequence[Spot]:
        """The nouns that stand whole between two positions."""
        return between(self.kinds, start, end)

    def categories_between(self, start: int, end: int) -> Sequence[Spot]:
        """The violations that stand whole between two positions."""
        return between(self.categories, start, end)

    @lazy
    def authorities(self) -> list[Spot]:
        return self.hits.spots("authorities")

    @lazy
    def instruments(self) -> list[Spot]:
        return self.hits.spots("instruments")

    @lazy
    def campaigns(self) -> list[Spot]:
        return self.hits.spots("campaigns")

    @lazy
    def circular(self) -> tuple[int, int] | None:
        """The first word that announces a circular."""
        found = self.search("circulars", 0, len(self.text))
        return found.span() if found else None

    def search(self, name: str, start: int, end: int) -> re.Match[str] | None:
        """The first match between two positions of a pattern that the scan tells of."""
        return words.pattern(name).search(self.text, start, end) if self.hits.may_match(name) else None

    @lazy
    def brackets(self) -> list[tuple[int, int]]:
        """The stretches in brackets."""
        return [found.span() for found in _BRACKETS.finditer(self.text)]

    @lazy
    def quoted(self) -> list[tuple[int, int]]:
        """The short stretches in quotation marks: names and catchwords."""
        return [found.span() for found in _QUOTED.finditer(self.text)]

    @lazy
    def titled(self) -> list[tuple[int, int]]:
        """The stretches in title marks: laws, apps, articles."""
        return [found.span() for found in _TITLED.finditer(self.text)]

    @lazy
    def counts(self) -> list[Quantity]:
        return quantities.counts(self.text)

    @lazy
    def sums(self) -> list[Quantity]:
        return quantities.sums(self.text)

    @lazy
    def acts(self) -> list[Act]:
        """Words that may be measures: those of the lists, and verbs whose object has still to be seen."""
        if not self.hits.may_have("measures") and not self.hits.may_have("verbs"):
            return []
        found = [Act(spot.start, spot.end, spot.code, None) for spot in self.hits.spots("measures")]
        taken = [(act.start, act.end) for act in found]
        for verb in self.hits.find("verbs", 0, len(self.text)):
            if not overlaps(taken, verb.start(), verb.end()):
                found.append(Act(verb.start(), verb.end(), None, verb.group()))
        return sorted((act for act in found if not self._negated(act)), key=lambda act: act.start)

    def _negated(self, act: Act) -> bool:
        before = self.text[max(0, act.start - _NEGATION_REACH) : act.start]
        return any(found.end() == len(before) for found in words.pattern("negations").finditer(before))


class Act(NamedTuple):
    """A measure word with its code, or a verb (`关闭`) that becomes one by its object."""

    start: int
    end: int
    code: str | None
    verb: str | None


def overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a stretch overlaps one of those taken, which are in order and apart."""
    index = bisect_left(taken, (end, 0))
    return any(high > start for _, high in taken[max(0, index - 2) : index])


def between(placed: Sequence[P], start: int, end: int) -> Sequence[P]:
    """Those of an ordered list that stand whole between two positions, found without reading the rest."""
    if not placed:
        return ()
    first = bisect_left(placed, start, key=_start)
    last = bisect_left(placed, end, lo=first, key=_start)
    return [one for one in placed[first:last] if one.end <= end]


def around(placed: Sequence[P], position: int) -> Sequence[P]:
    """The one of an ordered list that a position lies in, where there is one."""
    index = bisect_right(placed, position, key=_start)
    return [one for one in placed[max(0, index - 1) : index] if position < one.end]


def last_until(placed: Sequence[P], start: int, end: int) -> P | None:
    """The last of an ordered list that stands whole between two positions, one without extent at the end included."""
    for index in range(bisect_right(placed, end, key=_start) - 1, -1, -1):
        if placed[index].start < start:
            return None
        if placed[index].end <= end:
            return placed[index]
    return None


def next_from(placed: Sequence[P], position: int) -> P | None:
    """The first of an ordered list that begins at a position or after it."""
    index = bisect_left(placed, position, key=_start)
    return placed[index] if index < len(placed) else None
