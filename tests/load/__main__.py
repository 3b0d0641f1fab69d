"""`make load`: four times as much as the service can do, for minutes; what holds stands in build/load.json."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from db.embedded import EmbeddedPostgres
from tests.load.client import Answered, load, percentile
from tests.load.questions import question
from tests.support.processes import serving

RESULTS = Path(__file__).parents[2] / "build" / "load.json"
CONNECTIONS = 400
FLAT, GROWTH_BYTES = 0.85, 32 * 2**20
"""Least share of the throughput of the first third that the last third must have; most that memory may grow between."""


@dataclass
class Watched:
    """What the server took, looked at once a second."""

    memory: list[int] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)

    def thirds(self, values: list[int]) -> tuple[int, int]:
        """The largest value of the first third, once it is warm, and of the last."""
        third = max(1, len(values) // 3)
        return max(values[third // 2 : third] or values[:1]), max(values[-third:])


async def watch(pid: int, dsn: str, watched: Watched) -> None:
    """Look until cancelled."""
    connection = await asyncpg.connect(dsn)
    try:
        while True:
            watched.memory.append(resident(pid))
            watched.connections.append(
                await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cunzhao'")
            )
            await asyncio.sleep(1)
    finally:
        await connection.close()


def resident(pid: int) -> int:
    """Resident memory of the serving process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def capacity(url: str, seed: int, seconds: float) -> float:
    """The most that is answered well in a second, whatever the number of connections."""
    best = 0.0
    for connections in (4, 16, 48):
        found = await load(url, question, seed=seed + connections, connections=connections, rate=1e6, seconds=seconds)
        best = max(best, len(found.well) / seconds)
    return best


def result(found: Answered, watched: Watched, began: float, seconds: float, most: float) -> dict[str, Any]:
    """What is kept of a run."""
    third = seconds / 3
    first, last = (found.well_between(began + at, began + at + third) / third for at in (0, 2 * third))
    memory, connections = watched.thirds(watched.memory), watched.thirds(watched.connections)
    answered = len(found.well) + len(found.refused) + sum(found.other.values())
    return {
        "seconds": seconds,
        "cores": os.cpu_count(),
        "capacity_per_second": round(most, 1),
        "offered_per_second": round(4 * most, 1),
        "connections": CONNECTIONS,
        "requests": answered,
        "answered_200": len(found.well),
        "refused_with_retry_after": len(found.refused),
        "other": dict(found.other),
        "throughput_first_third": round(first, 1),
        "throughput_last_third": round(last, 1),
        "p50_seconds": round(percentile(found.well, 0.5), 4),
        "p99_seconds": round(percentile(found.well, 0.99), 4),
        "refusal_p99_seconds": round(percentile(found.refused, 0.99), 4),
        "server_memory_first_and_last_third": memory,
        "postgres_connections_first_and_last_third": connections,
        "holds": {
            "throughput is flat": last >= FLAT * first,
            "memory does not grow": memory[1] - memory[0] <= GROWTH_BYTES,
            "connections do not grow": connections[1] <= connections[0] + 1,
            "errors are 429 and 503 alone": not found.other,
        },
    }


async def run(url: str, pid: int, dsn: str, seed: int, seconds: float) -> dict[str, Any]:
    """Measure the capacity, and offer four times as much."""
    most = await capacity(url, seed, max(2.0, seconds / 20))
    watched = Watched()
    watching = asyncio.create_task(watch(pid, dsn, watched))
    began = time.monotonic()
    found = await load(url, question, seed=seed, connections=CONNECTIONS, rate=4 * most, seconds=seconds)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return result(found, watched, began, seconds, most)


def main() -> int:
    """Run it against the service with its private Postgres and the shipped dataset, in a folder that goes again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=150)
    parser.add_argument("--seed", type=int, default=20261122)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="cunzhao-load-"))
    try:
        with serving(folder, CUNZHAO_RATE_LIMIT_REQUESTS="0", CUNZHAO_LOG_LEVEL="warning") as served:
            dsn = EmbeddedPostgres(folder).dsn
            made = asyncio.run(run(served.url, served.process.pid, dsn, chosen.seed, chosen.seconds))
            served.process.terminate()
            served.process.wait(60)
    finally:
        shutil.rmtree(EmbeddedPostgres(folder).home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(made, indent=2))  # noqa: T201
    return 0 if all(made["holds"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
