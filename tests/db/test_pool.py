"""Connections are kept and used again, unless they are broken; and what is remembered of the store stays right."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from db.changes import Change
from db.pool import Pool, connect, open_pool
from db.reader import PostgresReader
from db.writer import commit
from schema.ports import Reader, StoreUnavailable
from schema.query import Filter, PageQuery
from schema.records import Action
from tests.support import corpus

BREAK_ALL = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest_asyncio.fixture
async def pool(dsn: str) -> AsyncIterator[Pool]:
    async with await open_pool(dsn, size=2, statement_timeout=10) as made:
        yield made


async def backend(pool: Pool) -> int:
    async with pool.acquire() as connection:
        return connection.get_server_pid()


async def test_a_connection_is_used_again(pool: Pool) -> None:
    assert await backend(pool) == await backend(pool)


async def planning(pool: Pool, *, settled: bool) -> tuple[int, str]:
    async with pool.acquire(settled=settled) as connection:
        return connection.get_server_pid(), await connection.fetchval("SHOW plan_cache_mode")


async def test_settled_statements_have_connections_of_their_own_while_there_is_room(pool: Pool) -> None:
    plain, settled = await planning(pool, settled=False), await planning(pool, settled=True)
    assert (plain[1], settled[1]) == ("auto", "force_generic_plan")
    assert [await planning(pool, settled=each) for each in (False, True)] == [plain, settled]
    assert plain[0] != settled[0]
    async with pool.acquire():
        async with pool.acquire() as other:
            assert other.get_server_pid() == settled[0]
            assert await other.fetchval("SHOW plan_cache_mode") == "auto"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), pool.acquire(), pool.acquire():
                pass
    async with pool.acquire(settled=True), pool.acquire(settled=True) as other:
        assert await other.fetchval("SHOW plan_cache_mode") == "force_generic_plan"


async def test_no_more_than_its_size_are_open(pool: Pool) -> None:
    async with pool.acquire(), pool.acquire():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(backend(pool), 0.1)
    assert await backend(pool)


async def test_whoever_finds_no_connection_free_is_told_after_a_while(dsn: str) -> None:
    async with await open_pool(dsn, size=1, statement_timeout=10, patience=0.2) as small:
        async with small.acquire():
            began = time.monotonic()
            with pytest.raises(StoreUnavailable, match="all connections to the database are in use"):
                await PostgresReader(small).revision()
            assert 0.2 <= time.monotonic() - began < 2
        assert (await PostgresReader(small).revision()).number


async def test_what_was_interrupted_is_asked_again(dsn: str) -> None:
    """Every connection breaks at some moment of a question, and nobody hears of it; a stream goes on where it was."""
    owner = await connect(dsn)
    await corpus.fill(owner)
    async with await open_pool(dsn, size=2, statement_timeout=10) as pool:
        reader, calm = PostgresReader(pool, memory=0), PostgresReader(pool)
        number = (await calm.revision()).number
        right = b"".join([chunk async for chunk in calm.stream("action", Filter(), number)])
        pieces = []
        async for chunk in reader.stream("action", Filter(), number):
            pieces.append(chunk)
            if len(pieces) < 3:
                await owner.execute(BREAK_ALL)
        assert b"".join(pieces) == right
        await owner.execute(BREAK_ALL)
        assert await reader.total("action", Filter(), number) == right.count(b"\n")
    await owner.close()


def test_whatever_a_reader_is_asked_is_asked_again() -> None:
    """`releases` and `edition` do so where they ask the store; who asks for readiness wants to know how it is now."""
    public = {name for name in vars(Reader) if not name.startswith("_")} - {"releases", "edition", "ready"}
    methods = {name: vars(PostgresReader)[name] for name in public}
    asking = {name for name, method in methods.items() if "_connection" in _names(method)}
    assert asking >= {"page", "get", "total", "stream", "delta", "codebook"}
    assert [name for name in asking if not hasattr(methods[name], "__wrapped__")] == []


def _names(method: object) -> tuple[str, ...]:
    inner = getattr(method, "__wrapped__", method)
    return tuple(getattr(inner, "__code__").co_names)  # noqa: B009 - methods are what is in the class


async def test_a_store_with_another_history_is_known_for_one(dsn: str, pool: Pool) -> None:
    writer = await connect(dsn)
    await corpus.fill(writer)
    reader = PostgresReader(pool)
    number = (await reader.revision()).number
    before = await reader.total("action", Filter(), number)
    # What a restored store would be: the same numbers, another past.
    await writer.execute("ALTER TABLE revision DISABLE TRIGGER USER; ALTER TABLE action_version DISABLE TRIGGER USER")
    await writer.execute("ALTER TABLE action_words DISABLE TRIGGER USER")
    await writer.execute("UPDATE revision SET digest = repeat('0', 64) WHERE number = $1", number)
    gone = await writer.fetchval(
        "UPDATE action_version SET revision_to = $1 WHERE revision_to IS NULL AND revision_from < $1 AND version = "
        "(SELECT max(version) FROM action_version WHERE revision_to IS NULL AND revision_from < $1) RETURNING version",
        number,
    )
    await writer.execute("UPDATE action_words SET revision_to = $1 WHERE version = $2", number, gone)
    assert (await reader.revision()).digest == "0" * 64
    assert await reader.total("action", Filter(), number) == before - 1
    await writer.close()


async def test_a_broken_connection_is_replaced(pool: Pool, dsn: str) -> None:
    first = await backend(pool)
    owner = await connect(dsn)
    await owner.execute("SELECT pg_terminate_backend($1, 5000)", first)
    await owner.close()
    await asyncio.sleep(0.05)
    assert await backend(pool) != first


async def test_a_question_that_was_given_up_does_not_spoil_the_next(pool: Pool) -> None:
    async def long() -> None:
        async with pool.acquire() as connection:
            await connection.execute("SELECT pg_sleep(10)")

    first = await backend(pool)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(long(), 0.2)
    async with pool.acquire() as connection:
        assert connection.get_server_pid() == first
        assert await asyncio.wait_for(connection.fetchval("SELECT 7"), 5) == 7


async def test_a_transaction_left_open_ends_with_its_connection(pool: Pool) -> None:
    async with pool.acquire() as connection:
        first = connection.get_server_pid()
        await connection.execute("BEGIN")
    assert await backend(pool) != first


async def test_a_reader_still_writes_nothing(pool: Pool) -> None:
    async with pool.acquire() as connection:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute("CREATE TABLE x ()")


async def test_what_is_remembered_is_of_its_revision(dsn: str, pool: Pool) -> None:
    """A reader with a memory and one without say the same before and after a record changes."""
    writer = await connect(dsn, role="cunzhao_writer")
    await corpus.fill(writer)
    remembering, forgetful = PostgresReader(pool), PostgresReader(pool, memory=0)
    before = (await remembering.revision()).number
    query = PageQuery(kind="action", revision=before, limit=5)
    page = await remembering.page(query)
    assert await remembering.page(query) == page == await forgetful.page(query)
    ids = [row.id for row in page.rows]
    known = await remembering.get("action", ids, before)
    record = Action.model_validate_json(page.rows[0].body)
    changed = record.model_copy(update={"gist_en": "Changed.", "revision": before + 1})
    await commit(writer, Change(cause="our_correction", note="Changed.", records=(changed,)))
    await writer.close()
    after = (await remembering.revision()).number
    assert after == before + 1
    for number in (before, after):
        for reader in (remembering, forgetful):
            assert await reader.get("action", ids, before) == known
            found = await reader.get("action", ids, number)
            assert ("Changed." in found[ids[0]].body.decode()) == (number == after)


async def test_a_revision_shows_when_the_last_answer_is_no_longer_fresh(dsn: str, pool: Pool) -> None:
    writer = await connect(dsn, role="cunzhao_writer")
    patient, eager = PostgresReader(pool, fresh_for=3600), PostgresReader(pool, fresh_for=0.05)
    before = await patient.revision()
    assert await eager.revision() == before
    await corpus.fill(writer)
    await writer.close()
    await asyncio.sleep(0.06)
    assert await patient.revision() == before
    assert (await eager.revision()).number > before.number
