"""What stands behind the types in a plan: the JSON of records, the items of code lists, and a few objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from graphql import GraphQLObjectType
from pydantic_core import PydanticUndefined

from schema.graphql.compiled.arguments import strawberry_field
from schema.records import RECORD_MODELS, RecordKind

KINDS: Final[dict[str, RecordKind]] = {kind.capitalize(): kind for kind in RECORD_MODELS}
"""The types of records."""
_ANCHORS: Final = b',"anchors":['


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


def of_evidence(parent: GraphQLObjectType, name: str) -> bool:
    """Whether a field stands in the JSON of a record from its anchors on."""
    if name == "__typename" or name not in parent.fields:
        return False
    order = list(RECORD_MODELS[KINDS[parent.name]].model_fields)
    own = strawberry_field(parent.fields[name]).python_name
    return "anchors" in order and own in order[order.index("anchors") :]


def without_evidence(body: bytes) -> bytes:
    """The JSON of a fact up to its anchors.

    The bytes looked for are a key: within a string its quotes would be escaped. What stands before the anchors of a
    fact has none of its own.
    """
    end = body.find(_ANCHORS)
    return body if end < 0 else body[:end] + b"}"
