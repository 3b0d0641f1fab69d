"""Runs a Postgres program to its end under the right account."""

import re
import subprocess
from pathlib import Path

from db.embedded.account import Account
from db.embedded.errors import EmbeddedError

# Nothing of the user's environment (PGDATA, PGOPTIONS, LD_LIBRARY_PATH) may change what the programs do.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
LIMIT_SECONDS = 180
COMPLAINT = re.compile(r"(?:ERROR|FATAL|PANIC|error): +(.+)")


def run_program(argv: list[str | Path], account: Account, stdin: str = "") -> None:
    """Run it and wait.

    Raises:
        EmbeddedError: it failed; carries its own complaint.
    """
    try:
        done = subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LIMIT_SECONDS,
            # The account may not be able to enter where we are, and Ctrl-C is ours to act on.
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
            umask=0o077,
            check=False,
            **account.demotion,
        )
    except subprocess.TimeoutExpired as error:
        raise EmbeddedError(f"{Path(argv[0]).name} did not finish in {LIMIT_SECONDS} s") from error
    if done.returncode != 0:
        raise EmbeddedError(f"{Path(argv[0]).name}: {complaint(done.stdout + done.stderr)}")


def complaint(output: str) -> str:
    """The line that says why a program gave up."""
    found = COMPLAINT.findall(output)
    lines = output.strip().splitlines()
    return str(found[-1]) if found else lines[-1] if lines else "it gave no reason"
