"""Runs one GraphQL request: prepare the text, choose the operation, estimate, execute, present."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import orjson
from graphql import GraphQLError, OperationDefinitionNode, OperationType
from graphql.execution.values import VariableValues

from schema.graphql import errors
from schema.graphql.compiled import Planner, Unplanned
from schema.graphql.context import Context
from schema.graphql.cost import CostEstimate, bearing
from schema.graphql.document import Prepared, preparer
from schema.graphql.limits import LimitExceeded, Limits, check_variables
from schema.graphql.made import CORE, SCHEMA, sdl
from schema.graphql.variables import coercing
from schema.ports import Reader, StoreUnavailable

_COSTS_OF_A_DOCUMENT = 256
_log = logging.getLogger(__name__)
__all__ = ["CORE", "SCHEMA", "Answer", "Engine", "Outcome", "Request", "sdl"]

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
    result: Mapping[str, Any] | bytes | None = None
    """The data, as JSON where a plan answered."""
    extensions: Mapping[str, Any] = field(default_factory=dict)
    how: str = "not executed"
    """`compiled` where a plan answered, else why none did."""

    @property
    def data(self) -> Any:
        """The data as objects."""
        return orjson.loads(self.result) if isinstance(self.result, bytes) else self.result

    @property
    def body(self) -> dict[str, Any]:
        """The response as GraphQL has it, for `orjson`. What was not executed has no data, not even null."""
        body: dict[str, Any] = {"errors": list(self.errors)} if self.errors else {}
        if self.outcome == "executed":
            body["data"] = orjson.Fragment(self.result) if isinstance(self.result, bytes) else self.result
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


class _Away:
    """A store that was found to be away stays away for the rest of the request."""

    def __init__(self, error: StoreUnavailable) -> None:
        self._error = error

    def __getattr__(self, _: str) -> Any:
        async def away(*_: Any) -> Any:
            raise self._error

        return away


@dataclass(frozen=True, slots=True)
class _Operation:
    """A request that may be executed."""

    request: Request
    prepared: Prepared
    node: OperationDefinitionNode
    variables: VariableValues
    cost: int


def _cost(prepared: Prepared, node: OperationDefinitionNode, variables: VariableValues) -> int:
    key = id(node), bearing(variables.coerced)
    cost = prepared.costs.get(key)
    if cost is None:
        cost = CostEstimate(CORE, prepared.fragments, variables.coerced).of(node)
        if len(prepared.costs) >= _COSTS_OF_A_DOCUMENT:
            prepared.costs.clear()
        prepared.costs[key] = cost
    return cost


class Engine:
    """Answers requests within limits. Without `compiled` all execution is plain."""

    def __init__(self, limits: Limits, *, compiled: bool = True) -> None:
        self.limits = limits
        self.prepare = preparer(CORE, limits)
        """Parses and validates a query text. Raises `GraphQLError` where it cannot be read or asks for too much."""
        self._planner = Planner(limits.fragment_bytes) if compiled else None
        self._aside = ThreadPoolExecutor(1, "long-queries")
        """Where queries are read that are too long to be remembered, one by one: others do not wait for them."""

    async def answer(self, request: Request, reader: Reader, request_id: str | None = None) -> Answer:
        """The answer to a request. Never raises for what a client or the store did."""
        try:
            if len(request.query) > self.limits.cached_length:
                operation = await asyncio.get_running_loop().run_in_executor(self._aside, self._read, request)
            else:
                operation = self._read(request)
        except _Refusal as refusal:
            return refusal.answer
        how, cause = "off", None
        if self._planner is not None:
            context = Context(reader)
            try:
                data = await self._planner.data(operation.prepared, operation.node, operation.variables, context)
                return Answer("executed", (), data, self._extensions(operation, context), "compiled")
            except Unplanned as reason:
                how, cause = str(reason), reason.__cause__
            except StoreUnavailable as error:
                how, reader = "unavailable", cast(Reader, _Away(error))
        answer = await self._execute_plainly(operation, reader, request_id, how)
        if cause is not None and not answer.errors:
            _log.error("a compiled plan failed where plain execution did not", exc_info=cause)
        return answer

    def _read(self, request: Request) -> _Operation:
        prepared = self._prepared(request.query)
        node = self._choose(prepared, request)
        coerce = prepared.coercing.get(id(node))
        if coerce is None:
            coerce = prepared.coercing[id(node)] = coercing(CORE, node, self.limits.errors)
        try:
            check_variables(request.variables, self.limits)
        except LimitExceeded as error:
            raise _Refusal("refused", [error]) from None
        variables = coerce(request.variables)
        if isinstance(variables, list):
            raise _Refusal("invalid", variables)
        cost = _cost(prepared, node, variables)
        if cost > self.limits.cost:
            raise _Refusal("refused", [LimitExceeded("cost", cost, self.limits.cost)])
        return _Operation(request, prepared, node, variables, cost)

    def _prepared(self, text: str) -> Prepared:
        try:
            return self.prepare(text)
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

    async def _execute_plainly(self, operation: _Operation, reader: Reader, request_id: str | None, how: str) -> Answer:
        context = _OperationContext(reader, operation.prepared)
        result = await SCHEMA.execute(
            operation.request.query,
            variable_values=dict(operation.request.variables),
            context_value=context,
            operation_name=operation.request.operation_name,
        )
        found = [errors.failed(error, request_id) for error in result.errors or ()]
        extensions = self._extensions(operation, context)
        nothing = all(value is None for value in (result.data or {}).values())
        if nothing and errors.unavailable(found):
            return Answer("unavailable", found, extensions=extensions, how=how)
        return Answer("executed", found, result.data, extensions, how)

    def _extensions(self, operation: _Operation, context: Context) -> dict[str, Any]:
        extensions: dict[str, Any] = {"cost": {"requested": operation.cost, "limit": self.limits.cost}}
        if context.revision is not None:
            extensions["revision"] = context.revision
        return extensions
