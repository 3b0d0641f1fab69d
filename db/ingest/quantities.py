"""Counts and sums of money in folded text: number, qualifier, unit, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from db.ingest.fold import fold
from db.ingest.lexicon import trie_pattern
from db.ingest.numerals import DIGIT_CHARACTERS, arabic, chinese
from schema.codes import quantity_grammar, vocabulary_source
from schema.extraction import Qualifier

_SMALLEST_IN_WORDS = 2
_LARGEST = 2**53 - 1
"""A longer row of digits counts nothing, and no reader of JSON could take it."""
_BEFORE = 6
_DIGIT_RUN = f"(?<![\\d{DIGIT_CHARACTERS}])[\\d{DIGIT_CHARACTERS}][\\d{DIGIT_CHARACTERS}万亿]*+(?:[., ]\\d++)*+"
# 第三个 is an ordinal, 数百家 no number, and a number does not begin in the middle of another.
_NO_NUMBER_AFTER = frozenset("第数上成几好.0123456789")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit."""

    value: int
    qualifier: Qualifier
    unit: str
    start: int
    end: int
    """The whole phrase, qualifying words included."""
    number_start: int
    number_end: int
    """The number alone, with its multiplier."""

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """Least and greatest value, as the qualifier has them."""
        low = None if self.qualifier == "at_most" else self.value
        high = None if self.qualifier == "at_least" else self.value
        return low, high


@dataclass(frozen=True, slots=True)
class _Grammar:
    run: re.Pattern[str]
    """A row of digits that a unit may belong to."""
    count: re.Pattern[str]
    money: re.Pattern[str]
    before: re.Pattern[str]
    qualifiers: dict[str, Qualifier]


@cache
def _units() -> frozenset[str]:
    """Measure words of whatever is counted; a multiplier (万条) is no part of one."""
    words = (word for item in vocabulary_source("subject_kinds") for word in item.get("measure_words", ()))
    return frozenset(word for word in words if word[0] not in "万亿")


@cache
def _grammar() -> _Grammar:
    grammar = quantity_grammar()
    qualifiers: dict[str, Qualifier] = {
        fold(word): entry["code"] for entry in grammar["qualifiers"] if entry["code"] != "exact" for word in entry["zh"]
    }
    # 以下9款 introduces what follows; only behind a number it qualifies.
    leading = trie_pattern(word for word in qualifiers if not word.startswith("以"))
    number = (
        r"(?:(?P<digits>(?:\d{1,3}(?:[, ]\d{3})+(?!\d)|\d+)(?:\.\d+)?)"
        r"\s*(?P<inner>余|多)?\s*(?P<times>[百千佰仟]?[万亿]{0,2}|[百千佰仟])"
        rf"|(?P<words>[{DIGIT_CHARACTERS}][{DIGIT_CHARACTERS}万亿]*))\s*(?P<after>余|多)?\s*"
    )
    bad = trie_pattern(grammar["not_units_after"])
    trailing = trie_pattern(word for word in qualifiers if word not in "余多")
    count = rf"{number}(?P<unit>{trie_pattern(_units())})(?!{bad})(?P<last>{trailing})?"
    money = rf"{number}(?P<unit>元)(?:人民币)?(?P<last>{trailing})?"
    # Most digits are days, years, articles of law: what comes next tells them from counts at once.
    firsts = "".join(sorted({unit[0] for unit in (*_units(), "元")}))
    run = rf"{_DIGIT_RUN}(?=[\s余多百千佰仟万亿]*+[{re.escape(firsts)}])"
    return _Grammar(
        re.compile(run), re.compile(count), re.compile(money), re.compile(rf"(?:{leading})\s*$"), qualifiers
    )


@cache
def counted_phrase() -> str:
    """A pattern for a number with its measure word, wherever it matters only that there is one."""
    number = rf"[\d.,{DIGIT_CHARACTERS}]+\s*[余多]?[百千]?[万亿]*[余多]?\s*"
    marks = trie_pattern(_grammar().qualifiers)
    return rf"(?:{marks})?\s*{number}(?:{trie_pattern(_units())})(?:{marks})?"


@cache
def filler_words() -> str:
    """A pattern for the words between a noun and its number (共, 累计)."""
    return trie_pattern(fold(word) for word in quantity_grammar()["fillers"])


def counts(text: str) -> list[Quantity]:
    """Counts of things: a number with a measure word. Ordinals, dates, sums and percentages are none."""
    return list(_find(_grammar().count, text))


def sums(text: str) -> list[Quantity]:
    """Sums of money, in yuan."""
    return list(_find(_grammar().money, text))


def _find(pattern: re.Pattern[str], text: str) -> Iterator[Quantity]:
    # A search for runs of digits and a match at each is many times faster than a search for the whole.
    end = 0
    for run in _grammar().run.finditer(text):
        found = pattern.match(text, run.start()) if run.start() >= end else None
        quantity = _read(found, text) if found else None
        if quantity is not None:
            end = quantity.end
            yield quantity


def _read(found: re.Match[str], text: str) -> Quantity | None:
    if found["digits"] is not None:
        value = arabic(found["digits"], found["times"])
        start, end = found.start("digits"), found.end("times")
    else:
        value = chinese(found["words"])
        start, end = found.span("words")
        # 一个 and 一批 are articles, not counts.
        if value is not None and value < _SMALLEST_IN_WORDS:
            return None
    if value is None or value > _LARGEST or text[max(0, start - 1) : start] in _NO_NUMBER_AFTER:
        return None
    grammar = _grammar()
    before = grammar.before.search(text, max(0, start - _BEFORE), start)
    marks = (before.group().strip() if before else None, found["inner"], found["after"], found["last"])
    named = [grammar.qualifiers[mark] for mark in marks if mark]
    qualifier: Qualifier = named[-1] if named else "exact"
    begin = before.start() if before else start
    return Quantity(value, qualifier, found["unit"], begin, found.end(), start, end)
