"""`python -m tests.reconciling`: how well names are matched with the entities of the shipped dataset, as a table."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from api.cli.stores import bring_up_to_date
from db.embedded import EmbeddedPostgres
from tests.reconciling.measure import measure, table, write
from tests.support.serving import served_by


def main() -> None:
    """Load the dataset into a store of its own, ask the service over it, and print the table."""
    parser = argparse.ArgumentParser(prog="make matching", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table to the page about reconciliation")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        postgres = EmbeddedPostgres(Path(folder) / "store", {"fsync": "off"})
        dsn = postgres.start()
        try:
            asyncio.run(bring_up_to_date(dsn))
            with served_by(dsn) as base:
                found = table(measure(base))
        finally:
            postgres.stop()
    print(found)  # noqa: T201
    if asked.write:
        write(found)


if __name__ == "__main__":
    main()
