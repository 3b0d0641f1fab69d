"""Runs one GraphQL request: prepare, choose the operation, estimate, execute, present."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import strawberry
from graphql import GraphQLError, OperationDefinitionNode, OperationType
from graphql.execution.values import get_variable_values
from strawberry.extensions import SchemaExtension

from schema.graphql import errors
from schema.graphql.cost import CostEstimate
from schema.graphql.document import Prepared, preparer
from schema.graphql.limits import LimitExceeded, Limits
from schema.graphql.query import Query
from schema.graphql.source import Context
from schema.ports import Reader

Outcome = Literal["executed", "invalid", "refused", "not_by_get", "unavailable"]
"""invalid: the document or its variables are at fault. refused: the request is, or it asks for too much."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks for."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    only_queries: bool = False
    """Set for GET, which must not change anything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What it gets, and how far the request came."""

    outcome: Outcome
    errors: Sequence[Mapping[str, Any]] = ()
    data: Mapping[str, Any] | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """The response as GraphQL has it. What was not executed has no data, not even null."""
        body: dict[str, Any] = {"errors": list(self.errors)} if self.errors else {}
        if self.outcome == "executed":
            body["data"] = self.data
        if self.extensions:
            body["extensions"] = dict(self.extensions)
        return body


class Refusal(Exception):
    """Ends a request before execution."""

    def __init__(self, outcome: Outcome, *found: GraphQLError) -> None:
        self.answer = Answer(outcome, errors=[errors.refused(error) for error in found])


@dataclass(slots=True)
class Operation(Context):
    pass
