"""What a plan consists of. Its parts are compared by identity: each stands for one place in one document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from schema.codes import CodeBook
from schema.graphql.compiled.arguments import Arguments
from schema.graphql.reads import NestedList, Root, RootRecord
from schema.records import RecordKind

Filled = Mapping[Any, bytes]
"""The JSON that stands in the places of one slot, by what each source says is wanted there."""
NULL: Final = b"null"


class Unplanned(Exception):
    """A plan cannot answer this. The message is a word for the metrics."""


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """How sources of one kind are written: what they want from elsewhere, and what `orjson` writes then."""

    slots: tuple[Slot, ...]
    collect: Callable[[Sequence[Any], CodeBook | None], tuple[list[Any], ...]]
    """What sources want in each slot: ids of records, or the rows that are at hand."""
    write: Callable[[Sequence[Any], CodeBook | None, Sequence[Filled]], list[Any]]
    """The sources written, with what the slots are filled with."""
    needs_book: bool
    """Whether the code lists are needed."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What is selected of the records of one kind."""

    kind: RecordKind
    read: Callable[[bytes], Any]
    """Makes a source of the JSON of a record."""
    template: Template
    """Writes JSON, not what `orjson` makes JSON of."""
    lasting: bool = field(init=False)
    """Whether a version looks the same in every request of a revision: no list with arguments stands below it."""

    def __post_init__(self) -> None:
        below = (isinstance(slot, Nested) or not slot.shape.lasting for slot in self.template.slots)
        object.__setattr__(self, "lasting", not any(below))


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A place where another record stands, which is known by its id."""

    shape: Shape
    required: bool


@dataclass(frozen=True, slots=True, eq=False)
class AtHand:
    """A place where a record stands whose row is at hand."""

    shape: Shape


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """What is selected of a list, and which questions it needs. Its source is an `Opened`."""

    template: Template
    page: bool
    total: bool


@dataclass(frozen=True, slots=True, eq=False)
class Nested:
    """A list of records below another record, which is known by its id."""

    arguments: Arguments
    read: NestedList
    pages: Pages


Slot = Link | AtHand | Nested


@dataclass(frozen=True, slots=True, eq=False)
class RootPlan:
    """One field of the operation: where its source comes from and how it is written."""

    key: str
    arguments: Arguments
    read: Root | RootRecord
    """How the source is found."""
    below: Template | Pages | Mapping[RecordKind, Link]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """An operation with the variables that shape it given their values."""

    roots: tuple[RootPlan | tuple[str, str], ...]
    """In order; a pair is a key with the name of the type (`__typename`)."""
