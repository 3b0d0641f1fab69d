"""Relay connections over keyset pages: what is selected is read, nothing else."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar, cast

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
from schema.graphql.reads import NestedList, Root, Value, planned
from schema.graphql.scalars import Cursor
from schema.graphql.source import Shared, Snapshot, Stored
from schema.graphql.values import Highlight
from schema.pages import list_fingerprint
from schema.points import decode_cursor, encode_cursor
from schema.ports import Page, Row
from schema.query import BadQuery, Filter, Key, PageQuery, Within
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

    def __init__(self, query: PageQuery, snapshot: Snapshot) -> None:
        self.query = query
        self.snapshot = snapshot
        self._page: Shared[Page] | None = None

    async def page(self) -> Page:
        """The rows of the page."""
        if self._page is None:
            self._page = Shared(self.snapshot.reader.page(self.query))
        return await self._page.result()

    async def nodes(self) -> list[Stored]:
        """The records of the page."""
        return await self.snapshot.records(self.query.kind, (await self.page()).rows)

    async def total(self) -> int:
        """How many records the list has on all pages together."""
        return await self.snapshot.reader.total(self.query.kind, self.query.filter, self.snapshot.number)

    def cursors(self, rows: Iterable[Row]) -> list[str]:
        """The places of records of the list."""
        fingerprint = list_fingerprint(self.query.kind, self.query.filter)
        return [encode_cursor(self.snapshot.number, fingerprint, row.key) for row in rows]

    def edges(self, rows: Sequence[Row], nodes: Sequence[Any]) -> list[dict[str, Any]]:
        """Records of the list as they are shown, with their places and where they hold what was searched for."""
        query, read = self.query, self.snapshot.reader.highlights
        return [
            {"cursor": cursor, "node": node, "highlights": partial(read, query.kind, row, query.filter.search)}
            for cursor, row, node in zip(self.cursors(rows), rows, nodes, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Opened:
    """A list of which what is asked for has been read: the page, the number of records, or both."""

    listing: Listing
    page: Page | None
    total: int | None

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of the page."""
        assert self.page is not None  # noqa: S101
        return self.page.rows

    def edges(self) -> list[dict[str, Any]]:
        """The rows of the page with their places."""
        return self.listing.edges(self.rows, self.rows)

    def info(self) -> PageInfo:
        """Where the page stands."""
        ends = self.listing.cursors((self.rows[0], self.rows[-1])) if self.rows else [None, None]
        return PageInfo(
            has_next_page=self.page is not None and self.page.more,
            has_previous_page=self.listing.query.after is not None,
            start_cursor=cast("Cursor | None", ends[0]),
            end_cursor=cast("Cursor | None", ends[1]),
        )


async def _edges(root: Listing) -> list[Any]:
    return root.edges((await root.page()).rows, await root.nodes())


def _highlights(root: dict[str, Any]) -> Any:
    return root["highlights"]()


async def _nodes(root: Listing) -> list[Any]:
    return await root.nodes()


async def _total_count(root: Listing) -> int:
    return await root.total()


async def _page_info(root: Listing) -> PageInfo:
    return Opened(root, await root.page(), None).info()


@strawberry.type(description="A record in a list, with its place.")
class Edge(Generic[T]):
    cursor: Cursor = strawberry.field(description="The place of this record.")
    node: T = strawberry.field(description="The record.")
    highlights: list[Highlight] = strawberry.field(
        resolver=_highlights,
        description="Where in the record the texts of `search` stand, that of this list.",
        metadata=planned(Value(lambda edge, _: edge["highlights"]())),
    )


@strawberry.type(description="A page of a list of records.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(
        resolver=_edges,
        description="The records of the page with their places.",
        metadata=planned(Value(lambda opened, _: opened.edges(), by_codes=False)),
    )
    nodes: list[T] = strawberry.field(
        resolver=_nodes,
        description="The records of the page.",
        metadata=planned(Value(lambda opened, _: opened.rows, by_codes=False)),
    )
    page_info: PageInfo = strawberry.field(
        resolver=_page_info,
        description="Where the page stands in the list.",
        metadata=planned(Value(lambda opened, _: opened.info(), by_codes=False)),
    )
    total_count: int = strawberry.field(
        resolver=_total_count,
        description="How many records match, exactly, on all pages together.",
        metadata=planned(Value(lambda opened, _: opened.total, by_codes=False)),
    )


def connection(kind: RecordKind, description: str) -> Any:
    """A root field that lists the records of a kind."""

    async def resolve(info: Info, **given: Any) -> Any:
        filter = filter_of(kind, given)
        revision, key = _place(kind, filter, optional(given, "after"))
        snapshot = await info.context.snapshot(optional(given, "as_of"), revision)
        return _listing(kind, filter, snapshot, page_size(given), key)

    return _field(resolve, kind, description, as_of_parameter(), read=Root(resolve))


def nested_connection(kind: RecordKind, within: Within, description: str) -> Any:
    """A field of a record that lists the records of a kind that belong to it, by the filter `within`."""

    async def resolve(root: Stored, info: Info, **given: Any) -> Any:
        return await nested_listing(kind, {within: root.id}, given, root.at.snapshot, info.context)

    return _field(resolve, kind, description, read=NestedList(kind, within))


async def nested_listing(
    kind: RecordKind, belonging: Mapping[str, str], given: Mapping[str, Any], parent: Snapshot, context: Context
) -> Listing:
    """The page that arguments ask for of the records that belong to one record, read beside it."""
    filter = filter_of(kind, given, **belonging)
    revision, key = _place(kind, filter, optional(given, "after"))
    snapshot = await context.beside(parent, revision)
    return _listing(kind, filter, snapshot, page_size(given), key)


def _field(
    resolve: Callable[..., Any],
    kind: RecordKind,
    description: str,
    *more: inspect.Parameter,
    read: NestedList | Root,
) -> Any:
    resolver = taking([*filter_parameters(kind), *page_parameters("records"), *more], resolve)
    return strawberry.field(resolver=resolver, description=description, metadata=planned(read))


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
    return Listing(query, snapshot)
