"""Finds the surface forms of a code list in folded text, longest first, without overlap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from db.ingest.fold import fold

Stretch = tuple[int, int]
_Found = tuple[int, int, tuple[str, ...]]


class Spot(NamedTuple):
    """A code and where in a segment it was read."""

    code: str
    start: int
    end: int


class Lexicon:
    """Literal forms and patterns, each with its codes. A form may have several codes, or none (a decoy)."""

    def __init__(
        self,
        forms: Iterable[tuple[str, str | None]],
        patterns: Iterable[tuple[str, str]] = (),
    ) -> None:
        self.codes: dict[str, tuple[str, ...]] = {}
        """Folded form → its codes."""
        for form, code in forms:
            known = self.codes.setdefault(fold(form), ())
            if code is not None and code not in known:
                self.codes[fold(form)] = (*known, code)
        self.patterns = [(re.compile(pattern, re.IGNORECASE), code) for pattern, code in patterns]

    def spots(self, text: str, forms: Iterable[Stretch], patterns: Iterable[int]) -> list[Spot]:
        """All spots of the text in order; spots of one form with several codes stand together.

        `forms` are the longest form at every place where one begins, which may overlap, in order;
        `patterns` are the indexes of those worth trying.
        """
        found = [(start, end, self.codes[text[start:end]]) for start, end in forms]
        for index in patterns:
            pattern, code = self.patterns[index]
            for match in pattern.finditer(text):
                found.append((match.start(), match.end(), (code,)))
        if len(found) > 1:
            found = _longest_first(found)
        return [Spot(code, start, end) for start, end, codes in found for code in codes]


def _longest_first(found: list[_Found]) -> list[_Found]:
    """Those that stand when the longest form wins wherever two overlap (rule r3)."""
    found.sort()
    if all(one[1] <= next_one[0] for one, next_one in pairwise(found)):
        return found
    taken: set[int] = set()
    kept = []
    for start, end, codes in sorted(found, key=lambda one: (one[0] - one[1], one[0])):
        if taken.isdisjoint((start, end - 1)) and taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            kept.append((start, end, codes))
    return sorted(kept)


def trie_pattern(words: Iterable[str]) -> str:
    """A regular expression for any of the words, the longest first, with shared beginnings factored out."""
    return _branch(sorted(set(words)))


def _branch(words: list[str]) -> str:
    groups: Mapping[str, list[str]] = _by_first(words)
    branches = []
    for first, rests in groups.items():
        longer = [rest for rest in rests if rest]
        tail = _branch(longer) if longer else ""
        optional = "?" if "" in rests and longer else ""
        branches.append(re.escape(first) + (f"(?:{tail}){optional}" if tail else ""))
    return "|".join(branches)


def _by_first(words: list[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for word in words:
        groups.setdefault(word[0], []).append(word[1:])
    return groups
