"""The private Postgres of one data folder: starting, attaching to, and stopping it."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from db.embedded.binaries import Binaries
from db.embedded.cluster import DATABASE, ROLE, ensure_cluster
from db.embedded.errors import EmbeddedError, FolderInUse, plain_errors
from db.embedded.layout import PORT, SOCKET_NAME, Layout
from db.embedded.lock import FileLock
from db.embedded.postmaster import POLL_SECONDS, PidFile, Postmaster, clear_stale
from db.embedded.programs import complaint

READY_SECONDS = 120
# After a crash the last backends of the old server may take a moment to notice that it is gone.
CRASH_SECONDS = 10
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "60",
    "shared_buffers": "128MB",
    # Our statements are short: compiling them costs more than it saves.
    "jit": "off",
    # Most of what is read lies in the memory of the system: to have other processes fetch it takes longer.
    "io_method": "sync",
    "timezone": "UTC",
    # One file for each day of the week, begun anew after seven days.
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_timezone": "UTC",
}


class EmbeddedPostgres:
    """A Postgres server that this process owns while it runs.

    A plain user's cluster lies in the folder itself; root's under /var/lib/cunzhao, run by another account.
    If the owner is killed the server runs on, and the next owner of the folder takes it over.

    Attributes:
        home: the folder that holds the cluster; deleting it deletes the store.
        log: the folder of the server's own log.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        """Choose the data folder; settings of Postgres override ours, for tests.

        Raises:
            EmbeddedError: there is no account that may run Postgres in this folder.
        """
        with plain_errors(folder):
            self._layout = Layout.of(folder)
        self._settings = {**SETTINGS, **(settings or {})}
        self._owner = FileLock(self._layout.home / "owner.lock")
        self._clients = FileLock(self._layout.home / "clients.lock")
        self._postmaster: Postmaster | None = None
        self.home = self._layout.home
        self.log = self._layout.cluster / "log"

    @property
    def dsn(self) -> str:
        """The address of the running server, for asyncpg and libpq; it names the password's file.

        Raises:
            EmbeddedError: it does not run.
        """
        noted = PidFile.read(self._layout.cluster)
        if noted is None or not noted.ready:
            raise EmbeddedError(f"the Postgres server of {self._layout.folder} does not run")
        passfile = quote(str(self._layout.passfile))
        return f"postgresql://{ROLE}@/{DATABASE}?host={noted.socket_folder}&port={PORT}&passfile={passfile}"

    def start(self) -> str:
        """Own the folder and have its server running, made first if need be.

        Returns:
            The address, as `dsn` has it.

        Raises:
            FolderInUse: another live process owns the folder.
            EmbeddedError: the server cannot be made or started.
        """
        with plain_errors(self._layout.folder):
            self._layout.prepare()
            if not self._owner.try_exclusive():
                raise FolderInUse(self._layout.folder, self._owner.holder())
            try:
                return self._run()
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """Shut the server down and give the folder up; harmless if this process does not own it.

        Raises:
            EmbeddedError: the server would not end.
        """
        try:
            if self._postmaster is not None:
                self._postmaster.stop()
        finally:
            self._postmaster = None
            self._owner.release()

    def revive(self) -> bool:
        """Start the server again if it has died; True if it had. Only its owner may, and only while it does not stop.

        Raises:
            EmbeddedError: it does not start.
        """
        if self._postmaster is None or self._postmaster.alive():
            return False
        with plain_errors(self._layout.folder):
            self._run()
        return True

    def attach(self) -> str:
        """Use the server that another process runs, or else start it; to be followed by `leave`.

        Returns:
            The address, as `dsn` has it.

        Raises:
            EmbeddedError: the server cannot be started, or its owner does not get it ready.
        """
        try:
            return self._attach()
        except BaseException:
            self._clients.release()
            raise

    def leave(self) -> None:
        """Undo `attach`: the last to leave a server that nobody owns shuts it down."""
        self._clients.release()
        try:
            if (self._owner.held or self._owner.try_exclusive()) and self._clients.try_exclusive():
                self._postmaster = self._postmaster or self._find()
                self.stop()
            elif self._postmaster is not None:
                self._postmaster.leave_running()
        finally:
            self._postmaster = None
            self._owner.release()
            self._clients.release()

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def _attach(self) -> str:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._join():
                try:
                    return self.start()
                except FolderInUse:
                    if self._find_ready():
                        return self.dsn
            time.sleep(POLL_SECONDS)
        raise EmbeddedError(
            f"cunzhao process {self._owner.holder()} holds {self._layout.folder}, "
            f"but its Postgres server was not ready within {READY_SECONDS} s"
        )

    def _join(self) -> bool:
        # Refused while the last user of the server is shutting it down.
        with plain_errors(self._layout.folder):
            self._layout.prepare()
            return self._clients.held or self._clients.try_shared()

    def _find(self) -> Postmaster | None:
        return Postmaster.find(self._layout.cluster, self._layout.account.uid)

    def _find_ready(self) -> Postmaster | None:
        found = self._find()
        return found if found and found.ready() else None

    def _run(self) -> str:
        if self._layout.passfile.exists():
            self._postmaster = self._find_ready()
        if self._postmaster is None:
            # One that a killed owner left in the middle of starting or stopping.
            if orphan := self._find():
                orphan.stop()
            binaries = Binaries.installed()
            if self._layout.home != self._layout.folder:
                binaries = binaries.copied_to(self._layout.home)
            ensure_cluster(self._layout, binaries)
            self._launch(binaries)
        return self.dsn

    def _launch(self, binaries: Binaries) -> None:
        layout, sockets = self._layout, self._layout.socket_folder()
        clear_stale(layout.cluster, sockets / SOCKET_NAME)
        settings = {**self._settings, "unix_socket_directories": str(sockets)}
        argv: list[str | Path] = [binaries.folder / "postgres", "-D", layout.cluster]
        argv += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        deadline = time.monotonic() + CRASH_SECONDS
        while True:
            started = Postmaster.start(argv, layout.cluster, layout.account, layout.start_log)
            self._postmaster = started
            if started.wait_ready(READY_SECONDS):
                return
            reason = f"it was not ready within {READY_SECONDS} s" if started.alive() else self._reason()
            if "shared memory block" not in reason or time.monotonic() > deadline:
                raise EmbeddedError(f"the Postgres server of {layout.folder} did not start: {reason}")
            time.sleep(0.1)

    def _reason(self) -> str:
        """What the server last complained of, before its log began or in it."""
        logs = sorted(self.log.glob("*.log"), key=lambda path: path.stat().st_mtime)
        texts = [path.read_text(errors="replace")[-8000:] for path in (*logs[-1:], self._layout.start_log)]
        return complaint("\n".join(texts))


@contextmanager
def open_embedded(folder: Path) -> Iterator[str]:
    """The address of a folder's server, whoever runs it: if nobody does, it runs while it is used.

    Raises:
        EmbeddedError: the server cannot be made, started or reached.
    """
    server = EmbeddedPostgres(folder)
    address = server.attach()
    try:
        yield address
    finally:
        server.leave()
