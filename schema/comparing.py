"""Compares figures of one series between periods, and says what speaks against it.

The numbers come with their bounds, and so does the change. What is said of the two periods is added, and what follows
from the figures themselves. Where anything makes the comparison unsound no ratio is given, unless it is forced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schema.annotated import Annotations
from schema.annotations import Effect, Flag, Series, SeriesGap
from schema.bounds import Amount, Bounds, Ratio, amount, bounds, change, ratio
from schema.extraction import Period
from schema.records import Figure
from schema.series import PlacedFigure, conflicts_of, placed
from schema.spans import days_in, meet, period_name, within

MOST_PERIODS = 20
"""Most periods in one comparison."""
_SAME_LENGTH = 1.04
"""Years differ by a day, quarters by two: what is longer than that is not as long."""
Reason = Literal[
    "comparability", "flag", "contradiction", "gap", "overlap", "length", "measure", "subject", "several", "note"
]  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ComparedPeriod(_Part):
    """One period of a comparison."""

    name: str = Field(description="Its short name.")
    period: Period = Field(description="Its days.")
    value: Bounds | None = Field(description="The number; null where none is on record, which is not zero.")
    figures: tuple[PlacedFigure, ...] = Field(description="The figures that give it, each with its flags.")
    gap: SeriesGap | None = Field(description="Why there is none, where that is known.")


class ComparisonNote(_Part):
    """Something that bears on a comparison."""

    reason: Reason = Field(
        description="comparability: it is said of the two periods. flag: it is said of one of the figures. "
        "contradiction: one of the figures contradicts another. note: it is said of the series. The others follow from "
        "the figures: there is none (gap), the periods overlap, they are not equally long, another measure or another "
        "kind of subject was counted, several numbers are on record for one period."
    )
    effect: Effect | None = Field(
        description="unsound: the change means nothing. caution: it may mean less than it seems. Null: it bears on how "
        "the numbers are read."
    )
    kind: Flag | None = Field(description="What kind of thing it is, where it is said of figures or periods.")
    id: str | None = Field(description="Id of the annotation that says so; null where it follows from the figures.")
    period: str | None = Field(description="The period it is about, where it is about one of the two.")
    text_zh: str = Field(description="What it is, in Chinese.")
    text_en: str = Field(description="What it is, in English.")
    sources: tuple[str, ...] = Field(description="Ids of the documents that show it.")


class ComparedChange(_Part):
    """What became of the number from one period to the next one asked for."""

    earlier: str = Field(description="The earlier period.")
    later: str = Field(description="The later one.")
    sound: bool = Field(description="Whether nothing makes the comparison unsound.")
    forced: bool = Field(description="Whether the ratio is given although the comparison is unsound.")
    change: Bounds | None = Field(description="Later less earlier, within bounds; null where a number is missing.")
    ratio: Ratio | None = Field(description="Later by earlier, within bounds; null where that is unsound or unknown.")
    notes: tuple[ComparisonNote, ...] = Field(description="All that bears on it, what makes it unsound first.")


class Comparison(_Part):
    """Figures of one series in several periods, and what became of them."""

    series: str = Field(description="The series.")
    label_zh: str = Field(description="Its Chinese label.")
    label_en: str = Field(description="Its English label.")
    periods: tuple[ComparedPeriod, ...] = Field(description="The periods, the earliest first.")
    changes: tuple[ComparedChange, ...] = Field(description="From each period to the next.")


def compare(
    series: Series, periods: Sequence[Period], annotations: Annotations, figures: Mapping[str, Figure], *, force: bool
) -> Comparison:
    """Compare the figures of a series in some periods, each with the next in the order of time."""
    members = placed(series.id, annotations, figures)
    unique = sorted({(one.start, one.end): one for one in periods}.values(), key=lambda one: (one.start, one.end))
    compared = [_period(series.id, one, members, annotations) for one in unique]
    return Comparison(
        series=series.id, label_zh=series.label_zh, label_en=series.label_en, periods=tuple(compared),
        changes=tuple(_change(series.id, one, other, annotations, force) for one, other in pairwise(compared)),
    )  # fmt: skip


def _period(series: str, period: Period, members: Sequence[PlacedFigure], annotations: Annotations) -> ComparedPeriod:
    own = tuple(one for one in members if one.period == period)
    gap = None if own else gap_of(series, period, annotations)
    value = bounds(hull([_amount(one) for one in own])) if own else None
    return ComparedPeriod(name=period_name(period), period=period, value=value, figures=own, gap=gap)


def gap_of(series: str, period: Period, annotations: Annotations) -> SeriesGap | None:
    """Why a series has no figure of a period, as far as that is known: the gap itself, or a longer one around it."""
    gaps = annotations.gaps(series)
    exact = (one for one in gaps if one.period == period)
    around = (one for one in gaps if one.reason == "not_found" and within(period, one.period))
    return next(exact, None) or next(around, None)


def _amount(figure: PlacedFigure) -> Amount:
    return amount(figure.qualifier, figure.value_min, figure.value_max)


def hull(amounts: Sequence[Amount]) -> Amount:
    """What holds whichever of several numbers is right. A bound that one of them lacks is not known."""
    lows, highs = [one.low for one in amounts], [one.high for one in amounts]
    low = None if None in lows else min(one for one in lows if one is not None)
    high = None if None in highs else max(one for one in highs if one is not None)
    return Amount(low, high, any(one.about for one in amounts))


def _of(value: Bounds) -> Amount:
    return Amount(value.value_min, value.value_max, value.about)


def _change(
    series: str, earlier: ComparedPeriod, later: ComparedPeriod, annotations: Annotations, force: bool
) -> ComparedChange:
    order: dict[Effect | None, int] = {"unsound": 0, "caution": 1, None: 2}
    notes = sorted(_notes(series, earlier, later, annotations), key=lambda note: order[note.effect])
    sound = not any(note.effect == "unsound" for note in notes)
    difference, times = None, None
    if earlier.value is not None and later.value is not None:
        before, after = _of(earlier.value), _of(later.value)
        difference = bounds(change(before, after))
        times = ratio(before, after) if sound or force else None
    return ComparedChange(
        earlier=earlier.name, later=later.name, sound=sound, forced=not sound and times is not None, change=difference,
        ratio=times, notes=tuple(notes),
    )  # fmt: skip


def _notes(
    series: str, earlier: ComparedPeriod, later: ComparedPeriod, annotations: Annotations
) -> Iterator[ComparisonNote]:
    yield from _following(earlier, later)
    for one in annotations.comparability(series):
        if within(earlier.period, one.earlier) and within(later.period, one.later):
            yield ComparisonNote(
                reason="comparability", effect=one.effect, kind=one.kind, id=one.id, period=None, text_zh=one.why_zh,
                text_en=one.why_en, sources=one.sources,
            )  # fmt: skip
    for place in (earlier, later):
        yield from _of_period(series, place)
    for conflict in conflicts_of((*earlier.figures, *later.figures), annotations):
        yield ComparisonNote(
            reason="contradiction", effect="caution", kind=None, id=conflict.id, period=None,
            text_zh=conflict.why_zh, text_en=conflict.why_en, sources=conflict.sources,
        )  # fmt: skip
    for note in annotations.notes(series):
        if note.period is None or meet(note.period, earlier.period) or meet(note.period, later.period):
            yield ComparisonNote(
                reason="note", effect=None, kind=None, id=note.id, period=None, text_zh=note.text_zh,
                text_en=note.text_en, sources=note.sources,
            )  # fmt: skip


def _of_period(series: str, place: ComparedPeriod) -> Iterator[ComparisonNote]:
    """What is said of the figures of one period."""
    for figure in place.figures:
        for flag in figure.flags:
            effect: Effect | None = "caution" if flag.flag in _CAUTIONS else None
            yield ComparisonNote(
                reason="flag", effect=effect, kind=flag.flag, id=f"{series}-{figure.figure}", period=place.name,
                text_zh=flag.note_zh, text_en=flag.note_en, sources=(flag.source,),
            )  # fmt: skip


_CAUTIONS: frozenset[Flag] = frozenset(("estimated", "provisional", "low_confidence", "definition_differs", "break"))
"""Flags that make a number worth less. That figures of a year include those of its quarters harms no comparison."""


def _following(earlier: ComparedPeriod, later: ComparedPeriod) -> Iterator[ComparisonNote]:
    """What follows from the figures and periods themselves."""
    for place in (earlier, later):
        if place.value is None:
            yield _missing(place)
        elif len({_amount(one) for one in place.figures}) > 1:
            yield _rule("several", "unsound", place, "该期有几个不同的数字。", "Several numbers are on record for it.")
    if meet(earlier.period, later.period):
        words = ("两期重叠，后者的差额不是增减。", "The periods overlap, so the difference is no change over time.")
        yield _rule("overlap", "unsound", None, *words)
    elif not _as_long(earlier.period, later.period):
        yield _rule("length", "unsound", None, "两期长短不同。", "The periods are not equally long.")
    measures = [{one.measure for one in place.figures} for place in (earlier, later)]
    if all(measures) and measures[0].isdisjoint(measures[1]):
        said = [", ".join(sorted(each)) for each in measures]
        words = (f"所计措施不同：{said[0]}；{said[1]}。", f"Different measures were counted: {said[0]}; {said[1]}.")
        yield _rule("measure", "unsound", None, *words)
    subjects = [{one.subject_kind for one in place.figures} for place in (earlier, later)]
    if all(subjects) and subjects[0].isdisjoint(subjects[1]):
        said = [", ".join(sorted(each)) for each in subjects]
        words = (f"对象写法不同：{said[0]}；{said[1]}。", f"The subjects are worded otherwise: {said[0]}; {said[1]}.")
        yield _rule("subject", "caution", None, *words)


def _as_long(one: Period, other: Period) -> bool:
    shorter, longer = sorted((days_in(one), days_in(other)))
    return longer <= shorter * _SAME_LENGTH


def _missing(place: ComparedPeriod) -> ComparisonNote:
    if place.gap is None:
        return _rule("gap", "unsound", place, "该期数字不在案。", "No figure of it is on record.")
    return ComparisonNote(
        reason="gap", effect="unsound", kind=None, id=place.gap.id, period=place.name, text_zh=place.gap.note_zh,
        text_en=place.gap.note_en, sources=place.gap.sources,
    )  # fmt: skip


def _rule(reason: Reason, effect: Effect, place: ComparedPeriod | None, text_zh: str, text_en: str) -> ComparisonNote:
    return ComparisonNote(
        reason=reason, effect=effect, kind=None, id=None, period=place.name if place else None, text_zh=text_zh,
        text_en=text_en, sources=(),
    )  # fmt: skip
