"""The shapes of all plans: where two select the same of a record, they share what is remembered of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast

from graphql import GraphQLObjectType, get_named_type, is_leaf_type
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import VariableValues

from schema.graphql.compiled.arguments import arguments_of, strawberry_field
from schema.graphql.compiled.plan import Shape
from schema.graphql.reads import PLAN, NestedList

Details = list[FieldDetails]
Selected = tuple[object, ...]
"""What is selected of a record: equal if the records look the same."""
_MOST: Final = 1000


class Shapes:
    """Shapes by what they select."""

    def __init__(self) -> None:
        self._shapes: dict[Selected, Shape] = {}

    def get(self, selected: Selected, make: Callable[[], Shape]) -> Shape:
        """The shape that selects this, made if there is none."""
        shape = self._shapes.get(selected)
        if shape is None:
            shape = make()
            if shape.lasting:
                if len(self._shapes) >= _MOST:
                    self._shapes.clear()
                self._shapes[selected] = shape
        return shape


def written_out(
    selected: Callable[[GraphQLObjectType, Details], Mapping[str, Details]],
    variables: VariableValues,
    type_: GraphQLObjectType,
    details: Details,
) -> Selected:
    """What is selected of an object and below it, whatever the words of the document."""

    def below(definition_of: GraphQLObjectType, each: Details) -> tuple[object, ...]:
        node = each[0].node
        if node.name.value == "__typename":
            return ()
        definition = definition_of.fields[node.name.value]
        if isinstance(strawberry_field(definition).metadata.get(PLAN), NestedList):
            return (object(),)  # its arguments are read in every request: it is like no other
        given = repr(arguments_of(definition, node, variables)) if node.arguments else ""
        named = get_named_type(definition.type)
        return (given,) if is_leaf_type(named) else (given, of(cast(GraphQLObjectType, named), each))

    def of(type_: GraphQLObjectType, details: Details) -> Selected:
        fields = selected(type_, details).items()
        return type_.name, *((key, each[0].node.name.value, *below(type_, each)) for key, each in fields)

    return of(type_, details)
