"""Standbys that are read: one is lost, hangs or lags, the primary is lost, and no read fails and no answer is wrong."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import httpx
import pytest

from tests.faults import counting
from tests.faults.conftest import LAG_SECONDS, PATIENCE_SECONDS
from tests.faults.readers import Answered, Readings, reading, revision_of, wrong
from tests.faults.stores import change, metric, until
from tests.support.cluster import Cluster, Node
from tests.support.processes import cunzhao

SEED = int(os.environ.get("SEED", "20261122"))
SECONDS = float(os.environ.get("FAULT_SECONDS", "0.6"))
FAULTS = int(os.environ.get("FAULTS", "0"))
LOST = ("a standby", "the primary")
FAILOVER_SECONDS = 2.0


async def level(cluster: Cluster, url: str) -> None:
    """Wait until all servers are up and have the same revision."""
    told: list[list[float]] = []

    async def reached() -> bool:
        told[:] = await metric(url, "up"), await metric(url, "behind_revisions")
        return told == [[1.0] * 3, [0.0] * 3]

    await until(reached, what=lambda: f"up and behind: {told}")


async def looked_at(alone: str, readings: Readings) -> list[Answered]:
    """The answers that are wrong."""
    found = await wrong(alone, readings)
    counting.read(readings, found)
    return found


async def paused(node: Node) -> None:
    await node.run("SELECT pg_wal_replay_pause()")


async def resumed(node: Node) -> None:
    await node.run("SELECT pg_wal_replay_resume()")


async def kill(node: Node) -> Callable[[], Awaitable[None]]:
    node.kill()
    return node.start


async def hang(node: Node) -> Callable[[], Awaitable[None]]:
    node.signal_all(signal.SIGSTOP)

    async def go_on() -> None:
        node.signal_all(signal.SIGCONT)

    return go_on


@pytest.mark.parametrize(
    ("lost", "fault", "number"),
    [("a standby", hang, 0), ("the primary", kill, 0)]
    + [(lost, fault, number) for number in range(FAULTS // 4) for lost in LOST for fault in (kill, hang)],
)
async def test_no_read_fails_when_a_server_is_lost(
    cluster: Cluster,
    service: str,
    alone: str,
    lost: str,
    number: int,
    fault: Callable[[Node], Awaitable[Callable[[], Awaitable[None]]]],
) -> None:
    await level(cluster, service)
    chance = Random(f"{SEED} {number} {lost} {fault.__name__}")  # noqa: S311
    node = cluster.primary if lost == "the primary" else chance.choice(cluster.standbys)
    async with reading(service, seed=chance.randrange(10**6)) as readings:
        await asyncio.sleep(SECONDS / 2)
        await change(cluster.primary.dsn)
        await asyncio.sleep(SECONDS / 2)
        repair = await fault(node)
        if node is not cluster.primary:
            await change(cluster.primary.dsn)
        counting.injected(f"{lost} {'killed' if fault is kill else 'hung'} under load")
        down = await until(lambda: seen_down(service, cluster.nodes.index(node)))
        await asyncio.sleep(SECONDS)
        await repair()
        await level(cluster, service)
        latest = await change(cluster.primary.dsn)
        await level(cluster, service)
        await asyncio.sleep(SECONDS / 2)
    counting.took("failover, seconds", down)
    assert down < FAILOVER_SECONDS
    assert (readings.failed, readings.refused, readings.broken_off) == ([], 0, 0)
    assert readings.longest < FAILOVER_SECONDS
    assert readings.answers[-1].revision == latest
    assert await looked_at(alone, readings) == []


async def seen_down(service: str, number: int) -> bool:
    return (await metric(service, "up"))[number] == 0.0


async def test_a_standby_that_lags_is_seen_and_asked_for_nothing_that_it_lacks(
    cluster: Cluster, service: str, alone: str, tmp_path: Path
) -> None:
    await level(cluster, service)
    for node in cluster.standbys:
        await paused(node)
    async with httpx.AsyncClient(base_url=service, timeout=20) as client, reading(service, seed=SEED) as readings:
        counting.injected("both standbys made to lag", 1)
        before = revision_of(await client.get("/v1/actions?limit=1"))
        latest = await change(cluster.primary.dsn)
        pinned = await client.get(f"/v1/actions?limit=2&as_of=r{latest}")
        assert revision_of(pinned) == latest, "a revision that is named is read where it is"
        assert pinned.json()["next"] is not None
        assert revision_of(await client.get("/v1/actions?limit=3")) == before, "the latest is read from standbys"
        assert (await client.get(f"/v1/actions?as_of=r{latest + 1}")).status_code == 400
        assert (await metric(service, "behind_revisions"))[1:] == [1.0, 1.0]
        await asyncio.sleep(LAG_SECONDS + 0.5)
        assert min((await metric(service, "behind_seconds"))[1:]) > LAG_SECONDS
        assert revision_of(await client.get("/v1/actions?limit=4")) == latest, "standbys that lag too long are left"
        told = await asyncio.to_thread(
            cunzhao, tmp_path, "status", CUNZHAO_DATABASE_URL=cluster.primary.dsn,
            CUNZHAO_READ_URLS=" ".join(node.dsn for node in cluster.standbys),
        )  # fmt: skip
        assert told.stdout.count(f"r{before}, 1 behind\n") == 2, told.stderr
        cluster.primary.kill()
        later = await client.get(pinned.json()["next"])
        assert (later.status_code, later.headers["retry-after"]) == (503, "2"), "nobody has what the cursor is of"
        assert revision_of(await client.get("/v1/actions?limit=5")) == before
        for node in cluster.standbys:
            await resumed(node)
        await until(lambda: reached(client, latest))
        assert revision_of(await client.get(pinned.json()["next"])) == latest
        await cluster.primary.start()
        await level(cluster, service)
    assert readings.failed == []
    assert await looked_at(alone, readings) == []


async def reached(client: httpx.AsyncClient, revision: int) -> bool:
    return revision_of(await client.get("/v1/actions?limit=6")) == revision


async def test_while_no_standby_answers_the_primary_does_and_without_it_requests_wait_a_bounded_time(
    cluster: Cluster, service: str, alone: str
) -> None:
    await level(cluster, service)
    async with reading(service, seed=SEED) as readings:
        for node in cluster.standbys:
            node.kill()
        latest = await change(cluster.primary.dsn)
        await asyncio.sleep(SECONDS)
        assert readings.refused == 0
        cluster.primary.kill()
        counting.injected("all servers killed under load")
        await asyncio.sleep(PATIENCE_SECONDS + 0.3)
        assert readings.refused
        async with httpx.AsyncClient(base_url=service) as client:
            refusal = await client.get("/v1/actions?limit=1")
        assert (refusal.status_code, refusal.headers["retry-after"]) == (503, "2")
        assert refusal.headers["content-type"] == "application/problem+json"
        for node in cluster.nodes:
            await node.start()
        await level(cluster, service)
        await asyncio.sleep(SECONDS)
    assert readings.failed == []
    assert readings.longest < PATIENCE_SECONDS + FAILOVER_SECONDS
    assert readings.answers[-1].revision == latest
    assert await looked_at(alone, readings) == []
