"""Relay connections over keyset pages: what is selected is read, nothing else."""

import inspect
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import strawberry

from schema.graphql.arguments import (
    as_of_parameter,
    filter_of,
    filter_parameters,
    optional,
    page_parameters,
    page_size,
    taking,
)
from schema.graphql.context import Context
from schema.graphql.scalars import Cursor
from schema.graphql.source import Shared, Snapshot, Stored
from schema.pages import list_fingerprint
from schema.points import decode_cursor, encode_cursor
from schema.ports import Page
from schema.query import BadQuery, Filter, Key, PageQuery
from schema.records import RecordKind

T = TypeVar("T")
Info = strawberry.Info[Context, Any]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follow.")
    has_previous_page: bool = strawberry.field(description="Whether some come before.")
    start_cursor: Cursor | None = strawberry.field(description="The place of the first on this page.")
    end_cursor: Cursor | None = strawberry.field(description="The place of the last; give it as `after`.")


class Listing:
    """One page of a list, read when something of it is selected."""

    def __init__(self, query: PageQuery, snapshot: Snapshot, fingerprint: str) -> None:
        self.query = query
        self.snapshot = snapshot
        self.fingerprint = fingerprint
        self._page: Shared[Page] | None = None

    async def page(self) -> Page:
        """The rows of the page."""
        if self._page is None:
            self._page = Shared(self.snapshot.reader.page(self.query))
        return await self._page.result()

    async def nodes(self) -> list[Stored]:
        """The records of the page."""
        return await self.snapshot.records(self.query.kind, (await self.page()).rows)

    async def cursors(self) -> list[str]:
        """The place of each record of the page."""
        rows = (await self.page()).rows
        return [encode_cursor(self.snapshot.number, self.fingerprint, row.key) for row in rows]


async def _edges(root: Listing) -> list[Any]:
    pairs = zip(await root.cursors(), await root.nodes(), strict=True)
    return [{"cursor": cursor, "node": node} for cursor, node in pairs]


async def _nodes(root: Listing) -> list[Any]:
    return await root.nodes()


async def _total_count(root: Listing) -> int:
    return await root.snapshot.reader.total(root.query.kind, root.query.filter, root.snapshot.number)


async def _page_info(root: Listing) -> PageInfo:
    cursors = await root.cursors()
    return PageInfo(
        has_next_page=(await root.page()).more,
        has_previous_page=root.query.after is not None,
        start_cursor=Cursor(cursors[0]) if cursors else None,
        end_cursor=Cursor(cursors[-1]) if cursors else None,
    )


@strawberry.type(description="A record in a list, with its place.")
class Edge(Generic[T]):
    cursor: Cursor = strawberry.field(description="The place of this record.")
    node: T = strawberry.field(description="The record.")


@strawberry.type(description="A page of a list of records.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(resolver=_edges, description="The records of the page with their places.")
    nodes: list[T] = strawberry.field(resolver=_nodes, description="The records of the page.")
    page_info: PageInfo = strawberry.field(resolver=_page_info, description="Where the page stands in the list.")
    total_count: int = strawberry.field(
        resolver=_total_count, description="How many records match, exactly, on all pages together."
    )


def connection(kind: RecordKind, description: str) -> Any:
    """A root field that lists the records of a kind."""

    async def resolve(info: Info, **given: Any) -> Any:
        filter = filter_of(kind, given)
        revision, key = _place(kind, filter, optional(given, "after"))
        snapshot = await info.context.snapshot(optional(given, "as_of"), revision)
        return _listing(kind, filter, snapshot, page_size(given), key)

    return _field(resolve, kind, description, as_of_parameter())


def nested_connection(kind: RecordKind, within: str, description: str) -> Any:
    """A field of a record that lists the records of a kind that belong to it, by the filter `within`."""

    async def resolve(root: Stored, info: Info, **given: Any) -> Any:
        filter = filter_of(kind, given, **{within: root.id})
        revision, key = _place(kind, filter, optional(given, "after"))
        snapshot = await info.context.beside(root.at.snapshot, revision)
        return _listing(kind, filter, snapshot, page_size(given), key)

    return _field(resolve, kind, description)


def _field(resolve: Callable[..., Any], kind: RecordKind, description: str, *more: inspect.Parameter) -> Any:
    parameters = [*filter_parameters(kind), *page_parameters("records"), *more]
    return strawberry.field(resolver=taking(parameters, resolve), description=description)


def _place(kind: RecordKind, filter: Filter, after: str | None) -> tuple[int | None, Key | None]:
    """Revision and place of a cursor."""
    if after is None:
        return None, None
    revision, place = decode_cursor(after, list_fingerprint(kind, filter))
    if not isinstance(place, Key):
        raise BadQuery("cursor", "this cursor is of an aggregate")
    return revision, place


def _listing(kind: RecordKind, filter: Filter, snapshot: Snapshot, limit: int, after: Key | None) -> Listing:
    query = PageQuery(kind=kind, filter=filter, revision=snapshot.number, limit=limit, after=after)
    return Listing(query, snapshot, list_fingerprint(kind, filter))
