"""Adds official counts up, where that makes sense, and refuses where it does not."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from schema.bounds import Bounds, amount, bounds, total
from schema.codes import CodeBook
from schema.overlaps import refuse_overlaps, related
from schema.query import BadQuery
from schema.records import Figure

MOST_FIGURES = 200
"""Most figures that are added up: each is compared with every other."""


class Missing(BaseModel):
    """A period of a series without a figure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    series: str = Field(description="The series.")
    period: str = Field(description="The period.")
    gap: str | None = Field(description="Id of the gap that says why, where that is known.")


class Sum(BaseModel):
    """A sum of official counts that do not overlap."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: Bounds | None = Field(
        description="The sum, a floor where one of them is a floor or is missing; null where there is no figure at "
        "all, which is not zero."
    )
    missing: tuple[Missing, ...] = Field(description="What was asked for and is not on record: a gap, never a zero.")
    figures: tuple[str, ...] = Field(description="Ids of the figures that were added up.")


def sum_of(figures: Sequence[Figure], missing: Sequence[Missing], book: CodeBook) -> Sum:
    """The sum of some figures. Where others are missing it is a floor: what these are is not known.

    Raises `Overlapping` where something may be in two of them, `BadQuery` where they count different things.
    """
    refuse_overlaps(figures, book)
    for one in figures[1:]:
        if not related(figures[0], one, book):
            raise BadQuery(
                "series", f"{figures[0].measure} and {one.measure} are different things: they are not added up"
            )
    if not figures:
        return Sum(value=None, figures=(), missing=tuple(missing))
    value = total(amount(one.qualifier, one.value_min, one.value_max) for one in figures)
    value = value._replace(high=None) if missing else value
    return Sum(value=bounds(value), figures=tuple(one.id for one in figures), missing=tuple(missing))


def refuse_many(number: int) -> None:
    """Raise `BadQuery` where there are too many figures to be added up."""
    if number > MOST_FIGURES:
        raise BadQuery("periods", f"at most {MOST_FIGURES} figures are added up at once, not {number}: ask for fewer")
