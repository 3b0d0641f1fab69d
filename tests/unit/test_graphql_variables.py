"""Variables are coerced as graphql-core has it, whatever they are and wherever it is done."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLError, OperationDefinitionNode, parse
from graphql.execution.values import VariableValues, get_variable_values

from schema.graphql.made import CORE
from schema.graphql.variables import coercing

TYPES = (
    "Int", "Int!", "[Int!]", "[Int]!", "[[Int!]!]", "String", "ID", "Boolean!", "Date", "[CategoryCode!]", "AsOf",
    "[Dimension!]!", "Lang", "[ActionFilter!]", "Int = 3", "[String!]! = []",
)  # fmt: skip
VALUES: list[Any] = [
    None, 1, -1, 2**40, 1.0, 1.5, True, "", "x", "2024-02-30", "2024-02-29", "YEAR", "r17", "platform_duty", "EN",
    [], [1], [None], [1, "1"], ["YEAR"], ["platform_duty", "fine"], [[1]], [[None]], {}, {"a": 1}, {"year": 2020},
    [{"year": [2020]}],
]  # fmt: skip


@pytest.mark.parametrize("type_", TYPES)
def test_variables_are_coerced_as_graphql_core_does(type_: str) -> None:
    operation = parse(f"query ($first: {type_}, $other: Boolean) {{ __typename }}").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    coerce = coercing(CORE, operation, 5)
    for given in ({}, *({"first": value, "unknown": 1} for value in VALUES), {"first": 1, "other": "no"}):
        expected = get_variable_values(CORE, operation.variable_definitions or (), given, max_errors=5)
        assert _told(coerce(given)) == _told(expected), given


def _told(found: VariableValues | list[GraphQLError]) -> Any:
    if isinstance(found, VariableValues):
        return found.coerced, {name: source.value for name, source in found.sources.items()}
    return [error.message for error in found]
