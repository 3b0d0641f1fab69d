"""Whole tables as they are given out: our exports, COPY, and what peers have for it."""

from __future__ import annotations

import subprocess
import time
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from api.caching import GZIP_LEVEL
from tests.bench.asks import _data
from tests.bench.client import Ask, fetch
from tests.bench.processes import memory_bytes, program
from tests.bench.services import Bench

_JSON = """
COPY (SELECT body FROM cunzhao.action_version v WHERE revision_to IS NULL ORDER BY acted_on DESC NULLS LAST, id)
TO STDOUT
"""
_CSV = Path(__file__).with_name("actions_csv.sql")
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


def _stream(
    url: str, seconds: float, watched: Callable[[], float] = float, *, zipped: bool = False
) -> tuple[int, float, int, float]:
    """Lines read, seconds taken, bytes read, and the most of what is watched, until the end or the time is over.

    What fails has read no more lines: that shows in the rate.
    """
    started, lines, size, most = time.monotonic(), 0, 0, watched()
    unzip = _unzip(zipped)
    try:
        asked = Request(url, headers={"Accept-Encoding": "gzip"} if zipped else {})  # noqa: S310  # our own address
        with urlopen(asked, timeout=60) as answer:  # noqa: S310
            while time.monotonic() < started + seconds and (chunk := answer.read(1 << 20)):
                lines, size = lines + unzip(chunk).count(b"\n"), size + len(chunk)
                most = max(most, watched())
    except (OSError, HTTPException) as error:
        print(f"{url} broke off after {lines} lines: {error}", flush=True)  # noqa: T201
    return lines, time.monotonic() - started, size, most


def _unzip(zipped: bool) -> Callable[[bytes], bytes]:
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress if zipped else bytes


def copied_rows(dsn: str, sql: str, *, zipped: bool = False) -> float:
    """Rows a second that `psql` copies by a statement, through `gzip` as we would zip them if wanted."""
    started, lines = time.monotonic(), 0
    with ExitStack() as stack:
        psql = stack.enter_context(subprocess.Popen([program("psql"), dsn, "-qc", sql], stdout=subprocess.PIPE))
        output, unzip = psql.stdout, _unzip(zipped)
        if zipped:
            argv = ["gzip", f"-{GZIP_LEVEL}"]
            output = stack.enter_context(subprocess.Popen(argv, stdin=output, stdout=subprocess.PIPE)).stdout
        assert output is not None
        while chunk := output.read(1 << 20):
            lines += unzip(chunk).count(b"\n")
    return lines / (time.monotonic() - started)


def exports(bench: Bench, seconds: float) -> dict[str, float]:
    """Rows a second of one export in each form and by `psql` as well, and by how much ours grew in memory."""
    ours = bench.services["ours"]
    facts: dict[str, float] = {}
    for name, suffix, sql in (
        ("export", "ndjson", _JSON),
        ("zipped", "ndjson", _JSON),
        ("csv", "csv", _CSV.read_text()),
    ):
        zipped, before = name == "zipped", memory_bytes(ours.pid)
        lines, took, size, most = _stream(
            f"{ours.url}/v1/exports/actions.{suffix}", seconds, lambda: float(memory_bytes(ours.pid)), zipped=zipped
        )
        facts |= {
            f"{name} rows": lines,
            f"{name} rows/s": lines / took,
            f"{name} MB/s": size / 1e6 / took,
            f"{name} memory MB": (most - before) / 1e6,
            f"{name} copy rows/s": copied_rows(bench.dsn, sql, zipped=zipped),
        }
    return facts


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
