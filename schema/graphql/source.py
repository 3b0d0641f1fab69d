"""What stands behind the GraphQL types: records as they came from the store, and where they were read."""

import asyncio
import json
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from strawberry.dataloader import DataLoader

from schema.codes import CodeBook, CodeItem, ListName
from schema.ports import Reader, Row
from schema.records import RECORD_MODELS, RecordKind, Revision

T = TypeVar("T")


class Shared(Generic[T]):
    """The result of something asynchronous that several resolvers wait for.

    One that is cancelled, because a sibling failed, does not take it away from the others.
    """

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self._task = asyncio.ensure_future(work)

    async def result(self) -> T:
        """Wait for it."""
        return await asyncio.shield(self._task)


class Snapshot:
    """The store at one revision, for the length of one request. What it reads twice it asks for once."""

    def __init__(self, reader: Reader, revision: Revision, *, chosen: bool) -> None:
        self.reader = reader
        self.revision = revision
        self.chosen = chosen
        """Whether the request names this revision, so that a cursor of another one contradicts it."""
        self._book: CodeBook | None = None
        self._loaders: dict[RecordKind, DataLoader[str, Stored | None]] = {}

    @property
    def number(self) -> int:
        """The number of the revision."""
        return self.revision.number

    async def book(self) -> CodeBook:
        """The code lists."""
        if self._book is None:
            self._book = await self.reader.codebook(self.number)
        return self._book

    async def records(self, kind: RecordKind, rows: Iterable[Row]) -> "list[Stored]":
        """Rows as sources of GraphQL types."""
        place = Place(self, await self.book())
        return [Stored(kind, json.loads(row.body), place) for row in rows]

    async def get(self, kind: RecordKind, record_id: str) -> "Stored | None":
        """One record; those asked for at the same time are fetched together."""
        if kind not in self._loaders:
            self._loaders[kind] = DataLoader(load_fn=lambda ids: self._load(kind, ids))
        return await self._loaders[kind].load(record_id)

    async def _load(self, kind: RecordKind, ids: Sequence[str]) -> "list[Stored | None]":
        rows = await self.reader.get(kind, ids, self.number)
        found = {record.id: record for record in await self.records(kind, rows.values())}
        return [found.get(record_id) for record_id in ids]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record was read, with the code lists of that revision at hand."""

    snapshot: Snapshot
    book: CodeBook

    def item(self, list_name: ListName, code: str) -> "Coded":
        """The source of one code."""
        return Coded(self.book.item(list_name, code), self)


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of a record."""

    kind: RecordKind
    data: Mapping[str, Any]
    at: Place

    @property
    def id(self) -> str:
        """Id of the record."""
        return str(self.data["id"])


@dataclass(frozen=True, slots=True)
class Mentioned:
    """An entity as an action names it."""

    data: Mapping[str, Any]
    at: Place


@dataclass(frozen=True, slots=True)
class Coded:
    """One item of a code list."""

    item: CodeItem
    at: Place


def value_of(source: object, name: str) -> object:
    """The value of a field that has no resolver of its own."""
    match source:
        case Stored():
            # What a record leaves out of its JSON has the default of its model.
            data = source.data
            return data[name] if name in data else RECORD_MODELS[source.kind].model_fields[name].default
        case Mentioned():
            # Fields that came later stand only in mentions that have a value for them.
            return source.data.get(name)
        case Coded():
            return getattr(source.item, name)
        case dict():
            return source.get(name)  # what says nothing is left out of the JSON of a record
        case _:
            return getattr(source, name)
