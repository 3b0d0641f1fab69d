"""The file: a tar of pieces, packed with zstd, that ends with the checksums of all of them.

`tar --zstd -xf FILE && sha256sum -c SHA256SUMS` takes it apart and checks it without us. What does not end with the
checksums was cut short.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Literal, cast

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, ValidationError

from db.backup import BackupError

FORMAT: Final = 1
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
_PARTIAL = ".partial"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AppliedMigration(_Part):
    """A step that the tables had gone through."""

    number: int
    sha256: str


class StoredTable(_Part):
    """A table and the columns that its rows have, in their order."""

    name: str
    columns: tuple[str, ...]


class StoredSequence(_Part):
    """Where a sequence of numbers stood."""

    name: str
    last_value: int
    is_called: bool


class BackupManifest(_Part):
    """What a backup is of."""

    format: Literal[1] = FORMAT
    program: str
    """The version of cunzhao that made it."""
    made_at: str
    postgres: str
    revision: int
    """The latest revision; 0 where there was none."""
    digest: str
    migrations: tuple[AppliedMigration, ...]
    tables: tuple[StoredTable, ...]
    """In an order in which each refers only to those before it."""
    sequences: tuple[StoredSequence, ...]


class Writing:
    """A backup that is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._sums: list[str] = []

    def add(self, name: str, content: bytes) -> None:
        """Add a piece."""
        self._sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        self._put(name, content)

    def end(self) -> None:
        """Add the checksums. Nothing may follow."""
        self._put(SUMS, "".join(self._sums).encode())

    def _put(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._tar.addfile(member, io.BytesIO(content))


@contextmanager
def written(path: Path) -> Iterator[Writing]:
    """A new file, which is there under its name only once it is whole and on the disk.

    Raises `BackupError` if there is one of that name, or another process is writing it.
    """
    if path.exists():
        raise BackupError(f"{path} is there already, and a backup replaces none")
    partial = path.with_name(path.name + _PARTIAL)
    with _held(partial) as descriptor:
        try:
            with (
                pa.OSFile(str(partial), "wb") as file,
                pa.CompressedOutputStream(file, "zstd") as packed,
                tarfile.open(fileobj=cast("IO[bytes]", packed), mode="w|", format=tarfile.PAX_FORMAT) as tar,
            ):
                writing = Writing(tar)
                yield writing
                writing.end()
            os.fsync(descriptor)
            partial.rename(path)
            _sync_folder(path.parent)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


@contextmanager
def _held(partial: Path) -> Iterator[int]:
    """The file under its name for the time being, for us alone: it holds texts, and hashes of keys."""
    try:
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise BackupError(f"{partial}: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield descriptor
    except BlockingIOError:
        raise BackupError(f"another process is writing {partial}") from None
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Reading:
    """A backup that is being read, from its beginning to its end."""

    def __init__(self, path: Path, tar: tarfile.TarFile) -> None:
        self._path = path
        self._members = iter(tar)
        self._tar = tar
        self._sums: list[str] = []
        self._next: tuple[str, bytes] | None = None
        name, content = self._read()
        if name != MANIFEST:
            raise BackupError(f"{path} is no backup of cunzhao")
        try:
            self.manifest = BackupManifest.model_validate_json(content)
        except ValidationError:
            raise BackupError(f"{path} was made by a cunzhao whose backups this one cannot read") from None

    def table(self, name: str) -> Iterator[bytes]:
        """The pieces of a table, which is the next one in the file."""
        while True:
            self._next = self._next or self._read()
            if not self._next[0].startswith(f"{name}/"):
                return
            piece, self._next = self._next[1], None
            yield piece

    def end(self) -> None:
        """Raises `BackupError` unless everything was read and is as it was written."""
        name, content = self._next or self._read()
        if name != SUMS or content.decode("ascii", "replace") != "".join(self._sums):
            raise BackupError(f"{self._path} is damaged: its checksums do not fit")

    def _read(self) -> tuple[str, bytes]:
        with _legible(self._path):
            member = next(self._members, None)
            if member is None:
                raise BackupError(f"{self._path} was cut short")
            file = self._tar.extractfile(member)
            content = file.read() if file else b""
        if member.name != SUMS:
            self._sums.append(f"{hashlib.sha256(content).hexdigest()}  {member.name}\n")
        return member.name, content


@contextmanager
def opened(path: Path) -> Iterator[Reading]:
    """A file to restore from. Raises `BackupError` if it is none, or is damaged where it is read."""
    if not path.is_file():
        raise BackupError(f"there is no file {path}")
    with pa.OSFile(str(path), "rb") as file, pa.CompressedInputStream(file, "zstd") as packed:
        with _legible(path):
            tar = tarfile.open(fileobj=cast("IO[bytes]", packed), mode="r|")  # noqa: SIM115 - it holds nothing open
        yield Reading(path, tar)


@contextmanager
def _legible(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, tarfile.TarError, pa.ArrowException) as error:
        raise BackupError(f"{path} is damaged, or no backup of cunzhao: {error}") from error
