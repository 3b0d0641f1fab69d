"""Changes of a store that tests make while it is read, and what is waited for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx

from db.changes import Change
from db.pool import connect
from db.writer import commit
from schema.records import Action


async def change(dsn: str) -> int:
    """Commit one more revision, in which one action has another gist, and return its number."""
    connection = await connect(dsn, role="cunzhao_writer")
    try:
        body = await connection.fetchval(
            "SELECT body FROM action_version WHERE revision_to IS NULL ORDER BY md5(version::text) LIMIT 1"
        )
        number: int = await connection.fetchval("SELECT max(number) + 1 FROM revision")
        record = Action.model_validate_json(body).model_copy(update={"gist_en": f"As of r{number}."})
        made = await commit(connection, Change(cause="our_correction", note=f"No. {number}", records=(record,)))
    finally:
        await connection.close()
    return made.number


async def until(
    condition: Callable[[], Awaitable[bool]], seconds: float = 20, what: Callable[[], str] = lambda: ""
) -> float:
    """Wait for something, and say how many seconds it took."""
    began = time.monotonic()
    while not await condition():
        assert time.monotonic() - began < seconds, f"it took too long {what()}"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


async def metric(url: str, name: str) -> list[float]:
    """The values of a metric of the servers, the primary first."""
    async with httpx.AsyncClient(base_url=url) as client:
        lines = (await client.get("/metrics")).text.splitlines()
    return [float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"cunzhao_store_{name}{{")]
