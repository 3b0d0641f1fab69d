"""Connections to Postgres, each in one of two roles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Literal, Protocol, Self

import asyncpg

from schema.ports import StoreUnavailable

CONNECT_SECONDS = 2.0
"""Longest time that opening a connection may take for a question."""
DEFAULT_PATIENCE = 5.0
"""Longest time a question waits, for a connection that is free or for a server to come back, in seconds."""
_BESIDES_THE_STATEMENT = 5.0
"""Longest time that Postgres's own limit on a statement may take to be heard of. Longer, and the way there is cut."""

if TYPE_CHECKING:  # the driver's classes are generic for type checkers only
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection

Role = Literal["cunzhao_reader", "cunzhao_writer"]
SCHEMA = "cunzhao"


def _session(role: Role | None, statement_timeout: float | None) -> dict[str, str]:
    settings = {"application_name": "cunzhao", "search_path": SCHEMA, "timezone": "UTC", "jit": "off"}
    # A question may have many conditions, each a subquery: trying their orders would take longer than answering.
    settings["join_collapse_limit"] = "1"
    if role is not None:
        settings["role"] = role
    if role == "cunzhao_reader":
        settings["default_transaction_read_only"] = "on"
        # Room for where the rows with a common word lie: without it, each must be taken to pieces again.
        settings["work_mem"] = "64MB"
    if statement_timeout is not None:
        settings["statement_timeout"] = str(int(statement_timeout * 1000))
    return settings


class StoreLost(StoreUnavailable):
    """The server went away, or was not there. Another one, or the same a moment later, may answer the question."""


async def connect(
    dsn: str, *, role: Role | None = None, statement_timeout: float | None = None, within: float = 60.0
) -> Connection:
    """One connection, as the owner of the store unless a role is named. The times are in seconds.

    Raises `StoreLost` if no server answers.
    """
    limit = None if statement_timeout is None else statement_timeout + _BESIDES_THE_STATEMENT
    with _unreachable():
        return await asyncpg.connect(
            dsn, server_settings=_session(role, statement_timeout), timeout=within, command_timeout=limit
        )


class Connections(Protocol):
    """Where reading connections come from: one server, or one of several."""

    servers: int
    """How many servers there are."""

    def acquire(self, at_least: int = 0, *, settled: bool = False) -> AbstractAsyncContextManager[Connection]:
        """A connection to a server that has a revision; with 0, the latest that questions are answered from.

        `settled` is as in `Pool`.
        """
        ...

    def newest(self) -> AbstractAsyncContextManager[Connection]:
        """A connection to the server that is written to, or else to the one that has come furthest."""
        ...

    @property
    def complete(self) -> bool:
        """Whether `newest` has all that was ever committed, so that what is not there does not exist."""
        ...


class Pool:
    """Reading connections to one server, the one used last first: its plans and pages are warm.

    Nothing is reset between two uses, as a pool of the driver would do with a round trip of its own: whoever reads
    leaves nothing behind. A connection that is broken or left in a transaction is not used again.

    There are two sorts. On a settled one a statement is planned once, whatever the values of its parameters; on the
    others Postgres plans it anew as often as it pleases. A connection changes its sort only where all are open.
    """

    servers = 1
    complete = True

    def __init__(
        self, open_one: Callable[[], Awaitable[Connection]], size: int, patience: float = DEFAULT_PATIENCE
    ) -> None:
        """`size` connections at most; whoever comes when all are in use waits for `patience` seconds."""
        self._open_one = open_one
        self._patience = patience
        self._size = size
        self._room = asyncio.Semaphore(size)
        self._used = 0
        self._lent: set[Connection] = set()
        self._idle: dict[bool, list[Connection]] = {False: [], True: []}
        self._closed = False

    @property
    def in_use(self) -> int:
        """How many connections are in use."""
        return self._used

    def acquire(self, at_least: int = 0, *, settled: bool = False) -> Lease:
        """A connection of one's own, as soon as there is one; the one server has every revision that there is.

        `settled` is for statements that have one right plan, and that take less time to be answered than planned.
        Raises `StoreLost` if no server answers, `StoreUnavailable` if all connections stay in use.
        """
        return Lease(self, settled)

    def newest(self) -> Lease:
        """The same."""
        return Lease(self, settled=False)

    async def lend(self, *, settled: bool) -> Connection:
        """The same, for `Lease`, which gives it back."""
        await self._enter()
        self._used += 1
        try:
            connection = self._warm(settled) or await self._other(settled)
            self._lent.add(connection)
            return connection
        except BaseException:
            self._used -= 1
            self._room.release()
            raise

    async def _enter(self) -> None:
        if not self._room.locked():
            await self._room.acquire()  # which does not wait
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._room.acquire()
        except TimeoutError:
            raise StoreUnavailable("all connections to the database are in use") from None

    def _warm(self, settled: bool) -> Connection | None:
        idle = self._idle[settled]
        while idle:
            connection = idle.pop()
            if not connection.is_closed():
                return connection
        return None

    async def _other(self, settled: bool) -> Connection:
        """A new connection, or where there is no room one of the other sort."""
        full = self._used + len(self._idle[not settled]) > self._size
        connection = self._warm(not settled) if full else None
        changes = settled or connection is not None
        connection = connection or await self._open_one()
        if changes:
            try:
                await connection.execute(f"SET plan_cache_mode = {'force_generic_plan' if settled else 'auto'}")
            except BaseException:
                connection.terminate()
                raise
        return connection

    def give_back(self, connection: Connection, *, settled: bool) -> None:
        """Take back what was lent."""
        self._used -= 1
        self._lent.discard(connection)
        self._room.release()
        if self._closed or connection.is_closed() or connection.is_in_transaction():
            connection.terminate()
        else:
            # A question that was given up is cancelled by the driver before the connection's next one.
            self._idle[settled].append(connection)

    def cut(self) -> None:
        """Break all connections, those in use too: they lead to a server that is gone."""
        for connection in (*self._idle[False], *self._idle[True], *self._lent):
            connection.terminate()
        for idle in self._idle.values():
            idle.clear()

    async def close(self) -> None:
        """Close what is idle; what is in use closes when it is given back."""
        self._closed = True
        for idle in self._idle.values():
            while idle:
                with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await idle.pop().close(timeout=5)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Lease:
    """A connection of a pool, for the length of a `with`."""

    __slots__ = ("_connection", "_pool", "_settled")

    def __init__(self, pool: Pool, settled: bool) -> None:
        self._pool = pool
        self._settled = settled

    async def __aenter__(self) -> Connection:
        self._connection = await self._pool.lend(settled=self._settled)
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        self._pool.give_back(self._connection, settled=self._settled)


def pool_of(dsn: str, *, size: int, statement_timeout: float, patience: float = DEFAULT_PATIENCE) -> Pool:
    """A pool of reading connections, none of which is open yet. Postgres itself refuses them any write.

    `size` is the number of connections, `statement_timeout` the longest any statement may take, `patience` the longest
    time to wait for a connection that is free; both in seconds.
    """

    def open_one() -> Awaitable[Connection]:
        return connect(dsn, role="cunzhao_reader", statement_timeout=statement_timeout, within=CONNECT_SECONDS)

    return Pool(open_one, size, patience)


async def open_pool(dsn: str, *, size: int, statement_timeout: float, patience: float = DEFAULT_PATIENCE) -> Pool:
    """The same, once a first connection is open. Raises `StoreLost` if no server answers."""
    pool = pool_of(dsn, size=size, statement_timeout=statement_timeout, patience=patience)
    async with pool.acquire():
        return pool


@contextmanager
def _unreachable() -> Iterator[None]:
    try:
        yield
    except (ValueError, UnicodeError):
        # What the driver says of an address that it cannot read may have parts of a password in it.
        raise StoreUnavailable("the address of the database is none that can be read") from None
    except asyncpg.CannotConnectNowError as error:
        raise StoreLost(f"the database does not answer yet: {error}") from error
    except (OSError, TimeoutError, asyncpg.PostgresConnectionError) as error:
        raise StoreLost(f"the database does not answer: {str(error) or 'no answer in time'}") from error
