"""The values of a table's columns, read from the JSON of many records at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from schema.annotations import ANNOTATION_MODELS, AnnotationKind
from schema.columns import TableColumn
from schema.records import RECORD_MODELS, RecordKind
from schema.tables import ANNOTATION_TABLES, TABLE_OF

Records = Sequence[Mapping[str, Any]]
Values = list[Any]
_NOTHING: Mapping[str, Any] = {}


@cache
def value_readers(kind: RecordKind) -> tuple[Callable[[Records], Values], ...]:
    """How each column of a kind of record is read."""
    return tuple(_reader(column, RECORD_MODELS[kind]) for column in TABLE_OF[kind].columns)


@cache
def annotation_readers(kind: AnnotationKind) -> tuple[Callable[[Records], Values], ...]:
    """How each column of a kind of annotation is read."""
    return tuple(_reader(column, ANNOTATION_MODELS[kind]) for column in ANNOTATION_TABLES[kind].columns)


def _reader(column: TableColumn, model: type[BaseModel]) -> Callable[[Records], Values]:
    field, *part = column.path
    if field == "anchors":
        if column.many:
            return lambda records: [list({one["exact"]: 1 for one in record[field]}) for record in records]
        return lambda records: [len(one[field]) for one in records]
    if part:
        return _part(field, part[0], many=column.many)
    # What a record leaves out of its JSON has the default of its model.
    default = model.model_fields[field].default
    if default is PydanticUndefined:
        return lambda records: [one[field] for one in records]
    return lambda records: [one.get(field, default) for one in records]


def _part(field: str, part: str, *, many: bool) -> Callable[[Records], Values]:
    """A part of an object, or of each object of a list. What is null may be left out of a record."""
    if many:
        return lambda records: [[one.get(part) for one in record[field]] for record in records]
    return lambda records: [(one.get(field) or _NOTHING).get(part) for one in records]
