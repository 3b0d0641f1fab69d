"""Estimates what an operation will cost before it runs: how many fields it resolves and what it asks of the store."""

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)

from schema.graphql.lengths import arguments_of, length, page_size

STORE_QUERY: Final = 200
"""What one question to the store counts for, in fields."""
CONDITION: Final = 40
"""What one condition of such a question counts for."""
_QUESTIONS: Final = {
    "totalCount": 1, "aggregate": 1, "timeline": 2, "compare": 1, "sum": 1, "figureLinks": 3,
}  # fmt: skip
_NO_CONDITIONS: Final = ("first", "after", "asOf", "of", "groupBy")
_PAGES: Final = ("Connection", "Aggregate")


class CostEstimate:
    """The cost of one operation: one for each field it may resolve, more for each question to the store.

    The fields below a page count as often as the page has records, those below another list as often as
    such a list is usually long. Conditional selections count as if they were included.
    """

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._known: dict[tuple[str, int], int] = {}

    def of(self, operation: OperationDefinitionNode) -> int:
        """The cost of the operation, which is valid."""
        return self._selections(operation.selection_set, self._schema.query_type, 1)

    def _selections(self, selections: SelectionSetNode | None, parent: Any, page: int) -> int:
        return sum(self._selection(node, parent, page) for node in selections.selections) if selections else 0

    def _selection(self, node: object, parent: Any, page: int) -> int:
        match node:
            case FieldNode():
                return self._field(node, parent, page)
            case InlineFragmentNode():
                condition = node.type_condition
                inner = self._schema.get_type(condition.name.value) if condition else parent
                return self._selections(node.selection_set, inner, page)
            case FragmentSpreadNode():
                return self._spread(node.name.value, page)
        return 0

    def _spread(self, name: str, page: int) -> int:
        """A fragment is estimated once for each size of page it is spread in, however often it is spread."""
        key = name, page
        if key not in self._known:
            fragment = self._fragments[name]
            inner = self._schema.get_type(fragment.type_condition.name.value)
            self._known[key] = self._selections(fragment.selection_set, inner, page)
        return self._known[key]

    def _field(self, node: FieldNode, parent: Any, page: int) -> int:
        name = node.name.value
        definition = self._schema.get_field(parent, name)
        if definition is None or node.selection_set is None:
            return 1 + STORE_QUERY * _QUESTIONS.get(name, 0)
        inner = get_named_type(definition.type)
        arguments = arguments_of(node, self._variables)
        questions = _QUESTIONS.get(name, inner.name.endswith("Connection"))
        asked = STORE_QUERY * questions + CONDITION * _conditions(arguments) if questions else 0
        size = page_size(arguments) if inner.name.endswith(_PAGES) else 1
        below = self._selections(node.selection_set, inner, size)
        return 1 + asked + below * length(self._schema, parent, name, arguments, page)


def _conditions(arguments: Mapping[str, Any]) -> int:
    """How many conditions the arguments make, `and` with all that it holds."""
    also = arguments.get("and", ())
    inside = sum(len(each) for each in (also if isinstance(also, list) else [also]) if each)
    return inside + sum(name not in (*_NO_CONDITIONS, "and") for name in arguments)


def bearing(value: object) -> object:
    """What of the value of a variable bears on the cost: numbers, and how many values there are."""
    if isinstance(value, dict):
        return tuple((name, bearing(each)) for name, each in value.items())
    if isinstance(value, list):
        return tuple(map(bearing, value))
    return value if value is None or isinstance(value, int) else ""
