"""Estimates what an operation will cost before it runs: how many fields it resolves and what it asks of the store."""

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from schema.codes import LIST_NAMES, shipped_codes
from schema.query import DEFAULT_LIMIT, FIRST_YEAR, LAST_YEAR, MAX_LIMIT

STORE_QUERY: Final = 100
"""What one question to the store counts for, in fields."""
_QUERIES: Final = {"totalCount": 1, "aggregate": 1, "timeline": 2}
_USUAL_LENGTH: Final = 3
_LENGTHS: Final = {"anchors": 6, "names": 6, "timeline": LAST_YEAR - FIRST_YEAR}
_PAGED: Final = ("nodes", "edges", "groups")
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
        self._introspection = _introspection_lengths(schema)

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
        definition = self._schema.get_field(parent, node.name.value)
        if definition is None or node.selection_set is None:
            return 1 + STORE_QUERY * _QUERIES.get(node.name.value, 0)
        inner = get_named_type(definition.type)
        queries = _QUERIES.get(node.name.value, inner.name.endswith("Connection"))
        size = self._page_size(node) if inner.name.endswith(_PAGES) else 1
        below = self._selections(node.selection_set, inner, size)
        return 1 + STORE_QUERY * queries + below * self._length(node, definition, parent, page)

    def _page_size(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value == "first":
                return self._size(argument.value)
        return DEFAULT_LIMIT

    def _size(self, value: object) -> int:
        match value:
            case IntValueNode():
                size = int(value.value)
            case VariableNode():
                given = self._variables.get(value.name.value, DEFAULT_LIMIT)
                size = DEFAULT_LIMIT if given is None else given
            case _:
                size = DEFAULT_LIMIT
        return max(0, min(size, MAX_LIMIT))

    def _length(self, node: FieldNode, definition: GraphQLField, parent: GraphQLObjectType, page: int) -> int:
        """How many objects a field gives."""
        name = node.name.value
        if not _is_list(definition.type):
            return 1
        if parent.name.startswith("__"):
            return self._introspection.get(name, _USUAL_LENGTH)
        if name in _PAGED:
            return page
        if parent is self._schema.query_type and name in _CODE_LISTS:
            return _asked_codes(node) or _CODE_LISTS[name]
        return _LENGTHS.get(name, _USUAL_LENGTH)


_CODE_LISTS: Final = {
    name if name != "subject_kinds" else "subjectKinds": len(shipped_codes().items(name)) for name in LIST_NAMES
}


def _asked_codes(node: FieldNode) -> int | None:
    """How many codes the field is asked for, where the query says so literally."""
    for argument in node.arguments or ():
        match argument.value:
            case ListValueNode(values=values) if argument.name.value == "code":
                return len(values)
            case VariableNode() | NullValueNode():
                return None
            case _ if argument.name.value == "code":
                return 1
    return None


def _is_list(type_: object) -> bool:
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)


def _introspection_lengths(schema: GraphQLSchema) -> dict[str, int]:
    """How long the lists of introspection are: the types counted, the others on average, rounded up."""
    own = [type_ for type_ in schema.type_map.values() if isinstance(type_, GraphQLObjectType)]
    fields = [field for type_ in own for field in type_.fields.values()]
    return {
        "types": len(schema.type_map),
        "fields": 1 + len(fields) // len(own),
        "args": 1 + sum(len(field.args) for field in fields) // len(fields),
    }
