"""Asks the store what comparisons, sums and links are made of. REST and GraphQL share it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from schema.annotations import Series
from schema.codes import CodeBook
from schema.comparing import MOST_PERIODS, Comparison, compare, gap_of
from schema.extraction import Period
from schema.overlaps import FigureLink, link, related
from schema.ports import Reader
from schema.query import MAX_LIMIT, BadQuery, Filter, PageQuery
from schema.records import Figure
from schema.series import SeriesDetail, detail_of, placed
from schema.spans import period_name
from schema.summing import Missing, Sum, refuse_many, sum_of


class ActionOverlap(BaseModel):
    """The actions of announcements that a figure may count too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: str = Field(description="They have this measure, a code of `measures`.")
    period: Period = Field(description="They were taken in this period.")
    total: int = Field(ge=0, description="How many there are on record. They are never to be added to the figure.")


class FigureLinks(BaseModel):
    """How one figure overlaps with other figures, and with actions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    figure: str = Field(description="Id of the figure.")
    links: tuple[FigureLink, ...] = Field(
        description="Its links to figures of the same or a related measure in the same time, by their ids."
    )
    whole: bool = Field(description="Whether all such figures were looked at; of very many only the newest are.")
    actions: ActionOverlap | None = Field(
        description="Actions that it may count too: nothing shows which of them it does. Null where it has no period."
    )


def series_known(id: str, book: CodeBook) -> Series:
    """A series by its id. Raises `BadQuery`."""
    found = book.annotations.series.get(id)
    if found is None:
        raise BadQuery("series", f"there is no series {id[:100]!r} at this revision")
    return found


async def figures_of_series(reader: Reader, series: Iterable[str], book: CodeBook, revision: int) -> dict[str, Figure]:
    """The figures of some series that stand."""
    ids = dict.fromkeys(member.figure for one in series for member in book.annotations.members(one))
    rows = await reader.get("figure", list(ids), revision)
    return {id: Figure.model_validate_json(row.body) for id, row in rows.items()}


async def series_detail(reader: Reader, id: str, book: CodeBook, revision: int) -> SeriesDetail:
    """A series with all that belongs to it. Raises `BadQuery`."""
    series = series_known(id, book)
    return detail_of(series, book.annotations, await figures_of_series(reader, [id], book, revision))


async def compare_series(
    reader: Reader, id: str, periods: Sequence[Period], book: CodeBook, revision: int, *, force: bool
) -> Comparison:
    """The comparison of a series in some periods. Raises `BadQuery`."""
    series = series_known(id, book)
    if not 2 <= len({(one.start, one.end) for one in periods}) <= MOST_PERIODS:
        raise BadQuery("periods", f"a comparison is of 2 to {MOST_PERIODS} different periods")
    figures = await figures_of_series(reader, [id], book, revision)
    return compare(series, periods, book.annotations, figures, force=force)


async def sum_series(
    reader: Reader, ids: Sequence[str], periods: Sequence[Period], book: CodeBook, revision: int
) -> Sum:
    """The sum of the figures of some series in some periods.

    Raises `BadQuery`, and `Overlapping` where something may be counted twice.
    """
    known = [series_known(id, book) for id in dict.fromkeys(ids)]
    figures = await figures_of_series(reader, [one.id for one in known], book, revision)
    wanted = list({(one.start, one.end): one for one in periods}.values())
    added: dict[str, Figure] = {}
    missing: list[Missing] = []
    for series in known:
        for period in wanted:
            own = _of_period(series.id, period, book, figures)
            added |= {one.id: one for one in own}
            if not own:
                gap = gap_of(series.id, period, book.annotations)
                missing.append(Missing(series=series.id, period=period_name(period), gap=gap.id if gap else None))
    refuse_many(len(added))
    return sum_of(list(added.values()), missing, book)


def _of_period(series: str, period: Period, book: CodeBook, figures: Mapping[str, Figure]) -> list[Figure]:
    """The figures of a series in a period: of witnesses that give the same number, the first."""
    own = [one for one in placed(series, book.annotations, figures) if one.period == period]
    distinct = {(one.value_min, one.value_max, one.qualifier): one for one in reversed(own)}
    return [figures[one.figure] for one in distinct.values()]


async def figure_links(reader: Reader, id: str, book: CodeBook, revision: int) -> FigureLinks | None:
    """How a figure overlaps with others; None where there is no such figure."""
    rows = await reader.get("figure", [id], revision)
    if id not in rows:
        return None
    figure = Figure.model_validate_json(rows[id].body)
    period = figure.period
    since, until = (period.start, period.end) if period else (None, None)
    measured = Filter(measure=(tuple(_measures(figure, book)),), since=since, until=until)
    page = await reader.page(PageQuery(kind="figure", filter=measured, revision=revision, limit=MAX_LIMIT))
    others = [Figure.model_validate_json(row.body) for row in page.rows if row.id != id]
    links = [made for other in others if related(figure, other, book) and (made := link(figure, other, book))]
    actions = None
    if period is not None:
        acted = Filter(measure=((figure.measure,),), since=since, until=until)
        total = await reader.total("action", acted, revision)
        actions = ActionOverlap(measure=figure.measure, period=period, total=total)
    ordered = tuple(sorted(links, key=lambda one: one.other))
    return FigureLinks(figure=id, links=ordered, whole=not page.more, actions=actions)


def _measures(figure: Figure, book: CodeBook) -> list[str]:
    """The measures whose figures may count the same things: above, below, and those of the same series."""
    found = set(book.with_descendants("measures", figure.measure))
    upper = book.item("measures", figure.measure).parent
    while upper is not None:
        found.add(upper)
        upper = book.item("measures", upper).parent
    for place in book.annotations.places(figure.id):
        found |= set(book.annotations.series[place.series].measures)
    return sorted(found)
