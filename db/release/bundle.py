"""All tables in one SQLite file, with keys, written by an SQLite of our own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import apsw
import orjson

from db.release.rows import Column, Rows, for_rows, known_of
from schema.columns import ColumnType, TableColumn
from schema.tables import Table

NAME = "cunzhao.sqlite"
_TYPES: dict[ColumnType, str] = {
    "string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER", "date": "TEXT", "timestamp": "TEXT",
}  # fmt: skip
_SETTINGS = "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000"
APPLICATION = int.from_bytes(b"CNZH")
"""Marks the file as ours (`PRAGMA application_id`)."""


class Bundle:
    """The file, written in pieces. Lists are JSON arrays, truth is 1 or 0."""

    def __init__(self, folder: Path, revision: int, tables: Sequence[Table]) -> None:
        self._tables = tables
        self._connection = apsw.Connection(str(folder / NAME))
        self._connection.execute(
            f"{_SETTINGS}; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {revision}"
        )
        self._connection.execute("BEGIN")
        for table in tables:
            self._connection.execute(_create(table))
        self._insert = {table.name: _insert(table) for table in tables}
        self._write = {table.name: [_written(column) for column in table.columns] for table in tables}

    def add(self, rows: Rows) -> None:
        """Add some rows."""
        name = rows.table.name
        columns = [_for_rows(column, write) for column, write in zip(rows.columns, self._write[name], strict=True)]
        self._connection.executemany(self._insert[name], zip(*columns, strict=True))

    def close(self) -> None:
        """Add the keys and end the file."""
        for table in self._tables:
            key = ", ".join(map(_quoted, table.key))
            self._connection.execute(
                f"CREATE UNIQUE INDEX {_quoted(f'{table.name}_key')} ON {_quoted(table.name)} ({key})"
            )
        self._connection.execute("COMMIT; ANALYZE")
        self._connection.close()

    def abandon(self) -> None:
        """Let go of a file that will not be ended."""
        self._connection.close(True)


def _create(table: Table) -> str:
    columns = [f"{_quoted(column.name)} {_type(column)}" for column in table.columns]
    columns += [
        f"FOREIGN KEY ({_quoted(column.name)}) REFERENCES {_quoted(column.references[0])} "
        f"({_quoted(column.references[1])})"
        for column in table.columns
        if column.references and not column.many
    ]
    return f"CREATE TABLE {_quoted(table.name)} (\n    {f',{chr(10)}    '.join(columns)}\n)"


def _type(column: TableColumn) -> str:
    if column.many:
        return "TEXT NOT NULL"
    return _TYPES[column.type] + ("" if column.nullable else " NOT NULL")


def _insert(table: Table) -> str:
    return f"INSERT INTO {_quoted(table.name)} VALUES ({', '.join('?' * len(table.columns))})"  # noqa: S608  # names of ours


def _written(column: TableColumn) -> Callable[[Sequence[Any]], list[Any]] | None:
    """How the values of a column are kept, where that is otherwise than as they are."""
    return _as_json if column.many else None


def _for_rows(column: Column, write: Callable[[Sequence[Any]], list[Any]] | None) -> Sequence[Any]:
    """What the file has of a column, for each row. What many rows repeat is the same object in each."""
    values, places = known_of(column)
    return for_rows(write(values) if write else values, places)


def _as_json(lists: Sequence[Any]) -> list[str]:
    """Lists as JSON."""
    return [orjson.dumps(each).decode() if each else "[]" for each in lists]


def _quoted(name: str) -> str:
    return f'"{name}"'
