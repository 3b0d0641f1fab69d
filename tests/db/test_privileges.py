"""Whoever serves can read and nothing else: no request changes the store, nor can the role that they are read with."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
import pytest_asyncio
from starlette.routing import Route

from api.app import routes
from api.cli.stores import bring_up_to_date
from api.settings import Settings
from db.pool import Connection, connect, open_pool
from db.reader import PostgresReader
from tests.support.serving import served_by

REFUSED = (asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError)
METHODS = ("POST", "PUT", "PATCH", "DELETE", "PROPFIND", "TRACE")
BODY = b'{"id": "a-2222222222222", "measures": ["fine"]}'
MUTATIONS = (
    "mutation { createAction(id: 1) { id } }",
    "mutation { __typename }",
    "subscription { actions { id } }",
    "query A { __typename } mutation B { deleteAction(id: 1) }",
)


@pytest.fixture(scope="module")
def writable(sample_dsn: str) -> Iterator[httpx.Client]:
    with served_by(sample_dsn) as url, httpx.Client(base_url=url) as client:
        yield client


async def fingerprint(dsn: str) -> str:
    """A digest of everything that is in the store, ledgers and keys included."""
    owner = await connect(dsn)
    try:
        tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'cunzhao' ORDER BY 1")
        digest = hashlib.sha256()
        for (table,) in tables:
            rows = await owner.fetchval(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")  # noqa: S608
            digest.update(f"{table} {rows}".encode())
        return digest.hexdigest()
    finally:
        await owner.close()


def _paths() -> list[str]:
    known = {
        "id": "a-2222222222222",
        "name": "latest",
        "file": "index.json",
        "token": "x",
        "earlier": "r1",
        "later": "r2",
    }
    found = []
    for route in routes(Settings()):
        if isinstance(route, Route):
            path = route.path.replace(":path}", "}")
            for name, value in known.items():
                path = path.replace(f"{{{name}}}", value)
            found.append(path)
    return found


def test_no_request_changes_the_store(writable: httpx.Client, sample_dsn: str) -> None:
    before = asyncio.run(fingerprint(sample_dsn))
    answers: set[int] = set()
    for path in _paths():
        for method in METHODS:
            answer = writable.request(method, path, content=BODY, headers={"Content-Type": "application/json"})
            answers.add(answer.status_code)
            assert 400 <= answer.status_code < 500, (method, path, answer.text)
    for query in MUTATIONS:
        for answer in (
            writable.post("/graphql", json={"query": query, "operationName": "B" if "B" in query else None}),
            writable.get("/graphql", params={"query": query}),
        ):
            assert "data" not in answer.json() or answer.json()["data"] is None
    for text in (
        "'; DELETE FROM action; --",
        "$1); UPDATE figure SET unit = NULL; --",
        "\\'; SET ROLE cunzhao_writer; --",
    ):
        for name in ("search", "entity", "as_of", "cursor", "measure"):
            writable.get("/v1/actions", params={name: text})
    assert answers <= {400, 404, 405, 415}
    assert asyncio.run(fingerprint(sample_dsn)) == before


@pytest_asyncio.fixture
async def serving(sample_dsn: str) -> AsyncIterator[Connection]:
    """A connection as requests are read with, whose transactions may write as far as the role may."""
    connection = await connect(sample_dsn, role="cunzhao_reader")
    await connection.execute("SET default_transaction_read_only = off")
    yield connection
    await connection.close()


async def test_the_serving_role_can_write_to_no_table(serving: Connection) -> None:
    tables = [row[0] for row in await serving.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'cunzhao'")]
    assert len(tables) > 20
    for table in tables:
        (column,) = await serving.fetchrow(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum = 1", f"cunzhao.{table}"
        )  # type: ignore[misc]
        for sql in (
            f"INSERT INTO {table} DEFAULT VALUES",
            f"UPDATE {table} SET {column} = DEFAULT",  # noqa: S608
            f"DELETE FROM {table}",  # noqa: S608
            f"TRUNCATE {table} CASCADE",
            f"DROP TABLE {table} CASCADE",
            f"ALTER TABLE {table} ADD COLUMN x int",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"CREATE INDEX ON {table} ({column})",
            f"CREATE TRIGGER t AFTER INSERT ON {table} EXECUTE FUNCTION now()",
            f"DO 'BEGIN LOCK TABLE {table} IN EXCLUSIVE MODE; END'",
            f"COPY {table} FROM PROGRAM 'id'",
        ):
            with pytest.raises(REFUSED):
                await serving.execute(sql)
        with suppress(asyncpg.InsufficientPrivilegeError):
            await serving.execute(f"GRANT ALL ON {table} TO cunzhao_reader")  # mostly a warning: nothing is granted
        for privilege in ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER"):
            assert not await serving.fetchval("SELECT has_table_privilege($1, $2)", f"cunzhao.{table}", privilege)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE cunzhao.x ()", "CREATE TABLE public.x ()",
        "CREATE SCHEMA x", "CREATE ROLE x", "CREATE DATABASE x",
        "CREATE FUNCTION cunzhao.x() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE EXTENSION dblink",
        "ALTER ROLE cunzhao_reader SUPERUSER", "ALTER SYSTEM SET fsync = off", "SELECT pg_read_file('postgresql.conf')",
        "COPY (SELECT 1) TO PROGRAM 'id'", "COPY (SELECT 1) TO '/tmp/x'", "SELECT lo_import('/etc/passwd')",
        "SELECT name FROM cunzhao.api_key", "SELECT * FROM pg_authid",
    ],
)  # fmt: skip
async def test_nor_do_anything_else(serving: Connection, sql: str) -> None:
    with pytest.raises(REFUSED):
        await serving.execute(sql)


async def test_no_function_or_sequence_writes_for_it(serving: Connection) -> None:
    secure = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'cunzhao'::regnamespace AND prosecdef"
    assert await serving.fetchval(secure) == 0
    for (sequence,) in await serving.fetch("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S'"):
        for sql in (f"SELECT nextval('{sequence}')", f"SELECT setval('{sequence}', 1)"):
            with pytest.raises(REFUSED):
                await serving.execute(sql)


async def test_a_login_that_can_do_nothing_else_is_enough_to_serve(shipped_dsn: str) -> None:
    """The store is set up by its owner; who serves afterwards needs no right to write, and cannot get one back."""
    owner, name = await connect(shipped_dsn), f"serves_{os.getpid()}"
    await owner.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'p' IN ROLE cunzhao_reader")
    address = urlsplit(shipped_dsn)
    login = address._replace(netloc=f"{name}:p@{address.netloc.rpartition('@')[2]}").geturl()
    try:
        await bring_up_to_date(login)
        async with await open_pool(login, size=1, statement_timeout=10) as pool:
            assert await PostgresReader(pool).ready() is None
            async with pool.acquire() as connection:
                await connection.execute("RESET ROLE; SET default_transaction_read_only = off")
                for sql in ("DELETE FROM cunzhao.anchor", "SET ROLE cunzhao_writer", "CREATE TABLE cunzhao.x ()"):
                    with pytest.raises(REFUSED):
                        await connection.execute(sql)
    finally:
        await owner.execute(f"DROP ROLE {name}")
        await owner.close()
