"""Checks the files of all releases against their manifests, and these against the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from db.pool import Connection
from db.release.ledger import read_releases
from db.release.places import Places
from db.release.shipped import ShippedRelease
from db.release.validating import CannotRelease
from db.statements import statement
from db.verify.run import Check, Tell
from schema.releases import INDEX, SUM_SUFFIX, SUMS, Manifest, Release, Resource

_PIECE = 1 << 20


async def verify_releases(
    connection: Connection, places: Places, shipped: Sequence[ShippedRelease], tell: Tell
) -> bool:
    """Check every file of every release, tell each fault as it is found, then one line.

    Returns whether nothing is wrong. A release whose files are not here is said to be not held: they may lie elsewhere.
    """
    check, missing = Check("files of releases", tell), 0
    for release in await read_releases(connection):
        try:
            manifest = places.manifest(release.name)
        except CannotRelease as error:
            check.note(f"release {release.name}: {error}")
            continue
        if manifest is None:
            missing += 1
            continue
        recorded = await connection.fetchval(statement("manifest_of_release"), release.name)
        digest = await connection.fetchval(statement("digest_of_revision"), release.revision)
        folder = places.of(release.name)
        check.note(_index_fault(folder, release, manifest, recorded, digest))
        for one in manifest.resources:
            check.note(_file_fault(folder, release.name, one))
        for fault in _beside(folder, release.name, manifest):
            check.note(fault)
        for line in shipped:
            if line.name == release.name:
                check.note(line.fault(manifest))
    check.not_held = f", {missing} releases not held" if missing else ""
    tell(str(check))
    return not check.wrong


def _index_fault(folder: Path, release: Release, manifest: Manifest, recorded: str | None, digest: str) -> str | None:
    where = f"release {release.name}: {INDEX}"
    if (manifest.name, manifest.revision, manifest.revision_digest) != (release.name, release.revision, digest):
        return f"{where} is that of another release"
    if recorded is not None and hashlib.sha256((folder / INDEX).read_bytes()).hexdigest() != recorded:
        return f"{where} is not the one that was published"
    return None


def _file_fault(folder: Path, release: str, one: Resource) -> str | None:
    where, file = f"release {release}: {one.url}", folder / one.url
    if not file.is_file():
        return f"{where} is missing"
    if file.stat().st_size != one.bytes:
        return f"{where} has {file.stat().st_size} bytes, not {one.bytes}"
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            digest.update(piece)
    return None if digest.hexdigest() == one.sha256 else f"{where}: its SHA-256 is another"


def _beside(folder: Path, release: str, manifest: Manifest) -> Iterator[str | None]:
    """What is wrong with the digests beside the files, and files that nobody knows."""
    lines = {f"{one.sha256}  {one.url}\n" for one in manifest.resources}
    expected = {SUMS: "".join(sorted(lines, key=lambda line: line[66:]))}
    expected |= {f"{one.url}{SUM_SUFFIX}": f"{one.sha256}  {one.name}\n" for one in manifest.resources}
    known = {one.url for one in manifest.resources} | {INDEX}
    for file in sorted(folder.rglob("*")):
        name = str(file.relative_to(folder))
        if name in expected:
            right = file.read_text(encoding="utf-8", errors="replace") == expected[name]
            yield None if right else f"release {release}: {name} does not have the digests of the manifest"
        elif file.is_file() and name not in known:
            yield f"release {release}: {name} is not in the manifest"
    if not (folder / SUMS).is_file():
        yield f"release {release}: {SUMS} is missing"
