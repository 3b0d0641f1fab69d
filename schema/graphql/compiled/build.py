"""Compiles an operation to a plan, once for each document and each set of values that shape it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import orjson
from graphql import (
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from schema.codes import CodeBook
from schema.graphql.compiled.arguments import arguments_of, strawberry_field
from schema.graphql.compiled.plan import Build, Field, Link, Nested, Pages, Plan, RootPlan, Shape, Shapes, Unplanned
from schema.graphql.compiled.sources import CODE_TYPES, KINDS, reader_of
from schema.graphql.reads import PLAN, NestedList, Reference, Root, RootRecord, Value
from schema.records import RecordKind

Details = list[FieldDetails]
_AS_TEXT: Final = ("Date", "DateTime")


def compile_plan(
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    operation: OperationDefinitionNode,
    variables: VariableValues,
) -> Plan:
    """The plan of an operation. Raises `Unplanned` where it asks for what no plan can do."""
    return _Compiler(schema, fragments, operation, variables).plan()


class _Compiler:
    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        operation: OperationDefinitionNode,
        variables: VariableValues,
    ) -> None:
        self._schema = schema
        self._fragments = {name: FragmentDetails(fragment) for name, fragment in fragments.items()}
        self._operation = operation
        self._variables = variables
        self._needs_book = False
        self._has_lists = False

    def plan(self) -> Plan:
        query = cast(GraphQLObjectType, self._schema.query_type)
        found = collect_fields(self._schema, self._fragments, self._variables, query, self._operation)
        return Plan(tuple(self._root(query, key, details) for key, details in found.grouped_field_set.items()))

    def _root(self, query: GraphQLObjectType, key: str, details: Details) -> RootPlan | tuple[str, str]:
        name = details[0].node.name.value
        if name == "__typename":
            return key, query.name
        if name.startswith("__"):
            raise Unplanned("introspection")
        definition = query.fields[name]
        read = strawberry_field(definition).metadata.get(PLAN)
        if not isinstance(read, Root | RootRecord):
            raise Unplanned("unplanned")
        type_ = get_named_type(definition.type)
        self._needs_book = False
        build: Build | Pages | dict[RecordKind, Link]
        if type_.name.endswith("Connection"):
            build = self._pages(cast(GraphQLObjectType, type_), details)
        elif type_.name in KINDS or is_abstract_type(type_):
            shapes = self._shapes(type_, details)
            build = {kind: Link(kind, shape, required=False) for kind, shape in shapes.items()}
        else:
            build = cast(Build, self._completed(definition.type, details))
        required = isinstance(definition.type, GraphQLNonNull)
        return RootPlan(key, Field(definition, details[0].node), read, build, self._needs_book, required)

    def _object(self, type_: GraphQLObjectType, details: Details) -> Build:
        """What is selected of an object."""
        found = collect_subfields(
            self._schema, self._fragments, self._variables, self._operation, type_, details
        ).grouped_field_set
        fields = [(key, self._field(type_, each)) for key, each in found.items()]
        return lambda source, scope: {key: get(source, scope) for key, get in fields}

    def _field(self, parent: GraphQLObjectType, details: Details) -> Build:
        node = details[0].node
        if node.name.value == "__typename":
            return lambda _source, _scope: parent.name
        definition = parent.fields[node.name.value]
        match strawberry_field(definition).metadata.get(PLAN):
            case Reference() as reference:
                return self._reference(reference, definition, details)
            case NestedList() as nested:
                pages = self._pages(cast(GraphQLObjectType, get_named_type(definition.type)), details)
                self._has_lists = True
                target = Nested(Field(definition, node), nested, pages)
                return lambda data, scope: scope.hole((target, data["id"]))
            case Value(read=read):
                given = arguments_of(Field(definition, node), self._variables)
                return _below(lambda s, scope: read(s, scope.book, **given), self._completed(definition.type, details))
        if strawberry_field(definition).base_resolver is not None:
            raise Unplanned("unplanned")
        read_own = reader_of(parent, strawberry_field(definition).python_name)
        return _below(read_own, self._completed(definition.type, details))

    def _reference(self, reference: Reference, definition: GraphQLField, details: Details) -> Build:
        shape = self._shapes(get_named_type(definition.type), details)[reference.kind]
        link = Link(reference.kind, shape, required=isinstance(definition.type, GraphQLNonNull))

        def build(source: Any, scope: Any) -> Any:
            record_id = reference.id_of(source)
            return None if record_id is None else scope.hole((link, record_id))

        return build

    def _shapes(self, type_: Any, details: Details) -> Shapes:
        """What is selected of each kind of record that a type may be."""
        self._needs_book = True
        types = self._schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        return {KINDS[each.name]: self._shape(each, details) for each in types}

    def _shape(self, type_: GraphQLObjectType, details: Details) -> Shape:
        before, self._has_lists = self._has_lists, False
        build = self._object(type_, details)
        shape = Shape(build, lasting=not self._has_lists)
        self._has_lists = self._has_lists or before
        return shape

    def _pages(self, type_: GraphQLObjectType, details: Details) -> Pages:
        found = collect_subfields(
            self._schema, self._fragments, self._variables, self._operation, type_, details
        ).grouped_field_set
        names = {each[0].node.name.value for each in found.values()}
        of_page = bool(names & {"nodes", "edges", "pageInfo"})
        return Pages(self._object(type_, details), page=of_page, total="totalCount" in names)

    def _completed(self, type_: GraphQLOutputType, details: Details) -> Build | None:
        """What becomes of a value of a type; None where it stays as it is."""
        if isinstance(type_, GraphQLNonNull):
            return _required(self._completed(type_.of_type, details))
        build: Build | None
        if isinstance(type_, GraphQLList):
            inner = self._completed(type_.of_type, details)
            if inner is None:
                return None
            return _unless_null(lambda found, scope: [inner(each, scope) for each in found])
        if is_leaf_type(type_):
            build = _leaf(type_)
            return build and _unless_null(build)
        named = cast(GraphQLObjectType, type_)
        if named.name in KINDS:
            (shape,) = self._shapes(named, details).values()
            return lambda row, scope: scope.record(shape, row)
        build = self._object(named, details)
        if named.name in CODE_TYPES:
            self._needs_book = True
            build = _each_code_once(build)
        return _unless_null(build)


def _below(read: Build, complete: Build | None) -> Build:
    if complete is None:
        return read
    return lambda source, scope: complete(read(source, scope), scope)


def _unless_null(build: Build) -> Build:
    return lambda value, scope: None if value is None else build(value, scope)


def _required(build: Build | None) -> Build:
    """A value that must not be null. Plain execution tells what becomes of one that is."""

    def required(value: Any, scope: Any) -> Any:
        if value is None:
            raise Unplanned("null")
        return value if build is None else build(value, scope)

    return required


def _leaf(type_: Any) -> Build | None:
    if isinstance(type_, GraphQLEnumType):
        names = {value.value: name for name, value in type_.values.items()}
        return lambda value, _scope: names[value]
    if isinstance(type_, GraphQLScalarType) and type_.name in _AS_TEXT:
        serialize: Callable[[Any], Any] = type_.serialize
        return lambda value, _scope: serialize(value)
    return None


def _each_code_once(build: Build) -> Build:
    """An item of a code list looks the same wherever it stands."""
    known: dict[str, Any] = {}
    of: list[CodeBook] = []

    def once(item: Any, scope: Any) -> Any:
        if not of or of[0] is not scope.book:
            known.clear()
            of[:] = [scope.book]
        found = known.get(item.code)
        if found is None:
            found = known[item.code] = orjson.Fragment(orjson.dumps(build(item, scope)))
        return found

    return once
