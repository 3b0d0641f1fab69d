"""What the record holds about a time: without it, that nothing was found says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from schema.query import Filter


class Days(NamedTuple):
    """Days one after the other, both ends included."""

    first: date
    last: date


def days_asked(filter: Filter) -> tuple[Days, ...] | None:
    """The days that a filter asks about, in order; None where it asks about no time, () where no day fits all of it."""
    if not filter.year and filter.since is None and filter.until is None:
        return None
    first, last = filter.since or date.min, filter.until or date.max
    if not filter.year:
        return (Days(first, last),)
    years = set.intersection(*map(set, filter.year))
    within = (Days(max(first, date(year, 1, 1)), min(last, date(year, 12, 31))) for year in sorted(years))
    return tuple(_joined([days for days in within if days.first <= days.last]))


def names_asked(filter: Filter) -> tuple[str, ...]:
    """The entities that a filter names, by id or name, each once."""
    groups = (*filter.entity, *filter.operator, *filter.entity_id)
    return tuple(dict.fromkeys(name for group in groups for name in group))


def _joined(days: Sequence[Days]) -> list[Days]:
    """The same days, those that follow upon each other as one."""
    joined: list[Days] = []
    for each in days:
        if joined and each.first.toordinal() == joined[-1].last.toordinal() + 1:
            joined[-1] = Days(joined[-1].first, each.last)
        else:
            joined.append(each)
    return joined


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CoveredYear(_Part):
    """The announcements of one year."""

    year: int | None = Field(description="Year of publication; null for announcements that are not dated.")
    announcements: int = Field(ge=1, description="How many.")


class CoveredAuthority(_Part):
    """The announcements of one authority."""

    authority: str | None = Field(description="Who issued them: a code of `authorities`; null where that is not known.")
    announcements: int = Field(ge=1, description="How many.")


class AskedDays(_Part):
    """Days one after the other."""

    first: date | None = Field(description="The first; null without a beginning.")
    last: date | None = Field(description="The last, included; null without an end.")


class Extent(_Part):
    """How far documents reach."""

    documents: int = Field(ge=0, description="Copies of announcements, reprints included.")
    announcements: int = Field(ge=0, description="Announcements: documents that are no reprints.")
    earliest: date | None = Field(description="The first day one of the documents was published.")
    latest: date | None = Field(description="The last day one of the documents was published.")


class Coverage(Extent):
    """What the record holds about the time asked for: announcements published in it or reporting on it."""

    asked: tuple[AskedDays, ...] | None = Field(
        description="The days asked for, in order; null where no time was asked for, so that all documents count."
    )
    undated: int = Field(ge=0, description="Documents without a day of publication.")
    transcribed: int = Field(
        ge=0,
        description="Documents whose text is not held: of these only the facts that somebody wrote down are on record.",
    )
    unhandled_clauses: int = Field(
        ge=0, description="Clauses in the scope of the documents that no rule could read: what they say is missing."
    )
    not_named: int = Field(
        ge=0,
        description="Actions of the time asked for whose announcements do not name all subjects: whoever is looked for "
        "may be among those.",
    )
    unknown_names: tuple[str, ...] = Field(
        description="Names and ids asked for that are of no entity on record: it may be known by another name."
    )
    by_year: tuple[CoveredYear, ...] = Field(description="Announcements by year of publication, in order.")
    by_authority: tuple[CoveredAuthority, ...] = Field(description="Announcements by who issued them, most first.")
    record: Extent = Field(description="All that the record holds, whatever time was asked for.")
