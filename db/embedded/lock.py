"""Advisory locks on files; the kernel drops them with the process, also after kill -9."""

import fcntl
import os
from pathlib import Path


class FileLock:
    """A lock on one file, held exclusively by one or shared by many.

    The file stays when the lock goes: removing it would let two processes lock two files of one name.
    """

    def __init__(self, path: Path) -> None:
        """Name the file, which is made at the first attempt."""
        self._path = path
        self._file: int | None = None

    @property
    def held(self) -> bool:
        return self._file is not None

    def try_exclusive(self) -> bool:
        """Take the lock for this process alone and note its pid in the file; False if anyone holds it."""
        if not self._try(fcntl.LOCK_EX) or self._file is None:
            return False
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, b"%d\n" % os.getpid(), 0)
        return True

    def try_shared(self) -> bool:
        """Take the lock beside others who share it; False if someone holds it alone."""
        return self._try(fcntl.LOCK_SH)

    def release(self) -> None:
        """Give the lock up; harmless if it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def holder(self) -> int | None:
        """The pid that the last exclusive holder noted, if it got so far."""
        try:
            return int(self._path.read_bytes())
        except (OSError, ValueError):
            return None

    def _try(self, kind: int) -> bool:
        # Not inheritable (Python's default): Postgres must not keep the lock of a killed owner.
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self.release()
        self._file = file
        return True
