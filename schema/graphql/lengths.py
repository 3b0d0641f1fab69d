"""How many objects a field gives: as many as are asked for, else as many as there usually are."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    value_from_ast_untyped,
)
from strawberry.utils.str_converters import to_camel_case

from schema.codes import LIST_NAMES, shipped_codes
from schema.query import DEFAULT_LIMIT, FIRST_YEAR, LAST_YEAR, MAX_LIMIT
from schema.rules import extraction_rules

_PAGED: Final = ("nodes", "edges", "groups")
_USUAL: Final = 3
_IN_RECORDS: Final = {"anchors": 6, "names": 6, "highlights": 6, "figures": 15, "gaps": 15, "notes": 10}
_AT_ROOT: Final = {
    "releases": 100,
    "series": 40,
    "contradictions": 20,
    "timeline": LAST_YEAR - FIRST_YEAR,
    "extractionRules": len(extraction_rules()),
    **{to_camel_case(name): len(shipped_codes().items(name)) for name in LIST_NAMES},
}


def arguments_of(node: FieldNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that a field is given, as plain values. Null counts as not given."""
    values = {a.name.value: value_from_ast_untyped(a.value, dict(variables)) for a in node.arguments or ()}
    return {name: value for name, value in values.items() if value is not None and value is not Undefined}


def page_size(arguments: Mapping[str, Any]) -> int:
    """How many records a page has. What is out of bounds is refused later."""
    first: int = arguments.get("first", DEFAULT_LIMIT)
    return max(0, min(first, MAX_LIMIT))


def length(schema: GraphQLSchema, parent: GraphQLObjectType, name: str, arguments: Mapping[str, Any], page: int) -> int:
    """How many objects a field of a type gives, below a page of that size."""
    definition = schema.get_field(parent, name)
    if definition is None or not _is_list(definition):
        return 1
    if parent.name.startswith("__"):
        return _introspection(schema).get(name, _USUAL)
    if name in _PAGED:
        return page
    if parent is not schema.query_type:
        return _IN_RECORDS.get(name, _USUAL)
    for chosen in ("code", "id"):
        if chosen in arguments:
            return len(arguments[chosen]) if isinstance(arguments[chosen], list) else 1
    return _AT_ROOT[name]


def _is_list(field: GraphQLField) -> bool:
    return isinstance(field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type, GraphQLList)


@lru_cache(maxsize=1)
def _introspection(schema: GraphQLSchema) -> dict[str, int]:
    """The lists of introspection: the types counted, the others on average, rounded up."""
    own = [type_ for type_ in schema.type_map.values() if isinstance(type_, GraphQLObjectType)]
    fields = [field for type_ in own for field in type_.fields.values()]
    return {
        "types": len(schema.type_map),
        "fields": 1 + len(fields) // len(own),
        "args": 1 + sum(len(field.args) for field in fields) // len(fields),
    }
