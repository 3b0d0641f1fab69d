"""What stands behind the types in a plan: the JSON of records, the items of code lists, and a few objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from graphql import GraphQLObjectType
from pydantic_core import PydanticUndefined

from schema.codes import LIST_NAMES
from schema.graphql.scalars import CODE_SCALARS
from schema.records import RECORD_MODELS, RecordKind

KINDS: Final[dict[str, RecordKind]] = {kind.capitalize(): kind for kind in RECORD_MODELS}
"""The types of records."""
CODE_TYPES: Final = frozenset(CODE_SCALARS[name].__name__.removesuffix("Code") for name in LIST_NAMES)
"""The types of items of code lists."""


def reader_of(parent: GraphQLObjectType, name: str) -> Callable[[Any, Any], Any]:
    """How a field is read that stands in its source under its own name."""
    if parent.name not in KINDS:
        return lambda source, _scope: source.get(name) if type(source) is dict else getattr(source, name)
    # What a record leaves out of its JSON has the default of its model.
    default = RECORD_MODELS[KINDS[parent.name]].model_fields[name].default
    absent = None if default is PydanticUndefined else default
    return lambda data, _scope: data.get(name, absent)
