"""`cunzhao serve`: Postgres, the shipped dataset, the application, until told to stop."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module

import click
from pydantic import SecretStr

from api.cli.stores import bring_up_to_date, load_settings, store_address
from api.settings import PREFIX, Settings

START_SECONDS = 30.0
"""How long a database that does not answer is waited for when the server starts."""


_SWITCH_SECONDS = 0.001
"""So soon whoever answers requests goes on while a long query is read beside."""


@click.command()
@click.option("--host", help="Address to listen on; CUNZHAO_HOST, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; CUNZHAO_PORT, else 8000.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the record: API and pages, over the configured Postgres or a private one."""
    # To collect garbage seldom: reading the program makes many objects, and so do answers.
    gc.set_threshold(50_000, 20, 50)
    settings = load_settings(host=host, port=port)
    # The store first: a second server on the same folder should hear of the folder, not of the port.
    with _own_store(settings) as ready, _listening(settings) as listener:
        if _prepared(ready):
            _build_releases(ready)
        _announce(listener)
        with suppress(KeyboardInterrupt):  # Ctrl-C is how a server is meant to end
            _run(ready, listener)


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """The port, taken before the store is touched, so that a port in use costs nothing but a line."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            raise click.ClickException(
                f"cannot listen on {settings.host} port {settings.port}: {error.strerror or error}; "
                "choose another with --host or --port"
            ) from None
        listener.listen(1024)
        yield listener


@contextmanager
def _own_store(settings: Settings) -> Iterator[Settings]:
    """The store, owned where it is the private one: two servers on one folder are refused."""
    if settings.database_url is not None:
        yield settings
        return
    from db.embedded import EmbeddedPostgres, kept_alive

    postgres = EmbeddedPostgres(settings.data_folder)
    try:
        with ThreadPoolExecutor(1) as beside:
            starting = beside.submit(postgres.start)
            import_module("api.app")  # the rest of the program is read meanwhile
        address = starting.result()
        with kept_alive(postgres):
            yield settings.model_copy(update={"database_url": SecretStr(address)})
    finally:
        postgres.stop()


def _prepared(settings: Settings) -> bool:
    """Bring the store up to date; False where its primary is away and what its standbys have is served as it is.

    A database that is not there yet, as when a machine starts, is waited for. Raises `StoreUnavailable` if it does not
    come and there is nothing else to read.
    """
    from db.pool import StoreLost

    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            asyncio.run(bring_up_to_date(store_address(settings), reading=True))
        except StoreLost as error:
            if time.monotonic() < deadline:
                time.sleep(0.5)
                continue
            if not settings.read_urls:
                raise
            click.echo(f"the store is served from its standbys, as it is: {error}", err=True)
            return False
        return True


def _build_releases(settings: Settings) -> None:
    """Build the files of shipped releases that have none yet, which is so when a store is first served.

    Another process does it: what it takes to write files need not stay in the memory of the server. What goes wrong
    there is said in a line, and everything else is served.
    """
    from db.release.places import Places
    from db.shipped import load_releases

    places = Places(settings.releases_folder)
    if all(places.of(one.name).is_dir() for one in load_releases()):
        return
    chosen = {"DATABASE_URL": store_address(settings), "RELEASES_FOLDER": str(places.folder), "DATABASE_URL_FILE": ""}
    subprocess.run(
        [sys.executable, "-c", "from api.cli import main; main()", "release", "--shipped"],
        env={**os.environ, **{f"{PREFIX}{name}": value for name, value in chosen.items()}},
        stdout=sys.stderr,
        check=False,
    )


def _announce(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    base = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    click.echo(f"Cunzhao 存照 serves at {base}, {base}/graphql, {base}/v1 and {base}/openapi.json; Ctrl-C stops it")


def _settle_memory() -> None:
    """Leave the program itself out of garbage collection."""
    gc.collect()
    gc.freeze()


def _run(settings: Settings, listener: socket.socket) -> None:
    import uvicorn

    from api.app import create_app
    from api.connections import guarded
    from api.observability import configure_logging

    configure_logging(settings)
    config = uvicorn.Config(
        create_app(settings),
        http=guarded(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whom to believe is a setting of ours: api/rates/clients.py
        timeout_graceful_shutdown=settings.shutdown_grace_seconds,
    )
    _settle_memory()
    sys.setswitchinterval(_SWITCH_SECONDS)
    uvicorn.Server(config).run(sockets=[listener])
