"""What can go wrong with the private Postgres, each in one line that a user can act on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class EmbeddedError(Exception):
    """The private Postgres could not be made, started, reached or stopped."""


class FolderInUse(EmbeddedError):
    """Another live process holds the folder.

    Attributes:
        folder: the data folder asked for.
        pid: the process that holds it; None if it has not yet said so.
    """

    def __init__(self, folder: Path, pid: int | None) -> None:
        """Name the folder and who holds it."""
        self.folder, self.pid = folder, pid
        super().__init__(f"{folder} is in use by another cunzhao process (pid {pid or 'not known yet'})")


@contextmanager
def plain_errors(folder: Path) -> Iterator[None]:
    """Turn what the operating system refuses (disk full, no permission) into an EmbeddedError."""
    try:
        yield
    except OSError as error:
        raise EmbeddedError(f"{error.filename or folder}: {error.strerror or error}") from error
