"""What a reader of a release must find in its files, worked out from the NDJSON files alone; and R, in short."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from schema.columns import TableColumn
from schema.tables import ANNOTATION_TABLES, Table

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}
"""What R takes for truth by itself; where it is told, it takes `true` and `True` as well."""
_LARGEST_INTEGER = 2**31 - 1


def read_lines(folder: Path, table: Table) -> list[dict[str, Any]]:
    """The lines of the NDJSON file of a table."""
    lines = (folder / f"{table.name}.ndjson").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def typed_rows(folder: Path, table: Table) -> list[list[Any]]:
    """The rows of a table, each value as JSON has it."""
    return [[_value(record, table, column) for column in table.columns] for record in read_lines(folder, table)]


def _value(record: Mapping[str, Any], table: Table, column: TableColumn) -> Any:
    if table.kind is None and table.name not in ANNOTATION_TABLES:
        return record[column.name]
    field, *part = column.path
    if field == "anchors":
        exact = dict.fromkeys(anchor["exact"] for anchor in record["anchors"])
        return list(exact) if column.many else len(record["anchors"])
    if not part:
        return record.get(field, "text" if field == "basis" else None)
    if column.many:
        return [one.get(part[0]) for one in record[field]]
    return (record.get(field) or {}).get(part[0])


def named_rows(folder: Path, table: Table) -> list[dict[str, Any]]:
    """The same rows, with the name of the column before each value."""
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in typed_rows(folder, table)]


def csv_rows(folder: Path, table: Table) -> list[list[str]]:
    """The cells of the CSV file of a table, as they must stand in it."""
    return [[_cell(value) for value in row] for row in typed_rows(folder, table)]


def _cell(value: Any) -> str:
    if isinstance(value, list):
        values = [one or "" for one in value]
        escaped = [one.replace("\\", "\\\\").replace("|", "\\|") for one in values]
        return _guarded("|".join(escaped)) if any(values) else ""
    if isinstance(value, str):
        return _guarded(value)
    return "" if value is None else str(value).lower()


def _guarded(text: str) -> str:
    return f"'{text}" if text[:1] in set("=+-@\t\r＝＋－＠") else text


def without_nulls(value: Any) -> Any:
    """A record without what is null: programs that find out the columns by themselves add what others have."""
    if isinstance(value, dict):
        return {name: found for name, one in value.items() if (found := without_nulls(one)) is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def read_csv_of_r(
    path: Path, *, na: str = "NA", as_text: Sequence[str] = (), as_truth: Sequence[str] = ()
) -> dict[str, list[Any]]:
    """The columns of a CSV file by the rules of `read.csv` in R: `na.strings`, and `colClasses` for some columns.

    A column is logical, integer, double or character, the first of these that all its values can be (`type.convert`).
    """
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""), strict=True))
    columns = zip(*rows, strict=True)
    read = {name: cells for name, *cells in columns}
    for name in as_truth:
        read[name] = [cell.upper() for cell in read[name]]
    return {name: _converted(cells, na, text=name in as_text) for name, cells in read.items()}


def _converted(cells: Sequence[str], na: str, *, text: bool) -> list[Any]:
    known = [cell for cell in cells if cell not in (na, "")]
    if text or not known:
        return [None if cell == na else cell for cell in cells]
    if all(cell in _TRUTH for cell in known):
        return [_TRUTH.get(cell) for cell in cells]
    if all(_NUMBER.fullmatch(cell.strip()) for cell in known):
        whole = all(re.fullmatch(r"-?\d+", cell) and abs(int(cell)) <= _LARGEST_INTEGER for cell in known)
        return [None if cell in (na, "") else int(cell) if whole else float(cell) for cell in cells]
    return [None if cell == na else cell for cell in cells]
