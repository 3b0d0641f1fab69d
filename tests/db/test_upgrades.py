"""A service is upgraded while it runs: the new program migrates the store, and the old ones go on reading it."""

from __future__ import annotations

import re

import httpx
import pytest

import db.migrate
from api.cli.stores import bring_up_to_date
from db.migrate import Migration, MigrationError, migrate, migrations, pending
from db.pool import connect
from db.statements import statement, statement_names
from tests.support import corpus
from tests.support.serving import served_by

RELEASED = 15
"""The newest migration of the program as it was last released: what follows must let that go on reading."""
ADDITIVE = """
CREATE TABLE later (id bigint PRIMARY KEY, note text NOT NULL);
GRANT SELECT ON later TO cunzhao_reader;
ALTER TABLE action_version ADD COLUMN later text;
ALTER TABLE revision ADD COLUMN later integer NOT NULL DEFAULT 0;
ALTER TABLE release ADD COLUMN later integer NOT NULL DEFAULT 0;
CREATE INDEX later_index ON action_version (later);
"""
BREAKING = "-- breaks: earlier programs\nALTER TABLE figure_version RENAME COLUMN body TO content;\n"
TAKES_AWAY = re.compile(
    r"\bDROP\s+(TABLE|COLUMN|VIEW|SCHEMA|TYPE)|\bRENAME\b|\bALTER\s+COLUMN\s+\w+\s+(SET\s+DATA\s+)?TYPE"
    r"|\bREVOKE\b",
    re.IGNORECASE,
)
FUNCTIONS_GONE = re.compile(r"\bDROP\s+FUNCTION\s+([\w\s,]+)", re.IGNORECASE)
PATHS = (
    "/v1/actions?limit=20",
    "/v1/actions?search=云雀",
    "/v1/figures?year=2023",
    "/v1/entities?limit=5",
    "/v1/changes?since=r3",
    "/v1/aggregate?group_by=year",
    "/v1/releases",
    "/v1/exports/documents.json",
    "/graphql?query={actions(first:3){nodes{id entities{name}}}}",
)


def test_what_was_migrated_since_the_last_release_takes_nothing_away() -> None:
    assert TAKES_AWAY.search(BREAKING)
    asked = "\n".join(statement(name) for name in statement_names())
    for migration in migrations():
        if migration.number > RELEASED and not migration.breaks:
            assert not TAKES_AWAY.search(migration.sql), f"{migration.name} takes something away and does not say so"
            gone = {name for found in FUNCTIONS_GONE.findall(migration.sql) for name in re.findall(r"\w+", found)}
            assert not [name for name in gone if re.search(rf"\b{name}\(", asked)], "a statement needs it"


async def advance(dsn: str, monkeypatch: pytest.MonkeyPatch, *later: str) -> None:
    """Do what a later program does, which has some migrations more."""
    connection = await connect(dsn)
    known = (*migrations(), *(Migration(9000 + number, "later", sql) for number, sql in enumerate(later, 1)))
    with monkeypatch.context() as patched:
        patched.setattr(db.migrate, "migrations", lambda: known)
        assert await migrate(connection) == [9000 + len(later)]
    await connection.close()


async def answers(url: str) -> list[object]:
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        found = [await client.get(path, headers={"Accept": "application/json"}) for path in PATHS]
    assert {answer.status_code for answer in found} == {200}
    return [answer.json() for answer in found]


async def readiness(url: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url) as client:
        return await client.get("/readyz")


async def test_an_old_program_reads_what_a_new_one_has_migrated_unless_that_says_it_cannot(
    dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = await connect(dsn)
    await corpus.fill(store)
    with served_by(dsn) as first, served_by(dsn) as running:
        right = await answers(first)
        assert (await readiness(running)).status_code == 200  # it has connections, and has been asked for nothing else
        await advance(dsn, monkeypatch, ADDITIVE)
        assert await answers(running) == right
        assert (await readiness(running)).status_code == 200
        with served_by(dsn) as started_later:
            assert await answers(started_later) == right
        await bring_up_to_date(dsn, reading=True)
        assert capsys.readouterr().err == "a newer cunzhao has migrated this store: it is served as it is\n"
        assert await pending(store, reading=True) == 0
        for change in (pending(store), migrate(store), bring_up_to_date(dsn)):
            with pytest.raises(MigrationError, match="newer than this program"):
                await change
        await advance(dsn, monkeypatch, ADDITIVE, BREAKING)
        refused = await readiness(running)
        assert refused.status_code == 503
        assert "the store has migration 9002, which is newer than this program" in refused.json()["detail"]
    await store.close()
