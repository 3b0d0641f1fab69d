"""What the parser reads out of one announcement, before any identity is given to it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Qualifier = Literal["exact", "at_least", "at_most", "about"]
Confidence = Literal["high", "medium", "low"]
NonNegative = Annotated[int, Field(ge=0, le=2**53 - 1)]
EXACT_LIMIT = 60
"""Longest `exact` of an anchor, in code points: a name or a phrase, never a sentence."""


def _is_none(value: object) -> bool:
    return value is None


class Extracted(BaseModel):
    """Base of everything the parser gives out: immutable, and no field it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Period(Extracted):
    """A span of days, both ends included."""

    start: date = Field(description="First day.")
    end: date = Field(description="Last day.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"the period ends ({self.end}) before it starts ({self.start})")
        return self


class Anchor(Extracted):
    """The evidence of one value: where in the text layer it was read.

    Offsets are Unicode code points into the text layer of the document, so that
    `text[start:end] == exact`.
    """

    field: str = Field(description="The field of the record that this supports, such as `measures`.")
    value: str | None = Field(None, description="Which value of a list field: the code, or the name as stated.")
    start: NonNegative = Field(description="First code point of the evidence in the text layer.")
    end: NonNegative = Field(description="One past the last code point.")
    exact: str = Field(
        min_length=1, max_length=EXACT_LIMIT, description="The characters there: a name, number or phrase."
    )
    rule: str | None = Field(
        None,
        exclude_if=_is_none,
        description="The rule by which the value was read: a code of the list of extraction rules. Left out where a "
        "person stated the value, and in what was read before rules were recorded.",
    )
    confidence: float | None = Field(
        None,
        ge=0,
        le=1,
        exclude_if=_is_none,
        description="How likely the value is right: the share of right values that the rule gave on labelled "
        "announcements, as calibrated when it was read. Left out where the labels cannot tell.",
    )

    @model_validator(mode="after")
    def _length_agrees(self) -> Self:
        if self.end - self.start != len(self.exact):
            raise ValueError(f"anchor {self.start}–{self.end} does not have the length of {self.exact!r}")
        return self


class ExtractedMention(Extracted):
    """A named subject of an action."""

    name: str = Field(min_length=1, description="The name as stated, without quotation marks.")
    kind: str = Field(description="What the text calls it: a code of `subject_kinds`.")
    entity: str | None = Field(None, description="The known entity it resolves to, if any.")
    operator: str | None = Field(
        None, exclude_if=_is_none, description="The company that the text says runs it, where it says so."
    )


def check_bounds(qualifier: Qualifier, low: int | None, high: int | None) -> None:
    """Raise `ValueError` unless the bounds have the shape their qualifier calls for.

    exact and about carry both bounds, at_least only the lower, at_most only the upper.
    """
    if low is not None and high is not None and high < low:
        raise ValueError(f"bounds are inverted: {low} to {high}")
    wanted = {"exact": (True, True), "about": (True, True), "at_least": (True, False), "at_most": (False, True)}
    if (low is not None, high is not None) != wanted[qualifier]:
        raise ValueError(f"a figure that is {qualifier!r} cannot have the bounds {low} to {high}")
    if qualifier == "exact" and low != high:
        raise ValueError(f"an exact figure has one value, not {low} to {high}")


class ExtractedFigure(Extracted):
    """One official count."""

    measure: str
    subject: str
    value_min: NonNegative | None
    value_max: NonNegative | None
    qualifier: Qualifier
    unit: str
    wording: str = Field(max_length=EXACT_LIMIT)
    period: Period | None
    authorities: tuple[str, ...]
    campaign: str | None = None
    confidence: Confidence
    anchors: tuple[Anchor, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        check_bounds(self.qualifier, self.value_min, self.value_max)
        return self


class ExtractedAction(Extracted):
    """One act of a regulator against one group of subjects for one violation."""

    entities: tuple[ExtractedMention, ...]
    unnamed_subject: str | None = Field(max_length=EXACT_LIMIT)
    unnamed_kind: str | None = Field(None, description="The kind of the unnamed subject, where its noun says.")
    open_ended: bool
    measures: tuple[str, ...] = Field(min_length=1)
    categories: tuple[str, ...]
    authorities: tuple[str, ...]
    instruments: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    amount_cny: NonNegative | None
    decided_on: date | None
    confidence: Confidence
    anchors: tuple[Anchor, ...] = Field(min_length=1)


class Unhandled(Extracted):
    """A clause in the scope of the announcement that no rule could read or set aside."""

    start: int
    end: int
    reason: str


class ClauseCounts(Extracted):
    """How the clauses in the scope of an announcement were dealt with."""

    extracted: NonNegative = Field(description="Clauses that gave a record or part of one.")
    ignored: NonNegative = Field(description="Clauses set aside for a stated reason.")
    unhandled: NonNegative = Field(description="Clauses no rule could read: what a person should look at.")


class ExtractedDocument(Extracted):
    """What identifies the copy that was read."""

    title: str | None
    url: str | None
    original_url: str | None = Field(None, description="The address the copy says it was taken from.")
    publisher: str | None
    published_on: date | None
    issuer: str | None
    period: Period | None
    sha256: str = Field(description="SHA-256 of the text layer as UTF-8.")
    source_sha256: str = Field(description="SHA-256 of the bytes as they were read.")
    length: NonNegative = Field(description="Length of the text layer in code points.")
    reprint_of: str | None = None
    clauses: ClauseCounts
    ignored_for: dict[str, NonNegative] = Field(
        default_factory=dict, description="The clauses set aside, by class of reason."
    )


class Extraction(Extracted):
    """Everything read from one document; what `cunzhao extract` prints."""

    document: ExtractedDocument
    figures: tuple[ExtractedFigure, ...]
    actions: tuple[ExtractedAction, ...]
    unhandled: tuple[Unhandled, ...]
