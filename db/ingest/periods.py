"""Spans of time that an announcement reports on: years, halves, quarters, months."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schema.extraction import Period

_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_SPAN = re.compile(
    r"(?<![\d.])(?P<year>20\d\d|19\d\d)年(?:度)?(?:"
    r"第?(?P<quarter>[一二三四1-4])季度"
    r"|(?P<half>上半年|下半年)"
    r"|(?P<from>\d{1,2})月?(?:份)?(?:至|到|-|—|~|～)(?P<to>\d{1,2})月(?:份)?(?!\d{0,2}日)"
    r"|(?P<month>\d{1,2})月(?:份)?(?!\s*\d{1,2}\s*日|至|到|-|—)"
    r"|(?P<bare>全年)?(?!\s*\d{1,2}月|第?[\d一二三四五六七八九十]+[批次期号届]|版)"
    r")"
)
_RELATIVE = re.compile(r"(?P<last>去年(?!同期|\d{1,2}月))|(?P<this>今年以来)")
_DATE = re.compile(r"(?P<year>20\d\d)年(?P<month>\d{1,2})月(?P<day>\d{1,2})日")


@dataclass(frozen=True, slots=True)
class PeriodSpot:
    """A span of days and the words that state it."""

    period: Period
    start: int
    end: int


def periods(text: str, start: int, end: int, published_on: date | None) -> Iterator[PeriodSpot]:
    """The spans stated between two positions of folded text, in order of their sort."""
    for found in _SPAN.finditer(text, start, end):
        period = _span(found)
        if period is not None:
            yield PeriodSpot(period, *found.span())
    if published_on is not None:
        for found in _RELATIVE.finditer(text, start, end):
            yield PeriodSpot(_relative(found, published_on), *found.span())


def dates(text: str, start: int, end: int) -> Iterator[tuple[date, int, int]]:
    """The full dates stated between two positions."""
    for found in _DATE.finditer(text, start, end):
        try:
            yield date(*(int(found[part]) for part in ("year", "month", "day"))), *found.span()
        except ValueError:
            continue


def _span(found: re.Match[str]) -> Period | None:
    year = int(found["year"])
    if found["quarter"]:
        last = 3 * _NUMBERS[found["quarter"]]
        return _months(year, last - 2, last)
    if found["half"]:
        return _months(year, 1, 6) if found["half"] == "上半年" else _months(year, 7, 12)
    if found["from"]:
        return _months(year, int(found["from"]), int(found["to"]))
    if found["month"]:
        return _months(year, int(found["month"]), int(found["month"]))
    return _months(year, 1, 12)


def _months(year: int, first: int, last: int) -> Period | None:
    if not 1 <= first <= last <= 12:
        return None
    return Period(start=date(year, first, 1), end=date(year, last, calendar.monthrange(year, last)[1]))


def _relative(found: re.Match[str], published_on: date) -> Period:
    if found["last"]:
        return Period(start=date(published_on.year - 1, 1, 1), end=date(published_on.year - 1, 12, 31))
    return Period(start=date(published_on.year, 1, 1), end=published_on)
