"""A file of a release, fetched from us and from a server that does nothing but sendfile, in turn.

`python -m tests.bench.files HOW PORT FOLDER` is one of the two servers.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import cast
from urllib.parse import urlsplit

from tests.bench.processes import free_port, memory_bytes, server
from tests.support.releases import published

ROOT = Path(__file__).parents[2]
NAME, FILE = "2026.11.1", "actions.ndjson"
_PATH = f"/v1/releases/{NAME}/{FILE}"
_CHUNK = 2**20


def file_rates(megabytes: int, repeats: int) -> dict[str, float]:
    """Megabytes a second of one file from us and by bare sendfile, and by how much we grew in memory meanwhile."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        published(Path(folder), NAME, 1, {FILE: os.urandom(2**20) * megabytes})
        ours, bare = (
            stack.enter_context(
                server([sys.executable, "-m", "tests.bench.files", how, str(port), folder], port, "/v1", {}, ROOT,
                       Path(folder) / f"{how}.log")
            )
            for how, port in (("ours", free_port()), ("bare", free_port()))
        )  # fmt: skip
        before = most = memory_bytes(ours.pid)
        rates: dict[str, list[float]] = {ours.url: [], bare.url: []}
        for _ in range(repeats):
            for url, found in rates.items():
                found.append(megabytes * 2**20 / 1e6 / _seconds(url, megabytes * 2**20))
            most = max(most, memory_bytes(ours.pid))
        return {
            "file MB/s": median(rates[ours.url]),
            "sendfile MB/s": median(rates[bare.url]),
            "file memory MB": (most - before) / 1e6,
        }


def _seconds(url: str, length: int) -> float:
    """How long the file takes to come. Nothing is done with it: a client that works would be measured too."""
    parts, buffer, received = urlsplit(url), memoryview(bytearray(_CHUNK)), 0
    with socket.create_connection((cast(str, parts.hostname), cast(int, parts.port))) as connection:
        started = time.monotonic()
        connection.sendall(f"GET {_PATH} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        while count := connection.recv_into(buffer):
            received += count
        took = time.monotonic() - started
    if not length < received < length + 4_096:  # what is more are the headers
        raise RuntimeError(f"{url} sent {received} bytes of {length}")
    return took


def _serve_ours(port: int, folder: Path) -> None:
    import uvicorn

    from api.app import create_app
    from api.raw_addresses import LenientProtocol
    from api.settings import Settings
    from schema.releases import Release
    from tests.unit.fake_reader import FakeReader

    reader = FakeReader({})
    reader.named = (Release(name=NAME, revision=1, committed_at=datetime(2026, 11, 1, tzinfo=UTC), previous=None),)
    app = create_app(Settings(releases_folder=folder), reader)
    uvicorn.run(app, port=port, http=LenientProtocol, log_level="warning", access_log=False)


def _serve_bare(port: int, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", port)) as listener, (folder / NAME / FILE).open("rb") as file:
        length = os.fstat(file.fileno()).st_size
        while True:
            connection, _ = listener.accept()
            with connection:
                wanted = FILE in connection.recv(4_096).decode()
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {length if wanted else 0}\r\nConnection: close\r\n\r\n"
                connection.sendall(head.encode())
                if wanted:
                    connection.sendfile(file)


if __name__ == "__main__":
    {"ours": _serve_ours, "bare": _serve_bare}[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))
