"""The columns of a table of records, derived from the model of the records."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from schema.annotations import Comparability, FigureFlag, SeriesFigure
from schema.codes import LIST_NAMES, CodeItem, ListName
from schema.extraction import Anchor
from schema.query import CODE_FILTERS
from schema.records import Document, DocumentReference, Entity, EntityMention, ReprintEvidence

ColumnType = Literal["string", "integer", "number", "boolean", "date", "timestamp"]
_TYPES: dict[type, ColumnType] = {
    str: "string", int: "integer", float: "number", bool: "boolean", date: "date", datetime: "timestamp",
}  # fmt: skip
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
    "flags_flag": "flags",
    "flags_note_zh": "flag_notes_zh",
    "flags_note_en": "flag_notes_en",
    "flags_source": "flag_documents",
}
_CODES: dict[tuple[type[BaseModel], str], ListName] = {
    (Entity, "kind"): "subject_kinds",
    (EntityMention, "kind"): "subject_kinds",
    (Document, "issuer"): "authorities",
}
"""The fields that hold codes and are called otherwise than the list."""
_REFERENCES: dict[tuple[type[BaseModel], str], tuple[str, str]] = {
    (DocumentReference, "id"): ("documents", "id"),
    (EntityMention, "entity"): ("entities", "id"),
    (EntityMention, "operator"): ("entities", "id"),
    (Document, "reprint_of"): ("documents", "id"),
    (ReprintEvidence, "via"): ("documents", "id"),
    (SeriesFigure, "series"): ("series", "id"),
    (SeriesFigure, "figure"): ("figures", "id"),
    (FigureFlag, "source"): ("documents", "id"),
    (Comparability, "series"): ("series", "id"),
}


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table."""

    name: str
    type: ColumnType
    nullable: bool
    many: bool
    """Whether a cell holds a list, which is never null. In CSV its values are joined by `|`."""
    description: str
    codes: ListName | None = None
    """The code list that the values are codes of."""
    references: tuple[str, str] | None = None
    """The table and column that the values are found in."""
    values: tuple[str, ...] = ()
    """The values there are, where these are few and fixed and in no code list."""
    path: tuple[str, ...] = ()
    """Where the value stands in the JSON of a record; () where it is made otherwise."""


def record_columns(model: type[BaseModel]) -> tuple[TableColumn, ...]:
    """The columns of a kind of record, in their order."""
    fields = model.model_fields
    ordered = [name for name in fields if name not in LAST] + [name for name in LAST if name in fields]
    return tuple(column for name in ordered for column in _columns_of(model, name))


def own_columns(model: type[BaseModel]) -> tuple[TableColumn, ...]:
    """The columns of a model all of whose fields are plain values, as they are declared."""
    return tuple(_plain(model, name) for name in model.model_fields)


def _columns_of(model: type[BaseModel], name: str) -> Iterator[TableColumn]:
    info = model.model_fields[name]
    inner, nullable, many = _unwrapped(info.annotation)
    if inner is Anchor:
        yield TableColumn("anchor_count", "integer", False, False, "How many values have evidence.", path=(name,))
        yield TableColumn(
            "evidence", "string", False, True, "The words that are the evidence, each once.", path=(name,)
        )
    elif isinstance(inner, type) and issubclass(inner, BaseModel):
        for part in inner.model_fields:
            yield _nested(info, inner, name, part, nullable=nullable, many=many)
    else:
        yield _plain(model, name)


def _plain(model: type[BaseModel], name: str) -> TableColumn:
    info = model.model_fields[name]
    inner, nullable, many = _unwrapped(info.annotation)
    type_, values = _type_of(inner)
    return TableColumn(
        name, type_, nullable and not many, many, _description(info),
        codes=_codes(model, name, type_, values), references=_REFERENCES.get((model, name)), values=values,
        path=(name,),
    )  # fmt: skip


def _nested(
    outer: FieldInfo, model: type[BaseModel], field: str, part: str, *, nullable: bool, many: bool
) -> TableColumn:
    own = _plain(model, part)
    words = f"{_description(outer).rstrip('.')}: {own.description[0].lower()}{own.description[1:]}"
    return TableColumn(
        RENAMED.get(f"{field}_{part}", f"{field}_{part}"), own.type, (nullable or own.nullable) and not many, many,
        words, codes=own.codes, references=own.references, values=own.values, path=(field, part),
    )  # fmt: skip


def _codes(model: type[BaseModel], name: str, type_: ColumnType, values: tuple[str, ...]) -> ListName | None:
    if (model, name) in _CODES:
        return _CODES[model, name]
    if type_ != "string" or values or (model is CodeItem and name != "region"):
        return None
    return next((known for known in LIST_NAMES if known == name), CODE_FILTERS.get(name))


def _description(info: FieldInfo) -> str:
    if not info.description:
        raise TypeError(f"a field of type {info.annotation} has no description")
    return info.description


def _type_of(inner: Any) -> tuple[ColumnType, tuple[str, ...]]:
    if get_origin(inner) is Literal:
        return "string", get_args(inner)
    return _TYPES[inner], ()


def _unwrapped(annotation: Any) -> tuple[Any, bool, bool]:
    """What an annotation holds beneath `| None` and `tuple[…, ...]`; whether there was None, and a tuple."""
    nullable = False
    if get_origin(annotation) in (Union, types.UnionType):
        nullable = True
        (annotation, *_) = [choice for choice in get_args(annotation) if choice is not type(None)]
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is tuple:
        return get_args(annotation)[0], nullable, True
    return annotation, nullable, False
