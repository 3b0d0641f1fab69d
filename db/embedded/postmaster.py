"""A running Postgres server: finding it, starting it, waiting for it, stopping it."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from db.embedded.account import Account
from db.embedded.errors import EmbeddedError
from db.embedded.programs import ENVIRONMENT

POLL_SECONDS = 0.01
# Python complains of a child that runs on when its object goes.
_OUTLIVING: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class PidFile:
    """What a server says of itself in postmaster.pid."""

    pid: int
    socket_folder: Path
    ready: bool

    @classmethod
    def read(cls, cluster: Path) -> "PidFile | None":
        """The file of a cluster; None if there is none, or it is still being written."""
        try:
            lines = (cluster / "postmaster.pid").read_text(errors="replace").splitlines()
            return cls(int(lines[0]), Path(lines[4]), lines[7].strip() == "ready")
        except (FileNotFoundError, IndexError, ValueError):
            return None


class Postmaster:
    """The server process of one cluster: a child of ours, or one that a killed owner left."""

    def __init__(self, pid: int, cluster: Path, uid: int, child: subprocess.Popen[bytes] | None = None) -> None:
        """Name the process; the account is checked before it is sent any signal."""
        self.pid = pid
        self._cluster = cluster
        self._uid = uid
        self._child = child

    @classmethod
    def start(cls, argv: list[str | Path], cluster: Path, account: Account, log: Path) -> "Postmaster":
        """Start a server in a session of its own, where Ctrl-C at our terminal does not reach it."""
        with log.open("wb") as output:
            child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,
                umask=0o077,
                **account.demotion,
            )
        return cls(child.pid, cluster, account.uid, child)

    @classmethod
    def find(cls, cluster: Path, uid: int) -> "Postmaster | None":
        """The live server of a cluster, whoever started it; None if its pid file is stale or missing."""
        noted = PidFile.read(cluster)
        found = noted and cls(noted.pid, cluster, uid)
        return found if found and found.alive() else None

    def alive(self) -> bool:
        """Whether it runs, and is not another program that got its number since."""
        if self._child is not None:
            return self._child.poll() is None
        return _serves(self.pid, self._uid, self._cluster)

    def ready(self) -> bool:
        """Whether it accepts connections."""
        noted = PidFile.read(self._cluster)
        return noted is not None and noted.ready and noted.pid == self.pid

    def wait_ready(self, seconds: float) -> bool:
        """Wait until it accepts connections; False if it ended or the time is over."""
        _wait_until(lambda: self.ready() or not self.alive(), seconds)
        return self.ready()

    def leave_running(self) -> None:
        """Let it outlive this process, for others who use it."""
        if self._child is not None:
            _OUTLIVING.append(self._child)

    def stop(self, patience: float = 30) -> None:
        """Shut it down: its clients first, at once if that takes too long, and at last by force.

        Raises:
            EmbeddedError: it would not end.
        """
        for request, limit in ((signal.SIGINT, patience), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            if self.alive():
                with suppress(ProcessLookupError):
                    os.kill(self.pid, request)
            if _wait_until(lambda: not self.alive(), limit):
                return
        raise EmbeddedError(f"the Postgres server of {self._cluster} (pid {self.pid}) does not end")


def clear_stale(cluster: Path, address: Path) -> None:
    """Remove what a dead server left and would stop the next one. No live server of ours may be there.

    Raises:
        EmbeddedError: a server listens that cannot be seen from here, as in another container.
    """
    if _listens(address):
        raise EmbeddedError(f"a Postgres server that cannot be seen from here listens at {address}: stop it")
    address.unlink(missing_ok=True)
    address.with_name(f"{address.name}.lock").unlink(missing_ok=True)
    # With the number of a dead process Postgres deals itself, and more carefully: it looks for lone backends.
    if _noted_pid_is_unusable(cluster / "postmaster.pid"):
        (cluster / "postmaster.pid").unlink()


def _wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _listens(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(address))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True


def _noted_pid_is_unusable(pid_file: Path) -> bool:
    """Whether the number is cut off, or was given to another program since, which Postgres takes for a server."""
    try:
        os.kill(int(pid_file.read_text(errors="replace").split("\n")[0]), 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    except (ValueError, OverflowError, PermissionError):
        pass
    return True


def _serves(pid: int, uid: int, cluster: Path) -> bool:
    """Whether a process is a server of this cluster: the account's own, and started with the cluster's folder."""
    if Path("/proc/self/cmdline").exists():
        process = Path(f"/proc/{pid}")
        try:
            arguments = process.joinpath("cmdline").read_bytes().split(b"\0")
            return process.stat().st_uid == uid and os.fsencode(cluster) in arguments
        except OSError:
            return False
    listed = subprocess.run(
        ["/bin/ps", "-ww", "-o", "uid=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.split()[:1] == [str(uid)] and f"-D {cluster} " in listed.stdout
