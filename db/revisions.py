"""Which revision is the latest and which are releases, asked for now and then; and the older ones, asked for once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from db.pool import Connection
from db.release.ledger import read_releases
from db.statements import statement
from schema.ports import Edition, StoreUnavailable
from schema.query import AsOf
from schema.records import Revision
from schema.releases import Release

_REMEMBERED = 10_000


class Revisions:
    """The ledger, as far as it was read.

    `fresh_for` says for how many seconds the latest revision may be taken for the latest without asking, and no
    release be thought to have come. An answer may thus be that much behind a writer, but it is whole: everything in it
    is read as of one committed revision, and what stands at that revision does not change when others follow.
    """

    def __init__(self, fresh_for: float, rewritten: Callable[[], None] = lambda: None) -> None:
        """`rewritten` is called when the store turns out to hold another history, as one does that was restored."""
        self._fresh_for = fresh_for
        self._rewritten = rewritten
        self._latest: Revision | None = None
        self._asked = float("-inf")
        self._by_number: dict[int, Revision] = {}
        self._released: int | None = None
        self.releases: Sequence[Release] = ()
        """All releases, the newest first, as they were when last asked for."""
        self.edition = Edition(0, "", 0)
        """What was latest then."""
        self._release_of: dict[int, Release] = {}

    @property
    def fresh(self) -> bool:
        """Whether what was read last may be taken for what there is now."""
        return time.monotonic() - self._asked < self._fresh_for

    def release_of(self, revision: int) -> str | None:
        """The name of the release that a revision is, if it is one, as far as was read."""
        found = self._release_of.get(revision)
        return found.name if found else None

    def known(self, as_of: AsOf | None) -> Revision | None:
        """The revision meant, if it need not be asked for."""
        if as_of is None:
            return self._latest if self.fresh else None
        number = self._number(as_of)
        # What is a release stays one, but what is none may become one.
        return self._by_number.get(number) if number in self._release_of or self.fresh else None

    def _number(self, as_of: AsOf) -> int:
        """The number of the revision that is named; 0 for one that is told by a time, and for none."""
        if as_of.release is not None:
            return next((release.revision for release in self.releases if release.name == as_of.release), 0)
        return as_of.revision or 0

    async def read(self, connection: Connection, as_of: AsOf | None) -> Revision | None:
        """The revision meant, from the store. Raises `StoreUnavailable` if the store is empty."""
        latest = await self.ask(connection)
        if as_of is None:
            return latest
        if as_of.time is not None:
            return await self.find(connection, as_of)
        number = self._number(as_of)
        if number not in self._by_number:
            row = await connection.fetchrow(statement("revision_by_number"), number) if number else None
            if row is None:
                return None
            self._remember(Revision(**row))
        return self._by_number[number]

    async def find(self, connection: Connection, as_of: AsOf) -> Revision | None:
        """The revision that is named, as one server has it, whatever is remembered."""
        if as_of.time is not None:
            row = await connection.fetchrow(statement("revision_by_time"), as_of.time)
        elif as_of.release is not None:
            row = await connection.fetchrow(statement("revision_by_release"), as_of.release)
        else:
            row = await connection.fetchrow(statement("revision_by_number"), as_of.revision)
        return Revision(**row) if row else None

    def _remember(self, revision: Revision) -> None:
        if len(self._by_number) >= _REMEMBERED:
            self._by_number.clear()
        self._by_number[revision.number] = revision

    async def ask(self, connection: Connection) -> Revision:
        """The latest revision and the releases, unless they are fresh. Raises `StoreUnavailable` if there is none."""
        if self._latest is not None and self.fresh:
            return self._latest
        asked = time.monotonic()
        row = await connection.fetchrow(statement("latest_and_released"))
        if row is None:
            raise StoreUnavailable("the store is empty")
        fields = dict(row.items())
        if (released := fields.pop("released")) != self._released:
            self.releases = await read_releases(connection)
            self._release_of = {release.revision: release for release in self.releases}
            self._released = released
        if self._latest is None or (fields["number"], fields["digest"]) != (self._latest.number, self._latest.digest):
            self._latest = Revision(**fields)
            known = self._by_number.get(self._latest.number)
            if known is not None and known.digest != self._latest.digest:
                self._by_number.clear()
                self._rewritten()
            self._remember(self._latest)
        self.edition = Edition(self._latest.number, self._latest.digest, len(self.releases))
        self._asked = asked
        return self._latest
