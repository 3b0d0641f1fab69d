"""Answers the questions of `schema.ports.Reader` from Postgres. It can only read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager

import asyncpg

from db.filters import as_of, conditions, copies
from db.grouping import aggregate_sql, group_of
from db.migrate import MigrationError, pending
from db.order import SORTED_ON
from db.pool import Connection, Pool
from db.selecting import page_sql, stream_sql, total_sql
from db.statements import statement
from schema.codes import CodeBook, CodeItem
from schema.ports import Group, Groups, Page, Row, StoreUnavailable
from schema.query import AggregateQuery, AsOf, BadQuery, Filter, PageQuery, Within
from schema.records import RecordKind, Revision

_BATCH = 500
_REMEMBERED = 10_000
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


@contextmanager
def _store_errors() -> Iterator[None]:
    """Whatever keeps the store from answering becomes `StoreUnavailable`."""
    try:
        yield
    except asyncpg.QueryCanceledError as error:
        raise StoreUnavailable("the question took longer than the store allows") from error
    except _UNAVAILABLE as error:
        raise StoreUnavailable("the store cannot be reached") from error


def _rows(records: Iterable[asyncpg.Record]) -> list[Row]:
    return [Row(version, id_, on, body.encode()) for version, id_, on, body in records]


class PostgresReader:
    """Reads one store through a pool of read-only connections."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._books: dict[int, CodeBook] = {}
        """By the revision that last changed a code list."""
        self._changed_in: dict[int, int] = {}
        """That revision, for each revision asked about. What is past does not change."""

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        with _store_errors():
            async with self._pool.acquire() as connection:
                yield connection  # type: ignore[misc]  # a proxy with all the methods of a connection

    async def revision(self, as_of: AsOf | None = None) -> Revision:
        """The revision meant, by default the latest.

        Raises `BadQuery` if there is no such one, `StoreUnavailable` if the store is empty.
        """
        async with self._connection() as connection:
            if as_of is None:
                row = await connection.fetchrow(statement("latest_revision"))
                if row is None:
                    raise StoreUnavailable("the store is empty")
                return Revision(**row)
            row = None
            if as_of.revision is not None:
                row = await connection.fetchrow(statement("revision_by_number"), as_of.revision)
            elif as_of.time is not None:
                row = await connection.fetchrow(statement("revision_by_time"), as_of.time)
        if row is None:
            raise BadQuery("as_of", f"the record has no revision or release {as_of.text!r}")
        return Revision(**row)

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

    async def page(self, query: PageQuery) -> Page:
        """A page of records."""
        sql, values = page_sql(query, await self.codebook(query.revision))
        async with self._connection() as connection:
            rows = _rows(await connection.fetch(sql, *values))
        return Page(rows=rows[: query.limit], more=len(rows) > query.limit)

    async def total(self, kind: RecordKind, filter: Filter, revision: int) -> int:
        """How many records match, exactly."""
        sql, values = total_sql(kind, filter, revision, await self.codebook(revision))
        async with self._connection() as connection:
            return int(await connection.fetchval(sql, *values))

    async def pages_within(self, query: PageQuery, within: Within, parents: Sequence[str]) -> Mapping[str, Page]:
        """The first page below each of several parents, all read by one statement."""
        made = conditions(query.kind, query.filter, query.revision, await self.codebook(query.revision))
        belongs, ids, limit = _BELONGING[within], made.bind(list(parents)), made.bind(query.limit + 1)
        sql = statement("pages_within").format(
            kind=query.kind, on=SORTED_ON[query.kind], where=made.where, belongs=belongs, parents=ids, limit=limit
        )
        rows: dict[str, list[Row]] = {parent: [] for parent in parents}
        async with self._connection() as connection:
            for parent, version, id_, on, body in await connection.fetch(sql, *made.values):
                rows[parent].append(Row(version, id_, on, body.encode()))
        return {parent: Page(found[: query.limit], len(found) > query.limit) for parent, found in rows.items()}

    async def totals_within(self, query: PageQuery, within: Within, parents: Sequence[str]) -> Mapping[str, int]:
        """How many records match below each of several parents, all counted by one statement."""
        made = conditions(query.kind, query.filter, query.revision, await self.codebook(query.revision))
        belongs, ids = _BELONGING[within], made.bind(list(parents))
        sql = statement("totals_within").format(kind=query.kind, where=made.where, belongs=belongs, parents=ids)
        async with self._connection() as connection:
            rows = await connection.fetch(sql, *made.values)
        return {row["parent"]: row["total"] for row in rows}

    async def get(self, kind: RecordKind, ids: Sequence[str], revision: int) -> Mapping[str, Row]:
        """The records with these ids; ids that are not in the store at that revision are left out."""
        sql = statement("by_id").format(kind=kind, on=SORTED_ON[kind], where=as_of("v"))
        async with self._connection() as connection:
            rows = _rows(await connection.fetch(sql, revision, list(ids)))
        return {row.id: row for row in rows}

    async def aggregate(self, query: AggregateQuery) -> Groups:
        """Counts by group."""
        made = conditions(query.of, query.filter, query.revision, await self.codebook(query.revision))
        values = list(made.values)
        sql, count_sql = aggregate_sql(query, made)
        async with self._connection() as connection:
            rows = await connection.fetch(sql, *made.values)
            groups: list[Group] = [group_of(row) for row in rows]
            total = rows[0]["groups"] if rows else await connection.fetchval(count_sql, *values)
        return Groups(groups=groups, total=total)

    async def stream(self, kind: RecordKind, filter: Filter, revision: int) -> AsyncIterator[Sequence[Row]]:
        """All matching records in order, in batches, with constant memory and from one snapshot."""
        sql, values = stream_sql(kind, filter, revision, await self.codebook(revision))
        async with (
            self._connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            cursor = await connection.cursor(sql, *values)
            while batch := _rows(await cursor.fetch(_BATCH)):
                yield batch

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


_BELONGING: dict[Within, str] = {
    "entity_id": "v.version IN (SELECT a.version FROM action_entity a WHERE a.entity = parent.id)",
    "document": f"v.document IN ({copies('d.id = parent.id')})",
    "reprint_of": "v.reprint_of = parent.id",
}
"""What ties `v` to a parent, in a statement that calls its id `parent.id`: the same as the filters of these names."""
