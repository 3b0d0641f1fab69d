"""Arguments as the resolvers take them."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLField, get_argument_values
from graphql.execution.values import VariableValues
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from schema.graphql.compiled.plan import Field
from schema.graphql.made import SCHEMA


def strawberry_field(definition: GraphQLField) -> StrawberryField:
    """What Strawberry knows of a field."""
    field: StrawberryField = definition.extensions["strawberry-definition"]
    return field


def arguments_of(field: Field, variables: VariableValues) -> dict[str, Any]:
    """The arguments of a field in one request. Raises `GraphQLError` for what cannot be coerced."""
    return convert_arguments(
        get_argument_values(field.definition, field.node, variables),
        strawberry_field(field.definition).arguments,
        scalar_registry=SCHEMA.schema_converter.scalar_registry,
        config=SCHEMA.config,
    )
