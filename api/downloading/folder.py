"""The folder that a release is fetched into. Whatever moment a download is killed at, every file in it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from api.downloading import CannotDownload
from api.downloading.source import digest_of
from db.embedded.lock import FileLock
from schema.releases import INDEX, SUMS, Manifest, Resource

PART = ".part"
"""The end of the name of a file that may not be whole yet."""
_LOCK = ".download.lock"


class Folder:
    """Files of a release, and the parts of those to come.

    While `index.json` is there, `SHA256SUMS` names the files that were fetched of that release, and they are as it
    says. Both are gone while files are replaced, which happens when all have come.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The folder to oneself: two that append to one file would spoil it."""
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / _LOCK)
        if not lock.try_exclusive():
            raise CannotDownload(f"{self.path} is in use by another cunzhao download (pid {lock.holder()})")
        try:
            yield
        finally:
            lock.release()

    def holds(self, resource: Resource) -> bool:
        """Whether a file is there, with the very bytes it should have."""
        target = self.path / resource.url
        if not target.is_file() or target.stat().st_size != resource.bytes:
            return False
        with target.open("rb") as file:
            return digest_of(file).hexdigest() == resource.sha256

    def part_of(self, resource: Resource) -> Path:
        """Where a file is kept until it is put in place. The name tells of which bytes it is the beginning."""
        target = self.path / resource.url
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.with_name(f"{target.name}.{resource.sha256[:12]}{PART}")

    def settle(self, manifest: Manifest, index: bytes, chosen: Sequence[Resource]) -> list[str]:
        """Put what has come in place, and note what is there. Gives the files that belong to another release."""
        noted = self._noted()
        of_release = {_line(resource): resource.url for resource in manifest.resources}
        lines = {_line(resource): resource.url for resource in chosen}
        lines |= {line: url for line, url in of_release.items() if line in noted and line not in lines}
        sums = "".join(sorted(lines, key=lambda line: lines[line])).encode()
        came = [resource for resource in chosen if self.part_of(resource).exists()]
        if came or not (self._is(SUMS, sums) and self._is(INDEX, index)):
            for name in (INDEX, SUMS):
                (self.path / name).unlink(missing_ok=True)
            _keep(self.path)
            for resource in came:
                self._put(resource)
            self._write(SUMS, sums)
            self._write(INDEX, index)
        for resource in chosen:
            self._sweep(resource)
        return sorted(url for line, url in noted.items() if line not in of_release and url not in lines.values())

    def _noted(self) -> dict[str, str]:
        """The files noted before, by their lines."""
        try:
            text = (self.path / SUMS).read_text(encoding="utf-8")
        except (FileNotFoundError, UnicodeDecodeError):
            return {}
        return {line: line.rstrip("\n").partition("  ")[2] for line in text.splitlines(keepends=True)}

    def _is(self, name: str, data: bytes) -> bool:
        file = self.path / name
        return file.is_file() and file.read_bytes() == data

    def _put(self, resource: Resource) -> None:
        target = self.path / resource.url
        self.part_of(resource).replace(target)
        _keep(target.parent)

    def _sweep(self, resource: Resource) -> None:
        """Remove what a download of another release began and did not end."""
        target = self.path / resource.url
        for stale in target.parent.glob(f"{target.name}.{'[0-9a-f]' * 12}{PART}"):
            stale.unlink()

    def _write(self, name: str, data: bytes) -> None:
        part = self.path / f".{name}{PART}"
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path / name)
        _keep(self.path)


def _line(resource: Resource) -> str:
    """A file as `sha256sum` notes it."""
    return f"{resource.sha256}  {resource.url}\n"


def _keep(folder: Path) -> None:
    """See that what was renamed and removed in a folder is so on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
