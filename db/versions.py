"""Record versions that were read before. A version never changes, so what is remembered is never out of date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import asyncpg

from db.conditions import as_of
from db.order import SORTED_ON
from db.pool import Connection
from db.statements import statement
from schema.ports import Row
from schema.records import RecordKind
from schema.remembered import Remembered

Place = tuple[int, str, date | None]
"""Version, id and day of a record in a list."""


def rows_of(records: Iterable[asyncpg.Record]) -> list[Row]:
    """Rows from a statement that gives version, id, day and body."""
    return [Row(version, id_, on, body.encode()) for version, id_, on, body in records]


class Versions:
    """Rows by version, and which version stood under an id at a revision. `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        self._rows: Remembered[tuple[RecordKind, int], Row] = Remembered(limit)
        self._standing: Remembered[tuple[RecordKind, int, str], int] = Remembered(limit // 4)

    def _keep(self, kind: RecordKind, row: Row) -> Row:
        return self._rows.put((kind, row.version), row, len(row.body))

    def known(self, kind: RecordKind, places: Sequence[Place]) -> list[Row | None]:
        """The rows of a list, None where one must be read."""
        get = self._rows.get
        return [get((kind, version)) for version, _, _ in places]

    async def of(self, connection: Connection, kind: RecordKind, places: Sequence[Place]) -> list[Row]:
        """The rows of a list. Only the bodies that are not remembered are read."""
        rows = self.known(kind, places)
        missing = [place[0] for place, row in zip(places, rows, strict=True) if row is None]
        if missing:
            found = await connection.fetch(statement("bodies").format(kind=kind), missing)
            bodies: dict[int, str] = {row["version"]: row["body"] for row in found}
            for number, (version, id_, on) in enumerate(places):
                if rows[number] is None:
                    rows[number] = self._keep(kind, Row(version, id_, on, bodies[version].encode()))
        return [row for row in rows if row is not None]

    def standing(self, kind: RecordKind, ids: Iterable[str], revision: int) -> dict[str, Row]:
        """The records with these ids as far as they are remembered."""
        found = {}
        for record_id in ids:
            version = self._standing.get((kind, revision, record_id))
            row = None if version is None else self._rows.get((kind, version))
            if row is not None:
                found[record_id] = row
        return found

    async def read(
        self, connection: Connection, kind: RecordKind, ids: Sequence[str], revision: int
    ) -> Mapping[str, Row]:
        """The records with these ids, from the store."""
        sql = statement("by_id").format(kind=kind, on=SORTED_ON[kind], where=as_of("v"))
        rows = rows_of(await connection.fetch(sql, revision, list(ids)))
        for row in rows:
            self._standing.put((kind, revision, row.id), self._keep(kind, row).version, 0)
        return {row.id: row for row in rows}
