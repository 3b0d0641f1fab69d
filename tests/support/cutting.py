"""A way to a server that breaks off: connections end after so many bytes of the answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


@contextmanager
def cutting(url: str, limits: Iterator[int]) -> Iterator[str]:
    """The address of a way to a server. Each connection lets so many bytes through as `limits` says, then breaks."""
    upstream = urlsplit(url)
    assert upstream.hostname
    assert upstream.port
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_accept, args=(listener, (upstream.hostname, upstream.port), limits))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(listener: socket.socket, upstream: tuple[str, int], limits: Iterator[int]) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_carry, args=(client, upstream, next(limits)), daemon=True).start()


def _carry(client: socket.socket, upstream: tuple[str, int], limit: int) -> None:
    with client, socket.create_connection(upstream) as server, suppress(OSError):
        threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
        while limit and (data := server.recv(min(limit, 65_536))):
            client.sendall(data)
            limit -= len(data)
        client.shutdown(socket.SHUT_RDWR)
        server.shutdown(socket.SHUT_RDWR)


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    with suppress(OSError):
        while data := client.recv(65_536):
            server.sendall(data)
