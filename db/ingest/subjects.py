"""Who an act is done to: the nouns that say what they are, and groups that are not named."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from db.ingest import words
from db.ingest.lexicon import Spot, trie_pattern
from db.ingest.reading import Reading

_MODIFIER_REACH = 48
_LONGEST_NOUN = 16


class Name(NamedTuple):
    """A proper name, without quotation marks, and what the text calls its bearer."""

    start: int
    end: int
    kind: str
    operator: tuple[int, int] | None = None
    """Where the company stands that runs it, if the text has it apart from the name, as a table does."""


class Subject(NamedTuple):
    """One group of subjects: names, or a noun phrase that names nobody."""

    start: int
    end: int
    names: tuple[Name, ...] = ()
    kind: str | None = None
    opening: tuple[int, int] | None = None
    """The word that leaves the list open (等, 一批)."""

    @property
    def named(self) -> bool:
        return bool(self.names)


@cache
def _after_quantifier() -> re.Pattern[str]:
    genre = words.genre()
    return re.compile(f"(?:{genre['fillers']}|\\s)*")


@cache
def _quantifier() -> re.Pattern[str]:
    return re.compile(f"(?P<word>{trie_pattern(words.genre()['quantifiers'])})(?![、，。；])")


def kind_at(reading: Reading, position: int) -> Spot | None:
    """The noun that begins at a position, words such as 违法违规 before it aside."""
    filled = _after_quantifier().match(reading.text, position)
    reach = filled.end() if filled else position
    for spot in reading.kinds_between(position, reach + _LONGEST_NOUN):
        # A filler may be the beginning of the noun itself: 网络平台, 问题账号.
        if spot.start > reach:
            return None
        if _after_quantifier().fullmatch(reading.text, position, spot.start):
            return spot
    return None


def kind_chain(reading: Reading, first: Spot) -> Spot:
    """The last noun of a chain such as App、小程序 that begins with the given one."""
    last = first
    for spot in reading.kinds_between(first.end, first.end + _MODIFIER_REACH):
        if not words.pattern("joins").fullmatch(reading.text, last.end, spot.start):
            break
        last = spot
    return last


def head_kind(reading: Reading, start: int, end: int) -> Spot | None:
    """The noun that a phrase ends in."""
    near = reading.kinds_between(max(start, end - _LONGEST_NOUN), end)
    return next((spot for spot in near if spot.end == end), None)


def unnamed(reading: Reading, start: int, end: int, *, whole: bool) -> Subject | None:
    """The first group between two positions that is given by a noun only.

    With `whole` the phrase runs to the end where it ends in a noun, as the object of a verb
    does; otherwise it stops at its first noun, since a predicate follows.
    """
    for found in _quantifier().finditer(reading.text, start, end):
        head = head_kind(reading, found.end(), end) if whole else None
        head = head or _first_head(reading, found.end(), end)
        if head is not None:
            opening = found.span() if found["word"] in words.genre()["batch_words"] else None
            return Subject(found.start(), head.end, kind=own_kind(reading, found.end(), head), opening=opening)
    return None


def masked(reading: Reading, start: int, end: int) -> Subject | None:
    """A party whose name is hidden (某科技公司), at a position."""
    found = words.pattern("masked").match(reading.text, start, end)
    if found is None:
        return None
    noun = head_kind(reading, start, found.end())
    return Subject(start, found.end(), kind=noun.code if noun else None)


def own_kind(reading: Reading, start: int, head: Spot) -> str:
    """The kind of a chain is that of its first noun: App、小程序 is a group of apps."""
    first = head
    for spot in reversed(reading.kinds_between(start, head.start)):
        if not words.pattern("joins").fullmatch(reading.text, spot.end, first.start):
            break
        first = spot
    return first.code


def _first_head(reading: Reading, start: int, end: int) -> Spot | None:
    """The noun right after a quantity word, or after the first modifier in 的."""
    direct = kind_at(reading, start)
    if direct is not None and direct.end <= end:
        return kind_chain(reading, direct)
    reach = min(end, start + _MODIFIER_REACH)
    at = reading.text.find("的", start, reach)
    while at >= 0:
        if "，" in reading.text[start:at]:
            return None
        spot = kind_at(reading, at + 1)
        if spot is not None and spot.end <= end:
            return kind_chain(reading, spot)
        at = reading.text.find("的", at + 1, reach)
    return None
