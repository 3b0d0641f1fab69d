"""Coerces the variables of an operation: the usual ones by functions made for it once, the rest by graphql-core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

Coerce = Callable[[Mapping[str, Any]], "VariableValues | list[GraphQLError]"]
"""The variables of an operation from what a request gives, or what is wrong with them."""
_Read = Callable[[Any], Any]


def coercing(schema: GraphQLSchema, operation: OperationDefinitionNode, most_errors: int) -> Coerce:
    """What coerces the variables of an operation.

    Scalars, enums and lists of them that are as they should be are read at once. Input objects, default values and
    whatever is wrong are left to graphql-core, which tells all errors.
    """
    definitions = operation.variable_definitions or ()
    usual = []

    def anew(given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        return get_variable_values(schema, definitions, dict(given), max_errors=most_errors)

    for node in definitions:
        signature = get_variable_signature(schema, node)
        read = None if isinstance(signature, GraphQLError) or node.default_value else _reading(signature.type)
        if read is None or isinstance(signature, GraphQLError):
            return anew
        usual.append((signature.name, signature, read, is_non_null_type(signature.type)))

    def coerce(given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        try:
            for name, signature, read, required in usual:
                value = given.get(name, Undefined)
                sources[name] = VariableValueSource(signature, value)
                if value is not Undefined:
                    coerced[name] = read(value)
                elif required:
                    return anew(given)
        except Exception:  # whatever the parser of a scalar raises
            return anew(given)
        return VariableValues(sources, coerced)

    return coerce


def _reading(type_: GraphQLInputType) -> _Read | None:
    """What coerces values of a type, and raises what it likes where it cannot. None of types with fields."""
    required = is_non_null_type(type_)
    if is_non_null_type(type_):
        type_ = type_.of_type
    read: _Read | None
    if is_list_type(type_):
        item = _reading(type_.of_type)
        read = None if item is None else _reading_list(item)
    else:
        read = _reading_leaf(type_.coerce_input_value) if is_leaf_type(type_) else None
    if read is None or required:
        return read
    of_value = read
    return lambda value: None if value is None else of_value(value)


def _reading_list(item: _Read) -> _Read:
    # What is no list stands for a list of one, but not null.
    return lambda value: [item(each) for each in value] if type(value) is list else [item(_there(value))]


def _reading_leaf(coerce: _Read) -> _Read:
    def read(value: Any) -> Any:
        coerced = coerce(_there(value))
        if coerced is Undefined:
            raise ValueError("not of this type")
        return coerced

    return read


def _there(value: Any) -> Any:
    if value is None:
        raise ValueError("null")
    return value
