"""A store that is restored from a backup is the store that was backed up, whatever becomes of it on the way."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import asyncpg
import httpx
import pyarrow as pa
import pytest

import db.migrate
from db.backup import BackupError
from db.backup.restoring import restore
from db.backup.tables import quoted, stored_sequences, stored_tables
from db.backup.writing import back_up
from db.ingest.run import ingest
from db.keys import create_key
from db.migrate import Migration, migrations
from db.pool import Connection, connect
from db.verify.run import verify
from db.verify.texts import Texts
from tests.support import corpus
from tests.support.announcements import ANNUAL
from tests.support.processes import cunzhao
from tests.support.serving import served_by

EXPORTS = [f"/v1/exports/{table}" for table in ("actions.csv", "figures.ndjson", "entities.json", "documents.csv")]


async def rows(store: Connection) -> dict[str, list[str]]:
    """Every row of every table, and where the sequences stand."""
    found = {"sequences": [str(one) for one in await stored_sequences(store)]}
    for one in await stored_tables(store):
        texts = await store.fetch(f"SELECT t::text FROM {quoted(one.name)} t ORDER BY 1")  # noqa: S608
        found[one.name] = [text for (text,) in texts]
    return found


async def filled(dsn: str) -> Connection:
    """A store with the corpus, a text that is held, what came of it, and a key."""
    store = await connect(dsn)
    await corpus.fill(store)
    await ingest(store, ANNUAL.encode())
    await create_key(store, "somebody", 10, 60)
    return store


async def test_what_is_restored_is_what_was_backed_up(
    dsn: str, empty_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, store = tmp_path / "store.backup", await filled(dsn)
    made = await back_up(store, file)
    assert [one.name for one in tmp_path.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o077 == 0
    there = await connect(empty_dsn)
    later = Migration(9001, "later", "ALTER TABLE release ADD COLUMN later integer NOT NULL DEFAULT 7;")
    with monkeypatch.context() as patched:  # restored by a later program, which migrates it
        known = (*migrations(), later)
        patched.setattr(db.migrate, "migrations", lambda: known)
        assert (await restore(there, file, replace=False))[1] == [9001]
        assert await there.fetchval("SELECT DISTINCT later FROM release") == 7
        ahead = tmp_path / "ahead.backup"
        await back_up(there, ahead)
    with pytest.raises(BackupError, match="migration 9001, which is newer than this program"):
        await restore(there, ahead, replace=True)
    with pytest.raises(BackupError, match=r"holds \d+ revisions; --replace deletes them"):
        await restore(there, file, replace=False)
    assert (await restore(there, file, replace=True))[1] == []
    assert await rows(there) == await rows(store)
    assert made.revision == await there.fetchval("SELECT max(number) FROM revision")
    assert await verify(there, Texts(None), lambda _: None)
    # It is as well guarded and goes on where it was.
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await there.execute("DELETE FROM revision")
    writer = await connect(empty_dsn, role="cunzhao_writer")
    for one in (writer, store):
        await ingest(one, ANNUAL.replace("annual", "other").encode())
    records = "SELECT id, body FROM action_version ORDER BY version"
    assert await there.fetch(records) == await store.fetch(records)
    for connection in (writer, there, store):
        await connection.close()


def take_apart(file: Path) -> None:
    """Check a backup with what every machine has."""
    pieces = file.parent / "pieces"
    pieces.mkdir()
    unpacked = pa.CompressedInputStream(pa.OSFile(str(file), "rb"), "zstd").read()
    subprocess.run(["tar", "-xf", "-"], cwd=pieces, input=unpacked, check=True)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=pieces, check=True)


async def test_a_backup_that_is_damaged_changes_nothing(dsn: str, tmp_path: Path) -> None:
    file, store = tmp_path / "store.backup", await filled(dsn)
    await back_up(store, file)
    await asyncio.to_thread(take_apart, file)
    before, whole = await rows(store), file.read_bytes()
    damaged = tmp_path / "damaged.backup"
    for content in (b"", b"no backup", whole[: len(whole) // 2], whole[:-200]):
        await asyncio.to_thread(damaged.write_bytes, content)
        with pytest.raises(BackupError) as told:
            await restore(store, damaged, replace=True)
        assert str(told.value)
    assert await rows(store) == before
    refused = 0
    for at in range(40, len(whole), len(whole) // 5):
        await asyncio.to_thread(damaged.write_bytes, whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        try:
            await restore(store, damaged, replace=True)
        except BackupError:
            refused += 1
        # A bit may lie where nothing of the store is, as between two of its files: then nothing is otherwise.
        assert await rows(store) == before
    assert refused
    with pytest.raises(BackupError, match="a backup replaces none"):
        await back_up(store, file)
    with pytest.raises(BackupError, match="No such file"):
        await back_up(store, tmp_path / "no" / "store.backup")
    await store.close()


async def test_the_commands_and_that_what_is_exported_is_the_same(dsn: str, empty_dsn: str, tmp_path: Path) -> None:
    store, file = await filled(dsn), tmp_path / "store.backup"
    made = cunzhao(tmp_path, "backup", str(file), CUNZHAO_DATABASE_URL=dsn)
    assert made.returncode == 0, made.stderr
    back = cunzhao(tmp_path, "restore", str(file), CUNZHAO_DATABASE_URL=empty_dsn)
    assert (back.returncode, back.stdout.split()[:2]) == (0, ["restored", made.stdout.split()[1]]), back.stderr
    refused = cunzhao(tmp_path, "restore", str(file), CUNZHAO_DATABASE_URL=empty_dsn)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    with served_by(dsn) as first, served_by(empty_dsn) as second:
        async with httpx.AsyncClient() as client:
            for path in EXPORTS:
                contents = [(await client.get(f"{url}{path}")).raise_for_status().content for url in (first, second)]
                assert contents[0] == contents[1], path
    await store.close()
