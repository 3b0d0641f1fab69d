"""What the HTTP tests share: clients, and servers over readers of their own. Every request goes over a socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.observability import configure_logging
from api.settings import Settings
from schema.ports import Reader

Serve = Callable[..., httpx.Client]
PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture(scope="session")
def client(served: str) -> Iterator[httpx.Client]:
    """A client of the application over the invented corpus; it asks for no compression unless told to."""
    with httpx.Client(base_url=served, headers=PLAIN) as made:
        yield made


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> None:
    """Log as the program does, without the frames and values that an unconfigured log takes seconds to draw."""
    configure_logging(Settings())


@contextmanager
def running(reader: Reader, settings: Settings) -> Iterator[str]:
    config = uvicorn.Config(
        create_app(settings, reader), host="127.0.0.1", port=0, log_config=None, access_log=False, proxy_headers=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the application did not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=30)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A function that serves the application over any reader and gives a client of it."""
    with ExitStack() as stack:

        def start(reader: Reader, settings: Settings | None = None) -> httpx.Client:
            address = stack.enter_context(running(reader, settings or Settings()))
            return stack.enter_context(httpx.Client(base_url=address, headers=PLAIN))

        yield start
