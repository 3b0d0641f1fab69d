"""How a compiled plan reads a field: declared beside the resolver that plain execution calls.

A field without such a declaration is read from its source under its own name. The source of a record's fields is
what was read of its JSON, that of a code's fields is the `CodeItem`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from schema.codes import CodeBook, ListName
from schema.query import Within
from schema.records import RecordKind

PLAN: Final = "plan"
"""The key of the declaration in the metadata of a Strawberry field."""


@dataclass(frozen=True, slots=True)
class Value:
    """Made of the source and the code lists alone, or a field of a record."""

    read: Callable[..., Any] | None = None
    """Takes the source, the code lists and the arguments; gives the source of what is selected below."""
    own: str | None = None
    """The field of a record that it is, if it is one."""
    by_codes: bool = True
    """Whether it looks at the code lists."""


@dataclass(frozen=True, slots=True)
class OfRecord:
    """A list of what is said about a record: found by its id beside the code lists, not in its JSON."""

    read: Callable[[str, CodeBook], list[Any]]


@dataclass(frozen=True, slots=True)
class Codes:
    """Items of a code list, by the codes that stand in the source under a name."""

    list: ListName
    name: str
    many: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """Another record, by its id; None where there is none."""

    kind: RecordKind
    path: str
    """Where the id stands in the source: names with dots between them."""


@dataclass(frozen=True, slots=True)
class NestedList:
    """The records of a kind that belong to the one at hand."""

    kind: RecordKind
    within: Within


@dataclass(frozen=True, slots=True)
class RootRecord:
    """A root field that gives a record by its id."""

    find: Callable[..., Awaitable[RecordKind | None]]
    """Takes what the resolver takes, opens the snapshot, and gives the kind that the id is of, if it may be one."""


@dataclass(frozen=True, slots=True)
class Root:
    """A root field whose source is made by a function of its own, which takes what the resolver takes."""

    find: Callable[..., Awaitable[Any]]


def planned(read: object) -> Mapping[str, object]:
    """The metadata of a field that a plan reads so."""
    return {PLAN: read}
