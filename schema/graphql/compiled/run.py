"""Answers one request by a plan: the roots, then level by level what stands in the holes, each in one question."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import orjson
from graphql.execution.values import VariableValues

from schema.graphql.arguments import filter_of, optional
from schema.graphql.compiled.arguments import arguments_of
from schema.graphql.compiled.plan import Build, Link, Nested, Pages, Plan, RootPlan, Unplanned
from schema.graphql.compiled.text import Fragments, Scope, Text
from schema.graphql.context import Context
from schema.graphql.paging import Listing, Opened, nested_listing
from schema.graphql.reads import RootRecord
from schema.graphql.source import Snapshot
from schema.query import AsOf
from schema.records import RecordKind

_NULL = Text((b"null",), ())


class _Placed(NamedTuple):
    """A piece of JSON with the snapshot that what comes in its holes is read at; None where there are no holes."""

    snapshot: Snapshot | None
    text: Text


class _Asking:
    """What a root field finds its source with: it remembers the snapshot that was opened."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.reader = context.reader
        self.opened: Snapshot | None = None
        self.info: Any = SimpleNamespace(context=self)

    async def snapshot(self, as_of: AsOf | None = None, cursor: int | None = None) -> Snapshot:
        """The same as of a `Context`."""
        self.opened = await self._context.snapshot(as_of, cursor)
        return self.opened


_Target = Link | Nested


class Run:
    """One request. Raises what plain execution would tell as an error, and `Unplanned`."""

    def __init__(self, context: Context, fragments: Fragments, variables: VariableValues) -> None:
        self._context = context
        self._fragments = fragments
        self._variables = variables
        self._filled: dict[tuple[Snapshot, _Target, str], _Placed] = {}

    async def data(self, plan: Plan) -> bytes:
        """The `data` of the answer as JSON."""
        asked = [self._root(root) for root in plan.roots if isinstance(root, RootPlan)]
        found = [await asked[0]] if len(asked) == 1 else await asyncio.gather(*asked)
        await self._fill([placed for placed in found if placed is not None])
        written = iter(found)
        parts: list[bytes] = [b"{"]
        for place, root in enumerate(plan.roots):
            key = root.key if isinstance(root, RootPlan) else root[0]
            parts += [b"," if place else b"", orjson.dumps(key), b":"]
            if isinstance(root, RootPlan):
                self._write(next(written), parts)
            else:
                parts.append(orjson.dumps(root[1]))
        return b"".join([*parts, b"}"])

    async def _root(self, root: RootPlan) -> _Placed | None:
        asking = _Asking(self._context)
        given = arguments_of(root.field, self._variables)
        if isinstance(root.read, RootRecord):
            return await self._record_root(root, root.read, asking, given)
        source = await root.read.find(asking.info, **given)
        if isinstance(root.build, Pages):
            return await self._listing(source, root.build)
        snapshot, build = asking.opened, cast(Build, root.build)
        scope = Scope(self._fragments, await snapshot.book() if snapshot and root.needs_book else None)
        return _Placed(snapshot, scope.text(build(source, scope)))

    async def _record_root(
        self, root: RootPlan, read: RootRecord, asking: _Asking, given: Mapping[str, Any]
    ) -> _Placed | None:
        kind = await read.find(asking.info, **given)
        if kind is None or asking.opened is None:
            return None
        scope = Scope(self._fragments, None)
        link = cast(Mapping[RecordKind, Link], root.build)[kind]
        return _Placed(asking.opened, scope.text(scope.hole((link, given["id"]))))

    async def _listing(self, listing: Listing, pages: Pages) -> _Placed:
        page = await listing.page() if pages.page else None
        total = await listing.total() if pages.total else None
        return await self._opened(Opened(listing, page, total), pages)

    async def _opened(self, opened: Opened, pages: Pages) -> _Placed:
        snapshot = opened.listing.snapshot
        scope = Scope(self._fragments, await snapshot.book() if opened.page else None, snapshot.number)
        return _Placed(snapshot, scope.text(pages.build(opened, scope)))

    async def _fill(self, new: Sequence[_Placed]) -> None:
        """Fill all holes, level by level."""
        while new:
            wanted: dict[tuple[Snapshot, RecordKind | Nested], dict[tuple[_Target, str], None]] = {}
            for snapshot, text in new:
                if snapshot is not None:
                    self._want(snapshot, text, wanted)
            found = [self._ask(snapshot, of, list(holes)) for (snapshot, of), holes in wanted.items()]
            filled = [await found[0]] if len(found) == 1 else await asyncio.gather(*found)
            new = [placed for each in filled for placed in each]

    def _want(self, snapshot: Snapshot, text: Text, wanted: dict[Any, dict[Any, None]]) -> None:
        for hole in text.holes:
            if isinstance(hole, Text):
                self._want(snapshot, hole, wanted)
            elif (snapshot, *hole) not in self._filled:
                target = hole[0]
                wanted.setdefault((snapshot, target.kind if isinstance(target, Link) else target), {})[hole] = None

    async def _ask(
        self, snapshot: Snapshot, of: RecordKind | Nested, holes: Sequence[tuple[Any, str]]
    ) -> list[_Placed]:
        """Fill holes that one question to the store answers."""
        if isinstance(of, Nested):
            return await self._nested(snapshot, of, [record_id for _, record_id in holes])
        ids = list(dict.fromkeys(record_id for _, record_id in holes))
        rows = await snapshot.reader.get(of, ids, snapshot.number)
        book = await snapshot.book()
        placed = []
        for link, record_id in holes:
            row = rows.get(record_id)
            if row is None and link.required:
                raise Unplanned("null")
            text = _NULL if row is None else self._fragments.of(link.shape, row, book)
            placed.append(_Placed(snapshot, text))
            self._filled[snapshot, link, record_id] = placed[-1]
        return placed

    async def _nested(self, snapshot: Snapshot, nested: Nested, parents: Sequence[str]) -> list[_Placed]:
        """One list below several records. A cursor belongs to the list of one of them."""
        given = arguments_of(nested.field, self._variables)
        kind, within, pages = nested.read.kind, nested.read.within, nested.pages
        listings = [await nested_listing(kind, {within: p}, given, snapshot, self._context) for p in parents]
        if optional(given, "after") is not None:
            (listing,) = listings
            opened = [await self._listing(listing, pages)]
        else:
            query = listings[0].query.model_copy(update={"filter": filter_of(kind, given)})
            opened = await self._open_together(listings, query, nested, parents)
        for parent, placed in zip(parents, opened, strict=True):
            self._filled[snapshot, nested, parent] = placed
        return opened

    async def _open_together(
        self, listings: Sequence[Listing], query: Any, nested: Nested, parents: Sequence[str]
    ) -> list[_Placed]:
        reader, within, pages = listings[0].snapshot.reader, nested.read.within, nested.pages
        read = await reader.pages_within(query, within, parents) if pages.page else {}
        totals = await reader.totals_within(query, within, parents) if pages.total else {}
        return [
            await self._opened(Opened(listing, read.get(parent), totals.get(parent)), pages)
            for listing, parent in zip(listings, parents, strict=True)
        ]

    def _write(self, placed: _Placed | None, parts: list[bytes]) -> None:
        if placed is None:
            parts.append(b"null")
            return
        snapshot, text = placed
        for piece, hole in zip(text.pieces, text.holes, strict=False):
            parts.append(piece)
            if not isinstance(hole, Text):
                self._write(self._filled[(cast(Snapshot, snapshot), *hole)], parts)
            elif hole.of is None or snapshot is None:
                self._write(_Placed(snapshot, hole), parts)
            else:
                record: list[bytes] = []
                self._write(_Placed(snapshot, hole), record)
                parts.append(self._fragments.keep_whole(hole.of, snapshot.number, b"".join(record)))
        parts.append(text.pieces[-1])
