"""Runs the installed command as its users do: in a process of its own, with a data folder of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CUNZHAO = Path(sys.executable).with_name("cunzhao")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The environment without our settings, but for the data folder and what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CUNZHAO_")}
    return {**kept, "CUNZHAO_DATA_FOLDER": str(folder), **settings}


def cunzhao(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [CUNZHAO, *arguments],
        env=environment(folder, **settings),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class Served:
    """A running `cunzhao serve`."""

    def __init__(self, process: subprocess.Popen[str], url: str, first_line: str) -> None:
        self.process = process
        self.url = url
        self.first_line = first_line


@contextmanager
def serving(folder: Path, *arguments: str, **settings: str) -> Iterator[Served]:
    """A server on a free port, which is killed if the test has not stopped it."""
    process = subprocess.Popen(
        [CUNZHAO, "serve", "--port", "0", *arguments],
        env=environment(folder, **settings),
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            match = re.search(r"(http://127\.0\.0\.1:\d+)/graphql", line)
            assert match, f"the server said {line!r}"
            yield Served(process, match[1], line)
        finally:
            process.kill()


def eventually_gone(pid: int, seconds: float = 20) -> bool:
    """Whether a process ends within a time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
