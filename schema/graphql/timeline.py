"""The years at a glance."""

from typing import Any

import strawberry

from schema.graphql.aggregate import strange_to_figures
from schema.graphql.arguments import as_of_parameter, filter_of, filter_parameters, optional, taking
from schema.graphql.paging import Info
from schema.graphql.reads import Root, planned
from schema.graphql.source import Snapshot
from schema.query import MAX_LIMIT, AggregateQuery, Filter, Measurable


@strawberry.type(description="What one year holds.")
class TimelineYear:
    year: int | None = strawberry.field(description="The year; null for what has no date or several years.")
    multi_year: bool = strawberry.field(description="Whether this is the group of figures that cover several years.")
    action_count: int = strawberry.field(description="How many actions.")
    figure_count: int | None = strawberry.field(
        description="How many figures; null where a filter asks for what official counts do not state."
    )


async def _timeline(info: Info, **given: Any) -> Any:
    filter = filter_of("action", given)
    snapshot = await info.context.snapshot(optional(given, "as_of"))
    actions = await _by_year(snapshot, "action", filter)
    figures = None if strange_to_figures(filter) else await _by_year(snapshot, "figure", filter)
    keys = sorted({*actions, *(figures or {})}, key=lambda key: (key[0] is None, key))
    return [
        {
            "year": year,
            "multi_year": multi_year,
            "action_count": actions.get((year, multi_year), 0),
            "figure_count": None if figures is None else figures.get((year, multi_year), 0),
        }
        for year, multi_year in keys
    ]


async def _by_year(snapshot: Snapshot, of: Measurable, filter: Filter) -> dict[tuple[int | None, bool], int]:
    query = AggregateQuery(of=of, group_by=("year",), filter=filter, revision=snapshot.number, limit=MAX_LIMIT)
    found = await snapshot.reader.aggregate(query)
    return {(group.year, group.multi_year): group.count for group in found.groups}


def timeline_field() -> Any:
    """The root field that counts by year."""

    async def resolve(info: Info, **given: Any) -> Any:
        return await _timeline(info, **given)

    parameters = [*filter_parameters("action"), as_of_parameter()]
    description = "How many actions and figures each year holds, in the order of time."
    resolver = taking(parameters, resolve)
    return strawberry.field(resolver=resolver, description=description, metadata=planned(Root(resolve)))
