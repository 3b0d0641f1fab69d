"""`python -m tests.bench.data`: the synthetic store that is measured, made once and kept."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path

import platformdirs

from db.embedded import EmbeddedPostgres
from db.migrate import MigrationError, migrate, migrations
from db.pool import connect
from schema.records import RECORD_MODELS
from tests.bench.store.load import LOADED_AT, load
from tests.bench.store.plan import Plan

SEED = 20261122
LOADING = {
    # The store can be made again, so nothing is gained by waiting for the disk or by keeping a journal.
    "fsync": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off",
    "max_wal_size": "2GB", "shared_buffers": "512MB", "checkpoint_timeout": "1h",
}  # fmt: skip


def folder_of(plan: Plan) -> Path:
    """Where the store of a plan lies: in CUNZHAO_DATA_FOLDER, else beside the user's other caches."""
    given = os.environ.get("CUNZHAO_DATA_FOLDER")
    base = Path(given) if given else platformdirs.user_cache_path("cunzhao-bench", appauthor=False)
    return base / f"{plan.actions}-{plan.seed}"


def made_of(plan: Plan) -> str:
    """A digest of everything the rows follow from: the plan, the tables, the models, and the code that makes them.

    Of the migrations only those count that make the tables which are filled; later ones are applied to what is there.
    """
    digest = hashlib.sha256(json.dumps(asdict(plan)).encode())
    for migration in migrations():
        if migration.number <= LOADED_AT:
            digest.update(migration.sha256.encode())
    for model in RECORD_MODELS.values():
        digest.update(json.dumps(model.model_json_schema()).encode())
    for file in sorted(Path(__file__).with_name("store").glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def prepare(plan: Plan) -> Path:
    """Make the store of a plan unless it is there, bring its tables up to date, and return its data folder."""
    folder = folder_of(plan)
    folder.mkdir(parents=True, exist_ok=True)
    mark, wanted = folder / "made-of", made_of(plan)
    with EmbeddedPostgres(folder, LOADING) as server:
        if mark.exists() and mark.read_text() == wanted and asyncio.run(kept(server.dsn)):
            print(f"The store of {plan.actions:,} actions is there: {folder}")  # noqa: T201
            return folder
        mark.unlink(missing_ok=True)
        asyncio.run(_fill(server.dsn, plan))
    mark.write_text(wanted)
    print(f"The store of {plan.actions:,} actions is made: {folder}")  # noqa: T201
    return folder


async def kept(dsn: str) -> bool:
    """Apply later migrations to a store that is there. False where it has some that are not those of this build."""
    connection = await connect(dsn)
    try:
        if applied := await migrate(connection):
            print(f"migrations applied: {applied}")  # noqa: T201
            await connection.execute("VACUUM ANALYZE")
    except MigrationError:
        return False
    finally:
        await connection.close()
    return True


async def _fill(dsn: str, plan: Plan) -> None:
    connection = await connect(dsn)
    try:
        await load(connection, plan, print)
        size = await connection.fetchval("SELECT pg_size_pretty(pg_database_size(current_database()))")
        print(f"size of the database: {size}")  # noqa: T201
    finally:
        await connection.close()


def main() -> None:
    """Read the command line and make the store."""
    parser = argparse.ArgumentParser(prog="make bench-data", description=__doc__)
    parser.add_argument("--actions", type=int, default=1_000_000, help="how many actions")
    parser.add_argument("--seed", type=int, default=SEED, help="by which chance")
    arguments = parser.parse_args()
    prepare(Plan(arguments.actions, arguments.seed))


if __name__ == "__main__":
    main()
