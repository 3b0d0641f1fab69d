"""Lines of CSV cut out of the JSON of records, which is not parsed: half the work, where nothing in it is odd.

The JSON of a record has the fields of its model in their order, so that one regular expression finds the values of all
columns. Where no string has an escape in it, a string reaches from quote to quote, and no key of an object can stand in
a string: what matches has been read right. Whatever does not match is left to be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from orjson import dumps
from pydantic import BaseModel

from schema.columns import TableColumn
from schema.records import RECORD_MODELS, RecordKind
from schema.tables import TABLE_OF

Cells = Sequence[bytes]
"""Those of one column."""

_ODD = (b"\\", b"|")
"""Escapes, and what parts the values of a list."""
_STRING, _SCALARS = rb'"([^"]*)"', {"integer": rb"(-?\d+)", "boolean": rb"(true|false)"}
_PART = rb'"([^"]+)"'
"""A string in an object of a list, which can be told from one that is left out."""
_STRINGS, _OBJECTS = rb'\[(?:"([^\]]*)")?\]', rb"\[([^\]]*)\]"
_EXACT = re.compile(rb'"exact":"([^"]*)"')


class NotPlain(Exception):
    """Some record is not as plain as that."""


class PlainRows:
    """Records of a kind as lines of CSV. `formula` are the characters by which a spreadsheet takes a cell for one."""

    def __init__(self, kind: RecordKind, formula: Iterable[str]) -> None:
        table, model = TABLE_OF[kind], RECORD_MODELS[kind]
        self._signs = tuple(sign.encode() for sign in formula)
        self._formula = re.compile(b"\n(?:%b)" % b"|".join(map(re.escape, self._signs)))
        of_fields = {name: [one for one in table.columns if one.path[0] == name] for name in model.model_fields}
        patterns = {name: _value(model, name, columns) for name, columns in of_fields.items()}
        self._records = re.compile(_object(model, patterns) + rb"\n")
        self._fields = [self._field(model, name, columns) for name, columns in of_fields.items()]
        made = [column for columns in of_fields.values() for column in columns]
        self._order = [made.index(column) for column in table.columns]

    def rows(self, lines: bytes) -> bytes:
        """Their lines. Raises `NotPlain` if any of the records must be parsed."""
        if any(odd in lines for odd in _ODD):
            raise NotPlain
        found = self._records.findall(lines)
        if not found or len(found) != lines.count(b"\n"):
            raise NotPlain
        values = zip(*found, strict=True)
        made = [cells for field in self._fields for cells in field(values)]
        return b"\r\n".join([*map(b",".join, zip(*[made[place] for place in self._order], strict=True)), b""])

    def _field(
        self, model: type[BaseModel], name: str, columns: Sequence[TableColumn]
    ) -> Callable[[Iterator[Cells]], list[Cells]]:
        """What takes the values found for a field and makes the cells of its columns."""
        if name == "anchors":
            return lambda values: self._anchors(next(values))
        info = model.model_fields[name]
        inner = _inner(model, name)
        if columns[0].many and inner is not None:
            each = re.compile(_object(inner, {column.path[1]: _PART for column in columns}))
            return lambda values: self._objects(each, len(columns), next(values))
        if columns[0].many:
            return lambda values: [self._safe(_listed(next(values)))]
        if info.exclude_if is not None and inner is None:
            default = b"" if info.default is None else dumps(info.default).strip(b'"')
            return lambda values: [[cell or default for cell in next(values)]]
        free = [column.type == "string" and not column.values for column in columns]
        return lambda values: [self._safe(next(values)) if any_text else next(values) for any_text in free]

    def _objects(self, each: re.Pattern[bytes], parts: int, lists: Cells) -> list[Cells]:
        """A column for each part of the objects of lists."""
        found = [each.findall(one) for one in lists]
        _check(found, lists)
        none = (b"",) * parts
        rows = [_together(objects) if objects else none for objects in found]
        return [self._safe(cells) for cells in zip(*rows, strict=True)]

    def _anchors(self, lists: Cells) -> list[Cells]:
        """How many there are, and the words of each."""
        found = [_EXACT.findall(one) for one in lists]
        _check(found, lists)
        words = [b"|".join(dict.fromkeys(each)) for each in found]
        return [[b"%d" % len(each) for each in found], self._safe(words)]

    def _safe(self, cells: Cells) -> Cells:
        """Cells of any text, but for quotes and line ends, as `texts` makes them."""
        whole = b"\n".join([b"", *cells])
        if self._formula.search(whole):
            cells = [b"'" + cell if cell.startswith(self._signs) else cell for cell in cells]
        if b"," in whole:
            cells = [b'"%b"' % cell if b"," in cell else cell for cell in cells]
        return cells


def _listed(lists: Cells) -> Cells:
    """The strings of each list in one cell. They were found without the first quote and the last."""
    return b"\n".join(lists).replace(b'","', b"|").split(b"\n")


def _together(objects: Sequence[Sequence[bytes]]) -> Sequence[bytes]:
    """The values that each part has in some objects in one cell, and nothing where it is left out of all."""
    if len(objects) == 1:
        return objects[0]
    return [b"|".join(values) if any(values) else b"" for values in zip(*objects, strict=True)]


def _check(found: Sequence[Sequence[object]], lists: Cells) -> None:
    """Raise `NotPlain` unless all objects of some lists were found."""
    if sum(map(len, found)) != b"".join(lists).count(b"{"):
        raise NotPlain


def _object(model: type[BaseModel], patterns: Mapping[str, bytes]) -> bytes:
    """What the JSON of a model matches, from what its fields match."""
    written = b""
    for name, info in model.model_fields.items():
        field = b'%b"%b":%b' % (b"," if written else b"", name.encode(), patterns[name])
        written += field if info.exclude_if is None else b"(?:%b)?" % field
    return rb"\{" + written + rb"\}"


def _value(model: type[BaseModel], name: str, columns: Sequence[TableColumn]) -> bytes:
    """What the value of a field matches, with a group for each column or one for all objects of a list."""
    inner = _inner(model, name)
    if inner is None:
        return _STRINGS if columns[0].many else _scalar(columns[0])
    if name == "anchors" or columns[0].many:
        return _OBJECTS
    pattern = _object(inner, {column.path[1]: _scalar(column) for column in columns})
    return b"(?:null|%b)" % pattern if type(None) in get_args(model.model_fields[name].annotation) else pattern


def _scalar(column: TableColumn) -> bytes:
    pattern = _SCALARS.get(column.type, _STRING)
    return b"(?:null|%b)" % pattern if column.nullable else pattern


def _inner(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The model of the object that a field holds, or of each of its objects."""
    annotation: Any = model.model_fields[name].annotation
    choices = [one for one in (annotation, *get_args(annotation)) if isinstance(one, type)]
    return next((one for one in choices if issubclass(one, BaseModel)), None)
