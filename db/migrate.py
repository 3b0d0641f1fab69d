"""Brings the tables of a store up to date: numbered SQL files, a checksummed ledger, one at a time."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import asyncpg

from db.pool import SCHEMA, Connection

OLDEST_POSTGRES = 15
LOCK_KEY = 0x63756E7A  # "cunz": whoever changes the store or its tables holds this advisory lock
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


@cache
def migrations() -> tuple[Migration, ...]:
    """The steps this build knows, in order."""
    found = []
    for file in resources.files("db.migrations").iterdir():
        if match := _FILE.fullmatch(file.name):
            found.append(Migration(int(match[1]), match[2], file.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda m: m.number))


def _pending(applied: dict[int, str]) -> list[Migration]:
    known = {m.number: m for m in migrations()}
    if unknown := set(applied) - set(known):
        raise MigrationError(f"the store has migration {max(unknown)}, which is newer than this program")
    for number, sha256 in applied.items():
        if known[number].sha256 != sha256:
            raise MigrationError(f"migration {number} is not the one that was applied: its checksum differs")
    return [m for m in migrations() if m.number not in applied]


async def _applied(connection: Connection) -> dict[int, str]:
    if await connection.fetchval("SELECT to_regclass($1)", f"{SCHEMA}.migration") is None:
        return {}
    rows = await connection.fetch(f"SELECT number, sha256 FROM {SCHEMA}.migration ORDER BY number")  # noqa: S608
    return {row["number"]: row["sha256"] for row in rows}


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


async def pending(connection: Connection) -> int:
    """How many migrations are still to be applied. Raises `MigrationError` if the ledger does not fit."""
    return len(_pending(await _applied(connection)))


async def migrate(connection: Connection) -> list[int]:
    """Apply what is pending, as the owner of the store, and return the numbers applied.

    Each step is one transaction. Raises `MigrationError`.
    """
    version = connection.get_server_version().major
    if version < OLDEST_POSTGRES:
        raise MigrationError(f"Postgres {version} is too old: {OLDEST_POSTGRES} or newer is needed")
    await connection.execute("SELECT pg_advisory_lock($1)", LOCK_KEY)
    try:
        if not await _applied(connection):
            await connection.execute(_LEDGER)
        todo = _pending(await _applied(connection))
        for migration in todo:
            await _apply(connection, migration)
    except asyncpg.InsufficientPrivilegeError as error:
        raise MigrationError(
            f"this database user may not set up the store ({error}); it needs CREATE on the database and CREATEROLE"
        ) from error
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", LOCK_KEY)
    return [m.number for m in todo]
