"""Series and what is said of figures as GraphQL types, and the root fields that compare and add up."""

import enum
from collections.abc import Callable
from typing import Annotated, Any

import strawberry

from schema import annotations, asking, bounds, comparing, overlaps, series, summing
from schema.codes import CodeBook
from schema.graphql.arguments import as_of_parameter, optional, taking
from schema.graphql.faces import face_of
from schema.graphql.paging import Info
from schema.graphql.reads import OfRecord, Root, planned
from schema.graphql.scalars import AuthorityCode, BigInt, CampaignCode, MeasureCode, SubjectKindCode
from schema.graphql.source import Stored
from schema.graphql.values import Period, Qualifier
from schema.query import MAX_VALUES, BadQuery
from schema.spans import read_period


@strawberry.enum(description="What has to be known about a figure before it is compared.")
class Flag(enum.Enum):
    BREAK = strawberry.enum_value("break", description=annotations.FLAGS["break"])
    DEFINITION_DIFFERS = strawberry.enum_value(
        "definition_differs", description=annotations.FLAGS["definition_differs"]
    )
    JOINT_COUNT = strawberry.enum_value("joint_count", description=annotations.FLAGS["joint_count"])
    ESTIMATED = strawberry.enum_value("estimated", description=annotations.FLAGS["estimated"])
    PROVISIONAL = strawberry.enum_value("provisional", description=annotations.FLAGS["provisional"])
    REVISED = strawberry.enum_value("revised", description=annotations.FLAGS["revised"])
    LOW_CONFIDENCE = strawberry.enum_value("low_confidence", description=annotations.FLAGS["low_confidence"])
    CUMULATIVE = strawberry.enum_value("cumulative", description=annotations.FLAGS["cumulative"])
    OVERLAPS = strawberry.enum_value("overlaps", description=annotations.FLAGS["overlaps"])


@strawberry.enum(description="How wide a series is. Series of different scopes are never to be mixed.")
class SeriesScope(enum.Enum):
    NATIONAL = strawberry.enum_value("national", description="The totals of a whole authority.")
    CAMPAIGN = strawberry.enum_value("campaign", description="The totals of campaigns.")
    NEIGHBOURING = strawberry.enum_value("neighbouring", description="Counts of other authorities, or of one operator.")


@strawberry.enum(description="What something does to a comparison.")
class Effect(enum.Enum):
    UNSOUND = strawberry.enum_value("unsound", description="A change between the two means nothing.")
    CAUTION = strawberry.enum_value("caution", description="A change may mean less than it seems.")


@strawberry.enum(description="How official figures contradict each other.")
class ConflictKind(enum.Enum):
    EXCEEDS_WHOLE = strawberry.enum_value("exceeds_whole", description="A part is greater than the whole.")
    PART_EQUALS_WHOLE = strawberry.enum_value("part_equals_whole", description="A part is said to be all of it.")
    DIFFERS = strawberry.enum_value("differs", description="The same thing has two numbers.")


@strawberry.enum(description="Why a figure is not on record.")
class GapReason(enum.Enum):
    NOT_FOUND = strawberry.enum_value("not_found", description="It may have been published, and was not found.")
    NOT_STATED = strawberry.enum_value("not_stated", description="The announcement gives no such number.")


@strawberry.enum(description="How a number made of others is meant.")
class BoundsQualifier(enum.Enum):
    EXACT = strawberry.enum_value("exact", description="The number itself.")
    AT_LEAST = strawberry.enum_value("at_least", description="A floor.")
    AT_MOST = strawberry.enum_value("at_most", description="A ceiling.")
    ABOUT = strawberry.enum_value("about", description="Made of a number that is not meant exactly.")
    BETWEEN = strawberry.enum_value("between", description="Within the bounds.")
    UNKNOWN = strawberry.enum_value("unknown", description="Nothing can be said.")


@face_of(bounds.Bounds)
class Bounds:
    value_min: BigInt | None
    value_max: BigInt | None
    qualifier: BoundsQualifier
    about: bool


@face_of(bounds.Ratio)
class Ratio:
    min: float | None
    max: float | None
    about: bool


@face_of(annotations.FigureFlag)
class FigureFlag:
    flag: Flag
    note_zh: str
    note_en: str
    source: strawberry.ID


@face_of(annotations.Contradiction)
class Contradiction:
    id: strawberry.ID
    figures: list[strawberry.ID]
    kind: ConflictKind
    why_zh: str
    why_en: str
    sources: list[strawberry.ID]
    revision: int


@face_of(series.FigurePlace)
class FigurePlace:
    series: strawberry.ID
    flags: list[FigureFlag]


@face_of(annotations.Comparability)
class Comparability:
    id: strawberry.ID
    series: strawberry.ID
    earlier: Period
    later: Period
    kind: Flag
    effect: Effect
    why_zh: str
    why_en: str
    sources: list[strawberry.ID]
    revision: int


@face_of(annotations.SeriesNote)
class SeriesNote:
    id: strawberry.ID
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    series: list[strawberry.ID]
    period: Period | None
    sources: list[strawberry.ID]
    revision: int


@face_of(annotations.SeriesGap)
class SeriesGap:
    id: strawberry.ID
    series: list[strawberry.ID]
    period: Period
    reason: GapReason
    note_zh: str
    note_en: str
    sources: list[strawberry.ID]
    revision: int


@face_of(series.PlacedFigure)
class PlacedFigure:
    figure: strawberry.ID
    document: strawberry.ID
    measure: MeasureCode
    subject_kind: SubjectKindCode
    value_min: BigInt | None
    value_max: BigInt | None
    qualifier: Qualifier
    unit: str
    wording: str
    period: Period
    period_name: str
    flags: list[FigureFlag]
    contradictions: list[strawberry.ID]


@face_of(series.SeriesDetail)
class Series:
    id: strawberry.ID
    label_zh: str
    label_en: str
    definition_zh: str
    definition_en: str
    scope: SeriesScope
    measures: list[MeasureCode]
    subject_kinds: list[SubjectKindCode]
    authorities: list[AuthorityCode]
    campaigns: list[CampaignCode]
    figures: list[PlacedFigure]
    gaps: list[SeriesGap]
    comparability: list[Comparability]
    notes: list[SeriesNote]
    contradictions: list[Contradiction]
    revision: int


@face_of(comparing.ComparedPeriod)
class ComparedPeriod:
    name: str
    period: Period
    value: Bounds | None
    figures: list[PlacedFigure]
    gap: SeriesGap | None


@face_of(comparing.ComparisonNote)
class ComparisonNote:
    reason: str
    effect: Effect | None
    kind: Flag | None
    id: strawberry.ID | None
    period: str | None
    text_zh: str
    text_en: str
    sources: list[strawberry.ID]


@face_of(comparing.ComparedChange)
class ComparedChange:
    earlier: str
    later: str
    sound: bool
    forced: bool
    change: Bounds | None
    ratio: Ratio | None
    notes: list[ComparisonNote]


@face_of(comparing.Comparison)
class Comparison:
    series: strawberry.ID
    label_zh: str
    label_en: str
    periods: list[ComparedPeriod]
    changes: list[ComparedChange]


@face_of(summing.Missing)
class Missing:
    series: strawberry.ID
    period: str
    gap: strawberry.ID | None


@face_of(summing.Sum)
class Sum:
    value: Bounds | None
    missing: list[Missing]
    figures: list[strawberry.ID]


@face_of(overlaps.FigureLink)
class FigureLink:
    figure: strawberry.ID
    other: strawberry.ID
    relation: str
    why_zh: str
    why_en: str


@face_of(asking.ActionOverlap)
class ActionOverlap:
    measure: MeasureCode
    period: Period
    total: int


@face_of(asking.FigureLinks)
class FigureLinks:
    figure: strawberry.ID
    links: list[FigureLink]
    whole: bool
    actions: ActionOverlap | None


def figure_places() -> Any:
    """Where a figure stands in series."""

    def read(id: str, book: CodeBook) -> list[Any]:
        return list(book.annotations.places(id))

    def resolve(root: Stored) -> Any:
        return read(root.id, root.at.book)

    description = "Where it stands in series, with what has to be known before it is compared."
    return strawberry.field(resolver=resolve, description=description, metadata=planned(OfRecord(read)))


def figure_contradictions() -> Any:
    """The contradictions that a figure is part of."""

    def read(id: str, book: CodeBook) -> list[Any]:
        return list(book.annotations.contradictions(id))

    def resolve(root: Stored) -> Any:
        return read(root.id, root.at.book)

    description = "Other official figures that it contradicts, with what they say."
    return strawberry.field(resolver=resolve, description=description, metadata=planned(OfRecord(read)))


def _root(description: str, resolve: Callable[..., Any]) -> Any:
    resolver = taking([as_of_parameter()], resolve)
    return strawberry.field(resolver=resolver, description=description, metadata=planned(Root(resolve)))


async def _opened(info: Info, given: dict[str, Any]) -> tuple[Any, CodeBook, int]:
    snapshot = await info.context.snapshot(optional(given, "as_of"))
    return snapshot.reader, await snapshot.book(), snapshot.number


def _bounded(name: str, values: list[str]) -> list[str]:
    if len(values) > MAX_VALUES:
        raise BadQuery(name, f"at most {MAX_VALUES} values, not {len(values)}")
    return values


def series_field() -> Any:
    """The root field that gives series."""
    about = strawberry.argument(description="Only these series, by their ids.")

    async def resolve(info: Info, id: Annotated[list[str] | None, about] = strawberry.UNSET, **given: Any) -> Any:
        reader, book, revision = await _opened(info, given)
        wanted = list(book.annotations.series) if id is None or id is strawberry.UNSET else _bounded("id", id)
        known = [one for one in dict.fromkeys(wanted) if one in book.annotations.series]
        return [await asking.series_detail(reader, one, book, revision) for one in known]

    return _root("Series of figures, each with all that belongs to it.", resolve)


def contradictions_field() -> Any:
    """The root field that gives all contradictions."""

    async def resolve(info: Info, **given: Any) -> Any:
        _, book, _ = await _opened(info, given)
        return list(book.annotations.all("contradictions"))

    return _root("Official figures that cannot all be right as they are worded.", resolve)


_PERIODS = strawberry.argument(
    description="Years (`2023`), half years (`2023H1`), quarters (`2023Q1`), months (`2023-07`), or two days with a "
    "slash between."
)


def compare_field() -> Any:
    """The root field that compares a series between periods."""
    about = strawberry.argument(description="The series, by its id.")
    forced = strawberry.argument(description="Whether a ratio is given although the comparison is unsound.")

    async def resolve(
        info: Info,
        series: Annotated[str, about],
        periods: Annotated[list[str], _PERIODS],
        force: Annotated[bool, forced] = False,
        **given: Any,
    ) -> Any:
        wanted = [read_period(text) for text in _bounded("periods", periods)]
        reader, book, revision = await _opened(info, given)
        return await asking.compare_series(reader, series, wanted, book, revision, force=force)

    return _root("Compares the figures of a series in several periods, each with the next.", resolve)


def sum_field() -> Any:
    """The root field that adds figures up."""
    about = strawberry.argument(description="The series, by their ids.")

    async def resolve(
        info: Info, series: Annotated[list[str], about], periods: Annotated[list[str], _PERIODS], **given: Any
    ) -> Any:
        wanted = [read_period(text) for text in _bounded("periods", periods)]
        reader, book, revision = await _opened(info, given)
        return await asking.sum_series(reader, _bounded("series", series), wanted, book, revision)

    return _root("Adds up figures of series in some periods. Figures that overlap are refused.", resolve)


def figure_links_field() -> Any:
    """The root field that tells how a figure overlaps with others."""
    about = strawberry.argument(description="Id of the figure.")

    async def resolve(info: Info, id: Annotated[strawberry.ID, about], **given: Any) -> Any:
        reader, book, revision = await _opened(info, given)
        return await asking.figure_links(reader, str(id), book, revision)

    return _root("How a figure overlaps with others; null when there is none with this id.", resolve)
