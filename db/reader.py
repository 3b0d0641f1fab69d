"""Answers the questions of `schema.ports.Reader` from Postgres. It can only read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from itertools import islice
from types import TracebackType
from typing import cast

import asyncpg
import orjson

from db import deltas
from db.annotations import read_annotations
from db.conditions import as_of
from db.copying import copied
from db.covering import read_coverage
from db.grouping import aggregate_sql, all_groups_sql, group_of
from db.highlighting import highlights
from db.lookups import Lookups, Spelt, has_latin, named, spelt
from db.losses import told
from db.migrate import MigrationError, pending
from db.persisting import Patience, persistent, resumed
from db.pool import DEFAULT_PATIENCE, Connection, Connections, StoreLost
from db.reconciling import entity_candidates, entity_facts
from db.revisions import Revisions
from db.selecting import near_page_sql, page_sql, pages_within_sql, recent_sql, stream_sql, total_sql, totals_within_sql
from db.statements import statement
from db.versions import Place, Versions
from schema.changes import ChangedTable, ChangePage, ChangeQuery, RevisionRow
from schema.codes import CodeBook, CodeItem
from schema.coverage import Coverage, Days
from schema.facts import EntityFacts
from schema.highlights import Highlight
from schema.keys import ApiKey
from schema.ports import Edition, Group, Groups, Page, Recent, Row, StoreUnavailable
from schema.query import MAX_LIMIT, AggregateQuery, AsOf, BadQuery, Filter, PageQuery, Within
from schema.records import RecordKind, Revision
from schema.releases import Release
from schema.remembered import Remembered

_FILTER_BYTES, _GROUP_BYTES = 2_000, 300
"""About what a filter takes in memory, and a group."""
_REMEMBERED = 10_000
_FEW = 10_000
"""So many records found by their words are put in order as fast as the newest are looked through for them."""


class _Reading:
    """A connection for the length of a `with`. Whatever keeps the store from answering becomes `StoreUnavailable`."""

    __slots__ = ("_connection", "_lease")

    def __init__(self, lease: AbstractAsyncContextManager[Connection]) -> None:
        self._lease = lease
        self._connection: Connection | None = None

    async def __aenter__(self) -> Connection:
        try:
            self._connection = await self._lease.__aenter__()
        except Exception as error:
            if (meaning := told(error, None)) is not None:
                raise meaning from error
            raise
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        meaning = told(error, self._connection) if isinstance(error, Exception) else None
        await self._lease.__aexit__(kind, error, trace)
        if meaning is not None:
            raise meaning from error


class PostgresReader:
    """Reads one store through read-only connections, to one server or to several that have the same record.

    Where a server goes away it asks another, or the same one when it is back.
    """

    def __init__(
        self,
        connections: Connections,
        *,
        fresh_for: float = 0.0,
        memory: int = 48 * 2**20,
        patience: float = DEFAULT_PATIENCE,
    ) -> None:
        """`fresh_for` is as in `Revisions`; `memory` bounds the record versions that are remembered, in bytes.

        `patience` is for how many seconds a store that went away is waited for.
        """
        self._connections = connections
        self.patience = Patience(patience, connections.servers)
        self._revisions = Revisions(fresh_for, self._forget)
        self._memory = memory
        self._forget()

    def _forget(self) -> None:
        """Remember nothing of the records: at first, and when the store turns out to hold another history."""
        memory = self._memory
        self._versions = Versions(memory)
        self._totals: Remembered[tuple[RecordKind, Filter, int], int] = Remembered(memory // 16)
        self._groups: Remembered[AggregateQuery, Groups] = Remembered(memory // 16)
        self._changes: Remembered[tuple[int, int, frozenset[ChangedTable]], int] = Remembered(memory // 64)
        self._spelt: Remembered[tuple[str, int], Spelt] = Remembered(memory // 16)
        self._named: Remembered[tuple[str, int], Sequence[str]] = Remembered(memory // 16)
        self._books: dict[int, CodeBook] = {}
        """By the revision that last changed a code list or an annotation."""
        self._changed_in: dict[int, int] = {}
        """That revision, for each revision asked about. What is past does not change."""

    def _connection(self, revision: int = 0, *, settled: bool = False) -> _Reading:
        """A connection to a server that has a revision; with 0, the latest one that is answered from."""
        return _Reading(self._connections.acquire(revision, settled=settled))

    @persistent
    async def revision(self, as_of: AsOf | None = None) -> Revision:
        """The revision meant, by default the latest.

        Raises `BadQuery` if there is no such one, `StoreUnavailable` if the store is empty.
        """
        found = self._revisions.known(as_of)
        if found is None:
            async with self._connection(settled=True) as connection:
                found = await self._revisions.read(connection, as_of)
        if as_of is not None and self._connections.servers > 1 and (found is None or as_of.time is not None):
            found = await self._newest(as_of) or found
        if found is None:
            raise BadQuery("as_of", f"the record has no revision or release {as_of.text if as_of else ''!r}")
        return found

    async def _newest(self, as_of: AsOf) -> Revision | None:
        """The revision meant, as the server has it that has all. A standby may lack what was committed just now."""
        async with _Reading(self._connections.newest()) as connection:
            found = await self._revisions.find(connection, as_of)
        if found is None and as_of.time is None and not self._connections.complete:
            raise StoreLost(f"no server that answers has {as_of.text} yet")
        return found

    async def edition(self) -> Edition:
        """What is latest. Raises `StoreUnavailable` if the store is empty."""
        if not self._revisions.fresh:
            await self._refresh()
        return self._revisions.edition

    async def releases(self) -> Sequence[Release]:
        """All releases, the newest first."""
        if not self._revisions.fresh:
            await self._refresh()
        return self._revisions.releases

    @persistent
    async def _refresh(self) -> None:
        async with self._connection(settled=True) as connection:
            await self._revisions.ask(connection)

    def release_of(self, revision: int) -> str | None:
        """The name of the release that a revision is, if it is one, as of when a revision was last asked for."""
        return self._revisions.release_of(revision)

    @persistent
    async def codebook(self, revision: int) -> CodeBook:
        """The code lists and the annotations as of a revision."""
        changed_in = self._changed_in.get(revision)
        if changed_in is None:
            async with self._connection(revision) as connection:
                changed_in = int(await connection.fetchval(statement("vocabulary_revision"), revision))
                if changed_in not in self._books:
                    rows = await connection.fetch(statement("codes").format(where=as_of("v")), revision)
                    annotations = await read_annotations(connection, revision)
                    self._books[changed_in] = CodeBook((CodeItem(**row) for row in rows), annotations)
            if len(self._changed_in) >= _REMEMBERED:
                self._changed_in.clear()
            self._changed_in[revision] = changed_in
        return self._books[changed_in]

    async def _lookups(self, filter: Filter, revision: int) -> Lookups:
        """What a filter is turned into SQL with."""
        found: dict[str, Spelt] = {}
        for text in filter.search:
            if has_latin(text):
                known = self._spelt.get((text, revision))
                if known is None:
                    async with self._connection(revision) as connection:
                        known = await spelt(connection, text, revision)
                    self._spelt.put((text, revision), known, known.length)
                found[text] = known
        return Lookups(await self.codebook(revision), found, await self._entities(filter, revision))

    async def _entities(self, filter: Filter, revision: int) -> Mapping[str, Sequence[str]]:
        """The ids of the entities that a filter names."""
        names = {name: self._named.get((name, revision)) for group in filter.entity + filter.operator for name in group}
        if unknown := [name for name, ids in names.items() if ids is None]:
            async with self._connection(revision, settled=True) as connection:
                found = await named(connection, unknown, revision)
            for name, ids in found.items():
                names[name] = self._named.put((name, revision), ids, sum(60 + len(each) for each in (name, *ids)))
        return cast("dict[str, Sequence[str]]", names)

    @persistent
    async def page(self, query: PageQuery) -> Page:
        """A page of records."""
        lookups = await self._lookups(query.filter, query.revision)
        # Actions are tried one by one in the order of an index, whatever is asked for: that needs no other plan.
        async with self._connection(
            query.revision, settled=query.kind == "action" and not query.filter.search
        ) as connection:
            places: Sequence[asyncpg.Record] = ()
            few = False
            if query.filter.search:
                total = self._totals.get((query.kind, query.filter, query.revision))
                few = total is not None and total <= _FEW
                if not few and (near := near_page_sql(query, lookups)):
                    places = await connection.fetch(near[0], *near[1])
            if len(places) <= query.limit:
                whole = not self._versions.mostly_known(query.kind)
                sql, values = page_sql(query, lookups, few=few, whole=whole)
                places = await connection.fetch(sql, *values)
            rows = await self._versions.of(connection, query.kind, cast("list[Place]", places[: query.limit]))
        return Page(rows, more=len(places) > query.limit)

    def highlights(self, kind: RecordKind, row: Row, search: Sequence[str]) -> Sequence[Highlight]:
        """Where in a record texts stand that were searched for."""
        return highlights(kind, orjson.loads(row.body), search) if search else ()

    @persistent
    async def recent(self, kind: RecordKind, filter: Filter, limit: int, revision: int) -> Sequence[Recent]:
        """Records that match, those that were put on record last first."""
        sql, values = recent_sql(kind, filter, limit, revision, await self._lookups(filter, revision))
        async with self._connection(revision) as connection:
            rows = await connection.fetch(sql, *values)
        return [Recent(Row(*each[:4]), each["committed_at"], each["first"]) for each in rows]

    @persistent
    async def total(self, kind: RecordKind, filter: Filter, revision: int) -> int:
        """How many records match, exactly."""
        key = kind, filter, revision
        found = self._totals.get(key)
        if found is None:
            sql, values = total_sql(kind, filter, revision, await self._lookups(filter, revision))
            async with self._connection(revision) as connection:
                found = self._totals.put(key, int(await connection.fetchval(sql, *values)), _FILTER_BYTES)
        return found

    @persistent
    async def pages_within(self, query: PageQuery, within: Within, parents: Sequence[str]) -> Mapping[str, Page]:
        """The first page below each of several parents, all read by one statement."""
        sql, values = pages_within_sql(query, within, parents, await self._lookups(query.filter, query.revision))
        places: dict[str, list[Place]] = {parent: [] for parent in parents}
        async with self._connection(query.revision) as connection:
            for parent, *place in await connection.fetch(sql, *values):
                places[parent].append(cast(Place, (*place, None)))
            shown = [place for each in places.values() for place in each[: query.limit]]
            rows = iter(await self._versions.of(connection, query.kind, shown))
        return {
            parent: Page(list(islice(rows, min(len(each), query.limit))), len(each) > query.limit)
            for parent, each in places.items()
        }

    @persistent
    async def totals_within(self, query: PageQuery, within: Within, parents: Sequence[str]) -> Mapping[str, int]:
        """How many records match below each of several parents, all counted by one statement."""
        sql, values = totals_within_sql(query, within, parents, await self._lookups(query.filter, query.revision))
        async with self._connection(query.revision) as connection:
            rows = await connection.fetch(sql, *values)
        return {row["parent"]: row["total"] for row in rows}

    @persistent
    async def get(self, kind: RecordKind, ids: Sequence[str], revision: int) -> Mapping[str, Row]:
        """The records with these ids; ids that are not in the store at that revision are left out."""
        found = self._versions.standing(kind, ids, revision)
        missing = [record_id for record_id in ids if record_id not in found]
        if missing:
            async with self._connection(revision, settled=True) as connection:
                found.update(await self._versions.read(connection, kind, missing, revision))
        return found

    @persistent
    async def text(self, sha256: str) -> str | None:
        """The text layer with this hash; None where the text is not held."""
        async with self._connection() as connection:
            return cast("str | None", await connection.fetchval(statement("text_layer"), sha256))

    @persistent
    async def closing(self, kind: RecordKind, id: str, revision: int) -> Revision | None:
        """The last revision up to one that closed a record: what became of it stands in its cause and note."""
        async with self._connection(revision) as connection:
            row = await connection.fetchrow(statement("closing").format(kind=kind), id, revision)
        return Revision(**row) if row else None

    @persistent
    async def aggregate(self, query: AggregateQuery) -> Groups:
        """Counts by group."""
        found = self._groups.get(query)
        if found is not None:
            return found
        (sql, values), (count_sql, count_values) = aggregate_sql(
            query, await self._lookups(query.filter, query.revision)
        )
        async with self._connection(query.revision) as connection:
            rows = await connection.fetch(sql, *values)
            groups: list[Group] = [group_of(row) for row in rows]
            total = rows[0]["groups"] if rows else await connection.fetchval(count_sql, *count_values)
        length = _FILTER_BYTES + _GROUP_BYTES * len(groups)
        return self._groups.put(query, Groups(groups=groups, total=total), length)

    @resumed
    async def groups(self, query: AggregateQuery) -> AsyncIterator[Sequence[Group]]:
        """All groups in order, whatever page is asked for, some at a time."""
        sql, values = all_groups_sql(query, await self._lookups(query.filter, query.revision))
        async with self._connection(query.revision) as connection, connection.transaction(readonly=True):
            cursor = await connection.cursor(sql, *values)
            while rows := await cursor.fetch(MAX_LIMIT):
                yield [group_of(row) for row in rows]

    @persistent
    async def coverage(self, days: Sequence[Days] | None, names: Sequence[str], revision: int) -> Coverage:
        """What the record holds about some days, about all where these are None; `names` are those asked for."""
        async with self._connection(revision) as connection:
            return await read_coverage(connection, days, names, revision)

    @persistent
    async def entity_candidates(self, names: Sequence[str], most: int, revision: int) -> Sequence[Sequence[str]]:
        """The ids of the entities that each of some texts may mean, the likeliest first, by one statement."""
        async with self._connection(revision) as connection:
            return await entity_candidates(connection, names, most, revision)

    @persistent
    async def entity_facts(self, ids: Sequence[str], revision: int) -> Mapping[str, EntityFacts]:
        """What the record says about some entities as a whole, by one statement."""
        async with self._connection(revision) as connection:
            return await entity_facts(connection, ids, revision)

    @resumed
    async def stream(self, kind: RecordKind, filter: Filter, revision: int) -> AsyncIterator[bytes]:
        """The JSON of all matching records in order, a line each, in chunks of whole lines."""
        sql, values, walked = stream_sql(kind, filter, revision, await self._lookups(filter, revision))
        async with (
            self._connection(revision) as connection,
            aclosing(copied(connection, sql, values, walked=walked)) as chunks,
        ):
            async for chunk in chunks:
                yield chunk

    @persistent
    async def changes(self, query: ChangeQuery) -> ChangePage:
        """A page of changes, oldest first."""
        async with self._connection(query.until) as connection:
            return await deltas.changes(connection, query)

    @persistent
    async def count_changes(self, query: ChangeQuery) -> int:
        """How many changes there are, whatever the page."""
        key = query.since, query.until, query.tables
        found = self._changes.get(key)
        if found is None:
            async with self._connection(query.until) as connection:
                found = self._changes.put(key, await deltas.count_changes(connection, query), _FILTER_BYTES)
        return found

    @persistent
    async def changed_revisions(self, query: ChangeQuery, before: int) -> Sequence[RevisionRow]:
        """The newest revisions before one that changed something, one more than asked if more follow."""
        async with self._connection(query.until) as connection:
            return await deltas.changed_revisions(connection, query, before)

    @resumed
    async def delta(self, since: int, until: int) -> AsyncIterator[bytes]:
        """What is otherwise at a revision than at an earlier one, a line of JSON each, in chunks of whole lines."""
        async with self._connection(until) as connection, aclosing(deltas.delta(connection, since, until)) as chunks:
            async for chunk in chunks:
                yield chunk

    @persistent
    async def api_keys(self) -> Mapping[bytes, ApiKey]:
        """The keys that are good, by their SHA-256."""
        async with self._connection() as connection:
            return {row["sha256"]: ApiKey(*row) for row in await connection.fetch(statement("good_keys"))}

    async def ready(self) -> str | None:
        """None when the store is reachable and filled and this program can read it, else what is wrong."""
        try:
            async with self._connection() as connection:
                waiting = await pending(connection, reading=True)
                if not waiting:
                    await connection.fetchrow(statement("latest_revision"))
        except (StoreUnavailable, MigrationError) as error:
            return str(error)
        return f"{waiting} migrations are still to be applied" if waiting else None
