"""Makes a store of a backup, all in one transaction: afterwards there is the whole store, or what was there before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg

from db.backup import BackupError
from db.backup.archive import BackupManifest, Reading, opened
from db.backup.tables import quoted, stored_tables
from db.migrate import LOCK_KEY, build, migrations, require_version
from db.pool import SCHEMA, Connection
from db.writer import latest


async def restore(connection: Connection, path: Path, *, replace: bool) -> tuple[BackupManifest, list[int]]:
    """Fill an empty store from a file, as its owner, and bring it up to date. What is there goes only with `replace`.

    Returns what was restored, and the numbers of the migrations that followed. Raises `BackupError` and
    `MigrationError`.
    """
    require_version(connection)
    with opened(path) as reading:
        manifest = reading.manifest
        _check_known(manifest)
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
            await _make_room(connection, replace)
            last = manifest.migrations[-1].number
            await build(connection, last)
            await _fill(connection, reading)
            found = await latest(connection)
            ends = (found.number, found.digest) if found else (0, "")
            if ends != (manifest.revision, manifest.digest):
                raise BackupError(f"{path} is damaged: its ledger does not end with the revision it names")
            followed = await build(connection, None)
        await connection.execute("ANALYZE")
    return manifest, followed


def _check_known(manifest: BackupManifest) -> None:
    known = {one.number: one.sha256 for one in migrations()}
    for one in manifest.migrations:
        if one.number not in known:
            raise BackupError(f"the backup has migration {one.number}, which is newer than this program")
        if known[one.number] != one.sha256:
            raise BackupError(f"migration {one.number} of the backup is not the one of this program")
    if not manifest.migrations:
        raise BackupError("the backup is of a store without tables")


async def _make_room(connection: Connection, replace: bool) -> None:
    there = await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", f"{SCHEMA}.revision")
    if there and not replace:
        last = await latest(connection)
        if last is not None:
            raise BackupError(
                f"the store holds {last.number} revisions; --replace deletes them for those of the backup"
            )
    await connection.execute("SET LOCAL lock_timeout = '30s'; SET LOCAL client_min_messages = warning")
    await connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


async def _fill(connection: Connection, reading: Reading) -> None:
    tables = reading.manifest.tables
    made = {one.name: set(one.columns) for one in await stored_tables(connection)}
    if made != {one.name: set(one.columns) for one in tables}:
        raise BackupError("the tables of the backup are not those that its migrations make")
    # The rows were checked when they were written, and what is on record may be put there only once.
    for one in tables:
        await connection.execute(f"ALTER TABLE {quoted(one.name)} DISABLE TRIGGER USER")
    await connection.execute(f"TRUNCATE {quoted(*made)}")
    for one in tables:
        try:
            await connection.copy_to_table(one.name, columns=one.columns, source=_taken(reading.table(one.name)))
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            raise BackupError(f"the backup is damaged: {one.name} has rows that Postgres refuses: {error}") from error
    for one in tables:
        await connection.execute(f"ALTER TABLE {quoted(one.name)} ENABLE TRIGGER USER")
    for sequence in reading.manifest.sequences:
        await connection.execute(
            "SELECT setval($1::regclass, $2, $3)", quoted(sequence.name), sequence.last_value, sequence.is_called
        )
    reading.end()


async def _taken(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
