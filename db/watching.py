"""Watches one server: what revision it has, asked for several times a second, and whether it is there at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import asyncpg

from db.pool import Connection, connect
from db.statements import statement

INTERVAL_SECONDS = 0.2
ANSWER_SECONDS = 1.0
"""A server that takes longer to tell its revision is taken for gone."""
_log = logging.getLogger("cunzhao.db")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a server said of itself."""

    revision: int
    """Its latest revision; 0 where it has none yet."""
    digest: str


class Watch:
    """One server, asked over a connection of its own, so that a busy pool does not hide it.

    That connection breaks when the server goes: what is known of it holds for as long as the connection does. A server
    that comes back may have gone back, as a standby does for a moment that has not yet replayed again what it had.
    """

    def __init__(self, name: str, dsn: str) -> None:
        self._name = name
        self._dsn = dsn
        self._connection: Connection | None = None
        self._lost: Callable[[], None] = lambda: None
        self._up: bool | None = None
        self.answered = asyncio.Event()
        """Set once the server has told what it has for the first time."""

    async def run(self, saw: Callable[[Seen], None], lost: Callable[[], None]) -> None:
        """Ask until cancelled. `lost` is called as soon as the server goes, and for every time it is not there."""
        self._lost = lost
        try:
            while True:
                if (seen := await self._look()) is not None:
                    saw(seen)
                    self.answered.set()
                await asyncio.sleep(INTERVAL_SECONDS)
        finally:
            self._drop()

    async def _look(self) -> Seen | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                connection = await self._connected()
                row = await connection.fetchrow(statement("latest_revision"))
        except Exception as error:  # whatever it is, the watch goes on
            self._drop()
            self._gone(str(error) or "no answer in time")
            return None
        if not self._up:
            _log.info("the server %s answers", self._name)
        self._up = True
        return Seen(row["number"], row["digest"]) if row else Seen(0, "")

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._dsn, role="cunzhao_reader", within=ANSWER_SECONDS)
            self._connection.add_termination_listener(lambda _: self._gone("the connection broke"))
        return self._connection

    def _gone(self, why: str) -> None:
        if self._up or self._up is None:
            _log.warning("the server %s does not answer: %s", self._name, why)
        self._up = False
        self._lost()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(asyncpg.InterfaceError):
                connection.terminate()
