"""What changes a store may be killed at any moment: what was committed stays, the rest never was, and can be repeated.

`make faults` kills each command at many more moments.
"""

from __future__ import annotations

import asyncio
import os
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio

import db.writer
from db.ingest.run import ingest
from db.migrate import migrations, pending
from db.pool import Connection, connect, open_pool
from db.reader import PostgresReader
from db.verify.run import verify
from db.verify.texts import Texts
from db.vocabulary import bring_vocabulary
from schema.query import AsOf, BadQuery
from tests.faults import counting
from tests.faults.stores import until
from tests.support.announcements import ANNUAL, CORRECTED_AT_SOURCE
from tests.support.databases import fresh_database
from tests.support.interrupting import Between

KILLS = int(os.environ.get("FAULTS", "1"))
SEED = int(os.environ.get("SEED", "20261122"))
WHY = ("--cause", "our_correction", "--note", "Misread.")
NOTICES = (ANNUAL, CORRECTED_AT_SOURCE, ANNUAL.replace("annual", "other"))
INGEST_SAYS, CORRECT_SAYS, MIGRATE_SAYS, BACKUP_SAYS, RESTORE_SAYS = 60, 20, 60, 20, 60
"""So often a command speaks to Postgres at least."""
RECORDS = "SELECT id, revision_from, revision_to, body FROM {}_version ORDER BY id, revision_from"


async def held(store: Connection) -> list[tuple[object, ...]]:
    """All record versions, but for the numbers of rows, of which some may have been skipped."""
    found: list[tuple[object, ...]] = []
    for kind in ("document", "entity", "action", "figure"):
        found += [tuple(row) for row in await store.fetch(RECORDS.format(kind))]
    return found


async def sound(store: Connection) -> None:
    """Nothing is half-written: all that `cunzhao verify` looks at holds."""
    faults: list[str] = []
    assert await verify(store, Texts(None), faults.append), faults
    counting.verified()


@pytest_asyncio.fixture(scope="module")
async def expected(server: str, template: str) -> list[tuple[object, ...]]:
    """What stands in a store that nothing was done to but to ingest the notices."""
    async with fresh_database(server, template) as dsn:
        store = await connect(dsn)
        for notice in NOTICES:
            await ingest(store, notice.encode())
        found = await held(store)
        await store.close()
    return found


@pytest.mark.parametrize("number", range(KILLS))
async def test_a_killed_ingest_and_a_killed_correction_are_not_there_or_whole(
    dsn: str, tmp_path: Path, expected: list[tuple[object, ...]], number: int
) -> None:
    chance, store = Random(f"{SEED} {number}"), await connect(dsn)  # noqa: S311
    for place, notice in enumerate(NOTICES):
        await asyncio.to_thread((tmp_path / f"{place}.txt").write_text, notice, encoding="utf-8")
    files = [str(tmp_path / f"{place}.txt") for place in range(len(NOTICES))]
    async with Between(dsn).listening() as between:
        kill_at, after = chance.randint(1, INGEST_SAYS), chance.random() < 0.5
        assert await between.run(tmp_path, "ingest", *files, kill_at=kill_at, after=after) is None
        counting.injected("cunzhao ingest killed")
        await gone(store)
        await sound(store)
        said = await between.run(tmp_path, "ingest", *files)
        assert said is not None
        assert "[3/3] " in said
        await sound(store)
        assert await held(store) == expected

        last = await store.fetchval("SELECT max(number) FROM revision")
        figure = await store.fetchval("SELECT id FROM figure_version WHERE revision_to IS NULL ORDER BY id LIMIT 1")
        correct = ("correct", figure, "--set", "unit=款", *WHY)
        kill_at, after = chance.randint(1, CORRECT_SAYS), chance.random() < 0.5
        assert await between.run(tmp_path, *correct, kill_at=kill_at, after=after) is None
        counting.injected("cunzhao correct killed")
        await gone(store)
        await sound(store)
        said = await between.run(tmp_path, *correct)
        assert said is not None
        assert f"corrected in r{last + 1}" in said or "says that already" in said
    await sound(store)
    assert await store.fetchval("SELECT max(number) FROM revision") == last + 1
    await store.close()


@pytest.mark.parametrize("number", range(KILLS))
async def test_a_killed_migration_goes_on_where_it_was(empty_dsn: str, tmp_path: Path, number: int) -> None:
    chance = Random(f"{SEED} migrate {number}")  # noqa: S311
    async with Between(empty_dsn).listening() as between:
        kill_at, after = chance.randint(1, MIGRATE_SAYS), chance.random() < 0.5
        assert await between.run(tmp_path, "migrate", kill_at=kill_at, after=after) is None
        counting.injected("cunzhao migrate killed")
        store = await connect(empty_dsn)
        await gone(store)
        done = len(migrations()) - await pending(store)
        said = await between.run(tmp_path, "migrate")
    missing = ", ".join(str(one.number) for one in migrations()[done:])
    assert said == f"migrations applied: {missing or 'none were missing'}\n"
    await bring_vocabulary(store)
    await ingest(store, ANNUAL.encode())
    await sound(store)
    await store.close()


@pytest.mark.parametrize("number", range(int(os.environ.get("FAULTS", "0"))))
async def test_a_killed_backup_is_not_there_and_a_killed_restoring_not_begun_or_whole(
    dsn: str, empty_dsn: str, tmp_path: Path, number: int
) -> None:
    chance, file, store = Random(f"{SEED} backup {number}"), tmp_path / "store.backup", await connect(dsn)  # noqa: S311
    await ingest(store, ANNUAL.encode())
    async with Between(dsn).listening() as between:
        kill_at, after = chance.randint(1, BACKUP_SAYS), chance.random() < 0.5
        assert await between.run(tmp_path, "backup", str(file), kill_at=kill_at, after=after) is None
        assert not await asyncio.to_thread(file.exists)
        await gone(store)
        assert "backup\tr" in str(await between.run(tmp_path, "backup", str(file)))
    counting.injected("cunzhao backup killed")
    async with Between(empty_dsn).listening() as between:
        kill_at, after = chance.randint(1, RESTORE_SAYS), chance.random() < 0.5
        assert await between.run(tmp_path, "restore", str(file), kill_at=kill_at, after=after) is None
        counting.injected("cunzhao restore killed")
        there = await connect(empty_dsn)
        await gone(there)
        assert await there.fetchval("SELECT to_regclass('cunzhao.revision')") is None
        assert "restored\tr" in str(await between.run(tmp_path, "restore", str(file)))
    assert await held(there) == await held(store)
    await sound(there)
    await there.close()
    await store.close()


async def gone(store: Connection) -> None:
    """Wait until Postgres has noticed that the command is dead."""
    others = (
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )

    async def none_left() -> bool:
        return bool(await store.fetchval(others))

    await until(none_left)


async def test_several_ingests_at_once_read_each_notice_once(dsn: str, expected: list[tuple[object, ...]]) -> None:
    """The first copies come from several at once; who comes second finds it read."""
    stores = [await connect(dsn, role="cunzhao_writer") for _ in range(3)]
    for notice in NOTICES:
        outcomes = await asyncio.gather(*(ingest(store, notice.encode()) for store in stores))
        assert [one.status for one in outcomes].count("unchanged") == len(stores) - 1
    assert await held(stores[0]) == expected
    counting.injected("ingests at once", len(stores) * len(NOTICES))
    for store in stores:
        await store.close()


async def test_the_order_of_revisions_does_not_follow_a_clock_that_jumps(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await connect(dsn)
    jumps = iter((timedelta(days=400), timedelta(0), timedelta(days=-4000), timedelta(days=401)))

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + next(jumps)

    monkeypatch.setattr(db.writer, "datetime", Jumping)
    for number in range(4):
        await ingest(store, ANNUAL.replace("annual", f"no{number}").encode())
    counting.injected("jumps of the clock", 4)
    times = [row["committed_at"] for row in await store.fetch("SELECT committed_at FROM revision ORDER BY number")]
    assert times == sorted(times)
    async with await open_pool(dsn, size=1, statement_timeout=10) as pool:
        reader = PostgresReader(pool)
        for moment in times:
            # The last revision that was committed by then, whichever others have the same time.
            newest = max(number for number, at in enumerate(times, 1) if at <= moment)
            assert (await reader.revision(AsOf(text="then", time=moment))).number == newest
        before = AsOf(text="before", time=times[0] - timedelta(microseconds=1))
        with pytest.raises(BadQuery):
            await reader.revision(before)
    await sound(store)
    await store.close()
