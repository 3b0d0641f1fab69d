"""Starts the private Postgres again when it dies under its owner, as it does when the machine runs out of memory."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from db.embedded.errors import EmbeddedError
from db.embedded.server import EmbeddedPostgres

LOOK_SECONDS = 0.2
_LONGEST_PAUSE = 30.0
"""Seconds between two attempts to start a server that does not start."""
_log = logging.getLogger("cunzhao.db")


@contextmanager
def kept_alive(server: EmbeddedPostgres) -> Iterator[None]:
    """Look after a server that this process owns, until the body ends. Its address stays the same."""
    done = threading.Event()
    keeper = threading.Thread(target=_keep, args=(server, done), name="postgres keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _keep(server: EmbeddedPostgres, done: threading.Event) -> None:
    pause = LOOK_SECONDS
    while not done.wait(pause):
        try:
            revived = server.revive()
        except EmbeddedError as error:
            pause = min(pause * 2, _LONGEST_PAUSE)
            _log.error("the Postgres server died and does not start again: %s", error)
        else:
            pause = LOOK_SECONDS
            if revived:
                _log.warning("the Postgres server died and was started again")
