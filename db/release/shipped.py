"""Releases that come with the program: their names, and what their records come to, so that anyone can build them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict, Field

from db.pool import Connection
from db.release.ledger import add_release, read_releases
from db.release.snapshot import Snapshot
from schema.records import RECORD_MODELS
from schema.releases import MANIFEST_FORMAT, RELEASE_PATTERN, Manifest
from schema.tables import TABLE_OF


class ShippedRelease(BaseModel):
    """A line of `releases.ndjson`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=RELEASE_PATTERN)
    revision: int = Field(ge=1)
    format: int = Field(ge=1)
    """Version of the shape of manifests when the line was written."""
    sha256: Mapping[str, str]
    """SHA-256 of the NDJSON file of each table of records. Other files change with the program that writes them."""

    def fault(self, manifest: Manifest) -> str | None:
        """What is wrong with a release of that name that was built here, if anything."""
        if manifest.revision != self.revision:
            return f"the release {self.name} is r{manifest.revision} here, and r{self.revision} as it was shipped"
        built = {one.url: one.sha256 for one in manifest.resources}
        wrong = [table for table, sha256 in self.sha256.items() if built.get(f"{table}.ndjson") != sha256]
        return (
            f"the release {self.name} has other {', '.join(wrong)} than were shipped under that name" if wrong else None
        )


async def enter_shipped(connection: Connection, shipped: Iterable[ShippedRelease], up_to: int) -> tuple[int, list[str]]:
    """Enter the shipped releases that a store lacks, up to the last revision that it has as it was shipped.

    Returns how many were entered, and those that cannot be: the store has a release of that name, or a newer one.
    """
    added, left = 0, []
    for release in sorted(shipped, key=lambda one: one.revision):
        if release.revision > up_to:
            continue
        known = await read_releases(connection)
        if any((one.name, one.revision) == (release.name, release.revision) for one in known):
            continue
        if any(one.name == release.name or one.revision >= release.revision for one in known):
            left.append(release.name)
            continue
        await add_release(connection, release.name, release.revision)
        added += 1
    return added, left


async def shipped_lines(connection: Connection) -> list[ShippedRelease]:
    """The releases of a store, the oldest first, as they are shipped."""
    return [
        ShippedRelease(
            name=release.name,
            revision=release.revision,
            format=MANIFEST_FORMAT,
            sha256=await _sums(Snapshot(connection, release.revision)),
        )
        for release in reversed(await read_releases(connection))
    ]


async def _sums(snapshot: Snapshot) -> dict[str, str]:
    """The digests that the NDJSON files of the records have."""
    sums = {}
    for kind in RECORD_MODELS:
        digest = hashlib.sha256()
        async for chunk in snapshot.lines(kind):
            digest.update(chunk)
        sums[TABLE_OF[kind].name] = digest.hexdigest()
    for name, lines in (await snapshot.annotations()).items():
        sums[name] = hashlib.sha256(lines).hexdigest()
    return sums
