"""Several servers with the same record: hot standbys to read from, and the primary for what they do not have.

Each is watched. A question goes to a standby that has its revision, else to the primary. The servers of a replicated
cluster have the same rows as of the same revision, so the parts of one answer may come from several of them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Self
from urllib.parse import parse_qs, urlsplit

from db.pool import Connection, Pool, StoreLost, pool_of
from db.watching import Seen, Watch

_REMEMBERED = 10_000
_START_SECONDS = 3.0
"""How long the first answers of the watches are waited for."""
_log = logging.getLogger("cunzhao.db")


@dataclass(frozen=True, slots=True)
class ServerState:
    """How one server is, for whoever runs the service."""

    name: str
    up: bool
    revision: int
    """Its latest revision; -1 while it does not answer."""
    behind_revisions: int
    """How many of the revisions known of it lacks; 0 while it does not answer."""
    behind_seconds: float
    """For how long it has lacked any."""


class Server:
    """One server, its connections, and what is known of it."""

    def __init__(self, name: str, pool: Pool, watch: Watch) -> None:
        self.name = name
        self.pool = pool
        self.watch = watch
        self.seen: Seen | None = None
        """None while it does not answer."""
        self.behind_since: float | None = None

    @property
    def revision(self) -> int:
        """The latest revision it has; -1 while it does not answer."""
        return self.seen.revision if self.seen else -1

    def lost(self) -> None:
        """Do not use it until it is seen again. Whoever waits for an answer of it hears that it is gone."""
        self.seen = None
        self.pool.cut()


class Servers:
    """Connections to whichever server fits. The watches run while it is entered.

    The first server is the primary, the others are standbys. `lag_seconds` says how long a standby may lack the
    newest revision before questions about the latest one go elsewhere, while the primary answers.
    """

    def __init__(self, servers: Sequence[Server], *, lag_seconds: float) -> None:
        self._all = servers
        self._primary, *self._standbys = servers
        self._lag_seconds = lag_seconds
        self._newest = 0
        """The newest revision of the primary, or while it is away that any server ever had."""
        self._answered = 0
        """The revision that was last answered from as the latest."""
        self._digests: dict[int, str] = {}
        self._watching: list[asyncio.Task[None]] = []
        self.servers = len(servers)

    @property
    def complete(self) -> bool:
        """Whether the primary answers."""
        return self._primary.seen is not None

    @asynccontextmanager
    async def acquire(self, at_least: int = 0, *, settled: bool = False) -> AsyncIterator[Connection]:
        """A connection to a server that has a revision, the least busy standby that does or else the primary.

        `settled` is as in `Pool`.
        Raises `StoreLost` where no such server answers, `StoreUnavailable` if all its connections stay in use.
        """
        async with self._connected(self._having(at_least or self._latest()), settled) as connection:
            yield connection

    @asynccontextmanager
    async def newest(self) -> AsyncIterator[Connection]:
        """A connection to the primary, or while that is away to the standby that has come furthest."""
        server = self._primary if self.complete else max(self._all, key=lambda one: one.revision)
        async with self._connected(server, settled=False) as connection:
            yield connection

    def states(self) -> list[ServerState]:
        """How the servers are now, the primary first."""
        now = time.monotonic()
        return [
            ServerState(
                name=one.name,
                up=one.seen is not None,
                revision=one.revision,
                behind_revisions=self._newest - one.revision if one.seen else 0,
                behind_seconds=0.0 if one.behind_since is None else now - one.behind_since,
            )
            for one in self._all
        ]

    @asynccontextmanager
    async def _connected(self, server: Server, settled: bool) -> AsyncIterator[Connection]:
        async with AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(server.pool.acquire(settled=settled))
            except StoreLost:
                server.lost()
                raise
            yield connection

    def _latest(self) -> int:
        """The revision to answer from as the latest: what a standby has, but none older than was answered from."""
        usable = [one.revision for one in self._standbys if one.seen and not (self.complete and self._lags(one))]
        reached = max(usable, default=self._primary.revision)
        if reached < self._answered:
            reached = min(self._answered, max(one.revision for one in self._all))
        if reached >= 0:
            self._answered = reached
        return reached

    def _lags(self, server: Server) -> bool:
        return server.behind_since is not None and time.monotonic() - server.behind_since > self._lag_seconds

    def _having(self, revision: int) -> Server:
        answering = [one for one in self._all if one.seen]
        fitting = [one for one in answering if one.revision >= revision]
        if not fitting:
            lacking = f"no server that answers has revision r{revision} yet" if answering else "no server answers"
            raise StoreLost(lacking)
        standbys = [one for one in fitting if one is not self._primary]
        return min(standbys or fitting, key=lambda one: one.pool.in_use)

    def _saw(self, server: Server, seen: Seen) -> None:
        if self._digests.get(seen.revision, seen.digest) != seen.digest:
            if server is not self._primary:
                if server.seen is not None:
                    _log.error(
                        "revision r%d of %s is not that of the others: it is not read", seen.revision, server.name
                    )
                server.lost()
                return
            # The primary is what the record is: it was restored, or another took its place.
            self._digests.clear()
            self._answered = 0
        if len(self._digests) >= _REMEMBERED:
            self._digests.clear()
        self._digests[seen.revision] = seen.digest
        server.seen = seen
        self._newest = seen.revision if server is self._primary else max(self._newest, seen.revision)
        now = time.monotonic()
        for one in self._all:
            behind = one.seen is not None and one.revision < self._newest
            one.behind_since = (one.behind_since or now) if behind else None

    async def __aenter__(self) -> Self:
        """Begin to watch, and wait a moment until all have answered."""
        self._watching = [asyncio.create_task(one.watch.run(partial(self._saw, one), one.lost)) for one in self._all]
        answers = asyncio.gather(*(one.watch.answered.wait() for one in self._all))
        with suppress(TimeoutError):
            await asyncio.wait_for(answers, _START_SECONDS)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop watching and close all connections."""
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        for one in self._all:
            await one.pool.close()


def servers_of(
    primary: str, standbys: Sequence[str], *, size: int, statement_timeout: float, patience: float, lag_seconds: float
) -> Servers:
    """The servers at some addresses, each with a pool as `pool_of` makes it."""
    return Servers(
        [
            Server(
                name := server_name(dsn),
                pool_of(dsn, size=size, statement_timeout=statement_timeout, patience=patience),
                Watch(name, dsn),
            )
            for dsn in (primary, *standbys)
        ],
        lag_seconds=lag_seconds,
    )


def server_name(dsn: str) -> str:
    """Host and port of an address, without what is secret in it."""
    parts = urlsplit(dsn)
    asked = parse_qs(parts.query)
    host = parts.netloc.rpartition("@")[2] or ",".join(asked.get("host", ["localhost"]))
    port = asked.get("port", [""])[0]
    return f"{host}:{port}" if port else host
