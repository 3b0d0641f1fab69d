"""Parses, measures and validates a query text, once for each text that is asked often."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)

from schema.graphql.limits import LimitExceeded, Limits, check_length, check_structure
from schema.graphql.variables import Coerce


@dataclass(slots=True, eq=False)
class Prepared:
    """A query text that could be read. `errors` says why it cannot be run, if so."""

    document: DocumentNode
    operations: tuple[OperationDefinitionNode, ...]
    fragments: Mapping[str, FragmentDefinitionNode]
    errors: tuple[GraphQLError, ...]
    shaping: tuple[str, ...] | None = None
    """The names of the variables that plans depend on, once a plan was asked for."""
    plans: dict[Any, Any] = field(default_factory=dict)
    """The plans made of it so far."""
    coercing: dict[int, Coerce] = field(default_factory=dict)
    """What coerces the variables of its operations."""
    costs: dict[Any, int] = field(default_factory=dict)
    """The costs estimated of it so far."""

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of that name; without a name the only one."""
        named = [o for o in self.operations if name is None or (o.name and o.name.value == name)]
        return named[0] if len(named) == 1 or (named and name) else None


Preparer = Callable[[str], Prepared]


def preparer(schema: GraphQLSchema, limits: Limits) -> Preparer:
    """A function that prepares query texts for the schema and remembers the short ones, so many and no more."""

    def prepare(text: str) -> Prepared:
        try:
            return _prepare(schema, text, limits)
        except RecursionError:
            raise GraphQLError("the query is nested too deeply") from None

    remembered = lru_cache(maxsize=limits.cached_documents)(prepare)
    return lambda text: (remembered if len(text) <= limits.cached_length else prepare)(text)


def _prepare(schema: GraphQLSchema, text: str, limits: Limits) -> Prepared:
    check_length(text, limits)
    document = _parse(text, limits)
    check_structure(document, limits)
    errors = validate(schema, document, specified_rules, max_errors=limits.errors)
    return Prepared(
        document,
        tuple(d for d in document.definitions if isinstance(d, OperationDefinitionNode)),
        {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)},
        tuple(errors),
    )


def _parse(text: str, limits: Limits) -> DocumentNode:
    try:
        return parse(text, max_lexical_tokens=limits.tokens, max_comments=limits.comments)
    except GraphQLError as error:
        for what, limit in (("tokens", limits.tokens), ("comments", limits.comments)):
            if f"contains more than {limit} {what}" in error.message:
                raise LimitExceeded(what, limit + 1, limit) from None
        raise
