"""What the API may ask of a store. `db.reader` answers it; tests may answer it otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from schema.changes import ChangePage, ChangeQuery, RevisionRow
from schema.codes import CodeBook
from schema.coverage import Coverage, Days
from schema.facts import EntityFacts
from schema.highlights import Highlight
from schema.keys import ApiKey
from schema.query import AggregateQuery, AsOf, Filter, Key, PageQuery, Within
from schema.records import RecordKind, Revision
from schema.releases import Release


class StoreUnavailable(Exception):
    """The store cannot be reached or is not ready. Worth trying again."""


class Row(NamedTuple):
    """One version of one record. It never changes, so `version` may key any cache."""

    version: int
    id: str
    on: date | None
    body: bytes
    """The record as JSON, with the fields of its model in `schema.records`, in their order."""

    @property
    def key(self) -> Key:
        """Its place in the order of lists."""
        return Key(on=self.on, id=self.id)


class Recent(NamedTuple):
    """A record as it stands, with when it was put on record."""

    row: Row
    committed_at: datetime
    """When this version of it was."""
    first: datetime
    """When the first one was."""


class Edition(NamedTuple):
    """What an answer from the record follows from, besides its request."""

    revision: int
    """The number of the latest revision."""
    digest: str
    """Its digest, which tells apart the histories of two stores."""
    releases: int
    """How many releases there are."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list and whether more follow."""

    rows: Sequence[Row]
    more: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One group of an aggregate. A dimension that is not grouped by, or has no value, is None."""

    count: int
    year: int | None = None
    multi_year: bool = False
    """Figures whose period lies within no one year, when grouped by year."""
    category: str | None = None
    measure: str | None = None
    entity: str | None = None
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class Groups:
    """Some of the groups of an aggregate, and how many there are in all."""

    groups: Sequence[Group]
    total: int


class Reader(Protocol):
    """Read access to the store. Every answer is as of one revision, so that several agree."""

    async def revision(self, as_of: AsOf | None = None) -> Revision:
        """The revision meant, by default the latest. Raises `BadQuery` if there is no such one."""
        ...

    async def edition(self) -> Edition:
        """What is latest. Raises `StoreUnavailable` if the store is empty."""
        ...

    async def releases(self) -> Sequence[Release]:
        """All releases, the newest first."""
        ...

    def release_of(self, revision: int) -> str | None:
        """The name of the release that a revision is, if it is one, as of when a revision was last asked for."""
        ...

    async def codebook(self, revision: int) -> CodeBook:
        """The code lists and the annotations as of a revision."""
        ...

    async def page(self, query: PageQuery) -> Page:
        """A page of records."""
        ...

    def highlights(self, kind: RecordKind, row: Row, search: Sequence[str]) -> Sequence[Highlight]:
        """Where in a record texts stand that were searched for."""
        ...

    async def recent(self, kind: RecordKind, filter: Filter, limit: int, revision: int) -> Sequence[Recent]:
        """Records that match, those that were put on record last first."""
        ...

    async def total(self, kind: RecordKind, filter: Filter, revision: int) -> int:
        """How many records match, exactly."""
        ...

    async def pages_within(self, query: PageQuery, within: Within, parents: Sequence[str]) -> Mapping[str, Page]:
        """The same page of records below each of several parents: those that also have it in the filter `within`."""
        ...

    async def totals_within(self, query: PageQuery, within: Within, parents: Sequence[str]) -> Mapping[str, int]:
        """How many records match below each of several parents, exactly."""
        ...

    async def get(self, kind: RecordKind, ids: Sequence[str], revision: int) -> Mapping[str, Row]:
        """The records with these ids; ids that are not in the store at that revision are left out."""
        ...

    async def text(self, sha256: str) -> str | None:
        """The text layer with this hash; None where the text is not held."""
        ...

    async def closing(self, kind: RecordKind, id: str, revision: int) -> Revision | None:
        """The last revision up to one that closed a record: what became of it stands in its cause and note."""
        ...

    async def aggregate(self, query: AggregateQuery) -> Groups:
        """Counts by group."""
        ...

    def groups(self, query: AggregateQuery) -> AsyncIterator[Sequence[Group]]:
        """All groups in order, whatever page is asked for, some at a time and from one snapshot."""
        ...

    async def coverage(self, days: Sequence[Days] | None, names: Sequence[str], revision: int) -> Coverage:
        """What the record holds about some days, about all where these are None.

        `names` are ids and names of entities that were asked for: it says which of them are of none.
        """
        ...

    async def entity_candidates(self, names: Sequence[str], most: int, revision: int) -> Sequence[Sequence[str]]:
        """The ids of the entities that each of some texts may mean, by id or name, the likeliest first."""
        ...

    async def entity_facts(self, ids: Sequence[str], revision: int) -> Mapping[str, EntityFacts]:
        """What the record says about some entities as a whole; those that no action names are left out."""
        ...

    def stream(self, kind: RecordKind, filter: Filter, revision: int) -> AsyncIterator[bytes]:
        """The JSON of all matching records in order, a line each, with constant memory and from one snapshot.

        Each chunk is some whole lines, with their ends.
        """
        ...

    async def changes(self, query: ChangeQuery) -> ChangePage:
        """A page of changes, oldest first."""
        ...

    async def count_changes(self, query: ChangeQuery) -> int:
        """How many changes there are, whatever the page."""
        ...

    async def changed_revisions(self, query: ChangeQuery, before: int) -> Sequence[RevisionRow]:
        """The newest revisions before one that changed something, newest first, one more than asked if more follow."""
        ...

    def delta(self, since: int, until: int) -> AsyncIterator[bytes]:
        """What is otherwise at a revision than at an earlier one, a line of JSON each, with constant memory.

        Each chunk is some whole lines, with their ends. `since` may be 0: all that stands is added then.
        """
        ...

    async def api_keys(self) -> Mapping[bytes, ApiKey]:
        """The keys that are good, by their SHA-256."""
        ...

    async def ready(self) -> str | None:
        """None when the store is reachable and its migrations are current, else what is wrong."""
        ...
