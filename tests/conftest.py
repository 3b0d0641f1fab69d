"""Fixtures. Policy: real Postgres, started once a session (or CUNZHAO_DATABASE_URL's server).

One template database is migrated and given the code lists; a test that writes takes a copy (`dsn`),
tests that only read share one filled with an invented corpus (`sample_dsn`, `reader`, `served`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from api.cli.stores import bring_up_to_date
from db.embedded import EmbeddedPostgres
from db.migrate import migrate
from db.pool import connect, open_pool
from db.reader import PostgresReader
from db.release.ledger import add_release, read_releases
from db.vocabulary import bring_vocabulary
from tests.support import corpus
from tests.support.databases import database_name, fresh_database
from tests.support.releases import invented_files, published
from tests.support.serving import served_by

SHIPPED_RELEASE = "2026.11.1"
_GIVEN_SERVER = os.environ.get("CUNZHAO_DATABASE_URL")
for name in [name for name in os.environ if name.startswith("CUNZHAO_")]:
    del os.environ[name]  # a developer's own settings must not change what is tested


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Postgres server where databases may be made."""
    if _GIVEN_SERVER:
        yield _GIVEN_SERVER
        return
    # The data is thrown away, so nothing is gained by waiting for the disk.
    postgres = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), {"fsync": "off"})
    try:
        yield postgres.start()
    finally:
        postgres.stop()
        shutil.rmtree(postgres.home, ignore_errors=True)  # as root it lies outside the temporary folder


@pytest_asyncio.fixture(scope="session")
async def template(server: str) -> AsyncIterator[str]:
    """The name of a migrated database with the code lists and nothing else."""
    async with fresh_database(server) as dsn:
        connection = await connect(dsn)
        await migrate(connection)
        await bring_vocabulary(connection)
        await connection.close()
        yield database_name(dsn)


@pytest_asyncio.fixture
async def dsn(server: str, template: str) -> AsyncIterator[str]:
    """A store of the test's own, with the code lists."""
    async with fresh_database(server, template) as made:
        yield made


@pytest_asyncio.fixture
async def empty_dsn(server: str) -> AsyncIterator[str]:
    """A database of the test's own with nothing in it."""
    async with fresh_database(server) as made:
        yield made


@pytest_asyncio.fixture(scope="session")
async def sample_dsn(server: str, template: str) -> AsyncIterator[str]:
    """A store filled with the invented corpus, to be read only."""
    async with fresh_database(server, template) as made:
        connection = await connect(made, role="cunzhao_writer")
        await corpus.fill(connection)
        await connection.close()
        yield made


@pytest_asyncio.fixture(scope="session")
async def reader(sample_dsn: str) -> AsyncIterator[PostgresReader]:
    """A reader of the invented corpus."""
    pool = await open_pool(sample_dsn, size=4, statement_timeout=10)
    yield PostgresReader(pool)
    await pool.close()


@pytest.fixture(scope="session")
def served(sample_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the whole application over the invented corpus and its release, served by uvicorn."""
    releases = tmp_path_factory.mktemp("releases")
    published(releases, corpus.RELEASE, corpus.RELEASED, invented_files(1, 2_000))
    with served_by(sample_dsn, releases) as url:
        yield url


@pytest_asyncio.fixture(scope="session")
async def shipped_dsn(server: str) -> AsyncIterator[str]:
    """The store that `make serve` has: the shipped dataset; its last revision is made a release unless it names it."""
    async with fresh_database(server) as made:
        await bring_up_to_date(made)
        connection = await connect(made, role="cunzhao_writer")
        if SHIPPED_RELEASE not in {one.name for one in await read_releases(connection)}:
            await add_release(
                connection, SHIPPED_RELEASE, await connection.fetchval("SELECT max(number) FROM revision")
            )
        await connection.close()
        yield made


@pytest.fixture(scope="session")
def shipped(shipped_dsn: str) -> Iterator[str]:
    """The address of the application over the shipped dataset."""
    with served_by(shipped_dsn) as url:
        yield url


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real announcements beside the project, where there is one."""
    folder = Path(__file__).parents[2] / "shared"
    if not (folder / "sources").is_dir():
        pytest.skip("the folder ../shared is not here")
    return folder
