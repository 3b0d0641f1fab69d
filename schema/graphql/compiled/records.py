"""Writes how the records of a kind are shown: as JSON, put together of what stands in theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, cast

import orjson
from graphql import GraphQLEnumType, GraphQLField, GraphQLNonNull, GraphQLObjectType, get_named_type, is_leaf_type
from graphql.execution.values import VariableValues

from schema.codes import CodeBook
from schema.graphql.compiled.arguments import reading, strawberry_field
from schema.graphql.compiled.plan import Link, Nested, Pages, Shape, Template, Unplanned
from schema.graphql.compiled.reading import Parts
from schema.graphql.compiled.shapes import Details
from schema.graphql.compiled.sources import KINDS
from schema.graphql.compiled.writing import Writer
from schema.graphql.reads import PLAN, Codes, NestedList, OfRecord, Reference, Value
from schema.records import RECORD_MODELS, RecordKind

Pieces = list[bytes | str]
"""JSON one after the other: as it is, or as the code that gives it."""
_EMPTY: Final = b"{}"


class Compiler(Protocol):
    """What knows the operation."""

    variables: VariableValues

    def selected(self, type_: GraphQLObjectType, details: Details) -> Mapping[str, Details]:
        """What is selected of an object, by key."""
        ...

    def shapes(self, type_: Any, details: Details) -> dict[RecordKind, Shape]:
        """What is selected of each kind of record that a type may be."""
        ...

    def pages(self, type_: GraphQLObjectType, details: Details) -> Pages:
        """What is selected of a list."""
        ...

    def item(self, definition: GraphQLField, details: Details) -> Template:
        """What is selected of an item of a code list."""
        ...


class RecordWriter:
    """The code of one shape while it grows."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self._writer = Writer()

    def shape(self, type_: GraphQLObjectType, details: Details) -> Shape:
        """What is selected of the records of a type. Raises `Unplanned`."""
        kind = KINDS[type_.name]
        parts = Parts(RECORD_MODELS[kind])
        written = self._object(type_, details, parts, "source")
        return Shape(kind, parts.reader(), self._writer.template(written))

    def _object(self, type_: GraphQLObjectType, details: Details, parts: Parts, source: str) -> str:
        pieces: Pieces = []
        selected = self._compiler.selected(type_, details)
        if any(isinstance(_plan(type_, each), NestedList) for each in selected.values()):
            parts.text("id")
        for key, each in selected.items():
            pieces += [b'%s"%s":' % (b"," if pieces else b"{", key.encode())]
            pieces += self._field(type_, each, parts, source)
        return _joined([*pieces, b"}"]) if pieces else repr(_EMPTY)

    def _field(self, parent: GraphQLObjectType, details: Details, parts: Parts, source: str) -> Pieces:
        name = details[0].node.name.value
        if name == "__typename":
            return [orjson.dumps(parent.name)]
        definition = parent.fields[name]
        match _plan(parent, details):
            case Reference() as reference:
                return [self._reference(reference, definition, details, parts, source)]
            case NestedList() as nested:
                pages = self._compiler.pages(cast(GraphQLObjectType, get_named_type(definition.type)), details)
                given = reading(definition, details[0].node, self._compiler.variables)
                return [self._writer.slot(Nested(given, nested, pages), f"{source}.id", f"{source}.id")]
            case Codes() as codes:
                return self._codes(codes, definition, details, parts, source)
            case OfRecord(read=read):
                return self._of_record(read, definition, details, parts, source)
            case Value(own=str(own)):
                return self._own(own, definition, details, parts, source)
            case None if strawberry_field(definition).base_resolver is None:
                return self._own(strawberry_field(definition).python_name, definition, details, parts, source)
        raise Unplanned("unplanned")

    def _reference(
        self, reference: Reference, definition: GraphQLField, details: Details, parts: Parts, source: str
    ) -> str:
        *way, last = reference.path.split(".")
        for name in way:
            parts = parts.below(name)
        parts.text(last)
        shape = self._compiler.shapes(get_named_type(definition.type), details)[reference.kind]
        record_id = f"{source}.{reference.path}"
        return self._writer.slot(Link(shape, isinstance(definition.type, GraphQLNonNull)), record_id, record_id)

    def _of_record(
        self,
        read: Callable[[str, CodeBook], list[Any]],
        definition: GraphQLField,
        details: Details,
        parts: Parts,
        source: str,
    ) -> Pieces:
        template = self._compiler.item(definition, details)

        def make(record_id: str, book: CodeBook) -> bytes:
            return orjson.dumps(template.write(read(record_id, book), book, ()))

        parts.text("id")
        self._writer.needs_book = True
        return [f"{self._writer.constant(make)}({source}.id, book)"]

    def _codes(self, codes: Codes, definition: GraphQLField, details: Details, parts: Parts, source: str) -> Pieces:
        template = self._compiler.item(definition, details)

        def make(code: str | None, book: CodeBook) -> bytes:
            return orjson.dumps(code and template.write([book.item(codes.list, code)], book, ())[0])

        table = self._writer.table(make)
        if codes.many:
            parts.texts(codes.name)
            return [b"[", f"b','.join([{table}[code] for code in {source}.{codes.name}])", b"]"]
        parts.text(codes.name)
        return [f"{table}[{source}.{codes.name}]"]

    def _own(self, name: str, definition: GraphQLField, details: Details, parts: Parts, source: str) -> Pieces:
        """A field of the record itself."""
        type_ = get_named_type(definition.type)
        found = f"{source}.{name}"
        if is_leaf_type(type_):
            if not parts.copied(name):
                return [f"{self._writer.constant(orjson.dumps)}({found})"]
            if isinstance(type_, GraphQLEnumType):
                names = {orjson.dumps(value.value): orjson.dumps(name) for name, value in type_.values.items()}
                return [f"{self._writer.constant({b'null': b'null', **names})}[bytes({found})]"]
            return [found]
        below = parts.below(name)
        if below.many:
            with self._writer.each(found) as (each, loop):
                written = self._object(cast(GraphQLObjectType, type_), details, below, each)
            return [b"[", f"b','.join([{written} {loop}])", b"]"]
        with self._writer.each(f"({found},)", "is not None") as (each, loop):
            written = self._object(cast(GraphQLObjectType, type_), details, below, each)
        return [f"next(({written} {loop}), b'null')"]


def _plan(parent: GraphQLObjectType, details: Details) -> object:
    """How a field of a type is read."""
    name = details[0].node.name.value
    return None if name == "__typename" else strawberry_field(parent.fields[name]).metadata.get(PLAN)


def _joined(pieces: Pieces) -> str:
    """The code that puts pieces together."""
    code: list[str] = []
    text = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            text += piece
            continue
        code += [repr(text), piece] if text else [piece]
        text = b""
    code += [repr(text)] if text else []
    return code[0] if len(code) == 1 else f"b''.join(({', '.join(code)}))"
