"""Record versions that were read before. A version never changes, so what is remembered is never out of date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from db.conditions import as_of
from db.order import SORTED_ON
from db.pool import Connection
from db.statements import statement
from schema.ports import Row
from schema.records import RecordKind
from schema.remembered import Tables

Place = tuple[int, str, date | None, bytes | None]
"""Version, id, day and, where it was asked for, the JSON of a record in a list."""
_LATELY = 0.9
"""How much of the average comes from the pages before the last one."""
_ROW = 200
"""What a row takes besides its JSON, about, in bytes."""


class Versions:
    """Rows by version, and which stood under an id at a revision. `limit` is in bytes; three quarters are for pages."""

    def __init__(self, limit: int) -> None:
        self._rows: Tables[RecordKind, int, Row] = Tables(limit * 3 // 4, _length)
        self._standing: Tables[tuple[RecordKind, int], str, Row] = Tables(limit // 4, _length)
        self._known: dict[RecordKind, float] = {}

    def mostly_known(self, kind: RecordKind) -> bool:
        """Whether of late more records of the pages were remembered than not, so that a page is best read without."""
        return self._known.get(kind, 0.0) > 1 / 2

    async def of(self, connection: Connection, kind: RecordKind, places: Sequence[Place]) -> list[Row]:
        """The rows of a list. Only the JSON that is neither given nor remembered is read."""
        known, missing = self._rows.known(kind, [place[0] for place in places])
        self._count(kind, len(places), len(missing))
        if not missing:
            return [known[place[0]] for place in places]
        unread = [place[0] for place in places if place[3] is None and place[0] not in known]
        bodies: dict[int, bytes] = {}
        if unread:
            found = await connection.fetch(statement("bodies").format(kind=kind), unread)
            bodies = {version: body for version, body in found}  # noqa: C416  # records are no pairs to a type checker
        rows = {
            version: known.get(version) or Row(version, id_, on, bodies[version] if body is None else body)
            for version, id_, on, body in places
        }
        self._rows.put_all(kind, {version: rows[version] for version in missing})
        return [rows[place[0]] for place in places]

    def _count(self, kind: RecordKind, shown: int, missing: int) -> None:
        if shown:
            share = 1 - missing / shown
            self._known[kind] = _LATELY * self._known.get(kind, 0.0) + (1 - _LATELY) * share

    def standing(self, kind: RecordKind, ids: Sequence[str], revision: int) -> dict[str, Row]:
        """The records with these ids as far as they are remembered."""
        known, _ = self._standing.known((kind, revision), ids)
        return {record_id: known[record_id] for record_id in ids if record_id in known}

    async def read(
        self, connection: Connection, kind: RecordKind, ids: Sequence[str], revision: int
    ) -> Mapping[str, Row]:
        """The records with these ids, from the store."""
        sql = statement("by_id").format(kind=kind, on=SORTED_ON[kind], where=as_of("v"))
        rows = [Row(*record) for record in await connection.fetch(sql, revision, list(ids))]
        found = {row.id: row for row in rows}
        self._standing.put_all((kind, revision), found)
        return found


def _length(row: Row) -> int:
    return len(row.body) + _ROW
