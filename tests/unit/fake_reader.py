"""A Reader over records in memory, for tests that need no store. It counts what it is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from schema.changes import ChangePage, ChangeQuery, RevisionRow
from schema.codes import CodeBook, shipped_codes
from schema.coverage import Coverage, Days, Extent
from schema.facts import EntityFacts
from schema.highlights import Highlight
from schema.keys import ApiKey
from schema.ports import Edition, Group, Groups, Page, Recent, Row
from schema.query import AggregateQuery, AsOf, BadQuery, Filter, PageQuery, Within
from schema.records import AnyRecord, RecordKind, Revision
from schema.releases import Release

LATEST = 5


def _row(version: int, record: AnyRecord) -> Row:
    body = record.model_dump(mode="json")
    return Row(version=version, id=record.id, on=_day(body), body=record.model_dump_json().encode())


def _day(body: Mapping[str, Any]) -> date | None:
    text = body.get("acted_on") or body.get("published_on") or (body.get("period") or {}).get("end")
    return date.fromisoformat(text) if text else None


def lines_of(rows: Iterable[Row]) -> bytes:
    """The records of some rows, a line each."""
    return b"".join(row.body + b"\n" for row in rows)


class FakeReader:
    """The same records at every revision; only the filters `document` and `measure` are applied."""

    def __init__(self, records: Mapping[RecordKind, Iterable[AnyRecord]]) -> None:
        self.rows = {kind: [_row(n, record) for n, record in enumerate(each)] for kind, each in records.items()}
        self.calls: Counter[str] = Counter()
        self.failure: Exception | None = None
        self.named: Sequence[Release] = ()
        self.given_out: list[ApiKey] = []

    def _count(self, name: str) -> None:
        self.calls[name] += 1
        if self.failure is not None:
            raise self.failure

    def _matching(self, kind: RecordKind, filter: Filter) -> list[Row]:
        def fits(row: Row) -> bool:
            groups = filter.document + filter.measure + filter.entity_id
            return all(any(value.encode() in row.body for value in group) for group in groups)

        rows = sorted(self.rows.get(kind, ()), key=lambda row: row.id)
        rows.sort(key=lambda row: row.on or date.min, reverse=True)
        return [row for row in rows if fits(row)]

    async def revision(self, as_of: AsOf | None = None) -> Revision:
        """Revisions 1 to `LATEST` exist, and nothing else."""
        self._count("revision")
        number = LATEST if as_of is None else as_of.revision or 0
        if not 1 <= number <= LATEST:
            raise BadQuery("as_of", f"no {as_of.text if as_of else ''} here")
        moment = datetime(2026, 1, number, tzinfo=UTC)
        return Revision(number=number, committed_at=moment, cause="new_source", note="invented", digest="0" * 64)

    async def edition(self) -> Edition:
        """That of the latest revision."""
        self._count("edition")
        return Edition(LATEST, "0" * 64, len(self.named))

    async def releases(self) -> Sequence[Release]:
        """Those that a test has named."""
        self._count("releases")
        return self.named

    def release_of(self, revision: int) -> str | None:
        """The name of such a one."""
        return next((release.name for release in self.named if release.revision == revision), None)

    def highlights(self, kind: RecordKind, row: Row, search: Sequence[str]) -> Sequence[Highlight]:
        """None: nothing is searched here."""
        return ()

    async def codebook(self, revision: int) -> CodeBook:
        """The shipped code lists."""
        self._count("codebook")
        return shipped_codes()

    async def page(self, query: PageQuery) -> Page:
        """A page of the records in memory."""
        self._count("page")
        rows = self._matching(query.kind, query.filter)
        start = 1 + [row.key for row in rows].index(query.after) if query.after else 0
        end = start + query.limit
        return Page(rows[start:end], more=end < len(rows))

    async def recent(self, kind: RecordKind, filter: Filter, limit: int, revision: int) -> Sequence[Recent]:
        """The records in memory, all put there at once."""
        self._count("recent")
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        return [Recent(row, moment, moment) for row in self._matching(kind, filter)[:limit]]

    async def total(self, kind: RecordKind, filter: Filter, revision: int) -> int:
        """How many match."""
        self._count("total")
        return len(self._matching(kind, filter))

    async def pages_within(self, query: PageQuery, within: Within, parents: Sequence[str]) -> Mapping[str, Page]:
        """A page of each parent; this counts as one question."""
        self._count("pages_within")
        pages = {}
        for parent in parents:
            rows = self._matching(query.kind, _below(query.filter, within, parent))
            pages[parent] = Page(rows[: query.limit], more=query.limit < len(rows))
        return pages

    async def totals_within(self, query: PageQuery, within: Within, parents: Sequence[str]) -> Mapping[str, int]:
        """How many match below each parent; this counts as one question."""
        self._count("totals_within")
        return {p: len(self._matching(query.kind, _below(query.filter, within, p))) for p in parents}

    async def get(self, kind: RecordKind, ids: Sequence[str], revision: int) -> Mapping[str, Row]:
        """The records of these ids."""
        self._count("get")
        known = dict(_by_id(self.rows.get(kind, ())))
        return {record_id: known[record_id] for record_id in ids if record_id in known}

    async def text(self, sha256: str) -> str | None:
        """None: no text is held."""
        self._count("text")
        return None

    async def closing(self, kind: RecordKind, id: str, revision: int) -> Revision | None:
        """None: nothing has been closed."""
        self._count("closing")
        return None

    async def aggregate(self, query: AggregateQuery) -> Groups:
        """Two groups, whatever is asked."""
        self._count("aggregate")
        groups = [Group(count=2, year=2024), Group(count=1, multi_year=query.of == "figure")]
        return Groups(groups[query.offset : query.offset + query.limit], total=2)

    async def groups(self, query: AggregateQuery) -> AsyncIterator[Sequence[Group]]:
        """The same two groups."""
        yield (await self.aggregate(query.model_copy(update={"limit": 2, "offset": 0}))).groups

    async def coverage(self, days: Sequence[Days] | None, names: Sequence[str], revision: int) -> Coverage:
        """Nothing is covered."""
        self._count("coverage")
        nothing = Extent(documents=0, announcements=0, earliest=None, latest=None)
        return Coverage(
            **dict(nothing), asked=None, undated=0, transcribed=0, unhandled_clauses=0, not_named=0,
            unknown_names=(), by_year=(), by_authority=(),
            record=nothing,
        )  # fmt: skip

    async def entity_candidates(self, names: Sequence[str], most: int, revision: int) -> Sequence[Sequence[str]]:
        """Every entity may be meant."""
        self._count("entity_candidates")
        ids = [row.id for row in self.rows.get("entity", ())]
        return [ids[:most] for _ in names]

    async def entity_facts(self, ids: Sequence[str], revision: int) -> Mapping[str, EntityFacts]:
        """None: nothing is said about any."""
        self._count("entity_facts")
        return {}

    async def stream(self, kind: RecordKind, filter: Filter, revision: int) -> AsyncIterator[bytes]:
        """Everything in one chunk, if there is anything."""
        if rows := self._matching(kind, filter):
            yield lines_of(rows)

    async def changes(self, query: ChangeQuery) -> ChangePage:
        """None: nothing has ever changed."""
        self._count("changes")
        return ChangePage([], more=False)

    async def count_changes(self, query: ChangeQuery) -> int:
        """None."""
        self._count("count_changes")
        return 0

    async def changed_revisions(self, query: ChangeQuery, before: int) -> Sequence[RevisionRow]:
        """None."""
        self._count("changed_revisions")
        return []

    async def delta(self, since: int, until: int) -> AsyncIterator[bytes]:
        """One line, which is no change."""
        yield b"{}\n"

    async def api_keys(self) -> Mapping[bytes, ApiKey]:
        """Those that a test has given out."""
        self._count("api_keys")
        return {key.sha256: key for key in self.given_out}

    async def ready(self) -> str | None:
        """Always."""
        return None


def _below(filter: Filter, within: Within, parent: str) -> Filter:
    return filter.having(within, ((parent,), *getattr(filter, within)))


def _by_id(rows: Iterable[Row]) -> Iterable[tuple[str, Row]]:
    return ((row.id, row) for row in rows)
