"""The files of a release as the manifest has them: packed, measured and hashed, several at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import pyarrow as pa

from db.export.files import MEDIA_TYPES
from schema.releases import Resource

MEDIA = {**MEDIA_TYPES, "parquet": "application/vnd.apache.parquet", "sqlite": "application/vnd.sqlite3"}
"""By the suffix of a file."""
PACKED: dict[str, Literal["gzip", "zstd"]] = {".gz": "gzip", ".zst": "zstd"}
_PIECE = 1 << 20
_THREADS = 2


class Packer:
    """Packs and hashes files beside the work that makes others: both let go of the interpreter meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool = ThreadPoolExecutor(_THREADS)
        self._made: list[Future[Resource]] = []

    def add(self, url: str, table: str | None, rows: int | None, *, packed: bool = False) -> None:
        """Take up a file that is whole, and where it is wanted its packed forms."""
        for suffix in ("", *(PACKED if packed else ())):
            self._made.append(self._pool.submit(self._resource, url, suffix, table, rows))

    def _resource(self, url: str, suffix: str, table: str | None, rows: int | None) -> Resource:
        encoding = PACKED.get(suffix)
        if encoding:
            _pack(self._folder / url, self._folder / f"{url}{suffix}", encoding)
        media = MEDIA[url.rpartition(".")[2]]
        return resource(self._folder, f"{url}{suffix}", table, media, encoding=encoding, rows=rows)

    def done(self) -> list[Resource]:
        """The files, once all are done, in the order in which they were added."""
        return [made.result() for made in self._made]

    def stop(self) -> None:
        """Begin nothing more, and wait for what has begun."""
        self._pool.shutdown(cancel_futures=True)


def resource(
    folder: Path, url: str, table: str | None, media_type: str, *,
    encoding: Literal["gzip", "zstd"] | None = None, rows: int | None = None, described_by: str | None = None,
) -> Resource:  # fmt: skip
    """A file that is whole, as the manifest has it."""
    digest, length = hashlib.sha256(), 0
    for piece in pieces(folder / url):
        digest.update(piece)
        length += len(piece)
    return Resource(
        name=url.rpartition("/")[2], table=table, url=url, media_type=media_type, encoding=encoding, bytes=length,
        rows=rows, sha256=digest.hexdigest(), described_by=described_by,
    )  # fmt: skip


def pieces(file: Path) -> Iterator[bytes]:
    """The bytes of a file, some at a time."""
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece


def _pack(plain: Path, packed: Path, encoding: str) -> None:
    with pa.OSFile(str(packed), "wb") as target, pa.CompressedOutputStream(target, encoding) as stream:
        for piece in pieces(plain):
            stream.write(piece)
