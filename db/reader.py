"""Answers the questions of `schema.ports.Reader` from Postgres. It can only read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from itertools import islice
from typing import cast

import asyncpg
import orjson

from db import deltas
from db.conditions import as_of
from db.copying import copied
from db.covering import read_coverage
from db.grouping import aggregate_sql, all_groups_sql, group_of
from db.highlighting import highlights
from db.lookups import Lookups, Spelt, has_latin, named, spelt
from db.migrate import MigrationError, pending
from db.pool import Connection, Lease, Pool
from db.revisions import Revisions
from db.selecting import near_page_sql, page_sql, pages_within_sql, stream_sql, total_sql, totals_within_sql
from db.statements import statement
from db.versions import Place, Versions
from schema.changes import ChangedTable, ChangePage, ChangeQuery, RevisionRow
from schema.codes import CodeBook, CodeItem
from schema.coverage import Coverage, Days
from schema.highlights import Highlight
from schema.keys import ApiKey
from schema.ports import Edition, Group, Groups, Page, Row, StoreUnavailable
from schema.query import MAX_LIMIT, AggregateQuery, AsOf, BadQuery, Filter, PageQuery, Within
from schema.records import RecordKind, Revision
from schema.releases import Release
from schema.remembered import Remembered

_FILTER_BYTES, _GROUP_BYTES = 2_000, 300
"""About what a filter takes in memory, and a group."""
_REMEMBERED = 10_000
_FEW = 10_000
"""So many records found by their words are put in order as fast as the newest are looked through for them."""
_UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.QueryCanceledError,
    OSError,
    TimeoutError,
)


class _Reading:
    """A connection for the length of a `with`. Whatever keeps the store from answering becomes `StoreUnavailable`."""

    __slots__ = ("_lease",)

    def __init__(self, lease: Lease) -> None:
        self._lease = lease

    async def __aenter__(self) -> Connection:
        try:
            return await self._lease.__aenter__()
        except _UNAVAILABLE as error:
            raise _unavailable(error) from error

    async def __aexit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        await self._lease.__aexit__()
        if isinstance(error, _UNAVAILABLE):
            raise _unavailable(error) from error


def _unavailable(error: BaseException) -> StoreUnavailable:
    if isinstance(error, asyncpg.QueryCanceledError):
        return StoreUnavailable("the question took longer than the store allows")
    return StoreUnavailable("the store cannot be reached")


class PostgresReader:
    """Reads one store through a pool of read-only connections."""

    def __init__(self, pool: Pool, *, fresh_for: float = 0.0, memory: int = 48 * 2**20) -> None:
        """`fresh_for` is as in `Revisions`; `memory` bounds the record versions that are remembered, in bytes."""
        self._pool = pool
        self._revisions = Revisions(fresh_for)
        self._versions = Versions(memory)
        self._totals: Remembered[tuple[RecordKind, Filter, int], int] = Remembered(memory // 16)
        self._groups: Remembered[AggregateQuery, Groups] = Remembered(memory // 16)
        self._changes: Remembered[tuple[int, int, frozenset[ChangedTable]], int] = Remembered(memory // 64)
        self._spelt: Remembered[tuple[str, int], Spelt] = Remembered(memory // 16)
        self._named: Remembered[tuple[str, int], Sequence[str]] = Remembered(memory // 16)
        self._books: dict[int, CodeBook] = {}
        """By the revision that last changed a code list."""
        self._changed_in: dict[int, int] = {}
        """That revision, for each revision asked about. What is past does not change."""

    def _connection(self, *, settled: bool = False) -> _Reading:
        return _Reading(self._pool.acquire(settled=settled))

    async def revision(self, as_of: AsOf | None = None) -> Revision:
        """The revision meant, by default the latest.

        Raises `BadQuery` if there is no such one, `StoreUnavailable` if the store is empty.
        """
        found = self._revisions.known(as_of)
        if found is None:
            async with self._connection(settled=True) as connection:
                found = await self._revisions.read(connection, as_of)
        if found is None:
            raise BadQuery("as_of", f"the record has no revision or release {as_of.text if as_of else ''!r}")
        return found

    async def edition(self) -> Edition:
        """What is latest. Raises `StoreUnavailable` if the store is empty."""
        await self._refresh()
        return self._revisions.edition

    async def releases(self) -> Sequence[Release]:
        """All releases, the newest first."""
        await self._refresh()
        return self._revisions.releases

    async def _refresh(self) -> None:
        if not self._revisions.fresh:
            async with self._connection(settled=True) as connection:
                await self._revisions.ask(connection)

    def release_of(self, revision: int) -> str | None:
        """The name of the release that a revision is, if it is one, as of when a revision was last asked for."""
        return self._revisions.release_of(revision)

    async def codebook(self, revision: int) -> CodeBook:
        """The code lists as of a revision."""
        changed_in = self._changed_in.get(revision)
        if changed_in is None:
            async with self._connection() as connection:
                changed_in = int(await connection.fetchval(statement("vocabulary_revision"), revision))
                if changed_in not in self._books:
                    rows = await connection.fetch(statement("codes").format(where=as_of("v")), revision)
                    self._books[changed_in] = CodeBook(CodeItem(**row) for row in rows)
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
                    async with self._connection() as connection:
                        known = await spelt(connection, text, revision)
                    self._spelt.put((text, revision), known, known.length)
                found[text] = known
        return Lookups(await self.codebook(revision), found, await self._entities(filter, revision))

    async def _entities(self, filter: Filter, revision: int) -> Mapping[str, Sequence[str]]:
        """The ids of the entities that a filter names."""
        names = {name: self._named.get((name, revision)) for group in filter.entity + filter.operator for name in group}
        if unknown := [name for name, ids in names.items() if ids is None]:
            async with self._connection(settled=True) as connection:
                found = await named(connection, unknown, revision)
            for name, ids in found.items():
                names[name] = self._named.put((name, revision), ids, sum(60 + len(each) for each in (name, *ids)))
        return cast("dict[str, Sequence[str]]", names)

    async def page(self, query: PageQuery) -> Page:
        """A page of records."""
        lookups = await self._lookups(query.filter, query.revision)
        # Actions are tried one by one in the order of an index, whatever is asked for: that needs no other plan.
        async with self._connection(settled=query.kind == "action" and not query.filter.search) as connection:
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

    async def total(self, kind: RecordKind, filter: Filter, revision: int) -> int:
        """How many records match, exactly."""
        key = kind, filter, revision
        found = self._totals.get(key)
        if found is None:
            sql, values = total_sql(kind, filter, revision, await self._lookups(filter, revision))
            async with self._connection() as connection:
                found = self._totals.put(key, int(await connection.fetchval(sql, *values)), _FILTER_BYTES)
        return found

    async def pages_within(self, query: PageQuery, within: Within, parents: Sequence[str]) -> Mapping[str, Page]:
        """The first page below each of several parents, all read by one statement."""
        sql, values = pages_within_sql(query, within, parents, await self._lookups(query.filter, query.revision))
        places: dict[str, list[Place]] = {parent: [] for parent in parents}
        async with self._connection() as connection:
            for parent, *place in await connection.fetch(sql, *values):
                places[parent].append(cast(Place, (*place, None)))
            shown = [place for each in places.values() for place in each[: query.limit]]
            rows = iter(await self._versions.of(connection, query.kind, shown))
        return {
            parent: Page(list(islice(rows, min(len(each), query.limit))), len(each) > query.limit)
            for parent, each in places.items()
        }

    async def totals_within(self, query: PageQuery, within: Within, parents: Sequence[str]) -> Mapping[str, int]:
        """How many records match below each of several parents, all counted by one statement."""
        sql, values = totals_within_sql(query, within, parents, await self._lookups(query.filter, query.revision))
        async with self._connection() as connection:
            rows = await connection.fetch(sql, *values)
        return {row["parent"]: row["total"] for row in rows}

    async def get(self, kind: RecordKind, ids: Sequence[str], revision: int) -> Mapping[str, Row]:
        """The records with these ids; ids that are not in the store at that revision are left out."""
        found = self._versions.standing(kind, ids, revision)
        missing = [record_id for record_id in ids if record_id not in found]
        if missing:
            async with self._connection(settled=True) as connection:
                found.update(await self._versions.read(connection, kind, missing, revision))
        return found

    async def text(self, sha256: str) -> str | None:
        """The text layer with this hash; None where the text is not held."""
        async with self._connection() as connection:
            return cast("str | None", await connection.fetchval(statement("text_layer"), sha256))

    async def closing(self, kind: RecordKind, id: str, revision: int) -> Revision | None:
        """The last revision up to one that closed a record: what became of it stands in its cause and note."""
        async with self._connection() as connection:
            row = await connection.fetchrow(statement("closing").format(kind=kind), id, revision)
        return Revision(**row) if row else None

    async def aggregate(self, query: AggregateQuery) -> Groups:
        """Counts by group."""
        found = self._groups.get(query)
        if found is not None:
            return found
        (sql, values), (count_sql, count_values) = aggregate_sql(
            query, await self._lookups(query.filter, query.revision)
        )
        async with self._connection() as connection:
            rows = await connection.fetch(sql, *values)
            groups: list[Group] = [group_of(row) for row in rows]
            total = rows[0]["groups"] if rows else await connection.fetchval(count_sql, *count_values)
        length = _FILTER_BYTES + _GROUP_BYTES * len(groups)
        return self._groups.put(query, Groups(groups=groups, total=total), length)

    async def groups(self, query: AggregateQuery) -> AsyncIterator[Sequence[Group]]:
        """All groups in order, whatever page is asked for, some at a time."""
        sql, values = all_groups_sql(query, await self._lookups(query.filter, query.revision))
        async with self._connection() as connection, connection.transaction(readonly=True):
            cursor = await connection.cursor(sql, *values)
            while rows := await cursor.fetch(MAX_LIMIT):
                yield [group_of(row) for row in rows]

    async def coverage(self, days: Sequence[Days] | None, names: Sequence[str], revision: int) -> Coverage:
        """What the record holds about some days, about all where these are None; `names` are those asked for."""
        async with self._connection() as connection:
            return await read_coverage(connection, days, names, revision)

    async def stream(self, kind: RecordKind, filter: Filter, revision: int) -> AsyncIterator[bytes]:
        """The JSON of all matching records in order, a line each, in chunks of whole lines."""
        sql, values, walked = stream_sql(kind, filter, revision, await self._lookups(filter, revision))
        async with (
            self._connection() as connection,
            aclosing(copied(connection, sql, values, walked=walked)) as chunks,
        ):
            async for chunk in chunks:
                yield chunk

    async def changes(self, query: ChangeQuery) -> ChangePage:
        """A page of changes, oldest first."""
        async with self._connection() as connection:
            return await deltas.changes(connection, query)

    async def count_changes(self, query: ChangeQuery) -> int:
        """How many changes there are, whatever the page."""
        key = query.since, query.until, query.tables
        found = self._changes.get(key)
        if found is None:
            async with self._connection() as connection:
                found = self._changes.put(key, await deltas.count_changes(connection, query), _FILTER_BYTES)
        return found

    async def changed_revisions(self, query: ChangeQuery, before: int) -> Sequence[RevisionRow]:
        """The newest revisions before one that changed something, one more than asked if more follow."""
        async with self._connection() as connection:
            return await deltas.changed_revisions(connection, query, before)

    async def delta(self, since: int, until: int) -> AsyncIterator[bytes]:
        """What is otherwise at a revision than at an earlier one, a line of JSON each, in chunks of whole lines."""
        async with self._connection() as connection, aclosing(deltas.delta(connection, since, until)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def api_keys(self) -> Mapping[bytes, ApiKey]:
        """The keys that are good, by their SHA-256."""
        async with self._connection() as connection:
            return {row["sha256"]: ApiKey(*row) for row in await connection.fetch(statement("good_keys"))}

    async def ready(self) -> str | None:
        """None when the store is reachable, filled and its migrations are current, else what is wrong."""
        try:
            async with self._connection() as connection:
                waiting = await pending(connection)
                if not waiting:
                    await connection.fetchrow(statement("latest_revision"))
        except (StoreUnavailable, MigrationError) as error:
            return str(error)
        return f"{waiting} migrations are still to be applied" if waiting else None
