"""Counts by group, and the years at a glance."""

import enum
from typing import Annotated, Any, Literal

import strawberry

from schema.codes import CodeBook, CodeItem
from schema.graphql.arguments import (
    as_of_parameter,
    filter_of,
    filter_parameters,
    optional,
    page_parameters,
    page_size,
    taking,
)
from schema.graphql.codelists import Authority, Category, Measure
from schema.graphql.paging import Info, PageInfo
from schema.graphql.reads import Reference, Root, Value, planned
from schema.graphql.scalars import Cursor
from schema.graphql.source import Place, Snapshot
from schema.graphql.types import Entity
from schema.pages import aggregate_fingerprint
from schema.points import decode_cursor, encode_cursor
from schema.ports import Group, Groups
from schema.query import CODE_FILTERS, FILTERS_OF, AggregateQuery, BadQuery, Filter


@strawberry.enum(description="What can be counted.")
class Measurable(enum.Enum):
    ACTION = strawberry.enum_value("action", description="Actions, by any dimension.")
    FIGURE = strawberry.enum_value("figure", description="Official counts, by year, measure and authority.")


@strawberry.enum(description="What can be grouped by.")
class Dimension(enum.Enum):
    YEAR = strawberry.enum_value("year", description="The year of the action, or of the period of the figure.")
    CATEGORY = strawberry.enum_value("category", description="The violation category.")
    MEASURE = strawberry.enum_value("measure", description="The measure.")
    ENTITY = strawberry.enum_value("entity", description="The named entity.")
    AUTHORITY = strawberry.enum_value("authority", description="The authority.")


class Counted:
    """A group with the place it was read at."""

    def __init__(self, group: Group, place: Place) -> None:
        self.group = group
        self.place = place
        self.count, self.year, self.multi_year = group.count, group.year, group.multi_year


def _code(name: Literal["category", "measure", "authority"], description: str) -> Any:
    """The code that a group is of, resolved to its item."""
    list_name = CODE_FILTERS[name]

    def resolve(root: Counted) -> Any:
        value = getattr(root.group, name)
        return None if value is None else root.place.item(list_name, value)

    def read(root: Counted, book: CodeBook) -> CodeItem | None:
        value = getattr(root.group, name)
        return None if value is None else book.item(list_name, value)

    return strawberry.field(resolver=resolve, description=description, metadata=planned(Value(read)))


async def _entity(root: Counted) -> Any:
    return None if root.group.entity is None else await root.place.snapshot.get("entity", root.group.entity)


@strawberry.type(
    description="One group. A dimension that is not grouped by is null, and so is one that its records lack."
)
class AggregateGroup:
    year: int | None = strawberry.field(description="The year.")
    multi_year: bool = strawberry.field(description="Whether these are figures whose period lies within no one year.")
    category: Category | None = _code("category", "The violation category.")
    measure: Measure | None = _code("measure", "The measure.")
    entity: Entity | None = strawberry.field(
        resolver=_entity,
        description="The named entity.",
        metadata=planned(Reference("entity", "group.entity")),
    )
    authority: Authority | None = _code("authority", "The authority.")
    count: int = strawberry.field(description="How many records. One record may be in several groups.")


@strawberry.type(description="Some of the groups, the largest first.")
class Aggregate:
    groups: list[AggregateGroup] = strawberry.field(description="The groups of this page.")
    total_count: int = strawberry.field(description="How many groups there are on all pages together.")
    page_info: PageInfo = strawberry.field(description="Where the page stands among the groups.")


async def _aggregate(info: Info, **given: Any) -> Any:
    of = (given.get("of") or Measurable.ACTION).value
    group_by = tuple(dict.fromkeys(dimension.value for dimension in given["group_by"]))
    if not group_by:
        raise BadQuery("group_by", "name at least one dimension to group by")
    filter = filter_of("action", given)
    if of == "figure" and (strange := strange_to_figures(filter)):
        raise BadQuery(strange, f"figures are not filtered by {strange}")
    print_of = aggregate_fingerprint(of, group_by, filter)
    revision, offset = _offset(optional(given, "after"), print_of)
    snapshot = await info.context.snapshot(optional(given, "as_of"), revision)
    query = AggregateQuery(
        of=of, group_by=group_by, filter=filter, revision=snapshot.number, limit=page_size(given), offset=offset
    )
    return await _page(query, snapshot, print_of)


async def _page(query: AggregateQuery, snapshot: Snapshot, print_of: str) -> dict[str, Any]:
    found, place = await snapshot.reader.aggregate(query), Place(snapshot, await snapshot.book())
    return {
        "groups": [Counted(group, place) for group in found.groups],
        "total_count": found.total,
        "page_info": _page_info(query, found, print_of),
    }


def _page_info(query: AggregateQuery, found: Groups, print_of: str) -> PageInfo:
    def cursor(place: int) -> Cursor | None:
        return Cursor(encode_cursor(query.revision, print_of, place)) if found.groups else None

    end = query.offset + len(found.groups)
    return PageInfo(
        has_next_page=end < found.total,
        has_previous_page=query.offset > 0,
        start_cursor=cursor(query.offset + 1),
        end_cursor=cursor(end),
    )


def _offset(after: str | None, print_of: str) -> tuple[int | None, int]:
    if after is None:
        return None, 0
    revision, place = decode_cursor(after, print_of)
    if not isinstance(place, int):
        raise BadQuery("cursor", "this cursor is of a list")
    return revision, place


def strange_to_figures(filter: Filter) -> str | None:
    """The first filter in use that figures do not answer to."""
    return next((n for n in FILTERS_OF["action"] if n not in FILTERS_OF["figure"] and getattr(filter, n)), None)


def aggregate_field() -> Any:
    """The root field that counts by group."""

    async def resolve(
        info: Info,
        group_by: Annotated[list[Dimension], strawberry.argument(description="What to group by, one or more.")],
        of: Annotated[Measurable, strawberry.argument(description="What to count.")] = Measurable.ACTION,
        **given: Any,
    ) -> Any:
        return await _aggregate(info, group_by=group_by, of=of, **given)

    parameters = [*filter_parameters("action"), *page_parameters("groups"), as_of_parameter()]
    description = "Counts of actions or figures by group, the largest group first."
    resolver = taking(parameters, resolve)
    return strawberry.field(resolver=resolver, description=description, metadata=planned(Root(resolve)))
