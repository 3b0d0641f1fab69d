"""GraphQL requests as they are cited: one text for all ways of writing the same request, and what counts as a row.

A request answers with the same data when its selections, arguments or definitions change places, so these are
sorted; the canonical JSON of the data sorts its members too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    Undefined,
    Visitor,
    get_named_type,
    print_ast,
    strip_ignored_characters,
    value_from_ast_untyped,
    visit,
)

from schema.citations import GraphQLText
from schema.graphql.document import Prepared
from schema.graphql.engine import Engine
from schema.graphql.made import CORE
from schema.query import BadQuery

_OF_THE_BUILD: Final = ("__schema", "__type", "extractionRules")
"""Root fields that no release has an answer of its own to."""
_PAGES: Final = ("Connection", "Aggregate")
_LONGEST: Final = 1_000
"""Messages quote the query, which may be long."""
_ITEMS: Final = ("nodes", "edges", "groups")


class CitableRequest(NamedTuple):
    """A request in its canonical form, and what is needed to count what it gives."""

    text: GraphQLText
    selections: SelectionSetNode
    fragments: Mapping[str, FragmentDefinitionNode]


def citable_request(
    engine: Engine, query: str, variables: Mapping[str, Any], operation_name: str | None
) -> CitableRequest:
    """The canonical form of a request. Raises `BadQuery` for one that could not be run, or that no release answers."""
    try:
        prepared = engine.prepare(query)
    except GraphQLError as error:
        raise BadQuery("query", error.message[:_LONGEST]) from None
    operation = prepared.operation(operation_name)
    if prepared.errors:
        raise BadQuery("query", prepared.errors[0].message[:_LONGEST])
    if operation is None:
        raise BadQuery("query", "the document has no operation of that name, or several and none is named")
    for field in _fields([operation.selection_set], prepared.fragments):
        if field.name.value in _OF_THE_BUILD:
            raise BadQuery("query", f"{field.name.value} belongs to the build, not to a release, so it cannot be cited")
    text = GraphQLText(query=_text(prepared, operation), variables=_values(operation, variables))
    return CitableRequest(text, operation.selection_set, prepared.fragments)


def _text(prepared: Prepared, operation: OperationDefinitionNode) -> str:
    """The operation with the fragments it spreads, in order and without what says nothing."""
    spread = _spread(operation, prepared.fragments)
    fragments = [prepared.fragments[name] for name in sorted(spread)]
    document = DocumentNode(definitions=(operation, *fragments))
    return strip_ignored_characters(print_ast(visit(document, _Sorting())))


def _spread(node: Node, fragments: Mapping[str, FragmentDefinitionNode]) -> set[str]:
    found: set[str] = set()
    waiting = [node]
    while waiting:
        seen = _Spreads()
        visit(waiting.pop(), seen)
        waiting += [fragments[name] for name in seen.names - found]
        found |= seen.names
    return found


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.names.add(node.name.value)


def _in_order(nodes: Sequence[Any]) -> tuple[Any, ...]:
    """The nodes sorted by how they are written, each once."""
    written = {print_ast(node): node for node in nodes}
    return tuple(written[text] for text in sorted(written))


class _Sorting(Visitor):
    """Rewrites a document so that what means the same reads the same."""

    def leave_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> OperationDefinitionNode:
        return OperationDefinitionNode(
            operation=node.operation,
            variable_definitions=_in_order(node.variable_definitions or ()),
            directives=node.directives,
            selection_set=node.selection_set,
        )

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        return SelectionSetNode(selections=_in_order(node.selections))

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode:
        renamed = node.alias is not None and node.alias.value != node.name.value
        return FieldNode(
            alias=node.alias if renamed else None,
            name=node.name,
            arguments=_in_order(node.arguments or ()),
            directives=node.directives,
            selection_set=node.selection_set,
        )

    def leave_object_value(self, node: ObjectValueNode, *_: Any) -> ObjectValueNode:
        return ObjectValueNode(fields=_in_order(node.fields))

    def leave_string_value(self, node: StringValueNode, *_: Any) -> StringValueNode:
        return StringValueNode(value=node.value, block=False)


def _values(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the variables that the operation declares, but for those that say what is so without them."""
    kept = {}
    for definition in operation.variable_definitions or ():
        name, default = definition.variable.name.value, definition.default_value
        usual = Undefined if default is None else value_from_ast_untyped(default)
        if name in variables and (usual is Undefined or variables[name] != usual):
            kept[name] = variables[name]
    return kept


def _fields(
    selections: Sequence[SelectionSetNode | None], fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    """The fields that stand in selections, those of fragments among them.

    Each fragment is gone through once, however often it is spread: it may spread others twice, and those others again.
    """
    waiting, spread = list(reversed(selections)), set[str]()
    while waiting:
        selection_set = waiting.pop()
        for node in selection_set.selections if selection_set else ():
            match node:
                case FieldNode():
                    yield node
                case InlineFragmentNode():
                    waiting.append(node.selection_set)
                case FragmentSpreadNode() if node.name.value not in spread:
                    spread.add(node.name.value)
                    waiting.append(fragments[node.name.value].selection_set)


def _by_key(fields: Iterator[FieldNode]) -> dict[str, list[FieldNode]]:
    """The fields by the name they have in the data."""
    found: dict[str, list[FieldNode]] = {}
    for field in fields:
        found.setdefault(field.alias.value if field.alias else field.name.value, []).append(field)
    return found


def rows_in(request: CitableRequest, data: Mapping[str, Any]) -> int:
    """How many records, groups or codes the root fields give, together.

    A list counts what it has on all pages. Raises `BadQuery` where none of its counts and records is selected.
    """
    counted = 0
    for key, fields in _by_key(_fields([request.selections], request.fragments)).items():
        value = data.get(key)
        if isinstance(value, list):
            counted += len(value)
        elif isinstance(value, dict):
            definition = CORE.query_type.fields[fields[0].name.value] if CORE.query_type else None
            paged = definition is not None and get_named_type(definition.type).name.endswith(_PAGES)
            counted += _rows_of_page(key, fields, value, request) if paged else 1
    return counted


def _rows_of_page(key: str, fields: Sequence[FieldNode], page: Mapping[str, Any], request: CitableRequest) -> int:
    below = _by_key(_fields([field.selection_set for field in fields], request.fragments))
    named = {nodes[0].name.value: page[name] for name, nodes in below.items() if name in page}
    if "totalCount" in named:
        return int(named["totalCount"])
    listed = next((named[name] for name in _ITEMS if name in named), None)
    if listed is None:
        raise BadQuery("query", f"nothing tells how many {key} there are: select totalCount, or what the list holds")
    return len(listed)
