"""Names of periods: `2023`, `2023H1`, `2023Q1`, `2023-07`, or two days with a slash between."""

from __future__ import annotations

import re
from datetime import date, timedelta

from schema.extraction import Period
from schema.query import FIRST_YEAR, LAST_YEAR, BadQuery

PERIOD_PATTERN = (
    r"^([12][0-9]{3}(H[12]|Q[1-4]|-(0[1-9]|1[0-2]))?|[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9]{4}-[0-9]{2}-[0-9]{2})$"
)
_PERIOD = re.compile(PERIOD_PATTERN, re.ASCII)


def read_period(text: str) -> Period:
    """The period of a name. Raises `BadQuery`."""
    try:
        if not _PERIOD.fullmatch(text):
            raise ValueError("it is neither 2023, 2023H1, 2023Q1, 2023-07 nor 2023-01-01/2023-07-29")
        period = _read(text)
        if not FIRST_YEAR <= period.start.year <= period.end.year <= LAST_YEAR:
            raise ValueError(f"years are {FIRST_YEAR} to {LAST_YEAR}")
    except ValueError as error:
        raise BadQuery("periods", f"{text[:40]!r} is no period: {_plain(error)}") from None
    return period


def _plain(error: ValueError) -> str:
    """The reason in one line; pydantic's has several."""
    return "it ends before it starts" if "ends (" in str(error) else str(error)


def _read(text: str) -> Period:
    if "/" in text:
        start, _, end = text.partition("/")
        return Period(start=date.fromisoformat(start), end=date.fromisoformat(end))
    year, rest = int(text[:4]), text[4:]
    if not rest:
        return _months(year, 1, 12)
    number = int(rest[1:])
    if rest[0] == "H":
        return _months(year, 6 * number - 5, 6)
    return _months(year, 3 * number - 2, 3) if rest[0] == "Q" else _months(year, number, 1)


def _months(year: int, first: int, many: int) -> Period:
    after = first + many
    next_first = date(year + 1, 1, 1) if after > 12 else date(year, after, 1)
    return Period(start=date(year, first, 1), end=next_first - timedelta(days=1))


def period_name(period: Period) -> str:
    """The shortest name of a period."""
    year, first = period.start.year, period.start.month
    for name, start, many in (
        (f"{year}", 1, 12),
        (f"{year}H{(first + 5) // 6}", first, 6),
        (f"{year}Q{(first + 2) // 3}", first, 3),
        (f"{year}-{first:02}", first, 1),
    ):
        if (start - 1) % many == 0 and start + many <= 13 and _months(year, start, many) == period:
            return name
    return f"{period.start}/{period.end}"


def days_in(period: Period) -> int:
    """How many days a period has."""
    return (period.end - period.start).days + 1


def within(inner: Period, outer: Period) -> bool:
    """Whether all of a period lies in another."""
    return outer.start <= inner.start and inner.end <= outer.end


def meet(one: Period, other: Period) -> bool:
    """Whether two periods have a day in common."""
    return one.start <= other.end and other.start <= one.end
