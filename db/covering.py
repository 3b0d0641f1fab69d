"""Counts what the record holds about some days, and which names it knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from db.conditions import as_of
from db.matching import match_key
from db.pool import Connection
from db.statements import statement
from schema.coverage import AskedDays, Coverage, CoveredAuthority, CoveredYear, Days, Extent

_FIRST, _LAST = date(1, 1, 2), date(9999, 12, 30)
"""The driver takes the very ends of Python's calendar for infinity, which the order of lists does not know."""
_ON_THESE_DAYS = (
    "unnest($2::date[], $3::date[]) days (first, last)"
    " JOIN action_version v ON newest_first(v.acted_on) BETWEEN newest_first(days.last) AND newest_first(days.first)"
)


async def read_coverage(
    connection: Connection, days: Sequence[Days] | None, names: Sequence[str], revision: int
) -> Coverage:
    """What the record holds about some days, about all where these are None; `names` are ids or names of entities."""
    where = as_of("v")
    firsts = None if days is None else [max(each.first, _FIRST) for each in days]
    lasts = None if days is None else [min(each.last, _LAST) for each in days]
    # The whole comes first, then years, then issuers.
    whole, *parts = await connection.fetch(statement("coverage").format(where=where), revision, firsts, lasts)
    extent = await connection.fetch(statement("extent").format(where=where), revision)
    rows, values = ("action_version v", ()) if days is None else (_ON_THESE_DAYS, (firsts, lasts))
    not_named = await connection.fetchval(statement("not_named").format(rows=rows, where=where), revision, *values)
    unknown = statement("unknown_names").format(where=where)
    keys = [match_key(name) for name in names]
    return Coverage(
        **{name: whole[name] for name in _COUNTED},
        asked=None if days is None else tuple(map(_asked, days)),
        not_named=not_named,
        unknown_names=tuple(row["name"] for row in await connection.fetch(unknown, revision, list(names), keys)),
        by_year=tuple(
            CoveredYear(year=row["year"], announcements=row["announcements"])
            for row in parts
            if row["of_year"] and row["announcements"]
        ),
        by_authority=tuple(
            CoveredAuthority(authority=row["issuer"], announcements=row["announcements"])
            for row in parts
            if not row["of_year"] and row["announcements"]
        ),
        record=Extent(**extent[0]),
    )


_COUNTED = (*Extent.model_fields, "undated", "transcribed", "unhandled_clauses")


def _asked(days: Days) -> AskedDays:
    return AskedDays(
        first=None if days.first == date.min else days.first, last=None if days.last == date.max else days.last
    )
