r"""Tables as CSV.

The columns are those of `schema/tables.py`. What a cell cannot hold is flattened in one way: the fields
of a nested object become columns (`document_id`), the values of a list are joined by `|` (in a value `|` and
`\` get a backslash), and anchors become their number and the words they point to; their places stand in
NDJSON and JSON.

Cells are made a column of many records at a time, and so is what is seldom needed: whether any of them must be
quoted, guarded or escaped is asked of all of them together, and only where one must are they looked at singly.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import orjson

from db.export.plain_csv import NotPlain, PlainRows
from db.export.values import Values, value_readers
from schema.columns import TableColumn
from schema.records import RecordKind
from schema.tables import TABLE_OF

_FORMULA = frozenset("=+-@\t\r＝＋－＠")
"""What makes a spreadsheet take a cell for a formula, full width included."""
_QUOTED = frozenset('",\r\n')
"""What RFC 4180 wants in quotation marks."""
_BOOLEANS = {True: "true", False: "false", None: ""}

_Cells = list[str]


class CsvFile:
    """Records of a kind by RFC 4180, with a header, guarded against formulas."""

    def __init__(self, kind: RecordKind, *, bom: bool = False) -> None:
        self._columns = TABLE_OF[kind].columns
        self._read = value_readers(kind)
        self._write = [cells_of(column) for column in self._columns]
        self._plain = PlainRows(kind, _FORMULA)
        self._bom = bom

    def head(self) -> bytes:
        return (b"\xef\xbb\xbf" if self._bom else b"") + header(self._columns)

    def rows(self, lines: bytes) -> bytes:
        try:
            return self._plain.rows(lines)
        except NotPlain:
            return self._parsed(lines)

    def _parsed(self, lines: bytes) -> bytes:
        records = orjson.loads(b"[" + lines[:-1].replace(b"\n", b",") + b"]")
        return rows([write(read(records)) for read, write in zip(self._read, self._write, strict=True)])

    def tail(self) -> bytes:
        return b""


def header(columns: Sequence[TableColumn]) -> bytes:
    """The first line of a file."""
    return ",".join([column.name for column in columns]).encode() + b"\r\n"


def rows(columns: Sequence[Sequence[str]]) -> bytes:
    """Lines, from the cells of each column."""
    return "".join([",".join(row) + "\r\n" for row in zip(*columns, strict=True)]).encode()


def cells_of(column: TableColumn) -> Callable[[Values], _Cells]:
    """How the values of a column become cells."""
    if column.many:
        return joined
    if column.type == "boolean":
        return lambda values: [_BOOLEANS[value] for value in values]
    if column.type in ("integer", "number"):
        return lambda values: ["" if value is None else str(value) for value in values]
    if column.type != "string" or column.values:
        return lambda values: [value or "" for value in values]
    return lambda values: texts([value or "" for value in values])


def joined(lists: Sequence[Collection[str | None]]) -> _Cells:
    """The values of each list in one cell, place by place; nothing where there is none."""
    try:
        cells = ["|".join(items) for items in lists]  # type: ignore[arg-type]  # seldom is one None
    except TypeError:
        if not any(map(any, lists)):
            return [""] * len(lists)
        lists = [[value or "" for value in each] if any(each) else () for each in lists]
        return joined(lists)
    bars = sum(map(len, lists)) - sum(map(bool, lists))
    whole = "".join(cells)
    if "\\" in whole or whole.count("|") != bars:
        cells = ["|".join([_escaped(one) for one in items]) for items in lists]
    return texts(cells)


def _escaped(value: str | None) -> str:
    return (value or "").replace("\\", "\\\\").replace("|", "\\|")


def texts(cells: _Cells) -> _Cells:
    """Cells that no spreadsheet takes for a formula, quoted where that is needed."""
    whole = "".join(cells)
    if any(sign in whole for sign in _FORMULA):
        cells = [f"'{cell}" if cell[:1] in _FORMULA else cell for cell in cells]
    if any(sign in whole for sign in _QUOTED):
        return [
            '"' + cell.replace('"', '""') + '"' if "," in cell or '"' in cell or "\n" in cell or "\r" in cell else cell
            for cell in cells
        ]
    return cells
