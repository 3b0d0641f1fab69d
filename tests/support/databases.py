"""Databases for tests: one prepared template, copied whenever a test needs a store of its own."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg

from db.pool import Connection

_numbers = itertools.count(1)
_TRIES = 40
_PAUSE = 0.25
"""Seconds between two tries."""


def database_url(server: str, database: str) -> str:
    """The address of another database of the same server."""
    parts = urlsplit(server)
    return f"{parts.scheme}://{parts.netloc}/{database}" + (f"?{parts.query}" if parts.query else "")


def database_name(dsn: str) -> str:
    """The database an address names."""
    return urlsplit(dsn).path.lstrip("/")


async def run_on(dsn: str, sql: str) -> None:
    """Run one statement outside any transaction."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@asynccontextmanager
async def fresh_database(server: str, template: str | None = None) -> AsyncIterator[str]:
    """A database that is gone afterwards, empty or a copy of a template."""
    name = f"cunzhao_test_{os.getpid()}_{next(_numbers)}"
    copy = f' TEMPLATE "{template}"' if template else ""
    await run_on(server, f'CREATE DATABASE "{name}"{copy}')
    try:
        yield database_url(server, name)
    finally:
        await _drop(server, name)


async def _drop(server: str, name: str) -> None:
    """Drop a database whoever is connected; what the server itself does there (autovacuum) is waited for."""
    for left in reversed(range(_TRIES)):
        try:
            await run_on(server, f'DROP DATABASE "{name}" WITH (FORCE)')
        except asyncpg.InsufficientPrivilegeError:
            if not left:
                raise
            await asyncio.sleep(_PAUSE)
        else:
            return


@asynccontextmanager
async def undone(connection: Connection) -> AsyncIterator[None]:
    """Whatever is written meanwhile is checked as at a commit, and then undone: a store is empty again at once."""
    transaction = connection.transaction(isolation="repeatable_read")
    await transaction.start()
    try:
        yield
        await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    finally:
        await transaction.rollback()
