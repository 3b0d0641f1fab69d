"""A replicated cluster for tests: a primary and hot standbys that stream from it, each of them real and killable."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg

from db.embedded import Binaries
from db.embedded.account import Account
from db.embedded.programs import ENVIRONMENT, run_program

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # the machine stays up: only processes are killed
    "shared_buffers": "16MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "wal_receiver_timeout": "2s",
    "wal_retrieve_retry_interval": "200ms",
    "hot_standby_feedback": "on",
    "jit": "off",
}
_START_SECONDS = 30
_ACCESS = "local all all trust\nlocal replication all trust\n"


class Node:
    """One server of the cluster, in a folder of its own."""

    def __init__(self, home: Path, name: str, binaries: Binaries, account: Account) -> None:
        self.name = name
        self.data = home / name
        self.sockets = home / f"{name}.run"
        self._binaries, self._account = binaries, account
        self._process: subprocess.Popen[bytes] | None = None
        self.settings: dict[str, str] = {}

    @property
    def dsn(self) -> str:
        """The address of the store, for its owner."""
        return f"postgresql://cunzhao@/cunzhao?host={self.sockets}"

    @property
    def superuser(self) -> str:
        """The address for the superuser of the cluster."""
        return f"postgresql://postgres@/postgres?host={self.sockets}"

    @property
    def pid(self) -> int:
        """The postmaster."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start it and wait until it answers. What a killed server has left may take it a moment to get rid of."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self._account.take(self.sockets)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            if self._process is None or self._process.poll() is not None:
                self._launch()
            try:
                await (await asyncpg.connect(self.superuser)).close()
            except (OSError, asyncpg.PostgresError):
                assert time.monotonic() < deadline, self.log()
                await asyncio.sleep(0.05)
            else:
                return

    def _launch(self) -> None:
        for left in self.sockets.iterdir():
            left.unlink()
        settings = {**_SETTINGS, "unix_socket_directories": str(self.sockets), **self.settings}
        with (self.data.parent / f"{self.name}.log").open("ab") as log:
            argv: list[str | Path] = [self._binaries.folder / "postgres", "-D", self.data]
            argv += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            self._process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=ENVIRONMENT, umask=0o077,
                start_new_session=True, **self._account.demotion,
            )  # fmt: skip

    def log(self) -> str:
        """The end of what it said."""
        return (self.data.parent / f"{self.name}.log").read_text(errors="replace")[-2000:]

    def kill(self) -> None:
        """End it at once, as a crash does; its other processes notice and follow."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Shut it down in order."""
        self._end(signal.SIGINT)

    def _end(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(30)

    def signal_all(self, number: int) -> None:
        """Send all its processes a signal: SIGSTOP makes it hang as a machine does, SIGCONT go on."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        for pid in (self.pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    async def run(self, sql: str) -> None:
        """Have the superuser run a statement."""
        connection = await asyncpg.connect(self.superuser)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


class Cluster:
    """A primary, with an empty database of our own, and the standbys that are made of it."""

    def __init__(self, home: Path, binaries: Binaries, account: Account) -> None:
        self.home, self._binaries, self.account = home, binaries, account
        self.primary = self._node("primary")
        self.standbys: list[Node] = []

    @property
    def nodes(self) -> Sequence[Node]:
        """All servers, the primary first."""
        return (self.primary, *self.standbys)

    def _node(self, name: str) -> Node:
        return Node(self.home, name, self._binaries, self.account)

    async def make(self) -> None:
        """Make the primary and start it."""
        self.account.take(self.home)
        run_program(
            [
                self._binaries.folder / "initdb", "-D", self.primary.data, "-U", "postgres", "--auth=reject",
                "--encoding=UTF8", "--locale=C", "--no-instructions", "--no-sync",
            ],
            self.account,
        )  # fmt: skip
        (self.primary.data / "pg_hba.conf").write_text(_ACCESS)
        await self.primary.start()
        await self.primary.run("CREATE ROLE cunzhao LOGIN CREATEDB CREATEROLE")
        await self.primary.run("CREATE DATABASE cunzhao OWNER cunzhao")

    async def add_standbys(self, count: int) -> None:
        """Copy the primary, which is stopped for it, and have the copies stream from it."""
        self.primary.stop()
        for number in range(1, count + 1):
            standby = self._node(f"standby{number}")
            shutil.copytree(self.primary.data, standby.data, copy_function=self._copied)
            for folder, _, _ in os.walk(standby.data):
                os.chmod(folder, 0o700)
                self.account.take(Path(folder))
            (standby.data / "standby.signal").touch()
            standby.settings["primary_conninfo"] = f"host={self.primary.sockets} user=postgres"
            self.standbys.append(standby)
        await asyncio.gather(*(one.start() for one in self.nodes))

    def _copied(self, source: str, target: str) -> None:
        shutil.copy2(source, target)
        self.account.take(Path(target))


@asynccontextmanager
async def replicated(within: Path = Path("/tmp")) -> AsyncIterator[Cluster]:
    """A cluster of one primary as yet, in a short folder that the account it runs as can enter."""
    home = Path(tempfile.mkdtemp(prefix="cz", dir=within))
    home.chmod(0o755)
    account = Account.for_cluster(home / "primary")
    binaries = Binaries.installed()
    if os.geteuid() == 0:
        (home / "programs").mkdir()
        binaries = binaries.copied_to(home / "programs")
    cluster = Cluster(home, binaries, account)
    try:
        await cluster.make()
        yield cluster
    finally:
        for node in cluster.nodes:
            with suppress(FileNotFoundError, AssertionError):
                node.signal_all(signal.SIGCONT)
            node.kill()
        await asyncio.sleep(0.2)
        shutil.rmtree(home, ignore_errors=True)
