"""Bulk: streams of all records against COPY and peers, pages against pgbench, what ingest writes, cold starts."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import orjson

from db.changes import Change
from db.embedded import Binaries, EmbeddedPostgres
from db.migrate import migrate
from db.pool import connect
from db.vocabulary import bring_vocabulary
from db.writer import commit
from tests.bench.asks import _data
from tests.bench.client import Ask, fetch
from tests.bench.processes import memory_bytes
from tests.bench.services import Bench
from tests.bench.store.changes import own_changes
from tests.bench.store.plan import Plan, blocks
from tests.bench.store.records import Maker
from tests.bench.windows import Window
from tests.support.databases import fresh_database

_SAME = """
COPY (SELECT body FROM cunzhao.action_version v WHERE revision_to IS NULL ORDER BY acted_on DESC NULLS LAST, id)
TO STDOUT
"""
_PG_RECORD = """
rowId actedOn dateBasis decidedOn periodStart periodEnd unnamedSubject openEnded amountCny gistZh gistEn confidence
extractor revision subjectKinds measures categories authorities instruments campaigns regions document { rowId url }
actionEntities(orderBy: [POSITION_ASC]) { nodes { entityId name kind } }
anchors(orderBy: [POSITION_ASC]) { nodes { field value start end exact } }
"""
_PG_PAGES = """
query Pages($after: Cursor) {
  actions(first: 1000, after: $after, orderBy: [ACTED_ON_DESC, ROW_ID_ASC]) {
    nodes { %s } pageInfo { endCursor hasNextPage }
  }
}
"""
_SCRIPTS = 100
"""pgbench takes at most 128."""
_BENCH_PAGE = """
SELECT a.* FROM peer.action_{by} l JOIN peer.action a ON a.id = l.action_id
WHERE l.{by}_id = '{value}' AND l.acted_on BETWEEN '{since}' AND '{until}'
ORDER BY l.acted_on DESC, l.action_id LIMIT 50;
"""


def _stream(url: str, seconds: float, watched: Callable[[], float] = float) -> tuple[int, float, int, float]:
    """Lines read, seconds taken, bytes read, and the most of what is watched, until the end or the time is over.

    What fails has read no more lines: that shows in the rate.
    """
    started, lines, size, most = time.monotonic(), 0, 0, watched()
    try:
        with urlopen(url, timeout=60) as answer:  # noqa: S310  # our own loopback address
            while time.monotonic() < started + seconds and (chunk := answer.read(1 << 20)):
                lines, size, most = lines + chunk.count(b"\n"), size + len(chunk), max(most, watched())
    except (OSError, HTTPException) as error:
        print(f"{url} broke off after {lines} lines: {error}", flush=True)  # noqa: T201
    return lines, time.monotonic() - started, size, most


def _program(name: str) -> Path:
    return Binaries.installed().folder / name


def copy_rows(dsn: str) -> tuple[int, float]:
    """Rows that `psql` copies of the same statement, and the seconds it takes."""
    started = time.monotonic()
    with subprocess.Popen([_program("psql"), dsn, "-qc", _SAME], stdout=subprocess.PIPE, bufsize=0) as psql:
        assert psql.stdout is not None
        lines = 0
        while chunk := psql.stdout.read(1 << 20):
            lines += chunk.count(b"\n")
    return lines, time.monotonic() - started


def exports(bench: Bench, seconds: float) -> dict[str, float]:
    """Rows a second of one export by each way, and by how much ours grew in memory."""
    ours = bench.services["ours"]
    before = memory_bytes(ours.pid)
    lines, took, size, most = _stream(
        f"{ours.url}/v1/exports/actions.ndjson", seconds, lambda: float(memory_bytes(ours.pid))
    )
    copied, copying = copy_rows(bench.dsn)
    return {
        "export rows": lines,
        "export rows/s": lines / took,
        "export MB/s": size / 1e6 / took,
        "export memory MB": (most - before) / 1e6,
        "copy rows/s": copied / copying,
    }


def datasette_rows(bench: Bench, seconds: float) -> float:
    """Rows a second of the stream that Datasette makes of its table."""
    url = f"{bench.services['datasette'].url}/store/action.csv?_stream=1&_size=max"
    lines, took, _, _ = _stream(url, seconds)
    return lines / took


async def postgraphile_rows(bench: Bench, seconds: float) -> float:
    """Rows a second when PostGraphile is paged through, a thousand records at a time."""
    url, after, rows, started = bench.services["postgraphile"].url, None, 0, time.monotonic()
    query = " ".join((_PG_PAGES % _PG_RECORD).split())
    while time.monotonic() < started + seconds:
        page: Any = _data(await fetch(url, Ask("/graphql", {"query": query, "variables": {"after": after}})))["actions"]
        rows, after = rows + len(page["nodes"]), page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    return rows / (time.monotonic() - started)


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
            [_program("pgbench"), "-n", "-M", "prepared", "-c", "8", "-j", "1", "-T", str(max(1, round(seconds))),
             *files, dsn],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"pgbench: {done.stderr[-500:]}")
    return float(next(line for line in done.stdout.splitlines() if line.startswith("tps")).split()[2])


async def ingest_rate(dsn: str, actions: int) -> float:
    """Records a second that the writer commits, all as one revision, into an empty store beside."""
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
        took = time.monotonic() - started
        await connection.close()
    return len(records) / took


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
