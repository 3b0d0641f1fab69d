"""Runs one GraphQL request: prepare the text, choose the operation, estimate, execute, present."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import strawberry
from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType
from graphql.execution.values import get_variable_values
from strawberry.extensions import SchemaExtension
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from schema.graphql import errors
from schema.graphql.context import Context
from schema.graphql.cost import CostEstimate
from schema.graphql.document import Prepared, preparer
from schema.graphql.limits import LimitExceeded, Limits
from schema.graphql.query import Query
from schema.graphql.scalars import scalar_map
from schema.graphql.source import value_of
from schema.ports import Reader

Outcome = Literal["executed", "invalid", "refused", "not_by_get", "unavailable"]
"""How far a request came. invalid: its document or variables are at fault. refused: it names no operation, or
asks for too much."""


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
    """What it gets."""

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


class _Refusal(Exception):
    """Ends a request before anything is executed."""

    def __init__(self, outcome: Outcome, found: Sequence[GraphQLError]) -> None:
        super().__init__(outcome)
        self.answer = Answer(outcome, [errors.refused(error) for error in found])


class _OperationContext(Context):
    """The context of the resolvers, with the document that Strawberry need not parse again."""

    def __init__(self, reader: Reader, prepared: Prepared) -> None:
        super().__init__(reader)
        self.prepared = prepared


class _Prepared(SchemaExtension):
    """Hands Strawberry the document that was parsed and validated before."""

    def on_parse(self) -> Iterator[None]:
        self.execution_context.graphql_document = self.execution_context.context.prepared.document
        yield

    def on_validate(self) -> Iterator[None]:
        self.execution_context.pre_execution_errors = []
        yield


class _Schema(strawberry.Schema):
    """Strawberry's schema; errors are logged where they are presented."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here."""


def _make_schema() -> _Schema:
    config = StrawberryConfig(default_resolver=value_of, scalar_map=scalar_map())
    return _Schema(Query, extensions=[_Prepared], config=config)


SCHEMA = _make_schema()
CORE: GraphQLSchema = SCHEMA._schema


def sdl() -> str:
    """The schema in the schema definition language, as it is committed in `openapi/schema.graphql`."""
    return print_schema(SCHEMA) + "\n"


class Engine:
    """Answers requests within limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._prepare = preparer(CORE, limits)

    async def answer(self, request: Request, reader: Reader, request_id: str | None = None) -> Answer:
        """The answer to a request. Never raises for what a client or the store did."""
        try:
            prepared = self._read(request.query)
            operation = self._choose(prepared, request)
            cost = self._cost(prepared, operation, request.variables)
        except _Refusal as refusal:
            return refusal.answer
        return await self._execute(_OperationContext(reader, prepared), request, cost, request_id)

    def _read(self, text: str) -> Prepared:
        try:
            return self._prepare(text)
        except LimitExceeded as error:
            raise _Refusal("refused", [error]) from None
        except GraphQLError as error:
            raise _Refusal("invalid", [error]) from None

    def _choose(self, prepared: Prepared, request: Request) -> OperationDefinitionNode:
        operation = prepared.operation(request.operation_name)
        if operation and request.only_queries and operation.operation is not OperationType.QUERY:
            message = f"a {operation.operation.value} needs POST"
            raise _Refusal("not_by_get", [GraphQLError(message, operation)])
        if prepared.errors:
            raise _Refusal("invalid", prepared.errors)
        if operation is None:
            message = "the document has no operation of that name, or several and none is named"
            raise _Refusal("refused", [GraphQLError(message)])
        return operation

    def _cost(self, prepared: Prepared, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> int:
        definitions = operation.variable_definitions or ()
        values = get_variable_values(CORE, definitions, dict(variables), max_errors=self.limits.errors)
        if isinstance(values, list):
            raise _Refusal("invalid", values)
        cost = CostEstimate(CORE, prepared.fragments, values.coerced).of(operation)
        if cost > self.limits.cost:
            raise _Refusal("refused", [LimitExceeded("cost", cost, self.limits.cost)])
        return cost

    async def _execute(self, context: _OperationContext, request: Request, cost: int, request_id: str | None) -> Answer:
        result = await SCHEMA.execute(
            request.query,
            variable_values=dict(request.variables),
            context_value=context,
            operation_name=request.operation_name,
        )
        found = [errors.failed(error, request_id) for error in result.errors or ()]
        extensions: dict[str, Any] = {"cost": {"requested": cost, "limit": self.limits.cost}}
        if context.revision is not None:
            extensions["revision"] = context.revision
        nothing = all(value is None for value in (result.data or {}).values())
        if nothing and errors.unavailable(found):
            return Answer("unavailable", found, extensions=extensions)
        return Answer("executed", found, result.data, extensions)
