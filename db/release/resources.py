"""The files of a release as the manifest has them: packed, measured and hashed, several at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import Queue
from typing import Literal

import pyarrow as pa

from db.export.files import MEDIA_TYPES
from schema.releases import Resource

MEDIA = {**MEDIA_TYPES, "parquet": "application/vnd.apache.parquet", "sqlite": "application/vnd.sqlite3"}
"""By the suffix of a file."""
PACKED: dict[str, Literal["gzip", "zstd"]] = {".gz": "gzip", ".zst": "zstd"}
_PIECE = 1 << 20
_WAITING = 4
"""Pieces of a file that may wait to be packed, before whoever makes it has to wait too."""
_THREADS = 16
"""More than files are open at a time: what is packed slowly keeps nothing else waiting."""


class PackedFile:
    """A file that is packed and hashed while it is written, beside the work that makes it."""

    def __init__(self, folder: Path, url: str, table: str) -> None:
        self._folder, self._url, self._table = folder, url, table
        self._rows: int | None = None
        self._begun = bytearray()
        self._pieces: Queue[bytes | None] = Queue(_WAITING)

    def write(self, data: bytes) -> None:
        """Add some bytes."""
        self._begun += data
        # What is packed comes in pieces of one length, however it was written.
        while len(self._begun) >= _PIECE:
            self._pieces.put(bytes(self._begun[:_PIECE]))
            del self._begun[:_PIECE]

    def close(self, rows: int | None = None) -> None:
        """End the file. `rows` is how many it has."""
        self._rows = rows
        if self._begun:
            self._pieces.put(bytes(self._begun))
        self._pieces.put(None)

    def pack(self) -> list[Resource]:
        """Write what comes until the end, plain and packed. Runs in a thread of its own."""
        pieces = iter(self._pieces.get, None)
        try:
            length, sha256 = self._write(pieces)
        finally:
            for _ in pieces:
                pass  # after an error too, whoever makes the file must not wait for ever
        media = MEDIA[self._url.rpartition(".")[2]]
        plain = Resource(
            name=self._url, table=self._table, url=self._url, media_type=media, encoding=None, bytes=length,
            rows=self._rows, sha256=sha256,
        )  # fmt: skip
        return [
            plain,
            *(
                resource(self._folder, f"{self._url}{suffix}", self._table, media, encoding=encoding, rows=self._rows)
                for suffix, encoding in PACKED.items()
            ),
        ]

    def _write(self, pieces: Iterator[bytes]) -> tuple[int, str]:
        """Write all forms; the length and the SHA-256 of the plain one."""
        length, digest = 0, hashlib.sha256()
        with ExitStack() as opened:
            targets = [opened.enter_context((self._folder / self._url).open("wb"))]
            for suffix, encoding in PACKED.items():
                file = opened.enter_context(pa.OSFile(str(self._folder / f"{self._url}{suffix}"), "wb"))
                targets.append(opened.enter_context(pa.CompressedOutputStream(file, encoding)))
            for piece in pieces:
                length += len(piece)
                digest.update(piece)
                for target in targets:
                    target.write(piece)
        return length, digest.hexdigest()


class Packer:
    """Packs and hashes files beside the work that makes others: both let go of the interpreter meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool = ThreadPoolExecutor(_THREADS)
        self._open: dict[PackedFile, Future[list[Resource]]] = {}
        self._made: list[Future[list[Resource]]] = []

    def open(self, url: str, table: str) -> PackedFile:
        """Begin a file of a table, with its packed forms."""
        file = PackedFile(self._folder, url, table)
        self._open[file] = self._pool.submit(file.pack)
        return file

    def end(self, file: PackedFile, rows: int) -> None:
        """End a file that was begun here, and take it up with its packed forms."""
        self._made.append(self._open.pop(file))
        file.close(rows)

    def add(self, url: str, table: str | None, rows: int | None) -> None:
        """Take up a file that is whole."""
        media = MEDIA[url.rpartition(".")[2]]
        self._made.append(self._pool.submit(lambda: [resource(self._folder, url, table, media, rows=rows)]))

    def done(self) -> list[Resource]:
        """The files, once all are done, in the order in which they were taken up."""
        return [one for made in self._made for one in made.result()]

    def stop(self) -> None:
        """Begin nothing more, and wait for what has begun."""
        for file in self._open:
            file.close()
        self._pool.shutdown(cancel_futures=True)


def resource(
    folder: Path, url: str, table: str | None, media_type: str, *,
    encoding: Literal["gzip", "zstd"] | None = None, rows: int | None = None, described_by: str | None = None,
) -> Resource:  # fmt: skip
    """A file that is whole, as the manifest has it."""
    digest, length = hashlib.sha256(), 0
    with (folder / url).open("rb") as opened:
        while piece := opened.read(_PIECE):
            digest.update(piece)
            length += len(piece)
    return Resource(
        name=url.rpartition("/")[2], table=table, url=url, media_type=media_type, encoding=encoding, bytes=length,
        rows=rows, sha256=digest.hexdigest(), described_by=described_by,
    )  # fmt: skip
