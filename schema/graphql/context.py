"""What the resolvers of one request share: the reader, and one revision for all that name none."""

from schema.graphql.source import Shared, Snapshot
from schema.ports import Reader
from schema.query import AsOf, BadQuery


class Context:
    """The reader of one request, and the snapshots that it opened."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.revision: int | None = None
        """The revision answered from: the latest, if any field was answered from that, else the first one opened."""
        self._snapshots: dict[str, Shared[Snapshot]] = {}

    async def open(self, as_of: AsOf | None = None, cursor: int | None = None) -> Snapshot:
        """The same as `snapshot`, for a request that opens one only."""
        if cursor is not None:
            return await self.snapshot(as_of, cursor)
        return await self._open(as_of, chosen=as_of is not None)

    async def snapshot(self, as_of: AsOf | None = None, cursor: int | None = None) -> Snapshot:
        """The store at the point asked for, else at the revision of the cursor, else at the latest."""
        if as_of is None and cursor is not None:
            return await self._cursor_snapshot(cursor)
        found = await self._read(as_of, chosen=as_of is not None)
        if cursor is not None and cursor != found.number:
            raise BadQuery("cursor", f"the cursor is of revision {cursor}, but as_of is revision {found.number}")
        return found

    async def beside(self, parent: Snapshot, cursor: int | None) -> Snapshot:
        """Where a nested list is read: with its parent, unless its cursor says otherwise."""
        if cursor is None or cursor == parent.number:
            return parent
        if parent.chosen:
            raise BadQuery("cursor", f"the cursor is of revision {cursor}, but as_of is revision {parent.number}")
        return await self._cursor_snapshot(cursor)

    async def _cursor_snapshot(self, revision: int) -> Snapshot:
        try:
            return await self._read(AsOf(text=f"r{revision}", revision=revision), chosen=False)
        except BadQuery:
            raise BadQuery("cursor", f"the store has no revision {revision}, which the cursor is of") from None

    async def _read(self, as_of: AsOf | None, *, chosen: bool) -> Snapshot:
        key = f"{chosen}{as_of.text if as_of else ''}"
        if key not in self._snapshots:
            self._snapshots[key] = Shared(self._open(as_of, chosen=chosen))
        return await self._snapshots[key].result()

    async def _open(self, as_of: AsOf | None, *, chosen: bool) -> Snapshot:
        snapshot = Snapshot(self.reader, await self.reader.revision(as_of), chosen=chosen)
        if self.revision is None or as_of is None:
            self.revision = snapshot.number
        return snapshot
