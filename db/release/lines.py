"""CSV and NDJSON files of the tables."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from db.export.csv_file import cells_of, header
from db.export.csv_file import rows as csv_rows
from db.export.values import Values
from db.release.resources import Packer
from db.release.rows import Rows, for_rows
from schema.tables import Table


class LinesFiles:
    """The two files of one table, packed while they are written."""

    def __init__(self, packer: Packer, table: Table) -> None:
        self._names = [column.name for column in table.columns]
        self._cells = [cells_of(column) for column in table.columns]
        self._packer = packer
        self._csv, self._ndjson = (packer.open(f"{table.name}.{suffix}", table.name) for suffix in ("csv", "ndjson"))
        self._csv.write(header(table.columns))

    def add(self, rows: Rows, lines: bytes | None = None) -> None:
        """Add some rows. `lines` is their JSON, where it is there already."""
        cells: list[Sequence[str]] = []
        members: list[Sequence[bytes]] = []
        for run in rows.runs():
            made = [write(values) for write, values in zip(self._cells[run.columns], run.values, strict=True)]
            cells.append(for_rows([",".join(row) for row in zip(*made, strict=True)], run.places))
            if lines is None:
                members.append(for_rows(_members(self._names[run.columns], run.values), run.places))
        self._csv.write(csv_rows(cells))
        if lines is None:
            lines = b"".join([b"{%b}\n" % b",".join(row) for row in zip(*members, strict=True)])
        self._ndjson.write(lines)

    def end(self, rows: int) -> None:
        """End the files, which have so many rows."""
        self._packer.end(self._csv, rows)
        self._packer.end(self._ndjson, rows)


def _members(names: Sequence[str], columns: Sequence[Values]) -> list[bytes]:
    """For each row of some columns its JSON without the braces."""
    return [orjson.dumps(dict(zip(names, row, strict=True)))[1:-1] for row in zip(*columns, strict=True)]
