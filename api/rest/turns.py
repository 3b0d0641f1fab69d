"""Some connections to the store stay free for short questions, however many files are taken, and however slowly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from schema.ports import StoreUnavailable


class Turns:
    """Lets so many files be written at once; others wait their turn, for `patience` seconds at most."""

    def __init__(self, at_once: int, patience: float) -> None:
        self._room = asyncio.Semaphore(at_once)
        self._patience = patience

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._patience):
                await self._room.acquire()
        except TimeoutError:
            raise StoreUnavailable("too many files are being written at once") from None
        try:
            yield
        finally:
            self._room.release()

    async def begun(self, chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        """The same chunks, the first of which is there: until then an error still gets a status of its own.

        Raises `StoreUnavailable` where others take too long.
        """
        taken = self._all_of(chunks)
        first = await anext(taken)

        async def all_of_them() -> AsyncGenerator[bytes, None]:
            async with aclosing(taken):
                yield first
                async for chunk in taken:
                    yield chunk

        return all_of_them()

    async def _all_of(self, chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        async with self._turn(), aclosing(chunks):
            async for chunk in chunks:
                yield chunk
