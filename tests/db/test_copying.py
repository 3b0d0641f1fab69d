"""What is copied out comes whole, waits for whoever takes it, and leaves the connection as it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import asyncpg
import pytest
import pytest_asyncio

from db import pool
from db.copying import copied
from db.pool import Connection, connect

ENDLESS = "SELECT repeat('x', 1000) FROM (SELECT generate_series(1, 100000000)) n"
FAILING = "SELECT (1 / (30000 - n))::text FROM (SELECT generate_series(1, 40000) AS n) n"


@pytest_asyncio.fixture
async def reading(sample_dsn: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connection]:
    monkeypatch.setattr(pool, "_BESIDES_THE_STATEMENT", 0.2)
    connection = await connect(sample_dsn, role="cunzhao_reader", statement_timeout=0.5)
    yield connection
    await connection.close()


async def test_every_row_is_a_line_and_no_line_is_cut(reading: Connection) -> None:
    sql = "SELECT json_build_array(n, E'a\\n\"b\\\\', repeat('约', n % 700))::text FROM generate_series(1, $1) n"
    rows = [row[0] for row in await reading.fetch(sql, 3000)]
    chunks = [chunk async for chunk in copied(reading, sql, [3000])]
    assert len(chunks) > 3
    assert all(chunk.endswith(b"\n") for chunk in chunks)
    assert b"".join(chunks).decode() == "".join(f"{row}\n" for row in rows)


@pytest.mark.parametrize("lengths", [[], [0], [0, 1, 70_000, 0, 3, 20_000_000, 0]])
async def test_rows_may_be_none_and_of_any_length(reading: Connection, lengths: list[int]) -> None:
    chunks = [one async for one in copied(reading, "SELECT repeat('x', n) FROM unnest($1::int[]) n", [lengths])]
    assert [len(line) for line in b"".join(chunks).split(b"\n")] == [*lengths, 0]


async def test_who_takes_slowly_is_waited_for(reading: Connection, sample_dsn: str) -> None:
    watching = await connect(sample_dsn)
    async with aclosing(copied(reading, ENDLESS, [])) as chunks:
        await anext(chunks)
        await asyncio.sleep(1)  # twice as long as any other statement may take
        doing = await watching.fetchrow(
            "SELECT state, wait_event FROM pg_stat_activity WHERE pid = $1", reading.get_server_pid()
        )
        assert doing is not None
        assert tuple(doing) == ("active", "ClientWrite")  # nothing is read ahead of the taker
        assert await anext(chunks)
    await watching.close()
    assert await reading.fetchval("SELECT 1") == 1
    assert not reading.is_in_transaction()
    with pytest.raises(asyncpg.QueryCanceledError):
        await reading.fetch("SELECT pg_sleep(5)")


async def test_whoever_leaves_leaves_the_connection_in_order(reading: Connection) -> None:
    for n in range(40):
        async with aclosing(copied(reading, ENDLESS, [])) as chunks:
            for _ in range(n % 7 + 1):
                await anext(chunks)
            await asyncio.sleep(n % 3 / 100)
        assert await reading.fetchval("SELECT 1") == 1


async def test_the_first_chunk_has_the_time_of_any_statement(reading: Connection) -> None:
    with pytest.raises(TimeoutError):
        await anext(copied(reading, "SELECT pg_sleep(20)::text", []))
    assert await reading.fetchval("SELECT 1") == 1


async def test_an_error_on_the_way_goes_through(reading: Connection) -> None:
    chunks = copied(reading, FAILING, [])
    assert await anext(chunks)
    with pytest.raises(asyncpg.DivisionByZeroError):
        [chunk async for chunk in chunks]
    assert await reading.fetchval("SELECT 1") == 1
