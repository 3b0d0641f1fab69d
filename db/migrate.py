"""Brings the tables of a store up to date: numbered SQL files, a checksummed ledger, one at a time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import asyncpg

from db.pool import SCHEMA, Connection

OLDEST_POSTGRES = 15
LOCK_KEY = 0x63756E7A  # "cunz": whoever changes the store or its tables holds this advisory lock
_BREAKS = "-- breaks: earlier programs\n"
"""A migration begins so where programs that do not know it can no longer read the store."""
_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_LEDGER = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
CREATE TABLE IF NOT EXISTS {SCHEMA}.migration (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
"""


class MigrationError(Exception):
    """The tables cannot be brought up to date. The message says why, in one line."""


@dataclass(frozen=True)
class Migration:
    """One numbered step."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """The checksum kept in the ledger: an applied file must never change."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def breaks(self) -> bool:
        """Whether programs that do not know it can no longer read the store."""
        return self.sql.startswith(_BREAKS)


@cache
def migrations() -> tuple[Migration, ...]:
    """The steps this build knows, in order."""
    found = []
    for file in resources.files("db.migrations").iterdir():
        if match := _FILE.fullmatch(file.name):
            found.append(Migration(int(match[1]), match[2], file.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda m: m.number))


@dataclass(frozen=True)
class _Applied:
    """A line of the ledger."""

    number: int
    sha256: str
    breaks: bool


def _pending(applied: Sequence[_Applied], *, reading: bool = False) -> list[Migration]:
    """What is still to be applied. Raises `MigrationError` if the ledger does not fit.

    What a newer program has applied does not; but where one is only `reading`, what does not break that does.
    """
    known = {m.number: m for m in migrations()}
    if unknown := [one.number for one in applied if one.number not in known and (one.breaks or not reading)]:
        raise MigrationError(f"the store has migration {max(unknown)}, which is newer than this program")
    for one in applied:
        if one.number in known and known[one.number].sha256 != one.sha256:
            raise MigrationError(f"migration {one.number} is not the one that was applied: its checksum differs")
    numbers = {one.number for one in applied}
    return [m for m in migrations() if m.number not in numbers]


async def _applied(connection: Connection) -> list[_Applied]:
    if await connection.fetchval("SELECT to_regclass($1)", f"{SCHEMA}.migration") is None:
        return []
    # Whether one breaks earlier programs stands there only since some migration.
    rows = await connection.fetch(
        f"SELECT number, sha256, coalesce((to_jsonb(m) ->> 'breaks')::boolean, false) AS breaks"  # noqa: S608
        f" FROM {SCHEMA}.migration m ORDER BY number"
    )
    return [_Applied(**row) for row in rows]


async def _apply(connection: Connection, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '2h'")
        await connection.execute(f"SET LOCAL search_path = {SCHEMA}")
        await connection.execute(migration.sql)
        await connection.execute(
            f"INSERT INTO {SCHEMA}.migration (number, name, sha256) VALUES ($1, $2, $3)",  # noqa: S608
            migration.number,
            migration.name,
            migration.sha256,
        )
        if migration.breaks:
            await connection.execute(f"UPDATE {SCHEMA}.migration SET breaks = true WHERE number = $1", migration.number)  # noqa: S608


async def pending(connection: Connection, *, reading: bool = False) -> int:
    """How many migrations are still to be applied. Raises `MigrationError` if the ledger does not fit.

    While the programs of a service are replaced one after the other, the old ones go on `reading` what the first of
    the new ones has migrated.
    """
    return len(_pending(await _applied(connection), reading=reading))


async def newer(connection: Connection) -> bool:
    """Whether a newer program has migrated the store, and this one can still read it."""
    applied = await _applied(connection)
    return not _pending(applied, reading=True) and len(applied) > len(migrations())


def require_version(connection: Connection) -> None:
    """Raise `MigrationError` where Postgres is too old for the store."""
    version = connection.get_server_version().major
    if version < OLDEST_POSTGRES:
        raise MigrationError(f"Postgres {version} is too old: {OLDEST_POSTGRES} or newer is needed")


async def build(connection: Connection, last: int | None) -> list[int]:
    """Apply what is pending up to a number, or all of it, and return the numbers applied. Nobody else may be at it."""
    if not await _applied(connection):
        await connection.execute(_LEDGER)
    todo = [m for m in _pending(await _applied(connection)) if last is None or m.number <= last]
    for migration in todo:
        await _apply(connection, migration)
    return [m.number for m in todo]


async def migrate(connection: Connection) -> list[int]:
    """Apply what is pending, as the owner of the store, and return the numbers applied.

    Each step is one transaction. Raises `MigrationError`.
    """
    require_version(connection)
    await connection.execute("SELECT pg_advisory_lock($1)", LOCK_KEY)
    try:
        return await build(connection, None)
    except asyncpg.InsufficientPrivilegeError as error:
        raise MigrationError(
            f"this database user may not set up the store ({error}); it needs CREATE on the database and CREATEROLE"
        ) from error
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", LOCK_KEY)
