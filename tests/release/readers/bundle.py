"""Reads the SQLite file of a release with DuckDB, and prints what came out: {table: rows}, names of columns first.

Run by the interpreter of the readers' environment with the folder of a release, and with `bundle` in that environment
on its path: there is a DuckDB with its reader of SQLite files.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import duckdb  # type: ignore[import-not-found]  # of the readers' own environment, as is its extension
import duckdb_extension_sqlite_scanner as scanner  # type: ignore[import-not-found]


def main(folder: Path) -> None:
    """Read every table."""
    connection = duckdb.connect()
    (extension,) = Path(scanner.__file__).parent.rglob("*.duckdb_extension")
    connection.load_extension(str(extension))
    connection.execute(f"ATTACH '{folder / 'cunzhao.sqlite'}' AS release (TYPE sqlite, READ_ONLY)")
    names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'release'").fetchall()
    found: dict[str, Any] = {}
    for (name,) in names:
        if not name.startswith("sqlite_"):
            rows = connection.sql(f'FROM release."{name}"')
            found[name] = [rows.columns, *rows.fetchall()]
    json.dump(found, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
