"""Where releases lie: built aside, moved into place whole, and never a half of one to be seen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from db.embedded.lock import FileLock
from db.release.validating import CannotRelease
from schema.releases import INDEX, Manifest

_BUILDING = ".building-"
_LOCK = ".lock"


class Places:
    """The folder of releases, each in a folder of its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, name: str) -> Path:
        """The folder of a release, which is there whole or not at all."""
        return self.folder / name

    def manifest(self, name: str) -> Manifest | None:
        """What a release says of itself; None where its files are not here.

        Raises `CannotRelease` where something else stands in the place of the manifest.
        """
        file = self.of(name) / INDEX
        try:
            return Manifest.model_validate_json(file.read_bytes()) if file.is_file() else None
        except ValidationError:
            raise CannotRelease(f"{file} is no manifest of a release; move its folder elsewhere first") from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others from building meanwhile, and take away what a killed build has left behind.

        Raises `CannotRelease` while another process builds: only the lock of a living one is held.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / _LOCK)
        if not lock.try_exclusive():
            raise CannotRelease(f"another process (pid {lock.holder() or '?'}) is building a release in {self.folder}")
        try:
            self._sweep()
            yield
            self._sweep()
        finally:
            lock.release()

    def _sweep(self) -> None:
        for left in self.folder.glob(f"{_BUILDING}*"):
            shutil.rmtree(left)

    @contextmanager
    def building(self, name: str) -> Iterator[Path]:
        """A folder to build a release in, which goes again unless it is moved into place."""
        aside = self.folder / f"{_BUILDING}{name}"
        aside.mkdir()
        try:
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def put_in_place(self, aside: Path, name: str, digest: str) -> None:
        """Publish what was built: on the disk first, then under its name.

        Files of the same revision that no release stands for yet, as a kill at the wrong moment leaves them, give way.
        Raises `CannotRelease` where files of another store stand there.
        """
        _to_disk(aside)
        place = self.of(name)
        if place.exists():
            there = self.manifest(name)
            if there is None or there.revision_digest != digest:
                raise CannotRelease(f"{place} holds the files of another store's release; move them elsewhere first")
            place.rename(self.folder / f"{_BUILDING}{name}-before")
        aside.rename(place)
        _sync(self.folder)

    def take_back(self, name: str) -> None:
        """Take a release away that was put in place but cannot be entered in the ledger."""
        self.of(name).rename(self.folder / f"{_BUILDING}{name}-refused")


def _to_disk(folder: Path) -> None:
    for below, _, files in os.walk(folder):
        for file in files:
            _sync(Path(below) / file)
        _sync(Path(below))


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
