"""Spans of time that an announcement reports on: years, halves, quarters, months."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from db.ingest.reading import overlaps
from schema.extraction import Period

_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_SPAN = re.compile(
    r"(?<![\d.])(?P<year>20\d\d|19\d\d)(?:年(?:度)?|(?=上半年|下半年))(?:"
    r"第?(?P<quarter>[一二三四1-4])季度"
    r"|(?P<half>上半年|下半年)"
    r"|(?P<from>\d{1,2})月?(?:份)?(?:至|到|-|—|~|～)(?P<to>\d{1,2})月(?:份)?(?!\d{0,2}日)"
    r"|(?P<month>\d{1,2})月(?:份)?(?!\s*\d{1,2}\s*日|至|到|-|—)"
    r"|(?P<bare>全年)?(?!\s*\d{1,2}月|第?[\d一二三四五六七八九十]+[批次期号届]|版)"
    r")"
)
_NAMED = re.compile("《[^《》]{1,80}》|“[^“”]{1,40}”")
"""A year within the name of a campaign or a paper is no period."""
_RANGE = re.compile(
    r"(?<![\d.])(?P<y1>20\d\d)年(?:(?P<m1>\d{1,2})月(?:(?P<d1>\d{1,2})日)?)?(?:至|到|-|—|~|～)+"
    r"(?:(?P<y2>20\d\d)年)?(?:(?P<m2>\d{1,2})月(?:(?P<d2>\d{1,2})日)?)?(?P<end>底|末)?"
)
_SINCE = re.compile(
    r"(?<![\d.])自?(?P<year>20\d\d)年(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?)?(?:份)?(?:以来|起)(?!施行|实施|执行)"
)
_RELATIVE = re.compile(
    r"(?P<last>去年(?!同期|\d{1,2}月|底|末))|(?P<this>今年以来)"
    r"|(?<![\d年])(?:今年)?第?(?P<quarter>[一二三四1-4])季度|(?<![\d年])(?:今年)?(?P<half>上半年|下半年)"
    r"|(?<![\d年])(?:今年)?(?P<from>\d{1,2})月?(?:份)?(?:至|到|-|—)(?P<to>\d{1,2})月(?:份)?(?!\d{0,2}日)"
)
_DATE = re.compile(r"(?P<year>20\d\d)年(?P<month>\d{1,2})月(?P<day>\d{1,2})日")
_AHEAD = timedelta(days=62)
"""A year is told of as a whole before its last weeks are over, and no earlier."""


@dataclass(frozen=True, slots=True)
class PeriodSpot:
    """A span of days and the words that state it."""

    period: Period
    start: int
    end: int


def periods(text: str, start: int, end: int, published_on: date | None) -> Iterator[PeriodSpot]:
    """The spans stated between two positions of folded text, in order of their sort."""
    taken = [found.span() for found in _NAMED.finditer(text, start, end)]
    for pattern, read in ((_RANGE, _range), (_SINCE, _since), (_SPAN, _span), (_RELATIVE, _relative)):
        known = sorted(taken)
        for found in pattern.finditer(text, start, end):
            if overlaps(known, *found.span()):
                continue
            period = read(found, published_on)
            if period is not None and not _is_ahead(period, published_on):
                taken.append(found.span())
                yield PeriodSpot(period, *found.span())


def _is_ahead(period: Period, published_on: date | None) -> bool:
    """Whether a span mostly lies ahead of its announcement: the year of a plan or a campaign, not one reported on."""
    return published_on is not None and period.end - published_on > _AHEAD


def dates(text: str, start: int, end: int) -> Iterator[tuple[date, int, int]]:
    """The full dates stated between two positions."""
    for found in _DATE.finditer(text, start, end):
        try:
            yield date(*(int(found[part]) for part in ("year", "month", "day"))), *found.span()
        except ValueError:
            continue


def _range(found: re.Match[str], published_on: date | None) -> Period | None:
    """From one year, month or day to another: 2019年至2021年, 2025年7月30日至8月31日."""
    if found["y2"] is None and found["m2"] is None:
        return None
    years = int(found["y1"]), int(found["y2"] or found["y1"])
    months = int(found["m1"] or 1), int(found["m2"] or 12)
    try:
        first = date(years[0], months[0], int(found["d1"] or 1))
        last = date(years[1], months[1], int(found["d2"] or calendar.monthrange(years[1], months[1])[1]))
    except ValueError:
        return None
    return Period(start=first, end=last) if first <= last else None


def _since(found: re.Match[str], published_on: date | None) -> Period | None:
    """From a day on, to when it was published."""
    try:
        first = date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
    except ValueError:
        return None
    return Period(start=first, end=published_on) if published_on is not None and first <= published_on else None


def _span(found: re.Match[str], published_on: date | None) -> Period | None:
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


def _relative(found: re.Match[str], published_on: date | None) -> Period | None:
    """A span told from the day of publication: 去年, 今年以来, 上半年, 第三季度."""
    if published_on is None:
        return None
    year = published_on.year
    if found["last"]:
        return _months(year - 1, 1, 12)
    if found["this"]:
        return Period(start=date(year, 1, 1), end=published_on)
    if found["quarter"]:
        last = 3 * _NUMBERS[found["quarter"]]
        first = last - 2
    elif found["half"]:
        first, last = (1, 6) if found["half"] == "上半年" else (7, 12)
    else:
        first, last = int(found["from"]), int(found["to"])
    # What had not begun when it was published was that of the year before.
    return _months(year if date(year, min(first, 12), 1) <= published_on else year - 1, first, last)
