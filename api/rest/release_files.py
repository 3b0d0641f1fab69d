"""The files of the releases on this machine, as their manifests name them. Nothing else in the folder is served."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.requests import Request

from api.caching import choose_encoding
from api.rest.files import StoredFile
from schema.releases import FILE_PATTERN, INDEX, SUM_SUFFIX, SUMS, Manifest, Resource

_SUFFIXES = {"zstd": ".zst", "gzip": ".gz"}
"""Encodings in the order in which they are given to who likes them equally."""


@dataclass(frozen=True, slots=True)
class ReleaseFiles:
    """One release: its manifest, and its files by their paths within it."""

    manifest: Manifest
    files: Mapping[str, StoredFile]

    def best(self, name: str, request: Request) -> StoredFile | None:
        """The file of that name, or the compressed one that stands for it and that the client likes better.

        A part is taken from the plain file, so that who joins parts has that file in the end, unless `If-Range`
        says that the client has begun with a compressed one.
        """
        plain = self.files.get(name)
        if plain is None:
            return None
        offers = {
            encoding: self.files[name + suffix].standing_for(plain, encoding)
            for encoding, suffix in _SUFFIXES.items()
            if name + suffix in self.files
        }
        begun_with = request.headers.get("if-range", "").strip()
        if "range" in request.headers:
            return next((offer for offer in offers.values() if offer.etag == begun_with), plain)
        return offers.get(choose_encoding(request.headers.get("accept-encoding", ""), list(offers)), plain)


class Shelf:
    """The folder of releases. A manifest is read once, and again should its files be built anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, tuple[tuple[int, int, int], ReleaseFiles | None]] = {}

    async def files_of(self, release: str) -> ReleaseFiles | None:
        """The files of a release on record; None if they are not on this machine."""
        return await run_sync(self._files_of, release)

    def _files_of(self, release: str) -> ReleaseFiles | None:
        try:
            found = (self.folder / release / INDEX).stat()
        except FileNotFoundError:
            return None
        state = found.st_ino, found.st_mtime_ns, found.st_size
        known = self._read.get(release)
        if known is None or known[0] != state:
            known = self._read[release] = state, read_release(self.folder, release)
        return known[1]


def shelf_of(request: Request) -> Shelf:
    """The folder of releases that the application of a request serves."""
    state = request.app.state
    if not hasattr(state, "shelf"):
        state.shelf = Shelf(state.settings.releases_folder)
    shelf: Shelf = state.shelf
    return shelf


def read_release(folder: Path, release: str) -> ReleaseFiles | None:
    """The files of a release, by its manifest; None if there is no such release in the folder."""
    home = (folder / release).resolve()
    try:
        manifest = Manifest.model_validate_json((home / INDEX).read_bytes())
    except FileNotFoundError:
        return None
    if manifest.name != release:
        raise ValueError(f"{home / INDEX} is the manifest of {manifest.name}")
    files = {one.url: _stored(home, one) for one in manifest.resources if _is_ours(home, one.url)}
    media_types = {INDEX: "application/json", SUMS: "text/plain; charset=utf-8"}
    media_types |= {url + SUM_SUFFIX: "text/plain; charset=utf-8" for url in files}
    for url, media_type in media_types.items():
        if url not in files and _is_ours(home, url) and (home / url).is_file():
            data = (home / url).read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            files[url] = StoredFile(home / url, Path(url).name, media_type, len(data), digest, saved=False)
    return ReleaseFiles(manifest, files)


def _is_ours(home: Path, url: str) -> bool:
    """Whether a path stays within the release: no part of it is hidden, leads up, or is a link to elsewhere."""
    return re.fullmatch(FILE_PATTERN, url) is not None and (home / url).resolve() == home / url


def _stored(home: Path, one: Resource) -> StoredFile:
    saved = one.table is not None or one.encoding is not None
    return StoredFile(home / one.url, Path(one.url).name, one.file_type, one.bytes, one.sha256, saved)
