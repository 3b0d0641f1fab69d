"""Processes that are measured: started, waited for, their time and memory read from /proc, stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from db.embedded import Binaries

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Running:
    """A server under measurement."""

    pid: int
    url: str
    cold_start: float
    """Seconds from its start to its first answer."""


def program(name: str) -> Path:
    """A program of Postgres."""
    return Binaries.installed().folder / name


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(
    argv: Sequence[str | Path], port: int, path: str, environment: Mapping[str, str], cwd: Path, log: Path
) -> Iterator[Running]:
    """Run a server until the body ends. It is there once `path` is answered with anything but a server's error.

    Raises `RuntimeError` with the end of its log where it is not there in a minute.
    """
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            argv, cwd=cwd, env={**os.environ, **environment}, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
    url = f"http://127.0.0.1:{port}"
    try:
        while not _answers(url + path):
            if process.poll() is not None or time.monotonic() > started + 60:
                raise RuntimeError(f"{argv[0]} does not serve:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.01)
        yield Running(process.pid, url, time.monotonic() - started)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=20):  # noqa: S310  # our own loopback address
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def tree(pid: int) -> list[int]:
    """A process and all that it started, and what those started."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(folder.name))
        if fields:
            parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += parents.get(one, [])
    return found


def cpu_seconds(pids: Sequence[int]) -> float:
    """Time that process trees have spent in the processor; children that ended count with their parent."""
    total = 0
    for root in pids:
        for pid in tree(root):
            if fields := _stat(pid):
                total += int(fields[11]) + int(fields[12])
                total += int(fields[13]) + int(fields[14])
    return total / _TICK


def memory_bytes(pid: int) -> int:
    """Resident memory of a process tree."""
    return sum(_resident(one) for one in tree(pid))


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may hold spaces; none where the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0
