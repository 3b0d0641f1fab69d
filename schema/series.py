"""A series with all that belongs to it: its figures in the order of time, its gaps, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from schema.annotated import Annotations
from schema.annotations import Comparability, Contradiction, FigureFlag, Series, SeriesGap, SeriesNote
from schema.extraction import NonNegative, Period, Qualifier
from schema.records import Figure
from schema.spans import period_name


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlacedFigure(_Part):
    """A figure as it stands in a series."""

    figure: str = Field(description="Id of the figure.")
    document: str = Field(description="Id of the document that states it.")
    measure: str = Field(description="What was counted: a code of `measures`.")
    subject_kind: str = Field(description="To whom it was done: a code of `subject_kinds`.")
    value_min: NonNegative | None = Field(description="Lower bound; null where there is none. Null is not zero.")
    value_max: NonNegative | None = Field(description="Upper bound; null where there is none.")
    qualifier: Qualifier = Field(description="How the number is meant.")
    unit: str = Field(description="The measure word of the count, as stated.")
    wording: str = Field(description="The number as the text has it, with its noun.")
    period: Period = Field(description="The period counted.")
    period_name: str = Field(
        description="Its short name: `2023`, `2023H1`, `2023Q1`, `2023-07`, else its first and last day."
    )
    flags: tuple[FigureFlag, ...] = Field(description="What to know before it is compared.")
    contradictions: tuple[str, ...] = Field(description="Ids of the contradictions it is part of.")


class SeriesDetail(Series):
    """A series with its figures, its gaps and what is said of them."""

    figures: tuple[PlacedFigure, ...] = Field(description="Its figures, the earliest first.")
    gaps: tuple[SeriesGap, ...] = Field(description="Periods whose figures are not on record: null, never zero.")
    comparability: tuple[Comparability, ...] = Field(description="Pairs of periods that are not like for like.")
    notes: tuple[SeriesNote, ...] = Field(description="How it is to be read.")
    contradictions: tuple[Contradiction, ...] = Field(description="What its figures contradict.")


class FigureContext(_Part):
    """What is said about one figure: it is shown wherever the figure is."""

    series: tuple[FigurePlace, ...] = Field(description="Where it stands in series.")
    contradictions: tuple[Contradiction, ...] = Field(description="The contradictions it is part of.")


class FigurePlace(_Part):
    """The place of a figure in a series."""

    series: str = Field(description="The series.")
    flags: tuple[FigureFlag, ...] = Field(description="What to know before it is compared.")


FigureContext.model_rebuild()


def context_of(figure: str, annotations: Annotations) -> FigureContext | None:
    """What is said about a figure; None where nothing is."""
    places, conflicts = annotations.places(figure), annotations.contradictions(figure)
    if not places and not conflicts:
        return None
    return FigureContext(
        series=tuple(FigurePlace(series=one.series, flags=one.flags) for one in places),
        contradictions=tuple(conflicts),
    )


def placed(series: str, annotations: Annotations, figures: Mapping[str, Figure]) -> list[PlacedFigure]:
    """The figures of a series in the order of time. What has no period, or stands no more, has no place in it."""
    found = []
    for member in annotations.members(series):
        figure = figures.get(member.figure)
        if figure is not None and figure.period is not None:
            found.append(_placed(figure, figure.period, member.flags, annotations))
    return sorted(found, key=lambda one: (one.period.start, one.period.end, one.figure))


def _placed(figure: Figure, period: Period, flags: tuple[FigureFlag, ...], annotations: Annotations) -> PlacedFigure:
    return PlacedFigure(
        figure=figure.id, document=figure.document.id, measure=figure.measure, subject_kind=figure.subject_kind,
        value_min=figure.value_min, value_max=figure.value_max, qualifier=figure.qualifier, unit=figure.unit,
        wording=figure.wording, period=period, period_name=period_name(period), flags=flags,
        contradictions=tuple(one.id for one in annotations.contradictions(figure.id)),
    )  # fmt: skip


def conflicts_of(figures: Iterable[PlacedFigure], annotations: Annotations) -> list[Contradiction]:
    """The contradictions that some figures are part of, each once, by id."""
    found = {one.id: one for figure in figures for one in annotations.contradictions(figure.figure)}
    return [found[key] for key in sorted(found)]


def detail_of(series: Series, annotations: Annotations, figures: Mapping[str, Figure]) -> SeriesDetail:
    """A series with all that belongs to it."""
    members: Sequence[PlacedFigure] = placed(series.id, annotations, figures)
    return SeriesDetail(
        **series.model_dump(),
        figures=tuple(members),
        gaps=tuple(annotations.gaps(series.id)),
        comparability=tuple(annotations.comparability(series.id)),
        notes=tuple(annotations.notes(series.id)),
        contradictions=tuple(conflicts_of(members, annotations)),
    )
