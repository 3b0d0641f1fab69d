"""Asks again where a server went away: another one, or the same when it is back, within a bounded time.

Whatever is asked only reads, and is asked as of one revision, so that asking twice does no harm and what was streamed
before comes again as it was.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from db.pool import StoreLost

_PAUSE_SECONDS = 0.05


class Patience:
    """For how long it is worth asking again."""

    def __init__(self, seconds: float, servers: int) -> None:
        """`seconds` counts from when the store was first found to be away: later, nobody waits for it any more.

        Each of the servers is asked in any case.
        """
        self.seconds = seconds
        self.at_once = 2 * servers
        self.lost_since: float | None = None
        """None while it answers."""


class Losses:
    """How often the store was away when one question was asked."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._began = 0.0
        self._count = 0

    async def another(self) -> bool:
        """Wait until it is worth asking again; False if it no longer is."""
        now, patience = time.monotonic(), self._patience
        if not self._count:
            self._began = now
        self._count += 1
        patience.lost_since = patience.lost_since or now
        if self._count >= patience.at_once and now - min(self._began, patience.lost_since) > patience.seconds:
            return False
        await asyncio.sleep(_PAUSE_SECONDS if self._count > 1 else 0)
        return True


class Persistent(Protocol):
    """Who asks again."""

    patience: Patience


S = TypeVar("S", bound=Persistent)
P = ParamSpec("P")
T = TypeVar("T")
Chunk = TypeVar("Chunk", bound=Sequence[object])


def persistent(
    method: Callable[Concatenate[S, P], Awaitable[T]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """Ask again for what is answered as a whole."""

    @wraps(method)
    async def asked(self: S, *args: P.args, **kwargs: P.kwargs) -> T:
        losses: Losses | None = None
        while True:
            try:
                found = await method(self, *args, **kwargs)
            except StoreLost:
                losses = losses or Losses(self.patience)
                if not await losses.another():
                    raise
            else:
                self.patience.lost_since = None
                return found

    return cast("Callable[Concatenate[S, P], Coroutine[Any, Any, T]]", asked)


def resumed(
    method: Callable[Concatenate[S, P], AsyncIterator[Chunk]],
) -> Callable[Concatenate[S, P], AsyncIterator[Chunk]]:
    """Ask again for what is streamed, and leave out what was given already: it is the same on every server."""

    @wraps(method)
    async def streamed(self: S, *args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[Chunk, None]:
        losses, given = Losses(self.patience), 0
        while True:
            left_out = given
            try:
                async with aclosing(cast("AsyncGenerator[Chunk, None]", method(self, *args, **kwargs))) as chunks:
                    async for chunk in chunks:
                        rest = cast(Chunk, chunk[left_out:]) if left_out else chunk
                        left_out -= min(left_out, len(chunk))
                        if rest:
                            given += len(rest)
                            yield rest
            except StoreLost:
                if not await losses.another():
                    raise
            else:
                self.patience.lost_since = None
                return

    return cast("Callable[Concatenate[S, P], AsyncIterator[Chunk]]", streamed)
