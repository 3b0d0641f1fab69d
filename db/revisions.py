"""Which revision is the latest, asked for now and then; and the older ones, asked for once."""

from __future__ import annotations

import time

from db.pool import Connection
from db.statements import statement
from schema.ports import StoreUnavailable
from schema.query import AsOf
from schema.records import Revision

_REMEMBERED = 10_000


class Revisions:
    """The ledger, as far as it was read.

    `fresh_for` says for how many seconds the latest revision may be taken for the latest without asking. An answer
    may thus be that much behind a writer, but it is whole: everything in it is read as of one committed revision, and
    what stands at that revision does not change when others follow.
    """

    def __init__(self, fresh_for: float) -> None:
        self._fresh_for = fresh_for
        self._latest: Revision | None = None
        self._asked = 0.0
        self._by_number: dict[int, Revision] = {}

    def known(self, as_of: AsOf | None) -> Revision | None:
        """The revision meant, if it need not be asked for."""
        if as_of is None:
            return self._latest if time.monotonic() - self._asked < self._fresh_for else None
        return self._by_number.get(as_of.revision) if as_of.revision is not None else None

    async def read(self, connection: Connection, as_of: AsOf | None) -> Revision | None:
        """The revision meant, from the store. Raises `StoreUnavailable` if the store is empty."""
        if as_of is None:
            asked = time.monotonic()
            row = await connection.fetchrow(statement("latest_revision"))
            if row is None:
                raise StoreUnavailable("the store is empty")
            if self._latest is None or row["number"] != self._latest.number or row["digest"] != self._latest.digest:
                self._latest = Revision(**row)
            self._asked = asked
            return self._latest
        if as_of.time is not None:
            row = await connection.fetchrow(statement("revision_by_time"), as_of.time)
            return Revision(**row) if row else None
        if as_of.revision is None:
            return None
        row = await connection.fetchrow(statement("revision_by_number"), as_of.revision)
        if row is None:
            return None
        if len(self._by_number) >= _REMEMBERED:
            self._by_number.clear()
        self._by_number[as_of.revision] = Revision(**row)
        return self._by_number[as_of.revision]
