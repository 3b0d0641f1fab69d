"""Whole result sets, as fast as Postgres copies them out and no faster than they are taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress

from db.pool import Connection

_AHEAD = 4
"""So many chunks wait to be taken."""
_CHUNK = 128 * 1024
"""Least size of a chunk in bytes, but for the first, which is not kept waiting, and the last.

Postgres sends 8 KB at a time: what is done once a chunk would be done for every few records."""
_TIME_ALLOWED = "SELECT setting::float / 1000 FROM pg_settings WHERE name = 'statement_timeout'"
_UNHURRIED = "SET LOCAL statement_timeout = 0"
_WALKED = f"{_UNHURRIED}; SET LOCAL enable_sort = off"
"""Postgres would read a large table as it lies and sort all of it, JSON included, before it gives out the first row."""


async def copied(
    connection: Connection, sql: str, values: Sequence[object], *, walked: bool = False
) -> AsyncGenerator[bytes, None]:
    r"""The values of a statement's only column, each with a line end, in chunks of whole lines.

    They are JSON: no control character stands in it, so that Postgres has nothing to quote with those named here,
    and sends each row as a message of its own. With `walked` they are read in the order of an index. The first
    chunk has the time that any statement has, else `TimeoutError` is raised; afterwards the taker may take what time
    it needs.
    """
    waiting: asyncio.Queue[bytes | Exception | None] = asyncio.Queue(_AHEAD)
    gathered, least = bytearray(), 0

    async def take(data: bytes | bytearray) -> None:
        nonlocal least
        gathered.extend(data)
        if len(gathered) >= least:
            least = _CHUNK
            await give()

    async def give() -> None:
        await waiting.put(bytes(gathered))
        gathered.clear()

    async def copy() -> None:
        try:
            await connection.copy_from_query(
                sql, *values, output=take, format="csv", delimiter="\x01", quote="\x02", escape="\x02"
            )
        except Exception as error:  # handed on to whoever takes
            await waiting.put(error)
        else:
            if gathered:
                await give()
            await waiting.put(None)

    async with connection.transaction(readonly=True):
        allowed = float(await connection.fetchval(_TIME_ALLOWED)) or None
        await connection.execute(_WALKED if walked else _UNHURRIED)
        copying = asyncio.create_task(copy())
        try:
            async with asyncio.timeout(allowed):
                chunk = await waiting.get()
            while chunk is not None:
                if isinstance(chunk, Exception):
                    raise chunk
                yield chunk
                chunk = await waiting.get()
        finally:
            copying.cancel()
            with suppress(asyncio.CancelledError):
                await copying
