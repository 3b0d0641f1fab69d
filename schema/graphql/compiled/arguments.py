"""Arguments as the resolvers take them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLScalarType,
    VariableNode,
    get_argument_values,
    get_named_type,
    print_ast,
)
from graphql.execution.values import VariableValues
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from schema.graphql.made import SCHEMA

Arguments = Callable[[VariableValues], dict[str, Any]]
"""The arguments of a field in one request. Raises `GraphQLError` for what cannot be coerced."""


def strawberry_field(definition: GraphQLField) -> StrawberryField:
    """What Strawberry knows of a field."""
    field: StrawberryField = definition.extensions["strawberry-definition"]
    return field


def arguments_of(definition: GraphQLField, node: FieldNode, variables: VariableValues) -> dict[str, Any]:
    """The arguments of a field, as graphql-core coerces and Strawberry converts them."""
    return convert_arguments(
        get_argument_values(definition, node, variables),
        strawberry_field(definition).arguments,
        scalar_registry=SCHEMA.schema_converter.scalar_registry,
        config=SCHEMA.config,
    )


def reading(definition: GraphQLField, node: FieldNode, variables: VariableValues) -> Arguments:
    """What reads the arguments of a field, request by request; `variables` are those of any one request.

    Variables were coerced before, and scalars stay as they are then: those are looked up. Whatever else depends on a
    variable is left to graphql-core, and so is a variable without a value.
    """
    anew: Arguments = partial(arguments_of, definition, node)
    looked_up: dict[str, str] = {}
    for argument in node.arguments or ():
        name, value = argument.name.value, argument.value
        if isinstance(value, VariableNode) and isinstance(
            get_named_type(definition.args[name].type), GraphQLScalarType
        ):
            looked_up[name] = value.name.value
        elif "$" in print_ast(value):
            return anew
    own = {SCHEMA.config.name_converter.from_argument(each): each for each in strawberry_field(definition).arguments}
    pairs = [(own[name].python_name, variable) for name, variable in looked_up.items()]
    rest = GraphQLField(
        definition.type,
        {name: argument for name, argument in definition.args.items() if name not in looked_up},
        extensions=definition.extensions,
    )
    fixed = FieldNode(name=node.name, arguments=tuple(a for a in node.arguments or () if a.name.value not in looked_up))
    constant = arguments_of(rest, fixed, variables)

    def read(variables: VariableValues) -> dict[str, Any]:
        given, coerced = constant.copy(), variables.coerced
        for name, variable in pairs:
            value = coerced.get(variable)
            if value is None:
                return anew(variables)
            given[name] = value
        return given

    return read
