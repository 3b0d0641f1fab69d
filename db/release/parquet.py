"""Parquet files of the tables: typed, with lists, sorted, with statistics of every row group and page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from db.release.rows import Rows, for_rows, known_of
from schema.columns import ColumnType, TableColumn
from schema.tables import Table

GROUP = 20_000
"""Rows of a row group. A file is the same however its rows came, as every group has so many."""
DIVIDED_ABOVE = 1_000_000
"""A table of more rows is a folder for each year instead of one file, where its rows have a date."""
UNDATED = "__HIVE_DEFAULT_PARTITION__"
"""What stands for the year of rows without a date, as readers of such folders have it."""
DATES = {"documents": "published_on", "actions": "acted_on", "figures": "period_end", "actions_flat": "acted_on"}
"""The column that a table is sorted by, newest first, and divided by."""
_TYPES: dict[ColumnType, pa.DataType] = {
    "string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}  # fmt: skip


def arrow_schema(table: Table, without: str | None = None) -> pa.Schema:
    """The columns of a table in Arrow, but for one that the names of folders stand for."""
    return pa.schema([_field(column) for column in table.columns if column.name != without])


def _field(column: TableColumn) -> pa.Field:
    type_ = _TYPES[column.type]
    words = {"description": column.description}
    if column.many:
        return pa.field(column.name, pa.list_(type_), nullable=False, metadata=words)
    return pa.field(column.name, type_, nullable=column.nullable, metadata=words)


class ParquetFiles:
    """The file or files of one table, written in pieces."""

    def __init__(self, folder: Path, table: Table, rows: int) -> None:
        """`rows` is how many there will be: it decides whether the table is divided."""
        self._folder, self._table = folder, table
        self._divided = rows > DIVIDED_ABOVE and table.name in DATES
        self._schema = arrow_schema(table, without="year" if self._divided else None)
        self._dated = [column.name for column in table.columns].index(DATES[table.name]) if self._divided else 0
        self.rows: dict[str, int] = {}
        """The rows of each file, by its path."""
        self._year: str | None = None
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        if not self._divided:
            self._open(f"{table.name}.parquet")

    def add(self, rows: Rows) -> None:
        """Add some rows, which come in the order of lists."""
        if not rows.count:
            return
        made = pa.Table.from_arrays(self._arrays(rows), schema=self._schema)
        if not self._divided:
            self._add(made)
            return
        years = [day[:4] if day else UNDATED for day in for_rows(*known_of(rows.columns[self._dated]))]
        start = 0
        for end in range(1, len(years) + 1):
            if end == len(years) or years[end] != years[start]:
                self._add_of_year(years[start], made.slice(start, end - start))
                start = end

    def _arrays(self, rows: Rows) -> list[pa.Array]:
        """The columns that the file has."""
        arrays = []
        for run in rows.runs():
            places = None if run.places is None else pa.array(run.places, pa.int32())
            for column, values in zip(self._table.columns[run.columns], run.values, strict=True):
                if column.name in self._schema.names:
                    made = _array(values, self._schema.field(column.name))
                    arrays.append(made if places is None else made.take(places))
        return arrays

    def _add_of_year(self, year: str, rows: pa.Table) -> None:
        if year != self._year:
            self.close()
            self._year = year
            self._open(f"{self._table.name}/year={year}/part-0.parquet")
        self._add(rows)

    def _open(self, path: str) -> None:
        file = self._folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        self.rows[path] = 0
        self._path = path
        self._writer = pq.ParquetWriter(
            file, self._schema, version="2.6", compression="zstd", write_page_index=True,
            sorting_columns=self._order(),
        )  # fmt: skip

    def _order(self) -> list[Any]:
        """By what the rows are sorted, where columns say it: the newest first, the undated last, then by the key."""
        names = self._schema.names
        dated = DATES.get(self._table.name)
        order = [pq.SortingColumn(names.index(dated), descending=True, nulls_first=False)] if dated else []
        if self._table.kind or self._table.name in ("actions_flat", "codes"):
            order += [pq.SortingColumn(names.index(name)) for name in self._table.key]
        return order

    def _add(self, rows: pa.Table) -> None:
        self._waiting.append(rows)
        while sum(map(len, self._waiting)) >= GROUP:
            together = pa.concat_tables(self._waiting)
            self._write(together.slice(0, GROUP))
            self._waiting = [together.slice(GROUP)]

    def _write(self, rows: pa.Table) -> None:
        assert self._writer is not None  # noqa: S101  # opened before anything is added
        self._writer.write_table(rows.combine_chunks(), row_group_size=GROUP)
        self.rows[self._path] += len(rows)

    def close(self) -> None:
        """End the file that is open."""
        if self._writer is not None:
            if rest := [rows for rows in self._waiting if len(rows)]:
                self._write(pa.concat_tables(rest))
            self._waiting = []
            self._writer.close()
            self._writer = None


def _array(values: list[Any], field: pa.Field) -> pa.Array:
    read = _READ.get(field.type)
    return read(values) if read else pa.array(values, field.type)


_READ: dict[pa.DataType, Callable[[list[Any]], pa.Array]] = {
    pa.date32(): lambda values: pc.cast(pa.array(values, pa.string()), pa.date32()),
}
"""What stands in JSON as text."""
