"""The order of lists: newest first, what has no date last, then by id. Its ascending form is what the indexes hold."""

from __future__ import annotations

from datetime import date

from schema.records import RecordKind

SORTED_ON: dict[RecordKind, str] = {
    "action": "v.acted_on",
    "figure": "v.period_end",
    "document": "v.published_on",
    "entity": "NULL::date",
}
"""The date each kind is sorted by, as a column of `v`."""
_END = date(2200, 1, 1)
UNDATED = 2**31 - 1


def newest_first(day: date | None) -> int:
    """A number that grows as dates get older: the SQL function of this name gives the same."""
    return UNDATED if day is None else (_END - day).days


def day_of(place: str) -> str:
    """The date that a number of this order stands for, in SQL."""
    return f"CASE WHEN {place} < {UNDATED} THEN '{_END}'::date - {place} END"
