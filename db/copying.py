"""Whole result sets, as fast as Postgres copies them out and no faster than they are taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from struct import Struct

from db.pool import Connection

_AHEAD = 4
"""So many chunks wait to be taken."""
_CHUNK = 128 * 1024
"""Least size of a chunk in bytes, but for the first, which is not kept waiting, and the last.

Postgres sends 8 KB at a time: what is done once a chunk would be done for every few records."""
_LAST_WORDS = 0.1
"""So many seconds a copy that nobody takes has to hear of it, which it does with what comes next."""
_A_MONTH = 30 * 86_400.0
"""How long a copy may take, in seconds. Without it the driver would allow it no longer than any statement."""
_HEADER = 19
"""So many bytes stand before the first row: that it is a binary copy, and nothing else of note."""
_ROW = Struct(">HI")
"""What stands before the value of a row: the number of its columns, which is one, and the length of the value."""
_END = Struct(">H")
"""What stands after the last row, where the next would have the number of its columns."""
_TIME_ALLOWED = "SELECT setting::float / 1000 FROM pg_settings WHERE name = 'statement_timeout'"
_UNHURRIED = "SET LOCAL statement_timeout = 0"
_WALKED = f"{_UNHURRIED}; SET LOCAL enable_sort = off"
"""Postgres would read a large table as it lies and sort all of it, JSON included, before it gives out the first row."""


class _Left(Exception):
    """Nobody takes any more."""


async def copied(
    connection: Connection, sql: str, values: Sequence[object], *, walked: bool = False
) -> AsyncGenerator[bytes, None]:
    r"""The values of a statement's only column, each with a line end, in chunks of whole lines.

    They are text without line ends, and none is null. Postgres sends them in its binary form, which spares it to look
    for what must be quoted, and each row as a message of its own. With `walked` they are read in the order of an
    index. The first chunk has the time that any statement has, else `TimeoutError` is raised; afterwards the taker
    may take what time it needs.
    """
    waiting: asyncio.Queue[bytes | Exception | None] = asyncio.Queue(_AHEAD)
    gathered: list[bytes] = []
    length, least, start, left = 0, 0, _HEADER, False

    async def take(data: bytes) -> None:
        nonlocal length, least
        if left:
            raise _Left
        gathered.append(data)
        length += len(data)
        # The header comes with the first row, or with the end where there is none.
        if length >= max(least, _HEADER + _ROW.size):
            least = _CHUNK
            await give()

    async def give() -> None:
        nonlocal length, start
        lines = _lines(b"".join(gathered), start)
        gathered.clear()
        length, start = 0, 0
        if lines:
            await waiting.put(lines)

    async def copy() -> None:
        try:
            await connection.copy_from_query(sql, *values, output=take, format="binary", timeout=_A_MONTH)
        except _Left:
            return
        except Exception as error:  # handed on to whoever takes
            await waiting.put(error)
        else:
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
            left = True
            while not waiting.empty():
                waiting.get_nowait()
            # To cancel it between two pieces of data that came would leave the driver in the middle of the copy.
            await asyncio.wait((copying,), timeout=_LAST_WORDS)
            copying.cancel()
            with suppress(asyncio.CancelledError):
                await copying


def _lines(copied: bytes, start: int) -> bytes:
    """The values of some rows of a binary copy, each with a line end."""
    values, end, row = [], len(copied), _ROW.unpack_from
    while start < end - _END.size:
        _, length = row(copied, start)
        start += _ROW.size
        values.append(copied[start : start + length])
        start += length
    values.append(b"")
    return b"\n".join(values)
