"""The application over a store, served by uvicorn on a free port."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import SecretStr

from api.app import create_app
from api.connections import guarded
from api.settings import Settings


@contextmanager
def served_by(dsn: str, releases: Path = Path("no-releases"), **chosen: Any) -> Iterator[str]:
    """The address of the whole application over a database and a folder of releases, until it is stopped."""
    settings = Settings(database_url=SecretStr(dsn), releases_folder=releases, **chosen)
    config = uvicorn.Config(
        create_app(settings),
        host="127.0.0.1",
        port=0,
        http=guarded(settings),
        log_level="warning",
        log_config=None,
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the application did not start")
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=30)
