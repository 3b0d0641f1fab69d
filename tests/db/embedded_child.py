"""A process of its own for the embedded server's tests: it owns, attaches, or runs all as a plain user."""

import asyncio
import json
import os
import pwd
import sys
from pathlib import Path

import asyncpg

from db.embedded import Binaries, EmbeddedError, EmbeddedPostgres, open_embedded


async def ask(dsn: str, statement: str) -> object:
    """The first value that a statement gives."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def own(folder: Path) -> None:
    """Start the server as `serve` does, and stop it when standard input ends."""
    with EmbeddedPostgres(folder) as server:
        say(dsn=server.dsn)
        sys.stdin.read()


def attach(folder: Path) -> None:
    """Use the server as `ingest` does, until standard input ends."""
    with open_embedded(folder) as dsn:
        say(dsn=dsn)
        sys.stdin.read()


def plain(folder: Path) -> None:
    """Start, stop and start again as an account that is not root; then try a folder that is not its own."""
    become_plain(folder)
    with EmbeddedPostgres(folder) as server:
        asyncio.run(ask(server.dsn, "CREATE TABLE kept AS SELECT 7 AS value"))
    with EmbeddedPostgres(folder) as server:
        kept = asyncio.run(ask(server.dsn, "SELECT value FROM kept"))
        dsn = server.dsn
    try:
        EmbeddedPostgres(Path("/proc/cunzhao")).start()
    except EmbeddedError as error:
        refused = str(error)
    say(uid=os.geteuid(), kept=kept, dsn=dsn, home=str(server.home), refused=refused)


def become_plain(folder: Path) -> None:
    """Stop being root, if we are: the programs and the folder are brought within the other account's reach."""
    if os.geteuid() != 0:
        return
    nobody = pwd.getpwnam("nobody")
    copied = Binaries.installed().copied_to(folder.parents[1])
    Binaries.installed = classmethod(lambda cls: copied)  # type: ignore[method-assign, assignment]
    os.chown(folder.parents[0], nobody.pw_uid, nobody.pw_gid)
    # What Python loads only when it is first used may lie where the other account cannot read.
    asyncio.run(asyncio.sleep(0))
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def say(**facts: object) -> None:
    """Tell the test, on one line."""
    print(json.dumps(facts), flush=True)  # noqa: T201 - the pipe to the test


if __name__ == "__main__":
    {"own": own, "attach": attach, "plain": plain}[sys.argv[1]](Path(sys.argv[2]))
