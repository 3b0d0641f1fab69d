"""Cuts releases: what the store holds at a revision, checked, built aside, put in place, entered in the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from db.pool import Connection
from db.release.building import Planned, build
from db.release.ledger import add_release, fill_release, read_releases
from db.release.places import Places
from db.release.shipped import ShippedRelease
from db.release.snapshot import Snapshot
from db.release.validating import CannotRelease, validate
from db.statements import statement
from db.writer import latest
from schema.records import Revision
from schema.releases import INDEX, Manifest, Release, is_release_name, next_name

Shipped = Mapping[str, ShippedRelease]
"""The releases that came with the program, by name: what is built under their names must be what was shipped."""
_NONE: Shipped = {}


async def cut(connection: Connection, places: Places, name: str | None = None, shipped: Shipped = _NONE) -> Manifest:
    """Cut a release of the latest revision, or build the files of one that has none here.

    Raises `CannotRelease` where something is wrong with the name or with what the store holds.
    """
    if name is not None and not is_release_name(name):
        raise CannotRelease(f"{name!r} is no name of a release: it is a year, a month and a number, as 2026.11.1")
    with places.alone():
        known = await read_releases(connection)
        release = await _meant(connection, known, name)
        if any(one.name == release.name for one in known):
            if places.manifest(release.name) is not None:
                raise CannotRelease(f"r{release.revision} is the release {release.name} already, and it never changes")
            return await _build(connection, places, release, known, shipped, new=False)
        return await _build(connection, places, release, known, shipped, new=True)


async def build_shipped(connection: Connection, places: Places, shipped: Shipped) -> list[Manifest]:
    """Build the files of the releases that came with the program and have none here."""
    with places.alone():
        known = await read_releases(connection)
        missing = [one for one in reversed(known) if one.name in shipped and places.manifest(one.name) is None]
        return [await _build(connection, places, one, known, shipped, new=False) for one in missing]


async def _meant(connection: Connection, known: Sequence[Release], name: str | None) -> Release:
    """The release that is to be cut: one that is known, or a new one of the latest revision."""
    revision = await latest(connection)
    if revision is None:
        raise CannotRelease("the store is empty: there is nothing to release")
    of_revision = next((one for one in known if one.revision == revision.number), None)
    found = next((one for one in known if one.name == name), of_revision if name is None else None)
    if found is not None:
        return found
    if of_revision is not None:
        raise CannotRelease(f"r{revision.number} is the release {of_revision.name} already, and it has one name only")
    return Release(
        name=name or next_name(revision.committed_at, [one.name for one in known]),
        revision=revision.number,
        committed_at=revision.committed_at,
        previous=known[0].name if known else None,
    )


async def _build(
    connection: Connection, places: Places, release: Release, known: Sequence[Release], shipped: Shipped, *, new: bool
) -> Manifest:
    before = next((one for one in known if one.name == release.previous), None)
    with places.building(release.name) as aside:
        # Whatever is written meanwhile, all is read from one state of the store.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = Snapshot(connection, release.revision)
            of_before = places.manifest(before.name) if before else None
            checked = await validate(snapshot, before.revision if before else None, of_before)
            row = await connection.fetchrow(statement("revision_by_number"), release.revision)
            assert row is not None  # noqa: S101  # releases refer to revisions
            planned = Planned(release, Revision(**row), before.revision if before else None, checked)
            manifest = await build(snapshot, planned, aside)
        if release.name in shipped and (fault := shipped[release.name].fault(manifest)):
            raise CannotRelease(fault)
        index = hashlib.sha256((aside / INDEX).read_bytes()).hexdigest()
        places.put_in_place(aside, release.name, manifest.revision_digest)
    await _enter(connection, places, release, index, new=new)
    return manifest


async def _enter(connection: Connection, places: Places, release: Release, index: str, *, new: bool) -> None:
    """Enter a release that is in place in the ledger: from here on it is there for all."""
    try:
        if new:
            await add_release(connection, release.name, release.revision, index)
        else:
            await fill_release(connection, release.name, index)
    except Exception:
        places.take_back(release.name)
        raise
