"""The synthetic store holds what the writer would have written, and passes every check of `cunzhao verify`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from db.migrate import Migration, migrate, migrations, pending
from db.pool import SCHEMA, Connection, connect
from db.statements import statement
from db.verify.run import verify
from db.verify.texts import Texts
from db.writer import commit
from schema.records import Revision
from tests.bench import data
from tests.bench.store.changes import correction, own_changes
from tests.bench.store.load import LOADED_AT, code_lists, ledger, load
from tests.bench.store.plan import Plan, blocks, order
from tests.bench.store.records import Maker
from tests.bench.store.words import named
from tests.support.databases import fresh_database

PLAN = Plan(actions=120, seed=7)


@pytest_asyncio.fixture(scope="module")
async def loaded(server: str) -> AsyncIterator[Connection]:
    """A connection to a store made by COPY."""
    async with fresh_database(server) as dsn:
        connection = await connect(dsn)
        await load(connection, PLAN, lambda line: None, processes=1)
        yield connection
        await connection.close()


@pytest_asyncio.fixture(scope="module")
async def written(server: str, loaded: Connection) -> AsyncIterator[Connection]:
    """A connection to the same store made by the writer, which computes every digest anew."""
    async with fresh_database(server) as dsn:
        connection = await connect(dsn)
        await migrate(connection)
        change, digest = await code_lists(connection)
        await commit(connection, change, ledger=ledger(1, change, digest))
        revisions = [Revision(**row) for row in await loaded.fetch(statement("all_revisions"))]
        maker, planned = Maker(PLAN), blocks(PLAN)
        for place, correcting in order(len(planned)):
            own = own_changes(maker, planned[place])
            for number, change in [correction(maker, planned[place], own)] if correcting else own:
                await commit(connection, change, ledger=revisions[number - 1])
        yield connection
        await connection.close()


async def _tables(connection: Connection) -> list[str]:
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1", SCHEMA)
    return [row["tablename"] for row in rows if row["tablename"] != "migration"]


async def _rows(connection: Connection, table: str) -> list[str]:
    """All rows; the numbers of anchors say no more than in which order they happened to be inserted."""
    row = "(to_jsonb(t) - 'id')::text" if table == "anchor" else "t::text"
    return [found[0] for found in await connection.fetch(f"SELECT {row} FROM {table} t ORDER BY 1")]  # noqa: S608


async def test_every_table_is_as_the_writer_fills_it(loaded: Connection, written: Connection) -> None:
    tables = await _tables(loaded)
    assert tables == await _tables(written)
    for table in tables:
        assert await _rows(loaded, table) == await _rows(written, table), table


async def test_keys_indexes_and_triggers_are_back(loaded: Connection, written: Connection) -> None:
    for what in (
        "SELECT indexdef FROM pg_indexes WHERE schemaname = $1 ORDER BY 1",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
        " WHERE connamespace = $1::regnamespace ORDER BY 1, 2",
        "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE c.relnamespace = $1::regnamespace AND NOT tgisinternal ORDER BY 1, 2",
    ):
        assert await loaded.fetch(what, SCHEMA) == await written.fetch(what, SCHEMA)


async def test_it_verifies(loaded: Connection) -> None:
    said: list[str] = []
    assert await verify(loaded, Texts(), said.append), said


async def test_it_has_what_is_to_be_measured(loaded: Connection) -> None:
    counts = await loaded.fetchrow(
        "SELECT (SELECT count(*) FROM action) AS actions, (SELECT count(*) FROM figure_version) AS figures,"
        " (SELECT count(*) FROM action_version WHERE revision_to IS NOT NULL) AS closed,"
        " (SELECT count(*) FROM entity_name WHERE language = 'zh-Hant') AS traditional,"
        " (SELECT count(*) FROM action_version v WHERE (SELECT count(*) FROM action_entity e"
        "  WHERE e.version = v.version) > 1) AS several"
    )
    assert counts is not None
    assert counts["actions"] == PLAN.actions
    assert min(counts) > 0, dict(counts)


@pytest.mark.parametrize("span", [range(5_000), range(300_000, 305_000)])
def test_no_two_entities_have_one_name(span: range) -> None:
    assert len({named(number).id for number in span}) == len(span)


def test_a_store_is_made_anew_only_if_its_rows_would_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    made, known = data.made_of(PLAN), migrations()
    assert data.made_of(Plan(PLAN.actions, PLAN.seed + 1)) != made
    later = Migration(max(LOADED_AT, known[-1].number) + 1, "later", "SELECT 1")
    monkeypatch.setattr(data, "migrations", lambda: (*known, later))
    assert data.made_of(PLAN) == made
    monkeypatch.setattr(data, "migrations", lambda: (replace(known[0], sql="SELECT 2"), *known[1:]))
    assert data.made_of(PLAN) != made
    monkeypatch.undo()
    monkeypatch.setattr(Path, "read_bytes", lambda file: b"another program")
    assert data.made_of(PLAN) != made


async def test_later_migrations_are_applied_to_a_store_that_is_there(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fresh_database(server) as dsn:
        connection = await connect(dsn)
        first = migrations()[: LOADED_AT - 1]
        monkeypatch.setattr("db.migrate.migrations", lambda: first)
        await migrate(connection)
        monkeypatch.undo()
        assert await data.kept(dsn)
        assert await pending(connection) == 0
        await connection.execute(f"UPDATE {SCHEMA}.migration SET sha256 = 'another' WHERE number = 3")  # noqa: S608
        assert not await data.kept(dsn)
        await connection.close()


def test_a_plan_gives_the_same_records_each_time() -> None:
    block = blocks(PLAN)[1]
    assert own_changes(Maker(PLAN), block) == own_changes(Maker(PLAN), block)
    assert own_changes(Maker(PLAN), block) != own_changes(Maker(Plan(PLAN.actions, PLAN.seed + 1)), block)
