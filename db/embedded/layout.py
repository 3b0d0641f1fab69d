"""Where the parts of one private Postgres lie on disk, and that nobody else can reach them."""

import hashlib
import os
import re
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from db.embedded.account import Account
from db.embedded.errors import EmbeddedError

SYSTEM = Path("/var/lib/cunzhao")
PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
# The kernels' limit for a socket's path is 104 bytes on macOS, 108 on Linux, the closing NUL included.
SOCKET_LIMIT = 103
# Postgres and its clients read lists of folders divided by commas: other characters go where names are ours.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


@dataclass(frozen=True)
class Layout:
    """The places of one store.

    Attributes:
        folder: the data folder that the user chose.
        home: where the parts lie: the folder itself, or as root a folder under /var/lib that the account
            which runs Postgres can enter, as it must not be let into root's home.
        account: who owns the cluster and runs the server.
    """

    folder: Path
    home: Path
    account: Account

    @classmethod
    def of(cls, folder: Path) -> "Layout":
        """The layout for a data folder; touches nothing.

        Raises:
            EmbeddedError: as root, on a plain user's store; or no account to run Postgres.
        """
        folder = folder.expanduser().resolve()
        if os.geteuid() != 0:
            return cls(folder, folder, Account.for_cluster(folder / "cluster"))
        if (folder / "cluster").exists():
            raise EmbeddedError(f"{folder} holds the store of {_name_of_owner(folder)}: run it as that account")
        home = SYSTEM / _digest(folder)
        return cls(folder, home, Account.for_cluster(home / "cluster"))

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def passfile(self) -> Path:
        return self.home / "passfile"

    @property
    def start_log(self) -> Path:
        """What the server says before its own log begins."""
        return self.home / "start.log"

    def prepare(self) -> None:
        """Make the home if need be; the modes of what exists are left alone.

        Raises:
            EmbeddedError: it belongs to someone else.
        """
        if self.home != self.folder:
            _make(SYSTEM, 0o755)
            _require_owner(SYSTEM, SYSTEM.stat(), os.geteuid())
        _make(self.home, 0o700 if self.home == self.folder else 0o755)
        _require_owner(self.home, self.home.stat(), os.geteuid())

    def socket_folder(self) -> Path:
        """Make and check the private folder of the server's socket.

        Raises:
            EmbeddedError: someone else made it first, or others may enter it.
        """
        folder = self.home / "run"
        if len(os.fsencode(folder / SOCKET_NAME)) > SOCKET_LIMIT or not PLAIN_PATH.fullmatch(str(folder)):
            base = _runtime() / f"cunzhao-{self.account.uid}"
            self._make_private(base)
            folder = base / _digest(self.home)
        self._make_private(folder)
        return folder

    def _make_private(self, folder: Path) -> None:
        if _make(folder, 0o700):
            self.account.take(folder)
        # Not following links: in a shared folder anyone may have planted one under this name.
        found = folder.lstat()
        _require_owner(folder, found, self.account.uid)
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise EmbeddedError(f"{folder} is open to other accounts: close or remove it")


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _runtime() -> Path:
    temporary = tempfile.gettempdir()
    return Path(temporary if len(temporary) < 60 and PLAIN_PATH.fullmatch(temporary) else "/tmp")  # noqa: S108


def _make(folder: Path, mode: int) -> bool:
    """Make a folder with this very mode, whatever the umask; False if it was there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return False
    if mode != 0o700:
        folder.chmod(mode)
    return True


def _require_owner(folder: Path, found: os.stat_result, uid: int) -> None:
    if not stat.S_ISDIR(found.st_mode):
        raise EmbeddedError(f"{folder} is not a folder")
    if found.st_uid != uid:
        raise EmbeddedError(f"{folder} belongs to another account ({_name_of_owner(folder)})")


def _name_of_owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:
        return f"uid {path.stat().st_uid}"
