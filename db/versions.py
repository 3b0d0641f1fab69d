"""Record versions that were read before. A version never changes, so what is remembered is never out of date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import cast

from db.conditions import as_of
from db.order import SORTED_ON
from db.pool import Connection
from db.statements import statement
from schema.ports import Row
from schema.records import RecordKind
from schema.remembered import Remembered

Place = tuple[int, str, date | None, bytes | None]
"""Version, id, day and, where it was asked for, the JSON of a record in a list."""
_LATELY = 0.9
"""How much of the average comes from the pages before the last one."""


class Versions:
    """Rows by version, and which stood under an id at a revision. `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        self._rows: Remembered[tuple[RecordKind, int], Row] = Remembered(limit // 2)
        self._standing: Remembered[tuple[RecordKind, int, str], Row] = Remembered(limit // 2)
        self._known: dict[RecordKind, float] = {}

    def mostly_known(self, kind: RecordKind) -> bool:
        """Whether of late more records of the pages were remembered than not, so that a page is best read without."""
        return self._known.get(kind, 0.0) > 1 / 2

    async def of(self, connection: Connection, kind: RecordKind, places: Sequence[Place]) -> list[Row]:
        """The rows of a list. Only the JSON that is neither given nor remembered is read."""
        get, put = self._rows.get, self._rows.put
        rows = [get((kind, place[0])) for place in places]
        missing = [place[0] for place, row in zip(places, rows, strict=True) if row is None and place[3] is None]
        self._count(kind, rows)
        bodies: dict[int, bytes] = {}
        if missing:
            found = await connection.fetch(statement("bodies").format(kind=kind), missing)
            bodies = {version: body for version, body in found}  # noqa: C416  # records are no pairs to a type checker
        for number, (version, id_, on, body) in enumerate(places):
            if rows[number] is None:
                row = Row(version, id_, on, bodies[version] if body is None else body)
                rows[number] = put((kind, version), row, len(row.body))
        return cast("list[Row]", rows)

    def _count(self, kind: RecordKind, rows: Sequence[Row | None]) -> None:
        if rows:
            share = 1 - rows.count(None) / len(rows)
            self._known[kind] = _LATELY * self._known.get(kind, 0.0) + (1 - _LATELY) * share

    def standing(self, kind: RecordKind, ids: Iterable[str], revision: int) -> dict[str, Row]:
        """The records with these ids as far as they are remembered."""
        found = {record_id: self._standing.get((kind, revision, record_id)) for record_id in ids}
        return {record_id: row for record_id, row in found.items() if row is not None}

    async def read(
        self, connection: Connection, kind: RecordKind, ids: Sequence[str], revision: int
    ) -> Mapping[str, Row]:
        """The records with these ids, from the store."""
        sql = statement("by_id").format(kind=kind, on=SORTED_ON[kind], where=as_of("v"))
        rows = [Row(*record) for record in await connection.fetch(sql, revision, list(ids))]
        put = self._standing.put
        return {row.id: put((kind, revision, row.id), row, len(row.body)) for row in rows}
