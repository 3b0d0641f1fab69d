"""Which variables a plan depends on: those that choose fields, and those of fields made of the record alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from graphql import DirectiveNode, FieldNode, GraphQLObjectType, Node, VariableNode, Visitor, visit

from schema.graphql.compiled.arguments import strawberry_field
from schema.graphql.made import CORE
from schema.graphql.reads import PLAN, Value


def _fields_with_arguments() -> frozenset[str]:
    own = [t for t in CORE.type_map.values() if isinstance(t, GraphQLObjectType) and not t.name.startswith("__")]
    fields = [(name, field) for type_ in own for name, field in type_.fields.items() if field.args]
    return frozenset(n for n, field in fields if isinstance(strawberry_field(field).metadata.get(PLAN), Value))


_SHAPED: Final = _fields_with_arguments()
"""The names of fields whose arguments are read when the plan is made, such as `label`."""


class _Shaping(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        self._all_in(node.arguments or ())

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if node.name.value in _SHAPED:
            self._all_in(node.arguments or ())

    def _all_in(self, arguments: Iterable[Any]) -> None:
        self.found.update(a.value.name.value for a in arguments if isinstance(a.value, VariableNode))


def shaping_variables(document: Node) -> tuple[str, ...]:
    """The names of the variables of a document whose values make other plans. All of them have few values."""
    visitor = _Shaping()
    visit(document, visitor)
    return tuple(sorted(visitor.found))
