"""Counts what the record holds about some days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import asyncpg

from db.filters import as_of
from db.selecting import Sql
from db.statements import statement
from schema.coverage import AskedDays, Coverage, CoveredAuthority, CoveredYear, Days, Extent


def coverage_sql(days: Sequence[Days] | None, revision: int) -> Sql:
    """The statement that counts the documents of some days, of all days where these are None."""
    firsts = None if days is None else [each.first for each in days]
    lasts = None if days is None else [each.last for each in days]
    return statement("coverage").format(where=as_of("v")), [revision, firsts, lasts]


def extent_sql(revision: int) -> Sql:
    """The statement that counts all documents."""
    return statement("extent").format(where=as_of("v")), [revision]


def coverage_of(days: Sequence[Days] | None, rows: Sequence[asyncpg.Record], record: asyncpg.Record) -> Coverage:
    """What the rows of these statements say: of the first the whole comes first, then years, then issuers."""
    whole, *parts = rows
    years = [row for row in parts if row["of_year"] and row["announcements"]]
    authorities = [row for row in parts if not row["of_year"] and row["announcements"]]
    return Coverage(
        asked=None if days is None else tuple(map(_asked, days)),
        documents=whole["documents"],
        announcements=whole["announcements"],
        earliest=whole["earliest"],
        latest=whole["latest"],
        undated=whole["undated"],
        transcribed=whole["transcribed"],
        unhandled_clauses=whole["unhandled_clauses"],
        by_year=tuple(CoveredYear(year=row["year"], announcements=row["announcements"]) for row in years),
        by_authority=tuple(
            CoveredAuthority(authority=row["issuer"], announcements=row["announcements"]) for row in authorities
        ),
        record=Extent(**record),
    )


def _asked(days: Days) -> AskedDays:
    return AskedDays(
        first=None if days.first == date.min else days.first, last=None if days.last == date.max else days.last
    )
