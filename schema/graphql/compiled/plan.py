"""What a plan consists of. Its parts are compared by identity: each stands for one place in one document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField

from schema.graphql.reads import NestedList, Root, RootRecord
from schema.records import RecordKind

Build = Callable[[Any, Any], Any]
"""Makes what `orjson` writes out of a source and a `text.Scope`."""


class Unplanned(Exception):
    """A plan cannot answer this. The message is a word for the metrics."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What is selected of the records of one kind."""

    build: Build
    lasting: bool
    """Whether a version looks the same in every request of a revision: no list with arguments stands below it."""


Shapes = Mapping[RecordKind, Shape]


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A place where another record stands, which is known by its id."""

    kind: RecordKind
    shape: Shape
    required: bool


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field whose arguments are read anew for each request."""

    definition: GraphQLField
    node: FieldNode


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """What is selected of a list: its JSON, and which questions it needs."""

    build: Build
    page: bool
    total: bool


@dataclass(frozen=True, slots=True, eq=False)
class Nested:
    """A list of records below another record."""

    field: Field
    read: NestedList
    pages: Pages


@dataclass(frozen=True, slots=True, eq=False)
class RootPlan:
    """One field of the operation: where its source comes from and how it is written."""

    key: str
    field: Field
    read: Root | RootRecord
    """How the source is found."""
    build: Build | Pages | Mapping[RecordKind, Link]
    needs_book: bool
    required: bool


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """An operation with the variables that shape it given their values."""

    roots: tuple[RootPlan | tuple[str, str], ...]
    """In order; a pair is a key with the name of the type (`__typename`)."""
