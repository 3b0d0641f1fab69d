"""Compiles an operation to a plan, once for each document and each set of values that shape it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
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
from graphql.execution.collect_fields import FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from schema.graphql.compiled.arguments import arguments_of, reading, strawberry_field
from schema.graphql.compiled.plan import (
    AtHand,
    Link,
    Pages,
    Plan,
    RootPlan,
    Shape,
    Template,
    Unplanned,
)
from schema.graphql.compiled.records import RecordWriter
from schema.graphql.compiled.shapes import Details, Shapes, written_out
from schema.graphql.compiled.sources import KINDS, reader_of
from schema.graphql.compiled.writing import Writer
from schema.graphql.reads import PLAN, Reference, Root, RootRecord, Value
from schema.records import RecordKind

_AS_TEXT: Final = ("Date", "DateTime")


def compile_plan(
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    operation: OperationDefinitionNode,
    variables: VariableValues,
    shapes: Shapes,
) -> Plan:
    """The plan of an operation. Raises `Unplanned` where it asks for what no plan can do."""
    return _Compiler(schema, fragments, operation, variables, shapes).plan()


class _Compiler:
    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        operation: OperationDefinitionNode,
        variables: VariableValues,
        shapes: Shapes,
    ) -> None:
        self._schema = schema
        self._known_shapes = shapes
        self._fragments = {name: FragmentDetails(fragment) for name, fragment in fragments.items()}
        self._operation = operation
        self.variables = variables

    def plan(self) -> Plan:
        query = cast(GraphQLObjectType, self._schema.query_type)
        found = collect_fields(self._schema, self._fragments, self.variables, query, self._operation)
        return Plan(tuple(self._root(query, key, details) for key, details in found.grouped_field_set.items()))

    def selected(self, type_: GraphQLObjectType, details: Details) -> Mapping[str, Details]:
        """What is selected of an object, by key."""
        return collect_subfields(
            self._schema, self._fragments, self.variables, self._operation, type_, details
        ).grouped_field_set

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
        below: Template | Pages | dict[RecordKind, Link]
        if type_.name.endswith("Connection"):
            below = self.pages(cast(GraphQLObjectType, type_), details)
        elif type_.name in KINDS or is_abstract_type(type_):
            below = {kind: Link(shape, required=False) for kind, shape in self.shapes(type_, details).items()}
        else:
            writer = Writer()
            below = writer.template(self._completed(writer, definition.type, details, "source"))
        return RootPlan(key, reading(definition, details[0].node, self.variables), read, below)

    def shapes(self, type_: Any, details: Details) -> dict[RecordKind, Shape]:
        """What is selected of each kind of record that a type may be."""
        types = self._schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        return {KINDS[each.name]: self._shape(each, details) for each in types}

    def _shape(self, type_: GraphQLObjectType, details: Details) -> Shape:
        selected = written_out(self.selected, self.variables, type_, details)
        return self._known_shapes.get(selected, lambda: RecordWriter(self).shape(type_, details))

    def pages(self, type_: GraphQLObjectType, details: Details) -> Pages:
        names = {each[0].node.name.value for each in self.selected(type_, details).values()}
        writer = Writer()
        template = writer.template(self._object(writer, type_, details, "source"))
        return Pages(template, page=bool(names & {"nodes", "edges", "pageInfo"}), total="totalCount" in names)

    def _object(self, writer: Writer, type_: GraphQLObjectType, details: Details, source: str) -> str:
        """What is selected of an object."""
        fields = self.selected(type_, details).items()
        return "{" + ", ".join(f"{key!r}: {self._field(writer, type_, each, source)}" for key, each in fields) + "}"

    def _field(self, writer: Writer, parent: GraphQLObjectType, details: Details, source: str) -> str:
        node = details[0].node
        if node.name.value == "__typename":
            return repr(parent.name)
        definition = parent.fields[node.name.value]
        field = strawberry_field(definition)
        match field.metadata.get(PLAN):
            case Reference() as reference:
                return self._reference(writer, reference, definition, details, source)
            case Value(read=read, by_codes=by_codes) if read is not None:
                writer.needs_book |= by_codes
                given = arguments_of(definition, node, self.variables)
                found = f"{writer.constant(partial(read, **given) if given else read)}({source}, book)"
                return self._completed(writer, definition.type, details, found)
        if field.base_resolver is not None:
            raise Unplanned("unplanned")
        found = f"{writer.constant(reader_of(field.python_name))}({source})"
        return self._completed(writer, definition.type, details, found)

    def _reference(
        self, writer: Writer, reference: Reference, definition: GraphQLField, details: Details, source: str
    ) -> str:
        shape = self.shapes(get_named_type(definition.type), details)[reference.kind]
        record_id = f"{source}.{reference.path}"
        slot = writer.slot(Link(shape, isinstance(definition.type, GraphQLNonNull)), record_id, record_id)
        return f"{writer.constant(orjson.Fragment)}({slot})"

    def item(self, definition: GraphQLField, details: Details) -> Template:
        """What is selected of an item of a code list."""
        writer = Writer()
        type_ = cast(GraphQLObjectType, get_named_type(definition.type))
        return writer.template(self._object(writer, type_, details, "source"))

    def _completed(self, writer: Writer, type_: GraphQLOutputType, details: Details, found: str) -> str:
        """What becomes of a value of a type."""
        required = isinstance(type_, GraphQLNonNull)
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        if required:
            found = f"{writer.constant(_required)}({found})"
        if is_leaf_type(type_):
            return _leaf(writer, type_, found)
        if isinstance(type_, GraphQLList):
            with writer.each(f"({found} or ())") as (name, loop):
                written = self._completed(writer, type_.of_type, details, name)
            made = f"[{written} {loop}]"
            return made if required else f"(None if {found} is None else {made})"
        named = cast(GraphQLObjectType, type_)
        if named.name in KINDS:
            (shape,) = self.shapes(named, details).values()
            slot = writer.slot(AtHand(shape), found, f"{found}.version")
            return f"{writer.constant(orjson.Fragment)}({slot})"
        with writer.each(f"({found},)", "is not None") as (name, loop):
            written = self._object(writer, named, details, name)
        return f"next(({written} {loop}), None)"


def _required(value: Any) -> Any:
    """A value that must not be null. Plain execution tells what becomes of one that is."""
    if value is None:
        raise Unplanned("null")
    return value


def _leaf(writer: Writer, type_: Any, found: str) -> str:
    if isinstance(type_, GraphQLEnumType):
        names = {None: None, **{value.value: name for name, value in type_.values.items()}}
        return f"{writer.constant(names)}[{found}]"
    if isinstance(type_, GraphQLScalarType) and type_.name in _AS_TEXT:
        return f"{writer.constant(type_.serialize)}({found})"
    return found
