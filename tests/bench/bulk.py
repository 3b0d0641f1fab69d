"""Bulk: pages by pgbench, what ingest writes, cold starts."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson

from db.changes import Change
from db.embedded import EmbeddedPostgres
from db.migrate import migrate
from db.pool import connect
from db.shipped import apply_dataset, load_dataset, write_dataset
from db.vocabulary import bring_vocabulary
from db.writer import commit
from tests.bench.processes import program
from tests.bench.store.changes import own_changes
from tests.bench.store.plan import Plan, blocks
from tests.bench.store.records import Maker
from tests.bench.windows import Window
from tests.support.databases import fresh_database

_SCRIPTS = 100
"""pgbench takes at most 128."""
_BENCH_PAGE = """
SELECT a.* FROM peer.action_{by} l JOIN peer.action a ON a.id = l.action_id
WHERE l.{by}_id = '{value}' AND l.acted_on BETWEEN '{since}' AND '{until}'
ORDER BY l.acted_on DESC, l.action_id LIMIT 50;
"""


def pgbench_rate(dsn: str, windows: list[Window], seconds: float) -> float:
    """Pages a second that Postgres gives to a client which does nothing with them: ids and columns, no parts."""
    with tempfile.TemporaryDirectory() as folder:
        files: list[str | Path] = []
        for n, one in enumerate(windows[:_SCRIPTS]):
            file = Path(folder) / f"{n}.sql"
            sql = _BENCH_PAGE.format(by=one.by, value=one.value, since=one.since, until=one.until)
            file.write_text(" ".join(sql.split()) + "\n")
            files += ["-f", file]
        done = subprocess.run(
            [program("pgbench"), "-n", "-M", "prepared", "-c", "8", "-j", "1", "-T", str(max(1, round(seconds))),
             *files, dsn],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"pgbench: {done.stderr[-500:]}")
    return float(next(line for line in done.stdout.splitlines() if line.startswith("tps")).split()[2])


async def ingest_rates(dsn: str, actions: int) -> dict[str, float]:
    """Records a second that the writer commits, all as one revision, into an empty store beside, and finds there again.

    The second is what `cunzhao serve` does with the dataset it comes with: all of it is read from its files, and by the
    digests of what stands there found to be in the store already.
    """
    plan = Plan(actions, 1)
    maker = Maker(plan)
    changes = [change for block in blocks(plan) for _, change in own_changes(maker, block)]
    records = [record for change in changes for record in change.records]
    unhandled = {key: clauses for change in changes for key, clauses in change.unhandled.items()}
    async with fresh_database(dsn) as beside:
        connection = await connect(beside)
        await migrate(connection)
        await bring_vocabulary(connection)
        started = time.monotonic()
        await commit(connection, Change("new_source", "All at once.", records, unhandled=unhandled))
        new = time.monotonic() - started
        with tempfile.TemporaryDirectory() as folder:
            await write_dataset(connection, Path(folder))
            started = time.monotonic()
            applied = await apply_dataset(connection, load_dataset(Path(folder)))
            unchanged = time.monotonic() - started
        await connection.close()
    if applied.added:
        raise RuntimeError(f"{applied.added} revisions that were there were written again")
    return {"ingest records/s": len(records) / new, "ingest unchanged records/s": len(records) / unchanged}


def embedded_start() -> float:
    """Seconds until a private Postgres runs in a folder that was empty."""
    with tempfile.TemporaryDirectory() as folder:
        postgres, started = EmbeddedPostgres(Path(folder)), time.monotonic()
        postgres.start()
        took = time.monotonic() - started
        postgres.stop()
        if postgres.home != Path(folder):
            shutil.rmtree(postgres.home)  # as root it lies elsewhere
    return took


def machine() -> dict[str, str]:
    """What it was measured on."""
    text = Path("/proc/cpuinfo").read_text()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    memory = Path("/proc/meminfo").read_text().split()[1]
    return {"processor": f"{len(names)} × {names[0]}", "memory": f"{int(memory) / 1e6:.0f} GB"}


def dumped(results: dict[str, Any]) -> bytes:
    """Results as the file holds them."""
    return orjson.dumps(results, option=orjson.OPT_INDENT_2)
