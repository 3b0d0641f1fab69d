"""Writes a backup: all tables as of one moment, while others read and write."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from db.backup import BackupError
from db.backup.archive import (
    MANIFEST,
    AppliedMigration,
    BackupManifest,
    StoredTable,
    Writing,
    written,
)
from db.backup.tables import quoted, stored_sequences, stored_tables
from db.pool import Connection
from db.statements import statement
from db.writer import latest

PIECE = 4 * 2**20
"""About so many bytes of a table go into one piece."""


async def back_up(connection: Connection, path: Path) -> BackupManifest:
    """Write the store to a file, as its owner, and say what is in it.

    Migrations wait meanwhile. Raises `BackupError` if the file cannot be.
    """
    with written(path) as writing:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            tables = await stored_tables(connection)
            await connection.execute(f"LOCK TABLE {quoted(*(one.name for one in tables))} IN ACCESS SHARE MODE")
            if tables != await stored_tables(connection):
                raise BackupError("the tables were migrated at the same time: try again")
            manifest = await _manifest(connection, tables)
            writing.add(MANIFEST, manifest.model_dump_json(indent=2).encode())
            for table in tables:
                await _add(connection, table, writing)
    return manifest


async def _manifest(connection: Connection, tables: tuple[StoredTable, ...]) -> BackupManifest:
    last = await latest(connection)
    server = connection.get_server_version()
    return BackupManifest(
        program=version("cunzhao"),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        postgres=f"{server.major}.{server.minor}",
        revision=last.number if last else 0,
        digest=last.digest if last else "",
        migrations=tuple(AppliedMigration(**row) for row in await connection.fetch(statement("applied_migrations"))),
        tables=tables,
        sequences=await stored_sequences(connection),
    )


async def _add(connection: Connection, table: StoredTable, writing: Writing) -> None:
    gathered, number = bytearray(), 0

    async def take(data: bytes | bytearray) -> None:
        gathered.extend(data)
        if len(gathered) >= PIECE:
            put()

    def put() -> None:
        nonlocal number
        number += 1
        writing.add(f"{table.name}/{number:06}", bytes(gathered))
        gathered.clear()

    await connection.copy_from_table(table.name, columns=table.columns, output=take)
    put()
