r"""Records as CSV.

The columns are those of the record models. What a cell cannot hold is flattened in one way: the fields
of a nested object become columns (`document_id`), the values of a list are joined by `|` (in a value `|` and
`\` get a backslash), and anchors become their number and the words they point to; their places stand in
NDJSON and JSON.
"""

from __future__ import annotations

import csv
import io
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, Union, get_args, get_origin

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
_BOOLEANS = {True: "true", False: "false"}


class CsvFile:
    """RFC 4180 with a header, guarded against formulas."""

    def __init__(self, kind: RecordKind, *, bom: bool = False) -> None:
        self._names, self._cells = zip(*csv_columns(kind), strict=True)
        self._bom = bom

    def head(self) -> bytes:
        return (b"\xef\xbb\xbf" if self._bom else b"") + _csv([self._names])

    def rows(self, lines: bytes) -> bytes:
        records = map(orjson.loads, lines.splitlines())
        return _csv([[cell(record) for cell in self._cells] for record in records])

    def tail(self) -> bytes:
        return b""


def _csv(lines: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


class Column(NamedTuple):
    """One column: its name, and how its cell is found in a record."""

    name: str
    cell: Callable[[Mapping[str, Any]], str | int]


def csv_columns(kind: RecordKind) -> list[Column]:
    """The columns of a kind of record, derived from its model."""
    fields = RECORD_MODELS[kind].model_fields
    ordered = [name for name in fields if name not in LAST] + [name for name in LAST if name in fields]
    return [column for name in ordered for column in _columns_of(name, fields[name])]


def _columns_of(field: str, info: FieldInfo) -> list[Column]:
    inner, many = _unwrapped(info.annotation)
    if inner is Anchor:
        return [
            Column("anchor_count", lambda record: len(record[field])),
            Column("evidence", lambda record: _cell(joined(dict.fromkeys(one["exact"] for one in record[field])))),
        ]
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return [_nested(field, part, many=many) for part in inner.model_fields]
    if many:
        return [Column(field, lambda record: _cell(joined(record[field])))]
    if info.is_required():
        return [Column(field, lambda record: _cell(record[field]))]
    # What a record leaves out of its JSON has the default of its model.
    return [Column(field, lambda record: _cell(record.get(field, info.default)))]


def _nested(field: str, part: str, *, many: bool) -> Column:
    name = RENAMED.get(f"{field}_{part}", f"{field}_{part}")
    if many:
        return Column(name, lambda record: _cell(_aligned([one.get(part) for one in record[field]])))
    # What is null may be left out of a record.
    return Column(name, lambda record: _cell((nested := record.get(field)) and nested[part]))


def _aligned(values: Sequence[str | None]) -> str:
    """The values of one part of a list of objects, place by place; nothing where none of them has it."""
    return joined([value or "" for value in values]) if any(values) else ""


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    """What an annotation holds beneath `| None` and `tuple[…, ...]`, and whether there was a tuple."""
    if get_origin(annotation) in (Union, types.UnionType):
        (annotation, *_) = [choice for choice in get_args(annotation) if choice is not type(None)]
    if get_origin(annotation) is tuple:
        return get_args(annotation)[0], True
    return annotation, False


def joined(items: Collection[str]) -> str:
    """The values of a list in one cell."""
    text = "|".join(items)
    if "\\" in text or text.count("|") >= max(len(items), 1):
        return "|".join(item.replace("\\", "\\\\").replace("|", "\\|") for item in items)
    return text


def _cell(value: str | int | bool | None) -> str | int:
    """What stands in a cell: a number, or text that no spreadsheet takes for a formula."""
    if isinstance(value, str):
        return f"'{value}" if value[:1] in _FORMULA else value
    if value is None:
        return ""
    return _BOOLEANS[value] if isinstance(value, bool) else value
