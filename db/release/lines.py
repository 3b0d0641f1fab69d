"""CSV and NDJSON files of the tables."""

from __future__ import annotations

from pathlib import Path

import orjson

from db.export.csv_file import cells_of, header
from db.export.csv_file import rows as csv_rows
from db.release.rows import Rows
from schema.tables import Table

_BUFFER = 1 << 20


class LinesFiles:
    """The two files of one table, written in pieces."""

    def __init__(self, folder: Path, table: Table) -> None:
        self._names = [column.name for column in table.columns]
        self._cells = [cells_of(column) for column in table.columns]
        self._csv = (folder / f"{table.name}.csv").open("wb", buffering=_BUFFER)
        self._ndjson = (folder / f"{table.name}.ndjson").open("wb", buffering=_BUFFER)
        self._csv.write(header(table.columns))

    def add(self, rows: Rows, lines: bytes | None = None) -> None:
        """Add some rows. `lines` is their JSON, where it is there already."""
        cells = [write(values) for write, values in zip(self._cells, rows.columns, strict=True)]
        self._csv.write(csv_rows(cells))
        if lines is None:
            names = self._names
            objects = [orjson.dumps(dict(zip(names, row, strict=True))) for row in rows.tuples()]
            lines = b"\n".join([*objects, b""])
        self._ndjson.write(lines)

    def close(self) -> None:
        """End the files."""
        self._csv.close()
        self._ndjson.close()
