"""A load generator: several connections, each asking again as soon as it is answered, over plain sockets.

It parses answers with httptools and does nothing else with them, so that it costs little beside what it measures;
how much it can do at most shows in the question that is answered with ready bytes by a route that does nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

import httptools


@dataclass(frozen=True)
class Ask:
    """One HTTP request."""

    path: str
    body: dict[str, Any] | None = None
    """What to POST as JSON; None for GET."""

    def encoded(self, host: str) -> bytes:
        """The request as it goes over the socket."""
        if self.body is None:
            return f"GET {self.path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: identity\r\n\r\n".encode()
        body = json.dumps(self.body, ensure_ascii=False).encode()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Accept: application/json\r\nAccept-Encoding: identity\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass
class Load:
    """What a run of requests came to."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    received: int = 0
    """Bytes of bodies."""
    failures: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many were answered well."""
        return len(self.latencies)


class _Wanted(Protocol):
    def __call__(self) -> bytes | None: ...


class _Connection(asyncio.Protocol):
    """One connection that asks and asks until there is nothing more to ask."""

    def __init__(self, wanted: _Wanted, load: Load, done: asyncio.Future[None], keep: list[bytes] | None) -> None:
        self._wanted, self._load, self._done, self._keep = wanted, load, done, keep
        self._transport: asyncio.WriteTransport
        self._began, self._size = 0.0, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # of TCP, so it can write
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._load.failures.append(f"the connection broke: {exc}")
            self._done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._keep is not None:
            self._keep.append(body)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() == 200:
            self._load.latencies.append(time.perf_counter() - self._began)
            self._load.received += self._size
        else:
            self._load.failures.append(f"status {self._parser.get_status_code()}")
        self._next()

    def _next(self) -> None:
        request = self._wanted()
        if request is None or len(self._load.failures) > 20:
            if not self._done.done():
                self._done.set_result(None)
            self._transport.close()
            return
        self._parser, self._size = httptools.HttpResponseParser(self), 0
        self._began = time.perf_counter()
        self._transport.write(request)


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 80


async def run(url: str, asks: Iterator[Ask], *, connections: int, seconds: float, most: int | None = None) -> Load:
    """Ask for some seconds, or until `most` requests or all of `asks` are answered."""
    host, port = _place(url)
    load, left = Load(), most
    loop = asyncio.get_running_loop()
    began = time.perf_counter()

    def wanted() -> bytes | None:
        nonlocal left
        if time.perf_counter() - began > seconds or left == 0:
            return None
        left = None if left is None else left - 1
        ask = next(asks, None)
        return None if ask is None else ask.encoded(f"{host}:{port}")

    waiting: list[asyncio.Future[None]] = [loop.create_future() for _ in range(connections)]
    for done in waiting:
        await loop.create_connection(partial(_Connection, wanted, load, done, None), host, port)
    await asyncio.gather(*waiting)
    load.seconds = time.perf_counter() - began
    return load


async def fetch(url: str, ask: Ask) -> bytes:
    """The body of one answer. Raises `RuntimeError` unless its status is 200."""
    host, port = _place(url)
    load, kept = Load(), list[bytes]()
    loop, requests = asyncio.get_running_loop(), iter([ask.encoded(f"{host}:{port}")])
    done: asyncio.Future[None] = loop.create_future()
    await loop.create_connection(lambda: _Connection(lambda: next(requests, None), load, done, kept), host, port)
    await done
    if load.failures:
        raise RuntimeError(f"{ask.path}: {load.failures[0]}: {b''.join(kept)[:500]!r}")
    return b"".join(kept)
