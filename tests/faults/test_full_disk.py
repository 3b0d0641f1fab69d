"""No room on the disk: it is said in one line, nothing is half-written, and with room again all goes on.

A limit on the size of files stands for the full disk here; `make faults` fills a real one, where it may mount one.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from db.ingest.run import ingest
from db.migrate import migrate
from db.pool import Connection, connect
from db.release.ledger import read_releases
from db.verify.run import verify
from db.verify.texts import Texts
from db.vocabulary import bring_vocabulary
from tests.faults import counting
from tests.support import corpus
from tests.support.announcements import ANNUAL
from tests.support.cluster import replicated
from tests.support.processes import CUNZHAO, cunzhao, environment

BLOCKS = 32
"""Most blocks of 512 bytes that a file may have."""
TMPFS_MB, ROOM_KB, ROUNDS = 256, 48, min(12, int(os.environ.get("FAULTS", "0")))


def cramped(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command that can write no larger files."""
    return subprocess.run(
        ["/bin/sh", "-c", f'ulimit -f {BLOCKS}; exec "$@"', "sh", CUNZHAO, *arguments],
        env=environment(folder, **settings), cwd="/", capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


async def test_a_release_and_a_backup_without_room_are_not_there(dsn: str, tmp_path: Path) -> None:
    store = await connect(dsn)
    await corpus.fill(store)
    releases, backup = tmp_path / "releases", tmp_path / "store.backup"
    settings = {"CUNZHAO_DATABASE_URL": dsn, "CUNZHAO_RELEASES_FOLDER": str(releases)}
    for command in (["release", "2026.1.1"], ["backup", str(backup)]):
        refused = await asyncio.to_thread(cramped, tmp_path, *command, **settings)
        assert refused.returncode == 2, refused.stderr
        assert "Traceback" not in refused.stderr
        assert "File too large" in refused.stderr.splitlines()[-1]
        counting.injected(f"cunzhao {command[0]} without room for its files")
    assert [one.name for one in await read_releases(store)] == [corpus.RELEASE]
    left = await asyncio.to_thread(lambda: [path.name for path in (*releases.glob("[0-9]*"), *tmp_path.glob("store*"))])
    assert left == []
    made = await asyncio.to_thread(cunzhao, tmp_path, "release", "2026.1.1", **settings)
    assert made.returncode == 0, made.stderr
    await store.close()


async def test_a_change_that_postgres_has_no_room_for_is_not_there(dsn: str, tmp_path: Path) -> None:
    store, file = await connect(dsn), tmp_path / "annual.txt"
    await asyncio.to_thread(file.write_text, ANNUAL, encoding="utf-8")
    before = await store.fetchval("SELECT max(number) FROM revision")
    # Postgres says so wherever it needs the room; here in the middle of the rows of a record.
    await store.execute(
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;"
        "CREATE TRIGGER no_room BEFORE INSERT ON anchor FOR EACH ROW EXECUTE FUNCTION no_room()"
    )
    refused = await asyncio.to_thread(cunzhao, tmp_path, "ingest", str(file), CUNZHAO_DATABASE_URL=dsn)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert "No space left on device" in refused.stderr
    assert await store.fetchval("SELECT max(number) FROM revision") == before
    await store.execute("DROP TRIGGER no_room ON anchor")
    await ingest(store, ANNUAL.encode())
    await sound(store)
    await store.close()


async def sound(store: Connection) -> None:
    faults: list[str] = []
    assert await verify(store, Texts(None), faults.append), faults
    counting.verified()


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system with little room."""
    folder = Path("/tmp") / f"cz-small-{os.getpid()}"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MB}m,mode=755", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("a small file system cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


@pytest.mark.skipif(not ROUNDS, reason="make faults fills a real disk")
async def test_a_disk_that_is_really_full(small_disk: Path, tmp_path: Path) -> None:
    async with replicated(small_disk) as cluster:
        store = await connect(cluster.primary.dsn)
        await migrate(store)
        await bring_vocabulary(store)
        await corpus.fill(store)
        await store.close()
        full = 0
        for number in range(ROUNDS):
            file = tmp_path / f"{number}.txt"
            await asyncio.to_thread(file.write_text, ANNUAL.replace("annual", f"no{number}"), encoding="utf-8")
            ballast = small_disk / "ballast"
            await asyncio.to_thread(fill, ballast, ROOM_KB * number)
            settings = {"CUNZHAO_DATABASE_URL": cluster.primary.dsn}
            told = await asyncio.to_thread(cunzhao, tmp_path, "ingest", str(file), **settings)
            assert told.returncode in (0, 2), told.stderr
            assert "Traceback" not in told.stderr
            full += told.returncode == 2
            counting.injected("cunzhao ingest on a full disk", int(told.returncode == 2))
            await asyncio.to_thread(ballast.unlink)
            await cluster.primary.start()  # it may have given up
            store = await connect(cluster.primary.dsn)
            await sound(store)
            await store.close()
            again = await asyncio.to_thread(cunzhao, tmp_path, "ingest", str(file), **settings)
            assert again.returncode == 0, again.stderr
            assert again.stdout.startswith("[1/1] unchanged" if told.returncode == 0 else "[1/1] ")
        assert full


def fill(ballast: Path, left: int) -> None:
    """Leave so many kilobytes."""
    free = shutil.disk_usage(ballast.parent).free - left * 1024
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while free > 0:
            free -= file.write(b"\0" * min(free, 2**20))
