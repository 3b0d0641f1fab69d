"""Whole result sets, as fast as Postgres copies them out and no faster than they are taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress

from db.pool import Connection

_AHEAD = 4
"""So many chunks wait to be taken, each about as much as a socket gives at once."""
_TIME_ALLOWED = "SELECT setting::float / 1000 FROM pg_settings WHERE name = 'statement_timeout'"


async def copied(connection: Connection, sql: str, values: Sequence[object]) -> AsyncGenerator[bytes, None]:
    r"""The values of a statement's only column, each with a line end, in chunks of whole lines.

    They are JSON: no control character stands in it, so that Postgres has nothing to quote with those named here,
    and sends each row as a message of its own. The first chunk has the time that any statement has, else
    `TimeoutError` is raised; afterwards the taker may take what time it needs.
    """
    waiting: asyncio.Queue[bytes | Exception | None] = asyncio.Queue(_AHEAD)

    async def take(data: bytes | bytearray) -> None:
        await waiting.put(bytes(data))

    async def copy() -> None:
        try:
            await connection.copy_from_query(
                sql, *values, output=take, format="csv", delimiter="\x01", quote="\x02", escape="\x02"
            )
        except Exception as error:  # handed on to whoever takes
            await waiting.put(error)
        else:
            await waiting.put(None)

    async with connection.transaction(readonly=True):
        allowed = float(await connection.fetchval(_TIME_ALLOWED)) or None
        await connection.execute("SET LOCAL statement_timeout = 0")
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
