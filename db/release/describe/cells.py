"""How the cells of CSV files are to be read, for all descriptions of them."""

from __future__ import annotations

from schema.columns import TableColumn
from schema.tables import Table

LIST_SEPARATOR = "|"
_ESCAPED = "A list whose values are joined by `|`; within a value `|` and `\\` have a backslash before them."


def is_split(column: TableColumn) -> bool:
    """Whether a cell can be split at each `|`: a name or a wording may have one in it, escaped."""
    return column.many and _is_bound(column)


def cell_description(column: TableColumn) -> str:
    """What the column means, and how its lists are written where a plain split would go wrong."""
    if column.many and not is_split(column):
        return f"{column.description} {_ESCAPED}"
    return column.description


def is_required(table: Table, column: TableColumn) -> bool:
    """Whether no cell is empty. A text that is not null may still have no letter in it."""
    return not column.nullable and not column.many and (_is_bound(column) or column.name in table.key)


def _is_bound(column: TableColumn) -> bool:
    """Whether the values are codes, ids, numbers and the like, in place of words as others wrote them."""
    return bool(column.codes or column.references or column.values) or column.type != "string"
