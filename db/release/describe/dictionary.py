"""The data dictionary: every table and column in Markdown, for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schema.columns import TableColumn
from schema.tables import TABLES, Table


def data_dictionary(tables: Iterable[Table] = TABLES) -> str:
    """Some tables, each with its key and its columns."""
    return "\n".join(line for table in tables for line in _table(table)).strip()


def _table(table: Table) -> Iterator[str]:
    yield f"### `{table.name}`"
    yield ""
    yield f"{table.title_zh}. {table.description} Key: {', '.join(f'`{name}`' for name in table.key)}."
    yield ""
    yield "| column | type | empty | meaning |"
    yield "| --- | --- | --- | --- |"
    for column in table.columns:
        meaning = " ".join([column.description, *_bounds(column)]).replace("|", "\\|")
        yield f"| `{column.name}` | {_type(column)} | {_empty(column)} | {meaning} |"
    yield ""


def _type(column: TableColumn) -> str:
    return f"list of {column.type}" if column.many else column.type


def _empty(column: TableColumn) -> str:
    return "yes" if column.nullable else ""


def _bounds(column: TableColumn) -> Iterator[str]:
    if column.values:
        yield f"One of {', '.join(f'`{value}`' for value in column.values)}."
    if column.references:
        table, target = column.references
        yield f"→ `{table}.{target}`."
    if column.codes and f"`{column.codes}`" not in column.description:
        yield f"Code list `{column.codes}`."
