"""Answers one request by a plan.

From the outermost records inwards what they want is asked for, level by level, and from the innermost outwards it is
written.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import orjson
from graphql.execution.values import VariableValues

from schema.graphql.arguments import filter_of, optional
from schema.graphql.compiled.fragments import Fragments, Pieces
from schema.graphql.compiled.plan import (
    NULL,
    AtHand,
    Filled,
    Link,
    Nested,
    Pages,
    Plan,
    RootPlan,
    Shape,
    Template,
    Unplanned,
)
from schema.graphql.compiled.whole import WholeTables
from schema.graphql.context import Context
from schema.graphql.paging import Listing, Opened, nested_listing
from schema.graphql.reads import RootRecord
from schema.graphql.source import Snapshot
from schema.ports import Row
from schema.query import AsOf
from schema.records import RecordKind


class _Asking:
    """What a root field finds its source with: it remembers the snapshot that was opened."""

    def __init__(self, context: Context, *, alone: bool) -> None:
        self._context = context
        self._alone = alone
        self.reader = context.reader
        self.opened: Snapshot | None = None
        self.info: Any = SimpleNamespace(context=self)

    async def snapshot(self, as_of: AsOf | None = None, cursor: int | None = None) -> Snapshot:
        """The same as of a `Context`."""
        if self.opened is None or not self._alone:
            # Fields beside each other share what they open at the same time; one alone need not wait for anybody.
            of = self._context.open if self._alone else self._context.snapshot
            self.opened = await of(as_of, cursor)
        return self.opened


class Run:
    """One request. Raises what plain execution would tell as an error, and `Unplanned`."""

    def __init__(self, context: Context, fragments: Fragments, whole: WholeTables, variables: VariableValues) -> None:
        self._context = context
        self._fragments = fragments
        self._whole = whole
        self._variables = variables

    async def data(self, plan: Plan) -> bytes:
        """The `data` of the answer as JSON."""
        roots = [root for root in plan.roots if isinstance(root, RootPlan)]
        asked = [self._root(root, alone=len(roots) == 1) for root in roots]
        found = iter(await _together(asked))
        written = {
            root.key if isinstance(root, RootPlan) else root[0]: next(found) if isinstance(root, RootPlan) else root[1]
            for root in plan.roots
        }
        return orjson.dumps(written)

    async def _root(self, root: RootPlan, *, alone: bool) -> Any:
        asking = _Asking(self._context, alone=alone)
        given = root.arguments(self._variables)
        if isinstance(root.read, RootRecord):
            kind = await root.read.find(asking.info, **given)
            if kind is None or asking.opened is None:
                return None
            link = cast(Mapping[RecordKind, Link], root.below)[kind]
            shown = await self._linked(asking.opened, kind, {link: [given["id"]]})
            return orjson.Fragment(shown[link][given["id"]])
        source = await root.read.find(asking.info, **given)
        if isinstance(root.below, Pages):
            return await self._listing(source, root.below)
        (written,) = await self._written(cast(Template, root.below), [source], asking.opened)
        return written

    async def _listing(self, listing: Listing, pages: Pages) -> Any:
        # First how many there are: where they are few, that tells the store how the page is found soonest.
        total = await listing.total() if pages.total else None
        page = await listing.snapshot.reader.page(listing.query) if pages.page else None
        opened = Opened(listing, page, total)
        (written,) = await self._written(pages.template, [opened], listing.snapshot)
        return written

    async def _written(self, template: Template, sources: Sequence[Any], snapshot: Snapshot | None) -> list[Any]:
        """Sources as a template writes them. Without slots and code lists no snapshot is needed."""
        book = await snapshot.book() if snapshot and template.needs_book else None
        if not template.slots:
            return template.write(sources, book, ())
        wanted = template.collect(sources, book)
        return template.write(sources, book, await self._filled(template, wanted, cast(Snapshot, snapshot)))

    async def _filled(self, template: Template, wanted: Sequence[list[Any]], snapshot: Snapshot) -> list[Filled]:
        """What stands in the slots. Records of one kind are asked for together."""
        filled: dict[Any, Filled] = {}
        links: dict[RecordKind, dict[Link, list[str]]] = defaultdict(dict)
        asking: list[Awaitable[Mapping[Any, Filled]]] = []
        for slot, keys in zip(template.slots, wanted, strict=True):
            if isinstance(slot, Link):
                filled[slot], missing = self._fragments.linked.known(slot.shape, snapshot.number, keys)
                if missing:
                    filled[slot] = _of_these(filled[slot], keys)
                    links[slot.shape.kind][slot] = missing
                    self._whole.missed(slot.shape, snapshot, len(missing))
            elif isinstance(slot, AtHand):
                asking.append(self._at_hand(snapshot, slot, keys))
            elif keys:
                asking.append(self._nested(snapshot, slot, list(dict.fromkeys(keys))))
        asking += [self._linked(snapshot, kind, missing) for kind, missing in links.items()]
        for found in await _together(asking):
            for slot, pieces in found.items():
                filled[slot] = {**filled.get(slot, {}), **pieces}
        return [filled.get(slot, {}) for slot in template.slots]

    async def _linked(
        self, snapshot: Snapshot, kind: RecordKind, links: Mapping[Link, Sequence[str]]
    ) -> dict[Any, Filled]:
        """Records of a kind by their ids, as the links to them show them."""
        ids = list(dict.fromkeys(record_id for wanted in links.values() for record_id in wanted))
        rows = await snapshot.reader.get(kind, ids, snapshot.number)
        filled: dict[Any, Filled] = {}
        for link, wanted in links.items():
            found = {record_id: rows[record_id] for record_id in wanted if record_id in rows}
            absent = {record_id: NULL for record_id in wanted if record_id not in rows}
            if absent and link.required:
                raise Unplanned("null")
            filled[link] = {**absent, **await self._shown(snapshot, link.shape, found, self._fragments.linked)}
        return filled

    async def _at_hand(self, snapshot: Snapshot, slot: AtHand, rows: Sequence[Row]) -> dict[Any, Filled]:
        by_version = {row.version: row for row in rows}
        known, missing = self._fragments.listed.known(slot.shape, snapshot.number, by_version)
        if not missing:
            return {slot: known}
        found = {version: by_version[version] for version in missing}
        shown = await self._shown(snapshot, slot.shape, found, self._fragments.listed)
        return {slot: {**_of_these(known, by_version), **shown}}

    async def _shown(self, snapshot: Snapshot, shape: Shape, rows: Mapping[Any, Row], kept: Pieces) -> Filled:
        """Rows as a shape has them, by whatever they are known by."""
        read = shape.read
        sources = [read(row.body) for row in rows.values()]
        written = await self._written(shape.template, sources, snapshot)
        pieces = dict(zip(rows, written, strict=True))
        kept.keep(shape, snapshot.number, pieces)
        return pieces

    async def _nested(self, snapshot: Snapshot, nested: Nested, parents: Sequence[str]) -> dict[Any, Filled]:
        """One list below several records. A cursor belongs to the list of one of them."""
        given = nested.arguments(self._variables)
        kind, within, pages = nested.read.kind, nested.read.within, nested.pages
        listings = [await nested_listing(kind, {within: p}, given, snapshot, self._context) for p in parents]
        if optional(given, "after") is not None:
            (listing,) = listings
            return {nested: {parents[0]: orjson.dumps(await self._listing(listing, pages))}}
        query = replace(listings[0].query, filter=filter_of(kind, given))
        reader = snapshot.reader
        read = await reader.pages_within(query, within, parents) if pages.page else {}
        totals = await reader.totals_within(query, within, parents) if pages.total else {}
        opened = [
            Opened(listing, read.get(parent), totals.get(parent))
            for listing, parent in zip(listings, parents, strict=True)
        ]
        written = await self._written(pages.template, opened, snapshot)
        return {nested: dict(zip(parents, map(orjson.dumps, written), strict=True))}


def _of_these(table: Filled, keys: Iterable[Any]) -> Filled:
    """Those of some records that a table holds."""
    return {key: table[key] for key in (None, *keys) if key in table}


async def _together(asked: Sequence[Awaitable[Any]]) -> Sequence[Any]:
    """The results of all, which are waited for at the same time; of one alone without a task of its own."""
    return [await asked[0]] if len(asked) == 1 else await asyncio.gather(*asked)
