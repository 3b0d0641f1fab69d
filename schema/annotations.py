"""What the record says about its figures: series, breaks, contradictions, gaps. Each with its source, each versioned.

Records say what announcements state; annotations say how these statements go together. They are few, so a revision has
all of them in memory, as it has the code lists.
"""

from __future__ import annotations

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from schema.extraction import Period
from schema.records import Record

Flag = Literal[
    "break", "definition_differs", "joint_count", "estimated", "provisional", "revised", "low_confidence", "cumulative",
    "overlaps",
]  # fmt: skip
FLAGS: dict[Flag, str] = {
    "break": "What is counted changed here: values before and after are not like for like.",
    "definition_differs": "It counts something else than the series does, or words it otherwise.",
    "joint_count": "One number for several measures or subjects; it cannot be split.",
    "estimated": "The number or its period was inferred.",
    "provisional": "A later source is expected to replace it.",
    "revised": "It replaces an earlier number.",
    "low_confidence": "It is known from renderings or reposts only.",
    "cumulative": "It includes the figures of shorter periods within its own.",
    "overlaps": "It counts in part what another figure counts.",
}
"""What each flag means."""
Scope = Literal["national", "campaign", "neighbouring"]
Effect = Literal["unsound", "caution"]
Conflict = Literal["exceeds_whole", "part_equals_whole", "differs"]
CODE = "^[a-z][a-z0-9_]{1,63}$"
ID = "^[a-z][a-z0-9_-]{0,99}$"
FIGURE_ID = "^f-[a-z2-7]{13}$"


class Annotation(Record):
    """What all annotations have."""

    id: str = Field(pattern=ID, description="Its id, never used for anything else.")
    revision: int = Field(1, ge=1, description="The revision that opened this version of it.")


class Series(Annotation):
    """Figures that answer one question over time: a measure of one kind of subject, as one authority counts it."""

    id: str = Field(pattern=CODE, description="Its code, never used for another series.")
    label_zh: str = Field(min_length=1, description="Chinese label.")
    label_en: str = Field(min_length=1, description="English label.")
    definition_zh: str = Field(min_length=1, description="What it counts, in Chinese.")
    definition_en: str = Field(min_length=1, description="What it counts, in English.")
    scope: Scope = Field(
        description="national: the totals of a whole authority. campaign: the totals of campaigns. neighbouring: "
        "counts of other authorities, or of one operator. Series of different scopes are never to be mixed."
    )
    measures: tuple[str, ...] = Field(min_length=1, description="What is counted: codes of `measures`.")
    subject_kinds: tuple[str, ...] = Field(min_length=1, description="To whom it was done: codes of `subject_kinds`.")
    authorities: tuple[str, ...] = Field(min_length=1, description="Whose counts they are: codes of `authorities`.")
    campaigns: tuple[str, ...] = Field(description="The campaigns counted, if it is of any: codes of `campaigns`.")


class FigureFlag(Record):
    """Something to know about a figure before it is used in its series."""

    flag: Flag = Field(description="What kind of thing.")
    note_zh: str = Field(min_length=1, description="What it is, in Chinese.")
    note_en: str = Field(min_length=1, description="What it is, in English.")
    source: str = Field(description="The document that shows it.")


class SeriesFigure(Annotation):
    """The place of a figure in a series. One figure may stand in several: a joint count in each of its parts."""

    series: str = Field(description="The series.")
    figure: str = Field(pattern=FIGURE_ID, description="The figure.")
    flags: tuple[FigureFlag, ...] = Field(description="What to know before it is compared.")

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.id != f"{self.series}-{self.figure}":
            raise ValueError("its id is its series, a hyphen and its figure")
        return self


class Comparability(Annotation):
    """Why figures of two periods of one series are not like for like. It holds for whatever lies within the periods."""

    series: str = Field(description="The series.")
    earlier: Period = Field(description="The earlier period, or a span of such.")
    later: Period = Field(description="The later one.")
    kind: Flag = Field(description="What kind of reason it is.")
    effect: Effect = Field(
        description="unsound: a change between the two means nothing. caution: it may mean less than it seems."
    )
    why_zh: str = Field(min_length=1, description="The reason, in Chinese.")
    why_en: str = Field(min_length=1, description="The reason, in English.")
    sources: tuple[str, ...] = Field(min_length=1, description="The documents that show it.")


class Contradiction(Annotation):
    """Official figures that cannot all be right as they are worded."""

    figures: tuple[str, ...] = Field(min_length=2, description="The figures.")
    kind: Conflict = Field(
        description="exceeds_whole: a part is greater than the whole. part_equals_whole: a part is said to be all of "
        "it. differs: the same thing has two numbers."
    )
    why_zh: str = Field(min_length=1, description="What they say, in Chinese.")
    why_en: str = Field(min_length=1, description="What they say, in English.")
    sources: tuple[str, ...] = Field(min_length=1, description="The documents that state them.")


class SeriesNote(Annotation):
    """A note on method: how some series are to be read."""

    title_zh: str = Field(min_length=1, description="Title, in Chinese.")
    title_en: str = Field(min_length=1, description="Title, in English.")
    text_zh: str = Field(min_length=1, description="The note, in Chinese.")
    text_en: str = Field(min_length=1, description="The note, in English.")
    series: tuple[str, ...] = Field(description="The series it is about; none where it is about all.")
    period: Period | None = Field(description="The time it is about; null where it is about all.")
    sources: tuple[str, ...] = Field(min_length=1, description="Documents that show it.")


class SeriesGap(Annotation):
    """A period whose figure is not on record. It is null, never zero."""

    series: tuple[str, ...] = Field(min_length=1, description="The series that lack it.")
    period: Period = Field(description="The period.")
    reason: Literal["not_found", "not_stated"] = Field(
        description="not_found: it may have been published, and was not found. not_stated: the announcement of the "
        "period is on record and gives no such number."
    )
    note_zh: str = Field(min_length=1, description="What is known of it, in Chinese.")
    note_en: str = Field(min_length=1, description="What is known of it, in English.")
    sources: tuple[str, ...] = Field(
        description="The documents that would have it; none where no announcement of the period was found."
    )


AnyAnnotation = Series | SeriesFigure | Comparability | Contradiction | SeriesNote | SeriesGap
AnnotationKind = Literal[
    "series", "series_figures", "comparability", "contradictions", "series_notes", "series_gaps"
]  # fmt: skip
"""Kinds of annotations, by the name of their table."""
ANNOTATION_KINDS: tuple[AnnotationKind, ...] = get_args(AnnotationKind)
ANNOTATION_MODELS: dict[AnnotationKind, type[AnyAnnotation]] = {
    "series": Series,
    "series_figures": SeriesFigure,
    "comparability": Comparability,
    "contradictions": Contradiction,
    "series_notes": SeriesNote,
    "series_gaps": SeriesGap,
}
_KIND_OF: dict[type, AnnotationKind] = {model: kind for kind, model in ANNOTATION_MODELS.items()}


def annotation_kind(one: AnyAnnotation) -> AnnotationKind:
    """The kind of an annotation."""
    return _KIND_OF[type(one)]


def annotation_json(one: AnyAnnotation) -> str:
    """The one JSON text of a version of an annotation: what is stored, served, exported and hashed."""
    return one.model_dump_json()


def figures_of(one: AnyAnnotation) -> tuple[str, ...]:
    """The figures that an annotation is about."""
    match one:
        case SeriesFigure():
            return (one.figure,)
        case Contradiction():
            return one.figures
    return ()


def documents_of(one: AnyAnnotation) -> tuple[str, ...]:
    """The documents that an annotation rests on."""
    match one:
        case SeriesFigure():
            return tuple(flag.source for flag in one.flags)
        case Comparability() | Contradiction() | SeriesNote() | SeriesGap():
            return one.sources
    return ()


def series_of(one: AnyAnnotation) -> tuple[str, ...]:
    """The series that an annotation is about."""
    match one:
        case SeriesFigure() | Comparability():
            return (one.series,)
        case SeriesNote() | SeriesGap():
            return one.series
    return ()
