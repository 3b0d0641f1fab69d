"""Numbers that are known within bounds, and what becomes of the bounds when they are added or compared.

A bound that is not known stays unknown whatever is done with it: null is not zero. What is said to be about a number
has that number for both bounds, and whatever is made of it is about as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from schema.extraction import Qualifier

BoundsQualifier = Literal["exact", "at_least", "at_most", "about", "between", "unknown"]


class Amount(NamedTuple):
    """A number within bounds."""

    low: int | None
    high: int | None
    about: bool = False
    """Whether one of the numbers it was made of is not meant exactly."""

    @property
    def qualifier(self) -> BoundsQualifier:
        """How it is meant, in one word."""
        if self.low is None or self.high is None:
            if self.low is self.high:
                return "unknown"
            return "at_most" if self.low is None else "at_least"
        if self.about:
            return "about"
        return "exact" if self.low == self.high else "between"


def amount(qualifier: Qualifier, low: int | None, high: int | None) -> Amount:
    """The amount of a figure."""
    return Amount(low, high, qualifier == "about")


def total(amounts: Iterable[Amount]) -> Amount:
    """The sum: a floor where one of them is, a ceiling where one of them is, of no number at all where both are."""
    low: int | None = 0
    high: int | None = 0
    about = False
    for one in amounts:
        low = None if low is None or one.low is None else low + one.low
        high = None if high is None or one.high is None else high + one.high
        about = about or one.about
    return Amount(low, high, about)


def change(before: Amount, after: Amount) -> Amount:
    """What has to be added to the one to make the other."""
    low = None if after.low is None or before.high is None else after.low - before.high
    high = None if after.high is None or before.low is None else after.high - before.low
    return Amount(low, high, before.about or after.about)


class Ratio(BaseModel):
    """How many times one number is another, within bounds, rounded to four places."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: float | None = Field(description="Lower bound; null where there is none.")
    max: float | None = Field(description="Upper bound; null where there is none.")
    about: bool = Field(description="Whether a number it was made of is not meant exactly.")


def ratio(before: Amount, after: Amount) -> Ratio:
    """How many times the one the other is. Nothing is a multiple of zero."""
    low = None if after.low is None or not before.high else after.low / before.high
    high = None if after.high is None or not before.low else after.high / before.low
    return Ratio(
        min=None if low is None else round(low, 4),
        max=None if high is None else round(high, 4),
        about=before.about or after.about,
    )


class Bounds(BaseModel):
    """An amount as it is served."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value_min: int | None = Field(description="Lower bound; null where there is none. Null is not zero.")
    value_max: int | None = Field(description="Upper bound; null where there is none.")
    qualifier: BoundsQualifier = Field(
        description="How it is meant. between: within the bounds. about: at least one number it was made of is not "
        "meant exactly. unknown: nothing can be said."
    )
    about: bool = Field(description="Whether a number it was made of is not meant exactly.")


def bounds(one: Amount) -> Bounds:
    """An amount as it is served."""
    return Bounds(value_min=one.low, value_max=one.high, qualifier=one.qualifier, about=one.about)
