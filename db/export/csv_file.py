r"""Records as CSV.

The columns are those of the record models. What a cell cannot hold is flattened in one way: the fields
of a nested object become columns (`document_id`), the values of a list are joined by `|` (in a value `|` and
`\` get a backslash), and anchors become their number and the words they point to; their places stand in
NDJSON and JSON.

Cells are made a column of many records at a time, and so is what is seldom needed: whether any of them must be
quoted, guarded or escaped is asked of all of them together, and only where one must are they looked at singly.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

import orjson
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from schema.extraction import Anchor
from schema.records import RECORD_MODELS, RecordKind

LAST = ("basis", "confidence", "anchors", "extractor", "revision")
"""Provenance stands after what the record says."""
RENAMED = {
    "entities_entity": "entity_ids",
    "entities_name": "entity_names",
    "entities_kind": "entity_kinds",
    "entities_operator": "operator_ids",
    "entities_operator_name": "operator_names",
    "names_name": "names",
    "names_language": "name_languages",
    "names_kind": "name_kinds",
}
_FORMULA = frozenset("=+-@\t\r＝＋－＠")
"""What makes a spreadsheet take a cell for a formula, full width included."""
_QUOTED = frozenset('",\r\n')
"""What RFC 4180 wants in quotation marks."""
_NOTHING: Mapping[str, Any] = {}
_BOOLEANS = {True: "true", False: "false", None: ""}

_Records = Sequence[Mapping[str, Any]]
_Cells = list[str]


class CsvFile:
    """RFC 4180 with a header, guarded against formulas."""

    def __init__(self, kind: RecordKind, *, bom: bool = False) -> None:
        self._names, self._cells = zip(*csv_columns(kind), strict=True)
        self._bom = bom

    def head(self) -> bytes:
        return (b"\xef\xbb\xbf" if self._bom else b"") + ",".join(self._names).encode() + b"\r\n"

    def rows(self, lines: bytes) -> bytes:
        records = orjson.loads(b"[" + lines[:-1].replace(b"\n", b",") + b"]")
        rows = zip(*(cells(records) for cells in self._cells), strict=True)
        return "".join([",".join(row) + "\r\n" for row in rows]).encode()

    def tail(self) -> bytes:
        return b""


class Column(NamedTuple):
    """One column: its name, and how its cells are made from records."""

    name: str
    cells: Callable[[_Records], _Cells]


def csv_columns(kind: RecordKind) -> list[Column]:
    """The columns of a kind of record, derived from its model."""
    fields = RECORD_MODELS[kind].model_fields
    ordered = [name for name in fields if name not in LAST] + [name for name in LAST if name in fields]
    return [column for name in ordered for column in _columns_of(name, fields[name])]


def _columns_of(field: str, info: FieldInfo) -> list[Column]:
    inner, many = _unwrapped(info.annotation)
    if inner is Anchor:
        return [
            Column("anchor_count", lambda records: [str(len(one[field])) for one in records]),
            Column("evidence", lambda records: _joined([{one["exact"]: 1 for one in r[field]} for r in records])),
        ]
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        nested = _aligned if many else _nested
        parts = inner.model_fields.items()
        return [
            Column(RENAMED.get(f"{field}_{part}", f"{field}_{part}"), nested(field, part, of)) for part, of in parts
        ]
    if many:
        return [Column(field, lambda records: _joined([one[field] for one in records]))]
    written = _written(inner)
    if info.is_required():
        return [Column(field, lambda records: written([one[field] for one in records]))]
    # What a record leaves out of its JSON has the default of its model.
    return [Column(field, lambda records: written([one.get(field, info.default) for one in records]))]


def _nested(field: str, part: str, of: FieldInfo) -> Callable[[_Records], _Cells]:
    """A part of an object. What is null may be left out of a record."""
    written, default = _written(_unwrapped(of.annotation)[0]), None if of.is_required() else of.default
    return lambda records: written([(one.get(field) or _NOTHING).get(part, default) for one in records])


def _aligned(field: str, part: str, of: FieldInfo) -> Callable[[_Records], _Cells]:
    """A part of each object of a list, place by place; nothing where none of them has it."""
    if of.is_required():
        return lambda records: _joined([[each[part] for each in one[field]] for one in records])

    def cells(records: _Records) -> _Cells:
        if not any(part in each for one in records for each in one[field]):
            return [""] * len(records)
        lists = [[each.get(part) or "" for each in one[field]] for one in records]
        return _joined([each if any(each) else () for each in lists])

    return cells


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    """What an annotation holds beneath `| None` and `tuple[…, ...]`, and whether there was a tuple."""
    if get_origin(annotation) in (Union, types.UnionType):
        (annotation, *_) = [choice for choice in get_args(annotation) if choice is not type(None)]
    if get_origin(annotation) is tuple:
        return get_args(annotation)[0], True
    return annotation, False


def _written(inner: Any) -> Callable[[list[Any]], _Cells]:
    """How single values of a type become cells."""
    if inner is bool:
        return lambda values: [_BOOLEANS[value] for value in values]
    if inner is date or get_origin(inner) is Literal:
        return lambda values: [value or "" for value in values]
    if inner is str:
        return lambda values: texts([value or "" for value in values])
    return lambda values: ["" if value is None else str(value) for value in values]


def _joined(lists: Sequence[Collection[str]]) -> _Cells:
    """The values of each list in one cell."""
    cells = ["|".join(items) for items in lists]
    bars = sum(map(len, lists)) - sum(map(bool, lists))
    whole = "".join(cells)
    if "\\" in whole or whole.count("|") != bars:
        cells = ["|".join([one.replace("\\", "\\\\").replace("|", "\\|") for one in items]) for items in lists]
    return texts(cells)


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
