"""What stands behind the types in a plan: the JSON of records, the items of code lists, and a few objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from graphql import GraphQLObjectType
from pydantic_core import PydanticUndefined

from schema.graphql.compiled.arguments import strawberry_field
from schema.graphql.reads import PLAN, Codes, NestedList, Reference, Value
from schema.records import RECORD_MODELS, RecordKind

KINDS: Final[dict[str, RecordKind]] = {kind.capitalize(): kind for kind in RECORD_MODELS}
"""The types of records."""


def own_value(parent: GraphQLObjectType, name: str) -> str | None:
    """How a field of a record is found in its JSON, as Python code to stand after the source. None of other types."""
    if parent.name not in KINDS:
        return None
    field = RECORD_MODELS[KINDS[parent.name]].model_fields[name]
    if field.is_required():
        return f"[{name!r}]"
    # What a record leaves out of its JSON has the default of its model.
    return f".get({name!r}, {field.default!r})" if field.default is not PydanticUndefined else None


def reader_of(name: str) -> Callable[[Any], Any]:
    """How a field is read that stands in a source other than a record under its own name."""
    return lambda source: source.get(name) if type(source) is dict else getattr(source, name)


def stands_in(parent: GraphQLObjectType, name: str) -> str | None:
    """The field of a record that a field of its type is made of: '' of none, None where that is not known."""
    if name == "__typename":
        return ""
    field = strawberry_field(parent.fields[name])
    match field.metadata.get(PLAN):
        case Codes(name=own) | Reference(of=own) | Value(of=own):
            return own
        case NestedList():
            return "id"
        case None if field.base_resolver is None:
            return field.python_name
    return None
