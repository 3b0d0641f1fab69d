"""The ledger of releases: which revisions have a name."""

from __future__ import annotations

from db.migrate import LOCK_KEY
from db.pool import Connection
from db.statements import statement
from schema.releases import Release


async def read_releases(connection: Connection) -> tuple[Release, ...]:
    """All releases, the newest first."""
    return tuple(Release(**row) for row in await connection.fetch(statement("releases")))


async def add_release(connection: Connection, name: str, revision: int, manifest_sha256: str | None = None) -> None:
    """Give a revision a name, for ever. `manifest_sha256` is None where the files are still to be made.

    Postgres refuses a name or a revision that is taken, and one that is older than the newest release.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
        await connection.execute(statement("insert_release"), name, revision, manifest_sha256)


async def fill_release(connection: Connection, name: str, manifest_sha256: str) -> None:
    """Say what the manifest of a release is whose files were made later, unless that was said before."""
    await connection.execute(statement("fill_release"), name, manifest_sha256)
