"""Keys made, listed and revoked on the command line, beside a server that serves the same store."""

from __future__ import annotations

import asyncio
import time

import asyncpg
import httpx
import pytest
from click.testing import CliRunner

from api.cli import cunzhao
from db.pool import connect
from tests.support.serving import served_by


def test_a_key_is_made_used_listed_and_revoked(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.rates.keyring.FRESH_SECONDS", 0.0)

    monkeypatch.setenv("CUNZHAO_DATABASE_URL", dsn)

    def run(*arguments: str, fails: bool = False) -> str:
        made = CliRunner().invoke(cunzhao, ["keys", *arguments])
        assert bool(made.exit_code) is fails, made.output
        return made.stderr if fails else made.stdout

    key = run("create", "A newsroom", "--requests", "7", "--seconds", "3600").strip()
    key_id = key.split("_")[1]
    with served_by(dsn) as url:
        told = httpx.get(f"{url}/openapi.json", headers={"Authorization": f"Bearer {key}"})
        assert told.headers["ratelimit-policy"] == '"key";q=7;w=3600'
        listed = run("list").strip().split("\t")
        assert (listed[0], listed[1], listed[2], listed[4]) == (key_id, "A newsroom", "7/3600s", "good")
        assert key not in run("list")
        assert run("revoke", key_id) == f"{key_id} is revoked\n"
        time.sleep(0.01)
        assert httpx.get(f"{url}/v1", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert "revoked 20" in run("list")
    assert "no good key" in run("revoke", key_id, fails=True)
    assert "no good key" in run("revoke", "nothing", fails=True)
    assert "whose key" in run("create", " ", fails=True)
    asyncio.run(_nothing_but_hashes(dsn, key))


async def _nothing_but_hashes(dsn: str, key: str) -> None:
    owner, reader = await connect(dsn), await connect(dsn, role="cunzhao_reader")
    writer = await connect(dsn, role="cunzhao_writer")
    try:
        row = await owner.fetchval("SELECT k::text FROM api_key k")
        assert key not in row
        assert key.split("_", 2)[2] not in row
        assert await reader.fetchval("SELECT length(sha256) FROM api_key") == 32
        for connection, sql in (
            (reader, "SELECT name FROM api_key"),
            (reader, "SELECT * FROM api_key"),
            (reader, "UPDATE api_key SET revoked_at = NULL"),
            (writer, "SELECT id FROM api_key"),
            (writer, "INSERT INTO api_key VALUES ('x')"),
        ):
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError)):
                await connection.execute(sql)
    finally:
        for connection in (owner, reader, writer):
            await connection.close()
