"""All files of the tables of a release, written side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from db.release.bundle import NAME as BUNDLE
from db.release.bundle import Bundle
from db.release.lines import LinesFiles
from db.release.parquet import ParquetFiles
from db.release.resources import Packer
from db.release.rows import Rows
from schema.releases import Resource
from schema.tables import Table


class TableFiles:
    """Takes rows, table by table or several tables at once, and writes them in every format."""

    def __init__(self, folder: Path, revision: int, tables: Sequence[Table], counted: Mapping[str, int]) -> None:
        """`counted` is how many rows the tables will have whose number is known."""
        self._folder, self._counted = folder, counted
        self._bundle = Bundle(folder, revision, tables)
        self._packer = Packer(folder)
        self._open: dict[str, tuple[LinesFiles, ParquetFiles]] = {}
        self.rows = {table.name: 0 for table in tables}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # After an error something may still be open; what is in it will never be seen.
        with suppress(Exception):
            for files in self._open.values():
                files[1].close()
        self._bundle.abandon()
        self._packer.stop()

    def begin(self, *tables: Table) -> None:
        """Open the files of some tables."""
        for table in tables:
            parquet = ParquetFiles(self._folder, table, self._counted.get(table.name, 0))
            self._open[table.name] = LinesFiles(self._packer, table), parquet

    def add(self, rows: Rows, lines: bytes | None = None) -> None:
        """Add rows of a table. `lines` is their JSON, where it is there already."""
        written, parquet = self._open[rows.table.name]
        written.add(rows, lines)
        parquet.add(rows)
        self._bundle.add(rows)
        self.rows[rows.table.name] += rows.count

    def end(self, *tables: Table) -> None:
        """Close the files of some tables. What is left of them is packed and hashed beside the rest of the work."""
        for table in tables:
            written, parquet = self._open.pop(table.name)
            written.end(self.rows[table.name])
            parquet.close()
            for url, of_file in parquet.rows.items():
                self._packer.add(url, table.name, of_file)

    def done(self) -> list[Resource]:
        """End all there is; the files, as the manifest has them."""
        self._bundle.close()
        self._packer.add(BUNDLE, None, None)
        return self._packer.done()
