"""Copies the files of a release to an object store, where anybody can fetch them: the manifest last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import orjson

from api.downloading.source import LATEST, digest_of
from api.rest.files import IMMUTABLE, StoredFile
from api.rest.release_files import ReleaseFiles
from schema.releases import INDEX

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_CHANGES = "public, max-age=60"
"""What says which release is the latest may be kept a minute."""
_DIGEST = "sha256"
"""Under this name an object says which bytes it has."""

Told = Callable[[str, str], None]
"""Is told what became of a file (`pushed` or `unchanged`), and its path."""


class CannotPush(Exception):
    """A release cannot be copied. The message says what and why."""


def open_bucket(address: str) -> ObjectStore:
    """The store at an address (`s3://bucket/prefix`, also `gs://`, `az://`, `file:///folder`).

    Keys, region and endpoint come from the environment, under the names that the store's own tools use. Raises
    `CannotPush` where there can be none at that address.
    """
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError:
        raise CannotPush("pushing takes the package obstore: pip install 'cunzhao[push]'") from None
    try:
        return from_url(address)
    except (BaseError, ValueError) as error:
        raise CannotPush(f"{address}: {_first_line(error)}") from None


def push(release: ReleaseFiles, bucket: ObjectStore, told: Told) -> None:
    """Copy what is not there yet. `index.json` comes last: a release that has one is whole.

    Where no newer release is there, `latest/index.json` then names this one. Raises `CannotPush`; what has been copied
    stays, and is not copied again.
    """
    from obstore.exceptions import BaseError

    name = release.manifest.name
    try:
        for path, file in sorted(release.files.items(), key=lambda item: item[0] == INDEX):
            _put(bucket, f"{name}/{path}", file, IMMUTABLE, told)
        if _latest_revision(bucket) <= release.manifest.revision:
            _put(bucket, f"{LATEST}/{INDEX}", release.files[INDEX], _CHANGES, told)
    except (BaseError, OSError, ValueError) as error:
        raise CannotPush(f"release {name} was not pushed whole: {_first_line(error)}") from None


def _put(bucket: ObjectStore, path: str, file: StoredFile, cached: str, told: Told) -> None:
    import obstore

    if _attributes(bucket, path).get(_DIGEST) == file.sha256:
        told("unchanged", path)
        return
    with file.path.open("rb") as opened:
        if digest_of(opened).hexdigest() != file.sha256:
            raise ValueError(f"{file.path} is not what its manifest says")
    attributes = {"Content-Type": file.media_type, "Cache-Control": cached, _DIGEST: file.sha256}
    try:
        obstore.put(bucket, path, file.path, attributes=attributes)
    except NotImplementedError:  # a plain folder: its files have names and bytes, and nothing else
        obstore.put(bucket, path, file.path)
    told("pushed", path)


def _attributes(bucket: ObjectStore, path: str) -> Mapping[str, str]:
    """What an object says of itself; nothing where there is none."""
    import obstore

    try:
        return dict(obstore.get(bucket, path, options={"head": True}).attributes)
    except FileNotFoundError:
        return {}


def _latest_revision(bucket: ObjectStore) -> int:
    """The revision of the release that is the latest there; 0 where there is none."""
    import obstore

    try:
        manifest = orjson.loads(bytes(obstore.get(bucket, f"{LATEST}/{INDEX}").bytes()))
    except FileNotFoundError:
        return 0
    return int(manifest["revision"])


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
