"""What a store consists of, as Postgres knows it: whatever tables there come to be, a backup has them."""

from __future__ import annotations

from graphlib import TopologicalSorter

from db.backup.archive import StoredSequence, StoredTable
from db.pool import SCHEMA, Connection
from db.statements import statement

LEDGER = "migration"
"""The table of the migrations: it comes of applying them."""


async def stored_tables(connection: Connection) -> tuple[StoredTable, ...]:
    """The tables but for the ledger of migrations, each after those it refers to."""
    columns: dict[str, list[str]] = {}
    for table, column in await connection.fetch(statement("stored_columns"), SCHEMA, LEDGER):
        columns.setdefault(table, []).append(column)
    graph: dict[str, set[str]] = {table: set() for table in sorted(columns)}
    for table, other in await connection.fetch(statement("references_of_tables"), SCHEMA):
        if table != other and table in graph:
            graph[table].add(other)
    return tuple(
        StoredTable(name=table, columns=tuple(columns[table])) for table in TopologicalSorter(graph).static_order()
    )


async def stored_sequences(connection: Connection) -> tuple[StoredSequence, ...]:
    """Where the sequences of the store stand."""
    return tuple(
        StoredSequence(name=name, last_value=last or first, is_called=last is not None)
        for name, last, first in await connection.fetch(statement("stored_sequences"), SCHEMA)
    )


def quoted(*names: str) -> str:
    """Names as SQL has them, with commas between."""
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)
