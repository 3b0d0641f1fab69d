"""The ledger of releases: names that stay, and questions asked by them."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncpg
import pytest

from db.pool import connect, open_pool
from db.reader import PostgresReader
from db.release.ledger import add_release, read_releases
from schema.points import parse_as_of
from schema.query import BadQuery
from schema.releases import is_release_name, next_name
from tests.support import corpus

MAY = datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("name", ["2026.11.1", "2026.1.17", "2026.10.1"])
def test_names_are_year_month_and_number(name: str) -> None:
    assert is_release_name(name)


@pytest.mark.parametrize("name", ["2026.13.1", "2026.0.1", "2026.01.1", "2026.1.0", "26.1.1", "2026.1", "2026.1.1\n"])
def test_nothing_else_is_a_name(name: str) -> None:
    assert not is_release_name(name)


def test_the_next_name_is_the_first_free_one_of_the_month() -> None:
    assert next_name(MAY, []) == "2026.5.1"
    assert next_name(MAY, ["2026.5.1", "2026.5.2", "2026.4.3"]) == "2026.5.3"


async def test_a_release_names_its_revision_for_good(reader: PostgresReader) -> None:
    (release,) = await reader.releases()
    assert (release.name, release.revision, release.previous) == (corpus.RELEASE, corpus.RELEASED, None)
    found = await reader.revision(parse_as_of(corpus.RELEASE))
    assert found == await reader.revision(parse_as_of(f"r{corpus.RELEASED}"))
    assert found.committed_at == release.committed_at
    assert reader.release_of(found.number) == corpus.RELEASE
    assert reader.release_of(found.number + 1) is None


async def test_a_reader_hears_of_a_release_that_comes_while_it_serves(dsn: str) -> None:
    connection = await connect(dsn, role="cunzhao_writer")
    async with await open_pool(dsn, size=1, statement_timeout=10) as pool:
        patient, eager = PostgresReader(pool, fresh_for=3600), PostgresReader(pool)
        for one in (patient, eager):
            assert (await one.revision(parse_as_of("r1"))).number == 1
            assert await one.releases() == ()
        await add_release(connection, "2026.1.1", 1)
        assert [release.name for release in await eager.releases()] == ["2026.1.1"]
        assert (await eager.revision(parse_as_of("2026.1.1"))).number == 1
        assert await patient.releases() == ()
        with pytest.raises(BadQuery):
            await patient.revision(parse_as_of("2026.1.1"))
    await connection.close()


async def test_the_store_keeps_releases_as_they_are(dsn: str) -> None:
    connection = await connect(dsn, role="cunzhao_writer")
    await corpus.fill(connection)
    refused = [
        ("2020.1.1", 6, None),  # the name is taken
        ("2020.1.2", corpus.RELEASED, None),  # the revision is
        ("2020.1.2", 3, None),  # older than the newest release
        ("2020.1.2", 99, None),
        ("latest", 6, None),
        ("2020.1.2", 6, "no hash"),
    ]
    for name, revision, manifest in refused:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await add_release(connection, name, revision, manifest)
    await add_release(connection, "2020.1.2", 7, "0" * 64)
    releases = await read_releases(connection)
    assert [(r.name, r.revision, r.previous) for r in releases] == [("2020.1.2", 7, "2020.1.1"), ("2020.1.1", 5, None)]
    await connection.execute("UPDATE release SET manifest_sha256 = $1 WHERE name = '2020.1.1'", "1" * 64)
    await connection.close()
    owner = await connect(dsn)
    for sql in (
        "UPDATE release SET manifest_sha256 = NULL",
        "UPDATE release SET manifest_sha256 = repeat('2', 64)",
        "UPDATE release SET name = '2020.1.9'",
        "DELETE FROM release",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await owner.execute(sql)
    await owner.close()
