"""One pass over a text for every word that the parser knows, of whatever list."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from ahocorasick_rs import AhoCorasick

from db.ingest import words
from db.ingest.gazetteer import known_names, name_pattern
from db.ingest.lexicon import Lexicon, Spot
from db.ingest.required import required


@dataclass(slots=True)
class _Entry:
    """What it means that a word stands in a text."""

    forms: list[str] = field(default_factory=list)
    """The lists it is a form of."""
    tries: list[tuple[str, int]] = field(default_factory=list)
    """The patterns of lexicons that may match where it stands, by lexicon and place."""
    names: list[str] = field(default_factory=list)
    """The named patterns that may match where it stands."""


@dataclass(frozen=True, slots=True)
class WordList:
    """Plain words, and a pattern that matches them."""

    words: Iterable[str]
    pattern: re.Pattern[str]


class Scanner:
    """Looks for the words of lexicons, of plain lists, and those that patterns require, all together."""

    def __init__(
        self,
        lexicons: Mapping[str, Lexicon],
        lists: Mapping[str, WordList] | None = None,
        tried: Mapping[str, re.Pattern[str]] | None = None,
    ) -> None:
        self.lexicons = lexicons
        self.lists = lists or {}
        self.always: dict[str, list[int]] = {name: [] for name in lexicons}
        """By lexicon, the patterns that require no word."""
        self._entries: dict[str, _Entry] = {}
        for name, lexicon in lexicons.items():
            for form in lexicon.codes:
                self._entry(form).forms.append(name)
            for place, (pattern, _) in enumerate(lexicon.patterns):
                self._require(name, place, pattern)
        for name, listed in self.lists.items():
            for word in listed.words:
                self._entry(word).forms.append(name)
        for name, pattern in (tried or {}).items():
            for word in required(pattern.pattern):
                self._entry(word).names.append(name)
        self._found = list(self._entries.values())
        self._automaton = AhoCorasick(self._entries)

    def _entry(self, word: str) -> _Entry:
        return self._entries.setdefault(word, _Entry())

    def _require(self, name: str, place: int, pattern: re.Pattern[str]) -> None:
        needed = required(pattern.pattern)
        for word in needed:
            self._entry(word).tries.append((name, place))
        if not needed:
            self.always[name].append(place)

    def scan(self, text: str) -> Hits:
        """Look for all words in a folded text."""
        hits = Hits(self, text)
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            entry = self._found[index]
            for name in entry.forms:
                # Of two forms that begin together the longer one ends, and so comes, later.
                hits.forms[name][start] = end
            if entry.tries:
                for name, place in entry.tries:
                    hits.tries[name].add(place)
            if entry.names:
                hits.names.update(entry.names)
        return hits


class Hits:
    """What one pass found; made into spots for the lists that are asked for."""

    def __init__(self, scanner: Scanner, text: str) -> None:
        self._scanner = scanner
        self._text = text
        self.forms: defaultdict[str, dict[int, int]] = defaultdict(dict)
        """By list, where a form begins and where the longest one there ends."""
        self.tries: defaultdict[str, set[int]] = defaultdict(set)
        """By lexicon, the patterns worth trying."""
        self.names: set[str] = set()
        self._begins: dict[str, list[int]] = {}

    def spots(self, name: str) -> list[Spot]:
        """The spots of a lexicon."""
        if not self.may_have(name):
            return []
        patterns = [*self._scanner.always[name], *sorted(self.tries.get(name, ()))]
        return self._scanner.lexicons[name].spots(self._text, self.forms.get(name, {}).items(), patterns)

    def may_have(self, name: str) -> bool:
        """Whether the text may hold anything of a lexicon or a plain list."""
        return name in self.forms or name in self.tries or bool(self._scanner.always.get(name))

    def begins(self, name: str) -> list[int]:
        """Where words of a plain list begin, in order."""
        begins = self._begins.get(name)
        if begins is None:
            begins = self._begins[name] = sorted(self.forms.get(name, ()))
        return begins

    def find(self, name: str, start: int, end: int) -> Iterator[re.Match[str]]:
        """The matches of a plain list between two positions, apart and in order, as `finditer` has them."""
        begins = self.begins(name)
        pattern, at = self._scanner.lists[name].pattern, start
        for index in range(bisect_left(begins, start), bisect_left(begins, end)):
            if begins[index] >= at and (match := pattern.match(self._text, begins[index], end)):
                yield match
                at = match.end()

    def may_match(self, name: str) -> bool:
        """Whether a tried pattern can match at all in the text."""
        return name in self.names


@cache
def scanner() -> Scanner:
    """The scanner of all words of the parser."""
    return Scanner(
        {
            "kinds": words.kinds(),
            "categories": words.categories(),
            "authorities": words.authorities(),
            "instruments": words.instruments(),
            "campaigns": words.campaigns(),
            "measures": words.measures(),
        },
        {
            "verbs": WordList({verb for verb, _ in words.frames().by_kind}, words.frames().verb),
            "names": WordList(known_names(), name_pattern()),
        },
        {name: words.pattern(name) for name in words.TRIED},
    )
